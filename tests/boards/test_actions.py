"""Making, changing and deleting leaderboards: every fault at once, and the trail."""

import pytest

from paceline.boards import actions, find
from paceline.errors import Conflict, InvalidInput, NotFound
from paceline.org.directory import AmbiguousName
from paceline.plan.actions.targets import delete_target
from tests.boards.cast import board
from tests.plan.cast import Cast, changes, faults, quarter

MADE = {
    "name": "Board",
    "rank_by": "value",
    "period": "month",
    "scope_kind": "everyone",
    "scope_id": 0,
    "entrants": "people",
    "count": 10,
    "visibility": "all",
}


def test_it_is_made_changed_and_deleted_on_the_trail(cast: Cast) -> None:
    number = board(cast.scope, name=" Board ", reason="asked for")
    metric_id = find.board(cast.scope, number).metric_id
    assert changes(cast.scope, "create_leaderboard") == [
        ("leaderboard", None, {**MADE, "metric_id": metric_id}, "asked for")
    ]
    target = quarter(cast.scope)
    actions.edit_board(cast.scope, number, target_id=target, scope_kind="team", scope_id=cast.hunters, count=20)
    was = {"metric_id": metric_id, "target_id": None, "scope_kind": "everyone", "scope_id": 0, "count": 10}
    now = {"metric_id": None, "target_id": target, "scope_kind": "team", "scope_id": cast.hunters, "count": 20}
    assert changes(cast.scope, "edit_leaderboard") == [("leaderboard", was, now, "")]
    actions.edit_board(cast.scope, number, count=20)
    assert len(changes(cast.scope, "edit_leaderboard")) == 1
    actions.delete_board(cast.scope, number, reason="done")
    assert [(kind, new, why) for kind, _, new, why in changes(cast.scope, "delete_leaderboard")] == [
        ("leaderboard", None, "done")
    ]
    with pytest.raises(NotFound):
        find.board(cast.scope, number)


def test_every_fault_is_told_at_once(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.create_board(
            cast.scope,
            name="x" * 121,
            rank_by="valu",
            period="day",
            scope_kind="department",
            entrants="robots",
            count=7,
            visibility="nobody",
            reason="\0",
        )
    assert [where for where, _ in faults(refused)] == [
        "reason",
        "name",
        "rank_by",
        "period",
        "entrants",
        "visibility",
        "count",
        "metric",
        "scope.id",
    ]
    assert ("rank_by", "'valu' is not attainment, improved or value; did you mean value?") in faults(refused)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"name": " "}, ("name", "give a name")),
        ({"target_id": 1, "metric": "revenue"}, ("metric", "give a metric or a target, not both")),
        ({"scope_id": 5}, ("scope.id", "everyone has no id: leave it out")),
        ({"scope_kind": "world"}, ("scope.kind", "'world' is not department, everyone or team")),
    ],
)
def test_a_fault(cast: Cast, given: dict, fault: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        board(cast.scope, **{"metric": "revenue", **given})
    assert faults(refused) == [fault]


def test_teams_are_ranked_among_everyone_or_in_a_department(cast: Cast) -> None:
    number = board(cast.scope, entrants="teams")
    for given in ({"scope_kind": "team", "scope_id": cast.hunters}, {"scope_id": cast.hunters, "scope_kind": "team"}):
        with pytest.raises(InvalidInput) as refused:
            actions.edit_board(cast.scope, number, **given)
        assert faults(refused) == [("entrants", "a board of teams is for everyone or for a department")]


def test_what_is_not_there_is_not_found(cast: Cast) -> None:
    for given in (
        {"metric": "luck"},
        {"target_id": 10**9},
        {"scope_kind": "team", "scope_id": 10**9},
        {"scope_kind": "department", "scope_id": 10**9},
    ):
        with pytest.raises(NotFound):
            board(cast.scope, **given)
    mine = board(cast.scope)
    for verb in (actions.edit_board, actions.delete_board):
        with pytest.raises(NotFound):
            verb(cast.abroad, mine)
    with pytest.raises(NotFound):
        board(cast.abroad, target_id=quarter(cast.scope))


def test_a_target_that_a_board_ranks_by_is_not_deleted(cast: Cast) -> None:
    target = quarter(cast.scope)
    number = board(cast.scope, target_id=target)
    with pytest.raises(Conflict, match="leaderboards rank by the target"):
        delete_target(cast.scope, target)
    actions.delete_board(cast.scope, number)
    delete_target(cast.scope, target)


def test_a_board_is_found_by_name_or_id(cast: Cast) -> None:
    first, second = board(cast.scope, name="Callers"), board(cast.scope, name="Sellers")
    assert find.board_named(cast.scope, " callers ").id == first
    assert find.board_named(cast.scope, str(second)).id == second
    with pytest.raises(NotFound, match="did you mean Callers"):
        find.board_named(cast.scope, "Caller")
    board(cast.scope, name="Callers")
    with pytest.raises(AmbiguousName, match="give one of the ids"):
        find.board_named(cast.scope, "Callers")
