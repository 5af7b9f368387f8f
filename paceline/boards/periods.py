"""The current period of a board, and the same stretch of the one before."""

from datetime import date, timedelta

from paceline.boards.models import BoardPeriod
from paceline.domain.calendar import Window, fiscal_quarter_of, fiscal_year_of, month_of, week_of
from paceline.org.models import Organization


def period_of(period: BoardPeriod, day: date, organization: Organization) -> Window:
    """The period that has the day, by the organization's fiscal year and first day of the week."""
    if period == BoardPeriod.WEEK:
        return week_of(day, organization.week_first_day)
    if period == BoardPeriod.MONTH:
        return month_of(day)
    of = fiscal_quarter_of if period == BoardPeriod.QUARTER else fiscal_year_of
    return of(day, organization.fiscal_year_first_month)


def stretch_before(period: BoardPeriod, run: Window, organization: Organization) -> Window:
    """As many days from the start of the period before as `run` has from the start of its own.

    A period that is shorter gives all its days: 31 days of March stand beside the whole of February.
    """
    before = period_of(period, run.start - timedelta(days=1), organization)
    return Window(before.start, min(before.end, before.start + timedelta(days=run.days)))
