"""The keys to the API: made and shown once, rotated, revoked."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django import forms
from django.http import HttpResponseBase

from paceline.accounts.models import EMAIL_CHARACTERS_MAX
from paceline.domain.access import Permission, TokenScope
from paceline.errors import NotFound
from paceline.facts.scope import Scope
from paceline.org.actions import tokens as verbs
from paceline.org.actions.tokens import EXPIRES_DAYS_MAX, GRACE_HOURS_DEFAULT, GRACE_HOURS_MAX
from paceline.org.models import ApiToken
from paceline.web.forms import Form
from paceline.web.page import Page, page
from paceline.web.settings.sections import form_page, shown_in

_SECTION = "setting_tokens"
ROWS_SHOWN_MAX = 50
# A key that ends so soon is told in colour.
SOON_DAYS = 14
_SCOPES = [
    (TokenScope.READ.value, "Read: figures, people, records"),
    (TokenScope.WRITE.value, "Write: also records, targets and plans"),
    (TokenScope.ADMIN.value, "Admin: also people, settings, members and tokens"),
]


class TokenForm(Form):
    """A new token."""

    names: Mapping[str, str] = {"scope": "token_scope", "expires": "expires_days"}
    email = forms.CharField(
        label="Acts for",
        required=False,
        max_length=EMAIL_CHARACTERS_MAX,
        help_text="A member's address makes it theirs: it does no more than they may, and ends with them. "
        "Any other is a program's.",
    )
    token_scope = forms.ChoiceField(choices=_SCOPES, widget=forms.RadioSelect, label="May")
    expires_days = forms.IntegerField(
        label="Ends after so many days",
        required=False,
        min_value=1,
        max_value=EXPIRES_DAYS_MAX,
        help_text="Left blank, never.",
    )


class RotationForm(Form):
    """How long the old one works on."""

    grace_hours = forms.IntegerField(
        label="The old one works for so many hours more",
        min_value=0,
        max_value=GRACE_HOURS_MAX,
        help_text="So that nothing stands still until the new one is everywhere.",
    )


@page("GET", needs=Permission.MANAGE_MEMBERS)
def tokens(page: Page) -> HttpResponseBase:
    """The tokens, the newest first; those that have ended if asked for."""
    last = page.request.GET.get("before", "")
    is_all = "all" in page.request.GET
    with page.reading() as scope:
        own = ApiToken.objects.filter(org_id=scope.org_id).select_related("grant__person").order_by("-id")
        if not is_all:
            own = own.filter(revoked_at__isnull=True).exclude(expires_at__lte=page.now)
            own = own.exclude(grant__ended_at__isnull=False)
        own = own.filter(id__lt=int(last)) if last.isascii() and last.isdigit() else own
        rows = list(own[: ROWS_SHOWN_MAX + 1])
        context = {
            **shown_in(page, _SECTION),
            "tokens": [(each, _state(each, page.now)) for each in rows[:ROWS_SHOWN_MAX]],
            "more": rows[ROWS_SHOWN_MAX - 1].id if len(rows) > ROWS_SHOWN_MAX else None,
            "is_all": is_all,
        }
        return page.render("paceline/settings/tokens.html", context)


@page("GET", "POST", needs=Permission.MANAGE_MEMBERS)
def create(page: Page) -> HttpResponseBase:
    """A new token, whose text is shown this once."""
    form = TokenForm(page, {"email": page.caller.actor, "token_scope": TokenScope.READ.value, "expires_days": 90})
    made = form.attempt(lambda scope: verbs.create_token(scope, **form.cleaned_data, now=page.now))
    if made is not None:
        return _shown_once(page, made)
    return form_page(page, _SECTION, {"form": form, "heading": "Make a token", "button": "Make it"})


@page("GET", "POST", needs=Permission.MANAGE_MEMBERS)
def rotate(page: Page, token_id: int) -> HttpResponseBase:
    """Another one in its place."""
    with page.reading() as scope:
        found = _one(scope, token_id)
    form = RotationForm(page, {"grace_hours": GRACE_HOURS_DEFAULT})

    def work(scope: Scope) -> tuple[ApiToken, str]:
        return verbs.rotate_token(scope, token_id, page.now, form.cleaned_data["grace_hours"])

    made = form.attempt(work)
    if made is not None:
        return _shown_once(page, made)
    note = f"A new token of {found.email} with the scope {found.scope} takes the place of this one."
    return form_page(page, _SECTION, {"form": form, "heading": "Rotate the token", "button": "Rotate", "note": note})


@page("GET", "POST", needs=Permission.MANAGE_MEMBERS)
def revoke(page: Page, token_id: int) -> HttpResponseBase:
    """Asks before a token is good for nothing."""
    with page.reading() as scope:
        found = _one(scope, token_id)
    form = Form(page)
    if form.attempt(lambda scope: verbs.revoke_token(scope, token_id, page.now) or True):
        return page.go(_SECTION, said="Revoked.")
    used = f"last used {page.moment(found.used_at)}" if found.used_at else "never used"
    note = (
        f"The token of {found.email} ({found.scope}, {used}) is good for nothing at once, and this cannot be undone. "
        "To replace it without a gap, rotate it."
    )
    context = {"form": form, "heading": "Revoke the token", "button": "Revoke", "note": note, "is_danger": True}
    return form_page(page, _SECTION, context)


def _shown_once(page: Page, made: tuple[ApiToken, str]) -> HttpResponseBase:
    token, text = made
    return page.told_once("paceline/settings/token.html", {**shown_in(page, _SECTION), "token": token, "secret": text})


def _one(scope: Scope, token_id: int) -> ApiToken:
    found = ApiToken.objects.filter(org_id=scope.org_id, pk=token_id).first()
    if found is None:
        raise NotFound("there is no such token")
    return found


def _state(token: ApiToken, now: datetime) -> tuple[str, str]:
    """A word for a token, and its colour."""
    if token.revoked_at is not None:
        return "revoked", "secondary"
    if token.grant is not None and token.grant.ended_at is not None:
        return "ended with its member", "secondary"
    if token.expires_at is not None and token.expires_at <= now:
        return "ended", "secondary"
    if token.expires_at is not None and token.expires_at <= now + timedelta(days=SOON_DAYS):
        return "ends soon", "orange"
    return "good", "green"
