"""Who calls: the token of a request, and the scope that it works in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from paceline import edge
from paceline.accounts import sessions
from paceline.accounts.sessions import Membership
from paceline.domain.access import WHOLE, Access, Role, TokenScope
from paceline.errors import NotAllowed
from paceline.facts.scope import Scope
from paceline.org.actions import tokens
from paceline.org.actions.tokens import Identity, NotSignedIn

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Caller:
    """A checked identity: whose organization, in whose name, for what, and from where.

    It came with a token or with a session, which the other of `token_id` and `session_key` is none of.
    """

    org_id: int
    actor: str
    token_scope: TokenScope
    token_id: int | None = None
    session_key: str = ""
    access: Access = WHOLE
    origin: str = ""

    def needs(self, needed: TokenScope) -> None:
        """Raises NotAllowed unless the token is good for it."""
        if not self.token_scope.allows(needed):
            raise NotAllowed(f"this needs a token of scope {needed}, and yours is {self.token_scope}")

    @contextmanager
    def reading(self) -> Iterator[Scope]:
        """The scope of one answer, read in one snapshot."""
        with edge.reading():
            yield self.scope()

    def scope(self) -> Scope:
        """The scope of this caller, on this thread's connection."""
        return edge.caller_scope(self.org_id, self.actor, self.access, origin=self.origin, asked_at=now())


def caller_of(request: HttpRequest) -> Caller:
    """Who sent the request. Raises NotSignedIn."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and text.strip():
        return _caller(request, tokens.token_of(text.strip(), now()))
    if kind:
        raise NotSignedIn("send the token as `Authorization: Bearer TOKEN`")
    caller = session_caller(request)
    # A browser sends the cookie whoever asks it to: what changes something comes from our own pages alone.
    if request.method not in SAFE_METHODS and check_csrf(request):
        raise NotAllowed("send the token of the page as X-CSRFToken, or an API token: `Authorization: Bearer TOKEN`")
    return caller


def session_caller(request: HttpRequest) -> Caller:
    """Who is signed in on the page that sent the request. Raises NotSignedIn, OrganizationNotChosen."""
    found = sessions.signed_in(request)
    origin = str(request.META.get("REMOTE_ADDR", ""))
    key = request.session.session_key or ""
    return Caller(found.org_id, found.email, _passes_on(found), None, key, found.access, origin)


def _passes_on(found: Membership) -> TokenScope:
    """A session passes on all that its user may do; their role says what that is."""
    return TokenScope.ADMIN if found.role == Role.ADMIN else TokenScope.WRITE


def recheck(caller: Caller, now: datetime) -> Caller:
    """The caller with what they may do now. Raises NotSignedIn if the token, or the session, is no longer good."""
    if caller.token_id is None:
        return replace(caller, access=sessions.still(caller.session_key, caller.org_id).access)
    return replace(caller, access=tokens.token_numbered(caller.token_id, now).access)


def now() -> datetime:
    """The time at this edge."""
    return datetime.now(UTC)


def _caller(request: HttpRequest, found: Identity) -> Caller:
    origin = str(request.META.get("REMOTE_ADDR", ""))
    return Caller(found.org_id, found.actor, found.scope, found.token_id, "", found.access, origin)


class Signed(HttpBearer):
    """The bearer token of the OpenAPI document; a signed-in page's session is as good for reading."""

    def __call__(self, request: HttpRequest) -> Any:
        """The caller, which operations find in `request.auth`."""
        caller = caller_of(request)
        caller.needs(TokenScope.READ if request.method in SAFE_METHODS else TokenScope.WRITE)
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Never asked: __call__ answers for sessions too."""
        raise NotImplementedError


class Admin(Signed):
    """As Signed, where changing takes a token of scope admin."""

    def __call__(self, request: HttpRequest) -> Any:
        caller = super().__call__(request)
        if request.method not in SAFE_METHODS:
            caller.needs(TokenScope.ADMIN)
        return caller
