"""An organization's own calendar: which day it is there, and which days are worked."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from paceline.domain.calendar import Window, WorkCalendar, local_day
from paceline.org.models import Organization

# A year's holidays of one place take some milliseconds to work out, and a few kilobytes to keep.
YEARS_KEPT_MAX = 1_000


def today(organization: Organization, now: datetime) -> date:
    """The calendar day that `now`, a time with zone, falls on in the organization's time zone."""
    return local_day(now, ZoneInfo(organization.time_zone))


def work_calendar(organization: Organization, window: Window) -> WorkCalendar:
    """Which days the organization works, with the public holidays of every year that the window touches."""
    return WorkCalendar(
        frozenset(organization.working_weekdays),
        frozenset(
            day
            for year in range(window.start.year, window.last.year + 1)
            for day in _holidays(organization.holiday_country, organization.holiday_subdivision, year)
        ),
    )


@lru_cache(maxsize=YEARS_KEPT_MAX)
def _holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))
