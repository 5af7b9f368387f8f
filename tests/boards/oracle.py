"""Standings counted by hand: from a list of deals and of days in teams, one entrant after the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from tests.plan.cast import on

DAY = timedelta(days=1)


class Deal(NamedTuple):
    """Whose it is, on which day after the epoch it closes (or comes in, while open), and for how much."""

    owner: str
    day: int
    amount: int
    is_won: bool


class Gain(NamedTuple):
    """What a person gains or loses on a day."""

    person: str
    day: date
    value: int


@dataclass(frozen=True)
class Ask:
    """A question: how the board ranks, from which day on up to which, and the stretch before."""

    is_level: bool
    rank_by: str
    start: date
    as_of: date
    before: tuple[date, date]


def gains(deals: Iterable[Deal], *, is_level: bool) -> list[Gain]:
    """What the deals yield: revenue, or the pipeline that a deal is in from ten days before it is won."""
    found: list[Gain] = []
    for each in deals:
        if not is_level and each.is_won:
            found.append(Gain(each.owner, on(each.day), each.amount))
        elif is_level and each.is_won:
            found += [Gain(each.owner, on(each.day - 10), each.amount), Gain(each.owner, on(each.day), -each.amount)]
        elif is_level:
            found.append(Gain(each.owner, on(each.day), each.amount))
    return found


def standings(names: Iterable[str], own: Callable[[str, date], Iterable[Gain]], ask: Ask) -> list[str]:
    """Rank, name and value (with the change), the best first; `own` has an entrant's gains as of a day."""
    made: list[tuple[int, date, str, str]] = []
    for name in names:
        mine = list(own(name, ask.as_of))
        value = _value(mine, ask, ask.start, ask.as_of)
        decides, told = value, f"{name} {value}"
        if ask.rank_by == "improved":
            first, last = ask.before
            decides = value - _value(list(own(name, last)), ask, first, last)
            told += f" {decides:+}"
        made.append((-decides, _reached(mine, ask, value), name, told))
    made.sort()
    return [f"{1 + sum(other[0] < each[0] for other in made)} {each[3]}" for each in made]


def _value(mine: list[Gain], ask: Ask, first: date, last: date) -> int:
    return sum(each.value for each in mine if each.day <= last and (ask.is_level or each.day >= first))


def _reached(mine: list[Gain], ask: Ask, value: int) -> date:
    """Walk back from the day while the value stands; on the first day it is the day itself."""
    day = ask.as_of
    while day > ask.start and _value(mine, ask, ask.start, day - DAY) == value:
        day -= DAY
    return day
