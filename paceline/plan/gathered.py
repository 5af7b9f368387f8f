"""The progress of one assignment each of many targets, in as many queries for many as for few."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate

from paceline.domain.calendar import Window
from paceline.domain.kinds import Kind
from paceline.domain.pace import Basis
from paceline.errors import NotFound
from paceline.facts import gathered
from paceline.facts.gathered import Days, Gained, Standing
from paceline.facts.scope import Scope
from paceline.facts.sums import Asked, Sums
from paceline.org import reach
from paceline.plan.behind import Point
from paceline.plan.find import ORGANIZATION
from paceline.plan.held import Held, held_some, values_below
from paceline.plan.models import Target
from paceline.plan.progress import NOW, PAST_YEARS_MAX, Measure, Report, past_window, report_of


@dataclass(frozen=True, slots=True)
class Glance:
    """One assignment's progress, in a report of one row; its days are there without asking again."""

    report: Report
    _measure: "_Gathered"

    @property
    def held(self) -> Held:
        """The assignment."""
        return self.report.shown[0]

    def pace_line(self) -> dict[date, int]:
        """What is expected by the end of each day of its window."""
        return self._measure.pace_line(self.held.window, self.held.value)

    def series(self) -> list[Point]:
        """Each day of its window that has begun, with the pace line; none of a level."""
        window = self._measure.begun
        if window is None or self._measure.definition.kind == Kind.LEVEL:
            return []
        gained, line = self._measure.gained(window), self.pace_line()
        totals = accumulate(gained.get(day, 0) for day in window)
        return [Point(day, total, line[day]) for day, total in zip(window, totals, strict=True)]


def glances(scope: Scope, wanted: Sequence[tuple[Target, int]], now: datetime) -> list[Glance]:
    """How far each is, asked as a target and one of its assignments. Run it in one snapshot.

    Raises NotFound, and NotAllowed where the actor does not see one.
    """
    held = held_some(scope, [number for _, number in wanted]) if wanted else {}
    if any(number not in held for _, number in wanted):
        raise NotFound("there is no such assignment")
    read = _Read()
    measures = [_Gathered(scope, target, now, held[number], read) for target, number in wanted]
    if not measures:
        return []
    reach.check_sees_all(scope, [each.assignee for each in held.values()], measures[0].as_of)
    below = values_below(scope, held.values())
    read.days = gathered.gained(scope, [each for measure in measures for each in measure.asked_days()])
    read.standing = gathered.standing(scope, [each for measure in measures for each in measure.asked_standing()])
    return [Glance(report_of(each, each.held, below.get(each.held.id)), each) for each in measures]


@dataclass(slots=True)
class _Read:
    """What was read for all."""

    days: Gained = field(default_factory=Gained)
    standing: dict[Standing, int] = field(default_factory=dict[Standing, int])


class _Gathered(Measure):
    """How one assignment is measured by what was read for all."""

    def __init__(self, scope: Scope, target: Target, now: datetime, held: Held, read: _Read) -> None:
        super().__init__(scope, target, NOW, now)
        self.held, self._read = held, read
        self.begun = held.window.until(self.as_of)

    def asked_days(self) -> Iterator[Days]:
        """The days that it needs of a flow, and those of earlier years where they set the pace."""
        if self.definition.kind == Kind.LEVEL:
            return
        if self.begun is not None:
            yield Days(self.metric_id, self.held.assignee, self.begun)
        if self.basis == Basis.PAST_SHAPE:
            for number in range(1, PAST_YEARS_MAX + 1):
                yield Days(self.metric_id, ORGANIZATION, past_window(self.held.window, number))

    def asked_standing(self) -> Iterator[Standing]:
        """The day at whose end it needs a level."""
        if self.definition.kind == Kind.LEVEL and self.begun is not None:
            yield Standing(self.metric_id, self.held.assignee, self.begun.end)

    def gained(self, window: Window) -> dict[date, int]:
        """What its assignee gained on each day."""
        return self._read.days.days(Days(self.metric_id, self.held.assignee, window))

    def sums(self, windows: Sequence[Window], asked: Asked) -> Sums:
        """The values of windows that end where its own does so far."""
        mine = self.held.assignee
        if asked.is_nobody:
            return {}
        if self.definition.kind == Kind.LEVEL:
            asks = [Standing(self.metric_id, mine, each.end) for each in windows]
            return {(place, mine): self._read.standing.get(each, 0) for place, each in enumerate(asks)}
        return {(place, mine): sum(self.gained(each).values()) for place, each in enumerate(windows)}

    def days_of_everybody(self, window: Window) -> dict[date, int]:
        return self._read.days.days(Days(self.metric_id, ORGANIZATION, window))
