"""The standings of a board on any day, as known at any time: who ranks where, and one's own row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from paceline.boards import periods, quota
from paceline.boards.entrants import Names, entrants_of, own_entrant
from paceline.boards.models import BoardPeriod, Entrants, Leaderboard, RankBy
from paceline.domain import ranking
from paceline.domain.calendar import DAY_MIN, Window
from paceline.domain.metric import Definition
from paceline.domain.ranking import Entry, Standing
from paceline.domain.reason import Number
from paceline.errors import Conflict, InvalidInput
from paceline.facts import standing
from paceline.facts.scope import Scope
from paceline.facts.standing import Reached
from paceline.facts.sums import Assignee
from paceline.org import directory
from paceline.org.kept import kept
from paceline.plan import rules
from paceline.plan.clocks import Clocks, Moment

_NOTHING = Reached(0, None)


class Figure(NamedTuple):
    """What an entrant is ranked by, in the metric's unit; `since` is the first day of what is counted.

    `target` is only of a board by attainment, and `before` of one of the most improved.
    """

    value: int
    reached_on: date | None
    since: date
    target: int | None = None
    before: int | None = None

    @property
    def attainment(self) -> Fraction | None:
        """Value / target; undefined without a target, or with one of zero."""
        return Fraction(self.value, self.target) if self.target else None

    @property
    def change(self) -> int | None:
        """The value less that of the same stretch of the period before."""
        return None if self.before is None else self.value - self.before


# What decides of an entrant's figure, once for many thousands of them.
_DECIDES: Mapping[RankBy, Callable[[Figure], Number | None]] = {
    RankBy.ATTAINMENT: attrgetter("attainment"),
    RankBy.IMPROVED: attrgetter("change"),
    RankBy.VALUE: attrgetter("value"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One entrant's place; the rank is None where what is ranked by is undefined."""

    rank: int | None
    entrant: Assignee
    name: str
    figure: Figure
    is_own: bool


@dataclass(frozen=True, slots=True)
class Standings:
    """The rows that are shown, and below them one's own with its neighbours, if it is not among them.

    Asked again with its `as_of` and `known_at` it is the same for ever. `window` is the whole period; `entrants` is how
    many stand on the board, `is_apart` says that others stand between the rows and one's own, and `is_blank` that
    none of them has anything.
    """

    board: Leaderboard
    definition: Definition
    currency: str
    exponent: int
    window: Window
    as_of: date
    known_at: datetime
    today: date
    entrants: int
    rows: Sequence[Row]
    own: Sequence[Row]
    is_apart: bool
    is_blank: bool


def standings(
    scope: Scope,
    board: Leaderboard,
    now: datetime,
    as_of: date | None = None,
    known_at: datetime | None = None,
    own_person_id: int | None = None,
    limit: int | None = None,
) -> Standings:
    """The standings in the period of `as_of`, up to it; `limit` rows, or as many as the board has.

    Run it in one snapshot. Raises InvalidInput for a clock that is in the future, NotFound for a person who is none of
    the organization's, Conflict for a metric that is retired.
    """
    asked = _Asked(scope, board, Clocks(as_of, known_at), now)
    own = None
    if own_person_id is not None:
        person = directory.person(scope, own_person_id)
        own = own_entrant(scope, board, person.id, asked.moment.as_of)
    figures, ranked = asked.ranked()
    shown = ranking.shown(ranked, board.count if limit is None else limit, own)

    def rows(places: Sequence[Standing[int]]) -> list[Row]:
        return [asked.row(each, figures[each.entry.key], own) for each in places]

    moment = asked.moment
    return Standings(
        board,
        asked.definition,
        moment.organization.currency,
        rules.exponent(moment.organization),
        asked.window,
        moment.as_of,
        moment.stamp,
        moment.today,
        len(ranked),
        rows(shown.top),
        rows(shown.own),
        shown.is_apart,
        not any(each.value or each.before for each in figures.values()),
    )


