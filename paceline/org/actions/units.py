"""Departments and teams: making them, naming them, and placing them in the tree."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db.models import QuerySet

from paceline.domain.access import Permission
from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER
from paceline.domain.rollup import PlacementSpan
from paceline.facts.scope import Scope
from paceline.org import audit, directory, rollup, tree
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.models import Department, Placement, Team

Unit = TypeVar("Unit", Department, Team)


def create_department(
    scope: Scope, name: str, *, parent_id: int | None = None, from_day: date = DAY_ALWAYS, reason: str = ""
) -> Department:
    """Make a department, under a parent from that day on or at the top. Raises InvalidInput, NotFound."""
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        checks = Checks()
        trail = audit.Trail(scope, "create_department", checks.reason(reason))
        made = Department(org_id=scope.org_id, name=_free_name(scope, checks, Department.objects.all(), name))
        parent = None if parent_id is None else directory.department(scope, parent_id)
        _check_from_day(checks, from_day)
        checks.done()
        made.save()
        new: dict[str, object] = {"name": made.name}
        if parent is not None:
            Placement.objects.create(
                org_id=scope.org_id, department=made, parent=parent, from_day=from_day, to_day=DAY_NEVER
            )
            new |= {"parent": parent.name, "parent_id": parent.id, "from_day": from_day}
        trail.record("department", made.id, old=None, new=new)
    return made


def rename_department(scope: Scope, department_id: int, name: str, *, reason: str = "") -> Department:
    """Give a department another name. Raises InvalidInput, NotFound."""
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        department = directory.department(scope, department_id)
        _rename(scope, "rename_department", Department.objects.all(), department, name=name, reason=reason)
    return department


def place_department(
    scope: Scope, department_id: int, parent_id: int | None, *, from_day: date = DAY_ALWAYS, reason: str = ""
) -> None:
    """From that day on the department is under the parent, or at the top if None.

    What was said before of that day and later ones no longer holds. Raises InvalidInput if it would be
    under itself on any day, NotFound.
    """
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        department = directory.department(scope, department_id)
        parent = None if parent_id is None else directory.department(scope, parent_id)
        checks = Checks()
        trail = audit.Trail(scope, "place_department", checks.reason(reason))
        _check_from_day(checks, from_day)
        spans = placements(scope)
        own = tree.placed(spans, department.id, parent and parent.id, from_day, DAY_NEVER)
        others = [span for span in spans if span.department_id != department.id]
        loop = tree.loop_of_departments([*others, *own], department.id)
        if loop is not None:
            checks.fault("parent", _loop_in_words(scope, loop))
        checks.done()
        before = [span for span in spans if span.department_id == department.id]
        if set(own) != set(before):
            _write_placements(scope, department, own)
            old, new = ({"placements": _described(scope, each)} for each in (before, own))
            trail.record("department", department.id, old=old, new=new)
            rollup.restate(scope)


def create_team(scope: Scope, name: str, *, department_id: int | None = None, reason: str = "") -> Team:
    """Make a team, hung under a department or under none. Raises InvalidInput, NotFound."""
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        checks = Checks()
        trail = audit.Trail(scope, "create_team", checks.reason(reason))
        made = Team(org_id=scope.org_id, name=_free_name(scope, checks, Team.objects.all(), name))
        if department_id is not None:
            made.department = directory.department(scope, department_id)
        checks.done()
        made.save()
        trail.record("team", made.id, old=None, new=audit.values(made, "name", "department_id"))
    return made


def rename_team(scope: Scope, team_id: int, name: str, *, reason: str = "") -> Team:
    """Give a team another name. Raises InvalidInput, NotFound."""
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        team = directory.team(scope, team_id)
        _rename(scope, "rename_team", Team.objects.all(), team, name=name, reason=reason)
    return team


def hang_team(scope: Scope, team_id: int, department_id: int | None, *, reason: str = "") -> Team:
    """Hang a team under a department, or under none. It is not dated. Raises InvalidInput, NotFound."""
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        team = directory.team(scope, team_id)
        checks = Checks()
        trail = audit.Trail(scope, "hang_team", checks.reason(reason))
        checks.done()
        old = audit.values(team, "department_id")
        team.department = None if department_id is None else directory.department(scope, department_id)
        team.save(update_fields=["department"])
        trail.record("team", team.id, old=old, new=audit.values(team, "department_id"))
    return team


def placements(scope: Scope) -> list[PlacementSpan]:
    """Which department was under which, and when."""
    rows = Placement.objects.filter(org_id=scope.org_id).order_by("department_id", "from_day")
    return [PlacementSpan(*row) for row in rows.values_list("department_id", "parent_id", "from_day", "to_day")]


def _rename(scope: Scope, verb: str, units: QuerySet[Unit], unit: Unit, *, name: str, reason: str) -> None:
    checks = Checks()
    trail = audit.Trail(scope, verb, checks.reason(reason))
    free = _free_name(scope, checks, units.exclude(pk=unit.pk), name)
    checks.done()
    old = audit.values(unit, "name")
    unit.name = free
    unit.save(update_fields=["name"])
    trail.record(_kind(unit), unit.id, old=old, new=audit.values(unit, "name"))


def _free_name(scope: Scope, checks: Checks, others: QuerySet[Unit], name: str) -> str:
    """The name, if none of the others has it."""
    name = checks.name("name", name)
    taken = directory.same(others.filter(org_id=scope.org_id), "name", name).first()
    if taken is not None:
        checks.fault("name", f"there is a {_kind(taken)} {taken.name!r} already")
    return name


def _kind(unit: Department | Team) -> str:
    return "team" if isinstance(unit, Team) else "department"


def _check_from_day(checks: Checks, from_day: date) -> None:
    if from_day != DAY_ALWAYS:
        checks.day("from_day", from_day)


def _write_placements(scope: Scope, department: Department, spans: Iterable[PlacementSpan]) -> None:
    Placement.objects.filter(org_id=scope.org_id, department=department).delete()
    Placement.objects.bulk_create(
        Placement(
            org_id=scope.org_id,
            department=department,
            parent_id=span.parent_id,
            from_day=span.from_day,
            to_day=span.to_day,
        )
        for span in spans
    )


def _described(scope: Scope, spans: Iterable[PlacementSpan]) -> list[dict[str, object]]:
    names = _names(scope)
    return [
        {
            "parent": names[span.parent_id],
            "parent_id": span.parent_id,
            "from_day": span.from_day,
            "to_day": span.to_day,
        }
        for span in spans
    ]


def _loop_in_words(scope: Scope, loop: tree.Loop) -> str:
    """Such as "Sales cannot be under East: East is under Sales"."""
    names = _names(scope)
    first, parent, *rest = (names[number] for number in loop.path)
    if not rest:
        return f"{first} cannot be under itself"
    when = "" if loop.day == DAY_ALWAYS else f" from {loop.day}"
    above = ", which is under ".join(rest)
    return f"{first} cannot be under {parent}{when}: {parent} is under {above}"


def _names(scope: Scope) -> dict[int, str]:
    return dict(Department.objects.filter(org_id=scope.org_id).values_list("id", "name"))
