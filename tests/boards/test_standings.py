"""Who ranks where: ties, who takes part, periods, most improved, one's own row."""

from datetime import date

import pytest

from paceline.boards.actions import edit_board
from paceline.errors import Conflict, InvalidInput, NotFound
from paceline.facts import standing
from paceline.org.actions import moves, people, units
from paceline.org.kept import knowing
from paceline.plan.actions.metrics import create_metric, retire_metric
from paceline.plan.actions.settings import change_settings
from tests.boards.cast import FEBRUARY, asked, board, placed
from tests.plan.cast import Cast, at, faults, on, opened, stamp, won

SMALL = {
    "module": "deals",
    "unit": "count",
    "kind": "flow",
    "condition": {"all": [{"field": "status", "op": "equals", "value": "won"}]},
    "dated_by": "closed",
}


def hire(cast: Cast, name: str, **fields) -> int:
    return people.create_person(cast.scope, name=name, **fields).id


class TestTies:
    def test_equal_values_share_a_rank_and_the_next_is_skipped(self, cast: Cast) -> None:
        for name, amount in (("Rosa", 90), ("Tariq", 70), ("Sam", 70), ("Eve", 50)):
            won(cast.scope, name, name, FEBRUARY + 3, amount)
        assert placed(asked(cast.scope, board(cast.scope))) == ["1 Rosa 90", "2 Sam 70", "2 Tariq 70", "4 Eve 50"]

    def test_in_a_tie_who_got_there_first_stands_first(self, cast: Cast) -> None:
        won(cast.scope, "1", "Sam", FEBRUARY + 1, 40)
        won(cast.scope, "2", "Sam", FEBRUARY + 9, 30)
        won(cast.scope, "3", "Tariq", FEBRUARY + 5, 70)
        won(cast.scope, "4", "Eve", FEBRUARY + 5, 70)
        made = asked(cast.scope, board(cast.scope))
        assert placed(made) == ["1 Eve 70", "1 Tariq 70", "1 Sam 70", "4 Rosa 0"]
        assert [row.figure.reached_on for row in made.rows] == [on(36), on(36), on(40), None]

    def test_days_that_cancel_out_reach_nothing(self, cast: Cast) -> None:
        won(cast.scope, "1", "Sam", FEBRUARY + 2, 70)
        won(cast.scope, "2", "Sam", FEBRUARY + 8, 10)
        won(cast.scope, "3", "Sam", FEBRUARY + 8, -10)
        won(cast.scope, "4", "Eve", FEBRUARY + 5, 70)
        made = asked(cast.scope, board(cast.scope))
        assert placed(made)[:2] == ["1 Sam 70", "1 Eve 70"]
        assert made.rows[0].figure.reached_on == on(33)

    def test_who_went_up_and_back_stands_behind_who_never_moved(self, cast: Cast) -> None:
        won(cast.scope, "1", "Eve", FEBRUARY + 2, 70)
        won(cast.scope, "2", "Eve", FEBRUARY + 3, -70)
        made = asked(cast.scope, board(cast.scope))
        assert placed(made) == ["1 Rosa 0", "1 Sam 0", "1 Tariq 0", "1 Eve 0"]
        assert made.rows[3].figure.reached_on == on(34)


def test_an_order_is_kept_until_something_is_posted_or_changed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = list[int]()

    def of_people(*given) -> dict[int, standing.Reached]:
        counted.append(1)
        return really(*given)

    really = standing.of_people
    monkeypatch.setattr(standing, "of_people", of_people)
    made = board(cast.scope)

    def now() -> list[str]:
        scope, _ = knowing(cast.scope)
        return placed(asked(scope, made, limit=1, own=cast.sam))

    won(cast.scope, "1", "Eve", FEBRUARY + 2, 70)
    assert (now(), now(), len(counted)) == (["1 Eve 70", "...", "2 Rosa 0", "2 Sam* 0", "2 Tariq 0"],) * 2 + (1,)
    won(cast.scope, "2", "Sam", FEBRUARY + 2, 80)
    assert (now(), now(), len(counted)) == (["1 Sam* 80"],) * 2 + (2,)
    edit_board(cast.scope, made, period="quarter")
    assert (now(), now(), len(counted)) == (["1 Sam* 80"],) * 2 + (3,)


