"""What the verbs that touch people end with: write the histories, record them, restate what rests on them."""

from collections.abc import Mapping

from paceline.facts.scope import Scope
from paceline.org import audit, memberships, rollup
from paceline.org.history import History
from paceline.org.models import Department, Team


def settle(scope: Scope, trail: audit.Trail, stored: memberships.Stored, desired: Mapping[int, History]) -> set[int]:
    """Make the histories of these people the desired ones; whose changed."""
    differences = memberships.write(scope, stored, desired)
    if not differences:
        return set()
    departments = dict(Department.objects.filter(org_id=scope.org_id).values_list("id", "name"))
    teams = dict(Team.objects.filter(org_id=scope.org_id).values_list("id", "name"))

    def told(person_id: int, each: memberships.Difference) -> audit.Values | None:
        gone, come = (memberships.described(rows, departments, teams) for rows in (each.gone, each.come))
        return audit.difference("person", person_id, old={"memberships": gone}, new={"memberships": come})

    trail.record_all(told(*each) for each in differences.items())
    rollup.restate(scope, differences.keys())
    return set(differences)
