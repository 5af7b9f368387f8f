"""The target tree of a window: under whom each assignee stands, all the way up to the organization."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from paceline.domain.calendar import Window
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org.models import Membership, Placement, Team
from paceline.plan.find import ORGANIZATION


@dataclass(frozen=True, slots=True)
class TargetTree:
    """Everybody's one place in the tree, so that a cascade reaches everyone once.

    A person stands under the primary team if that team hangs under the person's own department, else under the
    department, else under the team.
    """

    department_above: Mapping[int, int]
    team_above: Mapping[int, int | None]
    department_of: Mapping[int, int]
    team_of: Mapping[int, int]

    def above(self, assignee: Assignee) -> Assignee | None:
        """Under whom the assignee stands; None for the organization."""
        if assignee.kind == "organization":
            return None
        if assignee.kind == "person":
            return self._above_person(assignee.id)
        above = self.department_above if assignee.kind == "department" else self.team_above
        department = above.get(assignee.id)
        return ORGANIZATION if department is None else Assignee("department", department)

    def path(self, assignee: Assignee) -> Iterator[Assignee]:
        """Everyone above, the nearest first, the organization last."""
        at = self.above(assignee)
        while at is not None:
            yield at
            at = self.above(at)

    def _above_person(self, person_id: int) -> Assignee:
        department, team = self.department_of.get(person_id), self.team_of.get(person_id)
        if team is not None and (department is None or self.team_above.get(team) == department):
            return Assignee("team", team)
        return ORGANIZATION if department is None else Assignee("department", department)


def tree_of(scope: Scope, window: Window) -> TargetTree:
    """The target tree as the window begins; what comes into it later stands where it comes in."""
    placements = Placement.objects.filter(org_id=scope.org_id)
    rows = Membership.objects.filter(org_id=scope.org_id)
    begun = _first(window, placements, "department_id", "parent_id")
    joined = _first(window, rows, "person_id", "department_id", "team_id", "is_primary")
    return TargetTree(
        {department: parent for department, parent in begun},
        dict(Team.objects.filter(org_id=scope.org_id).values_list("id", "department_id")),
        {person: department for person, department, _, _ in joined if department is not None},
        {person: team for person, _, team, is_primary in joined if is_primary},
    )


def _first(window: Window, dated: QuerySet[Any], whose: str, *fields: str) -> list[tuple[Any, ...]]:
    """What holds, by whose it is, on the first day of the window on which anything does."""
    inside = dated.filter(from_day__lt=window.end, to_day__gt=window.start)
    rows = list(inside.values_list(whose, *fields, "from_day", "to_day"))
    first: dict[int, date] = {}
    for number, *_, from_day, _to_day in rows:
        begins = max(from_day, window.start)
        first[number] = min(first.get(number, begins), begins)
    return [tuple(rest) for *rest, from_day, to_day in rows if from_day <= first[rest[0]] < to_day]
