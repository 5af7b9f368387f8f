"""The fields of the forms of people and units."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from paceline.errors import PacelineError
from paceline.org import directory
from paceline.org.columns import EMAIL_CHARACTERS_MAX, REASON_CHARACTERS_MAX
from paceline.org.headcount import Structure
from paceline.org.models import Person
from paceline.web.forms import choices
from paceline.web.page import Page


def unit_choices(structure: Structure, kind: str, empty: str | None) -> list[tuple[str, str]]:
    """The departments, or the teams, each with the way down to it, in the tree's order."""
    waiting = [(each, "") for each in reversed(structure.below(None))]
    found: list[tuple[str, str]] = []
    while waiting:
        unit, above = waiting.pop()
        name = f"{above}{unit.name}"
        if unit.unit.kind == kind:
            found.append((str(unit.unit.id), name))
        waiting += [(each, f"{name} / ") for each in reversed(structure.below(unit.unit))]
    return choices(found, empty)


class UnitField(forms.TypedChoiceField):
    """One of the departments, or of the teams; cleaned, its id or None."""

    def __init__(self, page: Page, kind: str, label: str, empty: str | None, *, required: bool = False) -> None:
        super().__init__(label=label, required=required, coerce=int, empty_value=None)
        with page.reading() as scope:
            self.choices = unit_choices(Structure(scope, page.today), kind, empty)
        self.widget.attrs["class"] = "form-select"


class PersonField(forms.CharField):
    """A person by name, e-mail or id, which the browser suggests; cleaned, the person or None."""

    def __init__(self, page: Page, label: str, help_text: str = "") -> None:
        super().__init__(label=label, required=False, max_length=EMAIL_CHARACTERS_MAX, help_text=help_text)
        self.page = page
        self.widget.attrs |= {"class": "form-control", "list": "people-suggested", "autocomplete": "off"}

    def prepare_value(self, value: object) -> object:
        """A person as they are typed."""
        return (value.email or value.name) if isinstance(value, Person) else value

    def clean(self, value: object) -> Person | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        words = super().clean(value)
        if not words:
            return None
        with self.page.reading() as scope:
            try:
                return directory.find_person(scope, words)
            except PacelineError as error:
                raise ValidationError(f"{error.message[:1].upper()}{error.message[1:]}.") from None


def reason_field() -> forms.CharField:
    """Why: kept in the trail."""
    hint = "Kept with the change; nobody is asked for it."
    return forms.CharField(label="Reason", required=False, max_length=REASON_CHARACTERS_MAX, help_text=hint)


def day_of(text: str) -> date | None:
    """A day in an address, if it is one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
