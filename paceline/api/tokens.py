"""The keys to the API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from paceline.api import answers
from paceline.api.callers import Admin, now
from paceline.api.pages import CursorQuery, LimitQuery, PathId, after, page
from paceline.api.people import Email
from paceline.api.shapes import PROBLEMS, Given, example
from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.org.actions import tokens as verbs
from paceline.org.actions.tokens import EXPIRES_DAYS_MAX, GRACE_HOURS_DEFAULT, GRACE_HOURS_MAX
from paceline.org.models import ApiToken

router = Router(tags=["members"], auth=Admin())

ScopeName = Literal["read", "write", "admin"]


class TokenIn(Given):
    """A token for that address: of the member who has it, whose role its scope may not exceed, or else a program's."""

    model_config = example({"email": "ops@example.com", "scope": "write", "expires_days": 90})

    email: Email
    scope: ScopeName
    expires_days: Annotated[int, Field(ge=1, le=EXPIRES_DAYS_MAX, strict=True)] | None = None


class Rotation(Given):
    """How long the old one goes on working."""

    model_config = example({"grace_hours": 24})

    grace_hours: Annotated[int, Field(ge=0, le=GRACE_HOURS_MAX, strict=True)] = GRACE_HOURS_DEFAULT


class TokenOut(Schema):
    """A token without its text; `member_id` is whose it is, null for a program's. `used_at` is known to the minute.

    `made_by` is who was told its text, blank for the command line.
    """

    id: int
    email: str
    member_id: int | None
    scope: ScopeName
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


class NewTokenOut(TokenOut):
    """A token with its text, which is told once: it is not kept."""

    token: str | None


class TokensOut(Schema):
    """A page of tokens."""

    items: list[TokenOut]
    next: str | None


def _shown(each: ApiToken) -> dict[str, Any]:
    names = ("id", "email", "scope", "made_by", "created_at", "expires_at", "revoked_at", "used_at")
    return {**{name: getattr(each, name) for name in names}, "member_id": each.grant_id}


def _new(made: tuple[ApiToken, str]) -> dict[str, Any]:
    token, text = made
    token.refresh_from_db()
    return {**_shown(token), "token": text}


@router.get("", response={200: TokensOut, **PROBLEMS}, summary="List the tokens")
def list_tokens(request: HttpRequest, cursor: CursorQuery = None, limit: LimitQuery = 100) -> HttpResponse:
    """Also those that have ended."""
    (last,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        scope.needs(Permission.MANAGE_MEMBERS)
        own = ApiToken.objects.filter(org_id=scope.org_id, id__gt=last).order_by("id")
        found = list(own[: limit + 1])
        return page([_shown(each) for each in found], limit, [(each.id,) for each in found])

    # When a token was used is in no trail, so the tag is that of what is answered.
    return answers.read_one(request, make)


@router.post("", response={201: NewTokenOut, **PROBLEMS}, summary="Make a token")
def create_token(request: HttpRequest, given: TokenIn) -> HttpResponse:
    """Its text is told once, also where the call is sent again with its `Idempotency-Key`."""

    def work(scope: Scope) -> dict[str, Any]:
        made = {"email": given.email, "token_scope": given.scope, "expires_days": given.expires_days}
        return _new(verbs.create_token(scope, **made, now=now()))

    return answers.write(request, work, answers.CREATED, told_once=("token",))


@router.delete("/{token_id}", response={204: None, **PROBLEMS}, summary="Revoke a token")
def revoke_token(request: HttpRequest, token_id: PathId) -> HttpResponse:
    """It is good for nothing from now on."""
    return answers.write(request, lambda scope: verbs.revoke_token(scope, token_id, now()))


@router.post("/{token_id}/rotate", response={201: NewTokenOut, **PROBLEMS}, summary="Rotate a token")
def rotate_token(request: HttpRequest, token_id: PathId, given: Rotation) -> HttpResponse:
    """A new one in its place; the old one goes on working for the grace, so that nothing stands still meanwhile."""

    def work(scope: Scope) -> dict[str, Any]:
        return _new(verbs.rotate_token(scope, token_id, now(), given.grace_hours))

    return answers.write(request, work, answers.CREATED, told_once=("token",))
