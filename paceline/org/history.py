"""One person's membership history: what a move, a joining, a leaving or an end makes of it. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER


class Row(NamedTuple):
    """One membership as plain values: in the department, or in the team, on the days [from_day, to_day)."""

    department_id: int | None
    team_id: int | None
    from_day: date = DAY_ALWAYS
    to_day: date = DAY_NEVER
    is_primary: bool = False
    is_lead: bool = False


History = tuple[Row, ...]


class _Part(NamedTuple):
    """What someone's membership of a team is like on a day."""

    is_primary: bool
    is_lead: bool


class _Segment(NamedTuple):
    """Days on which the teams that someone is in do not change."""

    from_day: date
    to_day: date
    teams: dict[int, _Part]


def moved(
    history: History, department_id: int | None, from_day: date, to_day: date, *, is_lead: bool = False
) -> History:
    """From that day on the person is in this department, or in none, whatever was said of later days."""
    kept = [row for row in history if row.team_id is not None]
    rows = list(clipped((row for row in history if row.team_id is None), DAY_ALWAYS, from_day))
    if department_id is not None and from_day < to_day:
        rows.append(Row(department_id, None, from_day, to_day, is_lead=is_lead))
    return _ordered([*_joined(rows), *kept])


def in_team(
    history: History,
    team_id: int,
    from_day: date,
    to_day: date,
    *,
    is_primary: bool | None = None,
    is_lead: bool = False,
) -> History:
    """From that day on the person is in this team: as the primary one, not so, or (None) as it falls out."""
    segments = _segments(history, from_day, to_day)
    for segment in segments:
        if not from_day <= segment.from_day < to_day:
            continue
        was = segment.teams.get(team_id, _Part(is_primary=False, is_lead=False))
        if is_primary:
            for other, part in segment.teams.items():
                segment.teams[other] = part._replace(is_primary=False)
        segment.teams[team_id] = _Part(was.is_primary if is_primary is None else is_primary, is_lead)
    return _with_teams(history, segments, last=team_id if is_primary is False else None)


def out_of_team(history: History, team_id: int, from_day: date) -> History:
    """From that day on the person is not in this team; if it was the primary, the next takes its place."""
    segments = _segments(history, from_day)
    for segment in segments:
        if from_day <= segment.from_day:
            segment.teams.pop(team_id, None)
    return _with_teams(history, segments)


def within(history: History, was: tuple[date, date], now: tuple[date, date]) -> History:
    """The history of someone who is there on the days [first, last) of `now`, and was held to be on `was`.

    What began on the old first day, or before the new one, begins on the new one; ends likewise.
    """
    if was == now:
        return history
    stretched = (
        row._replace(
            from_day=now[0] if row.from_day == was[0] else row.from_day,
            to_day=now[1] if row.to_day == was[1] else row.to_day,
        )
        for row in history
    )
    rows = tuple(clipped(stretched, *now))
    return _with_teams(rows, _segments(rows))


def days_there(hire_day: date | None, end_day: date | None) -> tuple[date, date]:
    """The days that someone is there, half-open, given their first and last day, where known."""
    return hire_day or DAY_ALWAYS, DAY_NEVER if end_day is None else end_day + timedelta(days=1)


def clipped(rows: Iterable[Row], first: date, last: date) -> Iterator[Row]:
    """What of the rows lies in [first, last)."""
    for row in rows:
        from_day, to_day = max(row.from_day, first), min(row.to_day, last)
        if from_day < to_day:
            yield row._replace(from_day=from_day, to_day=to_day)


def _segments(history: History, *days: date) -> list[_Segment]:
    rows = [row for row in history if row.team_id is not None]
    cuts = sorted({*days, *(day for row in rows for day in (row.from_day, row.to_day))})
    segments = [_Segment(*pair, {}) for pair in pairwise(cuts)]
    for segment in segments:
        for row in rows:
            if row.team_id is not None and row.from_day <= segment.from_day < row.to_day:
                segment.teams[row.team_id] = _Part(row.is_primary, row.is_lead)
    return segments


def _with_teams(history: History, segments: list[_Segment], last: int | None = None) -> History:
    """The history with these teams, each day with one primary: the one said, else the first joined."""
    since: dict[int, date] = {}
    rows: list[Row] = []
    for segment in segments:
        since = {team: since.get(team, segment.from_day) for team in segment.teams}
        said = [team for team, part in segment.teams.items() if part.is_primary]
        primary = said[0] if said else min(since, key=lambda team: (team == last, since[team], team), default=None)
        rows += (
            Row(None, team, segment.from_day, segment.to_day, team == primary, part.is_lead)
            for team, part in segment.teams.items()
        )
    return _ordered([*(row for row in history if row.team_id is None), *_joined(rows)])


def _joined(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with those that touch and are otherwise equal made one."""
    open_rows: dict[tuple[int | None, int | None], Row] = {}
    for row in sorted(rows, key=lambda row: row.from_day):
        unit = (row.department_id, row.team_id)
        before = open_rows.get(unit)
        if (
            before is not None
            and before._replace(to_day=row.to_day) == row._replace(from_day=before.from_day)
            and (before.to_day == row.from_day)
        ):
            open_rows[unit] = before._replace(to_day=row.to_day)
            continue
        if before is not None:
            yield before
        open_rows[unit] = row
    yield from open_rows.values()


def _ordered(rows: Iterable[Row]) -> History:
    return tuple(sorted(rows, key=lambda row: (row.from_day, row.department_id or 0, row.team_id or 0)))
