"""Boards by attainment: which share somebody is measured by, and what comes of it."""

from datetime import date, timedelta

import pytest

from paceline.boards.quota import Share, chosen_of
from paceline.domain.calendar import Window
from paceline.plan.actions.targets import edit_target
from tests.boards.cast import FEBRUARY, MARCH, asked, board, placed
from tests.plan.cast import EPOCH, Cast, department, give, on, opened, person, quarter, stamp, team, won

YEAR = {"period": "annual", "start_date": EPOCH}


def days(start: int, end: int) -> Window:
    return Window(EPOCH + timedelta(days=start), EPOCH + timedelta(days=end))


def deals(cast: Cast) -> None:
    """Sam won 30 in January and 60 in February, Eve 45 in February, Tariq 10 in January."""
    for number, (name, day, amount) in enumerate(
        [("Sam", 3, 30), ("Sam", FEBRUARY, 60), ("Eve", FEBRUARY + 1, 45), ("Tariq", 9, 10)]
    ):
        won(cast.scope, str(number), name, day, amount)


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([(0, 365), (0, 90), (31, 59)], [(31, 59)]),
        ([(0, 365), (0, 90)], [(0, 90)]),
        ([(31, 59), (31, 59)], [(31, 59)]),
        ([(31, 38), (38, 59), (40, 45)], [(38, 59), (31, 38)]),
        ([(40, 70)], []),
        ([(40, 70), (100, 200)], [(100, 200)]),
        ([], []),
    ],
)
def test_the_narrowest_share_that_covers_else_the_widest_inside_else_the_whole(
    windows: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    shares = [Share(days(*each), 1, 5) for each in windows]
    assert [each.window for each in chosen_of(shares, days(31, 59), days(100, 200))] == [
        days(*each) for each in expected
    ]


def test_a_targets_board_has_the_attainment_of_its_progress(cast: Cast) -> None:
    deals(cast)
    target = quarter(cast.scope)
    for who, value in ((cast.sam, 180), (cast.eve, 60), (cast.tariq, 20), (cast.rosa, 0)):
        give(cast.scope, target, person(who), value)
    give(cast.scope, target, department(cast.sales), 9)
    number = board(cast.scope, target_id=target, rank_by="attainment")
    # Undefined comes last; equal shares tie, and Tariq got there in January.
    assert placed(asked(cast.scope, number)) == [
        "1 Eve 45 of 60",
        "2 Tariq 10 of 20",
        "2 Sam 90 of 180",
        "- Rosa 0 of 0",
    ]
    assert [row.figure.attainment for row in asked(cast.scope, number).rows][3] is None
    # Once it is over, the whole target stands.
    later = asked(cast.scope, number, on(120), now=stamp(cast.scope))
    assert placed(later)[0] == "1 Eve 45 of 60"


def test_who_has_no_share_carries_no_quota_here(cast: Cast) -> None:
    deals(cast)
    target = quarter(cast.scope)
    give(cast.scope, target, person(cast.eve), 60)
    number = board(cast.scope, target_id=target, rank_by="attainment")
    assert placed(asked(cast.scope, number)) == ["1 Eve 45 of 60"]
    assert asked(cast.scope, number, own=cast.sam).own == []


def test_the_share_of_the_period_counts_where_there_is_one(cast: Cast) -> None:
    deals(cast)
    target = quarter(cast.scope)
    give(cast.scope, target, person(cast.sam), 180)
    give(cast.scope, target, person(cast.sam), 100, days=(FEBRUARY, MARCH))
    give(cast.scope, target, person(cast.eve), 60)
    number = board(cast.scope, target_id=target, rank_by="attainment")
    assert placed(asked(cast.scope, number)) == ["1 Eve 45 of 60", "2 Sam 60 of 100"]
    assert placed(asked(cast.scope, number, on(30))) == ["1 Sam 30 of 180", "2 Eve 0 of 60"]
    by_value = board(cast.scope, target_id=target)
    assert placed(asked(cast.scope, by_value))[:2] == ["1 Sam 60", "2 Eve 45"]


def test_a_metrics_board_has_the_active_shares_of_the_metric(cast: Cast) -> None:
    deals(cast)
    annual, first = quarter(cast.scope, name="Year", **YEAR), quarter(cast.scope, name="Q1")
    draft = quarter(cast.scope, name="Draft", status="draft")
    east = quarter(cast.scope, name="East", filter={"field": "region", "op": "equals", "value": "East"})
    for target, value in ((annual, 900), (first, 180), (draft, 7), (east, 8)):
        give(cast.scope, target, person(cast.sam), value)
    give(cast.scope, annual, person(cast.eve), 450)
    month = board(cast.scope, rank_by="attainment")
    year = board(cast.scope, rank_by="attainment", period="year")
    assert placed(asked(cast.scope, month)) == ["1 Sam 90 of 180", "2 Eve 45 of 450"]
    assert placed(asked(cast.scope, year)) == ["1 Sam 90 of 900", "1 Eve 45 of 450"]
    before = stamp(cast.scope)
    edit_target(cast.scope, first, status="archived")
    assert placed(asked(cast.scope, month)) == ["1 Sam 90 of 900", "1 Eve 45 of 450"]
    assert placed(asked(cast.scope, month, on(45), before)) == ["1 Sam 90 of 180", "2 Eve 45 of 450"]


def test_quarters_make_up_a_year_that_has_no_target(cast: Cast) -> None:
    deals(cast)
    for start, value in ((EPOCH, 100), (date(2025, 4, 1), 300)):
        give(cast.scope, quarter(cast.scope, name="Q", start_date=start), person(cast.sam), value)
    year = board(cast.scope, rank_by="attainment", period="year")
    assert placed(asked(cast.scope, year)) == ["1 Sam 90 of 400"]


def test_two_targets_of_one_window_count_credits_once(cast: Cast) -> None:
    deals(cast)
    for value in (100, 300):
        give(cast.scope, quarter(cast.scope), person(cast.sam), value)
    assert placed(asked(cast.scope, board(cast.scope, rank_by="attainment"))) == ["1 Sam 90 of 100"]


def test_a_level_stands_once(cast: Cast) -> None:
    opened(cast.scope, "1", "Sam", 5, 70)
    for start, value in ((EPOCH, 100), (date(2025, 4, 1), 300)):
        target = quarter(cast.scope, "pipeline_value", name="Q", start_date=start)
        give(cast.scope, target, person(cast.sam), value)
    year = board(cast.scope, metric="pipeline_value", rank_by="attainment", period="year")
    assert placed(asked(cast.scope, year)) == ["1 Sam 70 of 100"]
    later = asked(cast.scope, year, date(2025, 5, 1), now=stamp(cast.scope))
    assert placed(later) == ["1 Sam 70 of 300"]


def test_teams_are_measured_by_their_own_shares(cast: Cast) -> None:
    deals(cast)
    target = quarter(cast.scope)
    give(cast.scope, target, team(cast.hunters), 200)
    give(cast.scope, target, person(cast.sam), 1)
    number = board(cast.scope, target_id=target, rank_by="attainment", entrants="teams")
    assert placed(asked(cast.scope, number)) == ["1 Hunters 100 of 200"]
