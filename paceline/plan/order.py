"""The order in which the shares of a target are told: down the tree, each with those below it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from paceline.plan.held import Held
from paceline.plan.models import AssigneeKind


def in_tree_order(held: Iterable[Held]) -> list[Held]:
    """Each share followed by those below it; those side by side from the widest window down, then by name."""
    beside = sorted(held, key=_beside)
    there = {each.id for each in beside}
    below: dict[int | None, list[Held]] = defaultdict(list)
    for each in beside:
        below[each.parent_id if each.parent_id in there else None].append(each)
    ordered: list[Held] = []
    waiting = below[None][::-1]
    while waiting:
        each = waiting.pop()
        ordered.append(each)
        waiting += reversed(below[each.id])
    return ordered


def depths(ordered: Sequence[Held]) -> dict[int, int]:
    """How many of those in front stand above each, by id."""
    found: dict[int | None, int] = {}
    for each in ordered:
        found[each.id] = found.get(each.parent_id, -1) + 1
    return {each.id: found[each.id] for each in ordered}


def _beside(each: Held) -> tuple[object, ...]:
    is_part = each.assignee.kind != AssigneeKind.ORGANIZATION
    return -each.window.days, each.window.start, is_part, each.name, each.assignee.kind, each.id
