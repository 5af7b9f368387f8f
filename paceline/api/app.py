"""The API as one thing: its routers, its errors, its document."""

from pathlib import Path
from typing import Any

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

import paceline
from paceline.api import (
    audit,
    boards,
    document,
    figures,
    members,
    metrics,
    people,
    planning,
    plans,
    problems,
    records,
    targets,
    tokens,
    units,
)

DESCRIPTION = """
Sales targets and quotas, computed live and exactly from CRM records.

Send `Authorization: Bearer TOKEN`; `paceline token create` makes one. Money is whole minor units with `currency`
beside it; windows are half-open, `end_date` being the first day after; times are RFC 3339, days ISO 8601. Lists answer
`{"items": [...], "next": cursor or null}`. Any write takes `Idempotency-Key`: asked again with the same key it is done
once and answered alike. `If-Match` with the `ETag` of a thing guards an edit; `If-None-Match` saves reading again what
has not changed. Errors are problem details (RFC 9457) with a `code`, and `errors` for an input.
"""


class _Json(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002
        return orjson.dumps(data)


class _JsonParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


class _Api(NinjaAPI):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._documents: dict[str, Any] = {}

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> Any:
        """The document, which takes seconds to make and is the same for ever."""
        key = repr(options)
        if key not in self._documents:
            self._documents[key] = document.finished(super().get_openapi_schema(**options))
        return self._documents[key]


class _Docs(Swagger):
    # By its own files, which this service sends. Were the package an application, each command would load all of it.
    template_cdn = str(Path(__file__).parent / "templates" / "docs.html")


def _make() -> NinjaAPI:
    made = _Api(
        title="Paceline",
        version=paceline.__version__,
        description=DESCRIPTION,
        renderer=_Json(),
        parser=_JsonParser(),
        urls_namespace="api",
        openapi_url="/openapi.json",
        docs_url="/docs",
        docs=_Docs(),
    )
    problems.add_to(made)
    made.add_router("/audit", audit.router)
    made.add_router("/metrics", metrics.router)
    made.add_router("/people", people.router)
    made.add_router("/departments", units.departments)
    made.add_router("/teams", units.teams)
    made.add_router("/records", records.router)
    made.add_router("/targets", targets.router)
    made.add_router("/targets", figures.of_targets)
    made.add_router("/assignments", targets.shares)
    made.add_router("/assignments", figures.of_assignments)
    made.add_router("/leaderboards", boards.router)
    made.add_router("/assignments", planning.of_assignments)
    made.add_router("/targets", planning.of_targets)
    made.add_router("/targets", plans.router)
    made.add_router("/members", members.router)
    made.add_router("/invitations", members.invited)
    made.add_router("/tokens", tokens.router)
    made.add_router("", figures.of_records)
    return made


api = _make()