class TestWhoTakesPart:
    def test_who_carries_no_quota_or_is_not_there_does_not_appear(self, cast: Cast) -> None:
        hire(cast, "Ops", quota_carrying=False)
        hire(cast, "Late", hire_day=on(46))
        hire(cast, "Today", hire_day=on(45))
        for name, day in (("Gone", 44), ("Last", 45)):
            moves.end_person(cast.scope, hire(cast, name, hire_day=on(0)), end_day=on(day))
        for name in ("Ops", "Gone"):
            won(cast.scope, name, name, FEBRUARY, 100)
        won(cast.scope, "1", "Sam", FEBRUARY, 50)
        made = asked(cast.scope, board(cast.scope))
        assert placed(made) == ["1 Sam 50", *(f"2 {name} 0" for name in ("Eve", "Last", "Rosa", "Tariq", "Today"))]
        assert made.entrants == 6
        assert "Gone" in " ".join(placed(asked(cast.scope, made.board.id, on(44))))

    def test_whoever_moved_stands_where_they_are_on_the_day_with_all_they_won(self, cast: Cast) -> None:
        won(cast.scope, "1", "Sam", FEBRUARY + 1, 40)
        won(cast.scope, "2", "Sam", FEBRUARY + 12, 30)
        won(cast.scope, "3", "Eve", FEBRUARY + 1, 10)
        moves.move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(FEBRUARY + 10))
        field = board(cast.scope, scope_kind="department", scope_id=cast.field)
        partners = board(cast.scope, scope_kind="department", scope_id=cast.partners)
        assert placed(asked(cast.scope, field)) == ["1 Tariq 0"]
        assert placed(asked(cast.scope, partners)) == ["1 Sam 70", "2 Eve 10"]
        assert placed(asked(cast.scope, field, on(FEBRUARY + 9))) == ["1 Sam 40", "2 Tariq 0"]
        assert placed(asked(cast.scope, partners, on(FEBRUARY + 9))) == ["1 Eve 10"]

    def test_a_department_has_those_below_it_and_a_team_its_members(self, cast: Cast) -> None:
        sales = board(cast.scope, scope_kind="department", scope_id=cast.sales)
        hunters = board(cast.scope, scope_kind="team", scope_id=cast.hunters)
        assert [row.name for row in asked(cast.scope, sales).rows] == ["Eve", "Rosa", "Sam", "Tariq"]
        assert [row.name for row in asked(cast.scope, hunters).rows] == ["Sam", "Tariq"]

    def test_another_organization_is_another_board(self, cast: Cast) -> None:
        won(cast.scope, "1", "Sam", FEBRUARY, 70)
        won(cast.abroad, "1", "Olga", FEBRUARY, 9)
        theirs = board(cast.abroad)
        assert placed(asked(cast.abroad, theirs)) == ["1 Olga 9"]
        with pytest.raises(NotFound):
            asked(cast.scope, theirs)
        with pytest.raises(NotFound):
            asked(cast.abroad, theirs, own=cast.sam)
        with pytest.raises(NotFound):
            board(cast.abroad, scope_kind="team", scope_id=cast.hunters)


