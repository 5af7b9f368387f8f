"""What surrounds every request: an id, a line in the log, counters, and the headers of a careful answer."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from isal import igzip
from prometheus_client import Counter, Histogram

from paceline.api import problems
from paceline.api.answers import MEDIA_TYPE

GetResponse = Callable[[HttpRequest], HttpResponseBase]

log = logging.getLogger("paceline.requests")

REQUESTS = Counter("paceline_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("paceline_request_seconds", "Time to an answer.", ["method", "route"])
# An id that came from outside is kept only if nothing can be hidden in it.
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_GZIP = re.compile(r"\bgzip\b")
_NO_GZIP = re.compile(r"\bgzip\s*;\s*q=0(\.0*)?\s*(,|$)")
_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PATCH", "PUT", "DELETE"}

# What asks these asks them all the time: of a good answer there is nothing to tell.
PROBES = {"health", "ready", "metrics", "api/v1/health", "api/v1/ready"}

# From here on it matters how fast an answer is compressed.
LARGE_BYTES = 16_384

API = "/api/"
# Everything a page needs comes from the service itself, and nothing is inline.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def requests(get_response: GetResponse) -> GetResponse:
    """Give the request an id, and tell of it once it is answered."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        response = get_response(request)
        seconds = time.perf_counter() - began
        response["X-Request-Id"] = request_id
        route = request.resolver_match.route if request.resolver_match else "none"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        SECONDS.labels(method, route).observe(seconds)
        told = {"request_id": request_id, "method": method, "route": route, "status": response.status_code}
        if route not in PROBES or response.status_code != HTTPStatus.OK:
            log.info("request", extra={**told, "milliseconds": round(seconds * 1_000, 1)})
        return response

    return middleware


def careful(get_response: GetResponse) -> GetResponse:
    """The headers that keep a browser from doing what the pages never ask for."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        # What says nothing of it, such as a page of an account with its recovery codes, is kept by nobody.
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return middleware


def heads(get_response: GetResponse) -> GetResponse:
    """What can be got from the API can be asked for its headers alone: the server leaves the body out."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method != "HEAD" or not request.path.startswith(API):
            return get_response(request)
        request.method = "GET"
        try:
            return get_response(request)
        finally:
            request.method = "HEAD"

    return middleware


def refusals(get_response: GetResponse) -> GetResponse:
    """What refuses a method answers in words of its own: in the API it is a problem like any other."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or not request.path.startswith(API):
            return response
        allowed = response["Allow"]
        problem: HttpResponse = problems.plain(response.status_code, f"this address takes only {allowed}")
        problem["Allow"] = allowed
        return problem

    return middleware


class Compressed(GZipMiddleware):
    """Gzip, but not for whoever refuses it, and never of an event stream, whose events would wait in it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind, accepted = response.get("Content-Type", ""), request.headers.get("Accept-Encoding", "")
        if kind.startswith("text/event-stream") or _NO_GZIP.search(accepted):
            return response
        if kind == MEDIA_TYPE and isinstance(response, HttpResponse) and len(response.content) >= LARGE_BYTES:
            _compress_fast(request, response)
        return super().process_response(request, response)


def _compress_fast(request: HttpRequest, response: HttpResponse) -> None:
    """A tree of ten thousand in a fifteenth of the time. The padding that Django adds hides secrets; JSON has none."""
    patch_vary_headers(response, ("Accept-Encoding",))
    if _GZIP.search(request.headers.get("Accept-Encoding", "")):
        response.content = igzip.compress(response.content, compresslevel=2)
        response["Content-Encoding"] = "gzip"
        response["Content-Length"] = str(len(response.content))
        if "ETag" in response and not response["ETag"].startswith("W/"):
            response["ETag"] = f"W/{response['ETag']}"
