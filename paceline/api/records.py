"""CRM records: up to ten thousand upserts a call, and reading them back."""

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.params.functions import Query
from pydantic import create_model

from paceline.api import answers
from paceline.api.callers import Caller, Signed
from paceline.api.gathering import Call, gathering
from paceline.api.pages import CursorQuery, IdQuery, LimitQuery, after, page
from paceline.api.shapes import PROBLEMS, Day
from paceline.domain.record import AMOUNT_MINOR_MAX, FIELDS, KEY_CHARACTERS_MAX, Field, FieldType, Module
from paceline.facts import records
from paceline.facts.ingest import BATCH_ROWS_MAX
from paceline.facts.records import Asked
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import reach
from paceline.org.checks import Checks
from paceline.org.names import findable

router = Router(tags=["records"], auth=Signed())

SOURCE_DEFAULT = "api"
BAD_REQUEST = 400
# Rows of one record are written one after the other, and everybody waits meanwhile.
REPEATS_MAX = 100


class FaultOut(Schema):
    """What is wrong with a row, and where."""

    where: str
    message: str


class ReceivedOut(Schema):
    """What became of one row."""

    external_id: str | None
    result: str
    reasons: list[FaultOut]


class ReceiptOut(Schema):
    """The rows' results in the order that they were sent, and how many there were of each."""

    results: list[ReceivedOut]
    created: int
    changed: int
    unchanged: int
    stale: int
    rejected: int


class RecordOut(Schema):
    """A record as it is stored; a time that came without a clock has only its day."""

    record_id: int
    source: str
    external_id: str
    owner_id: int | None
    owner: str | None
    name: str | None
    status: str
    deleted: bool
    created_at: datetime | None
    created_day: date | None
    modified: datetime | None
    custom: dict[str, Any]


_TOLD: dict[FieldType, Any] = {
    FieldType.DAY: date,
    FieldType.FLAG: bool,
    FieldType.INSTANT: datetime,
    FieldType.MONEY: int,
}


def _page_of(module: Module) -> type[Schema]:
    """The shape of a page of the module's records, with the fields that are its own."""
    own: dict[str, Any] = {}
    for field in FIELDS[module]:
        if field.type == FieldType.MOMENT:
            own |= {f"{field.name}_at": (datetime | None, ...), f"{field.name}_day": (date | None, ...)}
        elif field.name not in RecordOut.model_fields:
            own[field.name] = (_TOLD.get(field.type, str) | None, ...)
    name = module.value.removesuffix("s").title()
    record = create_model(f"{name}Out", __base__=RecordOut, __doc__=RecordOut.__doc__, **own)
    page_of = {"items": (list[record], ...), "next": (str | None, ...)}
    return create_model(f"{name}sOut", __base__=Schema, __doc__=f"A page of {module.value}.", **page_of)


