"""Inviting somebody to an organization, and accepting."""

from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse

from paceline.accounts import actions, mail
from paceline.accounts.models import Invitation, User
from paceline.domain.access import Permission, Role
from paceline.errors import Conflict, NotFound
from paceline.facts import tenancy
from paceline.facts.scope import Scope
from paceline.org import audit, directory
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.models import Grant

EXPIRES_DAYS = 7
# So that no other signed text passes for one.
_SALT = "paceline.invitation"
_SHOWN = ("email", "role", "person_id", "closed_at")


def invite(scope: Scope, *, email: str, role: str, now: datetime, person_id: int | None = None) -> Invitation:
    """Ask somebody to become a member, by mail once this is committed. Another invitation of theirs is closed.

    Raises InvalidInput, NotFound, Conflict if they are a member already.
    """
    with writing(scope, Permission.MANAGE_MEMBERS):
        checks = Checks()
        address = checks.email("email", email)
        if address is None:
            checks.fault("email", "give an e-mail address")
        checks.choice("role", role, Role)
        checks.done()
        address = (address or "").lower()
        if actions.member_of(scope, address) is not None:
            raise Conflict(f"{address} is a member already")
        person = None if person_id is None else directory.person(scope, person_id)
        for before in open_ones(scope, now=None).filter(email=address):
            _close(scope, before, now, "withdraw_invitation")
        made = Invitation(org_id=scope.org_id, email=address, role=role, person=person, invited_by=scope.actor)
        made.expires_at = now + timedelta(days=EXPIRES_DAYS)
        made.save()
        audit.Trail(scope, "invite").record("invitation", made.id, old=None, new=audit.values(made, *_SHOWN))
        name = directory.own_organization(scope).name
        shown = {"by": scope.actor, "organization": name, "role": role, "link": link(made), "days": EXPIRES_DAYS}
        transaction.on_commit(lambda: mail.send("accounts/invitation", address, **shown))
        return made


def withdraw(scope: Scope, invitation_id: int, now: datetime) -> None:
    """Close an invitation. Raises NotFound."""
    with writing(scope, Permission.MANAGE_MEMBERS):
        found = open_ones(scope, now).filter(pk=invitation_id).first()
        if found is None:
            raise NotFound("there is no such invitation that is open")
        _close(scope, found, now, "withdraw_invitation")


def open_ones(scope: Scope, now: datetime | None) -> QuerySet[Invitation]:
    """The invitations that can be accepted; without a time, also those that are too old."""
    own = Invitation.objects.filter(org_id=scope.org_id, closed_at__isnull=True).order_by("id")
    return own if now is None else own.filter(expires_at__gt=now)


def link(invitation: Invitation) -> str:
    """Where the invitation is accepted; only we can make it."""
    text = signing.dumps(invitation.id, salt=_SALT)
    return urljoin(settings.SITE_URL, reverse("invitation", kwargs={"text": text}))


def invitation_of(text: str, now: datetime) -> Invitation | None:
    """The open invitation that the text of a link is about."""
    try:
        number = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        return None
    # Whoever holds the link knows of which organization it is; the scope comes when they accept.
    connection.ensure_connection()
    with tenancy.unscoped(connection.connection):
        found = Invitation.objects.select_related("org").filter(pk=number, closed_at__isnull=True, expires_at__gt=now)
        return found.first()


def accept(
    scope: Scope, invitation_id: int, now: datetime, *, user: User | None, name: str = "", password: str | None = None
) -> Grant:
    """Make whoever was invited a member: the user, or a new one. Raises NotFound, InvalidInput, Conflict."""
    with writing(scope, Permission.MANAGE_MEMBERS):
        found = open_ones(scope, now).filter(pk=invitation_id).first()
        if found is None or (user is not None and user.email != found.email):
            raise NotFound("this invitation is not good any more")
        if user is None:
            given = {"email": found.email, "role": found.role, "name": name, "password": password}
            made = actions.create_member(scope, **given, person_id=found.person_id)
        else:
            made = actions.grant(scope, user, role=found.role, person_id=found.person_id)
        _close(scope, found, now, "accept_invitation")
        return made


def _close(scope: Scope, invitation: Invitation, now: datetime, verb: str) -> None:
    old = audit.values(invitation, *_SHOWN)
    invitation.closed_at = now
    invitation.save(update_fields=["closed_at"])
    audit.Trail(scope, verb).record("invitation", invitation.id, old=old, new=audit.values(invitation, *_SHOWN))
