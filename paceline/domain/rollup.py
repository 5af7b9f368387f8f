"""Who was in which unit when: dated memberships and a dated tree of departments, flattened."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple


class MembershipSpan(NamedTuple):
    """A person's days in a unit of kind department or team; half-open."""

    person_id: int
    unit_kind: str
    unit_id: int
    from_day: date
    to_day: date


class PlacementSpan(NamedTuple):
    """A department's days under its parent; half-open."""

    department_id: int
    parent_id: int
    from_day: date
    to_day: date


class Stay(NamedTuple):
    """A person's days in a unit or in one below it; half-open, and touching no other stay in that unit."""

    unit_kind: str
    unit_id: int
    person_id: int
    from_day: date
    to_day: date


class Place(NamedTuple):
    """Every unit, as (kind, id) in order, that a person is in on some days; half-open, one place on a day."""

    person_id: int
    from_day: date
    to_day: date
    units: tuple[tuple[str, int], ...]


class DepartmentAboveItself(ValueError):
    """A department is above itself; `path` leads from it upwards and ends with it, as it stands on `day`."""

    def __init__(self, day: date, path: Sequence[int]) -> None:
        super().__init__(f"department {path[0]} is above itself on {day}: {' -> '.join(map(str, path))}")
        self.day, self.path = day, list(path)


_Days = tuple[date, date]
_Above = Mapping[int, Sequence[tuple[int, date, date]]]


def flatten(memberships: Iterable[MembershipSpan], placements: Iterable[PlacementSpan]) -> set[Stay]:
    """Who was in which unit when.

    A team has its members; a department has the people whose department it is or one below it, on the days
    on which the membership and every placement on the way hold. Raises DepartmentAboveItself, even where
    nobody is in such a department.
    """
    above = _above(placements)
    ancestors = {department_id: list(_ancestors(department_id, above)) for department_id in above}
    found: dict[tuple[str, int, int], list[_Days]] = defaultdict(list)
    for person_id, kind, unit_id, from_day, to_day in memberships:
        if from_day >= to_day:
            continue
        found[kind, unit_id, person_id].append((from_day, to_day))
        for department_id, first, after in ancestors.get(unit_id, ()) if kind == "department" else ():
            if first < to_day and from_day < after:
                found[kind, department_id, person_id].append((max(first, from_day), min(after, to_day)))
    return _whole(found)


def places(stays: Iterable[Stay]) -> set[Place]:
    """The same stays, person by person and cut where any of a person's stays begins or ends."""
    of_people: dict[int, list[Stay]] = defaultdict(list)
    for stay in stays:
        of_people[stay.person_id].append(stay)
    return {place for person_id, own in of_people.items() for place in _places(person_id, own)}


def _places(person_id: int, stays: Sequence[Stay]) -> Iterator[Place]:
    for start, end in pairwise(sorted({day for stay in stays for day in (stay.from_day, stay.to_day)})):
        units = {(stay.unit_kind, stay.unit_id) for stay in stays if stay.from_day <= start < stay.to_day}
        if units:
            yield Place(person_id, start, end, tuple(sorted(units)))


def stays_in(places: Iterable[Place]) -> set[Stay]:
    """The stays that were cut into these places."""
    found: dict[tuple[str, int, int], list[_Days]] = defaultdict(list)
    for person_id, start, end, units in places:
        for kind, unit_id in units:
            found[kind, unit_id, person_id].append((start, end))
    return _whole(found)


def _above(placements: Iterable[PlacementSpan]) -> _Above:
    above: dict[int, list[tuple[int, date, date]]] = defaultdict(list)
    for each in placements:
        above[each.department_id].append((each.parent_id, each.from_day, each.to_day))
    return above


def _ancestors(department_id: int, above: _Above) -> Iterator[tuple[int, date, date]]:
    """Every department above this one with the days, a department once for each way up to it."""
    waiting: list[tuple[date, date, tuple[int, ...]]] = [(date.min, date.max, (department_id,))]
    while waiting:
        from_day, to_day, path = waiting.pop()
        for parent_id, start, end in above.get(path[-1], ()):
            first, after = max(from_day, start), min(to_day, end)
            if first >= after:
                continue
            if parent_id in path:
                raise DepartmentAboveItself(first, (*path[path.index(parent_id) :], parent_id))
            yield parent_id, first, after
            waiting.append((first, after, (*path, parent_id)))


def _whole(found: Mapping[tuple[str, int, int], list[_Days]]) -> set[Stay]:
    return {
        Stay(kind, unit_id, person_id, start, end)
        for (kind, unit_id, person_id), days in found.items()
        for start, end in _merged(days)
    }


def _merged(days: list[_Days]) -> list[_Days]:
    """The same days as few intervals that neither touch nor overlap."""
    if len(days) == 1:
        return days
    merged: list[_Days] = []
    for start, end in sorted(days):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
