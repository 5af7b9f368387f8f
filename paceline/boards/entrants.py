"""Who stands on a board: the people who carry a quota, or the teams, that are there on the day and in its scope."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db.models import Q

from paceline.boards.models import Entrants, Leaderboard, ScopeKind
from paceline.facts import standing
from paceline.facts.scope import Scope
from paceline.org.kept import kept
from paceline.org.models import Membership, Person, Placement, Team

# What the entrants are called, by id.
Names = Mapping[int, str]


def entrants_of(scope: Scope, board: Leaderboard, day: date, known_at: datetime | None) -> Names:
    """Everybody who stands on the board on that day."""
    if board.entrants == Entrants.TEAMS.value:
        there, names = standing.teams_with_people(scope, day, known_at), _teams(scope, board, day)
        return {number: name for number, name in names.items() if number in there}
    names = _kept(scope, ("carriers", day), lambda: _carriers(scope, day))
    if board.scope_kind == ScopeKind.EVERYONE.value:
        return names
    there = standing.people_of_unit(scope, board.scope_kind, board.scope_id, day, known_at)
    return {number: names[number] for number in there if number in names}


def own_entrant(scope: Scope, board: Leaderboard, person_id: int, day: date) -> int | None:
    """Whose row is a person's own: theirs, or that of their primary team on the day."""
    if board.entrants == Entrants.PEOPLE.value:
        return person_id
    joined = Membership.objects.filter(org_id=scope.org_id, person_id=person_id, is_primary=True)
    return joined.filter(from_day__lte=day, to_day__gt=day).values_list("team_id", flat=True).first()


def _kept(scope: Scope, name: tuple[object, ...], make: Callable[[], Names]) -> Names:
    return kept.get(scope, name, make, len)


def _carriers(scope: Scope, day: date) -> Names:
    """Who carries a quota and is there on the day, both included: see Person.is_there."""
    hired = Q(hire_day__isnull=True) | Q(hire_day__lte=day)
    stays = Q(end_day__isnull=True) | Q(end_day__gte=day)
    own = Person.objects.filter(hired, stays, org_id=scope.org_id, quota_carrying=True).values_list("id", "name")
    # In the order in which those stand who are equal, so that ranking finds them sorted already.
    return dict(sorted(own, key=lambda each: (each[1], each[0])))


def _teams(scope: Scope, board: Leaderboard, day: date) -> Names:
    own = Team.objects.filter(org_id=scope.org_id)
    if board.scope_kind == ScopeKind.DEPARTMENT.value:
        own = own.filter(department_id__in=_departments_below(scope, board.scope_id, day))
    return dict(own.values_list("id", "name"))


def _departments_below(scope: Scope, department_id: int, day: date) -> set[int]:
    """The department itself and all below it on the day."""
    held = Placement.objects.filter(org_id=scope.org_id, from_day__lte=day, to_day__gt=day)
    above = dict(held.values_list("department_id", "parent_id"))
    return {department_id, *(number for number in above if _is_below(number, department_id, above))}


def _is_below(number: int, department_id: int, above: Mapping[int, int]) -> bool:
    while number in above:
        number = above[number]
        if number == department_id:
            return True
    return False
