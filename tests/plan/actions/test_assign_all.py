"""Assigning many at once: the same as one by one, as one posting, all or nothing."""

import pytest

from paceline.errors import InvalidInput, NotFound
from paceline.facts.sums import Assignee
from paceline.plan.actions.assignments import AlreadyAssigned, assign_all, remove_assignment
from paceline.plan.actions.targets import VALUE_MAX
from paceline.plan.held import Held, held
from paceline.plan.models import Assignment, AssignmentValue
from tests.plan.cast import ORGANIZATION, Cast, changes, everybody, give, quarter


def standing(cast: Cast, target_id: int) -> dict[str, tuple[int, str]]:
    """Everyone's value and the name above theirs."""
    from paceline.plan import find

    rows: list[Held] = held(cast.scope, find.target(cast.scope, target_id))
    names = {each.id: each.name for each in rows}
    return {each.name: (each.value, names[each.parent_id] if each.parent_id else ".") for each in rows}


def shares(cast: Cast, *names: str) -> dict[Assignee, int]:
    """A value for each of these, or for everybody, in an order that is not that of the tree."""
    found = {name: each for name, each in everybody(cast).items() if name in names or not names}
    return {found[name]: 100 + number for number, name in enumerate(sorted(found, reverse=True))}


def test_the_same_as_one_by_one(cast: Cast) -> None:
    one_by_one, at_once = quarter(cast.scope), quarter(cast.scope)
    for assignee, value in shares(cast).items():
        give(cast.scope, one_by_one, assignee, value)
    assign_all(cast.scope, at_once, shares(cast))
    assert standing(cast, at_once) == standing(cast, one_by_one)
    assert len(standing(cast, at_once)) == len(everybody(cast))


@pytest.mark.parametrize("there", [("Acme", "Sam"), ("Sales", "Eve", "Rosa"), ("Hunters",)])
def test_the_same_beside_those_who_are_there(cast: Cast, there: tuple[str, ...]) -> None:
    one_by_one, at_once = quarter(cast.scope), quarter(cast.scope)
    for target_id in (one_by_one, at_once):
        for assignee, value in shares(cast, *there).items():
            give(cast.scope, target_id, assignee, value)
    rest = {assignee: value for assignee, value in shares(cast).items() if assignee not in shares(cast, *there)}
    for assignee, value in rest.items():
        give(cast.scope, one_by_one, assignee, value)
    assign_all(cast.scope, at_once, rest)
    assert standing(cast, at_once) == standing(cast, one_by_one)


def test_it_is_one_posting_and_each_is_kept(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    give(cast.scope, target_id, everybody(cast)["Sam"], 7)
    made = assign_all(cast.scope, target_id, shares(cast, "Acme", "Hunters"), reason="the plan")
    rows = AssignmentValue.objects.filter(assignment__target_id=target_id).order_by("id")
    kept = list(rows.values_list("assignment__assignee_kind", "value", "reason"))
    hunters = next(each for each in made if each.assignee_kind == "team")
    assert kept == [
        ("person", 7, ""),
        ("team", 100, "the plan"),
        ("organization", 101, "the plan"),
        ("person", 7, f"now under assignment {hunters.id}"),
    ]
    assert len({each.known_from for each in rows}) == 2
    assert [new["value"] for _, _, new, reason in changes(cast.scope, "assign") if reason == "the plan"] == [100, 101]


def test_a_share_that_was_taken_away_comes_back(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    sam = everybody(cast)["Sam"]
    number = give(cast.scope, target_id, sam, 7, is_locked=True)
    remove_assignment(cast.scope, number)
    made = assign_all(cast.scope, target_id, {ORGANIZATION: 9, sam: 8})
    assert [each.id for each in made][1] == number
    assert not made[1].is_locked
    assert [(each.value, each.parent_id) for each in made] == [(9, None), (8, made[0].id)]


def test_all_or_none(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    given = everybody(cast)
    there = give(cast.scope, target_id, given["Eve"], 7)
    before = standing(cast, target_id)
    with pytest.raises(AlreadyAssigned) as twice:
        assign_all(cast.scope, target_id, shares(cast, "Acme", "Eve"))
    assert twice.value.data == {"assignment_id": there}
    with pytest.raises(InvalidInput) as bad:
        assign_all(cast.scope, target_id, {ORGANIZATION: -1, given["Sam"]: VALUE_MAX + 1})
    assert [fault.where for fault in bad.value.faults] == ["value", "value"]
    for stranger in (Assignee("person", 10**9), Assignee("organization", 1), Assignee("planet", 1)):
        with pytest.raises(NotFound):
            assign_all(cast.scope, target_id, {ORGANIZATION: 1, stranger: 1})
    assert standing(cast, target_id) == before


def test_nobody_is_nothing(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    assert assign_all(cast.scope, target_id, {}) == []
    assert not Assignment.objects.filter(target_id=target_id).exists()
