"""Windows, periods, fiscal calendars, local days and working days, against counting day by day."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paceline.domain.calendar import (
    DAY_ALWAYS,
    DAY_MAX,
    DAY_MIN,
    DAY_NEVER,
    Period,
    Window,
    WorkCalendar,
    add_months,
    check_day,
    fiscal_quarter_of,
    fiscal_year_of,
    local_day,
    month_of,
    week_of,
    window_of,
)

ONE = timedelta(days=1)
DAYS = st.dates(date(1999, 1, 1), date(2101, 12, 31))
EDGE_DAYS = st.sampled_from([date(2023, 12, 31), date(2024, 2, 28), date(2024, 2, 29), date(2100, 3, 1)])
MONTHS_IN = {Period.MONTHLY: 1, Period.QUARTERLY: 3, Period.ANNUAL: 12}


def days_of(window: Window) -> list[date]:
    """The window's days, one after the other."""
    found: list[date] = []
    day = window.start
    while day != window.end:
        found.append(day)
        day += ONE
    return found


@st.composite
def windows(draw: st.DrawFn, days_max: int = 800) -> Window:
    start = draw(DAYS | EDGE_DAYS)
    return Window(start, start + timedelta(days=draw(st.integers(1, days_max))))


@given(windows(), windows())
def test_a_window_has_the_days_from_its_start_and_not_its_end(window: Window, other: Window) -> None:
    days = days_of(window)
    assert list(window) == days
    assert (window.days, window.last) == (len(days), days[-1])
    assert window.start in window
    assert window.end not in window
    assert window.start - ONE not in window
    both = sorted(set(days) & set(days_of(other)))
    assert (list(window.clip(other) or [])) == both


@given(windows(60), st.integers(-3, 63))
def test_until_keeps_the_days_up_to_and_with_one(window: Window, number: int) -> None:
    day = window.start + timedelta(days=number)
    assert list(window.until(day) or []) == [each for each in days_of(window) if each <= day]


@pytest.mark.parametrize("end", [date(2026, 1, 1), date(2025, 12, 31)])
def test_a_window_without_days_is_refused(end: date) -> None:
    with pytest.raises(ValueError, match="the end is exclusive"):
        Window(date(2026, 1, 1), end)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period.WEEKLY, date(2026, 12, 28), date(2027, 1, 4)),
        (Period.MONTHLY, date(2026, 1, 1), date(2026, 2, 1)),
        (Period.MONTHLY, date(2026, 1, 15), date(2026, 2, 15)),
        # The month from the 31st ends with February: its days are through, and none is lost.
        (Period.MONTHLY, date(2026, 1, 31), date(2026, 3, 1)),
        (Period.MONTHLY, date(2026, 1, 29), date(2026, 3, 1)),
        (Period.MONTHLY, date(2024, 1, 29), date(2024, 2, 29)),
        (Period.MONTHLY, date(2024, 1, 30), date(2024, 3, 1)),
        (Period.MONTHLY, date(2026, 3, 31), date(2026, 5, 1)),
        (Period.MONTHLY, date(2026, 12, 31), date(2027, 1, 31)),
        (Period.QUARTERLY, date(2026, 1, 1), date(2026, 4, 1)),
        (Period.QUARTERLY, date(2025, 11, 30), date(2026, 3, 1)),
        (Period.ANNUAL, date(2026, 4, 1), date(2027, 4, 1)),
        (Period.ANNUAL, date(2024, 2, 29), date(2025, 3, 1)),
        (Period.ANNUAL, date(2023, 3, 1), date(2024, 3, 1)),
    ],
)
def test_a_period_makes_its_window(period: Period, start: date, end: date) -> None:
    assert window_of(period, start) == Window(start, end)
    assert window_of(period, start, end) == Window(start, end)


def test_a_custom_period_has_the_end_it_is_given() -> None:
    start, end = date(2026, 1, 5), date(2026, 1, 6)
    assert window_of(Period.CUSTOM, start, end) == Window(start, end)


def test_a_window_may_have_the_last_day() -> None:
    assert window_of(Period.CUSTOM, DAY_MAX, DAY_MAX + ONE).last == DAY_MAX
    assert window_of(Period.ANNUAL, date(2199, 1, 1)).last == DAY_MAX


