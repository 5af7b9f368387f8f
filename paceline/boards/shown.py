"""Boards and standings as they are shown: as the contract's fields, and in words for a table."""

from collections.abc import Iterable, Sequence
from typing import Any

from paceline.boards.models import Entrants, Leaderboard, RankBy, ScopeKind
from paceline.boards.standings import Row, Standings
from paceline.domain.kinds import Unit
from paceline.domain.pace import percent_text
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.plan.held import Names, names_of
from paceline.plan.progress import share
from paceline.plan.shown import Style

BOARD_FIELDS = (
    "id",
    "name",
    "metric",
    "target_id",
    "rank_by",
    "period",
    "scope_kind",
    "scope_id",
    "scope_name",
    "entrants",
    "count",
    "visibility",
)
BOARD_COLUMNS = ("id", "name", "of", "rank by", "period", "scope", "entrants", "count", "visibility")
ROW_FIELDS = (
    "rank",
    "entrant_kind",
    "entrant_id",
    "entrant_name",
    "value",
    "currency",
    "target",
    "attainment",
    "change",
    "reached_on",
    "is_own",
)
# Between the rows that are shown and one's own.
_GAP = "\u2026"


def scope_names(scope: Scope, boards: Iterable[Leaderboard]) -> Names:
    """What the units are called that boards are among, by kind and id."""
    units = {Assignee(each.scope_kind, each.scope_id) for each in boards if each.scope_id}
    return names_of(scope, units)


def board_row(board: Leaderboard, names: Names) -> dict[str, Any]:
    """A board as the contract has it; `names` are those of `scope_names`. Of metric and target_id one is None."""
    unit: dict[str, Any] = {"kind": board.scope_kind, "id": None, "name": None}
    if board.scope_kind != ScopeKind.EVERYONE.value:
        unit |= {"id": board.scope_id, "name": names[board.scope_kind, board.scope_id]}
    return {
        "id": board.id,
        "name": board.name,
        "metric": board.chosen.key if board.target is None else None,
        "target_id": board.target_id,
        "rank_by": board.rank_by,
        "period": board.period,
        "scope": unit,
        "entrants": board.entrants,
        "count": board.count,
        "visibility": board.visibility,
    }


def board_flat(board: Leaderboard, names: Names) -> dict[str, Any]:
    """A board as a line of a table file: the scope in columns of its own."""
    made = board_row(board, names)
    unit = made.pop("scope")
    return {**made, **{f"scope_{name}": value for name, value in unit.items()}}


def board_words(board: Leaderboard, names: Names) -> dict[str, str]:
    """A board as a person reads it."""
    unit = board_row(board, names)["scope"]
    return {
        "id": str(board.id),
        "name": board.name,
        "of": f"target {board.target.name}" if board.target is not None else board.chosen.key,
        "rank by": board.rank_by,
        "period": board.period,
        "scope": unit["kind"] if unit["name"] is None else f"{unit['kind']} {unit['name']}",
        "entrants": board.entrants,
        "count": str(board.count),
        "visibility": board.visibility,
    }


def row(made: Standings, each: Row) -> dict[str, Any]:
    """One row in whole units: minor units where the metric is money; the attainment is a decimal string."""
    figure, by = each.figure, made.board.rank_by
    return {
        "rank": each.rank,
        "entrant": {"kind": each.entrant.kind, "id": each.entrant.id, "name": each.name},
        "value": figure.value,
        "currency": currency(made),
        "target": figure.target,
        "attainment": share(figure.attainment) if by == RankBy.ATTAINMENT.value else None,
        "change": figure.change,
        "reached_on": None if figure.reached_on is None else figure.reached_on.isoformat(),
        "is_own": each.is_own,
    }


def flat(made: Standings, each: Row) -> dict[str, Any]:
    """One row as a line of a table file: the entrant in columns of its own."""
    told = row(made, each)
    entrant = told.pop("entrant")
    return {**told, **{f"entrant_{name}": value for name, value in entrant.items()}}


def table(made: Standings) -> tuple[Sequence[str], list[dict[str, str]]]:
    """The columns of a table for people, and its rows; one's own row stands behind a gap where others are between."""
    of = {RankBy.ATTAINMENT.value: ["target", "attainment"], RankBy.IMPROVED.value: ["before", "change"]}
    who = "team" if made.board.entrants == Entrants.TEAMS.value else "person"
    names = ["rank", who, "value", *of.get(made.board.rank_by, []), "reached on"]
    shown = [*made.rows, *made.own]
    figures = [each.figure for each in shown]
    numbers = [number for each in figures for number in (each.value, each.target, each.before)]
    style = style_of(made).trimmed(numbers)
    rows = [_words(each, who, style) for each in shown]
    if made.is_apart:
        rows.insert(len(made.rows), dict.fromkeys(names, _GAP))
    return names, rows


def _words(each: Row, who: str, style: Style) -> dict[str, str]:
    figure = each.figure
    return {
        "rank": "\u2013" if each.rank is None else str(each.rank),
        who: f"{each.name} *" if each.is_own else each.name,
        "value": style.number(figure.value),
        "target": style.number(figure.target),
        "attainment": percent_text(figure.attainment),
        "before": style.number(figure.before),
        "change": style.number(figure.change),
        "reached on": "\u2013" if figure.reached_on is None else str(figure.reached_on),
    }


def heading(made: Standings) -> str:
    """What the table is about, with the two that bring the same answer back: --as-of and --known-at."""
    board, unit = made.board, style_of(made).currency or "counts"
    of = f"target {board.target.name}" if board.target is not None else board.chosen.key
    days = f"{made.window.start} to {made.window.last}"
    clocks = f"as of {made.as_of}, known at {made.known_at.isoformat()}"
    return f"{board.name}: {of} in {unit} by {board.rank_by} for {days}, {made.entrants:,} {board.entrants}, {clocks}"


def currency(made: Standings) -> str | None:
    """The reporting currency where the metric is money."""
    return style_of(made).currency


def style_of(made: Standings) -> Style:
    """How values of the standings are written for people."""
    is_money = made.definition.unit == Unit.MONEY
    return Style(made.currency, made.exponent) if is_money else Style(None, 0)
