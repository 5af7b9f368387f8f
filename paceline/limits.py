"""How often one caller may ask: a bucket for each token and session, and for each address of the anonymous.

Each process counts by itself (docs/decisions/limits-by-process.md).
"""

import hashlib
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from paceline.api import problems
from paceline.api.callers import Caller

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API = "/api/"
# What watches the service asks these, and they cost nothing.
FREE = {"/health", "/ready", "/metrics", "/api/v1/health", "/api/v1/ready"}
TOO_MANY = 429
# After silence a caller may ask at once as much as in so many seconds.
BURST_SECONDS = 10
# A hundred bytes each. Whoever asked longest ago is forgotten, and starts anew.
CALLERS_MAX = 50_000
# One customer's network: who has it has all its addresses.
IPV6_NETWORK_BITS = 64


class Buckets:
    """Who may ask how often: `per_second`, and BURST_SECONDS of it at once. With 0 there is no limit."""

    def __init__(self, per_second: int) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        # By caller: when all that they asked for would be used up at the even rate.
        self._until: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def wait(self, caller: str, now: float) -> float:
        """The seconds to wait before asking, 0 if it may be asked now, which counts it."""
        if not self._interval:
            return 0.0
        with self._lock:
            until = max(self._until.get(caller, now), now) + self._interval
            seconds = until - now - BURST_SECONDS
            if seconds > 0:
                return seconds
            self._until[caller] = until
            self._until.move_to_end(caller)
            if len(self._until) > CALLERS_MAX:
                self._until.popitem(last=False)
            return 0.0

    def __contains__(self, caller: str) -> bool:
        return caller in self._until


def limited(get_response: GetResponse) -> GetResponse:
    """Refuse whoever asks more often than they may.

    A credential has a bucket of its own once it was found good, and until then counts for its address: invented tokens
    bring nobody more.
    """
    callers, addresses = Buckets(settings.CALLER_RATE), Buckets(settings.ANONYMOUS_RATE)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path in FREE:
            return get_response(request)
        now, credential = time.monotonic(), _credential(request)
        is_known = bool(credential) and credential in callers
        seconds = callers.wait(credential, now) if is_known else addresses.wait(_address(request), now)
        if seconds:
            return _refusal(request, seconds)
        response = get_response(request)
        if credential and not is_known and _is_good(request):
            callers.wait(credential, now)
        return response

    return middleware


def _credential(request: HttpRequest) -> str:
    """What the request is sent with, told apart but not kept; blank for none."""
    sent = request.headers.get("Authorization") or request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return hashlib.blake2b(sent.encode(errors="replace"), digest_size=16).hexdigest() if sent else ""


def _address(request: HttpRequest) -> str:
    sent = str(request.META.get("REMOTE_ADDR", ""))
    if ":" not in sent:
        return sent
    try:
        return str(ipaddress.IPv6Network((sent.partition("%")[0], IPV6_NETWORK_BITS), strict=False))
    except ValueError:
        return sent


def _is_good(request: HttpRequest) -> bool:
    """What the answer rested on was a good token, or a session of somebody signed in. Asks the database nothing."""
    if isinstance(getattr(request, "auth", None), Caller):
        return True
    user = getattr(request, "_cached_user", None)
    return user is not None and user.is_authenticated


def _refusal(request: HttpRequest, seconds: float) -> HttpResponse:
    wait = str(math.ceil(seconds))
    detail = f"you ask more often than you may: ask again in {wait} s, or send more records in each call"
    if request.path.startswith(API):
        response = problems.plain(TOO_MANY, detail)
    else:
        response = HttpResponse(
            f"Too many requests. Try again in {wait} s.", status=TOO_MANY, content_type="text/plain"
        )
    response["Retry-After"] = wait
    return response
