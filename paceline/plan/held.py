"""A target's assignments as they were held at a moment."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum

from paceline.domain.calendar import Window
from paceline.errors import NotFound
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory
from paceline.org.kept import kept
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
    rows = rows_of(scope, own, known_at)
    names = names_of(scope)
    # Few windows are shared by many.
    windows: dict[tuple[date, date], Window] = {}
    made = [
        Held(
            number,
            Assignee(kind, of),
            names[kind, of],
            windows.setdefault((start, end), Window(start, end)),
            value,
            parent_id,
            locked,
        )
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
    were = AssignmentValue.objects.filter(org_id=scope.org_id, assignment__in=own, known_from__lte=known_at)
    last = were.order_by("assignment_id", "-known_from").distinct("assignment_id")
    fields = "assignment_id", "value", "parent_id", "is_locked", "is_deleted"
    stood = {number: rest for number, *rest in last.values_list(*fields)}
    fixed = own.filter(id__in=stood).values_list("id", "assignee_kind", "assignee_id", "start_date", "end_date")
    for row in fixed:
        value, parent_id, is_locked, is_deleted = stood[row[0]]
        if not is_deleted:
            yield (*row, value, parent_id, is_locked)


Names = dict[tuple[str, int], str]
_HeldRow = tuple[int, str, int, date, date, int, int | None, bool]


def held_one(scope: Scope, assignment_id: int, known_at: datetime | None = None) -> Held:
    """One assignment now, or as it stood. Raises NotFound where there is none, or was none then."""
    if known_at is None:
        return kept.get(scope, ("held one", assignment_id), lambda: _held_one(scope, assignment_id, None))
    return _held_one(scope, assignment_id, known_at)


def _held_one(scope: Scope, assignment_id: int, known_at: datetime | None) -> Held:
    found = held_some(scope, [assignment_id], known_at)
    if not found:
        raise NotFound("there is no such assignment")
    return found[assignment_id]


def held_some(scope: Scope, ids: Collection[int], known_at: datetime | None = None) -> dict[int, Held]:
    """Some assignments now, or as they stood, by id, in as many queries for many as for few; maybe of many targets."""
    rows = list(rows_of(scope, Assignment.objects.filter(org_id=scope.org_id, id__in=ids), known_at))
    names = names_of(scope, [Assignee(kind, of) for _, kind, of, *_ in rows]) if rows else {}
    return {
        number: Held(number, Assignee(kind, of), names[kind, of], Window(start, end), value, parent_id, locked)
        for number, kind, of, start, end, value, parent_id, locked in rows
    }


def value_below(scope: Scope, parent: Held, known_at: datetime | None = None) -> int | None:
    """What the shares just below one come to, for the same window; None where there are none."""
    if parent.assignee.kind == "person":
        return None
    if known_at is None:
        return kept.get(scope, ("below", parent.id), lambda: _value_below(scope, parent, None))
    return _value_below(scope, parent, known_at)


def _value_below(scope: Scope, parent: Held, known_at: datetime | None) -> int | None:
    were = AssignmentValue.objects.filter(org_id=scope.org_id, parent_id=parent.id)
    was = Q(id__in=were.values("assignment_id")) if known_at is not None else Q(parent_id=parent.id)
    window = {"start_date": parent.window.start, "end_date": parent.window.end}
    rows = rows_of(scope, Assignment.objects.filter(was, org_id=scope.org_id, **window), known_at)
    values = [value for *_, value, parent_id, _ in rows if parent_id == parent.id]
    return sum(values) if values else None


def values_below(scope: Scope, parents: Collection[Held]) -> dict[int, int]:
    """What the shares just below some come to now, each for its own window, by id, in one query."""
    windows = {each.id: each.window for each in parents}
    own = Assignment.objects.filter(org_id=scope.org_id, parent_id__in=windows, is_deleted=False)
    sums = own.values_list("parent_id", "start_date", "end_date").annotate(total=Sum("value"))
    return {parent: int(total) for parent, start, end, total in sums if windows[parent] == Window(start, end)}


def rows_of(scope: Scope, own: QuerySet[Assignment], known_at: datetime | None) -> Iterable[_HeldRow]:
    """Id, assignee's kind and id, first day, day after the last, value, parent and lock of each that stood then."""
    return _now(own) if known_at is None else _then(scope, own, known_at)


def names_of(scope: Scope, assignees: Collection[Assignee] | None = None) -> Names:
    """What these assignees (everybody, if None) are called, by kind and id."""
    found: Names = {}
    if assignees is None or any(each.kind == "organization" for each in assignees):
        found["organization", 0] = directory.own_organization(scope).name
    for kind, things in (("department", Department), ("team", Team), ("person", Person)):
        own = things.objects.filter(org_id=scope.org_id)
        if assignees is not None:
            ids = {each.id for each in assignees if each.kind == kind}
            own = own.filter(id__in=ids) if ids else own.none()
        found |= {(kind, number): name for number, name in own.values_list("id", "name")}
    return found
