"""Whose figures a member sees and whose shares they plan, on a day: semantics, section 10.

Below a manager are those on their reporting line, the departments they lead with all that is under them, the teams they
lead, everybody in those units, and whatever these lead in turn. Leads and places are dated; the reporting line is as it
is now.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import LiteralString
from zoneinfo import ZoneInfo

from paceline.domain.access import Permission
from paceline.domain.calendar import local_day
from paceline.errors import NotAllowed
from paceline.facts.rollup import unit_number
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory
from paceline.org.kept import kept

# Index: org_membership_person, org_placement's and org_team's by parent, org_person_manager, and rollup_standing.
_LED: LiteralString = """
    SELECT department_id, team_id FROM org_membership
    WHERE org_id = %(org_id)s AND person_id = ANY(%(people)s::bigint[]) AND is_lead
    AND from_day <= %(day)s AND to_day > %(day)s"""
_UNDER: LiteralString = """
    WITH RECURSIVE under (id) AS (
        SELECT unnest(%(departments)s::bigint[])
        UNION
        SELECT p.department_id FROM org_placement p JOIN under u ON p.parent_id = u.id
        WHERE p.org_id = %(org_id)s AND p.from_day <= %(day)s AND p.to_day > %(day)s)
    SELECT 'department', id FROM under
    UNION ALL SELECT 'team', t.id FROM org_team t JOIN under u ON t.department_id = u.id WHERE t.org_id = %(org_id)s"""
_REPORTS: LiteralString = """
    WITH RECURSIVE line (id) AS (
        SELECT unnest(%(people)s::bigint[])
        UNION
        SELECT p.id FROM org_person p JOIN line l ON p.manager_id = l.id WHERE p.org_id = %(org_id)s)
    SELECT id FROM line"""
_MEMBERS: LiteralString = """
    SELECT DISTINCT person_id FROM rollup WHERE org_id = %(org_id)s AND known_to = 'infinity'
    AND from_day <= %(day)s AND to_day > %(day)s AND units && %(units)s::bigint[]"""


def seen(scope: Scope, day: date) -> frozenset[Assignee] | None:
    """Whose figures the actor sees on that day; None for everybody's."""
    if scope.access.allows(Permission.READ_ALL):
        return None
    below = _below(scope, day) if scope.access.allows(Permission.READ_BELOW) else frozenset[Assignee]()
    return below | oneself(scope)


def check_sees(scope: Scope, assignee: Assignee, day: date | None = None) -> None:
    """Raises NotAllowed unless the actor sees the assignee's figures on that day, or today."""
    check_sees_all(scope, [assignee], day)


def check_sees_all(scope: Scope, assignees: Collection[Assignee], day: date | None = None) -> None:
    """Raises NotAllowed unless the actor sees the figures of all of these on that day, or today."""
    if scope.access.allows(Permission.READ_ALL):
        return
    if not frozenset(assignees) <= (seen(scope, day or today(scope)) or frozenset()):
        raise NotAllowed("you see your own figures and those of whoever is below you, and this is neither")


def people_seen(scope: Scope) -> list[int] | None:
    """The people whose records the actor sees today; None for all records, also those that are nobody's."""
    if scope.access.allows(Permission.READ_ALL):
        return None
    return sorted(each.id for each in seen(scope, today(scope)) or () if each.kind == "person")


def check_plans(scope: Scope, assignees: Collection[Assignee] = ()) -> None:
    """Raises NotAllowed unless the actor plans, and may change the shares of all of these. Nobody changes their own."""
    if kept_from(scope) & frozenset(assignees):
        raise NotAllowed("nobody changes their own quota: somebody above you does")
    if scope.access.allows(Permission.PLAN_ALL):
        return
    scope.needs(Permission.PLAN_BELOW)
    if not frozenset(assignees) <= _below(scope, today(scope)):
        raise NotAllowed("you plan for whoever is below you, and not all of these are")


def today(scope: Scope) -> date:
    """The day of the organization on which the actor asks."""
    if scope.asked_at is None:
        raise AssertionError("whoever is limited asks at a time")
    return day_of(scope, scope.asked_at)


def day_of(scope: Scope, moment: datetime) -> date:
    """The day that it is in the organization at a moment."""
    return local_day(moment, ZoneInfo(directory.own_organization(scope).time_zone))


def oneself(scope: Scope) -> frozenset[Assignee]:
    """The person who the actor is; nobody for a service and on the command line."""
    person_id = scope.access.person_id
    return frozenset() if person_id is None else frozenset({Assignee("person", person_id)})


def kept_from(scope: Scope) -> frozenset[Assignee]:
    """Whose quota the actor does not change: their own, and by a token that of whoever made it, who can use it too."""
    holder_id = scope.access.holder_person_id
    return oneself(scope) if holder_id is None else oneself(scope) | {Assignee("person", holder_id)}


def _below(scope: Scope, day: date) -> frozenset[Assignee]:
    person_id = scope.access.person_id
    if person_id is None:
        return frozenset()
    return kept.get(scope, ("below", person_id, day), lambda: _find_below(scope, person_id, day), len)


def _find_below(scope: Scope, person_id: int, day: date) -> frozenset[Assignee]:
    people, units = {person_id}, set[Assignee]()
    while True:
        asked = {"org_id": scope.org_id, "day": day, "people": sorted(people)}
        led = [Assignee("team", team) if team else Assignee("department", of) for of, team in scope.run(_LED, asked)]
        departments = [each.id for each in {*units, *led} if each.kind == "department"]
        under = scope.run(_UNDER, {**asked, "departments": departments}).fetchall()
        units |= {*led, *(Assignee(kind, number) for kind, number in under)}
        found = people | _ids(scope.run(_REPORTS, asked))
        if units:
            numbers = [unit_number(each.kind, each.id) for each in units]
            found |= _ids(scope.run(_MEMBERS, {**asked, "units": numbers}))
        if found == people:
            return frozenset(units | {Assignee("person", number) for number in people - {person_id}})
        people = found


def _ids(rows: Iterable[tuple[int]]) -> set[int]:
    return {number for (number,) in rows}
