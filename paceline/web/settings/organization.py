"""The organization's own settings, each with what changing it does."""

from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.facts.rules import CreditOwner
from paceline.facts.scope import Scope
from paceline.org.actions.organization import ON_PACE_PERCENT_MAX, SETTINGS
from paceline.org.columns import NAME_CHARACTERS_MAX
from paceline.org.models import Organization
from paceline.org.places import currencies, holiday_subdivisions, time_zones
from paceline.plan.actions.settings import change_settings
from paceline.web.forms import Form, choices
from paceline.web.page import Page, page
from paceline.web.settings.sections import shown_in

_TEMPLATE = "paceline/settings/organization.html"
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_ENGLISH = Locale("en")
_COUNTRY_CHARACTERS = 2
_HINTS = {
    "name": "How it is called on every page and in mails.",
    "time_zone": "Which calendar day a moment falls on. Days that records have from a moment are made anew.",
    "currency": "What money is told in. Amounts are converted anew, and the rates entered so far are dropped.",
    "fiscal_year_first_month": "Where years and quarters of leaderboards and new targets begin; running ones stay.",
    "week_first_day": "Where weeks of leaderboards and new weekly targets begin.",
    "working_weekdays": "Which days count for pace by working days, and for what is needed a day.",
    "holiday_country": "Its public holidays are no working days.",
    "holiday_subdivision": "A state or province with holidays of its own, such as BY.",
    "credit_owner": "With the owner at closing, handing an account over does not rewrite the past.",
    "audit_days": "0 keeps it for ever. Figures of the past do not rest on it.",
    "on_pace_percent": "So far under the pace somebody is still called on pace. Words change, and no value does.",
}
# What the ledger rests on: a change posts the differences that it makes, and figures of the past move by it.
POSTING = {
    "time_zone": "Deals, leads and tasks near midnight may count on another day.",
    "currency": "Every amount is converted to the new currency, and all rates entered so far are dropped: enter new "
    "ones. Targets keep their numbers, now read in the new currency.",
    "credit_owner": "Credit of records that changed hands goes to another person, in past windows, too.",
}


class SettingsForm(Form):
    """The settings of an organization."""

    name = forms.CharField(label="Name", required=False, max_length=NAME_CHARACTERS_MAX)
    time_zone = forms.CharField(label="Time zone", required=False, max_length=64)
    currency = forms.ChoiceField(label="Reporting currency")
    fiscal_year_first_month = forms.TypedChoiceField(label="Fiscal year begins in", coerce=int)
    week_first_day = forms.TypedChoiceField(label="Week begins on", coerce=int)
    working_weekdays = forms.TypedMultipleChoiceField(
        label="Working days", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    holiday_country = forms.ChoiceField(label="Holidays of", required=False)
    holiday_subdivision = forms.CharField(label="State or province", required=False, max_length=40)
    credit_owner = forms.ChoiceField(label="Credit goes to")
    on_pace_percent = forms.IntegerField(
        label="On pace up to so many per cent under", min_value=0, max_value=ON_PACE_PERCENT_MAX
    )

    audit_days = forms.IntegerField(label="Days that the audit trail is kept", min_value=0)

    def __init__(self, page: Page) -> None:
        organization = page.organization
        super().__init__(page, {name: getattr(organization, name) for name in SETTINGS})
        offered: dict[str, list[tuple[Any, str]]] = {
            "currency": _currencies(),
            "fiscal_year_first_month": list(enumerate(_MONTHS, start=1)),
            "week_first_day": list(enumerate(_WEEKDAYS)),
            "working_weekdays": list(enumerate(_WEEKDAYS)),
            "holiday_country": _countries(organization.holiday_country),
            "credit_owner": [
                (CreditOwner.CURRENT.value, "the owner that a record has now"),
                (CreditOwner.AT_CLOSE.value, "the owner that it had when it was closed"),
            ],
        }
        for name, pairs in offered.items():
            self.fields[name].choices = pairs  # pyright: ignore[reportAttributeAccessIssue]
        for name, hint in _HINTS.items():
            self.fields[name].help_text = hint
        self.fields["time_zone"].widget.attrs |= {"list": "time-zones", "autocomplete": "off"}
        self.fields["holiday_subdivision"].widget.attrs |= {"list": "subdivisions", "autocomplete": "off"}

    def clean_on_pace_percent(self) -> int:
        value = self.cleaned_data["on_pace_percent"]
        if value is None:
            raise ValidationError("Give a percentage.")
        return value

    def given(self) -> dict[str, Any]:
        """What differs from what is stored."""
        held = {name: getattr(self.page.organization, name) for name in self.fields}
        return {name: value for name, value in self.cleaned_data.items() if value != held[name]}

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        names = list(self.fields)
        return [
            ("The organization", [self[each] for each in names[:3]]),
            ("Years, weeks and days", [self[each] for each in names[3:8]]),
            ("Figures", [self[each] for each in names[8:10]]),
            ("Record of changes", [self[each] for each in names[10:]]),
        ]


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def organization(page: Page) -> HttpResponseBase:
    """The settings; what moves figures of the past is asked for once more before it is done."""
    form = SettingsForm(page)
    posting: list[tuple[str, str]] = []
    if page.is_posted and form.is_valid():
        given = form.given()
        posting = [(str(form.fields[each].label), words) for each, words in POSTING.items() if each in given]
        if not posting or "confirmed" in page.request.POST:
            posting = []

            def work(scope: Scope) -> Organization:
                return change_settings(scope, **given)

            if not given or form.attempt(work) is not None:
                return page.go("setting_organization", said="Saved." if given else "Nothing was changed.")
    context = {
        **shown_in(page, "setting_organization"),
        "form": form,
        "posting": posting,
        "time_zones": sorted(time_zones()),
        "subdivisions": _subdivisions(form["holiday_country"].value()),
    }
    return page.refused(_TEMPLATE, context) if form.errors else page.render(_TEMPLATE, context)


@page("GET", needs=Permission.CHANGE_ORGANIZATION)
def subdivisions(page: Page) -> HttpResponseBase:
    """The states and provinces of the country that is being chosen, as far as they have holidays of their own."""
    known = _subdivisions(page.request.GET.get("holiday_country", ""))
    return page.render("paceline/settings/subdivisions.html", {"subdivisions": known})


def _subdivisions(country: str) -> list[str]:
    return holiday_subdivisions().get(country, [])


def _currencies() -> list[tuple[str, str]]:
    return [(each, f"{each}, {_ENGLISH.currencies.get(each, each)}") for each in sorted(currencies())]


def _countries(held: str) -> list[tuple[str, str]]:
    codes = {each for each in holiday_subdivisions() if len(each) == _COUNTRY_CHARACTERS} | ({held} if held else set())
    named = sorted((_ENGLISH.territories.get(each, each), each) for each in codes)
    return choices([(code, name) for name, code in named], "no holidays")
