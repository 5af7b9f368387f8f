"""Progress of a target's assignments: current values, pace and what is unallocated, for any mix of assignees."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, TypedDict

from paceline.domain import pace
from paceline.domain.calendar import Window, WorkCalendar, add_months
from paceline.domain.kinds import Direction, Kind
from paceline.domain.pace import Basis, Elapsed, Past, Progress, Status
from paceline.facts import breakdown, sums
from paceline.facts.breakdown import Figure
from paceline.facts.scope import Scope
from paceline.facts.sums import Asked, Assignee, Sums
from paceline.org import reach
from paceline.org.calendar import work_calendar
from paceline.org.kept import kept
from paceline.plan import rules
from paceline.plan.clocks import NOW, Clocks, Moment
from paceline.plan.find import ORGANIZATION
from paceline.plan.held import Held, held, held_one, value_below
from paceline.plan.models import Target
from paceline.plan.order import depths, in_tree_order

# The shape of the past is taken from so many years, where they have anything.
PAST_YEARS_MAX = 3
_YEAR_MONTHS = 12


class Row(NamedTuple):
    """One assignment's progress; `unallocated` is None where nothing is below it, negative if over-allocated.

    `depth` is how many rows of the report stand above it in the tree.
    """

    assignment: Held
    progress: Progress
    unallocated: int | None
    depth: int


class PastShape:
    """How the organization's same window ran in earlier years, day by day, those years added up."""

    def __init__(self, window: Window, read: Callable[[Window], dict[date, int]]) -> None:
        self.window = window
        self._years: list[tuple[int, list[date], list[int]]] = []
        for number in range(1, PAST_YEARS_MAX + 1):
            gained = sorted(read(past_window(window, number)).items())
            self._years.append(
                (number, [day for day, _ in gained], [*accumulate((value for _, value in gained), initial=0)])
            )

    def until(self, day: date) -> Past:
        """What the years had come to before the same day, and in all."""
        day = min(day, self.window.end)
        so_far = sum(
            come_to[bisect_left(days, add_months(day, -_YEAR_MONTHS * number))] for number, days, come_to in self._years
        )
        return Past(so_far, sum(come_to[-1] for _, _, come_to in self._years))


def past_window(window: Window, years: int) -> Window:
    """The same days so many years before; 29 February becomes 1 March."""
    back = -_YEAR_MONTHS * years
    return Window(add_months(window.start, back), add_months(window.end, back))


class _Rules(TypedDict):
    """What a progress is judged by, beside its figures."""

    kind: Kind
    direction: Direction
    on_pace_percent: int
    upcoming: bool


class Measure(Moment):
    """How one target is measured on the two clocks: shared by progress, series and records."""

    def __init__(self, scope: Scope, target: Target, clocks: Clocks, now: datetime) -> None:
        """Raises InvalidInput for a clock that is in the future."""
        super().__init__(scope, clocks, now)
        self.target = target
        self.definition = rules.definition(target.measured_by)
        self.metric_id = target.measured_by_id
        self.direction = self.direction_of(target.metric)
        self.basis = Basis(self.then("target", target.id).get("pace_by", target.pace_by))

    def sums(self, windows: Sequence[Window], asked: Asked) -> Sums:
        """The values of windows that are already cut at `as_of`."""
        read = sums.level if self.definition.kind == Kind.LEVEL else sums.flow
        return read(self.scope, self.metric_id, windows, asked, self.known_at)

    def elapsed(self, window: Window, work: WorkCalendar, until: date, past: Past | None) -> Elapsed:
        """What is over of the window on the day `until`."""
        return pace.elapsed(window, until, work, self.basis, past)

    def progress(self, current: int, value: int, window: Window, elapsed: Elapsed) -> Progress:
        """Progress towards an assignment's value."""
        return pace.progress(current, value, elapsed, **self._rules(window))

    def status(self, current: int, value: int, window: Window, elapsed: Elapsed) -> Status:
        """The status of that progress alone."""
        return pace.status(current, value, elapsed, **self._rules(window))

    def _rules(self, window: Window) -> _Rules:
        return {
            "kind": self.definition.kind,
            "direction": self.direction,
            "on_pace_percent": self.organization.on_pace_percent,
            "upcoming": self.as_of < window.start,
        }

    def work(self, window: Window) -> WorkCalendar:
        """The working days of the window."""
        return work_calendar(self.organization, window)

    def shape(self, window: Window) -> PastShape | None:
        """The days of the same window in earlier years, where those set the pace."""
        if self.basis != Basis.PAST_SHAPE or self.definition.kind == Kind.LEVEL:
            return None
        return PastShape(window, self.days_of_everybody)

    def pace_line(self, window: Window, value: int) -> dict[date, int]:
        """What is expected by the end of each day of the window."""
        if self.definition.kind == Kind.LEVEL:
            return dict.fromkeys(window, value)
        work, shape = self.work(window), self.shape(window)
        line: dict[date, int] = {}
        for day in window:
            until = day + timedelta(days=1)
            share_over = self.elapsed(window, work, until, shape and shape.until(until)).share
            line[day] = pace.rounded(value * share_over)
        return line

    def days_of_everybody(self, window: Window) -> dict[date, int]:
        """What the whole organization gained of it on each day of a window."""
        if self.known_at is None:
            return breakdown.days_of_everybody(self.scope, self.metric_id, window)
        figure = Figure(self.metric_id, self.definition.module, self.definition.kind, ORGANIZATION, window, self.stamp)
        return breakdown.days(self.scope, figure)


