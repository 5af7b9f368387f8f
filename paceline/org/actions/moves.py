"""Where people are: moving between departments, joining and leaving teams, and ending.

Every one of these says how things are from a day on: what was said before of that day and later ones no
longer holds, and what was said of earlier days stays.
"""

from collections.abc import Callable
from datetime import date

from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.org import audit, directory, history, memberships
from paceline.org.actions.settle import settle
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.history import History
from paceline.org.models import Person


def move_person(
    scope: Scope,
    person_id: int,
    *,
    department_id: int | None,
    from_day: date,
    is_lead: bool = False,
    reason: str = "",
) -> None:
    """From that day on the person is in this department, or in none. Raises InvalidInput, NotFound."""

    def change(person: Person, rows: History) -> History:
        return history.moved(rows, department_id, from_day, person.days[1], is_lead=is_lead)

    with writing(scope, Permission.CHANGE_ORGANIZATION):
        if department_id is not None:
            directory.department(scope, department_id)
        _change(scope, "move_person", person_id, change, from_day=from_day, reason=reason)


def join_team(
    scope: Scope,
    person_id: int,
    team_id: int,
    *,
    from_day: date,
    is_primary: bool | None = None,
    is_lead: bool = False,
    reason: str = "",
) -> None:
    """From that day on the person is in this team, and in the others as before.

    `is_primary` says whether it is the primary team; None leaves that to what it was, and the first team is.
    Whoever is in one team only has that one as primary whatever is said. Joining again changes only what is
    said. Raises InvalidInput, NotFound.
    """

    def change(person: Person, rows: History) -> History:
        return history.in_team(rows, team_id, from_day, person.days[1], is_primary=is_primary, is_lead=is_lead)

    with writing(scope, Permission.CHANGE_ORGANIZATION):
        directory.team(scope, team_id)
        _change(scope, "join_team", person_id, change, from_day=from_day, reason=reason)


def leave_team(scope: Scope, person_id: int, team_id: int, *, from_day: date, reason: str = "") -> None:
    """From that day on the person is not in this team. If it was the primary one, the next joined becomes so.

    Raises InvalidInput, NotFound.
    """

    def change(_person: Person, rows: History) -> History:
        return history.out_of_team(rows, team_id, from_day)

    with writing(scope, Permission.CHANGE_ORGANIZATION):
        directory.team(scope, team_id)
        _change(scope, "leave_team", person_id, change, from_day=from_day, reason=reason)


def end_person(scope: Scope, person_id: int, *, end_day: date | None, reason: str = "") -> Person:
    """The person's last day is `end_day`; with None, or a later day, they are there after all.

    What memberships ran to the last day, run to the new one. Raises InvalidInput, NotFound.
    """
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        person = directory.person(scope, person_id)
        checks = Checks()
        trail = audit.Trail(scope, "end_person", checks.reason(reason))
        if end_day is not None:
            checks.day("end_day", end_day)
            if person.hire_day is not None and end_day < person.hire_day:
                checks.fault("end_day", f"{end_day} is before the hire day, {person.hire_day}")
        checks.done()
        old, was = audit.values(person, "end_day"), person.days
        person.end_day = end_day
        person.save(update_fields=["end_day"])
        trail.record("person", person.id, old=old, new=audit.values(person, "end_day"))
        stored = memberships.read(scope, [person.id])
        rows = history.within(stored.history(person.id), was, person.days)
        settle(scope, trail, stored, {person.id: rows})
    return person


def _change(
    scope: Scope,
    verb: str,
    person_id: int,
    change: Callable[[Person, History], History],
    *,
    from_day: date,
    reason: str,
) -> None:
    """Check the day and the reason, and make the person's history what `change` makes of it."""
    person = directory.person(scope, person_id)
    checks = Checks()
    trail = audit.Trail(scope, verb, checks.reason(reason))
    checks.day("from_day", from_day)
    if not person.is_there(from_day):
        checks.fault("from_day", _not_there(person, from_day))
    checks.done()
    stored = memberships.read(scope, [person.id])
    settle(scope, trail, stored, {person.id: change(person, stored.history(person.id))})


def _not_there(person: Person, day: date) -> str:
    if person.hire_day is not None and day < person.hire_day:
        return f"{day} is before {person.name} was hired, on {person.hire_day}"
    return f"{day} is after {person.name}'s last day, {person.end_day}"
