"""Assigning: who stands under whom, what is taken over, what is kept of every change."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from paceline.errors import InvalidInput, NotFound
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org.actions import moves, people, units
from paceline.plan.actions.assignments import AlreadyAssigned, edit_assignment, remove_assignment
from paceline.plan.actions.targets import VALUE_MAX
from paceline.plan.held import held
from paceline.plan.models import Assignment, AssignmentValue
from tests.plan.cast import (
    ORGANIZATION,
    Cast,
    asked,
    changes,
    department,
    everybody,
    faults,
    give,
    on,
    person,
    quarter,
    stamp,
    team,
)


def tree(scope: Scope, target_id: int) -> dict[str, str]:
    """Under whom everyone stands, a dot for nobody."""
    from paceline.plan import find

    rows = held(scope, find.target(scope, target_id))
    names = {each.id: each.name for each in rows}
    return {each.name: names[each.parent_id] if each.parent_id else "." for each in rows}


def history(assignment_id: int) -> list[tuple[int, bool, bool, str]]:
    """What an assignment has been: value, locked, deleted, reason."""
    rows = AssignmentValue.objects.filter(assignment_id=assignment_id).order_by("known_from")
    return list(rows.values_list("value", "is_locked", "is_deleted", "reason"))


WHOLE_TREE = {
    "Acme": ".",
    "Sales": "Acme",
    "Field": "Sales",
    "Partners": "Sales",
    "Hunters": "Field",
    "Eve": "Partners",
    "Rosa": "Sales",
    "Sam": "Hunters",
    "Tariq": "Hunters",
}


@pytest.mark.parametrize("seed", range(6))
def test_in_whatever_order_the_tree_is_the_same(cast: Cast, seed: int) -> None:
    import random

    names = list(everybody(cast))
    if seed:
        random.Random(seed).shuffle(names)
    target_id = quarter(cast.scope)
    for name in names if seed != 1 else list(reversed(names)):
        give(cast.scope, target_id, everybody(cast)[name], 1)
    assert tree(cast.scope, target_id) == WHOLE_TREE


def test_under_the_nearest_that_is_there(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    give(cast.scope, target_id, person(cast.sam), 1)
    assert tree(cast.scope, target_id) == {"Sam": "."}
    give(cast.scope, target_id, department(cast.sales), 1)
    assert tree(cast.scope, target_id) == {"Sales": ".", "Sam": "Sales"}
    give(cast.scope, target_id, team(cast.hunters), 1)
    assert tree(cast.scope, target_id) == {"Sales": ".", "Hunters": "Sales", "Sam": "Hunters"}
    give(cast.scope, target_id, department(cast.partners), 1)
    give(cast.scope, target_id, ORGANIZATION, 1)
    assert tree(cast.scope, target_id) == {
        "Acme": ".",
        "Sales": "Acme",
        "Partners": "Sales",
        "Hunters": "Sales",
        "Sam": "Hunters",
    }


def test_a_takeover_is_kept(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    sam = give(cast.scope, target_id, person(cast.sam), 5, reason="his own")
    field = give(cast.scope, target_id, department(cast.field), 7)
    assert history(sam) == [(5, False, False, "his own"), (5, False, False, f"now under assignment {field}")]
    assert history(field) == [(7, False, False, "")]


def test_a_tree_is_that_of_the_windows_first_day(cast: Cast) -> None:
    moves.move_person(cast.scope, cast.eve, department_id=cast.field, from_day=on(31))
    units.place_department(cast.scope, cast.field, None, from_day=on(31))
    target_id = quarter(cast.scope)
    for days in ((0, 31), (31, 90)):
        for assignee in (person(cast.eve), department(cast.field), department(cast.partners), department(cast.sales)):
            give(cast.scope, target_id, assignee, 1, days=days)
    from paceline.plan import find

    rows = held(cast.scope, find.target(cast.scope, target_id))
    names = {each.id: each.name for each in rows}
    above = {(each.window.start, each.name): names.get(each.parent_id or 0) for each in rows}
    assert above == {
        (on(0), "Sales"): None,
        (on(0), "Field"): "Sales",
        (on(0), "Partners"): "Sales",
        (on(0), "Eve"): "Partners",
        (on(31), "Sales"): None,
        (on(31), "Field"): None,
        (on(31), "Partners"): "Sales",
        (on(31), "Eve"): "Field",
    }


def test_whoever_comes_later_stands_where_they_come_in(cast: Cast) -> None:
    new = people.create_person(
        cast.scope, name="Nora", hire_day=on(40), department_id=cast.field, team_ids=[cast.hunters]
    )
    moves.leave_team(cast.scope, new.id, cast.hunters, from_day=on(50))
    target_id = quarter(cast.scope)
    for assignee in (ORGANIZATION, department(cast.field), team(cast.hunters), person(new.id)):
        give(cast.scope, target_id, assignee, 1)
    assert tree(cast.scope, target_id)["Nora"] == "Hunters"


def test_a_team_elsewhere_does_not_take_a_person_away(cast: Cast) -> None:
    """Who is in a department stands under it, unless the primary team hangs under that very department."""
    moves.join_team(cast.scope, cast.eve, cast.hunters, from_day=on(0))
    alone = people.create_person(cast.scope, name="Nora", team_ids=[cast.hunters])
    nowhere = people.create_person(cast.scope, name="Olaf")
    target_id = quarter(cast.scope)
    for assignee in (*everybody(cast).values(), person(alone.id), person(nowhere.id)):
        give(cast.scope, target_id, assignee, 1)
    assert tree(cast.scope, target_id) == {**WHOLE_TREE, "Nora": "Hunters", "Olaf": "Acme"}


def test_an_explicit_parent_takes_nobody_over(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    sam = give(cast.scope, target_id, person(cast.sam), 1)
    eve = give(cast.scope, target_id, person(cast.eve), 1)
    give(cast.scope, target_id, department(cast.field), 1, parent_id=eve)
    assert tree(cast.scope, target_id) == {"Field": "Eve", "Eve": ".", "Sam": "."}
    assert history(sam) == [(1, False, False, "")]


def test_a_part_can_stand_under_the_whole(cast: Cast) -> None:
    target_id = quarter(cast.scope, value=90)
    whole = give(cast.scope, target_id, ORGANIZATION, 90)
    part = give(cast.scope, target_id, ORGANIZATION, 30, days=(0, 31), parent_id=whole)
    give(cast.scope, target_id, person(cast.sam), 10, days=(0, 31))
    rows = {row.assignment.id: row.unallocated for row in asked(cast.scope, target_id).rows}
    # Only what stands below for the same window is compared.
    assert (rows[whole], rows[part]) == (None, 20)


def test_what_a_parent_cannot_be(cast: Cast) -> None:
    target_id, other = quarter(cast.scope), quarter(cast.scope)
    elsewhere = give(cast.scope, other, ORGANIZATION, 1)
    january = give(cast.scope, target_id, ORGANIZATION, 1, days=(0, 31))
    gone = give(cast.scope, target_id, person(cast.eve), 1)
    remove_assignment(cast.scope, gone)
    for parent_id, message in (
        (elsewhere, "the parent is an assignment of another target"),
        (january, "the window is not inside the parent's, 2025-01-01 up to 2025-02-01 exclusive"),
    ):
        with pytest.raises(InvalidInput) as refused:
            give(cast.scope, target_id, person(cast.sam), 1, parent_id=parent_id)
        assert faults(refused) == [("parent_id", message)]
    for parent_id in (gone, 0, 2**40):
        with pytest.raises(NotFound, match="there is no such assignment"):
            give(cast.scope, target_id, person(cast.sam), 1, parent_id=parent_id)
    with pytest.raises(NotFound):
        give(cast.abroad, quarter(cast.abroad), ORGANIZATION, 1, parent_id=elsewhere)


def test_nothing_stands_below_itself(cast: Cast) -> None:
    """Someone taken away leaves a place to which they can come back, but not below those who stood below them."""
    target_id = quarter(cast.scope)
    field = give(cast.scope, target_id, department(cast.field), 1)
    sam = give(cast.scope, target_id, person(cast.sam), 1)
    remove_assignment(cast.scope, field)
    give(cast.scope, target_id, department(cast.field), 2, parent_id=sam)
    assert tree(cast.scope, target_id) == {"Sam": ".", "Field": "Sam"}
    # Whatever a person did by hand, what is taken over stays free of circles.
    give(cast.scope, target_id, team(cast.hunters), 1)
    give(cast.scope, target_id, ORGANIZATION, 1)
    assert tree(cast.scope, target_id) == {
        "Acme": ".",
        "Sam": "Acme",
        "Field": "Sam",
        "Hunters": "Field",
    }


def test_an_edit_is_kept_with_who_and_why(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    sam = give(cast.scope, target_id, person(cast.sam), 5)
    edit_assignment(cast.scope, sam, value=7, reason="a new\nterritory")
    edit_assignment(cast.scope, sam, is_locked=True)
    edit_assignment(cast.scope, sam, value=7, is_locked=True, reason="the same again")
    edit_assignment(cast.scope, sam)
    assert history(sam) == [
        (5, False, False, ""),
        (7, False, False, "a new\nterritory"),
        (7, True, False, ""),
    ]
    assert {each.actor for each in AssignmentValue.objects.all()} == {"rosa"}
    assert changes(cast.scope, "edit_assignment") == [
        ("assignment", {"value": 5}, {"value": 7}, "a new\nterritory"),
        ("assignment", {"is_locked": False}, {"is_locked": True}, ""),
    ]
    ((kind, old, new, reason),) = changes(cast.scope, "assign")
    assert (kind, old, reason) == ("assignment", None, "")
    assert new == {"value": 5, "is_locked": False, "origin": "manual", "is_deleted": False}


def test_a_value_by_hand_says_so(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    sam = give(cast.scope, target_id, person(cast.sam), 5)
    Assignment.objects.filter(id=sam).update(origin="cascade")
    edit_assignment(cast.scope, sam, is_locked=True)
    assert Assignment.objects.get(id=sam).origin == "cascade"
    edit_assignment(cast.scope, sam, value=5)
    assert Assignment.objects.get(id=sam).origin == "manual"
    edit_assignment(cast.scope, sam, value=0)
    assert Assignment.objects.get(id=sam).value == 0


def test_what_stood_below_goes_under_what_is_above(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    ids = {name: give(cast.scope, target_id, each, 1) for name, each in everybody(cast).items()}
    remove_assignment(cast.scope, ids["Field"], reason="no such thing")
    remove_assignment(cast.scope, ids["Hunters"])
    assert tree(cast.scope, target_id) == {
        "Acme": ".",
        "Sales": "Acme",
        "Partners": "Sales",
        "Eve": "Partners",
        "Rosa": "Sales",
        "Sam": "Sales",
        "Tariq": "Sales",
    }
    assert history(ids["Field"]) == [(1, False, False, ""), (1, False, True, "no such thing")]
    assert [reason for *_, reason in history(ids["Sam"])][-1] == f"assignment {ids['Hunters']} was removed"
    assert changes(cast.scope, "remove_assignment")[0] == (
        "assignment",
        {"is_deleted": False},
        {"is_deleted": True},
        "no such thing",
    )
    for verb in (remove_assignment, edit_assignment):
        with pytest.raises(NotFound, match="there is no such assignment"):
            verb(cast.scope, ids["Field"])


def test_a_removal_is_one_posting(cast: Cast) -> None:
    """There is no moment to ask for at which those below stood under something that was gone."""
    target_id = quarter(cast.scope)
    field = give(cast.scope, target_id, department(cast.field), 1)
    sam = give(cast.scope, target_id, person(cast.sam), 1)
    remove_assignment(cast.scope, field)
    last = [AssignmentValue.objects.filter(assignment_id=each).latest("known_from").known_from for each in (field, sam)]
    assert last == [stamp(cast.scope)] * 2


def test_a_share_comes_back_where_it_belongs(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    field = give(cast.scope, target_id, department(cast.field), 1, is_locked=True)
    sam = give(cast.scope, target_id, person(cast.sam), 1)
    remove_assignment(cast.scope, field)
    give(cast.scope, target_id, ORGANIZATION, 9)
    again = give(cast.scope, target_id, department(cast.field), 3, reason="after all")
    assert again == field
    assert tree(cast.scope, target_id) == {"Acme": ".", "Field": "Acme", "Sam": "Field"}
    assert history(field) == [(1, True, False, ""), (1, True, True, ""), (3, False, False, "after all")]
    assert len(history(sam)) == 4


def test_one_share_for_each_assignee_and_window(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    sam = give(cast.scope, target_id, person(cast.sam), 1)
    give(cast.scope, target_id, person(cast.sam), 1, days=(0, 31))
    with pytest.raises(AlreadyAssigned, match="edit that one") as refused:
        give(cast.scope, target_id, person(cast.sam), 2)
    assert refused.value.data == {"assignment_id": sam}
    assert history(sam) == [(1, False, False, "")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"value": -1}, ("value", "give a value of zero or more")),
        ({"value": VALUE_MAX + 1}, ("value", "is larger than 100,000,000,000,000,000")),
        ({"days": (31, 31)}, ("end_date", "2025-02-01 is not after 2025-02-01; the end is exclusive")),
        ({"days": (31, 3)}, ("end_date", "2025-01-04 is not after 2025-02-01; the end is exclusive")),
        (
            {"days": (-1, 31)},
            ("start_date", "the window is not inside the target's, 2025-01-01 up to 2025-04-01 exclusive"),
        ),
        (
            {"days": (0, 91)},
            ("start_date", "the window is not inside the target's, 2025-01-01 up to 2025-04-01 exclusive"),
        ),
        ({"start_date": date.max}, ("end_date", "2025-04-01 is not after 9999-12-31; the end is exclusive")),
        ({"reason": "\0"}, ("reason", "holds a control character")),
    ],
)
def test_what_a_share_cannot_be(cast: Cast, given: dict[str, Any], expected: tuple[str, str]) -> None:
    target_id = quarter(cast.scope)
    with pytest.raises(InvalidInput) as refused:
        give(cast.scope, target_id, ORGANIZATION, **{"value": 1, **given})
    assert faults(refused) == [expected]
    assert not Assignment.objects.exists()


def test_all_faults_are_told_at_once(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    with pytest.raises(InvalidInput) as refused:
        give(cast.scope, target_id, ORGANIZATION, -1, days=(5, 5), reason="\0")
    assert [where for where, _ in faults(refused)] == ["end_date", "value", "reason"]
    sam = give(cast.scope, target_id, person(cast.sam), 1)
    with pytest.raises(InvalidInput) as refused:
        edit_assignment(cast.scope, sam, value=-1, reason="\0")
    assert [where for where, _ in faults(refused)] == ["value", "reason"]
    with pytest.raises(InvalidInput):
        remove_assignment(cast.scope, sam, reason="\0")
    assert history(sam) == [(1, False, False, "")]


@pytest.mark.parametrize(
    "assignee",
    [
        Assignee("person", 2**40),
        Assignee("team", 0),
        Assignee("department", -1),
        Assignee("organization", 1),
        Assignee("planet", 0),
        Assignee("", 0),
    ],
)
def test_whoever_is_not_there_cannot_be_assigned_to(cast: Cast, assignee: Assignee) -> None:
    target_id = quarter(cast.scope)
    with pytest.raises(NotFound, match="there is no such"):
        give(cast.scope, target_id, assignee, 1)


def test_people_of_another_organization_cannot_be_assigned_to(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    with pytest.raises(NotFound, match="there is no such person"):
        give(cast.scope, target_id, person(cast.olga), 1)
    sam = give(cast.scope, target_id, person(cast.sam), 1)
    for change in (lambda: edit_assignment(cast.abroad, sam, value=2), lambda: remove_assignment(cast.abroad, sam)):
        with pytest.raises(NotFound, match="there is no such assignment"):
            change()


def test_a_refused_change_leaves_nothing(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    before = stamp(cast.scope)
    with transaction.atomic(), pytest.raises(InvalidInput):
        give(cast.scope, target_id, ORGANIZATION, 1, days=(5, 5))
    assert (stamp(cast.scope), changes(cast.scope, "assign")) == (before, [])
