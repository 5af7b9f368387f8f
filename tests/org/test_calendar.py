"""Acme in Munich and Globex in Honolulu have different days, and different days off."""

from datetime import UTC, date, datetime

import pytest

from paceline.domain.calendar import Window
from paceline.org.calendar import today, work_calendar
from paceline.org.models import Organization

YEAR = Window(date(2025, 1, 1), date(2026, 1, 1))


def test_today_is_the_day_where_the_organization_is():
    now = datetime(2025, 1, 1, 3, tzinfo=UTC)
    assert today(Organization(time_zone="Europe/Berlin"), now) == date(2025, 1, 1)
    assert today(Organization(time_zone="Pacific/Honolulu"), now) == date(2024, 12, 31)


def test_a_time_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="zone"):
        today(Organization(time_zone="UTC"), datetime(2025, 1, 1))  # noqa: DTZ001 - what is refused


def test_without_a_country_only_the_weekdays_count():
    made = work_calendar(Organization(working_weekdays=[0, 1, 2, 3, 4]), YEAR)
    assert made.holidays == frozenset()
    assert made.working_days(YEAR) == 261


def test_holidays_are_those_of_the_subdivision():
    munich = Organization(working_weekdays=[0, 1, 2, 3, 4], holiday_country="DE", holiday_subdivision="BY")
    germany = Organization(working_weekdays=[0, 1, 2, 3, 4], holiday_country="DE")
    epiphany = date(2025, 1, 6)
    assert not work_calendar(munich, YEAR).is_working(epiphany)
    assert work_calendar(germany, YEAR).is_working(epiphany)
    # Counted by hand: twelve holidays in 2025, of which All Saints' Day falls on a Saturday.
    assert work_calendar(munich, YEAR).working_days(YEAR) == 261 - 11


def test_every_year_that_the_window_touches_has_its_holidays():
    acme = Organization(working_weekdays=[0, 1, 2, 3, 4], holiday_country="DE")
    turn = Window(date(2024, 12, 24), date(2025, 1, 2))
    assert {date(2024, 12, 25), date(2025, 1, 1)} <= work_calendar(acme, turn).holidays
    assert date(2026, 1, 1) not in work_calendar(acme, YEAR).holidays


def test_a_week_may_be_another():
    riyadh = Organization(working_weekdays=[6, 0, 1, 2, 3])
    assert work_calendar(riyadh, YEAR).is_working(date(2025, 1, 5))
    assert not work_calendar(riyadh, YEAR).is_working(date(2025, 1, 3))
