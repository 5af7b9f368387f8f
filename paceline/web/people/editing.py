"""Adding a person and editing one; whom they report to, and the ids that sources know them by."""

from collections.abc import Mapping

from django import forms
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.actions import people as verbs
from paceline.org.columns import EMAIL_CHARACTERS_MAX, NAME_CHARACTERS_MAX
from paceline.org.models import ExternalId, Person
from paceline.web.forms import DayField, Form
from paceline.web.page import Page, page
from paceline.web.people.fields import PersonField, UnitField, reason_field

_FORM = "paceline/people/form.html"


class PersonForm(Form):
    """What is edited of a person at once."""

    name = forms.CharField(label="Name", required=False, max_length=NAME_CHARACTERS_MAX)
    email = forms.CharField(label="E-mail", required=False, max_length=EMAIL_CHARACTERS_MAX)
    hire_day = DayField(label="First day", required=False, help_text="Left blank, they were always there.")
    quota_carrying = forms.BooleanField(label="Carries quota", required=False)


class NewPersonForm(PersonForm):
    """Somebody new, with where they begin."""

    names: Mapping[str, str] = {"manager_id": "manager"}

    def __init__(self, page: Page, initial: dict[str, object]) -> None:
        super().__init__(page, initial)
        self.fields["manager"] = PersonField(page, "Reports to", "A name, an e-mail, or an id of the CRM.")
        self.fields["department"] = UnitField(page, "department", "Department", "none")
        self.fields["team"] = UnitField(page, "team", "Team", "none")


class ManagerForm(Form):
    """Whom somebody reports to."""

    def __init__(self, page: Page, person: Person) -> None:
        super().__init__(page, {"manager": person.manager})
        hint = "A name, an e-mail, or an id of the CRM; left blank, nobody."
        self.fields["manager"] = PersonField(page, "Reports to", hint)
        self.fields["reason"] = reason_field()
        self.fields["reason"].widget.attrs["class"] = "form-control"


class IdForm(Form):
    """The id by which a source knows somebody."""

    source = forms.CharField(label="Source", max_length=NAME_CHARACTERS_MAX, help_text="Such as the name of your CRM.")
    external_id = forms.CharField(
        label="Id there", required=False, max_length=NAME_CHARACTERS_MAX, help_text="Left blank, it is taken away."
    )


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def add(page: Page) -> HttpResponseBase:
    """Somebody new."""
    asked = page.request.GET
    initial = {name: asked.get(name) for name in ("department", "team")}
    form = NewPersonForm(page, {**initial, "hire_day": page.today, "quota_carrying": True})

    def work(scope: Scope) -> Person:
        given = dict(form.cleaned_data)
        manager, team = given.pop("manager"), given.pop("team")
        return verbs.create_person(
            scope,
            **{name: given[name] for name in ("name", "email", "hire_day", "quota_carrying")},
            manager_id=manager and manager.id,
            department_id=given["department"],
            team_ids=[] if team is None else [team],
        )

    made = form.attempt(work)
    if made is not None:
        return page.go("person", made.id, said=f"{made.name} was added.")
    context = {"form": form, "heading": "Add a person", "button": "Add"}
    return page.refused(_FORM, context) if page.is_posted else page.render(_FORM, context)


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def edit(page: Page, person_id: int) -> HttpResponseBase:
    """Their name, e-mail, first day, and whether they carry quota."""
    person = _one(page, person_id)
    fields = ("name", "email", "hire_day", "quota_carrying")
    form = PersonForm(page, {name: getattr(person, name) for name in fields})
    done = form.attempt(lambda scope: verbs.edit_person(scope, person_id, **form.cleaned_data))
    if done is not None:
        return page.go("person", person_id, said="Saved.")
    note = "Records that name them by a new e-mail or name count at once; those matched before stay theirs."
    context = {"form": form, "person": person, "heading": f"Edit {person.name}", "button": "Save", "note": note}
    return page.refused(_FORM, context) if page.is_posted else page.render(_FORM, context)


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def manager(page: Page, person_id: int) -> HttpResponseBase:
    """Whom they report to."""
    person = _one(page, person_id)
    form = ManagerForm(page, person)

    def work(scope: Scope) -> Person:
        above = form.cleaned_data["manager"]
        return verbs.set_manager(scope, person_id, above and above.id, reason=form.cleaned_data["reason"])

    if form.attempt(work) is not None:
        return page.go("person", person_id, said="Saved.")
    note = (
        "The reporting line has no days: whoever is above them sees and plans for them from now on, past figures too."
    )
    context = {"form": form, "person": person, "button": "Save", "note": note}
    context["heading"] = f"Whom {person.name} reports to"
    return page.refused(_FORM, context) if page.is_posted else page.render(_FORM, context)


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def external_id(page: Page, person_id: int) -> HttpResponseBase:
    """The id by which a source knows them."""
    person = _one(page, person_id)
    source = page.request.GET.get("source", "")
    with page.reading() as scope:
        held = ExternalId.objects.filter(org_id=scope.org_id, person=person, source=source).first()
    form = IdForm(page, {"source": source, "external_id": held.external_id if held else ""})

    def work(scope: Scope) -> bool:
        given = form.cleaned_data
        verbs.set_external_id(scope, person_id, given["source"], given["external_id"] or None)
        return True

    if form.attempt(work):
        return page.go("person", person_id, said="Saved.")
    note = "Records of that source that name this id as their owner count for them, those that waited for it, too."
    context = {"form": form, "person": person, "button": "Save", "note": note}
    context["heading"] = f"How a source knows {person.name}"
    return page.refused(_FORM, context) if page.is_posted else page.render(_FORM, context)


def _one(page: Page, person_id: int) -> Person:
    with page.reading() as scope:
        person = directory.person(scope, person_id)
        # Read here, while there is a scope.
        _ = person.manager
        return person
