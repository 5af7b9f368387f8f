"""What is behind a figure: its records, its days with the pace line, and why a record counts or not."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from paceline.domain.calendar import Window
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.rollup import Stay
from paceline.errors import NotFound
from paceline.facts import breakdown, clock, explain, rollup
from paceline.facts.breakdown import Counted, Figure, OfDay
from paceline.facts.explain import Explanation, Rule
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory, reach
from paceline.org.calendar import today as today_of
from paceline.org.names import findable
from paceline.plan import rules
from paceline.plan.find import ORGANIZATION
from paceline.plan.held import Held, held
from paceline.plan.models import Target
from paceline.plan.progress import NOW, Clocks, Measure


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a series, in the metric's unit: what stands at its end, and what was expected by then."""

    day: date
    current: int
    expected: int


def records(
    scope: Scope,
    target: Target,
    assignment: Held,
    now: datetime,
    clocks: Clocks = NOW,
    after: tuple[int, int] = (0, 0),
    limit: int = breakdown.PAGE_ROWS_MAX,
) -> list[Counted]:
    """A page of the records behind an assignment's current value; over all pages their values add up to it."""
    measure = Measure(scope, target, clocks, now)
    reach.check_sees(scope, assignment.assignee, measure.as_of)
    figure = _figure(measure, assignment)
    return [] if figure is None else breakdown.records(scope, figure, after, limit)


def newest(scope: Scope, target: Target, people: Collection[int], now: datetime, limit: int) -> OfDay:
    """The records that count today for some people, the last that came in first; of a level what it gained or lost."""
    measure = Measure(scope, target, NOW, now)
    reach.check_sees_all(scope, [Assignee("person", each) for each in people], measure.as_of)
    return breakdown.newest(scope, measure.metric_id, measure.definition.module, people, measure.as_of, limit)


def series(scope: Scope, target: Target, assignment: Held, now: datetime, clocks: Clocks = NOW) -> list[Point]:
    """Each day of the assignment's window that has begun, with the pace line."""
    measure = Measure(scope, target, clocks, now)
    reach.check_sees(scope, assignment.assignee, measure.as_of)
    figure = _figure(measure, assignment)
    if figure is None:
        return []
    pace_line = measure.pace_line(assignment.window, assignment.value)
    currents = _levels(measure, figure) if figure.kind == Kind.LEVEL else _flows(scope, figure)
    return [Point(day, current, pace_line[day]) for day, current in currents]


def _figure(measure: Measure, assignment: Held) -> Figure | None:
    window = assignment.window.until(measure.as_of)
    if window is None:
        return None
    definition = measure.definition
    return Figure(measure.metric_id, definition.module, definition.kind, assignment.assignee, window, measure.stamp)


def _flows(scope: Scope, figure: Figure) -> Iterator[tuple[date, int]]:
    gained = breakdown.days(scope, figure)
    total = 0
    for day in figure.window:
        total += gained.get(day, 0)
        yield day, total


def _levels(measure: Measure, figure: Figure) -> Iterator[tuple[date, int]]:
    """What stands at each day's end with whoever is in the unit then."""
    opening, changes = breakdown.balances(measure.scope, figure)
    stays = _stays(measure, figure.assignee)
    standing = defaultdict(int, opening)
    for day in figure.window:
        for person_id, value in changes.get(day, ()):
            standing[person_id] += value
        inside = standing if stays is None else {each.person_id for each in stays if each.from_day <= day < each.to_day}
        yield day, sum(standing[person_id] for person_id in list(inside))


def _stays(measure: Measure, assignee: Assignee) -> list[Stay] | None:
    """The stays that decide who counts; None for everybody."""
    if assignee == ORGANIZATION:
        return None
    if assignee.kind == "person":
        return [Stay("person", assignee.id, assignee.id, date.min, date.max)]
    return rollup.stays_of(measure.scope, assignee.kind, assignee.id, measure.stamp)


def why(
    scope: Scope,
    target: Target,
    external_id: str,
    now: datetime,
    assignee: Assignee | None = None,
    source: str | None = None,
) -> Explanation:
    """Why a record counts for a target today, or for one assignee, or not: the metric's rules, then the target's.

    Raises NotFound where the metric's module has no such record.
    """
    question = _Question(
        scope, rules.definition(target.measured_by), findable(external_id), source and findable(source)
    )
    told = question.ask(question.definition)
    # A record that is nobody's is everybody's business who looks after all.
    reach.check_sees(scope, ORGANIZATION if told.person_id is None else Assignee("person", told.person_id))
    window = Window(target.start_date, target.end_date)
    today = today_of(directory.own_organization(scope), now)
    more = _stands(question, told, min(window.last, today)) if question.is_level else _falls(told, window, today)
    if assignee is not None and assignee != ORGANIZATION:
        more.append(_in_unit(scope, told, assignee, min(window.last, today) if question.is_level else told.day))
    return Explanation((*told.rules, *more), told.owner, told.person_id, told.day, told.value)


@dataclass(frozen=True, slots=True)
class _Question:
    """One record asked of one metric."""

    scope: Scope
    definition: Definition
    external_id: str
    source: str | None

    @property
    def is_level(self) -> bool:
        return self.definition.kind == Kind.LEVEL

    def ask(self, definition: Definition) -> Explanation:
        return explain.explain(self.scope, definition, clock.rules(self.scope), self.external_id, self.source)

    def gone_out(self) -> date | None:
        """The day on which a level's record goes out; None while it stands."""
        kept = self.definition
        leaving = Definition(kept.module, Unit.COUNT, Kind.FLOW, kept.leaves_when, kept.leaves_by or kept.dated_by)
        told = self.ask(leaving)
        return told.day if told.first_failing is None else None


def _falls(told: Explanation, window: Window, today: date) -> list[Rule]:
    inside = told.day is not None and told.day in window
    return [
        Rule(f"its day is in the target's window, {window.start} to {window.last}", inside),
        Rule(f"its day is not after today, {today}", told.day is not None and told.day <= today),
    ]


def _stands(question: _Question, told: Explanation, day: date) -> list[Rule]:
    gone_out = question.gone_out()
    return [
        Rule(f"it had come in by {day}, when the level is measured", told.day is not None and told.day <= day),
        Rule(f"it had not gone out by {day}", gone_out is None or gone_out > day),
    ]


def _in_unit(scope: Scope, told: Explanation, assignee: Assignee, day: date | None) -> Rule:
    """A flow counts where its person was on its day, a level where the person is on the day it is measured."""
    if assignee.kind == "person":
        return Rule("it credits this person", told.person_id == assignee.id)
    stays = rollup.stays_of(scope, assignee.kind, assignee.id, clock.known_now(scope))
    inside = any(
        stay.person_id == told.person_id and day is not None and stay.from_day <= day < stay.to_day for stay in stays
    )
    return Rule(f"the person it credits is in this {assignee.kind}{'' if day is None else f' on {day}'}", inside)


def find_held(
    scope: Scope,
    target: Target,
    assignee: Assignee,
    window: Window | None = None,
    known_at: datetime | None = None,
) -> Held:
    """The assignee's assignment for the whole target, or for one window of it, as it stood. Raises NotFound."""
    wanted = window or Window(target.start_date, target.end_date)
    for each in held(scope, target, known_at):
        if each.assignee == assignee and each.window == wanted:
            return each
    raise NotFound(f"this assignee has no assignment for {wanted.start} to {wanted.last} of {target.name!r}")
