"""Making units, naming them, and placing them in the tree."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.domain.calendar import DAY_ALWAYS
from paceline.facts.scope import Scope
from paceline.org.actions import units as verbs
from paceline.org.columns import NAME_CHARACTERS_MAX
from paceline.org.headcount import Structure, Unit
from paceline.web.forms import DayField, Form
from paceline.web.page import Page, page
from paceline.web.people.fields import UnitField, reason_field
from paceline.web.people.tree import found

_FORM = "paceline/people/form.html"
_KINDS = [("department", "Department"), ("team", "Team")]


class NewUnitForm(Form):
    """A department or a team."""

    kind = forms.ChoiceField(choices=_KINDS, widget=forms.RadioSelect, label="What it is")
    name = forms.CharField(label="Name", required=False, max_length=NAME_CHARACTERS_MAX)

    def __init__(self, page: Page, initial: dict[str, Any]) -> None:
        super().__init__(page, initial)
        self.fields["under"] = UnitField(page, "department", "Under", "nothing: at the top")


class RenameForm(Form):
    """Another name."""

    name = forms.CharField(label="Name", required=False, max_length=NAME_CHARACTERS_MAX)


class PlaceForm(Form):
    """Under another department; for a department from a day on."""

    names: Mapping[str, str] = {"parent": "under"}

    def __init__(self, page: Page, unit: Unit) -> None:
        under = unit.above.id if unit.above else None
        super().__init__(page, {"under": under, "from_day": page.today})
        self.fields["under"] = UnitField(page, "department", "Under", "nothing: at the top")
        if not unit.is_team:
            hint = "Left blank, it was always there."
            self.fields["from_day"] = DayField(label="From", required=False, help_text=hint)
            self.fields["from_day"].widget.attrs["class"] = "form-control"
        self.fields["reason"] = reason_field()
        self.fields["reason"].widget.attrs["class"] = "form-control"


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def add(page: Page) -> HttpResponseBase:
    """A new department or team."""
    form = NewUnitForm(page, {"kind": "department", "under": page.request.GET.get("under")})

    def work(scope: Scope) -> tuple[str, int]:
        given = form.cleaned_data
        if given["kind"] == "team":
            return "team", verbs.create_team(scope, given["name"], department_id=given["under"]).id
        return "department", verbs.create_department(scope, given["name"], parent_id=given["under"]).id

    made = form.attempt(work)
    if made is not None:
        return page.go("person_unit", *made, said="It was added.")
    note = (
        "A person is in one department at a time, and their figures count for all departments above it. A team is "
        "whoever works together, of any departments; whoever is in two counts once above both."
    )
    context = {"form": form, "heading": "Add a unit", "button": "Add", "note": note}
    return page.refused(_FORM, context) if page.is_posted else page.render(_FORM, context)


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def rename(page: Page, kind: str, unit_id: int) -> HttpResponseBase:
    """Another name."""
    unit = _unit(page, kind, unit_id)
    form = RenameForm(page, {"name": unit.name})
    verb = verbs.rename_team if unit.is_team else verbs.rename_department
    if form.attempt(lambda scope: verb(scope, unit_id, form.cleaned_data["name"])) is not None:
        return page.go("person_unit", kind, unit_id, said="Saved.")
    context = {"form": form, "heading": f"Rename {unit.name}", "button": "Save", "unit": unit}
    return page.refused(_FORM, context) if page.is_posted else page.render(_FORM, context)


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def place(page: Page, kind: str, unit_id: int) -> HttpResponseBase:
    """Under another department."""
    unit = _unit(page, kind, unit_id)
    form = PlaceForm(page, unit)

    def work(scope: Scope) -> bool:
        given = form.cleaned_data
        under, reason = given["under"], given["reason"]
        if unit.is_team:
            verbs.hang_team(scope, unit_id, under, reason=reason)
        else:
            from_day: date = given["from_day"] or DAY_ALWAYS
            verbs.place_department(scope, unit_id, under, from_day=from_day, reason=reason)
        return True

    if form.attempt(work):
        return page.go("person_unit", kind, unit_id, said="Placed.")
    note = (
        "Where a team hangs says whose target a cascade gives it a part of; no figure moves by it, for people count "
        "by their departments. It has no days."
        if unit.is_team
        else f"From that day on whatever the people of {unit.name} win counts for what it is then under; what they won "
        "before stays where it counts. The targets show it at once."
    )
    context = {"form": form, "heading": f"Place {unit.name}", "button": "Place", "unit": unit, "note": note}
    return page.refused(_FORM, context) if page.is_posted else page.render(_FORM, context)


def _unit(page: Page, kind: str, unit_id: int) -> Unit:
    with page.reading() as scope:
        return found(Structure(scope, page.today), kind, unit_id)