class _Layout:
    """The assignments to show in their order, and for each its depth and what is unallocated, by id."""

    def __init__(self, shown: Sequence[Held], depths: Mapping[int, int], left: Mapping[int, int]) -> None:
        self.shown, self.depths, self.left = shown, depths, left
        # In a window an assignee has one share.
        self.ids: dict[Window, dict[Assignee, int]] = defaultdict(dict)
        for each in shown:
            self.ids[each.window][each.assignee] = each.id
        self.asked = Asked({each.assignee for each in shown})


class Report:
    """The progress of a target. Asked again with its `as_of`, `known_at` and `today` it is the same for ever.

    `shown` are its assignments in the tree's order, `currents` their values where something stands behind them, by id,
    and `elapsed` what is over of their windows. On these, the settings and the assignments alone a row depends.
    """

    def __init__(self, measure: Measure, layout: _Layout, only: Sequence[Held] | None = None) -> None:
        self._measure, self._layout = measure, layout
        self._only = None if only is None else {each.id for each in only}
        self.target = measure.target
        self.definition = measure.definition
        self.currency: str = measure.organization.currency
        self.exponent = rules.exponent(measure.organization)
        self.as_of, self.known_at, self.today = measure.as_of, measure.stamp, measure.today
        self.shown = layout.shown
        self.currents = _currents(measure, layout if only is None else _Layout(only, {}, {}))
        self.elapsed = {window: _elapsed(measure, window) for window in layout.ids}

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of all that are shown."""
        return [self.row(each) for each in self.shown]

    def row(self, each: Held) -> Row:
        """The row of one that is shown, and was not left out of what was read."""
        if self._only is not None and each.id not in self._only:
            raise AssertionError(f"nothing was read of assignment {each.id}")
        current, elapsed = self.currents.get(each.id, 0), self.elapsed[each.window]
        made = self._measure.progress(current, each.value, each.window, elapsed)
        return Row(each, made, self.unallocated(each), self.depth(each))

    def status(self, each: Held) -> Status:
        """The status of one that is shown, without the rest of its row."""
        return self._measure.status(self.currents.get(each.id, 0), each.value, each.window, self.elapsed[each.window])

    def depth(self, each: Held) -> int:
        """How many rows of the report stand above one that is shown."""
        return self._layout.depths[each.id]

    def unallocated(self, each: Held) -> int | None:
        """What of one that is shown is left to give out, without the rest of its row."""
        return self._layout.left.get(each.id)

    def lately(self, some: Sequence[Held], days: int) -> Mapping[int, int]:
        """What some gained in the last days up to `as_of`, by id; nothing is said of windows that are over."""
        ids: dict[Window, dict[Assignee, int]] = defaultdict(dict)
        for each in some:
            if each.window.start <= self.as_of < each.window.end:
                ids[each.window][each.assignee] = each.id
        until, gained = self.as_of + timedelta(days=1), dict[int, int]()
        is_level = self.definition.kind == Kind.LEVEL
        for window, numbers in ids.items():
            first = max(window.start, until - timedelta(days=days))
            spans = [Window(first, until), *([Window(first - timedelta(days=1), first)] if is_level else [])]
            for (place, assignee), value in self._measure.sums(spans, Asked(numbers.keys())).items():
                if assignee in numbers:
                    gained[numbers[assignee]] = gained.get(numbers[assignee], 0) + (-value if place else value)
        return gained


def report(
    scope: Scope,
    target: Target,
    now: datetime,
    clocks: Clocks = NOW,
    window: Window | None = None,
    only: Callable[[Held], bool] | None = None,
) -> Report:
    """The progress of every assignment of the target that the actor sees, or of those for one window, down the tree.

    With `only` the values are read of these alone, and the others are there without rows.
    Run it in one snapshot. Raises InvalidInput for a clock that is in the future.
    """
    measure = Measure(scope, target, clocks, now)
    seen = reach.seen(scope, measure.as_of)
    if measure.known_at is not None:
        layout = _layout(scope, target, measure.known_at, window, seen)
        return Report(measure, layout, only and [each for each in layout.shown if only(each)])
    name = ("layout", target.id, window, seen)
    layout = kept.get(scope, name, lambda: _layout(scope, target, None, window, seen), lambda made: len(made.shown))
    return Report(measure, layout, only and [each for each in layout.shown if only(each)])


def report_one(scope: Scope, target: Target, assignment_id: int, now: datetime, clocks: Clocks = NOW) -> Report:
    """The progress of one assignment of the target, in a report of one row. Raises InvalidInput, NotFound."""
    measure = Measure(scope, target, clocks, now)
    one = held_one(scope, assignment_id, measure.known_at)
    reach.check_sees(scope, one.assignee, measure.as_of)
    below = value_below(scope, one, measure.known_at)
    return report_of(measure, one, below)


def report_of(measure: Measure, one: Held, below: int | None) -> Report:
    """A report of one row; `below` is what the shares just below it come to, where there are some."""
    return Report(measure, _Layout([one], {one.id: 0}, {} if below is None else {one.id: one.value - below}))


def _layout(
    scope: Scope, target: Target, known_at: datetime | None, window: Window | None, seen: frozenset[Assignee] | None
) -> _Layout:
    assigned = held(scope, target, known_at)
    shown = in_tree_order(
        each
        for each in assigned
        if (window is None or each.window == window) and (seen is None or each.assignee in seen)
    )
    return _Layout(shown, depths(shown), _unallocated(assigned))


def _elapsed(measure: Measure, window: Window) -> Elapsed:
    shape = measure.shape(window)
    return measure.elapsed(window, measure.work(window), measure.until, shape and shape.until(measure.until))


def _currents(measure: Measure, layout: _Layout) -> Mapping[int, int]:
    """The current value by assignment id, where there is one: one query for each window that has begun."""
    begun = [(cut, ids) for window, ids in layout.ids.items() if (cut := window.until(measure.as_of)) is not None]
    read = measure.sums([cut for cut, _ in begun], layout.asked)
    return {
        number: value
        for (place, assignee), value in read.items()
        if (number := begun[place][1].get(assignee)) is not None
    }


def _unallocated(assigned: Sequence[Held]) -> Mapping[int, int]:
    """For each assignment that has some below it for the same window, its value less theirs."""
    windows = {each.id: each.window for each in assigned}
    values = {each.id: each.value for each in assigned}
    below: dict[int, int] = defaultdict(int)
    for each in assigned:
        if each.parent_id is not None and windows.get(each.parent_id) == each.window:
            below[each.parent_id] += each.value
    return {number: values[number] - total for number, total in below.items()}


def share(value: Fraction | None, places: int = 4) -> str | None:
    """A ratio as a decimal string, rounded down; None where it is undefined."""
    if value is None:
        return None
    scaled = value.numerator * 10**places // value.denominator
    whole, rest = divmod(abs(scaled), 10**places)
    return f"{'-' if scaled < 0 else ''}{whole}.{rest:0{places}d}"
