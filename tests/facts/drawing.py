"""Draws what can happen to an organization, from any source of chance: Hypothesis's, which shrinks, or a seed's."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from random import Random

from paceline.domain import metric
from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER, Window
from paceline.domain.condition import ALWAYS, Comparison, Condition, Group, Operator
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.record import FIELDS, FieldType, Module, field
from paceline.domain.rollup import Stay
from paceline.facts.owners import OwnerKey
from paceline.facts.rules import CreditOwner
from tests.facts import world
from tests.facts.cast import on
from tests.facts.stories import Know, Move, Rate, Rule, Step, Write
from tests.facts.world import CURRENCIES, CUSTOM, CUSTOM_NAMES, DAYS, PEOPLE, SOURCES, TEXTS, UNITS, WORDS, ZONES

CUSTOM_METRICS = range(9, 13)
# What a source often tells alone: that a record is another's, closed, open again, gone, or back.
_TOLD_ALONE = ("owner", "status", "deleted", "modified")
_RATES = (Decimal("0.5"), Decimal("0.915"), Decimal("1.10505"), Decimal(3), None)


def step(chance: Random) -> Step:
    """One thing that happens."""
    drawn: Callable[[Random], Step] = chance.choice(
        (write, write, write, write, know, know, move, rule, rule, rate, flood)
    )
    return drawn(chance)


def founding(chance: Random, module: Module) -> Write:
    """The first records of a module, with all their fields."""
    fields = ["external_id", *(name for name in world.fields(module) if name not in {"deleted", "modified"})]
    return Write(module, "crm", tuple(fields), tuple(_row(chance, module, fields) for _ in range(8)))


def write(chance: Random) -> Write:
    """A batch of 1 to 5 rows that give some of the fields, in any order."""
    module = chance.choice(list(Module))
    names = world.fields(module)
    told = chance.choice((_TOLD_ALONE[:1], _TOLD_ALONE, names, names))
    count = 1 if told == _TOLD_ALONE[:1] else chance.randint(1, len(told))
    fields = ["external_id", *chance.sample(told, count)]
    chance.shuffle(fields)
    rows = [_row(chance, module, fields) for _ in range(chance.randint(1, 5))]
    return Write(module, chance.choice(SOURCES), tuple(fields), tuple(rows))


def flood(chance: Random) -> Write:
    """More rows than a statement carries, so that they are staged by COPY; some name the same record."""
    module = chance.choice(list(Module))
    fields = ["external_id", *world.fields(module)]
    seeded = Random(chance.randint(0, 10**6))
    rows = [_row(seeded, module, fields) for _ in range(seeded.randint(65, 80))]
    known = [(f"r{seeded.randrange(70)}", *row[1:]) for row in rows]
    return Write(module, "crm", tuple(fields), tuple(known))


def _row(chance: Random, module: Module, fields: list[str]) -> tuple[object, ...]:
    return tuple(chance.choice(world.values(module, name)) for name in fields)


def know(chance: Random) -> Know:
    """Some people come to be known by other words, now and then by those of somebody else."""
    words = chance.sample(WORDS, 2)
    return Know(
        {
            person_id: tuple(_key(chance, chance.choice(words)) for _ in range(chance.randint(0, 2)))
            for person_id in chance.sample(PEOPLE, chance.randint(1, 2))
        }
    )


def _key(chance: Random, word: str) -> OwnerKey:
    rank = chance.choice((1, 2, 3, 3))
    return OwnerKey(rank, chance.choice(SOURCES) if rank == 1 else "", word)


def move(chance: Random) -> Move:
    """Where some people, or all, are at which times: up to two stays in each unit."""
    people = None if chance.randint(0, 3) == 0 else tuple(chance.sample(PEOPLE, chance.randint(1, 2)))
    stays: set[Stay] = set()
    for person_id in people or PEOPLE:
        for unit_kind, unit_id in UNITS:
            days = chance.sample([DAY_ALWAYS, DAY_NEVER, *DAYS], chance.choice((0, 2, 4)))
            spans = list(pairwise(sorted(days)))[::2]
            stays |= {Stay(unit_kind, unit_id, person_id, start, end) for start, end in spans}
    return Move(people, frozenset(stays))


def rule(chance: Random) -> Rule:
    """A setting changes, or metrics come, change and go."""
    match chance.randint(0, 5):
        case 0:
            return Rule(currency=chance.choice(CURRENCIES))
        case 1:
            return Rule(time_zone=chance.choice(ZONES))
        case 2:
            return Rule(credit_owner=chance.choice(list(CreditOwner)))
    numbers = chance.sample(list(CUSTOM_METRICS), chance.randint(1, 2))
    return Rule(metrics={number: definition(chance) if chance.randint(0, 3) else None for number in numbers})


def rate(chance: Random) -> Rate:
    """Rates are entered and removed."""
    return Rate(
        {(chance.choice(CURRENCIES), chance.choice(DAYS)): chance.choice(_RATES) for _ in range(chance.randint(1, 3))}
    )


def window(chance: Random) -> Window:
    """A window somewhere around the days of the world."""
    start, end = sorted(chance.sample(range(-6, 46), 2))
    return Window(on(start), on(end))


def definition(chance: Random) -> Definition:
    """A metric of an admin's own."""
    module = chance.choice((Module.DEALS, *Module))
    days = [name for name, kind in _comparable(module) if kind in {FieldType.DAY, FieldType.MOMENT}]
    days.append("custom.due")
    money = module == Module.DEALS and chance.randint(0, 1) == 0
    level = chance.randint(0, 1) == 0
    drawn = Definition(
        module,
        Unit.MONEY if money else Unit.COUNT,
        Kind.LEVEL if level else Kind.FLOW,
        condition(chance, module),
        chance.choice(days),
        chance.choice(("amount", "custom.size") if money else (None, "custom.size")),
        chance.choice(days) if level else None,
        condition(chance, module) if level else ALWAYS,
    )
    # As it is stored: types of tasks in small letters.
    return metric.read(metric.write(drawn))


