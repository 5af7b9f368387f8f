"""An assignment as a card: how far, whether on pace, what is needed, where it leads, and a small burn-up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from paceline.domain.kinds import Kind
from paceline.facts.scope import Scope
from paceline.plan import behind, progress
from paceline.plan.behind import Point
from paceline.plan.models import Assignment, Target, TargetStatus
from paceline.plan.progress import Report
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


def cards(page: Page, scope: Scope, assignments: Iterable[Assignment]) -> list[Card]:
    """The cards of some assignments, whose targets were read with them."""
    return [_card(page, scope, each) for each in assignments]


def _card(page: Page, scope: Scope, assignment: Assignment) -> Card:
    target = assignment.target
    report = progress.report_one(scope, target, assignment.id, page.now)
    row = report.row(report.shown[0])
    elapsed = row.progress.elapsed
    return Card(
        target,
        lines.line(page, report, row),
        target.metric.indicator == "leading",
        elapsed.days_left,
        elapsed.working_days_left,
        elapsed.is_over,
        badge(row.progress.current, row.progress.target),
        _burn_up(page, scope, report),
    )


def badge(current: int, target: int) -> int | None:
    """The highest milestone that a value has passed, in per cent of its target."""
    return next((each for each in MILESTONES if target > 0 and current * _PERCENT >= target * each), None)


def _burn_up(page: Page, scope: Scope, report: Report) -> BurnUp | None:
    (held,) = report.shown
    if report.definition.kind == Kind.LEVEL:
        return None
    points = behind.series(scope, report.target, held, page.now)
    if not points:
        return None
    days = held.window.days
    top = max(held.value, *(each.current for each in points), 1)
    line = progress.Measure(scope, report.target, progress.NOW, page.now).pace_line(held.window, held.value)
    expected = [Point(day, value, value) for day, value in line.items()]
    return BurnUp(
        _path(points, days, top),
        _path(expected, days, top),
        f"{_HEIGHT - held.value * _HEIGHT / top:.1f}",
    )


def _path(points: Sequence[Point], days: int, top: int) -> str:
    return " ".join(
        f"{(place + 1) * _WIDTH / days:.1f},{_HEIGHT - max(each.current, 0) * _HEIGHT / top:.1f}"
        for place, each in enumerate(points)
    )