_TYPES: dict[FieldType, dict[str, Any]] = {
    FieldType.CURRENCY: {"type": "string", "examples": ["EUR"]},
    FieldType.CUSTOM: {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
    FieldType.DAY: {"type": "string", "examples": ["2026-01-31"]},
    FieldType.FLAG: {"type": "boolean"},
    FieldType.INSTANT: {"type": "string", "examples": ["2026-01-31T17:00:00Z"]},
    FieldType.KEY: {"type": "string", "maxLength": KEY_CHARACTERS_MAX},
    FieldType.MOMENT: {"type": "string", "examples": ["2026-01-31T17:00:00Z", "2026-01-31"]},
    FieldType.MONEY: {
        "type": "integer",
        "description": "Minor units.",
        "minimum": -AMOUNT_MINOR_MAX,
        "maximum": AMOUNT_MINOR_MAX,
    },
    FieldType.TEXT: {"type": "string"},
}


def _described(field: Field) -> dict[str, Any]:
    if field.choices:
        return {"type": ["string", "null"], "enum": [*field.choices, None]}
    made = _TYPES[field.type]
    return made if field.required else {**made, "type": [made["type"], "null"]}


_EXAMPLES: dict[Module, dict[str, Any]] = {
    Module.DEALS: {
        "external_id": "D-1",
        "owner": "sam@example.com",
        "amount": 1250000,
        "currency": "USD",
        "status": "won",
        "created": "2026-01-05",
        "closed": "2026-02-11T16:20:00Z",
        "modified": "2026-02-11T16:20:05Z",
    },
    Module.LEADS: {
        "external_id": "L-1",
        "owner": "sam@example.com",
        "status": "qualified",
        "created": "2026-02-01",
        "qualified": "2026-02-03",
    },
    Module.TASKS: {
        "external_id": "T-1",
        "owner": "sam@example.com",
        "type": "call",
        "status": "completed",
        "completed": "2026-02-03T10:00:00Z",
    },
}


_WRITE_WORDS = (
    "Each record is made or changed by its external id within the source. A field that is left out stays, null clears"
    " it; what is older than the stored `modified` is stale. A bad record is rejected by itself, with its reasons."
)
_LIST_WORDS = "In the order they were made, the deleted ones too."


def _body(module: Module) -> dict[str, Any]:
    """The body as the document describes it: a bad row is refused by itself, so no schema refuses the body for it."""
    record = {
        "type": "object",
        "required": ["external_id"],
        "properties": {each.name: _described(each) for each in FIELDS[module]},
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "required": ["records"],
        "additionalProperties": False,
        "properties": {
            "source": {
                "type": "string",
                "minLength": 1,
                "maxLength": KEY_CHARACTERS_MAX,
                "default": SOURCE_DEFAULT,
                "description": "Where the records come from; an external id is one record within its source.",
            },
            "records": {"type": "array", "maxItems": BATCH_ROWS_MAX, "items": record},
        },
        "examples": [{"source": "crm", "records": [_EXAMPLES[module]]}],
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _read_body(request: HttpRequest) -> tuple[str, list[object]]:
    try:
        given = orjson.loads(request.body)
    except ValueError as error:
        raise HttpError(BAD_REQUEST, f"the body is not JSON: {error}") from None
    checks = Checks()
    rows = given.get("records") if isinstance(given, dict) else None
    source = given.get("source", SOURCE_DEFAULT) if isinstance(given, dict) else SOURCE_DEFAULT
    if not isinstance(rows, list):
        checks.fault("records", "give a list of records")
    elif len(rows) > BATCH_ROWS_MAX:
        checks.fault("records", f"{len(rows):,} records, where one call takes up to {BATCH_ROWS_MAX:,}")
    elif (times := _times_of_one(rows)) > REPEATS_MAX:
        checks.fault("records", f"one record comes {times:,} times, where one call takes up to {REPEATS_MAX}")
    if isinstance(given, dict):
        for name in given.keys() - {"records", "source"}:
            checks.fault(findable(name) or "body", "is not a part of the body: there are source and records")
    if not isinstance(source, str):
        checks.fault("source", "is not a text")
    else:
        source = checks.name("source", source)
    checks.done()
    return str(source), list(rows or ())


def _times_of_one(rows: list[Any]) -> int:
    """How often the most frequent record comes."""
    names = (row.get("external_id") for row in rows if isinstance(row, dict))
    times = Counter(name for name in names if isinstance(name, str))
    return max(times.values(), default=0)


OwnerQuery = Annotated[IdQuery | None, Query(description="Only those of this person.")]
SourceQuery = Annotated[str | None, Query(max_length=KEY_CHARACTERS_MAX, description="Only those of this source.")]
ExternalIdQuery = Annotated[str | None, Query(max_length=KEY_CHARACTERS_MAX, description="Only those of this id.")]
FromQuery = Annotated[Day | None, Query(alias="from", description="Created on this day or later.")]
ToQuery = Annotated[Day | None, Query(alias="to", description="Created before this day.")]


def _add(module: Module) -> None:
    name = module.value

    def write(request: HttpRequest) -> HttpResponse:
        source, rows = _read_body(request)
        caller: Caller = request.auth  # pyright: ignore[reportAttributeAccessIssue]
        key, asked = answers.key_of(request, caller)
        return gathering.write(Call(caller, module, source, rows, key, asked))

    def read(
        request: HttpRequest,
        owner: OwnerQuery = None,
        source: SourceQuery = None,
        external_id: ExternalIdQuery = None,
        from_: FromQuery = None,
        to: ToQuery = None,
        cursor: CursorQuery = None,
        limit: LimitQuery = 100,
    ) -> HttpResponse:
        (last,) = after(cursor)

        def make(scope: Scope) -> dict[str, Any]:
            owners = reach.people_seen(scope)
            if owner is not None:
                reach.check_sees(scope, Assignee("person", owner))
            asked = Asked(owner, owners, source and findable(source), external_id and findable(external_id), from_, to)
            found = records.listed(scope, module, asked, last, limit + 1)
            return page(found, limit, [(each["record_id"],) for each in found])

        return answers.read(request, make)

    described = {"openapi_extra": _body(module), "operation_id": f"write_{name}", "summary": f"Upsert {name}"}
    described["description"] = _WRITE_WORDS
    router.post(f"/{name}", response={200: ReceiptOut, **PROBLEMS}, **described)(write)
    router.get(
        f"/{name}",
        response={200: _page_of(module), **PROBLEMS},
        operation_id=f"list_{name}",
        summary=f"List the {name}",
        description=_LIST_WORDS,
    )(read)


for _module in Module:
    _add(_module)
