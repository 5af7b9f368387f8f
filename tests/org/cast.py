"""Who plays in this room's stories, and how their state is told in a few words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import psycopg

from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER
from paceline.facts.scope import Scope

EPOCH = date(2025, 1, 1)


def on(number: int) -> date:
    """The day so many days after the epoch."""
    return EPOCH + timedelta(days=number)


@dataclass(frozen=True)
class Cast:
    """Acme sells: Rosa runs Sales; Tariq leads the Hunters in Field, where Sam sells; Eve sells in Partners.

    Olga is in another organization, Globex, whose scope is `abroad`.
    """

    scope: Scope
    abroad: Scope
    sales: int
    field: int
    partners: int
    hunters: int
    rosa: int
    tariq: int
    sam: int
    eve: int
    olga: int

    def elsewhere(self, connection: psycopg.Connection) -> "Cast":
        """The same on another connection."""
        scopes = [replace(each, connection=connection) for each in (self.scope, self.abroad)]
        return replace(self, scope=scopes[0], abroad=scopes[1])


def history(scope: Scope, person_id: int) -> list[str]:
    """Where someone was, such as "Field 0-59", in days after the epoch.

    A star marks the primary team, a plus a lead.
    """
    from paceline.org.models import Membership

    rows = Membership.objects.filter(org_id=scope.org_id, person_id=person_id)
    ordered = rows.select_related("department", "team").order_by("from_day", "department_id", "team_id")
    return [
        f"{(row.department or row.team).name}{'*' * row.is_primary}{'+' * row.is_lead}"
        f" {_day(row.from_day)}-{_day(row.to_day)}"
        for row in ordered
    ]


def people(scope: Scope) -> dict[str, str]:
    """Everyone as "e-mail manager units-now", a blank shown as a dot."""
    from paceline.org.models import Person

    own = Person.objects.filter(org_id=scope.org_id).select_related("manager").order_by("name", "id")
    return {
        each.name: f"{each.email or '.'} {each.manager.name if each.manager else '.'}"
        f" {' '.join(history(scope, each.id)) or '.'}"
        for each in own
    }


def changes(scope: Scope, verb: str) -> list[tuple[str, Any, Any, str]]:
    """What the trail holds of a verb, the oldest first: kind, old, new, reason."""
    from paceline.org.models import Change

    rows = Change.objects.filter(org_id=scope.org_id, verb=verb).order_by("id")
    return list(rows.values_list("kind", "old", "new", "reason"))


def stays(scope: Scope, days: int) -> set[tuple[int, str, int, int]]:
    """Who is held to be in which unit, on each of the days after the epoch: (day, kind, unit, person)."""
    return set(_stays(scope, days))


def _stays(scope: Scope, days: int) -> Iterator[tuple[int, str, int, int]]:
    from paceline.facts import rollup

    for stay in rollup.standing(scope):
        for day in range(days):
            if stay.from_day <= on(day) < stay.to_day:
                yield day, stay.unit_kind, stay.unit_id, stay.person_id


def _day(day: date) -> str:
    if day in {DAY_ALWAYS, DAY_NEVER}:
        return ""
    return str((day - EPOCH).days)
