"""Refusals as problem details (RFC 9457): the one place where errors become HTTP."""

import logging
from typing import Any

import psycopg
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from paceline import edge
from paceline.api.answers import encoded
from paceline.errors import Fault, InvalidInput, PacelineError

MEDIA_TYPE = "application/problem+json"
UNAUTHORIZED, TOO_LARGE, INTERNAL, UNAVAILABLE = 401, 413, 500, 503
RETRY_SECONDS = 2
log = logging.getLogger("paceline.api")

# Verbs name a fault by their own words, and callers know the fields by these.
_FIELDS = {
    "end_day": "end_date",
    "from_day": "from_date",
    "hire_day": "hire_date",
    "is_locked": "locked",
    "manager": "manager_id",
    "parent": "parent_id",
}

CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}


def problem(status: int, code: str, detail: str, faults: tuple[Fault, ...] = (), **data: object) -> HttpResponse:
    """A problem as the API tells it; `errors` names each fault of an input."""
    body: dict[str, object] = {"type": f"/problems/{code}", "title": _title(code), "status": status, "code": code}
    body |= {"detail": detail, **data}
    if faults:
        body["errors"] = [{"where": _FIELDS.get(each.where, each.where), "message": each.message} for each in faults]
    response = HttpResponse(encoded(body), status=status, content_type=MEDIA_TYPE)
    if status == UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if status == UNAVAILABLE:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def plain(status: int, detail: str) -> HttpResponse:
    """A problem that only its status tells apart."""
    return problem(status, CODES.get(status, "error"), detail)


def of_error(error: PacelineError) -> HttpResponse:
    """The family's own refusals."""
    shown = {name: value for name, value in error.data.items() if name not in {"status", "code", "detail"}}
    return problem(error.status, error.code, error.message, error.faults, **shown)


def of_database(error: Exception) -> HttpResponse:
    """What the database refused or could not do."""
    return of_error(edge.refusal_of(error))


def add_to(api: NinjaAPI) -> None:
    """Render every error of the API."""

    @api.exception_handler(PacelineError)
    def _refused(_request: HttpRequest, error: PacelineError) -> HttpResponse:
        return of_error(error)

    @api.exception_handler(ValidationError)
    def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        return of_error(InvalidInput([_fault(each) for each in error.errors]))

    @api.exception_handler(HttpError)
    def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
        return plain(error.status_code, str(error))

    def _database(_request: HttpRequest, error: Any) -> HttpResponse:
        return of_database(error)

    for kind in (OperationalError, InterfaceError, DataError, psycopg.Error):
        api.add_exception_handler(kind, _database)

    @api.exception_handler(RequestDataTooBig)
    def _too_large(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
        return plain(TOO_LARGE, "the body is too large: send fewer records a call")

    @api.exception_handler(Exception)
    def _failed(_request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("an operation failed", exc_info=error)
        return plain(INTERNAL, "this is our fault: it is in the log under this answer's X-Request-Id")


def _fault(each: dict[str, Any]) -> Fault:
    # The first is where the value was looked for, and the second the parameter that holds the body.
    where = [str(part) for part in each.get("loc", ())]
    skipped = 2 if where[:1] == ["body"] and len(where) > 1 else 1
    return Fault(
        ".".join(where[skipped:]) or "body", str(each.get("msg", "is not valid")).removeprefix("Value error, ")
    )


def _title(code: str) -> str:
    return code.replace("_", " ").capitalize()
