"""Targets and their assignments."""

from datetime import date
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from paceline.api import answers
from paceline.api.callers import Signed
from paceline.api.pages import CursorQuery, Id, LimitQuery, PathId, after, page
from paceline.api.shapes import (
    PROBLEMS,
    AssigneeIn,
    AssigneeKind,
    AssigneeOut,
    Condition,
    Day,
    Given,
    Reason,
    ReasonQuery,
    Whole,
    example,
)
from paceline.domain.kinds import Unit
from paceline.errors import InvalidInput
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory
from paceline.org.names import findable
from paceline.plan import find, held, rules
from paceline.plan.actions import assignments
from paceline.plan.actions import targets as verbs
from paceline.plan.models import (
    DESCRIPTION_CHARACTERS_MAX,
    KEY_CHARACTERS_MAX,
    TARGET_NAME_CHARACTERS_MAX,
    Assignment,
    Target,
)

router = Router(tags=["targets"], auth=Signed())
shares = Router(tags=["assignments"], auth=Signed())

TargetName = Annotated[str, Field(min_length=1, max_length=TARGET_NAME_CHARACTERS_MAX, examples=["Revenue 2026"])]
Description = Annotated[str, Field(max_length=DESCRIPTION_CHARACTERS_MAX)]
Period = Literal["weekly", "monthly", "quarterly", "annual", "custom"]
PaceBy = Literal["calendar_days", "working_days", "past_shape"]
TargetStatus = Literal["draft", "active", "archived"]
Value = Annotated[
    Whole, Field(description="Minor units where the metric is money, else a count.", examples=[200000000])
]


class TargetIn(Given):
    """A target; `end_date`, the first day after, is only for a custom period."""

    model_config = example(
        {"name": "Q1", "metric": "revenue", "value": 90_000_00, "period": "quarterly", "start_date": "2026-01-01"}
    )

    name: TargetName
    metric: Annotated[str, Field(max_length=KEY_CHARACTERS_MAX, examples=["revenue"])]
    value: Value
    period: Period
    start_date: Day
    end_date: Day | None = None
    description: Description = ""
    filter: Condition | None = None
    pace_by: PaceBy = "calendar_days"
    status: TargetStatus = "active"
    reason: Reason = ""


class TargetChange(Given):
    """What changes of a target; metric, window and filter stay, because assignments rest on them."""

    model_config = example({"value": 95_000_00, "reason": "two more people"})

    name: TargetName | None = None
    value: Value | None = None
    description: Description | None = None
    pace_by: PaceBy | None = None
    status: TargetStatus | None = None
    reason: Reason = ""


class TargetOut(Schema):
    """A target; its window is half-open."""

    id: int
    name: str
    metric: str
    value: int
    currency: str | None
    period: str
    start_date: date
    end_date: date
    description: str
    filter: dict[str, Any] | None
    pace_by: str
    status: str


class TargetsOut(Schema):
    """A page of targets."""

    items: list[TargetOut]
    next: str | None


class AssignmentIn(Given):
    """One assignee's share, for a window inside the target's (all of it by default)."""

    model_config = example({"assignee": {"kind": "person", "id": 17}, "value": 30_000_00})

    assignee: AssigneeIn
    value: Value
    start_date: Day | None = None
    end_date: Day | None = None
    parent_id: Id | None = None
    locked: bool = False
    reason: Reason = ""


class AssignmentChange(Given):
    """What changes of an assignment; what is left out stays."""

    model_config = example({"value": 35_000_00, "locked": True, "reason": "as agreed"})

    value: Value | None = None
    locked: bool | None = None
    reason: Reason = ""


class AssignmentOut(Schema):
    """One assignee's share; `origin` says where its value came from."""

    id: int
    target_id: int
    assignee: AssigneeOut
    value: int
    start_date: date
    end_date: date
    parent_id: int | None
    locked: bool
    origin: str


class AssignmentsOut(Schema):
    """A page of assignments."""

    items: list[AssignmentOut]
    next: str | None


