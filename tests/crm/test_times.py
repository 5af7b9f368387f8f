"""Days and times in the three orders, and what the clocks of a zone make of them."""
# ruff: noqa: DTZ001 - times without a zone are what is tested

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from paceline.crm.times import Clock, Dates, read_iso, reader
from paceline.crm.values import BadValue

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("dates", "text", "expected"),
    [
        ("iso", "2026-01-31", DAY),
        ("iso", " 2026-01-31\u00a0", DAY),
        ("iso", "2026-01-31T14:05", datetime(2026, 1, 31, 14, 5)),
        ("iso", "2026-01-31 14:05:09", datetime(2026, 1, 31, 14, 5, 9)),
        ("iso", "2026-01-31T14:05:09.123456789", datetime(2026, 1, 31, 14, 5, 9, 123456)),
        ("iso", "2026-01-31T14:05:09Z", datetime(2026, 1, 31, 14, 5, 9, tzinfo=UTC)),
        ("iso", "2026-01-31 14:05:09 UTC", datetime(2026, 1, 31, 14, 5, 9, tzinfo=UTC)),
        ("iso", "2026-01-31T14:05:09.000+0000", datetime(2026, 1, 31, 14, 5, 9, tzinfo=UTC)),
        ("iso", "2026-01-31T14:05-05:30", datetime(2026, 1, 31, 19, 35, tzinfo=UTC)),
        ("day-first", "31/01/2026", DAY),
        ("day-first", "31.1.2026", DAY),
        ("day-first", "1-2-2026", date(2026, 2, 1)),
        ("day-first", " 31.01.2026, 14:05 ", datetime(2026, 1, 31, 14, 5)),
        ("day-first", "31/01/2026 14:05:09", datetime(2026, 1, 31, 14, 5, 9)),
        ("month-first", "01/31/2026", DAY),
        ("month-first", "1/2/2026", date(2026, 1, 2)),
        ("month-first", "1/31/2026 2:05 PM", datetime(2026, 1, 31, 14, 5)),
        ("month-first", "1/31/2026, 2:05:09 p.m.", datetime(2026, 1, 31, 14, 5, 9)),
        ("month-first", "1/31/2026 12:00 AM", datetime(2026, 1, 31)),
        ("month-first", "1/31/2026 12:00pm", datetime(2026, 1, 31, 12)),
    ],
)
def test_reading(dates: str, text: str, expected: date) -> None:
    found = reader(Dates(dates))(text)
    assert found == expected
    assert type(found) is type(expected)


DAY_FIRST = "is not a day or time written day-first, such as 31/01/2026 or 31.01.2026 14:05"
MONTH_FIRST = "is not a day or time written month-first, such as 01/31/2026 or 1/31/2026 2:05 PM"


@pytest.mark.parametrize(
    ("dates", "text", "message"),
    [
        ("day-first", "2026-01-31", f"'2026-01-31' {DAY_FIRST}"),
        ("day-first", "31/01/26", f"'31/01/26' {DAY_FIRST}"),
        ("day-first", "31/01.2026", f"'31/01.2026' {DAY_FIRST}"),
        ("day-first", "31 January 2026", f"'31 January 2026' {DAY_FIRST}"),
        ("day-first", "३१/०१/२०२६", f"'३१/०१/२०२६' {DAY_FIRST}"),
        ("day-first", "01/31/2026", "there is no such day or time as '01/31/2026' read day-first"),
        (
            "day-first",
            "31/01/2026 24:05",
            "there is no such day or time as '31/01/2026 24:05' read day-first",
        ),
        ("month-first", "01/31/2026T14:05", f"'01/31/2026T14:05' {MONTH_FIRST}"),
        ("month-first", "31/01/2026", "there is no such day or time as '31/01/2026' read month-first"),
        (
            "month-first",
            "1/31/2026 14:05 PM",
            "there is no such day or time as '1/31/2026 14:05 PM' read month-first",
        ),
        (
            "month-first",
            "1/31/2026 0:05 AM",
            "there is no such day or time as '1/31/2026 0:05 AM' read month-first",
        ),
    ],
)
def test_refused(dates: str, text: str, message: str) -> None:
    with pytest.raises(BadValue) as refused:
        reader(Dates(dates))(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 02:30 did not come: the clocks went from 02:00 to 03:00, so it is 03:30.
        ("2026-03-29T02:30", "2026-03-29T01:30"),
        ("2026-03-29T03:30", "2026-03-29T01:30"),
        # 02:30 came twice: the first counts.
        ("2026-10-25T02:30", "2026-10-25T00:30"),
        ("2026-10-25T03:30", "2026-10-25T02:30"),
        # A time that names its offset means what it says.
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30"),
        ("2026-06-30T23:59:59", "2026-06-30T21:59:59"),
    ],
)
def test_times_without_a_zone_are_the_zones(text: str, expected: str) -> None:
    made = Clock(BERLIN, ZoneInfo("UTC")).moment(read_iso(text))
    assert made == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert isinstance(made, datetime)
    assert made.tzinfo is UTC


def test_days_stay_days_or_begin() -> None:
    clock = Clock(BERLIN, BERLIN)
    assert clock.moment(DAY) == DAY
    assert not isinstance(clock.moment(DAY), datetime)
    assert clock.instant(DAY) == datetime(2026, 1, 30, 23, tzinfo=UTC)


def test_midnight_stands_for_its_day_as_written() -> None:
    clock = Clock(BERLIN, ZoneInfo("America/New_York"))
    assert clock.day(datetime(2026, 1, 31)) == DAY
    assert clock.day(datetime(2026, 1, 31, tzinfo=timezone(timedelta(hours=14)))) == DAY


def test_the_first_and_last_days_are_told_at_home() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    clock = Clock(auckland, auckland)
    last = datetime(2199, 12, 31, 23, 59, 59, tzinfo=auckland)
    assert clock.moment(last) == last.astimezone(UTC)
    with pytest.raises(BadValue, match="the year 2200 is after 2199"):
        clock.moment(last + timedelta(seconds=1))
    assert clock.moment(datetime(1900, 1, 1, tzinfo=auckland)) == datetime(1900, 1, 1, tzinfo=auckland)
    with pytest.raises(BadValue, match="the year 1899 is before 1900"):
        clock.moment(datetime(1899, 12, 31, 23, 59, tzinfo=auckland))
