"""The days that the sample is made for in these tests."""

from datetime import date, datetime, time

from paceline.demo.moment import ZONE, Moment

# The middle of a quarter, and days on which something begins or ends.
TODAY = date(2026, 8, 19)
DAYS = (TODAY, date(2026, 1, 1), date(2028, 2, 29), date(2025, 12, 31), date(2026, 7, 5))


def noon(day: date, hour: int = 12) -> Moment:
    """An hour of the day where the organization is."""
    return Moment(day, datetime.combine(day, time(hour), ZONE))