@pytest.mark.parametrize(
    ("period", "start", "end", "why"),
    [
        (Period.CUSTOM, date(2026, 1, 1), None, "needs an end date"),
        (Period.CUSTOM, date(2026, 1, 1), date(2026, 1, 1), "the end is exclusive"),
        (Period.CUSTOM, date(2026, 1, 1), date(2025, 1, 1), "the end is exclusive"),
        (Period.CUSTOM, date(2026, 1, 1), DAY_NEVER, "not a day between"),
        (Period.MONTHLY, date(2026, 1, 1), date(2026, 1, 31), "ends before 2026-02-01"),
        (Period.WEEKLY, DAY_MIN - ONE, None, "not a day between"),
        (Period.WEEKLY, DAY_NEVER, None, "not a day between"),
        (Period.WEEKLY, DAY_MAX, None, "not a day between"),
        (Period.ANNUAL, date(2199, 1, 2), None, "not a day between"),
    ],
)
def test_a_window_that_cannot_be_is_refused_in_words(period: Period, start: date, end: date | None, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        window_of(period, start, end)


def test_a_record_may_have_the_days_of_three_centuries() -> None:
    assert [check_day(day) for day in (DAY_MIN, DAY_MAX)] == [DAY_MIN, DAY_MAX]
    for day in (DAY_MIN - ONE, DAY_MAX + ONE, DAY_ALWAYS, DAY_NEVER):
        with pytest.raises(ValueError, match="not a day between 1900-01-01 and 2199-12-31"):
            check_day(day)


@given(DAYS | EDGE_DAYS, st.sampled_from(list(MONTHS_IN)))
def test_a_period_of_months_ends_on_its_day_or_with_the_month(start: date, period: Period) -> None:
    """Day by day: count the months that begin, and stop at the day's number or at the end of the last one."""
    begun, day = 0, start
    while True:
        day += ONE
        begun += day.day == 1
        if begun == MONTHS_IN[period] + 1 or (begun == MONTHS_IN[period] and day.day == start.day):
            break
    assert window_of(period, start).end == day


@given(DAYS | EDGE_DAYS, st.integers(-60, 60))
def test_months_are_added_as_they_are_taken_away(day: date, count: int) -> None:
    moved = add_months(day, count)
    if moved.day == day.day:
        assert add_months(moved, -count) == day
    else:
        assert (moved.day, (moved - ONE).day < day.day) == (1, True)


@given(DAYS | EDGE_DAYS, st.integers(1, 12))
def test_fiscal_years_and_quarters(day: date, first_month: int) -> None:
    """Day by day: a year begins with the first of its month, a quarter with every third month from there."""

    def starts(months: set[int]) -> Window:
        begin, end = day, day + ONE
        while (begin.day, begin.month in months) != (1, True):
            begin -= ONE
        while (end.day, end.month in months) != (1, True):
            end += ONE
        return Window(begin, end)

    assert fiscal_year_of(day, first_month) == starts({first_month})
    assert fiscal_quarter_of(day, first_month) == starts({(first_month - 1 + 3 * n) % 12 + 1 for n in range(4)})
    assert month_of(day) == starts(set(range(1, 13)))


@given(DAYS | EDGE_DAYS, st.integers(0, 6))
def test_weeks_begin_on_their_first_weekday(day: date, first_weekday: int) -> None:
    begin = day
    while begin.weekday() != first_weekday:
        begin -= ONE
    assert week_of(day, first_weekday) == Window(begin, begin + timedelta(days=7))


@pytest.mark.parametrize("first_month", [0, 13])
def test_a_fiscal_year_begins_with_a_month(first_month: int) -> None:
    for make in (fiscal_year_of, fiscal_quarter_of):
        with pytest.raises(ValueError, match="month"):
            make(date(2026, 5, 5), first_month)


ZONES = [
    "UTC",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Africa/Cairo",
    "Antarctica/Troll",
]


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 1, 1, 4, 59, 59, tzinfo=UTC), "America/New_York", date(2025, 12, 31)),
        (datetime(2026, 1, 1, 5, 0, tzinfo=UTC), "America/New_York", date(2026, 1, 1)),
        (datetime(2025, 12, 31, 18, 30, tzinfo=UTC), "Asia/Kolkata", date(2026, 1, 1)),
        (datetime(2025, 12, 31, 18, 29, 59, tzinfo=UTC), "Asia/Kolkata", date(2025, 12, 31)),
        (datetime(2025, 12, 31, 10, 0, tzinfo=UTC), "Pacific/Kiritimati", date(2026, 1, 1)),
        # Samoa had no 30 December 2011.
        (datetime(2011, 12, 30, 9, 59, tzinfo=UTC), "Pacific/Apia", date(2011, 12, 29)),
        (datetime(2011, 12, 30, 10, 0, tzinfo=UTC), "Pacific/Apia", date(2011, 12, 31)),
        # In Sao Paulo 4 November 2018 began at 1:00, and the last hour of 17 February came twice.
        (datetime(2018, 11, 4, 2, 59, tzinfo=UTC), "America/Sao_Paulo", date(2018, 11, 3)),
        (datetime(2018, 11, 4, 3, 0, tzinfo=UTC), "America/Sao_Paulo", date(2018, 11, 4)),
        (datetime(2018, 2, 18, 1, 30, tzinfo=UTC), "America/Sao_Paulo", date(2018, 2, 17)),
        (datetime(2018, 2, 18, 2, 30, tzinfo=UTC), "America/Sao_Paulo", date(2018, 2, 17)),
        (datetime(2018, 2, 18, 3, 0, tzinfo=UTC), "America/Sao_Paulo", date(2018, 2, 18)),
        # The time's own zone is not what decides.
        (datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=9))), "UTC", date(2025, 12, 31)),
    ],
)
def test_a_local_day(moment: datetime, zone: str, day: date) -> None:
    assert local_day(moment, ZoneInfo(zone)) == day


