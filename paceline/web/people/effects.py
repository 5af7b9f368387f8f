"""What a change of somebody's units moves and what stays, in words and figures: the preview of a move."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from paceline.facts import rollup
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org.names import listed
from paceline.plan import held, moving
from paceline.plan.moving import Change, Effect
from paceline.web.formats import Figures
from paceline.web.page import Page

_Names = Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One target: amounts that stay with units and that move, each with the units where not all of them are meant."""

    name: str
    stays: list[tuple[str, str]]
    moves: list[tuple[str, str]]
    note: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview: a sentence of where, then target by target what stays and what moves; `quiet` targets have nothing.

    Of what the `parents` have the person's own shares stay parts.
    """

    day: date
    sentence: str
    leaves: str
    joins: str
    lines: list[Line]
    quiet: int
    parents: str
    is_past: bool


class Trial:
    """The stays of a person before a verb runs, so that what it changed can be told after it."""

    def __init__(self, scope: Scope, person_id: int, today: date) -> None:
        self.scope, self.person_id, self.today = scope, person_id, today
        self.was = rollup.standing(scope, [person_id])

    def change(self) -> tuple[Change | None, _Names]:
        """What the verb changed, and the names of the units that it is about."""
        now = rollup.standing(self.scope, [self.person_id])
        found = moving.change(self.scope, self.person_id, self.was, now, self.today)
        if found is None:
            return None, {}
        units = {*found.leaves, *found.joins, *(part.unit for each in found.effects for part in each.parts)}
        return found, held.names_of(self.scope, units)


def shown(page: Page, name: str, found: Change, names: _Names) -> Shown:
    """The preview in words."""
    leaves, joins = _named(found.leaves, names), _named(found.joins, names)
    lines = [_line(page, each, found, names) for each in found.effects if each.own]
    quiet = sum(not each.own for each in found.effects)
    parents = _named({each.parent for each in found.shares}, names)
    return Shown(
        found.day,
        _sentence(page.day(found.day), name, leaves, joins),
        leaves,
        joins,
        lines,
        quiet,
        parents,
        found.day < page.today,
    )


def _sentence(day: str, name: str, leaves: str, joins: str) -> str:
    if leaves and joins:
        return f"From {day} {name} counts for {joins} instead of {leaves}."
    if joins:
        return f"From {day} {name} counts for {joins}, too."
    return f"From {day} {name} counts no more for {leaves}." if leaves else f"{name} counts on other days."


def _line(page: Page, effect: Effect, found: Change, names: _Names) -> Line:
    """What stays and what moves; units for which it is the same amount are told together."""
    figures = page.figures(is_money=effect.is_money)
    stays, goes, comes = (defaultdict[int, list[Assignee]](list) for _ in range(3))
    for part in effect.parts:
        if part.unit in found.leaves and part.after:
            stays[part.after].append(part.unit)
        if part.before > part.after:
            goes[part.before - part.after].append(part.unit)
        if part.after > part.before:
            comes[part.after - part.before].append(part.unit)

    def told(amounts: Mapping[int, list[Assignee]], usual: Collection[Assignee], word: str) -> list[tuple[str, str]]:
        return [
            (amount(figures, value), "" if set(units) == set(usual) else f"{word} {_named(units, names)}")
            for value, units in amounts.items()
        ]

    # What one unit loses and another gains is told once.
    both = {value for value in goes if value in comes and set(comes[value]) == set(found.joins)}
    moves = told(goes, found.leaves, "from")
    moves += told({value: units for value, units in comes.items() if value not in both}, found.joins, "to")
    note = (
        ""
        if not effect.is_level or not moves
        else "on that day"
        if found.day > page.today
        else "what is open goes along"
    )
    return Line(effect.target.name, told(stays, found.leaves, "with"), moves, note)


def amount(figures: Figures, value: int) -> str:
    """All of a value, without decimals where there are none."""
    return figures.exact(value) if value % 10**figures.exponent else figures.whole(value)


def _named(units: Collection[Assignee], names: _Names) -> str:
    return listed(sorted(names[each] for each in units)) if units else ""
