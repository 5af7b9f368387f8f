"""Draws stories: from a small world, so that its people, records and days meet often."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import strategies as st

from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER, Window
from paceline.domain.condition import ALWAYS, Comparison, Condition, Group, Operator
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.record import FIELDS, FieldType, Module
from paceline.domain.rollup import Stay
from paceline.facts.owners import OwnerKey
from paceline.facts.rules import CreditOwner
from tests.facts import world
from tests.facts.cast import on
from tests.facts.stories import Flood, Know, Move, Rate, Rule, Step, Write
from tests.facts.world import CURRENCIES, CUSTOM, CUSTOM_NAMES, DAYS, PEOPLE, SOURCES, TEXTS, UNITS, WORDS, ZONES

CUSTOM_METRICS = range(9, 13)
# A batch beyond INLINE_ROWS_MAX rows is staged by COPY.
FLOOD_ROWS = (65, 80)

_days = st.sampled_from(DAYS)


@st.composite
def writes(draw: st.DrawFn) -> Write:
    """A batch of 1 to 5 rows that give some of the fields, in any order."""
    module = draw(st.sampled_from(Module))
    names = world.fields(module)
    some = st.lists(st.sampled_from(names), unique=True)
    few = st.lists(st.sampled_from(("owner", "status", "deleted", "modified")), unique=True, min_size=1)
    most = st.just([name for name in names if name not in {"deleted", "modified", "currency"}])
    fields = tuple(draw(st.permutations(["external_id", *draw(most | few | some)])))
    row = st.tuples(*(st.sampled_from(world.values(module, name)) for name in fields))
    rows = draw(st.lists(row, min_size=1, max_size=5))
    return Write(module, draw(st.sampled_from(SOURCES)), fields, tuple(rows))


def floods(rows: st.SearchStrategy[int]) -> st.SearchStrategy[Flood]:
    """So many records of a module at once."""
    return st.builds(Flood, st.sampled_from(Module), st.integers(0, 10**6), rows)


_keys = st.builds(
    lambda rank, source, key: OwnerKey(rank, source if rank == 1 else "", key),
    st.integers(1, 3),
    st.sampled_from(("crm", "sheet")),
    st.sampled_from(WORDS),
)
_knowing = st.dictionaries(st.sampled_from(PEOPLE), st.lists(_keys, max_size=3).map(tuple), min_size=1, max_size=3).map(
    Know
)


@st.composite
def moves(draw: st.DrawFn) -> Move:
    """Where some people, or all, are at which times; up to two stays in each unit."""
    people = draw(st.none() | st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1).map(tuple))
    stays: set[Stay] = set()
    for person_id in people or PEOPLE:
        for unit_kind, unit_id in UNITS:
            edges = sorted(draw(st.sets(_edges, max_size=4)))
            spans = list(pairwise(edges))[::2]
            stays |= {Stay(unit_kind, unit_id, person_id, start, end) for start, end in spans}
    return Move(people, frozenset(stays))


_edges = st.one_of(st.just(DAY_ALWAYS), st.just(DAY_NEVER), _days)


def _comparable(module: Module) -> list[tuple[str, FieldType | None]]:
    bare = {FieldType.CUSTOM, FieldType.INSTANT, FieldType.FLAG}
    standard = [(each.name, each.type) for each in FIELDS[module] if each.type not in bare]
    return [*standard, *((f"custom.{name}", None) for name in CUSTOM_NAMES)]


_EQUAL = (Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN, Operator.NOT_IN)
_ORDER = (Operator.GREATER, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST)
_BARE = (Operator.IS_SET, Operator.IS_NOT_SET)
_TEXT = (Operator.CONTAINS, Operator.STARTS_WITH)


@st.composite
def comparisons(draw: st.DrawFn, module: Module) -> Comparison:
    """One field against what it may be compared with."""
    name, kind = draw(st.sampled_from(_comparable(module)))
    asked, operators = _asked(draw, module, name, kind)
    operator = draw(st.sampled_from((*operators, *_BARE)))
    if operator in _BARE:
        return Comparison(name, operator)
    if operator in {Operator.IN, Operator.NOT_IN}:
        return Comparison(name, operator, tuple(draw(st.lists(asked, min_size=1, max_size=3))))
    return Comparison(name, operator, draw(asked))


def _asked(draw: st.DrawFn, module: Module, name: str, kind: FieldType | None):
    """What a field can be compared with, and how."""
    if kind is None:
        sort = draw(st.sampled_from((bool, int, str)))
        values = st.sampled_from([each for each in CUSTOM if type(each) is sort])
        return values, {bool: _EQUAL, int: (*_EQUAL, *_ORDER), str: (*_EQUAL, *_ORDER, *_TEXT)}[sort]
    if kind == FieldType.MONEY:
        return st.sampled_from((0, 1, 150, -1)), (*_EQUAL, *_ORDER)
    if kind in {FieldType.DAY, FieldType.MOMENT}:
        return _days.map(date.isoformat), (*_EQUAL, *_ORDER)
    if kind == FieldType.CHOICE:
        choices = next(each.choices for each in FIELDS[module] if each.name == name)
        return st.sampled_from(choices), _EQUAL
    return st.sampled_from((*TEXTS, "a", "r1")), (*_EQUAL, *_TEXT)


def conditions(module: Module) -> st.SearchStrategy[Condition]:
    """All, any, or one comparison."""
    one = comparisons(module)
    return st.recursive(
        one,
        lambda part: st.builds(
            lambda all_of, parts: Group(all_of=all_of, parts=tuple(parts)),
            st.booleans(),
            st.lists(part, min_size=1, max_size=3),
        ),
        max_leaves=4,
    ) | st.just(ALWAYS)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """A metric of an admin's own."""
    module = draw(st.sampled_from(Module))
    days = [name for name, kind in _comparable(module) if kind in {FieldType.DAY, FieldType.MOMENT}]
    dated = st.sampled_from((*days, *days, "custom.due"))
    money = module == Module.DEALS and draw(st.booleans())
    value_by = draw(st.sampled_from(("amount", "custom.size") if money else (None, "custom.size")))
    level = draw(st.booleans())
    return Definition(
        module,
        Unit.MONEY if money else Unit.COUNT,
        Kind.LEVEL if level else Kind.FLOW,
        draw(conditions(module)),
        draw(dated),
        value_by,
        draw(dated) if level else None,
        draw(conditions(module)) if level else ALWAYS,
    )


_rules = st.one_of(
    st.builds(Rule, currency=st.sampled_from(CURRENCIES)),
    st.builds(Rule, time_zone=st.sampled_from(ZONES)),
    st.builds(Rule, credit_owner=st.sampled_from(CreditOwner)),
    st.builds(
        Rule,
        metrics=st.dictionaries(st.sampled_from(CUSTOM_METRICS), st.none() | definitions(), min_size=1, max_size=3),
    ),
)
_rates = st.dictionaries(
    st.tuples(st.sampled_from(CURRENCIES), _days),
    st.sampled_from((None, Decimal("0.5"), Decimal("0.915"), Decimal("1.10505"), Decimal(3))),
    min_size=1,
    max_size=3,
).map(Rate)

steps: st.SearchStrategy[Step] = st.one_of(
    writes(), writes(), writes(), _knowing, moves(), _rules, _rules, _rates, floods(st.integers(*FLOOD_ROWS))
)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """A window somewhere around the days of the world."""
    start, end = sorted(draw(st.lists(st.integers(-6, 45), min_size=2, max_size=2, unique=True)))
    return Window(on(start), on(end))
