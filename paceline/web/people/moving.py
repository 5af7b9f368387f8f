"""Moves from a day on: into a department, into and out of teams, and a last day; each previewed before it is made."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.errors import PacelineError
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.actions import moves
from paceline.org.models import Membership, Person, Team
from paceline.web.forms import DayField, Form
from paceline.web.page import Page, page
from paceline.web.people import effects
from paceline.web.people.fields import UnitField, day_of, reason_field

_FORM, _PREVIEW = "paceline/people/form.html", "paceline/people/preview.html"
_PREVIEWED = "preview"


class MoveForm(Form):
    """Into a department, or out of all."""

    from_day = DayField(label="From")
    is_lead = forms.BooleanField(required=False, label="Leads it")
    reason = reason_field()

    def __init__(self, page: Page, initial: dict[str, Any]) -> None:
        super().__init__(page, initial)
        field = UnitField(page, "department", "Department", "none")
        self.fields = {"department": field, **self.fields}


class JoinForm(Form):
    """Into a team, or another part in it."""

    from_day = DayField(label="From")
    is_primary = forms.BooleanField(required=False, label="Their primary team")
    is_lead = forms.BooleanField(required=False, label="Leads it")
    reason = reason_field()

    def __init__(self, page: Page, initial: dict[str, Any]) -> None:
        super().__init__(page, initial)
        field = UnitField(page, "team", "Team", "choose", required=True)
        self.fields = {"team": field, **self.fields}


class LeaveForm(Form):
    """Out of a team."""

    from_day = DayField(label="From", help_text="The first day on which they are not in it.")
    reason = reason_field()


class EndForm(Form):
    """The last day of somebody."""

    end_day = DayField(required=False, label="Last day", help_text="Left blank, they stay.")
    reason = reason_field()


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def move(page: Page, person_id: int) -> HttpResponseBase:
    """Into another department from a day on; `to`, `day` and `lead` of the address are filled in."""
    person, rows = _person(page, person_id)
    asked = page.request.GET
    now = next((each for each in rows if each.department_id is not None), None)
    form = MoveForm(
        page,
        {
            "department": asked.get("to", now.department_id if now else None),
            "from_day": day_of(asked.get("day", "")) or _first(page, person),
            "is_lead": "lead" in asked if "to" in asked else bool(now and now.is_lead),
        },
    )

    def work(scope: Scope, given: dict[str, Any]) -> None:
        to, from_day = given["department"], given["from_day"]
        options = {"is_lead": given["is_lead"], "reason": given["reason"]}
        moves.move_person(scope, person_id, department_id=to, from_day=from_day, **options)

    return _step(page, person, form, work, heading=f"Move {person.name}", button="Move", said="Moved.")


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def join(page: Page, person_id: int) -> HttpResponseBase:
    """Into a team from a day on, or another part in it; `team` and `day` of the address are filled in."""
    person, rows = _person(page, person_id)
    asked = page.request.GET
    now = next((each for each in rows if str(each.team_id) == asked.get("team")), None)
    form = JoinForm(
        page,
        {
            "team": asked.get("team"),
            "from_day": day_of(asked.get("day", "")) or _first(page, person),
            "is_primary": now.is_primary if now else not any(each.team_id for each in rows),
            "is_lead": bool(now and now.is_lead),
        },
    )

    def work(scope: Scope, given: dict[str, Any]) -> None:
        part = {"is_primary": given["is_primary"], "is_lead": given["is_lead"], "reason": given["reason"]}
        moves.join_team(scope, person_id, given["team"], from_day=given["from_day"], **part)

    heading = f"{person.name} in {now.team.name}" if now and now.team else f"{person.name} joins a team"
    return _step(page, person, form, work, heading=heading, button="Save" if now else "Join", said="Saved.")


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def leave(page: Page, person_id: int, team_id: int) -> HttpResponseBase:
    """Out of a team from a day on."""
    person, _ = _person(page, person_id)
    with page.reading() as scope:
        team: Team = directory.team(scope, team_id)
    form = LeaveForm(page, {"from_day": day_of(page.request.GET.get("day", "")) or _first(page, person)})

    def work(scope: Scope, given: dict[str, Any]) -> None:
        moves.leave_team(scope, person_id, team_id, from_day=given["from_day"], reason=given["reason"])

    return _step(page, person, form, work, heading=f"{person.name} leaves {team.name}", button="Leave", said="Left.")


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def end(page: Page, person_id: int) -> HttpResponseBase:
    """A last day, another one, or none after all."""
    person, _ = _person(page, person_id)
    form = EndForm(page, {"end_day": person.end_day or page.today})

    def work(scope: Scope, given: dict[str, Any]) -> None:
        moves.end_person(scope, person_id, end_day=given["end_day"], reason=given["reason"])

    note = "Nobody is deleted: what they have won stays counted where it counts, and a last day can be taken back."
    heading = f"The last day of {person.name}"
    return _step(page, person, form, work, heading=heading, button="Save", said="Saved.", note=note)


def _step(
    page: Page, person: Person, form: Form, work: Callable[[Scope, dict[str, Any]], None], **shown: str
) -> HttpResponseBase:
    """The form with its preview, the preview alone, or what was done."""
    is_previewed = page.is_posted and _PREVIEWED in page.request.POST
    if is_previewed and page.is_partial and not page.is_dialog:
        return page.render(_PREVIEW, _preview(page, person, form, work))
    if not is_previewed and form.attempt(lambda scope: work(scope, form.cleaned_data) or True):
        return page.go("person", person.id, said=shown["said"])
    context = {"form": form, "person": person, "has_preview": True, **shown}
    context |= _preview(page, person, form, work) if is_previewed else {}
    return page.refused(_FORM, context) if form.errors else page.render(_FORM, context)


def _preview(page: Page, person: Person, form: Form, work: Callable[[Scope, dict[str, Any]], None]) -> dict[str, Any]:
    """What the verb would do: it is run whole, and nothing of it kept."""
    if not form.is_valid():
        return {"preview": None, "waiting": True}
    today = page.today

    def attempt(scope: Scope) -> Any:
        trial = effects.Trial(scope, person.id, today)
        work(scope, form.cleaned_data)
        return trial.change()

    try:
        found, names = page.tried(attempt)
    except PacelineError as error:
        return {"preview": None, "faults": [each.message for each in error.faults] or [error.message]}
    if found is None:
        return {"preview": None, "is_same": True}
    return {"preview": effects.shown(page, person.name, found, names)}


def _person(page: Page, person_id: int) -> tuple[Person, list[Membership]]:
    """The person, and where they are today."""
    with page.reading() as scope:
        found = directory.person(scope, person_id)
        rows = Membership.objects.filter(org_id=scope.org_id, person=found, from_day__lte=page.today)
        return found, list(rows.filter(to_day__gt=page.today).select_related("department", "team"))


def _first(page: Page, person: Person) -> date:
    """Today, or the first day of somebody who is still to come."""
    return max(page.today, person.hire_day or page.today)
