"""Histories are read whole and written as a difference."""

from paceline.org import memberships
from paceline.org.history import Row, moved
from paceline.org.models import Membership
from tests.org.cast import Cast, on


def test_a_row_keeps_its_id_as_long_as_its_unit_and_first_day_stay(cast: Cast):
    own = Membership.objects.filter(person_id=cast.eve)
    (before,) = own.values_list("id", flat=True)
    stored = memberships.read(cast.scope, [cast.eve])
    after = moved(stored.history(cast.eve), cast.field, on(59), on(99))
    differences = memberships.write(cast.scope, stored, {cast.eve: after})
    assert {key: (list(each.gone), list(each.come)) for key, each in differences.items()} == {
        cast.eve: (
            [Row(cast.partners, None, on(0))],
            [Row(cast.partners, None, on(0), on(59)), Row(cast.field, None, on(59), on(99))],
        )
    }
    assert dict(own.values_list("department_id", "id"))[cast.partners] == before
    assert memberships.read(cast.scope, [cast.eve]).history(cast.eve) == after


def test_writing_what_is_stored_writes_nothing(cast: Cast):
    stored = memberships.read(cast.scope)
    desired = {person: stored.history(person) for person in stored.ids}
    assert memberships.write(cast.scope, stored, desired) == {}


def test_histories_of_others_are_out_of_reach(cast: Cast):
    assert memberships.read(cast.abroad, [cast.eve]).history(cast.eve) == ()
