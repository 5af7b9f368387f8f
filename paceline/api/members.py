"""Who belongs to the organization, as what, and who is asked to."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from paceline.accounts import actions, invitations, mail
from paceline.accounts.models import Invitation
from paceline.api import answers
from paceline.api.callers import Admin, now
from paceline.api.pages import CursorQuery, Id, LimitQuery, PathId, after, page
from paceline.api.people import Email
from paceline.api.shapes import PROBLEMS, Given, Reason, ReasonQuery, example
from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.org.models import Grant

router = Router(tags=["members"], auth=Admin())
invited = Router(tags=["members"], auth=Admin())

RoleName = Literal["admin", "manager", "rep", "viewer"]
PersonId = Annotated[Id | None, Field(description="Which of the people they are; else whoever has their e-mail.")]


class MemberIn(Given):
    """Whom to invite, and as what."""

    model_config = example({"email": "sam@example.com", "role": "rep"})

    email: Email
    role: RoleName
    person_id: PersonId = None


class MemberChange(Given):
    """What changes of a member; what is left out stays."""

    model_config = example({"role": "manager", "reason": "leads the Hunters"})

    role: RoleName | None = None
    person_id: PersonId = None
    reason: Reason = ""


class MemberOut(Schema):
    """A member."""

    id: int
    email: str
    name: str
    role: RoleName
    person_id: int | None
    created_at: datetime
    signed_in_at: datetime | None


class MembersOut(Schema):
    """A page of members."""

    items: list[MemberOut]
    next: str | None


class InvitationOut(Schema):
    """An invitation that is open. `link` is where it is accepted, told once, and only where no mail can be sent."""

    id: int
    email: str
    role: RoleName
    person_id: int | None
    invited_by: str
    expires_at: datetime
    link: str | None = None


class InvitationsOut(Schema):
    """A page of invitations."""

    items: list[InvitationOut]
    next: str | None


def _member(each: Grant) -> dict[str, Any]:
    return {
        "id": each.id,
        "email": each.user.email,
        "name": each.user.name,
        "role": each.role,
        "person_id": each.person_id,
        "created_at": each.created_at,
        "signed_in_at": each.user.last_login,
    }


def _invitation(each: Invitation) -> dict[str, Any]:
    names = ("id", "email", "role", "person_id", "invited_by", "expires_at")
    return {name: getattr(each, name) for name in names}


@router.get("", response={200: MembersOut, **PROBLEMS}, summary="List the members")
def list_members(request: HttpRequest, cursor: CursorQuery = None, limit: LimitQuery = 100) -> HttpResponse:
    """Whoever is a member now, in the order in which they came."""
    (last,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        scope.needs(Permission.MANAGE_MEMBERS)
        found = list(actions.members(scope).filter(id__gt=last)[: limit + 1])
        return page([_member(each) for each in found], limit, [(each.id,) for each in found])

    # When somebody signed in is in no trail, so the tag is that of what is answered.
    return answers.read_one(request, make)


@router.post("", response={201: InvitationOut, **PROBLEMS}, summary="Invite somebody")
def invite_member(request: HttpRequest, given: MemberIn) -> HttpResponse:
    """They are sent a link, good for a week, and are a member once they accept. An earlier link of theirs is closed."""

    def work(scope: Scope) -> dict[str, Any]:
        made = invitations.invite(scope, **given.dict(), now=now())
        return {**_invitation(made), "link": None if mail.is_set() else invitations.link(made)}

    return answers.write(request, work, answers.CREATED, told_once=("link",))


@router.patch("/{member_id}", response={200: MemberOut, **PROBLEMS}, summary="Change a member")
def change_member(request: HttpRequest, member_id: PathId, given: MemberChange) -> HttpResponse:
    """Another role or person, from the member's next call on. The last admin stays one."""
    return answers.write(request, lambda scope: _member(actions.change_member(scope, member_id, **given.dict())))


@router.delete("/{member_id}", response={204: None, **PROBLEMS}, summary="End a membership")
def end_member(request: HttpRequest, member_id: PathId, reason: ReasonQuery = "") -> HttpResponse:
    """Its tokens end with it, and its sessions lose the organization at once. The account stays."""

    def work(scope: Scope) -> None:
        actions.end_member(scope, member_id, now(), reason=reason)

    return answers.write(request, work)


@invited.get("", response={200: InvitationsOut, **PROBLEMS}, summary="List the invitations that are open")
def list_invitations(request: HttpRequest, cursor: CursorQuery = None, limit: LimitQuery = 100) -> HttpResponse:
    """Those that were neither accepted nor withdrawn, and are not too old."""
    (last,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        scope.needs(Permission.MANAGE_MEMBERS)
        found = list(invitations.open_ones(scope, now()).filter(id__gt=last)[: limit + 1])
        return page([_invitation(each) for each in found], limit, [(each.id,) for each in found])

    return answers.read_one(request, make)


@invited.delete("/{invitation_id}", response={204: None, **PROBLEMS}, summary="Withdraw an invitation")
def withdraw_invitation(request: HttpRequest, invitation_id: PathId) -> HttpResponse:
    """Its link is good for nothing from now on."""
    return answers.write(request, lambda scope: invitations.withdraw(scope, invitation_id, now()))
