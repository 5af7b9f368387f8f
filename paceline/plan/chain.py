"""The target tree of a window: under whom each assignee stands, all the way up to the organization."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from paceline.domain.calendar import Window
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org.models import Department, Membership, Placement, Team
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
    departments: frozenset[int] = frozenset()

    def above(self, assignee: Assignee) -> Assignee | None:
        """Under whom the assignee stands; None for the organization."""
        if assignee.kind == "organization":
            return None
        if assignee.kind == "person":
            return self._above_person(assignee.id)
        above = self.department_above if assignee.kind == "department" else self.team_above
        department = above.get(assignee.id)
        return ORGANIZATION if department is None else Assignee("department", department)

    def below(self, people: Iterable[int]) -> Mapping[Assignee, list[Assignee]]:
        """Who stands just below each, the inverse of `above`: every unit, and of the people these."""
        found: dict[Assignee, list[Assignee]] = defaultdict(list)
        units = [
            *(Assignee("department", number) for number in self.departments),
            *(Assignee("team", number) for number in self.team_above),
        ]
        for each in (*units, *(Assignee("person", number) for number in people)):
            above = self.above(each)
            if above is not None:
                found[above].append(each)
        return found

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
    """The target tree as the window begins; a person who comes later stands where they come in."""
    placements = Placement.objects.filter(org_id=scope.org_id, from_day__lte=window.start, to_day__gt=window.start)
    joined = list(_joined(scope, window))
    return TargetTree(
        dict(placements.values_list("department_id", "parent_id")),
        dict(Team.objects.filter(org_id=scope.org_id).values_list("id", "department_id")),
        {row.person_id: row.department_id for row in joined if row.department_id is not None},
        {row.person_id: row.team_id for row in joined if row.team_id is not None and row.is_primary},
        frozenset(Department.objects.filter(org_id=scope.org_id).values_list("id", flat=True)),
    )


class _Joined(NamedTuple):
    """A membership, without what a model costs for each of many thousands."""

    person_id: int
    department_id: int | None
    team_id: int | None
    from_day: date
    to_day: date
    is_primary: bool


def _joined(scope: Scope, window: Window) -> Iterator[_Joined]:
    """The memberships of each person on the first day of the window on which they have any."""
    own = Membership.objects.filter(org_id=scope.org_id, from_day__lt=window.end, to_day__gt=window.start)
    rows = [_Joined(*row) for row in own.values_list(*_Joined._fields)]
    first: dict[int, date] = {}
    for row in rows:
        first[row.person_id] = min(first.get(row.person_id, window.end), max(row.from_day, window.start))
    yield from (row for row in rows if row.from_day <= first[row.person_id] < row.to_day)
