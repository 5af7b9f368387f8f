"""What other currencies are worth, from which day on."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.errors import NotFound
from paceline.facts import rulebook
from paceline.facts.scope import Scope
from paceline.org.places import currencies
from paceline.plan.actions.settings import RATE_DIGITS_MAX, set_rates
from paceline.web.forms import DayField, Form, choices
from paceline.web.page import Page, page
from paceline.web.settings.sections import form_page, shown_in

# The latest of each currency come first; a file of years of daily rates is entered by the API.
ROWS_SHOWN_MAX = 200
_PATTERN = "#,##0." + "#" * RATE_DIGITS_MAX


class RateField(forms.CharField):
    """A rate as the reader writes numbers."""

    def __init__(self, page: Page, label: str, help_text: str) -> None:
        super().__init__(label=label, help_text=help_text, max_length=40)
        self.locale = page.locale
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "form-control"}

    def clean(self, value: object) -> Decimal:  # pyright: ignore[reportIncompatibleMethodOverride]
        text = super().clean(value).strip()
        try:
            return parse_decimal(text, locale=self.locale, strict=True)
        except (NumberFormatError, InvalidOperation):
            example = format_decimal(Decimal("1.0834"), locale=self.locale)
            raise ValidationError(f"{text!r} is not a rate: write it as {example}") from None


class RateForm(Form):
    """What one unit of a currency is worth from a day on."""

    names: Mapping[str, str] = {}
    currency = forms.ChoiceField(label="One")
    from_day = DayField(label="From")

    def __init__(self, page: Page) -> None:
        super().__init__(page, {"from_day": page.today, "currency": page.request.GET.get("currency", "")})
        own = page.organization.currency
        codes = [(each, each) for each in sorted(currencies()) if each != own]
        self.fields["currency"].choices = choices(codes, "choose")  # pyright: ignore[reportAttributeAccessIssue]
        hint = "It holds until the next day that has one."
        self.fields["rate"] = RateField(page, f"is worth so many {own}", hint)


@page("GET", needs=Permission.CHANGE_ORGANIZATION)
def rates(page: Page) -> HttpResponseBase:
    """All rates, the latest of each currency first."""
    with page.reading() as scope:
        held = rulebook.rates(scope)
        rows = sorted(held, key=lambda each: each[1], reverse=True)
        rows.sort(key=lambda each: each[0])
        shown = [(currency, day, written(page, rate)) for currency, day, rate in rows[:ROWS_SHOWN_MAX]]
        context = {**shown_in(page, "setting_rates"), "rates": shown, "more": len(rows) - len(shown)}
        return page.render("paceline/settings/rates.html", context)


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def add(page: Page) -> HttpResponseBase:
    """Another rate; one of the same currency and day is replaced."""
    form = RateForm(page)

    def work(scope: Scope) -> bool:
        given = form.cleaned_data
        set_rates(scope, {(given["currency"], given["from_day"]): given["rate"]})
        return True

    if form.attempt(work):
        return page.go("setting_rates", said="Saved. Amounts that waited for it count now.")
    note = "Amounts that wait for a rate count at once, and those converted at another one are converted anew."
    return form_page(page, "setting_rates", {"form": form, "heading": "Enter a rate", "button": "Save", "note": note})


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def remove(page: Page, currency: str, day: str) -> HttpResponseBase:
    """Asks before an entry is taken away."""
    from_day = _day(day)
    with page.reading() as scope:
        held = {(code, at): rate for code, at, rate in rulebook.rates(scope)}
    if (currency, from_day) not in held:
        raise NotFound("there is no such rate")
    form = Form(page)
    if form.attempt(lambda scope: set_rates(scope, {(currency, from_day): None}) or True):
        return page.go("setting_rates", said="Taken away.")
    rate = written(page, held[currency, from_day])
    note = (
        f"From {page.day(from_day)} on one {currency} is worth {rate} {page.organization.currency}. Without it, "
        "amounts of those days are converted at the rate before it; where there is none, they wait, and do not count."
    )
    shown = {"form": form, "heading": "Take this rate away", "button": "Take it away", "note": note, "is_danger": True}
    return form_page(page, "setting_rates", shown)


def written(page: Page, rate: Decimal) -> str:
    """A rate with all its decimals."""
    return format_decimal(rate, _PATTERN, page.locale)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("there is no such rate") from None