def condition(chance: Random, module: Module, depth: int = 2) -> Condition:
    """Nothing, one comparison, or all or any of some."""
    sort = chance.randint(0, 5)
    if sort == 0:
        return ALWAYS
    if sort <= 2 or depth == 0:
        return comparison(chance, module)
    parts = [condition(chance, module, depth - 1) for _ in range(chance.randint(1, 3))]
    return Group(all_of=sort == 3, parts=tuple(parts))


_EQUAL = (Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN, Operator.NOT_IN)
_ORDER = (Operator.GREATER, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST)
_BARE = (Operator.IS_SET, Operator.IS_NOT_SET)
_TEXT = (Operator.CONTAINS, Operator.STARTS_WITH)
_OF_SORT = {bool: _EQUAL, int: (*_EQUAL, *_ORDER), str: (*_EQUAL, *_ORDER, *_TEXT)}


def comparison(chance: Random, module: Module) -> Comparison:
    """One field against what it may be compared with."""
    name, kind = chance.choice(_comparable(module))
    values, operators = _asked(chance, module, name, kind)
    operator = chance.choice((*operators, *_BARE))
    if operator in _BARE:
        return Comparison(name, operator)
    if operator in {Operator.IN, Operator.NOT_IN}:
        return Comparison(name, operator, tuple(chance.choice(values) for _ in range(chance.randint(1, 3))))
    return Comparison(name, operator, chance.choice(values))


def _comparable(module: Module) -> list[tuple[str, FieldType | None]]:
    bare = {FieldType.CUSTOM, FieldType.INSTANT, FieldType.FLAG}
    standard = [(each.name, each.type) for each in FIELDS[module] if each.type not in bare]
    return [*standard, *((f"custom.{name}", None) for name in (*CUSTOM_NAMES, *CUSTOM_NAMES))]


def _asked(chance: Random, module: Module, name: str, kind: FieldType | None):
    """What a field can be compared with, and how."""
    if kind is None:
        sort = chance.choice((bool, int, str))
        return [each for each in CUSTOM if type(each) is sort], _OF_SORT[sort]
    if kind == FieldType.MONEY:
        return [0, 1, 150, -1], (*_EQUAL, *_ORDER)
    if kind in {FieldType.DAY, FieldType.MOMENT}:
        return [date.isoformat(day) for day in DAYS], (*_EQUAL, *_ORDER)
    if kind == FieldType.CHOICE:
        standard = field(module, name)
        return list(standard.choices if standard else ()), _EQUAL
    return [*TEXTS, "a", "r1", "EUR", "sam"], (*_EQUAL, *_TEXT)