def _shown(target: Target, currency: str) -> dict[str, Any]:
    is_money = rules.definition(target.measured_by).unit == Unit.MONEY
    return {
        "id": target.id,
        "name": target.name,
        "metric": target.metric.key,
        "value": target.value,
        "currency": currency if is_money else None,
        "period": target.period,
        "start_date": target.start_date,
        "end_date": target.end_date,
        "description": target.description,
        "filter": target.filter,
        "pace_by": target.pace_by,
        "status": target.status,
    }


def _target(scope: Scope, target_id: int) -> dict[str, Any]:
    return _shown(find.target(scope, target_id), directory.own_organization(scope).currency)


StatusQuery = Annotated[TargetStatus | None, Query(description="Only those of this status.")]
MetricQuery = Annotated[str | None, Query(max_length=KEY_CHARACTERS_MAX, description="Only those of this metric.")]


@router.get("", response={200: TargetsOut, **PROBLEMS}, summary="List the targets")
def list_targets(
    request: HttpRequest,
    status: StatusQuery = None,
    metric: MetricQuery = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 100,
) -> HttpResponse:
    """The targets in the order they were made."""
    (last,) = after(cursor)
    chosen = Q(id__gt=last)
    chosen &= Q() if status is None else Q(status=status)
    chosen &= Q() if metric is None else Q(metric__key=findable(metric))

    def make(scope: Scope) -> dict[str, Any]:
        own = Target.objects.filter(chosen, org_id=scope.org_id).order_by("id")
        shared = find.visible_assignments(scope)
        own = own if shared is None else own.filter(id__in=shared.values("target_id"))
        found = list(own.select_related("metric", "measured_by__narrowed_from")[: limit + 1])
        currency = directory.own_organization(scope).currency
        return page([_shown(each, currency) for each in found], limit, [(each.id,) for each in found])

    return answers.read(request, make)


@router.post("", response={201: TargetOut, **PROBLEMS}, summary="Set a target")
def create_target(request: HttpRequest, given: TargetIn) -> HttpResponse:
    """A metric, a value and a window; shares of it are assigned afterwards."""
    return answers.write(
        request, lambda scope: _target(scope, verbs.create_target(scope, **given.dict()).id), answers.CREATED
    )


@router.get("/{target_id}", response={200: TargetOut, **PROBLEMS}, summary="Show a target")
def show_target(request: HttpRequest, target_id: PathId) -> HttpResponse:
    """One target; its `ETag` guards edits."""
    return answers.read_one(request, lambda scope: _target(scope, target_id))


@router.patch("/{target_id}", response={200: TargetOut, **PROBLEMS}, summary="Change a target")
def edit_target(request: HttpRequest, target_id: PathId, given: TargetChange) -> HttpResponse:
    """What is given changes and the rest stays."""

    def work(scope: Scope) -> dict[str, Any]:
        answers.check_unchanged(request, scope, lambda: _target(scope, target_id))
        verbs.edit_target(scope, target_id, **given.dict())
        return _target(scope, target_id)

    return answers.write(request, work)


@router.delete("/{target_id}", response={204: None, **PROBLEMS}, summary="Delete a target that was never assigned")
def delete_target(request: HttpRequest, target_id: PathId, reason: ReasonQuery = "") -> HttpResponse:
    """One that has assignments is archived instead, because their history stays."""

    def work(scope: Scope) -> None:
        answers.check_unchanged(request, scope, lambda: _target(scope, target_id))
        verbs.delete_target(scope, target_id, reason=reason)

    return answers.write(request, work)


def _share(each: Assignment, names: held.Names) -> dict[str, Any]:
    kind, number = each.assignee_kind, each.assignee_id
    return {
        "id": each.id,
        "target_id": each.target_id,
        "assignee": {"kind": kind, "id": number or None, "name": names[kind, number]},
        "value": each.value,
        "start_date": each.start_date,
        "end_date": each.end_date,
        "parent_id": each.parent_id,
        "locked": each.is_locked,
        "origin": each.origin,
    }


