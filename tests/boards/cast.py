"""How a board of this room's stories is made, asked and told."""

from datetime import date, datetime
from typing import Any

from paceline.boards import find
from paceline.boards.actions import create_board
from paceline.boards.standings import Row, Standings, standings
from paceline.facts.scope import Scope
from tests.plan.cast import NOON

# At noon of 15 February the month has 28 days, of which 15 have begun; January is days 0 to 30.
FEBRUARY, MARCH = 31, 59


def board(scope: Scope, **fields: Any) -> int:
    """A board of revenue in the current month; its id."""
    measure: dict[str, Any] = {} if "target_id" in fields else {"metric": "revenue"}
    given: dict[str, Any] = {"name": "Board", **measure, **fields}
    return create_board(scope, **given).id


def asked(
    scope: Scope,
    board_id: int,
    as_of: date | None = None,
    known_at: datetime | None = None,
    own: int | None = None,
    limit: int | None = None,
    now: datetime = NOON,
) -> Standings:
    """The standings of a board."""
    return standings(scope, find.board(scope, board_id), now, as_of, known_at, own, limit)


def placed(made: Standings) -> list[str]:
    """The rows as "rank name value", those below a gap after a line of dots."""
    return [*map(_brief, made.rows), *(["..."] if made.own else []), *map(_brief, made.own)]


def _brief(row: Row) -> str:
    figure = row.figure
    ratio = "" if figure.target is None else f" of {figure.target}"
    change = "" if figure.change is None else f" {figure.change:+}"
    return f"{row.rank or '-'} {row.name}{'*' * row.is_own} {figure.value}{ratio}{change}"