class TestPeriods:
    @pytest.mark.parametrize(
        ("period", "expected"),
        [("week", 1_000), ("month", 1_100), ("quarter", 1_111), ("year", 1_111)],
    )
    def test_the_period_is_that_of_the_day_up_to_it(self, cast: Cast, period: str, expected: int) -> None:
        # The 15th of February 2025 is a Saturday; deals of the day itself count, of the next one not.
        for number, day in enumerate((0, FEBRUARY - 1, FEBRUARY, 45)):
            won(cast.scope, str(number), "Sam", day, 10**number if number else 10)
        won(cast.scope, "earlier", "Sam", -1, 10_000)
        won(cast.scope, "later", "Sam", 46, 10_000)
        won(cast.scope, "fix", "Sam", 0, -9)
        assert placed(asked(cast.scope, board(cast.scope, period=period)))[0] == f"1 Sam {expected}"

    def test_the_year_and_the_week_are_the_organizations(self, cast: Cast) -> None:
        change_settings(cast.scope, fiscal_year_first_month=2, week_first_day=5)
        windows = {
            period: asked(cast.scope, board(cast.scope, period=period)).window
            for period in ("week", "month", "quarter", "year")
        }
        assert {period: (str(each.start), str(each.end)) for period, each in windows.items()} == {
            "week": ("2025-02-15", "2025-02-22"),
            "month": ("2025-02-01", "2025-03-01"),
            "quarter": ("2025-02-01", "2025-05-01"),
            "year": ("2025-02-01", "2026-02-01"),
        }

    def test_a_past_day_is_asked_as_of_its_evening(self, cast: Cast) -> None:
        won(cast.scope, "1", "Sam", 10, 70)
        won(cast.scope, "2", "Eve", 11, 90)
        number = board(cast.scope)
        assert placed(asked(cast.scope, number, on(10)))[:2] == ["1 Sam 70", "2 Eve 0"]
        assert placed(asked(cast.scope, number, on(11)))[:2] == ["1 Eve 90", "2 Sam 70"]
        assert placed(asked(cast.scope, number))[0] == "1 Eve 0"

    def test_a_clock_in_the_future_or_before_all_days_is_refused(self, cast: Cast) -> None:
        number = board(cast.scope)
        for day in (on(46), date(1, 1, 1)):
            with pytest.raises(InvalidInput) as refused:
                asked(cast.scope, number, day)
            assert [where for where, _ in faults(refused)] == ["as_of"]
        with pytest.raises(InvalidInput) as refused:
            asked(cast.scope, number, known_at=at(60_000))
        assert [where for where, _ in faults(refused)] == ["known_at"]


class TestLevels:
    def test_what_stands_is_ranked_and_a_past_day_has_what_stood(self, cast: Cast) -> None:
        opened(cast.scope, "1", "Sam", 10, 70)
        opened(cast.scope, "2", "Eve", 40, 70)
        won(cast.scope, "3", "Rosa", 44, 500)
        number = board(cast.scope, metric="pipeline_value")
        made = asked(cast.scope, number)
        assert placed(made) == ["1 Sam 70", "1 Eve 70", "3 Tariq 0", "3 Rosa 0"]
        # What stood before the month stood there first.
        assert [row.figure.reached_on for row in made.rows] == [None, on(40), None, on(44)]
        assert placed(asked(cast.scope, number, on(43)))[0] == "1 Rosa 500"
        assert placed(asked(cast.scope, number, on(43), stamp(cast.scope)))[0] == "1 Rosa 500"


class TestImproved:
    def test_the_same_stretch_of_the_period_before_is_taken_off(self, cast: Cast) -> None:
        # Fifteen days of February have begun: the 16th of January does not count.
        for number, (name, day, amount) in enumerate(
            [("Sam", 14, 100), ("Sam", 15, 900), ("Sam", 40, 120), ("Eve", 3, 290), ("Eve", 45, 300), ("Tariq", 0, 5)]
        ):
            won(cast.scope, str(number), name, day, amount)
        made = asked(cast.scope, board(cast.scope, rank_by="improved"))
        assert placed(made) == ["1 Sam 120 +20", "2 Eve 300 +10", "3 Rosa 0 +0", "4 Tariq 0 -5"]

    def test_a_shorter_period_before_gives_all_its_days(self, cast: Cast) -> None:
        won(cast.scope, "1", "Sam", 58, 100)
        won(cast.scope, "2", "Sam", 59, 130)
        number = board(cast.scope, rank_by="improved")
        assert placed(asked(cast.scope, number, on(89), now=at(100)))[0] == "1 Sam 130 +30"

    def test_where_less_is_better_the_deepest_fall_comes_first(self, cast: Cast) -> None:
        create_metric(cast.scope, key="slips", name="Slips", definition=SMALL, direction="lower")
        for number, (name, day) in enumerate([("Sam", 0), ("Sam", 1), ("Sam", 40), ("Eve", 0), ("Tariq", 41)]):
            won(cast.scope, str(number), name, day, 1)
        made = asked(cast.scope, board(cast.scope, metric="slips", rank_by="improved"))
        assert placed(made) == ["1 Eve 0 -1", "1 Sam 1 -1", "3 Rosa 0 +0", "4 Tariq 1 +1"]
        assert placed(asked(cast.scope, board(cast.scope, metric="slips")))[:2] == ["1 Eve 0", "1 Rosa 0"]


