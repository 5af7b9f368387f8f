"""Progress as it is shown: whole states of a fixed cast in a fixed quarter, reckoned by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paceline.domain.calendar import Window
from paceline.domain.record import Module
from paceline.org.actions import moves, people
from paceline.plan import find, progress, shown
from paceline.plan.actions.metrics import create_metric
from paceline.plan.actions.settings import change_settings
from paceline.plan.actions.targets import edit_target
from paceline.plan.progress import Clocks
from tests.plan.cast import (
    EPOCH,
    NOON,
    ORGANIZATION,
    Cast,
    asked,
    at,
    brief,
    currents,
    department,
    everybody,
    give,
    on,
    opened,
    person,
    quarter,
    team,
    won,
    write,
)

VALUES = {
    "Acme": 900_00,
    "Sales": 900_00,
    "Field": 500_00,
    "Partners": 300_00,
    "Hunters": 520_00,
    "Rosa": 0,
    "Tariq": 100_00,
    "Sam": 260_00,
    "Eve": 300_00,
}


def planned(cast: Cast, **target: Any) -> int:
    """The quarter, with a share for everybody, and three deals of which one is of today."""
    target_id = quarter(cast.scope, **target)
    for name, value in VALUES.items():
        give(cast.scope, target_id, everybody(cast)[name], value)
    won(cast.scope, "first", "Sam", 5, 200_00)
    won(cast.scope, "second", "Eve", 20, 100_00)
    won(cast.scope, "today", "Sam", 45, 100_00)
    return target_id


def test_a_quarter_in_its_middle(cast: Cast) -> None:
    """45 of 90 days are over, and 31 working days are left, the 45th day being a Saturday."""
    report = asked(cast.scope, planned(cast))
    columns = ("current", "target", "attainment", "expected", "pace", "status", "projected", "per day", "unallocated")
    told = {
        row["assignee"]: [row[name] for name in columns] for row in (shown.words(report, each) for each in report.rows)
    }
    assert list(told) == [
        *("Acme", "  Sales", "    Field", "      Hunters", "        Sam", "        Tariq"),
        *("    Partners", "      Eve", "    Rosa"),
    ]
    assert {name.strip(): row for name, row in told.items()} == {
        "Acme": ["400.00", "900.00", "44 %", "450.00", "-50.00", "behind", "800.00", "16.13", "0.00"],
        "Field": ["300.00", "500.00", "60 %", "250.00", "50.00", "ahead", "600.00", "6.46", "-20.00"],
        "Partners": ["100.00", "300.00", "33 %", "150.00", "-50.00", "behind", "200.00", "6.46", "0.00"],
        "Sales": ["400.00", "900.00", "44 %", "450.00", "-50.00", "behind", "800.00", "16.13", "100.00"],
        "Hunters": ["300.00", "520.00", "57 %", "260.00", "40.00", "ahead", "600.00", "7.10", "160.00"],
        "Eve": ["100.00", "300.00", "33 %", "150.00", "-50.00", "behind", "200.00", "6.46", "\u2013"],
        "Rosa": ["0.00", "0.00", "\u2013", "0.00", "0.00", "achieved", "0.00", "0.00", "\u2013"],
        "Sam": ["300.00", "260.00", "115 %", "130.00", "170.00", "achieved", "600.00", "0.00", "\u2013"],
        "Tariq": ["0.00", "100.00", "0 %", "50.00", "-50.00", "behind", "0.00", "3.23", "\u2013"],
    }
    clocks = f"as of 2025-02-15, known at {report.known_at.isoformat()}, today 2025-02-15"
    assert shown.heading(report) == f"revenue: revenue in EUR for 2025-01-01 to 2025-03-31, {clocks}"


def test_a_row_for_programs(cast: Cast) -> None:
    target_id = planned(cast)
    report = asked(cast.scope, target_id)
    rows = {row.assignment.name: row for row in report.rows}
    assert shown.row(report, rows["Field"]) == {
        "assignment_id": rows["Field"].assignment.id,
        "parent_id": rows["Sales"].assignment.id,
        "assignee": {"kind": "department", "name": "Field", "id": cast.field},
        "start_date": "2025-01-01",
        "end_date": "2025-04-01",
        "currency": "EUR",
        "current": 300_00,
        "target": 500_00,
        "attainment": "0.6000",
        "gap": 200_00,
        "expected": 250_00,
        "pace": 50_00,
        "pace_ratio": "1.2000",
        "status": "ahead",
        "projected": 600_00,
        "required_per_day": 6_46,
        "unallocated": -20_00,
        "days_elapsed": 45,
        "days_left": 45,
        "share_elapsed": "0.5000",
        "pace_by": "calendar_days",
        "as_of": "2025-02-15",
        "known_at": report.known_at.isoformat(),
        "today": "2025-02-15",
    }
    flat = shown.flat(report, rows["Acme"])
    assert set(flat) == set(shown.FLAT_FIELDS)
    assert (flat["assignee_kind"], flat["assignee_id"], flat["assignee_name"]) == ("organization", None, "Acme")
    nothing = shown.row(report, rows["Rosa"])
    assert [nothing[name] for name in ("attainment", "pace_ratio", "unallocated")] == [None, None, None]


@pytest.mark.parametrize(
    ("as_of", "organization", "sam"),
    [
        # Today's credit counts at once, though the day is not over.
        (None, "40000 of 90000, 45000 expected, behind", "30000 of 26000, 13000 expected, achieved"),
        (45, "40000 of 90000, 45000 expected, behind", "30000 of 26000, 13000 expected, achieved"),
        # A day that is past counts to its end.
        (44, "30000 of 90000, 45000 expected, behind", "20000 of 26000, 13000 expected, ahead"),
        (20, "30000 of 90000, 21000 expected, ahead", "20000 of 26000, 6067 expected, ahead"),
        (19, "20000 of 90000, 20000 expected, ahead", "20000 of 26000, 5778 expected, ahead"),
        (4, "0 of 90000, 5000 expected, behind", "0 of 26000, 1444 expected, behind"),
        (0, "0 of 90000, 1000 expected, behind", "0 of 26000, 289 expected, behind"),
        (-1, "0 of 90000, 0 expected, upcoming", "0 of 26000, 0 expected, upcoming"),
        (-10_000, "0 of 90000, 0 expected, upcoming", "0 of 26000, 0 expected, upcoming"),
    ],
)
def test_as_of_a_day(cast: Cast, as_of: int | None, organization: str, sam: str) -> None:
    clocks = Clocks(None if as_of is None else on(as_of))
    told = brief(asked(cast.scope, planned(cast), clocks=clocks))
    assert (told["Acme"], told["Sam"]) == (organization, sam)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (-1, "0 of 90000, 0 expected, upcoming"),
        (0, "0 of 90000, 0 expected, ahead"),
        (1, "0 of 90000, 1000 expected, behind"),
        (89, "40000 of 90000, 89000 expected, behind"),
        (90, "40000 of 90000, 90000 expected, missed"),
        (400, "40000 of 90000, 90000 expected, missed"),
    ],
)
def test_a_window_comes_and_goes(cast: Cast, day: int, expected: str) -> None:
    assert brief(asked(cast.scope, planned(cast), at(day)))["Acme"] == expected


def test_over_and_reached(cast: Cast) -> None:
    report = asked(cast.scope, planned(cast), at(90))
    assert brief(report)["Sam"] == "30000 of 26000, 26000 expected, achieved"
    row = next(each for each in report.rows if each.assignment.name == "Acme")
    assert (row.progress.projected, row.progress.required_per_day) == (400_00, None)
    assert (row.progress.elapsed.days_over, row.progress.elapsed.days_left) == (90, 0)


def test_today_is_the_organizations(cast: Cast) -> None:
    """In Berlin it is the 46th day half an hour before midnight in London."""
    target_id = planned(cast)
    late = datetime(2025, 2, 15, 23, 30, tzinfo=UTC)
    report = asked(cast.scope, target_id, late)
    assert (report.as_of, brief(report)["Acme"]) == (on(46), "40000 of 90000, 46000 expected, behind")
    change_settings(cast.scope, time_zone="America/New_York")
    assert asked(cast.scope, target_id, late).as_of == on(45)


def test_what_a_level_stands_at(cast: Cast) -> None:
    """It is expected to stand at its target all along, and may fall again."""
    target_id = quarter(cast.scope, "pipeline_value", 300_00)
    for name in ("Acme", "Field", "Sam", "Eve"):
        give(cast.scope, target_id, everybody(cast)[name], 300_00)
    opened(cast.scope, "before", "Sam", -20, 100_00)
    opened(cast.scope, "during", "Eve", 40, 200_00)
    won(cast.scope, "gone", "Sam", 44, 50_00)
    won(cast.scope, "still", "Sam", 60, 290_00)
    assert brief(asked(cast.scope, target_id)) == {
        "Acme": "30000 of 30000, 30000 expected, achieved",
        "Field": "10000 of 30000, 30000 expected, behind",
        "Eve": "20000 of 30000, 30000 expected, behind",
        "Sam": "10000 of 30000, 30000 expected, behind",
    }
    assert brief(asked(cast.scope, target_id, clocks=Clocks(on(43))))["Sam"] == "15000 of 30000, 30000 expected, behind"
    # Made on the 50th day and won on the 60th.
    told = {day: currents(asked(cast.scope, target_id, at(89), Clocks(on(day))))["Sam"] for day in (49, 50, 59, 60)}
    assert told == {49: 100_00, 50: 390_00, 59: 390_00, 60: 100_00}
    over = asked(cast.scope, target_id, at(120))
    assert brief(over)["Sam"] == "10000 of 30000, 30000 expected, missed"
    assert over.rows[0].progress.projected == 300_00


def test_an_open_deal_stands_where_its_owner_is(cast: Cast) -> None:
    target_id = quarter(cast.scope, "pipeline_value", 300_00)
    for assignee in (ORGANIZATION, department(cast.field), department(cast.partners), team(cast.hunters)):
        give(cast.scope, target_id, assignee, 1)
    opened(cast.scope, "open", "Sam", 3, 100_00)
    moves.move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(30))
    moves.leave_team(cast.scope, cast.sam, cast.hunters, from_day=on(31))
    told = {day: currents(asked(cast.scope, target_id, clocks=Clocks(on(day)))) for day in (29, 30, 31)}
    assert told == {
        29: {"Acme": 100_00, "Field": 100_00, "Partners": 0, "Hunters": 100_00},
        30: {"Acme": 100_00, "Field": 0, "Partners": 100_00, "Hunters": 100_00},
        31: {"Acme": 100_00, "Field": 0, "Partners": 100_00, "Hunters": 0},
    }


def test_who_moves_leaves_what_was_won_before(cast: Cast) -> None:
    target_id = planned(cast)
    moves.move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(30))
    moves.leave_team(cast.scope, cast.sam, cast.hunters, from_day=on(30))
    told = currents(asked(cast.scope, target_id))
    assert told == {
        "Acme": 400_00,
        "Sales": 400_00,
        "Field": 200_00,
        "Partners": 200_00,
        "Hunters": 200_00,
        "Rosa": 0,
        "Tariq": 0,
        "Sam": 300_00,
        "Eve": 100_00,
    }


def test_who_is_in_two_teams_counts_once_above(cast: Cast) -> None:
    from paceline.org.actions.units import create_team

    farmers = create_team(cast.scope, "Farmers", department_id=cast.field).id
    moves.join_team(cast.scope, cast.sam, farmers, from_day=on(0))
    target_id = planned(cast)
    give(cast.scope, target_id, team(farmers), 1)
    told = currents(asked(cast.scope, target_id))
    assert [told[name] for name in ("Hunters", "Farmers", "Field", "Sales")] == [300_00, 300_00, 300_00, 400_00]


def test_nobody_counts_before_or_after_they_are_there(cast: Cast) -> None:
    """Their own figure keeps it; the unit has them for as long as they are there."""
    target_id = planned(cast)
    moves.end_person(cast.scope, cast.sam, end_day=on(10))
    told = currents(asked(cast.scope, target_id))
    assert (told["Sam"], told["Field"], told["Acme"]) == (300_00, 200_00, 400_00)


def test_pace_by_working_days(cast: Cast) -> None:
    """In Bavaria two days off in January: 62 days are worked, 31 of them before the 45th day."""
    change_settings(cast.scope, holiday_country="DE", holiday_subdivision="BY")
    target_id = quarter(cast.scope, value=620_00, pace_by="working_days")
    give(cast.scope, target_id, ORGANIZATION, 620_00)
    row = asked(cast.scope, target_id).rows[0].progress
    assert (row.expected, row.elapsed.basis, row.elapsed.share) == (310_00, "working_days", 0.5)
    # On a Sunday nothing more is expected; on Monday's end a day more.
    told = [asked(cast.scope, target_id, at(60), Clocks(on(day))).rows[0].progress.expected for day in (44, 45, 46, 47)]
    assert told == [310_00, 310_00, 310_00, 320_00]
    assert row.required_per_day == 20_00


def test_pace_where_no_day_is_worked(cast: Cast) -> None:
    target_id = quarter(
        cast.scope, period="custom", start_date=on(3), end_date=on(5), pace_by="working_days", value=100
    )
    give(cast.scope, target_id, ORGANIZATION, 100)
    row = asked(cast.scope, target_id, at(4)).rows[0].progress
    assert (row.expected, row.elapsed.basis, row.required_per_day) == (50, "calendar_days", None)


def test_pace_by_the_shape_of_the_past(cast: Cast) -> None:
    """Three years are added up; the fourth is forgotten."""
    won(cast.scope, "2024 early", "Sam", 10 - 366, 10_00)
    won(cast.scope, "2023 early", "Eve", 44 - 366 - 365, 20_00)
    won(cast.scope, "2023 late", "Eve", 45 - 366 - 365, 30_00)
    won(cast.scope, "2022 late", "Eve", 80 - 366 - 365 - 365, 40_00)
    won(cast.scope, "2021 early", "Eve", 1 - 366 - 365 - 365 - 365, 500_00)
    won(cast.scope, "2024 spring", "Eve", 91 - 366, 500_00)
    target_id = quarter(cast.scope, value=1000_00, pace_by="past_shape")
    give(cast.scope, target_id, ORGANIZATION, 1000_00)
    rows = {day: asked(cast.scope, target_id, at(day)).rows[0].progress for day in (10, 11, 44, 45, 46, 80, 81, 90)}
    assert {day: row.expected for day, row in rows.items()} == {
        10: 0,
        11: 100_00,
        44: 100_00,
        45: 300_00,
        46: 600_00,
        80: 600_00,
        81: 1000_00,
        90: 1000_00,
    }
    assert {row.elapsed.basis for row in rows.values()} == {"past_shape"}


def test_without_a_past_days_are_counted(cast: Cast) -> None:
    target_id = quarter(cast.scope, value=900_00, pace_by="past_shape")
    give(cast.scope, target_id, ORGANIZATION, 900_00)
    row = asked(cast.scope, target_id).rows[0].progress
    assert (row.expected, row.elapsed.basis) == (450_00, "calendar_days")


def test_a_past_with_a_leap_day(cast: Cast) -> None:
    """What was won on 29 February comes before 1 March."""
    won(cast.scope, "leap", "Sam", 59 - 366, 50_00, closed=datetime(2024, 2, 29, 12, tzinfo=UTC))
    won(cast.scope, "next", "Sam", 60 - 366, 50_00, closed=datetime(2024, 3, 1, 12, tzinfo=UTC))
    target_id = quarter(cast.scope, value=100, pace_by="past_shape")
    give(cast.scope, target_id, ORGANIZATION, 100)
    told = [asked(cast.scope, target_id, at(day)).rows[0].progress.expected for day in (58, 59, 60)]
    # The 59th day after the epoch is 1 March.
    assert told == [0, 50, 100]


def test_a_level_has_no_shape(cast: Cast) -> None:
    target_id = quarter(cast.scope, "pipeline_value", 100, pace_by="past_shape")
    give(cast.scope, target_id, ORGANIZATION, 100)
    opened(cast.scope, "open", "Sam", -300, 40)
    assert brief(asked(cast.scope, target_id)) == {"Acme": "40 of 100, 100 expected, behind"}


@pytest.mark.parametrize(
    ("lost", "now", "status"),
    [
        (0, 45, "ahead"),
        (5, 45, "ahead"),
        (6, 46, "on_pace"),
        (7, 45, "behind"),
        (10, 45, "behind"),
        (11, 45, "missed"),
        (10, 90, "achieved"),
        (11, 90, "missed"),
    ],
)
def test_where_less_is_better_the_words_turn_round(cast: Cast, lost: int, now: int, status: str) -> None:
    definition = {
        "module": "deals",
        "unit": "count",
        "kind": "flow",
        "condition": {"field": "status", "op": "equals", "value": "lost"},
        "dated_by": "closed",
    }
    create_metric(cast.scope, key="lost", name="Lost", definition=definition, direction="lower")
    change_settings(cast.scope, on_pace_percent=20)
    target_id = quarter(cast.scope, "lost", 10)
    give(cast.scope, target_id, ORGANIZATION, 10)
    deals = [{"external_id": f"d{each}", "owner": "Sam", "status": "lost", "closed": on(3)} for each in range(lost)]
    if deals:
        write(cast.scope, Module.DEALS, deals)
    row = asked(cast.scope, target_id, at(now)).rows[0].progress
    assert (row.current, row.status) == (lost, status)


def test_ten_per_cent_under_is_on_pace(cast: Cast) -> None:
    target_id = quarter(cast.scope, value=900_00)
    give(cast.scope, target_id, ORGANIZATION, 900_00)
    won(cast.scope, "d", "Sam", 5, 405_00)
    assert brief(asked(cast.scope, target_id)) == {"Acme": "40500 of 90000, 45000 expected, on_pace"}
    won(cast.scope, "d", "Sam", 5, 404_99)
    assert brief(asked(cast.scope, target_id)) == {"Acme": "40499 of 90000, 45000 expected, behind"}
    change_settings(cast.scope, on_pace_percent=11)
    assert brief(asked(cast.scope, target_id)) == {"Acme": "40499 of 90000, 45000 expected, on_pace"}


def test_a_share_for_a_part_of_the_window(cast: Cast) -> None:
    target_id = planned(cast)
    for number, days in enumerate(((0, 31), (31, 59), (59, 90))):
        give(cast.scope, target_id, ORGANIZATION, 300_00 + number, days=days)
    give(cast.scope, target_id, person(cast.sam), 310_00, days=(31, 59))
    report = asked(cast.scope, target_id)
    told = {
        (row.assignment.window.start, row.assignment.name): (row.progress.current, row.progress.status, row.unallocated)
        for row in report.rows
        if row.assignment.window.days < 90
    }
    assert told == {
        (on(0), "Acme"): (300_00, "achieved", None),
        (on(31), "Acme"): (100_00, "behind", -9_99),
        (on(31), "Sam"): (100_00, "behind", None),
        (on(59), "Acme"): (0, "upcoming", None),
    }
    only = progress.report(cast.scope, find.target(cast.scope, target_id), NOON, window=Window(on(31), on(59)))
    assert [(row.assignment.name, row.unallocated) for row in only.rows] == [("Acme", -9_99), ("Sam", None)]
    none = progress.report(cast.scope, find.target(cast.scope, target_id), NOON, window=Window(on(31), on(60)))
    assert none.rows == []


@pytest.mark.parametrize("status", ["draft", "active", "archived"])
def test_a_target_of_any_status_has_progress(cast: Cast, status: str) -> None:
    target_id = planned(cast)
    edit_target(cast.scope, target_id, status=status)
    assert brief(asked(cast.scope, target_id))["Acme"] == "40000 of 90000, 45000 expected, behind"


def test_a_count_has_no_currency(cast: Cast) -> None:
    target_id = quarter(cast.scope, "deal_count", 1_500)
    give(cast.scope, target_id, ORGANIZATION, 1_500)
    won(cast.scope, "d", "Sam", 5, 1_00)
    report = asked(cast.scope, target_id)
    assert shown.row(report, report.rows[0])["currency"] is None
    assert shown.words(report, report.rows[0])["target"] == "1,500"
    assert shown.heading(report).startswith(
        "deal_count: deal_count in counts for 2025-01-01 to 2025-03-31, as of 2025-02-15, known at "
    )


def test_a_percentage_never_reads_more_than_it_is(cast: Cast) -> None:
    target_id = quarter(cast.scope, value=10_000_00)
    give(cast.scope, target_id, ORGANIZATION, 10_000_00)
    won(cast.scope, "d", "Sam", 5, 9_999_99)
    report = asked(cast.scope, target_id)
    assert shown.words(report, report.rows[0])["attainment"] == "99 %"
    assert shown.row(report, report.rows[0])["attainment"] == "0.9999"


def test_negative_figures_are_shown_as_they_are(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    give(cast.scope, target_id, ORGANIZATION, 900_00)
    won(cast.scope, "refund", "Sam", 5, -1)
    report = asked(cast.scope, target_id)
    row = shown.row(report, report.rows[0])
    assert (row["current"], row["attainment"], row["projected"]) == (-1, "-0.0001", -2)
    assert shown.words(report, report.rows[0])["current"] == "-0.01"


def test_a_report_takes_the_same_queries_for_however_many(cast: Cast) -> None:
    target_id = planned(cast)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            asked(cast.scope, target_id)
        return len(captured)

    few = queries()
    for number in range(10):
        made = people.create_person(cast.scope, name=f"P{number}", department_id=cast.field)
        give(cast.scope, target_id, person(made.id), 1)
    assert queries() == few


def test_a_window_of_twenty_years_is_quick(cast: Cast) -> None:
    from time import monotonic

    from paceline.plan import behind

    target_id = quarter(
        cast.scope,
        period="custom",
        start_date=EPOCH - timedelta(days=7_000),
        end_date=EPOCH + timedelta(days=500),
        pace_by="past_shape",
    )
    give(cast.scope, target_id, ORGANIZATION, 900_00)
    deals = [
        {"external_id": f"d{day}", "owner": "Sam", "status": "won", "closed": on(-day), "amount": 1_00}
        for day in range(0, 8_000, 4)
    ]
    write(cast.scope, Module.DEALS, deals)
    target = find.target(cast.scope, target_id)
    begun = monotonic()
    line = behind.series(cast.scope, target, behind.find_held(cast.scope, target, ORGANIZATION), NOON)
    assert (len(line), line[-1].current) == (7_046, 1751_00)
    assert monotonic() - begun < 5
