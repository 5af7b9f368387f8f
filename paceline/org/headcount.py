"""The units of an organization on a day: what is under what, how many people each has, and who leads it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import LiteralString

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from paceline.facts.rollup import unit_number, unit_of
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org.models import Department, Membership, Person, Placement, Team

# Index: rollup_standing.
_COUNTS: LiteralString = """
    SELECT u.number, count(*), count(*) FILTER (WHERE p.quota_carrying)
    FROM rollup r CROSS JOIN LATERAL unnest(r.units) u (number)
    JOIN org_person p ON p.org_id = r.org_id AND p.id = r.person_id
    WHERE r.org_id = %(org_id)s AND r.known_to = 'infinity' AND r.from_day <= %(day)s AND r.to_day > %(day)s
    GROUP BY u.number"""
_MEMBERS: LiteralString = """
    SELECT person_id FROM rollup WHERE org_id = %(org_id)s AND known_to = 'infinity'
    AND from_day <= %(day)s AND to_day > %(day)s AND units @> %(unit)s::bigint[]"""


@dataclass(slots=True)
class Unit:
    """A department or a team as it is on the day; the people of a department include those of what is under it."""

    unit: Assignee
    name: str
    above: Assignee | None = None
    people: int = 0
    carrying: int = 0
    leads: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    @property
    def is_team(self) -> bool:
        """Whether it is a team."""
        return self.unit.kind == "team"


class Structure:
    """All units of a day, read in a handful of queries however many there are."""

    def __init__(self, scope: Scope, day: date) -> None:
        self.scope, self.day = scope, day
        departments = Department.objects.filter(org_id=scope.org_id).values_list("id", "name")
        teams = list(Team.objects.filter(org_id=scope.org_id).values_list("id", "name", "department_id"))
        self.units = {
            Assignee("department", number): Unit(Assignee("department", number), name) for number, name in departments
        }
        self.units |= {Assignee("team", number): Unit(Assignee("team", number), name) for number, name, _ in teams}
        placed = Placement.objects.filter(org_id=scope.org_id, from_day__lte=day, to_day__gt=day)
        for number, parent in placed.values_list("department_id", "parent_id"):
            self.units[Assignee("department", number)].above = Assignee("department", parent)
        for number, _, parent in teams:
            if parent is not None:
                self.units[Assignee("team", number)].above = Assignee("department", parent)
        self._count()
        self._below = defaultdict[Assignee | None, list[Unit]](list)
        for each in sorted(self.units.values(), key=lambda unit: (unit.is_team, unit.name.lower(), unit.unit.id)):
            self._below[each.above].append(each)

    def _count(self) -> None:
        for number, people, carrying in self.scope.run(_COUNTS, {"org_id": self.scope.org_id, "day": self.day}):
            found = self.units.get(Assignee(*unit_of(number)))
            if found is not None:
                found.people, found.carrying = people, carrying
        leads = Membership.objects.filter(
            org_id=self.scope.org_id, is_lead=True, from_day__lte=self.day, to_day__gt=self.day
        )
        named = leads.order_by("person__name", "person_id").values_list(
            "department_id", "team_id", "person_id", "person__name"
        )
        for department, team, person, name in named:
            of = Assignee("team", team) if department is None else Assignee("department", department)
            self.units[of].leads.append((person, name))

    def below(self, unit: Assignee | None) -> list[Unit]:
        """The units right below one, or at the top: departments first, by name."""
        return self._below[unit]

    def path(self, unit: Assignee) -> list[Unit]:
        """The units from the top down to this one."""
        found = self.units[unit]
        return [*(self.path(found.above) if found.above else []), found]

    def directly_in(self, units: Collection[Assignee], limit: int) -> dict[Assignee, tuple[list[Membership], int]]:
        """The first people by name of each of these units, with how many there are; one query for all of them.

        Those of a team are its members, those of a department are in none of the teams right below it.
        """
        own = Membership.objects.filter(org_id=self.scope.org_id, from_day__lte=self.day, to_day__gt=self.day)
        in_team_below = own.filter(person_id=OuterRef("person_id"), team__department_id=OuterRef("department_id"))
        rows = own.filter(
            Q(team_id__in=[each.id for each in units if each.kind == "team"])
            | Q(department_id__in=[each.id for each in units if each.kind == "department"]) & ~Exists(in_team_below)
        )
        apart = [F("department_id"), F("team_id")]
        placed = Window(RowNumber(), partition_by=apart, order_by=["person__name", "person_id"])
        rows = rows.annotate(place=placed, total=Window(Count("*"), partition_by=apart)).filter(place__lte=limit)
        found: dict[Assignee, tuple[list[Membership], int]] = {}
        for each in rows.select_related("person").order_by("place"):
            of = Assignee("team", each.team_id or 0)
            if each.department_id is not None:
                of = Assignee("department", each.department_id)
            total: int = each.total  # pyright: ignore[reportAttributeAccessIssue] - annotated above
            found.setdefault(of, ([], total))[0].append(each)
        return found


def unplaced(scope: Scope, day: date) -> QuerySet[Person]:
    """Whoever is there that day and in no unit."""
    here = Membership.objects.filter(org_id=scope.org_id, person_id=OuterRef("id"), from_day__lte=day, to_day__gt=day)
    return there(scope, day).exclude(Exists(here))


def there(scope: Scope, day: date) -> QuerySet[Person]:
    """Whoever is there that day: neither yet to come nor gone."""
    return Person.objects.filter(org_id=scope.org_id).exclude(hire_day__gt=day).exclude(end_day__lt=day)


def people_of(scope: Scope, unit: Assignee, day: date) -> QuerySet[Person]:
    """Whoever is in a unit that day, or in one below it."""
    number = unit_number(unit.kind, unit.id)
    rows = scope.run(_MEMBERS, {"org_id": scope.org_id, "day": day, "unit": [number]})
    return Person.objects.filter(org_id=scope.org_id, id__in=[person for (person,) in rows])