class TestOwnRow:
    @pytest.fixture
    def crowd(self, cast: Cast) -> list[int]:
        """Eight more, each behind the one before."""
        found = [hire(cast, f"P{number}") for number in range(8)]
        for number in range(8):
            won(cast.scope, str(number), f"P{number}", FEBRUARY, 100 - number)
        return found

    def test_it_stands_below_with_its_neighbours(self, cast: Cast, crowd: list[int]) -> None:
        number = board(cast.scope, count=5)
        top = [f"{place + 1} P{place} {100 - place}" for place in range(5)]
        assert placed(asked(cast.scope, number)) == top
        assert placed(asked(cast.scope, number, own=crowd[2])) == [*top[:2], "3 P2* 98", *top[3:]]
        assert placed(asked(cast.scope, number, own=crowd[6])) == [*top, "...", "6 P5 95", "7 P6* 94", "8 P7 93"]
        assert placed(asked(cast.scope, number, own=crowd[5]))[5:] == ["...", "6 P5* 95", "7 P6 94"]
        assert placed(asked(cast.scope, number, own=cast.tariq))[-2:] == ["9 Sam 0", "9 Tariq* 0"]
        assert len(asked(cast.scope, number, limit=12).rows) == 12

    def test_who_carries_no_quota_has_none(self, cast: Cast) -> None:
        people.edit_person(cast.scope, cast.sam, quota_carrying=False)
        assert asked(cast.scope, board(cast.scope, count=5), own=cast.sam).own == []


class TestTeams:
    def test_a_team_has_what_its_members_won_while_they_were_in_it(self, cast: Cast) -> None:
        farmers = units.create_team(cast.scope, "Farmers", department_id=cast.partners).id
        units.create_team(cast.scope, "Empty", department_id=cast.partners)
        moves.join_team(cast.scope, cast.eve, farmers, from_day=on(0))
        won(cast.scope, "1", "Sam", FEBRUARY + 1, 40)
        won(cast.scope, "2", "Sam", FEBRUARY + 12, 30)
        won(cast.scope, "3", "Eve", FEBRUARY + 2, 10)
        moves.leave_team(cast.scope, cast.sam, cast.hunters, from_day=on(FEBRUARY + 10))
        moves.join_team(cast.scope, cast.sam, farmers, from_day=on(FEBRUARY + 10))
        number = board(cast.scope, entrants="teams")
        made = asked(cast.scope, number, own=cast.sam)
        assert placed(made) == ["1 Hunters 40", "1 Farmers* 40"]
        assert [row.figure.reached_on for row in made.rows] == [on(32), on(43)]
        below = board(cast.scope, entrants="teams", scope_kind="department", scope_id=cast.sales)
        assert placed(asked(cast.scope, below)) == ["1 Hunters 40", "1 Farmers 40"]
        partners = board(cast.scope, entrants="teams", scope_kind="department", scope_id=cast.partners)
        assert placed(asked(cast.scope, partners)) == ["1 Farmers 40"]
        edit_board(cast.scope, number, rank_by="improved")
        assert placed(asked(cast.scope, number)) == ["1 Hunters 40 +40", "1 Farmers 40 +40"]

    def test_a_teams_level_is_that_of_who_is_in_it(self, cast: Cast) -> None:
        opened(cast.scope, "1", "Sam", 35, 70)
        opened(cast.scope, "2", "Tariq", 33, 5)
        moves.leave_team(cast.scope, cast.sam, cast.hunters, from_day=on(40))
        number = board(cast.scope, entrants="teams", metric="pipeline_value")
        made = asked(cast.scope, number)
        assert (placed(made), made.rows[0].figure.reached_on) == (["1 Hunters 5"], on(33))
        assert placed(asked(cast.scope, number, on(39))) == ["1 Hunters 75"]


def test_a_retired_metric_is_refused(cast: Cast) -> None:
    create_metric(cast.scope, key="slips", name="Slips", definition=SMALL)
    number = board(cast.scope, metric="slips")
    retire_metric(cast.scope, "slips")
    with pytest.raises(Conflict, match="the metric 'slips' is retired"):
        asked(cast.scope, number)
    edit_board(cast.scope, number, metric="revenue")
    assert asked(cast.scope, number).entrants == 4
