"""Cutting windows and dividing values over them."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.domain.calendar import Window, fiscal_quarter_of, month_of, week_of
from paceline.domain.clash import ClashKind, Infeasible
from paceline.domain.periods import (
    Cut,
    cut,
    split,
    split_by_amounts,
    split_by_season,
    split_by_shares,
    weeks_year_of,
)
from paceline.domain.reason import Ground

ONE = timedelta(days=1)
YEAR = Window(date(2026, 1, 1), date(2027, 1, 1))
MONTHS = cut(YEAR, Cut.MONTHS)
QUARTERS = cut(YEAR, Cut.QUARTERS)
MONDAY, SUNDAY = 0, 6


def starts(windows: list[Window]) -> list[str]:
    return [each.start.isoformat() for each in windows]


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(st.dates(date(1990, 1, 1), date(2110, 12, 31)))
    return Window(start, start + timedelta(days=draw(st.integers(1, 900))))


class TestCutting:
    def test_a_year(self) -> None:
        assert len(MONTHS) == 12
        assert starts(QUARTERS) == ["2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"]
        weeks = cut(YEAR, Cut.WEEKS)
        # 1 January 2026 is a Thursday: the first week has 4 days, and so has the last.
        assert (len(weeks), weeks[0].days, weeks[1].days, weeks[-1].days) == (53, 4, 7, 4)

    def test_quarters_are_those_of_the_fiscal_year(self) -> None:
        found = cut(Window(date(2026, 3, 15), date(2026, 9, 1)), Cut.QUARTERS, fiscal_year_first_month=2)
        assert starts(found) == ["2026-03-15", "2026-05-01", "2026-08-01"]
        assert found[-1].end == date(2026, 9, 1)

    def test_from_the_first_day_on(self) -> None:
        window = Window(date(2026, 1, 31), date(2027, 1, 31))
        months = cut(window, Cut.MONTHS, from_start=True)
        assert (len(months), starts(months)[:3]) == (12, ["2026-01-31", "2026-03-01", "2026-03-31"])
        assert len(cut(window, Cut.MONTHS)) == 13
        assert starts(cut(window, Cut.QUARTERS, from_start=True))[1] == "2026-05-01"
        assert {each.days for each in cut(window, Cut.WEEKS, from_start=True)[:-1]} == {7}

    def test_months_of_weeks_do_not_count_from_a_day(self) -> None:
        with pytest.raises(ValueError, match="4-4-5 counts from"):
            cut(YEAR, Cut.WEEKS_445, from_start=True)

    @pytest.mark.parametrize(
        ("year", "start", "weeks"),
        [
            # The retail calendar of https://nrf.com/resources/4-5-4-calendar: 2023 has a 53rd week.
            (2022, date(2022, 1, 30), 52),
            (2023, date(2023, 1, 29), 53),
            (2024, date(2024, 2, 4), 52),
            (2025, date(2025, 2, 2), 52),
        ],
    )
    def test_the_retail_year(self, year: int, start: date, weeks: int) -> None:
        found = weeks_year_of(date(year, 6, 1), 2, SUNDAY)
        assert (found.start, found.days) == (start, weeks * 7)

    def test_the_year_of_iso_weeks(self) -> None:
        for year in range(1990, 2060):
            found = weeks_year_of(date(year, 7, 1), 1, MONDAY)
            assert found == Window(date.fromisocalendar(year, 1, 1), date.fromisocalendar(year + 1, 1, 1))

    @pytest.mark.parametrize(
        ("by", "weeks"), [(Cut.WEEKS_445, [4, 4, 5]), (Cut.WEEKS_454, [4, 5, 4]), (Cut.WEEKS_544, [5, 4, 4])]
    )
    def test_months_of_weeks(self, by: Cut, weeks: list[int]) -> None:
        year = weeks_year_of(date(2023, 6, 1), 2, SUNDAY)
        found = cut(year, by, fiscal_year_first_month=2, week_first_day=SUNDAY)
        # The 53rd week is the last month's.
        assert [each.days // 7 for each in found] == [*(weeks * 4)[:11], weeks[2] + 1]

    @given(windows(), st.sampled_from(Cut), st.integers(1, 12), st.integers(0, 6))
    def test_periods_tile_the_window(self, window: Window, by: Cut, first_month: int, first_day: int) -> None:
        found = cut(window, by, fiscal_year_first_month=first_month, week_first_day=first_day)
        assert (found[0].start, found[-1].end) == (window.start, window.end)
        assert all(one.end == two.start for one, two in pairwise(found))
        for each in found[1:]:
            if by == Cut.MONTHS:
                assert each.start.day == 1
            elif by == Cut.QUARTERS:
                assert each.start == fiscal_quarter_of(each.start, first_month).start
            else:
                assert each.start.weekday() == first_day
        whole = {
            Cut.MONTHS: month_of,
            Cut.QUARTERS: lambda day: fiscal_quarter_of(day, first_month),
            Cut.WEEKS: lambda day: week_of(day, first_day),
        }.get(by)
        for each in found:
            if whole:
                assert each == whole(each.start).clip(window)
            else:
                assert each.days <= 6 * 7

    @given(windows(), st.sampled_from([Cut.WEEKS_445, Cut.WEEKS_454, Cut.WEEKS_544]), st.integers(1, 12))
    def test_a_part_of_a_year_is_cut_where_the_year_is(self, window: Window, by: Cut, first_month: int) -> None:
        year = weeks_year_of(window.start, first_month, MONDAY)
        assert window.start in year
        within = [each.clip(window) for each in cut(year, by, fiscal_year_first_month=first_month)]
        found = cut(window, by, fiscal_year_first_month=first_month)
        clipped = [each for each in within if each]
        ended = [each for each in found if each.end <= year.end]
        assert ended == clipped[: len(ended)]


class TestSplitting:
    def test_equal_is_equal_per_period_not_per_day(self) -> None:
        assert set(split(1_200_000, MONTHS).values.values()) == {100_000}
        assert list(split(100, QUARTERS[:3]).values.values()) == [34, 33, 33]

    def test_kept_periods_keep_their_value(self) -> None:
        found = split(1_000, QUARTERS, kept={QUARTERS[1]: 400}, rounding=100)
        assert list(found.values.values()) == [200, 400, 200, 200]
        assert found.shares[1].reason.ground == Ground.LOCKED
        with pytest.raises(Infeasible) as caught:
            split(1_000, QUARTERS, kept={QUARTERS[1]: 1_001})
        assert caught.value.clashes[0].off == 1

    def test_a_kept_period_is_one_of_the_periods(self) -> None:
        with pytest.raises(ValueError, match="2026-01-01 to 2026-03-31 is kept"):
            split(1_000, MONTHS, kept={QUARTERS[0]: 1})

    def test_by_season(self) -> None:
        history = dict(zip(QUARTERS, [100, 300, None, 200], strict=True))
        found = split_by_season(800, history)
        assert list(found.values.values()) == [100, 300, 200, 200]
        assert found.shares[2].reason.ground == Ground.MEAN

    @pytest.mark.parametrize("past", [None, 0])
    def test_a_season_of_nothing_is_equal_and_says_so(self, past: int | None) -> None:
        found = split_by_season(800, dict.fromkeys(QUARTERS, past))
        assert set(found.values.values()) == {200}
        assert {each.reason.ground for each in found.shares} == {Ground.NO_HISTORY}

    def test_a_season_that_is_all_kept(self) -> None:
        history = dict(zip(QUARTERS, [100, 0, 0, 0], strict=True))
        found = split_by_season(800, history, kept={QUARTERS[0]: 500})
        assert list(found.values.values()) == [500, 100, 100, 100]

    def test_by_shares(self) -> None:
        shares = dict(zip(QUARTERS, [Fraction(1, 10), Fraction(2, 10), Fraction(3, 10), Fraction(4, 10)], strict=True))
        assert list(split_by_shares(999, shares).values.values()) == [100, 200, 300, 399]
        assert list(split_by_shares(1_000, shares, kept={QUARTERS[3]: 700}).values.values()) == [50, 100, 150, 700]

    def test_shares_add_up(self) -> None:
        shares = dict.fromkeys(QUARTERS, Fraction(23, 100))
        with pytest.raises(Infeasible, match=r"^the shares add up to 92 % instead of 100 %, 8 too little$"):
            split_by_shares(1_000, shares)

    def test_by_amounts(self) -> None:
        amounts = dict(zip(QUARTERS, [1, 2, 3, 4], strict=True))
        found = split_by_amounts(16, amounts, kept={QUARTERS[3]: 10})
        assert list(found.values.values()) == [1, 2, 3, 10]
        with pytest.raises(Infeasible, match=r"^the amounts add up to 10 instead of 12, 2 too little$") as caught:
            split_by_amounts(12, amounts)
        assert caught.value.clashes[0].kind == ClashKind.AMOUNTS_OFF

    @given(st.integers(0, 10**12), windows(), st.sampled_from(Cut), st.sampled_from([1, 100]), st.data())
    def test_all_periods_together_are_the_value(
        self, value: int, window: Window, by: Cut, unit: int, data: st.DataObject
    ) -> None:
        periods = cut(window, by)
        history = {each: data.draw(st.none() | st.integers(0, 1_000)) for each in periods}
        for found in (split(value, periods, rounding=unit), split_by_season(value, history, rounding=unit)):
            assert [each.key for each in found.shares] == periods
            assert sum(found.values.values()) == value // unit * unit
