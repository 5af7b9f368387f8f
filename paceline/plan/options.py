"""What a cascade is asked for, read from JSON: every fault is told with where it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from paceline.domain.calendar import DAY_MAX, DAY_MIN, Window
from paceline.domain.shares import Method
from paceline.facts.sums import Assignee
from paceline.org.checks import Checks
from paceline.org.names import did_you_mean
from paceline.plan.actions.targets import VALUE_MAX
from paceline.plan.models import AssigneeKind

ALL = "all"
# A tree of units is never so deep.
LEVELS_MAX = 50
# Weights and factors beyond it are a slip of the hand.
FACTOR_MAX = 10**12
NUMBER_CHARACTERS_MAX = 40

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class CascadeOptions:
    """How a value is passed down. Children are assignees; values in the metric's unit, ramps are factors.

    `hedges` are per cent by level, the first below the root first; a single one holds for every level.
    """

    method: Method = Method.EQUAL
    children: frozenset[Assignee] = frozenset()
    values: Mapping[Assignee, int] = field(default_factory=dict[Assignee, int])
    weights: Mapping[Assignee, Fraction] = field(default_factory=dict[Assignee, Fraction])
    blend: Mapping[str, Fraction] = field(default_factory=dict[str, Fraction])
    history: Window | None = None
    hedges: Sequence[Fraction] = ()
    is_same_hedge: bool = False
    rounding: int = 1
    levels: int | None = 1
    minimums: Mapping[Assignee, int] = field(default_factory=dict[Assignee, int])
    maximums: Mapping[Assignee, int] = field(default_factory=dict[Assignee, int])
    ramps: Mapping[Assignee, Fraction] = field(default_factory=dict[Assignee, Fraction])

    def hedge(self, level: int) -> Fraction:
        """The over-assignment in per cent on a level, from 1."""
        place = 0 if self.is_same_hedge else level - 1
        return self.hedges[place] if place < len(self.hedges) else Fraction(0)

    def named(self) -> frozenset[Assignee]:
        """Everyone that any option names."""
        by_child = (self.values, self.weights, self.minimums, self.maximums, self.ramps)
        return self.children.union(*by_child)


_NAMES = (
    "method",
    "children",
    "values",
    "weights",
    "blend",
    "history_from",
    "history_to",
    "hedge_percent",
    "rounding",
    "levels",
    "minimums",
    "maximums",
    "ramps",
)


def read_cascade(given: Mapping[str, Any]) -> CascadeOptions:
    """The options of a cascade, by the contract's names. Raises InvalidInput with every fault.

    By child is an object from `kind:id` to a number, such as {"team:3": 2}. Days are ISO 8601, `history_to` exclusive.
    """
    checks = Checks()
    known_names(checks, given, _NAMES)
    reader = Reader(checks, given)
    hedge = given.get("hedge_percent")
    options = CascadeOptions(
        method=reader.method(),
        children=frozenset(reader.children()),
        values=reader.by_child("values", reader.value),
        weights=reader.by_child("weights", reader.factor),
        blend=reader.blend(),
        history=reader.history(),
        hedges=[reader.factor(f"hedge_percent[{place}]", each) for place, each in enumerate(hedge)]
        if isinstance(hedge, list | tuple)
        else []
        if hedge is None
        else [reader.factor("hedge_percent", hedge)],
        is_same_hedge=not isinstance(hedge, list | tuple),
        rounding=reader.rounding(),
        levels=reader.levels(),
        minimums=reader.by_child("minimums", reader.value),
        maximums=reader.by_child("maximums", reader.value),
        ramps=reader.by_child("ramps", reader.factor),
    )
    if options.weights and options.blend:
        checks.fault("blend", "give weights or a blend, not both")
    if options.method != Method.WEIGHTED:
        for name in ("weights", "blend", "history_from", "history_to"):
            if given.get(name):
                checks.fault(name, "goes with the method weighted only")
    if options.values and options.method != Method.MANUAL:
        checks.fault("values", "go with the method manual only")
    checks.done()
    return options


def known_names(checks: Checks, given: Mapping[str, Any], names: Sequence[str]) -> None:
    """Note every option that there is not: a mistyped one would be passed over."""
    for name in given:
        if name not in names:
            checks.fault(name, f"there is no option {name!r}{did_you_mean(name, names)}")


class Reader:
    """Reads options one by one, and notes what is wrong with them."""

    def __init__(self, checks: Checks, given: Mapping[str, Any]) -> None:
        self.checks, self.given = checks, given

    def method(self) -> Method:
        word = self.given.get("method", Method.EQUAL.value)
        self.checks.choice("method", str(word), [each.value for each in Method])
        return Method(word) if word in set(Method) else Method.EQUAL

    def children(self) -> list[Assignee]:
        found = self.given.get("children") or []
        if not isinstance(found, list | tuple):
            self.checks.fault("children", "give a list such as ['team:3', 'person:17']")
            return []
        read = [self.assignee(f"children[{place}]", each) for place, each in enumerate(found)]
        return [each for each in read if each is not None]

    def assignee(self, where: str, word: Any) -> Assignee | None:
        """The assignee written as kind:id."""
        kind, _, number = str(word).partition(":")
        if kind in AssigneeKind.values and number.isdecimal() and number.isascii() and len(number) <= 18:  # noqa: PLR2004 - a bigint
            return Assignee(kind, int(number))
        self.checks.fault(where, f"{str(word)[:NUMBER_CHARACTERS_MAX]!r} is not kind:id, such as team:3 or person:17")
        return None

    def by_child(self, name: str, read: Callable[[str, Any], Given]) -> dict[Assignee, Given]:
        found = self.given.get(name) or {}
        if not isinstance(found, Mapping):
            self.checks.fault(name, "give an object by child, such as {'team:3': 2}")
            return {}
        made: dict[Assignee, Given] = {}
        for word, value in found.items():
            child = self.assignee(f"{name}.{word}", word)
            if child is not None:
                made[child] = read(f"{name}.{word}", value)
        return made

    def blend(self) -> dict[str, Fraction]:
        found = self.given.get("blend") or {}
        if not isinstance(found, Mapping):
            self.checks.fault(
                "blend", "give an object from metric to weight, such as {'revenue': 70, 'deal_count': 30}"
            )
            return {}
        made = {str(key): self.factor(f"blend.{key}", each) for key, each in found.items()}
        for key, each in made.items():
            if each == 0:
                self.checks.fault(f"blend.{key}", "a metric's weight is above zero")
        return made

    def value(self, where: str, given: Any) -> int:
        """A value in whole units."""
        if isinstance(given, bool) or not isinstance(given, int):
            self.checks.fault(where, "give a whole number, in minor units where the metric is money")
            return 0
        if not 0 <= given <= VALUE_MAX:
            self.checks.fault(where, f"is not from 0 to {VALUE_MAX:,}")
            return 0
        return given

    def factor(self, where: str, given: Any) -> Fraction:
        """A number of zero or more, as a number or as decimal digits in a string."""
        found = number(given)
        if found is None:
            self.checks.fault(where, "give a number")
            return Fraction(0)
        if not 0 <= found <= FACTOR_MAX:
            self.checks.fault(where, f"is not from 0 to {FACTOR_MAX:,}")
            return Fraction(0)
        return found

    def rounding(self) -> int:
        given = self.given.get("rounding", 1)
        found = self.value("rounding", given)
        if found < 1:
            self.checks.fault("rounding", "give a whole number of 1 or more")
        return max(found, 1)

    def levels(self) -> int | None:
        given = self.given.get("levels", 1)
        if given == ALL:
            return None
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= LEVELS_MAX:
            self.checks.fault("levels", f"give a number from 1 to {LEVELS_MAX}, or all")
            return 1
        return given

    def history(self) -> Window | None:
        start, end = self.day("history_from"), self.day("history_to")
        if start is None and end is None:
            return None
        if start is None or end is None:
            self.checks.fault("history_from", "give both history_from and history_to, or neither")
            return None
        if end <= start:
            self.checks.fault("history_to", f"{end} is not after {start}; the end is exclusive")
            return None
        return Window(start, end)

    def day(self, name: str) -> date | None:
        given = self.given.get(name)
        if given is None or given == "":
            return None
        try:
            found = given if isinstance(given, date) else date.fromisoformat(str(given))
        except ValueError:
            self.checks.fault(name, "give a day such as 2026-01-31")
            return None
        if not DAY_MIN <= found <= DAY_MAX:
            self.checks.day(name, found)
            return None
        return found


def number(given: Any) -> Fraction | None:
    """The number that is given as one or as its decimal digits; None if it is none."""
    text = str(given)
    if isinstance(given, bool) or len(text) > NUMBER_CHARACTERS_MAX or "e" in text.lower():
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
