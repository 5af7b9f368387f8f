"""What a copy of a target is asked for, read from JSON: every fault is told with where it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from paceline.domain.calendar import Period, Window
from paceline.org.checks import Checks
from paceline.plan.actions.targets import check_window
from paceline.plan.models import TARGET_NAME_CHARACTERS_MAX, Target, TargetStatus
from paceline.plan.options import Reader, known_names, number

# More is a slip of the hand, such as 110 in place of 1.10.
GROWTH_MAX = 10

_NAMES = ("name", "start_date", "growth", "status")
_PERCENT = re.compile(r"([^%]*?)\s*%")


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """The window and the name of the copy, and by what its values are multiplied."""

    window: Window
    name: str
    growth: Fraction
    status: str


def read_copy(target: Target, given: Mapping[str, Any]) -> CopyOptions:
    """The options by the contract's names; without them the copy follows the target. Raises InvalidInput.

    `growth` is a factor such as 1.10, or per cent such as "10 %".
    """
    checks = Checks()
    known_names(checks, given, _NAMES)
    window = _window(checks, target, Reader(checks, given).day("start_date") or target.end_date)
    name = given.get("name") or f"{target.name}, from {window.start}"[:TARGET_NAME_CHARACTERS_MAX]
    status = str(given.get("status") or TargetStatus.DRAFT.value)
    checks.choice("status", status, TargetStatus.values)
    read = CopyOptions(
        window,
        checks.name("name", str(name), TARGET_NAME_CHARACTERS_MAX),
        _growth(checks, given.get("growth", 1)),
        status,
    )
    checks.done()
    return read


def _window(checks: Checks, target: Target, start: date) -> Window:
    """As long as the target's own."""
    old = Window(target.start_date, target.end_date)
    end = start + (old.end - old.start) if target.period == Period.CUSTOM else None
    found = check_window(checks, target.period, start, end)
    if found == old:
        checks.fault("start_date", "is the target's own: a copy is for another window")
    return found or old


def _growth(checks: Checks, given: Any) -> Fraction:
    percent = _PERCENT.fullmatch(str(given).strip())
    found = number(percent[1] if percent else given)
    found = None if found is None else 1 + found / 100 if percent else found
    if found is None or not 0 < found <= GROWTH_MAX:
        checks.fault("growth", f"give a factor such as 1.10, or per cent such as 10 %; up to {GROWTH_MAX} times")
        return Fraction(1)
    return found
