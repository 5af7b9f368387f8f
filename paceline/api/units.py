"""Departments and teams."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from paceline.api import answers
from paceline.api.callers import Admin
from paceline.api.pages import CursorQuery, Id, LimitQuery, PathId, after, page
from paceline.api.shapes import PROBLEMS, Day, Given, Name, Reason, example
from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER
from paceline.errors import InvalidInput
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.actions import units as verbs
from paceline.org.models import Department, Placement, Team

departments = Router(tags=["organization"], auth=Admin())
teams = Router(tags=["organization"], auth=Admin())


class DepartmentIn(Given):
    """A department, under a parent from `from_date` on (always, where it is left out) or at the top."""

    model_config = example({"name": "North", "parent_id": 1})

    name: Name
    parent_id: Id | None = None
    from_date: Day | None = None
    reason: Reason = ""


class DepartmentChange(Given):
    """Another name; or another parent (null for the top) from `from_date` on."""

    model_config = example({"parent_id": 2, "from_date": "2026-07-01"})

    name: Name | None = None
    parent_id: Id | None = None
    from_date: Day | None = None
    reason: Reason = ""


class PlacementOut(Schema):
    """Under whom a department is on which days, half-open; null where they are open."""

    parent_id: int
    from_date: date | None
    to_date: date | None


class DepartmentOut(Schema):
    """A department and all its placements; outside of them it stands at the top."""

    id: int
    name: str
    placements: list[PlacementOut]


class DepartmentsOut(Schema):
    """A page of departments."""

    items: list[DepartmentOut]
    next: str | None


class TeamIn(Given):
    """A team, hung under a department or under none."""

    model_config = example({"name": "Hunters", "department_id": 3})

    name: Name
    department_id: Id | None = None
    reason: Reason = ""


class TeamChange(Given):
    """Another name; or hung under another department (null for none)."""

    model_config = example({"name": "Farmers"})

    name: Name | None = None
    department_id: Id | None = None
    reason: Reason = ""


class TeamOut(Schema):
    """A team."""

    id: int
    name: str
    department_id: int | None


class TeamsOut(Schema):
    """A page of teams."""

    items: list[TeamOut]
    next: str | None


def _department(each: Department) -> dict[str, Any]:
    placements: list[Placement] = sorted(each.placements.all(), key=lambda placed: placed.from_day)  # pyright: ignore[reportAttributeAccessIssue]
    return {
        "id": each.id,
        "name": each.name,
        "placements": [
            {
                "parent_id": placed.parent_id,
                "from_date": None if placed.from_day == DAY_ALWAYS else placed.from_day,
                "to_date": None if placed.to_day == DAY_NEVER else placed.to_day,
            }
            for placed in placements
        ],
    }


def _team(each: Team) -> dict[str, Any]:
    return {"id": each.id, "name": each.name, "department_id": each.department_id}


@departments.get("", response={200: DepartmentsOut, **PROBLEMS}, summary="List the departments")
def list_departments(request: HttpRequest, cursor: CursorQuery = None, limit: LimitQuery = 100) -> HttpResponse:
    """Every department with its place in the tree."""
    (last,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        own = Department.objects.filter(org_id=scope.org_id, id__gt=last).prefetch_related("placements")
        found = list(own.order_by("id")[: limit + 1])
        return page([_department(each) for each in found], limit, [(each.id,) for each in found])

    return answers.read(request, make)


@departments.post("", response={201: DepartmentOut, **PROBLEMS}, summary="Make a department")
def create_department(request: HttpRequest, given: DepartmentIn) -> HttpResponse:
    """A department at the top, or under another one from a day on."""

    def work(scope: Scope) -> dict[str, Any]:
        from_day = given.from_date or DAY_ALWAYS
        made = verbs.create_department(
            scope, given.name, parent_id=given.parent_id, from_day=from_day, reason=given.reason
        )
        return _department(made)

    return answers.write(request, work, answers.CREATED)


@departments.get("/{department_id}", response={200: DepartmentOut, **PROBLEMS}, summary="Show a department")
def show_department(request: HttpRequest, department_id: PathId) -> HttpResponse:
    """One department with all its placements."""
    return answers.read_one(request, lambda scope: _department(directory.department(scope, department_id)))


@departments.patch("/{department_id}", response={200: DepartmentOut, **PROBLEMS}, summary="Change a department")
def edit_department(request: HttpRequest, department_id: PathId, given: DepartmentChange) -> HttpResponse:
    """Another name, or another place from a day on: what was before that day stays."""

    def work(scope: Scope) -> dict[str, Any]:
        answers.check_unchanged(request, scope, lambda: _department(directory.department(scope, department_id)))
        if given.from_date is not None and "parent_id" not in given.model_fields_set:
            raise InvalidInput.at("parent_id", "say under which department it is from that day on; null is the top")
        if given.name is not None:
            verbs.rename_department(scope, department_id, given.name, reason=given.reason)
        if "parent_id" in given.model_fields_set:
            from_day = given.from_date or DAY_ALWAYS
            verbs.place_department(scope, department_id, given.parent_id, from_day=from_day, reason=given.reason)
        return _department(directory.department(scope, department_id))

    return answers.write(request, work)


@teams.get("", response={200: TeamsOut, **PROBLEMS}, summary="List the teams")
def list_teams(request: HttpRequest, cursor: CursorQuery = None, limit: LimitQuery = 100) -> HttpResponse:
    """Every team with the department that it hangs under."""
    (last,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        found = list(Team.objects.filter(org_id=scope.org_id, id__gt=last).order_by("id")[: limit + 1])
        return page([_team(each) for each in found], limit, [(each.id,) for each in found])

    return answers.read(request, make)


@teams.post("", response={201: TeamOut, **PROBLEMS}, summary="Make a team")
def create_team(request: HttpRequest, given: TeamIn) -> HttpResponse:
    """A team under a department, or under none."""

    def work(scope: Scope) -> dict[str, Any]:
        return _team(verbs.create_team(scope, given.name, department_id=given.department_id, reason=given.reason))

    return answers.write(request, work, answers.CREATED)


@teams.get("/{team_id}", response={200: TeamOut, **PROBLEMS}, summary="Show a team")
def show_team(request: HttpRequest, team_id: PathId) -> HttpResponse:
    """One team."""
    return answers.read_one(request, lambda scope: _team(directory.team(scope, team_id)))


@teams.patch("/{team_id}", response={200: TeamOut, **PROBLEMS}, summary="Change a team")
def edit_team(request: HttpRequest, team_id: PathId, given: TeamChange) -> HttpResponse:
    """Another name, or under another department, which is not dated."""

    def work(scope: Scope) -> dict[str, Any]:
        answers.check_unchanged(request, scope, lambda: _team(directory.team(scope, team_id)))
        if given.name is not None:
            verbs.rename_team(scope, team_id, given.name, reason=given.reason)
        if "department_id" in given.model_fields_set:
            verbs.hang_team(scope, team_id, given.department_id, reason=given.reason)
        return _team(directory.team(scope, team_id))

    return answers.write(request, work)
