"""How an assignment came to its value: every change with who, when, from what, to what and why."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import reach
from paceline.plan.models import Assignment, AssignmentValue

# What a change was, in a word; one that only stands under another now was moved.
Change = Literal["assigned", "changed", "locked", "unlocked", "moved", "removed"]


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an assignment; `old_value` is None where it was made, or made again."""

    at: datetime
    actor: str
    old_value: int | None
    value: int
    origin: str
    is_locked: bool
    is_deleted: bool
    parent_id: int | None
    reason: str
    change: Change


def steps(scope: Scope, assignment_id: int) -> list[Step]:
    """The assignment's changes, the oldest first. Raises NotAllowed where the actor does not see it."""
    first = Assignment.objects.filter(org_id=scope.org_id, id=assignment_id).first()
    if first is not None:
        reach.check_sees(scope, Assignee(first.assignee_kind, first.assignee_id))
    kept = AssignmentValue.objects.filter(org_id=scope.org_id, assignment_id=assignment_id).order_by("known_from")
    return [_step(before, each) for before, each in pairwise([None, *kept]) if each is not None]


def _step(before: AssignmentValue | None, each: AssignmentValue) -> Step:
    return Step(
        each.known_from,
        each.actor,
        None if before is None or before.is_deleted else before.value,
        each.value,
        each.origin,
        each.is_locked,
        each.is_deleted,
        each.parent_id,
        each.reason,
        _change(before, each),
    )


def _change(before: AssignmentValue | None, each: AssignmentValue) -> Change:
    if each.is_deleted:
        return "removed"
    if before is None or before.is_deleted:
        return "assigned"
    if each.value != before.value:
        return "changed"
    if each.is_locked != before.is_locked:
        return "locked" if each.is_locked else "unlocked"
    return "moved"
