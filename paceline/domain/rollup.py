"""Who was in which unit when: dated memberships and a dated tree of departments, flattened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
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
    """A person's days in a unit or in one below it; half-open, and never touching another stay in the same unit."""

    unit_kind: str
    unit_id: int
    person_id: int
    from_day: date
    to_day: date


_Days = tuple[date, date]
_Above = Mapping[int, Sequence[tuple[int, date, date]]]


def flatten(memberships: Iterable[MembershipSpan], placements: Iterable[PlacementSpan]) -> set[Stay]:
    """Who was in which unit when.

    A team has its members; a department has the people whose department it is or one below it, on the days on which
    the membership and every placement on the way hold. Raises ValueError naming a department that is above itself.
    """
    above = _above(placements)
    found: dict[tuple[str, int, int], list[_Days]] = defaultdict(list)
    ancestors: dict[int, list[tuple[int, date, date]]] = {}
    for person_id, kind, unit_id, from_day, to_day in memberships:
        found[kind, unit_id, person_id].append((from_day, to_day))
        if kind != "department" or unit_id not in above:
            continue
        if unit_id not in ancestors:
            ancestors[unit_id] = list(_ancestors(unit_id, above))
        for department_id, first, after in ancestors[unit_id]:
            start, end = max(first, from_day), min(after, to_day)
            if start < end:
                found[kind, department_id, person_id].append((start, end))
    return {
        Stay(kind, unit_id, person_id, start, end)
        for (kind, unit_id, person_id), days in found.items()
        for start, end in _merged(days)
    }


def _above(placements: Iterable[PlacementSpan]) -> _Above:
    above: dict[int, list[tuple[int, date, date]]] = defaultdict(list)
    for each in placements:
        above[each.department_id].append((each.parent_id, each.from_day, each.to_day))
    return above


def _ancestors(department_id: int, above: _Above) -> Iterable[tuple[int, date, date]]:
    """Every department above this one with the days, a department once for each way up to it."""
    reached = [
        (parent, first, after, (department_id,)) for parent, first, after in above.get(department_id, ())
    ]
    while reached:
        at, first, after, path = reached.pop()
        if at in path:
            names = " -> ".join(map(str, (*path, at)))
            raise ValueError(f"department {at} is above itself on {first}: {names}")
        yield at, first, after
        for parent, start, end in above.get(at, ()):
            if max(first, start) < min(after, end):
                reached.append((parent, max(first, start), min(after, end), (*path, at)))


def _merged(days: list[_Days]) -> Iterable[_Days]:
    if len(days) == 1:
        return days
    merged: list[_Days] = []
    for start, end in sorted(days):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
