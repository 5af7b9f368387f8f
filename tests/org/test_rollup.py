"""What the data plane is told of the memberships, and how a difference is found."""

from paceline.facts import rollup as posted
from paceline.facts.owners import OwnerKey
from paceline.org import rollup
from paceline.org.actions.people import set_external_id
from paceline.org.models import Membership
from tests.org.cast import Cast, stays


def test_a_department_has_the_people_of_those_below_and_a_team_its_members(cast: Cast):
    assert stays(cast.scope, 1) == {
        (0, "department", cast.sales, cast.rosa),
        (0, "department", cast.sales, cast.tariq),
        (0, "department", cast.sales, cast.sam),
        (0, "department", cast.sales, cast.eve),
        (0, "department", cast.field, cast.tariq),
        (0, "department", cast.field, cast.sam),
        (0, "department", cast.partners, cast.eve),
        (0, "team", cast.hunters, cast.tariq),
        (0, "team", cast.hunters, cast.sam),
    }


def test_a_difference_is_named_and_mended(cast: Cast):
    assert rollup.verify(cast.scope) == []
    Membership.objects.filter(person_id=cast.eve).update(department_id=cast.field)
    found = [(each.stay.unit_id, each.stay.person_id, each.is_held) for each in rollup.verify(cast.scope)]
    assert sorted(found) == sorted([(cast.field, cast.eve, False), (cast.partners, cast.eve, True)])
    assert rollup.restate(cast.scope) == 2
    assert rollup.verify(cast.scope) == []
    assert rollup.restate(cast.scope) == 0


def test_restating_some_leaves_the_others_alone(cast: Cast):
    Membership.objects.filter(person_id__in=[cast.eve, cast.sam]).delete()
    rollup.restate(cast.scope, [cast.eve])
    left = {stay.person_id for stay in posted.standing(cast.scope)}
    assert left == {cast.rosa, cast.tariq, cast.sam}


def test_people_are_known_by_external_id_then_email_then_name(cast: Cast):
    set_external_id(cast.scope, cast.sam, "hr", "17")
    assert rollup.owner_keys(cast.scope, [cast.sam]) == {
        cast.sam: [OwnerKey(1, "hr", "17"), OwnerKey(2, "", "sam@acme.example"), OwnerKey(3, "", "Sam")]
    }
    assert set(rollup.owner_keys(cast.abroad)) == {cast.olga}
