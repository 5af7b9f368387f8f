"""Members, what they may do, and who is asked to become one."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponseBase

from paceline.accounts import actions, invitations, mail
from paceline.accounts.models import EMAIL_CHARACTERS_MAX, Invitation
from paceline.domain.access import Permission, Role
from paceline.errors import NotFound
from paceline.facts.scope import Scope
from paceline.org.actions import tokens
from paceline.org.models import Grant, Person
from paceline.org.names import findable
from paceline.web.forms import Form
from paceline.web.page import Page, page
from paceline.web.people.fields import PersonField, reason_field
from paceline.web.settings.sections import form_page, shown_in

_SECTION = "setting_members"
ROWS_SHOWN_MAX = 50
INVITATIONS_SHOWN_MAX = 50
_ROLES = [
    (Role.REP.value, "Rep: sees their own targets, records and the boards"),
    (Role.MANAGER.value, "Manager: sees and plans for whoever is below them"),
    (Role.VIEWER.value, "Viewer: reads everything, changes nothing"),
    (Role.ADMIN.value, "Admin: everything in the organization"),
]
_PERSON_HINT = "A name, an e-mail, or an id of the CRM; left blank, whoever has their e-mail, if anybody."


class MemberForm(Form):
    """What a member is."""

    role = forms.ChoiceField(choices=_ROLES, widget=forms.RadioSelect, label="Role")

    def __init__(self, page: Page, found: Grant) -> None:
        super().__init__(page, {"role": found.role, "person": found.person})
        self.fields["person"] = PersonField(page, "Is the person", "A name, an e-mail, or an id of the CRM.")
        self.fields["reason"] = reason_field()
        self.fields["reason"].widget.attrs["class"] = "form-control"


class InvitationForm(Form):
    """Whom to ask, and as what."""

    email = forms.CharField(label="E-mail", required=False, max_length=EMAIL_CHARACTERS_MAX)
    role = forms.ChoiceField(choices=_ROLES, widget=forms.RadioSelect, label="Role")

    def __init__(self, page: Page) -> None:
        asked = page.request.GET
        super().__init__(page, {"role": Role.REP.value, "email": asked.get("email", "")})
        self.fields["person"] = PersonField(page, "Is the person", _PERSON_HINT)


class EndForm(Form):
    """Why a membership ends."""

    reason = reason_field()


@page("GET", needs=Permission.MANAGE_MEMBERS)
def members(page: Page) -> HttpResponseBase:
    """Whoever is a member, a page at a time, and who is asked to be."""
    words, last = page.request.GET.get("words", "").strip(), page.request.GET.get("after", "")
    after = int(last) if last.isascii() and last.isdigit() else 0
    with page.reading() as scope:
        found = actions.members(scope)
        if words:
            text = findable(words)
            found = found.filter(Q(user__email__icontains=text) | Q(user__name__icontains=text) | Q(role=text.lower()))
        rows = list(found.filter(id__gt=after)[: ROWS_SHOWN_MAX + 1])
        asked = invitations.open_ones(scope, None).select_related("person")
        context = {
            **shown_in(page, _SECTION),
            "members": rows[:ROWS_SHOWN_MAX],
            "more": rows[ROWS_SHOWN_MAX - 1].id if len(rows) > ROWS_SHOWN_MAX else None,
            "is_first": not after,
            "words": words,
            "invitations": [] if after else list(asked[:INVITATIONS_SHOWN_MAX]),
            "now": page.now,
            "has_mail": mail.is_set(),
        }
        return page.render("paceline/settings/members.html", context)


@page("GET", "POST", needs=Permission.MANAGE_MEMBERS)
def invite(page: Page) -> HttpResponseBase:
    """Ask somebody to become a member."""
    form = InvitationForm(page)

    def work(scope: Scope) -> Invitation:
        person: Person | None = form.cleaned_data["person"]
        given = {name: form.cleaned_data[name] for name in ("email", "role")}
        return invitations.invite(scope, **given, now=page.now, person_id=person and person.id)

    made = form.attempt(work)
    if made is not None:
        return _invited(page, made)
    note = f"They are sent a link, good for {invitations.EXPIRES_DAYS} days, and are a member once they accept."
    context = {"form": form, "heading": "Invite somebody", "button": "Invite", "note": note, "has_people": True}
    return form_page(page, _SECTION, context)


@page("POST", needs=Permission.MANAGE_MEMBERS)
def resend(page: Page, invitation_id: int) -> HttpResponseBase:
    """Ask once more: a new link, and the old one is good for nothing."""
    with page.reading() as scope:
        found = _invitation(scope, invitation_id)
    given: dict[str, Any] = {"email": found.email, "role": found.role, "person_id": found.person_id}
    return _invited(page, page.do(lambda scope: invitations.invite(scope, **given, now=page.now)))


@page("GET", "POST", needs=Permission.MANAGE_MEMBERS)
def withdraw(page: Page, invitation_id: int) -> HttpResponseBase:
    """Asks before an invitation is good for nothing."""
    with page.reading() as scope:
        found = _invitation(scope, invitation_id)
    form = Form(page)
    if form.attempt(lambda scope: invitations.withdraw(scope, invitation_id, page.now) or True):
        return page.go(_SECTION, said="Withdrawn.")
    note = f"The link that was sent to {found.email} is good for nothing then. You can invite them again."
    context = {"form": form, "heading": "Withdraw the invitation", "button": "Withdraw", "note": note}
    return form_page(page, _SECTION, {**context, "is_danger": True})


@page("GET", "POST", needs=Permission.MANAGE_MEMBERS)
def change(page: Page, member_id: int) -> HttpResponseBase:
    """Another role, or another person."""
    with page.reading() as scope:
        found = actions.member(scope, member_id)
    form = MemberForm(page, found)

    def work(scope: Scope) -> Grant:
        person: Person | None = form.cleaned_data["person"]
        given = {name: form.cleaned_data[name] for name in ("role", "reason")}
        return actions.change_member(scope, member_id, **given, person_id=person and person.id)

    if form.attempt(work) is not None:
        return page.go(_SECTION, said="Saved. It holds from their next click on.")
    context = {"form": form, "heading": f"{found.user.email}", "button": "Save", "has_people": True}
    return form_page(page, _SECTION, context)


@page("GET", "POST", needs=Permission.MANAGE_MEMBERS)
def end(page: Page, member_id: int) -> HttpResponseBase:
    """Asks before a membership ends, and tells of the keys that do not end with it."""
    with page.reading() as scope:
        found = actions.member(scope, member_id)
        told = tokens.told_to(scope, member_id, page.now).count()
    form = EndForm(page)

    def work(scope: Scope) -> Grant:
        return actions.end_member(scope, member_id, page.now, reason=form.cleaned_data["reason"])

    if form.attempt(work) is not None:
        return page.go(_SECTION, said=f"{found.user.email} is no member any more. You can invite them again.")
    note = (
        f"{found.user.email} cannot see anything of {page.organization.name} any more, at once, and their API tokens "
        "are revoked. Their account stays, and so does the person they are, with all figures."
    )
    if told:
        note += f" They also made {told} of the API tokens of others, which stay good: rotate or revoke them."
    context = {"form": form, "heading": "End this membership", "button": "End it", "note": note, "is_danger": True}
    return form_page(page, _SECTION, context)


def _invited(page: Page, made: Invitation) -> HttpResponseBase:
    """Said; where no mail can be sent, the link is shown instead, this once."""
    if mail.is_set():
        return page.go(_SECTION, said=f"{made.email} was sent an invitation.")
    context = {**shown_in(page, _SECTION), "made": made, "secret": invitations.link(made)}
    return page.told_once("paceline/settings/link.html", context)


def _invitation(scope: Scope, invitation_id: int) -> Invitation:
    found = invitations.open_ones(scope, None).filter(pk=invitation_id).first()
    if found is None:
        raise NotFound("there is no such invitation that is open")
    return found
