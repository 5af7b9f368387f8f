"""API tokens: making them, revoking them, and telling whose a given one is."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
from django.db import connection
from django.db.models import QuerySet

from paceline.domain.access import EVERYTHING, OF_ROLE, Access, Permission, Role, TokenScope, widest
from paceline.errors import InvalidInput, NotFound, PacelineError
from paceline.facts import tenancy
from paceline.facts.scope import Scope
from paceline.org import audit
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.columns import NAME_CHARACTERS_MAX
from paceline.org.models import ApiToken, Grant
from paceline.org.names import did_you_mean

# So that a token is known for what it is where it should not be: in a log, in a repository.
PREFIX = "paceline_"
SECRET_BYTES = 32
EXPIRES_DAYS_MAX = 3_650
# So long the old one of a rotation may go on working beside the new one: long enough to bring the new one everywhere.
GRACE_HOURS_DEFAULT, GRACE_HOURS_MAX = 24, 24 * 30
# How exactly the last use is known: a busy token is not written at every request.
USED_SECONDS = 60
_SHOWN = ("email", "scope", "expires_at", "revoked_at")


class NotSignedIn(PacelineError):
    """There is no token, or none that is good any more."""

    code = "not_signed_in"
    status = 401


def create_token(
    scope: Scope, *, email: str, token_scope: str, now: datetime, expires_days: int | None = None
) -> tuple[ApiToken, str]:
    """A token for that address, and its text, which is not kept and cannot be shown again. Raises InvalidInput.

    The address of a member makes it theirs: it ends with their membership, and can do no more than they can. Any other
    makes it a program's.
    """
    with writing(scope, Permission.MANAGE_MEMBERS):
        checks = Checks()
        address = checks.email("email", email)
        if address is None:
            checks.fault("email", "give the e-mail address that the token acts for")
        if token_scope not in set(TokenScope):
            near = did_you_mean(token_scope, TokenScope)
            checks.fault("scope", f"{token_scope!r} is not read, write or admin{near}")
        if expires_days is not None and not 1 <= expires_days <= EXPIRES_DAYS_MAX:
            checks.fault("expires", f"give 1 to {EXPIRES_DAYS_MAX:,} days")
        checks.done()
        owner = _member(scope, address or "")
        if owner is not None and not widest(Role(owner.role)).allows(TokenScope(token_scope)):
            reach = f"a token of theirs can have the scope {widest(Role(owner.role))} at most"
            raise InvalidInput.at("scope", f"{address} is {owner.role} here: {reach}")
        expires_at = None if expires_days is None else now + timedelta(days=expires_days)
        made = ApiToken(grant=owner, email=address, scope=token_scope, expires_at=expires_at)
        return _add(scope, "create_token", made)


def rotate_token(
    scope: Scope, token_id: int, now: datetime, grace_hours: int = GRACE_HOURS_DEFAULT
) -> tuple[ApiToken, str]:
    """Another token in the place of one, which goes on working for the grace; the new one, and its text.

    It is good for as long as the old one was made for. Raises NotFound, InvalidInput.
    """
    with writing(scope, Permission.MANAGE_MEMBERS):
        if not 0 <= grace_hours <= GRACE_HOURS_MAX:
            raise InvalidInput.at("grace_hours", f"give 0 to {GRACE_HOURS_MAX} hours")
        found = _own(scope).filter(pk=token_id, revoked_at__isnull=True).exclude(expires_at__lte=now).first()
        if found is None:
            raise NotFound("there is no such token that is good still")
        old = audit.values(found, *_SHOWN)
        lifetime = None if found.expires_at is None else found.expires_at - found.created_at
        end = now + timedelta(hours=grace_hours)
        found.expires_at = end if found.expires_at is None else min(found.expires_at, end)
        found.save(update_fields=["expires_at"])
        audit.Trail(scope, "rotate_token").record("token", found.id, old=old, new=audit.values(found, *_SHOWN))
        expires_at = None if lifetime is None else now + lifetime
        made = ApiToken(grant_id=found.grant_id, email=found.email, scope=found.scope, expires_at=expires_at)
        return _add(scope, "rotate_token", made)


def _add(scope: Scope, verb: str, made: ApiToken) -> tuple[ApiToken, str]:
    text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    made.org_id, made.hash = scope.org_id, hashed(text)
    made.maker_id, made.made_by = _told(scope)
    made.save()
    audit.Trail(scope, verb).record("token", made.id, old=None, new=audit.values(made, *_SHOWN))
    return made, text


def _told(scope: Scope) -> tuple[int | None, str]:
    """Who is told the text of a token that is made: a member, or a program by its name; nobody by the command line."""
    holder = Grant.objects.filter(org_id=scope.org_id, pk=scope.access.holder_id).select_related("user").first()
    if holder is not None:
        return holder.id, holder.user.email[:NAME_CHARACTERS_MAX]
    # Without an address that it was asked from it is this machine's own, which is asked for no role.
    return None, scope.actor if scope.origin else ""


def _member(scope: Scope, email: str) -> Grant | None:
    return Grant.objects.filter(org_id=scope.org_id, ended_at__isnull=True, user__email=email.lower()).first()


def _own(scope: Scope) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(org_id=scope.org_id)


def told_to(scope: Scope, grant_id: int, now: datetime) -> QuerySet[ApiToken]:
    """The tokens that are good still and are not the member's own, whose texts the member was told."""
    own = _own(scope).filter(maker_id=grant_id, revoked_at__isnull=True).exclude(grant_id=grant_id)
    return own.exclude(expires_at__lte=now)


