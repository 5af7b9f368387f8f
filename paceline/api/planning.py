"""Planning: cascades, rebalancing and periods, each previewed first and then applied by its token; and taking back."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from paceline.api import answers
from paceline.api.callers import Signed, now
from paceline.api.pages import PathId
from paceline.api.shapes import PROBLEMS, AssigneeOut, Given, Reason, example
from paceline.domain.shares import Method
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.calendar import today
from paceline.plan import draft, find
from paceline.plan.actions import cascades, periods, previews, undo
from paceline.plan.actions.previews import Applied, Previewed
from paceline.plan.models import TOKEN_CHARACTERS_MAX, Operation
from paceline.plan.periods import CUTS, METHODS

of_assignments = Router(tags=["planning"], auth=Signed())
of_targets = Router(tags=["planning"], auth=Signed())

OPTIONS = {
    "method": "weighted",
    "levels": "all",
    "rounding": 10000,
    "hedge_percent": 5,
    "minimums": {"team:3": 5000000},
}
# What is wrong in an option is told by the room that reads it, so that its schema is for the document alone.
NUMBER = {"type": ["integer", "number", "string"], "description": "A number, or its decimal digits."}
VALUE = {"type": "integer", "minimum": 0, "description": "In whole units: minor ones where the metric is money."}


def _option(words: str, **schema: Any) -> Any:
    return Field(default=None, description=words, json_schema_extra=schema)


def _by_child(words: str, each: dict[str, Any]) -> Any:
    return _option(words, type="object", additionalProperties=each)


_ROUNDING: Any = _option("Values are multiples of it, such as 100000 for whole thousands.", type="integer", minimum=1)


class CascadeIn(Given):
    """What a cascade is asked for, as the planning guide tells; all of it may be left out. Children are kind:id."""

    model_config = example(OPTIONS)

    method: Any = _option("How it is divided.", type="string", enum=[each.value for each in Method])
    children: Any = _option("Only these, such as team:3.", type="array", items={"type": "string"})
    values: Any = _by_child("By the method manual: each child's value.", VALUE)
    weights: Any = _by_child("By the method weighted: each child's weight.", NUMBER)
    blend: Any = _by_child("By the method weighted: metrics by their key, and how much each counts.", NUMBER)
    history_from: Any = _option("By the method weighted: from this day on.", type="string", format="date")
    history_to: Any = _option("Up to this day, without it.", type="string", format="date")
    hedge_percent: Any = _option(
        "Over-assignment in per cent, for every level or level by level.",
        anyOf=[NUMBER, {"type": "array", "items": NUMBER}],
    )
    rounding: Any = _ROUNDING
    levels: Any = _option(
        "How many levels down; 1 where left out.",
        anyOf=[{"type": "integer", "minimum": 1}, {"type": "string", "const": "all"}],
    )
    minimums: Any = _by_child("No less than this for a child.", VALUE)
    maximums: Any = _by_child("No more than this for a child.", VALUE)
    ramps: Any = _by_child("What part of a full share somebody new gets, such as 0.5.", NUMBER)


class PeriodsIn(Given):
    """What periods are asked for, as the planning guide tells; all of it may be left out."""

    model_config = example({"every": "month", "method": "seasonal", "whole_tree": True})

    every: Any = _option("Into what it is cut; months where left out.", type="string", enum=list(CUTS))
    method: Any = _option("How it is divided.", type="string", enum=list(METHODS))
    shares: Any = _option("By the method custom: per cent, one for each period.", type="array", items=NUMBER)
    amounts: Any = _option("By the method custom: values, one for each period.", type="array", items=VALUE)
    whole_tree: Any = _option("All shares below it too, with both sums exact.", type="boolean")
    rounding: Any = _ROUNDING
    years: Any = _option("By the method seasonal: how many years are looked back on.", type="integer", minimum=1)
    from_start: Any = _option("Count periods from the window's first day, and not by the calendar.", type="boolean")


def _options(given: Schema) -> dict[str, Any]:
    """The options that are given, as the rooms read them."""
    return given.dict(exclude_none=True)


class ApplyIn(Given):
    """The token of a preview: what was previewed is done, or nothing."""

    model_config = example({"token": "4f1c9e0b7a52d8136e9c40aa71b3f5d2608c94e7", "reason": "plan for the year"})

    token: Annotated[str, Field(min_length=1, max_length=TOKEN_CHARACTERS_MAX)]
    reason: Reason = ""


class UndoIn(Given):
    """Why the last operation is taken back."""

    model_config = example({"reason": "the wrong history"})

    reason: Reason = ""


class AssigneeRef(Schema):
    """Whom, without the name."""

    kind: str
    id: int | None = None


class DraftRow(Schema):
    """One assignment before and after; `assignment_id` is null for one to be made, `after` for one taken away."""

    assignment_id: int | None
    assignee: AssigneeOut
    start_date: str
    end_date: str
    depth: int
    parent_id: int | None
    parent: AssigneeRef | None
    before: int | None
    after: int | None
    change: int
    is_locked: bool
    why: str
    warnings: list[str]
    unallocated: int | None


class PreviewOut(Schema):
    """All that would be done, and the token that does exactly it."""

    token: str
    rows: list[DraftRow]
    notes: list[str]
    unallocated: int | None


class RebalanceOut(Schema):
    """The smallest change that makes the sums hold again, and dividing anew."""

    smallest: PreviewOut
    full: PreviewOut


class AppliedOut(Schema):
    """What was done; `operation_id` is null where nothing differed."""

    operation_id: int | None
    rows: list[DraftRow]


class OperationOut(Schema):
    """Something that was applied as one."""

    operation_id: int
    kind: str
    target_id: int


def previewed(made: Previewed) -> dict[str, Any]:
    """A preview as it is answered."""
    drafted = made.draft
    return {
        "token": made.token,
        "rows": draft.fields(drafted),
        "notes": list(drafted.notes),
        "unallocated": drafted.unallocated,
    }


def _operation(made: Operation) -> dict[str, Any]:
    return {"operation_id": made.id, "kind": made.kind, "target_id": made.target_id}


def today_of(scope: Scope) -> Any:
    """Today where the organization is."""
    return today(directory.own_organization(scope), now())


def apply(scope: Scope, what: str, number: int, given: ApplyIn) -> Applied:
    """Apply a preview that was made of this assignment or target. Raises NotFound for any other, and NotAllowed."""
    return previews.apply_preview_of(scope, what, number, given.token, given.reason)


def applied(made: Applied) -> dict[str, Any]:
    """What was done as it is answered."""
    operation = made.operation
    return {"operation_id": None if operation is None else operation.id, "rows": draft.fields(made.draft)}


def _apply(scope: Scope, assignment_id: int, given: ApplyIn) -> dict[str, Any]:
    return applied(apply(scope, "assignment", assignment_id, given))


PREVIEWED = {200: PreviewOut, **PROBLEMS}
APPLIED = {200: AppliedOut, **PROBLEMS}


@of_assignments.post("/{assignment_id}/cascade/preview", response=PREVIEWED, summary="What a cascade would do")
def preview_cascade(request: HttpRequest, assignment_id: PathId, given: CascadeIn) -> HttpResponse:
    """Divide an assignment's value among those below it in the target tree, on one level or on all. Nothing changes."""

    def work(scope: Scope) -> dict[str, Any]:
        return previewed(cascades.preview_cascade(scope, assignment_id, _options(given), today_of(scope)))

    return answers.write(request, work)


