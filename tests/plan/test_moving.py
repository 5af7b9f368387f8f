"""What a move is said to do is what the figures then do."""

from typing import Any

import pytest

from tests.plan.cast import NOON, asked, everybody, give, on, opened, quarter, won

# What each move does, given the scope and the cast.
MOVES = {
    "to Partners in the past": ("move_person", "partners", 20),
    "to Partners today": ("move_person", "partners", 45),
    "to Partners later": ("move_person", "partners", 60),
    "to above": ("move_person", "sales", 20),
    "out of the department": ("move_person", None, 20),
    "out of the team": ("leave_team", "hunters", 20),
    "gone since": ("end_person", None, 25),
    "gone later": ("end_person", None, 70),
}


@pytest.fixture
def sold(cast):
    """Sam has won 1,000, 300 and 70 euros and has 5,000 open; all have shares of revenue, and of pipeline."""
    for number, (day, amount) in enumerate([(10, 1000_00), (19, 300_00), (20, 70_00)]):
        won(cast.scope, f"W{number}", "Sam", day, amount)
    opened(cast.scope, "O1", "Sam", 30, 5000_00)
    won(cast.scope, "W9", "Eve", 12, 11_00)
    targets = [quarter(cast.scope), quarter(cast.scope, "pipeline_value")]
    for target in targets:
        for each in everybody(cast).values():
            give(cast.scope, target, each, 100_00)
    return cast, targets


def currents(scope, target: int) -> dict:
    report = asked(scope, target)
    return {each.assignee: report.currents.get(each.id, 0) for each in report.shown}


@pytest.mark.parametrize("name", MOVES)
def test_the_preview_of_a_move_is_what_the_figures_do(sold, name: str) -> None:
    from paceline.facts import rollup
    from paceline.org.actions import moves
    from paceline.plan import moving

    cast, targets = sold
    verb, where, day = MOVES[name]
    to: Any = None if where is None else getattr(cast, where)
    before = [currents(cast.scope, each) for each in targets]
    was = rollup.standing(cast.scope, [cast.sam])
    if verb == "move_person":
        moves.move_person(cast.scope, cast.sam, department_id=to, from_day=on(day))
    elif verb == "leave_team":
        moves.leave_team(cast.scope, cast.sam, to, from_day=on(day))
    else:
        moves.end_person(cast.scope, cast.sam, end_day=on(day - 1))
    found = moving.change(cast.scope, cast.sam, was, rollup.standing(cast.scope, [cast.sam]), NOON.date())
    assert found is not None
    assert found.day == on(day)
    assert [each.own for each in found.effects] == [1370_00, 5000_00]
    for each, then in zip(found.effects, before, strict=True):
        now = currents(cast.scope, each.target.id)
        if each.is_level and day > 45:
            # What is open goes along on a day that is still to come.
            assert now == then
            continue
        said = {part.unit: part.after - part.before for part in each.parts if part.after != part.before}
        assert said == {unit: now[unit] - then[unit] for unit in now if now[unit] != then[unit]}


def test_a_move_names_what_is_left_and_joined_and_whose_parts_the_shares_are(sold) -> None:
    from paceline.facts import rollup
    from paceline.org.actions import moves
    from paceline.plan import moving

    cast, (target, _) = sold
    was = rollup.standing(cast.scope, [cast.sam])
    assert moving.change(cast.scope, cast.sam, was, was, NOON.date()) is None
    moves.move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(20))
    found = moving.change(cast.scope, cast.sam, was, rollup.standing(cast.scope, [cast.sam]), NOON.date())
    assert found is not None
    assert [each.id for each in found.leaves] == [cast.field]
    assert [each.id for each in found.joins] == [cast.partners]
    parts = {part.unit.id: (part.before, part.after) for part in found.effects[0].parts}
    assert parts == {cast.field: (1370_00, 1300_00), cast.partners: (0, 70_00)}
    assert found.effects[0].target.id == target
    assert found.shares == []