class _Asked:
    """One question to a board: what it measures, in which days, for whom."""

    def __init__(self, scope: Scope, board: Leaderboard, clocks: Clocks, now: datetime) -> None:
        if board.target is None and board.chosen.is_retired:
            raise Conflict(f"the metric {board.chosen.key!r} is retired: let the leaderboard rank by another one")
        self.scope, self.board = scope, board
        self.moment = Moment(scope, clocks, now)
        if self.moment.as_of < DAY_MIN:
            raise InvalidInput.at("as_of", f"{self.moment.as_of} is before {DAY_MIN}")
        self.definition = rules.definition(board.measured)
        self.period = BoardPeriod(board.period)
        self.window = periods.period_of(self.period, self.moment.as_of, self.moment.organization)
        self.kind = "team" if board.entrants == Entrants.TEAMS.value else "person"

    def ranked(self) -> tuple[Mapping[int, Figure], Sequence[Standing[int]]]:
        """Everybody's figure, and the whole order: the same for all who ask before the next posting or change."""
        clocks = self.scope.posted_at, self.moment.as_of, self.moment.known_at
        return kept.get(self.scope, ("ranked", self.board.id, *clocks), self._rank, lambda made: len(made[1]))

    def _rank(self) -> tuple[Mapping[int, Figure], Sequence[Standing[int]]]:
        figures = self.figures()
        return figures, ranking.rank(self.entries(figures), self.moment.direction_of(self.board.chosen))

    @cached_property
    def names(self) -> Names:
        """Who stands on the board."""
        return entrants_of(self.scope, self.board, self.moment.as_of, self.moment.known_at)

    def figures(self) -> Mapping[int, Figure]:
        """What each entrant is ranked by."""
        if self.board.rank_by == RankBy.ATTAINMENT.value:
            return self._attained()
        run = self._cut(self.window)
        now = self._reached(run)
        if self.board.rank_by == RankBy.VALUE.value:
            nothing = Figure(*_NOTHING, run.start)
            return {number: Figure(*now[number], run.start) if number in now else nothing for number in self.names}
        stretch = periods.stretch_before(self.period, run, self.moment.organization)
        before = self._reached(stretch)
        return {
            number: Figure(*now.get(number, _NOTHING), run.start, before=before.get(number, _NOTHING).value)
            for number in self.names
        }

    def entries(self, figures: Mapping[int, Figure]) -> list[Entry[int]]:
        """The entrants with what decides; who stood there before the first day got there on it."""
        decides = _DECIDES[RankBy(self.board.rank_by)]
        return [
            Entry(number, self.names[number], decides(each), each.reached_on or each.since)
            for number, each in figures.items()
        ]

    def row(self, each: Standing[int], figure: Figure, own: int | None) -> Row:
        """An entrant's place as it is shown."""
        number = each.entry.key
        return Row(each.rank, Assignee(self.kind, number), each.entry.name, figure, number == own)

    def _cut(self, window: Window) -> Window:
        """The days of a window that has begun, up to the one asked for."""
        return window.until(self.moment.as_of) or window

    def _attained(self) -> Mapping[int, Figure]:
        held = quota.quotas(self.moment, self.board, self.definition.kind, self.kind, self.window)
        windows = {each.window for number in self.names for each in held.get(number, ())}
        begun = {window: self._cut(window) for window in windows if window.start <= self.moment.as_of}
        read = {window: self._reached(cut) for window, cut in begun.items()}

        def figure(number: int) -> Figure:
            shares = held[number]
            found = [read[each.window].get(number, _NOTHING) for each in shares if each.window in read]
            days = [each.day for each in found if each.day is not None]
            return Figure(
                sum(each.value for each in found),
                max(days, default=None),
                min(each.window.start for each in shares),
                sum(each.value for each in shares),
            )

        return {number: figure(number) for number in self.names if number in held}

    def _reached(self, window: Window) -> Mapping[int, Reached]:
        metric_id, kind, known_at = self.board.measured.id, self.definition.kind, self.moment.known_at
        if self.kind == "person":
            return standing.of_people(self.scope, metric_id, kind, window, known_at)
        return standing.of_teams(self.scope, metric_id, kind, window, list(self.names), known_at)
