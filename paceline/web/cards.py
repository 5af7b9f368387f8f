"""An assignment as a card: how far, whether on pace, what is needed, where it leads, and a small burn-up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from paceline.facts.scope import Scope
from paceline.plan.gathered import Glance, glances
from paceline.plan.models import Target, TargetStatus
from paceline.web import lines
from paceline.web.lines import Line
from paceline.web.page import Page

# The burn-up's own measure; the page scales it.
_WIDTH, _HEIGHT = 240, 48
# Milestones that a badge is given for, in per cent of the target: the manual's best practices.
MILESTONES = (150, 100, 50)
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class BurnUp:
    """Two lines as SVG writes them, what was reached and what was expected, and the height of the target."""

    actual: str
    expected: str
    goal: str


@dataclass(frozen=True, slots=True)
class Card:
    """One assignment's progress with its target; `badge` is the highest milestone that it has passed."""

    target: Target
    line: Line
    is_leading: bool
    days_left: int
    working_days_left: int
    is_over: bool
    badge: int | None
    burn_up: BurnUp | None


def running(scope: Scope, day: date) -> QuerySet[Target]:
    """The active targets whose window has the day, the widest and largest first."""
    own = Target.objects.filter(org_id=scope.org_id, status=TargetStatus.ACTIVE.value)
    own = own.filter(start_date__lte=day, end_date__gt=day)
    return own.select_related("metric", "measured_by__narrowed_from").order_by(
        "start_date", "-end_date", "-value", "id"
    )


def cards(page: Page, scope: Scope, wanted: Sequence[tuple[Target, int]]) -> list[Card]:
    """The cards of some assignments, each asked as its target and its id."""
    return [_card(page, each) for each in glances(scope, wanted, page.now)]


def _card(page: Page, made: Glance) -> Card:
    report, target = made.report, made.report.target
    row = report.row(made.held)
    elapsed = row.progress.elapsed
    return Card(
        target,
        lines.line(page, report, row),
        target.metric.indicator == "leading",
        elapsed.days_left,
        elapsed.working_days_left,
        elapsed.is_over,
        badge(row.progress.current, row.progress.target),
        _burn_up(made),
    )


def badge(current: int, target: int) -> int | None:
    """The highest milestone that a value has passed, in per cent of its target."""
    return next((each for each in MILESTONES if target > 0 and current * _PERCENT >= target * each), None)


def _burn_up(made: Glance) -> BurnUp | None:
    held, points = made.held, made.series()
    if not points:
        return None
    days = held.window.days
    top = max(held.value, *(each.current for each in points), 1)
    return BurnUp(
        _path((each.current for each in points), days, top),
        _path(made.pace_line().values(), days, top),
        f"{_HEIGHT - held.value * _HEIGHT / top:.1f}",
    )


def _path(values: Iterable[int], days: int, top: int) -> str:
    return " ".join(
        f"{(place + 1) * _WIDTH / days:.1f},{_HEIGHT - max(value, 0) * _HEIGHT / top:.1f}"
        for place, value in enumerate(values)
    )