def _assignment(scope: Scope, assignment_id: int) -> dict[str, Any]:
    found = find.assignment(scope, assignment_id)
    return _share(found, held.names_of(scope, [Assignee(found.assignee_kind, found.assignee_id)]))


AssigneeKindQuery = Annotated[AssigneeKind | None, Query(description="Only those of this kind of assignee.")]


@router.get("/{target_id}/assignments", response={200: AssignmentsOut, **PROBLEMS}, summary="List the assignments")
def list_assignments(
    request: HttpRequest,
    target_id: PathId,
    kind: AssigneeKindQuery = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 100,
) -> HttpResponse:
    """Who has which share of the target, in the order they were made."""
    (last,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        target, seen = find.target(scope, target_id), find.visible_assignments(scope)
        every = Assignment.objects.filter(org_id=scope.org_id, is_deleted=False) if seen is None else seen
        own = every.filter(target=target)
        own = own if kind is None else own.filter(assignee_kind=kind)
        found = list(own.filter(id__gt=last).order_by("id")[: limit + 1])
        names = held.names_of(scope, [Assignee(each.assignee_kind, each.assignee_id) for each in found])
        return page([_share(each, names) for each in found], limit, [(each.id,) for each in found])

    return answers.read(request, make)


@router.post("/{target_id}/assignments", response={201: AssignmentOut, **PROBLEMS}, summary="Assign a share")
def assign(request: HttpRequest, target_id: PathId, given: AssignmentIn) -> HttpResponse:
    """It goes under the nearest assignment above it in the tree, unless a parent is given."""
    fields = given.dict()
    assignee, fields["is_locked"] = _assignee(given.assignee), fields.pop("locked")
    del fields["assignee"]

    def work(scope: Scope) -> dict[str, Any]:
        return _assignment(scope, assignments.assign(scope, target_id, assignee, **fields).id)

    return answers.write(request, work, answers.CREATED)


def _assignee(given: AssigneeIn) -> Assignee:
    if given.kind == find.ORGANIZATION.kind:
        if given.id is not None:
            raise InvalidInput.at("assignee.id", "the organization has no id: leave it out")
        return find.ORGANIZATION
    if given.id is None:
        raise InvalidInput.at("assignee.id", f"give the id of the {given.kind}")
    return Assignee(given.kind, given.id)


@shares.get("/{assignment_id}", response={200: AssignmentOut, **PROBLEMS}, summary="Show an assignment")
def show_assignment(request: HttpRequest, assignment_id: PathId) -> HttpResponse:
    """One assignment; its `ETag` guards edits."""
    return answers.read_one(request, lambda scope: _assignment(scope, assignment_id))


@shares.patch("/{assignment_id}", response={200: AssignmentOut, **PROBLEMS}, summary="Change an assignment")
def edit_assignment(request: HttpRequest, assignment_id: PathId, given: AssignmentChange) -> HttpResponse:
    """Another value, or locked so that cascades leave it alone. The change is kept in its history."""

    def work(scope: Scope) -> dict[str, Any]:
        answers.check_unchanged(request, scope, lambda: _assignment(scope, assignment_id))
        assignments.edit_assignment(
            scope, assignment_id, value=given.value, is_locked=given.locked, reason=given.reason
        )
        return _assignment(scope, assignment_id)

    return answers.write(request, work)


@shares.delete("/{assignment_id}", response={204: None, **PROBLEMS}, summary="Take a share away")
def remove_assignment(request: HttpRequest, assignment_id: PathId, reason: ReasonQuery = "") -> HttpResponse:
    """Those below it go under what is above it; its history stays."""

    def work(scope: Scope) -> None:
        answers.check_unchanged(request, scope, lambda: _assignment(scope, assignment_id))
        assignments.remove_assignment(scope, assignment_id, reason=reason)

    return answers.write(request, work)
