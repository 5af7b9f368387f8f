"""A target's assignments as they were held at a moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from paceline.domain.calendar import Window
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org.models import Department, Person, Team
from paceline.plan.models import Assignment, AssignmentValue, Target


@dataclass(frozen=True, slots=True)
class Held:
    """One assignment as it stood; `name` is the assignee's."""

    id: int
    assignee: Assignee
    name: str
    window: Window
    value: int
    parent_id: int | None
    is_locked: bool


def held(scope: Scope, target: Target, known_at: datetime | None = None) -> list[Held]:
    """The target's assignments now, or as they stood at `known_at`; from the widest window and the widest unit down."""
    own = Assignment.objects.filter(org_id=scope.org_id, target=target)
    rows = _now(own) if known_at is None else _then(scope, own, known_at)
    names = _names(scope)
    made = [
        Held(number, Assignee(kind, of), names[kind, of], Window(start, end), value, parent_id, locked)
        for number, kind, of, start, end, value, parent_id, locked in rows
    ]
    order = {"organization": 0, "department": 1, "team": 2, "person": 3}
    return sorted(
        made,
        key=lambda each: (
            -each.window.days,
            each.window.start,
            order[each.assignee.kind],
            each.name,
            each.id,
        ),
    )


def _now(own: QuerySet[Assignment]):  # noqa: ANN202 - rows of values
    return own.filter(is_deleted=False).values_list(
        "id", "assignee_kind", "assignee_id", "start_date", "end_date", "value", "parent_id", "is_locked"
    )


def _then(scope: Scope, own: QuerySet[Assignment], known_at: datetime):  # noqa: ANN202 - rows of values
    kept = AssignmentValue.objects.filter(org_id=scope.org_id, assignment__in=own, known_from__lte=known_at)
    last = kept.order_by("assignment_id", "-known_from").distinct("assignment_id")
    fields = "assignment_id", "value", "parent_id", "is_locked", "is_deleted"
    stood = {number: rest for number, *rest in last.values_list(*fields)}
    fixed = own.filter(id__in=stood).values_list("id", "assignee_kind", "assignee_id", "start_date", "end_date")
    for row in fixed:
        value, parent_id, is_locked, is_deleted = stood[row[0]]
        if not is_deleted:
            yield (*row, value, parent_id, is_locked)


def _names(scope: Scope) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {("organization", 0): "Organization"}
    for kind, things in (("department", Department), ("team", Team), ("person", Person)):
        own = things.objects.filter(org_id=scope.org_id)
        found |= {(kind, number): name for number, name in own.values_list("id", "name")}
    return found
