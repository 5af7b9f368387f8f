"""The department tree and the reporting line: who is above whom, and what would be above itself. Pure."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from paceline.domain.rollup import PlacementSpan

Node = TypeVar("Node", bound=Hashable)


class Loop(NamedTuple):
    """A way from something up to itself, on a day; the first and the last of the path are the same."""

    day: date
    path: list[int]


def placed(
    spans: Iterable[PlacementSpan], department_id: int, parent_id: int | None, from_day: date, to_day: date
) -> list[PlacementSpan]:
    """One department's placements once it is under the parent (at the top if None) from that day on."""
    kept = [
        PlacementSpan(department_id, span.parent_id, span.from_day, min(span.to_day, from_day))
        for span in sorted(spans, key=lambda span: span.from_day)
        if span.department_id == department_id and span.from_day < from_day
    ]
    if parent_id is None:
        return kept
    if kept and kept[-1].parent_id == parent_id and kept[-1].to_day == from_day:
        from_day = kept.pop().from_day
    return [*kept, PlacementSpan(department_id, parent_id, from_day, to_day)]


def loop_of_departments(spans: Sequence[PlacementSpan], department_id: int) -> Loop | None:
    """The first day on which the department would be under itself, and through which departments."""
    for day in sorted({span.from_day for span in spans}):
        above = {span.department_id: span.parent_id for span in spans if span.from_day <= day < span.to_day}
        path = loop(above, department_id)
        if path:
            return Loop(day, path)
    return None


def loop(above: Mapping[Node, Node | None], first: Node) -> list[Node]:
    """The way from the first up to itself; empty if there is none."""
    path, seen = [first], {first}
    at = above.get(first)
    while at is not None and at not in seen:
        path.append(at)
        seen.add(at)
        at = above.get(at)
    return [*path, first] if at == first else []


def loops(above: Mapping[Node, Node | None]) -> list[list[Node]]:
    """Every loop once, each as the way from one of its members up to itself."""
    found: list[list[Node]] = []
    seen: set[Node] = set()
    for first in above:
        path: list[Node] = []
        at: Node | None = first
        while at is not None and at not in seen:
            seen.add(at)
            path.append(at)
            at = above.get(at)
        if at is not None and at in path:
            found.append([*path[path.index(at) :], at])
    return found
