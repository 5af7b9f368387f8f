"""Standings: who ranks where, in which order inside a tie, and which rows someone sees."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from operator import attrgetter
from typing import Generic, NamedTuple

from paceline.domain.kinds import Direction
from paceline.domain.reason import Number
from paceline.domain.shares import K

# Values that differ by less than a part in 2 ** 64 are still told apart, only more slowly.
_TINY_BITS = 64


class Entry(NamedTuple, Generic[K]):
    """One who takes part: a value in the metric's unit, or an attainment; None where it is undefined.

    `reached_at` is when the value was reached: days, or times with zone, but not both in one ranking.
    """

    key: K
    name: str
    value: Number | None
    reached_at: date | None = None


class Standing(NamedTuple, Generic[K]):
    """An entry's place. Those without a value have no rank and stand last."""

    rank: int | None
    entry: Entry[K]


@dataclass(frozen=True, slots=True)
class Shown(Generic[K]):
    """The rows that someone sees: the first ones, and below them their own with its neighbours, if it is not there.

    `is_apart` says that others stand between the two.
    """

    top: tuple[Standing[K], ...]
    own: tuple[Standing[K], ...]
    is_apart: bool = False


def rank(entries: Iterable[Entry[K]], direction: Direction = Direction.HIGHER) -> list[Standing[K]]:
    """The standings, best first: equal values share a rank, and the next rank is skipped (1, 2, 2, 4).

    Inside a tie who got there first stands first (an unknown time last), then it goes by name, then key. The order in
    which the entries come changes nothing.
    """
    given = list(entries)
    valued = [each for each in given if each.value is not None]
    undefined = sorted((each for each in given if each.value is None), key=lambda each: (each.name, each.key))
    is_whole = all(type(each.value) is int for each in valued)
    # Sorting is stable: first the order inside a tie, then the values.
    valued.sort(key=lambda each: (each.name, each.key))
    valued.sort(key=_first_there)
    valued.sort(key=attrgetter("value") if is_whole else _value, reverse=direction == Direction.HIGHER)
    return [*_ranked(valued), *(Standing(None, each) for each in undefined)]


def improved(entries: Iterable[Entry[K]], before: Mapping[K, Number | None]) -> list[Entry[K]]:
    """The entries by how much their value changed against the period before; undefined where either value is.

    Rank them in the metric's own direction: where less is better, the deepest fall comes first.
    """
    return [each._replace(value=_change(each.value, before.get(each.key))) for each in entries]


def shown(standings: Sequence[Standing[K]], count: int, own_key: K | None = None) -> Shown[K]:
    """The first `count` rows; and, where `own_key` stands below them, that row with the one above and the one below.

    A neighbour that is among the first rows is not repeated. Raises ValueError for a count below zero.
    """
    if count < 0:
        raise ValueError(f"{count} rows cannot be shown")
    places = (place for place, each in enumerate(standings) if each.entry.key == own_key)
    place = next(places, None) if own_key is not None else None
    top = tuple(standings[:count])
    if place is None or place < count:
        return Shown(top, ())
    first = max(place - 1, count)
    return Shown(top, tuple(standings[first : place + 2]), first > count)


def _value(entry: Entry[K]) -> tuple[int, Number]:
    """In the order of the values: fractions are compared only where their whole numbers of tiny parts are equal.

    Comparing fractions takes some twenty times as long as comparing integers.
    """
    value = Fraction(0) if entry.value is None else entry.value
    return (value.numerator << _TINY_BITS) // value.denominator, value


def _first_there(entry: Entry[K]) -> tuple[int, date | None]:
    """Unknown times come last; two of them are never asked which is the earlier, for None is itself."""
    return (entry.reached_at is None, entry.reached_at)


def _ranked(ordered: Iterable[Entry[K]]) -> Iterator[Standing[K]]:
    current, last = 0, None
    for place, each in enumerate(ordered, start=1):
        if each.value != last:
            current, last = place, each.value
        yield Standing(current, each)


def _change(value: Number | None, before: Number | None) -> Number | None:
    return None if value is None or before is None else value - before
