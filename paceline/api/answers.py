"""How answers are made: as JSON, once for a key however often it is asked, and not again where nothing changed."""

import hashlib
from collections.abc import Callable, Collection
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpRequest, HttpResponse

import paceline
from paceline import edge
from paceline.api.callers import Caller, now
from paceline.api.latest import latest
from paceline.api.models import KEY_CHARACTERS_MAX, Answered
from paceline.domain.calendar import local_day
from paceline.errors import InvalidInput, PacelineError
from paceline.facts import clock
from paceline.facts.scope import Scope
from paceline.org.kept import knowing

OK, CREATED, NO_CONTENT, NOT_MODIFIED = 200, 201, 204, 304
MEDIA_TYPE = "application/json"


class KeyReused(PacelineError):
    """The idempotency key was used for another request."""

    code = "idempotency_key_reused"
    status = 422


class Changed(PacelineError):
    """The thing is no longer as the caller saw it."""

    code = "changed_meanwhile"
    status = 412


def encoded(data: object) -> bytes:
    """Data as JSON."""
    return orjson.dumps(data)


def answer(data: object, status: int = OK) -> HttpResponse:
    """An answer of JSON, which bytes are already; none for None."""
    if data is None:
        return _nothing(NO_CONTENT)
    return HttpResponse(_json(data), status=status, content_type=MEDIA_TYPE)


def _json(data: object) -> bytes:
    return data if isinstance(data, bytes) else encoded(data)


def _nothing(status: int) -> HttpResponse:
    """An answer without a body, which then has no type."""
    response = HttpResponse(status=status)
    del response["Content-Type"]
    return response


def tag_of(data: object) -> str:
    """The entity tag of a thing as it is answered."""
    return _tag(encoded(data))


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def read(request: HttpRequest, make: Callable[[Scope], Any]) -> HttpResponse:
    """What `make` answers, unless nothing of the organization changed since the caller asked the same.

    The tag is known before anything is read: every posting moves the clock, every other change is in the audit trail.
    """
    caller: Caller = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    with caller.reading() as scope:
        tag, known = _state(request, scope)
        if tag in asked_tags(request, "If-None-Match"):
            response = _nothing(NOT_MODIFIED)
        else:
            response = answer(latest.get(tag, lambda: _json(make(known))))
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def read_one(request: HttpRequest, make: Callable[[Scope], Any]) -> HttpResponse:
    """One thing with the tag that guards its edits."""
    caller: Caller = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    with caller.reading() as scope:
        data = make(scope)
    tag = tag_of(data)
    unchanged = tag in asked_tags(request, "If-None-Match")
    response = _nothing(NOT_MODIFIED) if unchanged else answer(data)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def write(
    request: HttpRequest, work: Callable[[Scope], Any], status: int = OK, told_once: Collection[str] = ()
) -> HttpResponse:
    """What `work` answers, done in one transaction; with an Idempotency-Key only once.

    The answer is kept in the same transaction, so a caller who never heard it can ask again. Where it is one thing,
    made or changed, it has the tag that guards the next edit. Fields that are `told_once` are secrets: in what is kept
    they are null.
    """
    caller: Caller = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    key, asked = key_of(request, caller)

    def once() -> HttpResponse:
        scope = caller.scope()
        if key is None:
            return _guarded(request, answer(work(scope), status))
        clock.lock(scope)
        before = Answered.objects.filter(org_id=scope.org_id, key=key).first()
        if before is None:
            data = work(scope)
            response = _guarded(request, answer(data, status))
            body = encoded({**data, **dict.fromkeys(told_once)}) if told_once else response.content
            kept = {"status": response.status_code, "body": body}
            Answered.objects.create(org_id=scope.org_id, key=key, asked=asked, **kept)
            return response
        if before.asked != asked:
            raise KeyReused("this Idempotency-Key was used for another request: make a new one")
        return _guarded(request, repeated(bytes(before.body), before.status))

    return edge.in_transaction(once)


def _guarded(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code == CREATED or (request.method == "PATCH" and response.status_code == OK):
        response["ETag"] = _tag(response.content)
    return response


def key_of(request: HttpRequest, caller: Caller) -> tuple[str | None, str]:
    """The request's idempotency key, if it has one, and the hash of who asks what. Raises InvalidInput."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None, ""
    if not 0 < len(key) <= KEY_CHARACTERS_MAX or not key.isprintable():
        raise InvalidInput.at("Idempotency-Key", f"give 1 to {KEY_CHARACTERS_MAX} printable characters")
    who = str(caller.token_id or caller.actor)
    parts = (who, request.method or "", request.get_full_path(), request.headers.get("If-Match", ""))
    made = hashlib.sha256("\n".join(parts).encode())
    made.update(request.body)
    return key, made.hexdigest()


def repeated(content: bytes, status: int) -> HttpResponse:
    """The answer that was given before."""
    response = HttpResponse(content, status=status, content_type=MEDIA_TYPE) if content else _nothing(status)
    response["Idempotency-Replayed"] = "true"
    return response


def check_unchanged(request: HttpRequest, scope: Scope, make: Callable[[], Any]) -> None:
    """Take the lock and raise Changed if the thing is not as the caller's If-Match has it, where there is one."""
    wanted = asked_tags(request, "If-Match")
    if not wanted or "*" in wanted:
        return
    clock.lock(scope)
    if tag_of(make()) not in wanted:
        raise Changed("it was changed since you read it: read it again, and decide anew")


def asked_tags(request: HttpRequest, header: str) -> list[str]:
    """The entity tags of a header."""
    return [tag.strip().removeprefix("W/") for tag in request.headers.get(header, "").split(",") if tag.strip()]


def _state(request: HttpRequest, scope: Scope) -> tuple[str, Scope]:
    """The tag of all that is, and the scope that knows the last posting and the last change."""
    known, zone = knowing(scope)
    day = local_day(now(), ZoneInfo(zone))
    # Another version may answer the same in another shape, and another caller sees another part.
    seen = (sorted(scope.access.permissions), scope.access.person_id)
    state = (known.posted_at, known.change_id, day)
    parts = (paceline.__version__, request.get_full_path(), *state, scope.org_id, seen)
    return f'"{hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:32]}"', known
