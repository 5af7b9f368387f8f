"""A row of progress as pages show it: a bar with the pace marked on it, the figures, and words."""

from dataclasses import dataclass

from paceline.domain.kinds import Direction, Unit
from paceline.domain.pace import Progress, Status, percent_text
from paceline.plan import rules
from paceline.plan.held import Held
from paceline.plan.models import Target
from paceline.plan.progress import Report, Row
from paceline.web.formats import Figures
from paceline.web.page import Page

WORDS = {
    Status.ACHIEVED: "achieved",
    Status.AHEAD: "ahead",
    Status.BEHIND: "behind",
    Status.MISSED: "missed",
    Status.ON_PACE: "on pace",
    Status.UPCOMING: "upcoming",
}
# Tabler's colours of the words.
COLORS = {
    Status.ACHIEVED: "green",
    Status.AHEAD: "green",
    Status.BEHIND: "orange",
    Status.MISSED: "red",
    Status.ON_PACE: "blue",
    Status.UPCOMING: "secondary",
}
_PERCENT = 100
# A bar's scale: the mark of the pace and a fill of two decimals are finer than a screen.
_SCALE = 10_000


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar; `fill` and `mark` are per cent of its length, and the mark stands where it should be by now."""

    fill: str
    mark: str
    attainment: str
    status: str
    words: str
    color: str


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment's progress, ready to be shown; `exact` has all the decimals of `current`."""

    id: int
    assignee: Held
    current: str
    exact: str
    target: str
    attainment: str
    bar: Bar
    status: str
    words: str
    color: str
    pace: str
    required: str
    projected: str
    unallocated: str
    is_over_allocated: bool


def figures_of(page: Page, report: Report) -> Figures:
    """How the values of a report are written."""
    return page.figures(is_money=report.definition.unit == Unit.MONEY)


def figures_for(page: Page, target: Target) -> Figures:
    """How the values of a target are written."""
    return page.figures(is_money=rules.definition(target.measured_by).unit == Unit.MONEY)


def line(page: Page, report: Report, row: Row) -> Line:
    """A row in words and figures; whole units, the exact value beside."""
    made, figures = row.progress, figures_of(page, report)
    status = made.status
    left = row.unallocated
    return Line(
        row.assignment.id,
        row.assignment,
        figures.whole(made.current),
        figures.exact(made.current),
        figures.whole(made.target),
        percent_text(made.attainment),
        bar(made),
        status.value,
        WORDS[status],
        COLORS[status],
        pace_words(figures, made, report.target.metric.direction),
        figures.whole(made.required_per_day),
        figures.whole(made.projected),
        "" if not left else figures.whole(abs(left)),
        left is not None and left < 0,
    )


def bar(made: Progress) -> Bar:
    """The bar of a progress; what is beyond the target fills it."""
    longest = max(made.target, 1)
    return Bar(
        _share(made.current, longest),
        _share(made.expected, longest),
        percent_text(made.attainment),
        made.status.value,
        WORDS[made.status],
        COLORS[made.status],
    )


def pace_words(figures: Figures, made: Progress, direction: str) -> str:
    """Pace in words, such as `$12,400 ahead`; where less is better the words turn round."""
    if made.status == Status.UPCOMING:
        return ""
    off = -made.pace if direction == Direction.LOWER else made.pace
    # Less than a unit of it shows as nothing: the status still says on which side.
    side = "behind" if off < 0 or made.status in (Status.BEHIND, Status.MISSED) else "ahead"
    return f"just {side}" if off == 0 and made.pace_ratio != 1 else f"{figures.whole(abs(off))} {side}"


def _share(part: int, whole: int) -> str:
    hundredths = min(max(part, 0) * _SCALE // whole, _SCALE)
    return f"{hundredths // _PERCENT}.{hundredths % _PERCENT:02d}"
