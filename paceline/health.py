"""What those who run the service ask it: whether it lives, whether it is ready, what it has measured."""

import os

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

import paceline
from paceline import schema
from paceline.api import problems
from paceline.api.answers import answer
from paceline.api.callers import caller_of
from paceline.domain.access import Permission, TokenScope
from paceline.errors import PacelineError
from paceline.middleware import API

# Where prometheus_client adds up what several processes measure.
MEASURES = "PROMETHEUS_MULTIPROC_DIR"
NOT_FOUND, FAILED, BAD_REQUEST, UNAVAILABLE = 404, 500, 400, 503


@csrf_exempt
@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return answer({"status": "ok", "version": paceline.__version__})


@csrf_exempt
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """The process can answer: the database is there, with the tables of this version."""
    try:
        if connection.connection is not None and not connection.is_usable():
            connection.close()
        behind = schema.pending()
    except Exception as error:  # noqa: BLE001 - whatever it is, the service is not ready
        return problems.of_database(error)
    if behind:
        return problems.plain(UNAVAILABLE, "the database is behind this version: run `paceline migrate`")
    return answer({"status": "ready"})


@csrf_exempt
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """Counters for Prometheus, for a token of scope admin."""
    try:
        caller = caller_of(request)
        caller.needs(TokenScope.ADMIN)
        with caller.reading() as scope:
            scope.needs(Permission.READ_AUDIT)
    except PacelineError as error:
        return problems.of_error(error)
    if MEASURES not in os.environ:
        return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
    # Whichever process is asked tells what all have counted.
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return HttpResponse(generate_latest(together), content_type=CONTENT_TYPE_LATEST)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001 - Django's shape
    return _page(request, NOT_FOUND, "there is nothing at this address")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001 - Django's shape
    return _page(request, BAD_REQUEST, "the request cannot be read")


def failed(request: HttpRequest) -> HttpResponseBase:
    return _page(request, FAILED, "this is our fault: it is in the log under this answer's X-Request-Id")


def _page(request: HttpRequest, status: int, words: str) -> HttpResponseBase:
    if request.path.startswith(API):
        return problems.plain(status, words)
    return render(request, "paceline/problem.html", {"words": words}, status=status)
