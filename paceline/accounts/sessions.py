"""Who is signed in: the user of a session, and the organization that the session is in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest

from paceline.domain.access import Access, Role
from paceline.errors import PacelineError
from paceline.facts import tenancy
from paceline.org.actions.tokens import NotSignedIn
from paceline.org.grants import access_of
from paceline.org.models import Grant

# The session keeps the organization's id, where its user belongs to several.
ORGANIZATION = "organization_id"


class OrganizationNotChosen(PacelineError):
    """The user belongs to several organizations and has chosen none of them, or belongs to none."""

    code = "organization_not_chosen"
    status = 403


@dataclass(frozen=True, slots=True)
class Membership:
    """What a user is in one organization."""

    grant_id: int
    org_id: int
    organization: str
    user_id: int
    email: str
    role: Role
    access: Access


def memberships_of(user_id: int) -> list[Membership]:
    """What the user is, in each organization that they belong to, by name."""
    own = Grant.objects.filter(user_id=user_id, ended_at__isnull=True, user__is_active=True)
    # Which organizations somebody belongs to is known before they are in one.
    connection.ensure_connection()
    with tenancy.unscoped(connection.connection):
        found = list(own.select_related("org", "user").order_by("org__name", "org_id"))
    return [
        Membership(each.id, each.org_id, each.org.name, each.user_id, each.user.email, Role(each.role), access_of(each))
        for each in found
    ]


def signed_in(request: HttpRequest) -> Membership:
    """What the signed-in user is in the organization of the session. Raises NotSignedIn, OrganizationNotChosen."""
    user_id = request.user.pk
    if user_id is None:
        raise NotSignedIn("sign in, or send a token: `Authorization: Bearer TOKEN`")
    return _chosen(memberships_of(user_id), chosen(request))


def still(session_key: str, org_id: int) -> Membership:
    """As `signed_in`, for a stream that the session opened a while ago. Raises NotSignedIn."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user_id = get_user(request).pk
    memberships = [] if user_id is None else memberships_of(user_id)
    found = next((each for each in memberships if each.org_id == org_id), None)
    if found is None:
        raise NotSignedIn("the session has ended, or its membership")
    return found


def chosen(request: HttpRequest) -> int | None:
    """The organization that the session is in, if one was chosen."""
    return request.session.get(ORGANIZATION)


def choose(request: HttpRequest, org_id: int) -> None:
    """Let the session be in that organization, to which its user must belong."""
    request.session[ORGANIZATION] = org_id


def forget(now: datetime) -> None:
    """Forget the sessions that are over, and the attempts that count no more."""
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_attempt WHERE expires < %s", [now])


def _chosen(memberships: list[Membership], org_id: int | None) -> Membership:
    if len(memberships) == 1:
        return memberships[0]
    found = next((each for each in memberships if each.org_id == org_id), None)
    if found is None:
        words = "belongs to no organization: ask an admin of one" if not memberships else "has not chosen one"
        raise OrganizationNotChosen(f"your account {words}")
    return found
