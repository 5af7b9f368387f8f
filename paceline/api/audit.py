"""The audit trail: as pages, and as a CSV file."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.params.functions import Query

from paceline.api import answers
from paceline.api.callers import Signed
from paceline.api.pages import CursorQuery, IdQuery, after, page
from paceline.api.shapes import PROBLEMS, Time
from paceline.facts.scope import Scope
from paceline.org import changes
from paceline.org.changes import FIELDS, Asked
from paceline.org.names import findable
from paceline.plan import operated
from paceline.plan.sheets.texts import neutral

router = Router(tags=["audit"], auth=Signed())

CSV = "text/csv"
ROWS_MAX = 10_000
WORD_CHARACTERS_MAX = 200


class ChangeOut(Schema):
    """One change: `old` and `new` hold the fields that differ; `old` is null where the thing was made."""

    id: int
    at: datetime
    actor: str
    origin: str
    verb: str
    kind: str
    object_id: int
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    reason: str


class ChangesOut(Schema):
    """A page of changes, the newest first."""

    items: list[ChangeOut]
    next: str | None


KindQuery = Annotated[
    str | None, Query(max_length=WORD_CHARACTERS_MAX, description="Of this kind of thing, such as assignment.")
]
OperationQuery = Annotated[
    IdQuery | None,
    Query(description="Instead, what the operation of this id (`object_id` of its entry) did to each assignment."),
]
ObjectQuery = Annotated[IdQuery | None, Query(description="Of the thing of this id.")]
ActorQuery = Annotated[str | None, Query(max_length=WORD_CHARACTERS_MAX, description="By whom.")]
FromQuery = Annotated[Time | None, Query(alias="from", description="At this time or later, RFC 3339 with a zone.")]
ToQuery = Annotated[Time | None, Query(alias="to", description="Before this time.")]
FormatQuery = Annotated[Literal["json", "csv"], Query(description="As what it is written.")]
RowsQuery = Annotated[int, Query(ge=1, le=ROWS_MAX, description="How many at most.")]


@router.get(
    "",
    response={200: ChangesOut, **PROBLEMS},
    summary="Who changed what",
    openapi_extra={"responses": {200: {"content": {CSV: {"schema": {"type": "string"}}}}}},
)
def list_changes(
    request: HttpRequest,
    kind: KindQuery = None,
    object_id: ObjectQuery = None,
    actor: ActorQuery = None,
    from_: FromQuery = None,
    to: ToQuery = None,
    operation: OperationQuery = None,
    format: FormatQuery = "json",
    cursor: CursorQuery = None,
    limit: RowsQuery = 100,
) -> HttpResponse:
    """The trail of all changes, the newest first. A CSV file has no cursor: go on from its last time by `to`.

    A cascade and every other operation on a plan is one entry; with `operation` it is opened, by the assignments' ids,
    and nothing else is asked for.
    """
    (before,) = after(cursor)
    asked = Asked(kind and findable(kind), object_id, actor and findable(actor), from_, to)

    def make(scope: Scope) -> Any:
        if operation is None:
            found, by = changes.entries(scope, asked, before, limit + 1), "id"
        else:
            found, by = operated.entries(scope, operation, before, limit + 1), "object_id"
        return _file(found[:limit]) if format == "csv" else page(found, limit, [(each[by],) for each in found])

    response = answers.read(request, make)
    if format == "csv" and response.status_code == answers.OK:
        response["Content-Type"] = CSV
        response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _file(found: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(FIELDS)
    writer.writerows([neutral(_text(each[name])) for name in FIELDS] for each in found)
    return text.getvalue().encode()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
