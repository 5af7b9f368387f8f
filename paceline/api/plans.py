"""Whole plans: exported and imported as spreadsheets, changed in bulk, copied to the next window."""

import base64
import binascii
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from paceline.api import answers
from paceline.api.callers import Signed
from paceline.api.pages import Id, PathId
from paceline.api.planning import APPLIED, PREVIEWED, ApplyIn, DraftRow, applied, apply, previewed, today_of
from paceline.api.shapes import PROBLEMS, Day, Given, Reason, Whole, example
from paceline.api.targets import TargetName, TargetStatus
from paceline.domain.access import Permission
from paceline.errors import InvalidInput
from paceline.facts.scope import Scope
from paceline.plan import find
from paceline.plan.actions import bulk, copies, imports
from paceline.plan.actions.bulk import CHANGES_MAX, ShareChange
from paceline.plan.options import NUMBER_CHARACTERS_MAX
from paceline.plan.sheets.plan import Plan
from paceline.plan.sheets.reading import FILE_BYTES_MAX
from paceline.plan.sheets.writing import FileFormat, write

router = Router(tags=["planning"], auth=Signed())

MEDIA_TYPES = {
    FileFormat.CSV: "text/csv",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FILES = {
    media_type: {"schema": {"type": "string", **({} if each == FileFormat.CSV else {"format": "binary"})}}
    for each, media_type in MEDIA_TYPES.items()
}
# Four characters of base64 are three bytes.
BASE64_CHARACTERS_MAX = FILE_BYTES_MAX // 3 * 4 + 4
CSV = "kind,reference,value,locked\nperson,sam@example.com,35000.00,yes\n"


class PlanIn(Given):
    """A plan as a spreadsheet: `csv` as text, or `xlsx` in base64."""

    model_config = example({"csv": CSV})

    csv: Annotated[str | None, Field(max_length=FILE_BYTES_MAX, description="The text of a CSV file.")] = None
    xlsx: Annotated[
        str | None, Field(max_length=BASE64_CHARACTERS_MAX, description="The bytes of a workbook, in base64.")
    ] = None


class ShareChangeIn(Given):
    """What one assignment is to be; what is left out stays."""

    assignment_id: Id
    value: Whole | None = None
    locked: bool | None = None


class CopyIn(Given):
    """What a copy of a target is asked for; all of it may be left out."""

    model_config = example({"name": "Revenue 2027", "start_date": "2027-01-01", "growth": "1.10"})

    name: TargetName | None = None
    start_date: Annotated[Day | None, Field(description="Default: the day after the target's last.")] = None
    growth: Annotated[
        str,
        Field(max_length=NUMBER_CHARACTERS_MAX, description="A factor such as 1.10, or per cent such as 10 %."),
    ] = "1"
    status: TargetStatus = "draft"


class CopiedOut(Schema):
    """The target that was made; `operation_id` is null where it has no shares."""

    target_id: int
    operation_id: int | None
    rows: list[DraftRow]


class BulkIn(Given):
    """Many changes for one reason: all of them are made, or none."""

    model_config = example(
        {
            "changes": [{"assignment_id": 17, "value": 3_500_000}, {"assignment_id": 18, "locked": True}],
            "reason": "as agreed in the kick-off",
        }
    )

    changes: Annotated[list[ShareChangeIn], Field(min_length=1, max_length=CHANGES_MAX)]
    reason: Reason = ""


FormatQuery = Annotated[Literal["csv", "xlsx"], Query(description="As what the plan is written.")]


@router.get(
    "/{target_id}/plan",
    response={200: None, **PROBLEMS},
    summary="Export the whole plan",
    openapi_extra={"responses": {200: {"description": "The file.", "content": FILES}}},
)
def export_plan(request: HttpRequest, target_id: PathId, format: FormatQuery = "csv") -> HttpResponse:
    """Who has which share, as a spreadsheet: a row for each assignee, a column for each period."""
    as_ = FileFormat(format)

    def make(scope: Scope) -> bytes:
        table = Plan(scope, find.target(scope, target_id)).table()
        return write(table.header, table.rows, as_)

    response = answers.read(request, make)
    if response.status_code == answers.OK:
        response["Content-Type"] = MEDIA_TYPES[as_]
        response["Content-Disposition"] = f'attachment; filename="plan-{target_id}.{as_.value}"'
    return response


@router.post("/{target_id}/plan/preview", response=PREVIEWED, summary="What importing a plan would change")
def preview_plan(request: HttpRequest, target_id: PathId, given: PlanIn) -> HttpResponse:
    """Lay a changed file against the plan as it stands. What is not in it is left alone; nothing changes yet."""
    return answers.write(request, lambda scope: previewed(imports.preview_import(scope, target_id, _content(given))))


@router.post("/{target_id}/plan", response=APPLIED, summary="Do what was previewed")
def import_plan(request: HttpRequest, target_id: PathId, given: ApplyIn) -> HttpResponse:
    """Apply an import as it was previewed, all or nothing; refused where the plan changed since."""
    return answers.write(request, lambda scope: applied(apply(scope, "target", target_id, given)))


@router.post("/{target_id}/assignments/bulk", response=APPLIED, summary="Change many assignments")
def edit_assignments(request: HttpRequest, target_id: PathId, given: BulkIn) -> HttpResponse:
    """Values and locks of many assignments of the target, as one operation that can be undone; all of them or none."""
    changes = [ShareChange(each.assignment_id, each.value, each.locked) for each in given.changes]
    return answers.write(request, lambda scope: applied(bulk.edit_many(scope, target_id, changes, reason=given.reason)))


@router.post("/{target_id}/copy/preview", response=PREVIEWED, summary="What copying a target would make")
def preview_copy(request: HttpRequest, target_id: PathId, given: CopyIn) -> HttpResponse:
    """The target for the next window with everybody's shares; `notes` say what becomes of who left or moved."""
    return answers.write(
        request, lambda scope: previewed(copies.preview_copy(scope, target_id, given.dict(), today_of(scope)))
    )


@router.post("/{target_id}/copy", response={201: CopiedOut, **PROBLEMS}, summary="Do what was previewed")
def copy_target(request: HttpRequest, target_id: PathId, given: ApplyIn) -> HttpResponse:
    """Make the copy as it was previewed, all or nothing; refused where the plan changed since."""

    def work(scope: Scope) -> dict[str, Any]:
        scope.needs(Permission.CHANGE_TARGETS)
        made = apply(scope, "target", target_id, given)
        return {"target_id": made.draft.target.id, **applied(made)}

    return answers.write(request, work, answers.CREATED)


def _content(given: PlanIn) -> bytes:
    if (given.csv is None) == (given.xlsx is None):
        raise InvalidInput.at("csv", "give the plan as csv or as xlsx")
    if given.csv is not None:
        return given.csv.encode("utf-8", "replace")
    try:
        return base64.b64decode(given.xlsx or "", validate=True)
    except (ValueError, binascii.Error):
        raise InvalidInput.at("xlsx", "is not base64") from None
