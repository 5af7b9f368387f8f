"""Published worked examples of attainment and pace: the figures are the pages' own."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from paceline.domain.calendar import Window, WorkCalendar
from paceline.domain.kinds import Direction, Kind
from paceline.domain.pace import (
    Basis,
    Progress,
    Status,
    attainment,
    elapsed,
    over_until,
    percent_text,
    progress,
)

EVERY_DAY = WorkCalendar(frozenset(range(7)))
WEEKDAYS = WorkCalendar(frozenset(range(5)))
THIRTY_DAYS = Window(date(2026, 6, 1), date(2026, 7, 1))
TODAY = date(2026, 12, 31)


def at_the_end_of_day(
    number: int,
    current: int,
    target: int,
    window: Window = THIRTY_DAYS,
    work: WorkCalendar = EVERY_DAY,
    basis: Basis = Basis.CALENDAR_DAYS,
) -> Progress:
    """Progress as of the window's first, second, ... day."""
    until = over_until(window.start + timedelta(days=number - 1), TODAY)
    over = elapsed(window, until, work, basis)
    return progress(
        current,
        target,
        over,
        kind=Kind.FLOW,
        direction=Direction.HIGHER,
        on_pace_percent=10,
        upcoming=False,
    )


@pytest.mark.parametrize(
    ("current", "target", "places", "text"),
    [
        # https://www.rekener.com/metrics/how-to-calculate-quota-attainment
        (235_000, 250_000, 0, "94 %"),
        # https://calculator.academy/quota-attainment-calculator/
        (50_000, 45_000, 2, "111.11 %"),
        (51_000, 60_000, 0, "85 %"),
        # https://prowi.io/en/glossary/quota-attainment
        (250_000, 250_000, 0, "100 %"),
        (200_000, 250_000, 0, "80 %"),
        (312_500, 250_000, 0, "125 %"),
        # https://winsabove.pages.dev/glossary/quota-attainment
        (980_000, 1_400_000, 0, "70 %"),
        # The same page says 113 %: it rounds 112.857 to the nearest, Paceline always down.
        (980_000 + 600_000, 1_400_000, 0, "112 %"),
        # https://www.insia.ai/marketing-kpis/quota-attainment
        (4_500_000, 5_000_000, 0, "90 %"),
        # https://climbtheladder.com/how-to-calculate-quota-attainment
        (75_000, 100_000, 0, "75 %"),
        (120_000, 150_000, 0, "80 %"),
    ],
)
def test_attainment(current: int, target: int, places: int, text: str) -> None:
    assert percent_text(attainment(current, target), places) == text


def test_attainment_by_month_and_year_to_date() -> None:
    """From https://prowi.io/en/glossary/quota-attainment: 50,000 a month."""
    won = [42_500, 55_000, 52_500]
    months = [percent_text(attainment(each, 50_000)) for each in won]
    to_date = [percent_text(attainment(sum(won[:count]), 50_000 * count), 1) for count in (1, 2, 3)]
    assert months == ["85 %", "110 %", "105 %"]
    assert to_date == ["85.0 %", "97.5 %", "100.0 %"]


def test_run_rate() -> None:
    """From https://cal76.calculator.city/?p=2254."""
    assert at_the_end_of_day(10, 40_000, 130_000).projected == 120_000
    found = at_the_end_of_day(12, 96_000, 260_000)
    assert found.projected == 240_000
    assert percent_text(attainment(240_000, found.target), 1) == "92.3 %"


def test_the_middle_of_january_is_not_half_of_it() -> None:
    """From http://help.recruiterflow.com/en/articles/12808961-understanding-goal-progress-and-status.

    The page halves the month: 15 expected, 120 %. But 15 of January's 31 days are 14.516 of 30, and 18 are 124 %
    of that. The status is the same.
    """
    january = Window(date(2026, 1, 1), date(2026, 2, 1))
    found = at_the_end_of_day(15, 18, 30, january)
    assert found.elapsed.share * found.target == Fraction(450, 31)
    assert percent_text(found.pace_ratio) == "124 %"
    assert found.status == Status.AHEAD


def test_half_of_what_was_expected() -> None:
    """From https://www.yescalculator.com/en/tool/sales-pacing-calculator.html: 100,000 expected, 50,000 there."""
    found = at_the_end_of_day(15, 50_000, 200_000)
    assert (found.expected, percent_text(found.pace_ratio), found.status) == (100_000, "50 %", Status.BEHIND)


def test_a_goal_of_calls() -> None:
    """From microsoft/Dynamics365-Apps-Samples, samples-from-msdn/Goals: an actual of 10 and one of 5 on a target of 5.

    The sample names the fields to report and prints none; they are worked out here, a third of the month on.
    """
    for actual, reached in ((10, "200 %"), (5, "100 %")):
        found = at_the_end_of_day(10, actual, 5)
        assert (percent_text(found.attainment), found.status) == (reached, Status.ACHIEVED)
    assert (found.expected, percent_text(found.pace_ratio)) == (2, "300 %")


def test_run_rate_of_a_quarter() -> None:
    """From https://codingace.net/sales/quarterly_run_rate.html, in cents; the page prints the formulas only."""
    quarter = Window(date(2026, 1, 1), date(2026, 4, 1))
    assert quarter.days == 90
    found = at_the_end_of_day(52, 185_000_00, 300_000_00, quarter)
    assert found.projected == 320_192_31
    assert found.required_per_day == 3_026_32


def test_run_rate_by_working_days() -> None:
    """From https://3shape.zendesk.com/hc/en-us/articles/12650833823124-How-are-projected-sales-calculated.

    Sales / days worked x working days in the month; the page prints the formula only.
    """
    # 12 June 2026 is a Friday: 10 of 22 weekdays are over, and on the Sunday after it no more.
    for day in (12, 14):
        found = at_the_end_of_day(day, 50_000, 120_000, work=WEEKDAYS, basis=Basis.WORKING_DAYS)
        assert found.projected == 110_000
