"""The columns of a plan in a spreadsheet: those that say which share, and one for each period."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta

from paceline.domain.calendar import Window

KIND, NAME, REFERENCE, PARENT, UNIT = "kind", "name", "reference", "parent", "unit"
VALUE, LOCKED, LOCKED_PERIODS = "value", "locked", "locked_periods"
UNALLOCATED, ASSIGNMENT_ID, VERSION = "unallocated", "assignment_id", "version"

# Who it is comes first, then the values, and last what only a program needs.
BEFORE_PERIODS = (KIND, NAME, REFERENCE, PARENT, UNIT, VALUE, LOCKED)
AFTER_PERIODS = (LOCKED_PERIODS, UNALLOCATED, ASSIGNMENT_ID, VERSION)
NAMES = (*BEFORE_PERIODS, *AFTER_PERIODS)

COUNT = "count"
YES, NO = "yes", "no"
BETWEEN = "; "

# Weeks, months and quarters are each one kind of period, however many days one has.
_KINDS_DAYS_MAX = (10, 40, 130)
_ONE = timedelta(days=1)
_HEADING = re.compile(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)")


def heading(window: Window) -> str:
    """A period by its first and its last day; no spreadsheet program takes that for a date and rewrites it."""
    return f"{window.start} to {window.last}"


def window_of(text: str) -> Window | None:
    """The period of a heading; None if it is none."""
    found = _HEADING.fullmatch(text)
    if found is None:
        return None
    try:
        first, last = map(date.fromisoformat, found.groups())
        return Window(first, last + _ONE)
    except (ValueError, OverflowError):
        return None


def in_order(windows: Iterable[Window]) -> list[Window]:
    """Periods from the longest kind to the shortest, each kind in the order of time."""
    return sorted(windows, key=lambda each: (-bisect_left(_KINDS_DAYS_MAX, each.days), each.start, each.end))
