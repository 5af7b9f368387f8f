"""The trail holds what differs, and nothing else."""

from datetime import date
from decimal import Decimal

from paceline.org.audit import Trail, difference
from paceline.org.models import Change
from tests.org.cast import Cast, changes


def test_only_what_differs_is_told():
    old, new = {"name": "Sam", "end_day": None}, {"name": "Sam", "end_day": date(2025, 6, 30)}
    assert difference("person", 7, old=old, new=new) == {
        "kind": "person",
        "object_id": 7,
        "old": {"end_day": None},
        "new": {"end_day": date(2025, 6, 30)},
    }
    assert difference("person", 7, old=old, new=old) is None


def test_a_thing_made_has_no_old_and_a_thing_removed_no_new(cast: Cast):
    trail = Trail(cast.scope, "test", "why not")
    assert trail.record("rate", 1, old=None, new={"rate": Decimal("1.10")})
    assert trail.record("rate", 1, old={"rate": Decimal("1.10")}, new=None)
    assert not trail.record("rate", 1, old={"rate": 1}, new={"rate": 1})
    assert changes(cast.scope, "test") == [
        ("rate", None, {"rate": "1.10"}, "why not"),
        ("rate", {"rate": "1.10"}, None, "why not"),
    ]


def test_many_changes_are_one_statement_with_who_and_when(cast: Cast):
    trail = Trail(cast.scope, "test")
    told = [difference("thing", number, old=None, new={"n": number}) for number in range(3)]
    assert trail.record_all([*told, None]) == 3
    rows = Change.objects.filter(verb="test").order_by("id")
    assert [(row.actor, row.object_id, row.new) for row in rows] == [("rosa", n, {"n": n}) for n in range(3)]
    assert len({row.at for row in rows}) == 1
