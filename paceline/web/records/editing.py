"""Adding a record by hand, and editing one."""

import secrets
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase

from paceline.crm.conversion import flag, number
from paceline.crm.values import BadValue
from paceline.domain.record import FIELDS, KEY_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, Field, FieldType, Module
from paceline.facts.scope import Scope
from paceline.org.places import currencies
from paceline.web.forms import AmountField, DayField, Form, choices
from paceline.web.page import Page, page
from paceline.web.records import writing
from paceline.web.records.record import one, yields_words
from paceline.web.records.shown import SINGULAR, figures_in, label, module_of

# What nobody writes by hand, or which has a step of its own.
_NOT_TYPED = {"modified", "deleted", "custom", "external_id"}
_CUSTOM = "custom_"
# A form of more fields is a page that nobody reads; the API changes the rest.
CUSTOM_SHOWN_MAX = 40


class RecordForm(Form):
    """A record's own fields, its custom ones, and room for one more."""

    def __init__(self, page: Page, module: Module, record: Mapping[str, Any] | None = None) -> None:
        self.module, self.record = module, record
        self.custom = [] if record is None else sorted(record["custom"].items())[:CUSTOM_SHOWN_MAX]
        super().__init__(page, _initial(page, module, record))
        for name, field in self._made(page).items():
            self.fields[name] = field
            kind = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs.setdefault("class", kind)

    def _made(self, page: Page) -> dict[str, forms.Field]:
        made: dict[str, forms.Field] = {}
        if self.record is None:
            hint = "By which it is known, such as the number in your CRM. Left blank, one is made."
            made["external_id"] = forms.CharField(
                label="Id", required=False, max_length=KEY_CHARACTERS_MAX, help_text=hint
            )
        for field in FIELDS[self.module]:
            if field.name not in _NOT_TYPED:
                made[field.name] = _field(page, field, self._currency(page))
        for place, (name, value) in enumerate(self.custom):
            made[f"{_CUSTOM}{place}"] = forms.CharField(
                label=name, required=False, max_length=TEXT_CHARACTERS_MAX, help_text=_KINDS[type(value)]
            )
        return made

    def _currency(self, page: Page) -> str:
        """The currency that the amount is in: as it is sent, as it is stored, or the organization's."""
        sent = page.request.POST.get("currency", "").strip().upper()
        stored = page.organization.currency if self.record is None else self.record.get("currency")
        return sent if sent in currencies() else stored or page.organization.currency

    def given(self) -> dict[str, Any]:
        """The fields that are to be written: those that differ from what the form showed."""
        changed = set(self.fields) if self.record is None else set(self.changed_data)
        if "currency" in changed and "amount" in self.fields:
            # An amount means nothing without its currency.
            changed.add("amount")
        made = {name: self.cleaned_data[name] for name in changed if not name.startswith(_CUSTOM)}
        made = {name: None if value == "" else value for name, value in made.items()}
        custom = {name: self.cleaned_data[at] for name, at in self._custom_places() if at in changed}
        return {**made, **({"custom": custom} if custom else {})}

    def _custom_places(self) -> list[tuple[str, str]]:
        return [(name, f"{_CUSTOM}{place}") for place, (name, _) in enumerate(self.custom)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for (name, at), (_, stored) in zip(self._custom_places(), self.custom, strict=True):
            try:
                cleaned[at] = _typed(stored, cleaned.get(at, ""))
            except BadValue as bad:
                self.add_error(at, f"{name}: {bad}")
        return cleaned


_KINDS = {bool: "Yes or no.", int: "A number.", float: "A number.", str: ""}


def _typed(stored: object, text: str) -> object:
    """A custom field's value stays of its kind."""
    if isinstance(stored, bool):
        return flag(text)
    return number(text, ".") if isinstance(stored, int | float) else text or None


def _initial(page: Page, module: Module, record: Mapping[str, Any] | None) -> dict[str, Any]:
    if record is None:
        return {"created": page.today, "currency": page.organization.currency, "status": "open"}
    made = {
        each.name: record[f"{each.name}_day"] if each.type == FieldType.MOMENT else record[each.name]
        for each in FIELDS[module]
        if each.name not in _NOT_TYPED
    }
    return {**made, **{f"{_CUSTOM}{at}": _told(each) for at, each in enumerate(record["custom"].values())}}


def _told(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _field(page: Page, field: Field, currency: str) -> forms.Field:
    name = label(field.name)
    match field.type:
        case FieldType.MONEY:
            return AmountField(figures_in(page, currency), label=name, required=False)
        case FieldType.DAY | FieldType.MOMENT:
            return DayField(label=name, required=False)
        case FieldType.CHOICE:
            return forms.ChoiceField(label=name, choices=choices((each, each) for each in field.choices))
        case FieldType.CURRENCY:
            return forms.CharField(label=name, required=False, validators=[_known_currency], max_length=3)
    made = forms.CharField(label=name, required=False, max_length=TEXT_CHARACTERS_MAX)
    if field.name == "owner":
        made.help_text = "An e-mail, a name, or an id of the CRM."
        made.widget.attrs |= {"list": "owners", "autocomplete": "off"}
    return made


def _known_currency(text: str) -> None:
    if text.strip().upper() not in currencies():
        raise ValidationError(f"{text!r} is not the ISO 4217 code of a currency, such as EUR")


@page("GET", "POST")
def add(page: Page, module: str) -> HttpResponseBase:
    """A new record."""
    kind = module_of(module)
    writing.check_may(page)
    form = RecordForm(page, kind)

    def work(scope: Scope) -> int:
        given = form.given()
        given["external_id"] = given.get("external_id") or f"manual-{secrets.token_hex(4)}"
        return writing.add(page, scope, kind, given)

    made = form.attempt(work)
    if made is not None:
        return page.go("record", kind.value, made, said=f"Added. {counts(page, kind, made)}")
    shown = {"form": form, "module": kind.value, "singular": SINGULAR[kind], "record": None}
    return page.refused(_FORM, shown) if page.is_posted else page.render(_FORM, shown)


@page("GET", "POST")
def edit(page: Page, module: str, record_id: int) -> HttpResponseBase:
    """The fields of a record."""
    kind = module_of(module)
    writing.check_may(page)
    with page.reading() as scope:
        found = one(scope, kind, record_id)
        form = RecordForm(page, kind, found)

    def work(scope: Scope) -> str:
        given = {"external_id": found["external_id"], **form.given()}
        return writing.write(page, scope, kind, found["source"], given) if len(given) > 1 else "unchanged"

    done = form.attempt(work)
    if done is not None:
        said = "Nothing was changed." if done == "unchanged" else f"Saved. {counts(page, kind, record_id)}"
        return page.go("record", kind.value, record_id, said=said)
    shown = {"form": form, "module": kind.value, "singular": SINGULAR[kind], "record": found}
    return page.refused(_FORM, shown) if page.is_posted else page.render(_FORM, shown)


_FORM = "paceline/records/form.html"


def counts(page: Page, module: Module, record_id: int) -> str:
    """What a record counts for now, as a sentence."""
    with page.reading() as scope:
        phrases = yields_words(page, scope, record_id, module)
    return f"It counts {'; '.join(phrases)}." if phrases else "It counts for nothing yet: see why below."