def revoke_token(scope: Scope, token_id: int, now: datetime) -> None:
    """Make a token good for nothing from now on. Raises NotFound."""
    with writing(scope, Permission.MANAGE_MEMBERS):
        found = _own(scope).filter(pk=token_id).first()
        if found is None:
            raise NotFound("there is no such token")
        old = audit.values(found, *_SHOWN)
        found.revoked_at = found.revoked_at or now
        found.save(update_fields=["revoked_at"])
        audit.Trail(scope, "revoke_token").record("token", found.id, old=old, new=audit.values(found, *_SHOWN))


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token speaks for, and what it passes on of what they may do. `actor` is who that is in the trail."""

    token_id: int
    org_id: int
    email: str
    actor: str
    scope: TokenScope
    access: Access


def token_of(text: str, now: datetime) -> Identity:
    """The identity behind a token's text, if it is good now. Raises NotSignedIn."""
    return _good(_BY_HASH, hashed(text), now)


def token_numbered(number: int, now: datetime) -> Identity:
    """The identity behind the token of this id, if it is good now: for a stream opened with it. Raises NotSignedIn."""
    return _good(_BY_ID, number, now)


# Every request asks it, so it is written out: composing it would take longer than asking it.
_GOOD: LiteralString = """SELECT t.id, t.org_id, t.email, t.scope, t.used_at, t.grant_id, g.role, g.person_id,
    t.made_by, t.maker_id, m.person_id
    FROM org_api_token t LEFT JOIN org_grant g ON g.id = t.grant_id AND g.org_id = t.org_id
    LEFT JOIN org_grant m ON m.id = t.maker_id AND m.org_id = t.org_id
    WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %(now)s)
    AND (t.grant_id IS NULL OR g.ended_at IS NULL) AND """
_BY_HASH: LiteralString = _GOOD + "t.hash = %(which)s"
_BY_ID: LiteralString = _GOOD + "t.id = %(which)s"


def _good(query: LiteralString, which: str | int, now: datetime) -> Identity:
    try:
        row = _first(query, which, now)
    except psycopg.OperationalError:
        # A request's first statement meets a connection that broke while nobody used it: one more, on a new one.
        connection.close()
        row = _first(query, which, now)
    if row is None:
        raise NotSignedIn("the token is unknown, expired or revoked: make one with `paceline token create`")
    number, org_id, email, token_scope, used_at, grant_id, role, person_id, made_by, maker_id, maker_person_id = row
    if used_at is None or now - used_at > timedelta(seconds=USED_SECONDS):
        with tenancy.unscoped(connection.connection):
            ApiToken.objects.filter(pk=number).update(used_at=now)
    may = EVERYTHING if role is None else OF_ROLE[Role(role)]
    holder = (grant_id, person_id) if not made_by else (maker_id, maker_person_id)
    passes_on = TokenScope(token_scope)
    # Whoever makes a token for somebody else can use it: the trail does not take the one for the other.
    actor = f"{email} by a token of {made_by}" if grant_id is not None and made_by not in {"", email} else email
    return Identity(number, org_id, email, actor, passes_on, Access(may, person_id, *holder).by_token(passes_on))


def _first(query: LiteralString, which: str | int, now: datetime) -> tuple[Any, ...] | None:
    connection.ensure_connection()
    return tenancy.ask_unscoped(connection.connection, query, {"which": which, "now": now})


def hashed(text: str) -> str:
    """What is kept of a token. It is long and random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
