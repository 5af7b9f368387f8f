"""The event stream of one page: /api/v1/live, as server-sent events."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from paceline.api import problems
from paceline.api.callers import Caller, NotSignedIn, caller_of, now, recheck
from paceline.domain.access import Permission
from paceline.errors import InvalidInput, PacelineError
from paceline.facts.sums import Assignee
from paceline.live.hub import Subscriber, hub
from paceline.live.moved import event
from paceline.org import reach

# Proxies close what is silent for a minute; a revoked token is noticed as often.
HEARTBEAT_SECONDS = 15.0
# Then the page comes back by itself, with what it knows.
STREAM_SECONDS_MAX = 3_600.0
RETRY_MILLISECONDS = 1_000


@csrf_exempt
async def live(request: HttpRequest) -> HttpResponseBase:
    """Events `progress`, with the ids of the assignments that moved, and `heartbeat`.

    An event's id is a posting's stamp: a page that comes back with it as Last-Event-ID is told what it missed,
    and so is one that comes for the first time with the stamp of what it shows as `after`.
    """
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    try:
        after = _after("Last-Event-ID", request.headers.get("Last-Event-ID")) or _after(
            "after", request.GET.get("after")
        )
        caller = await hub.threads.read(lambda: caller_of(request))
        # Where ninja puts it for operations: whoever counts requests looks there.
        setattr(request, "auth", caller)  # noqa: B010
        subscriber = await hub.subscribe(caller.org_id, after)
    except PacelineError as error:
        return problems.of_error(error)
    response = StreamingHttpResponse(_events(caller, subscriber), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _events(caller: Caller, subscriber: Subscriber) -> AsyncIterator[bytes]:
    began = time.monotonic()
    checks = began + HEARTBEAT_SECONDS
    try:
        seen = await hub.threads.read(lambda: _seen(caller))
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        yield event("heartbeat", subscriber.known, {"known_at": subscriber.known})
        while time.monotonic() < began + STREAM_SECONDS_MAX:
            try:
                moved = await asyncio.wait_for(subscriber.queue.get(), max(0, checks - time.monotonic()))
            except TimeoutError:
                # Also where events never cease: who may no longer hear them, hears no more of them.
                checks = time.monotonic() + HEARTBEAT_SECONDS
                seen = await hub.threads.read(lambda: _seen(recheck(caller, now())))
                yield event("heartbeat", subscriber.known, {"known_at": subscriber.known})
                continue
            if moved is None:
                return
            subscriber.known = moved.posted_at
            heard = moved.seen_by(seen)
            if not heard.is_nothing:
                yield heard.event
    except NotSignedIn:
        return
    finally:
        hub.leave(subscriber)


def _seen(caller: Caller) -> frozenset[Assignee] | None:
    """Whose figures the caller sees today."""
    with caller.reading() as scope:
        return None if scope.access.allows(Permission.READ_ALL) else reach.seen(scope, reach.today(scope))


def _after(where: str, text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInput.at(where, "is not an id of an event of this stream")
    return found