@given(
    # From 1950, to the second.
    st.integers(-631_152_000, 2_145_916_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
)
@example(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Europe/Berlin", "UTC")
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin", "Asia/Tokyo")
def test_a_local_day_is_what_the_offset_of_that_moment_makes(moment: datetime, zone: str, written_in: str) -> None:
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    day = (moment + offset).date()
    assert local_day(moment.astimezone(ZoneInfo(written_in)), ZoneInfo(zone)) == day


@pytest.mark.parametrize("zone", ZONES)
def test_local_days_follow_each_other_without_going_back(zone: str) -> None:
    moment, days = datetime(2011, 1, 1, tzinfo=UTC), []
    for _ in range(2 * 366 * 48):
        days.append(local_day(moment, ZoneInfo(zone)))
        moment += timedelta(minutes=30)
    assert days == sorted(days)
    missing = {date(2011, 12, 30)} if zone == "Pacific/Apia" else set()
    assert set(days_of(Window(days[0], days[-1]))) - set(days) == missing


def test_a_time_without_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="needs its zone"):
        local_day(datetime(2026, 1, 1), ZoneInfo("UTC"))  # noqa: DTZ001 - that is what is refused


@given(windows(3_700) | windows(40), st.frozensets(st.integers(0, 6)), st.data())
def test_working_days_are_those_that_counting_finds(
    window: Window, weekdays: frozenset[int], data: st.DataObject
) -> None:
    near = [*range(-2, 3), *range(window.days - 2, window.days + 3)]
    numbers = st.integers(-20, window.days + 20) | st.sampled_from(near)
    free = data.draw(st.frozensets(numbers, max_size=30), label="free days, counted from the start")
    holidays = {window.start + timedelta(days=number) for number in free}
    work = WorkCalendar(weekdays, frozenset(holidays))
    counted = [day for day in days_of(window) if day.weekday() in weekdays and day not in holidays]
    assert work.working_days(window) == len(counted)
    assert [day for day in window if work.is_working(day)] == counted


def test_working_days_of_a_month_with_holidays() -> None:
    work = WorkCalendar(frozenset(range(5)), frozenset({date(2026, 1, 1), date(2026, 1, 3), date(2027, 1, 1)}))
    january = Window(date(2026, 1, 1), date(2026, 2, 1))
    # 22 weekdays; 1 January is a Thursday, 3 January a Saturday that was free anyway.
    assert work.working_days(january) == 21
    assert work.working_days(None) == 0


def test_working_weekdays_are_weekdays() -> None:
    with pytest.raises(ValueError, match="not weekdays"):
        WorkCalendar(frozenset({1, 7}))