@of_assignments.post("/{assignment_id}/cascade", response=APPLIED, summary="Do what was previewed")
def cascade(request: HttpRequest, assignment_id: PathId, given: ApplyIn) -> HttpResponse:
    """Apply a cascade as it was previewed, all or nothing; refused where the plan changed since."""
    return answers.write(request, lambda scope: _apply(scope, assignment_id, given))


@of_assignments.post(
    "/{assignment_id}/rebalance/preview",
    response={200: RebalanceOut, **PROBLEMS},
    summary="What makes the sums hold again",
)
def preview_rebalance(request: HttpRequest, assignment_id: PathId, given: CascadeIn) -> HttpResponse:
    """After a hire or a departure: the smallest change, beside dividing anew. Nothing changes."""

    def work(scope: Scope) -> dict[str, Any]:
        made = cascades.preview_rebalance(scope, assignment_id, _options(given), today_of(scope))
        return {"smallest": previewed(made.smallest), "full": previewed(made.full)}

    return answers.write(request, work)


@of_assignments.post("/{assignment_id}/rebalance", response=APPLIED, summary="Do what was previewed")
def rebalance(request: HttpRequest, assignment_id: PathId, given: ApplyIn) -> HttpResponse:
    """Apply either of the two ways, by its token."""
    return answers.write(request, lambda scope: _apply(scope, assignment_id, given))


@of_assignments.post("/{assignment_id}/periods/preview", response=PREVIEWED, summary="What generating periods would do")
def preview_periods(request: HttpRequest, assignment_id: PathId, given: PeriodsIn) -> HttpResponse:
    """Split an assignment, or the whole tree below it, into months, quarters or weeks. Nothing changes."""
    return answers.write(
        request, lambda scope: previewed(periods.preview_periods(scope, assignment_id, _options(given)))
    )


@of_assignments.post("/{assignment_id}/periods", response=APPLIED, summary="Do what was previewed")
def generate_periods(request: HttpRequest, assignment_id: PathId, given: ApplyIn) -> HttpResponse:
    """Apply periods as they were previewed, all or nothing; refused where the plan changed since."""
    return answers.write(request, lambda scope: _apply(scope, assignment_id, given))


@of_targets.post("/{target_id}/undo", response={200: OperationOut, **PROBLEMS}, summary="Take the last operation back")
def undo_last(request: HttpRequest, target_id: PathId, given: UndoIn) -> HttpResponse:
    """Every value as it was before the last operation, such as a cascade; refused where one was changed since."""

    def work(scope: Scope) -> dict[str, Any]:
        find.target(scope, target_id)
        return _operation(undo.undo_last(scope, target_id=target_id, reason=given.reason))

    return answers.write(request, work)
