"""From dated memberships and placements to the data plane's "who was in which unit on which days"."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from paceline.domain.rollup import MembershipSpan, PlacementSpan, Stay, flatten
from paceline.facts import owners
from paceline.facts import rollup as posted
from paceline.facts.owners import E_MAIL, EXTERNAL_ID, NAME, OwnerKey
from paceline.facts.scope import Scope
from paceline.org.models import ExternalId, Membership, Person, Placement


@dataclass(frozen=True, slots=True)
class Difference:
    """A stay that the memberships give and the data plane lacks, or (`is_held`) the other way round."""

    stay: Stay
    is_held: bool


def restate(scope: Scope, person_ids: Collection[int] | None = None) -> int:
    """Post what the memberships of these people (all if None) now say; how many stays it moved."""
    return posted.post(scope, desired(scope, person_ids), person_ids)


def verify(scope: Scope) -> list[Difference]:
    """Every difference between the memberships and the data plane; there must be none."""
    wanted, held = desired(scope), posted.standing(scope)
    found = [
        *(Difference(stay, is_held=False) for stay in wanted - held),
        *(Difference(stay, is_held=True) for stay in held - wanted),
    ]
    return sorted(
        found,
        key=lambda each: (each.stay.person_id, each.stay.unit_kind, each.stay.unit_id, each.stay.from_day),
    )


def desired(scope: Scope, person_ids: Collection[int] | None = None) -> set[Stay]:
    """The stays that the memberships of these people (all if None) give."""
    memberships = Membership.objects.filter(org_id=scope.org_id)
    if person_ids is not None:
        memberships = memberships.filter(person_id__in=person_ids)
    spans = [
        MembershipSpan(person_id, "department", department_id, *days)
        if department_id is not None
        else MembershipSpan(person_id, "team", team_id, *days)
        for person_id, department_id, team_id, *days in memberships.values_list(
            "person_id", "department_id", "team_id", "from_day", "to_day"
        )
    ]
    placements = Placement.objects.filter(org_id=scope.org_id)
    rows = placements.values_list("department_id", "parent_id", "from_day", "to_day")
    return flatten(spans, [PlacementSpan(*row) for row in rows])


def set_owner_keys(scope: Scope, person_ids: Collection[int] | None = None) -> int:
    """Tell the data plane by which words these people (all if None) are recognised as owners.

    Returns how many records that waited for one of them are credited now.
    """
    keys = owner_keys(scope, person_ids)
    return owners.set_keys(scope, keys) if keys else 0


def owner_keys(scope: Scope, person_ids: Collection[int] | None = None) -> Mapping[int, Sequence[OwnerKey]]:
    """The words for each person: external ids first, then the e-mail, then the name."""
    people = Person.objects.filter(org_id=scope.org_id)
    ids = ExternalId.objects.filter(org_id=scope.org_id)
    if person_ids is not None:
        people, ids = people.filter(id__in=person_ids), ids.filter(person_id__in=person_ids)
    known: dict[int, list[OwnerKey]] = {}
    for person_id, source, external_id in ids.values_list("person_id", "source", "external_id"):
        known.setdefault(person_id, []).append(OwnerKey(EXTERNAL_ID, source, external_id))
    return {
        number: [
            *known.get(number, ()),
            *([OwnerKey(E_MAIL, "", email)] if email else ()),
            OwnerKey(NAME, "", name),
        ]
        for number, email, name in people.values_list("id", "email", "name")
    }
