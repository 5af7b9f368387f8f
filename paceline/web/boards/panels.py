"""Standings as panels: on the page of the boards, on the first page, and on a wall."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponseBase

from paceline.boards import find, shown
from paceline.boards.models import Leaderboard, RankBy
from paceline.boards.standings import Row, Standings, standings
from paceline.domain.kinds import Unit
from paceline.domain.pace import percent_text
from paceline.errors import Conflict, InvalidInput
from paceline.facts.scope import Scope
from paceline.web.cards import badge
from paceline.web.formats import Figures
from paceline.web.page import Page, page

BOARDS_MAX = 24
# So many places of one board are shown where all are asked for.
PLACES_MAX = 1_000
_SCALE = 10_000
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Place:
    """One entrant's row; `fill` is per cent of the longest bar."""

    rank: str
    name: str
    figure: str
    beside: str
    fill: str
    badge: int | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """A board with its rows: none where all who stand on it have nothing; `fault` says why else there are none."""

    board: Leaderboard
    among: str
    made: Standings | None
    rows: list[Place]
    own: list[Place]
    fault: str = ""


@page("GET")
def boards(page: Page) -> HttpResponseBase:
    """All boards that the caller sees."""
    with page.reading() as scope:
        made = panels(page, scope, BOARDS_MAX)
        return page.render(_part(page, "paceline/boards/list.html"), {"panels": made, "address": "boards"})


@page("GET")
def board(page: Page, board_id: int) -> HttpResponseBase:
    """One board, on any day."""
    with page.reading() as scope:
        found = find.board(scope, board_id)
        as_of = _day(page.request.GET.get("as_of", ""))
        is_whole = page.request.GET.get("all") == "1"
        made = panel(page, scope, found, as_of, PLACES_MAX if is_whole else None)
        return page.render("paceline/boards/board.html", {"panel": made, "as_of": as_of, "is_whole": is_whole})


@page("GET")
def wall(page: Page) -> HttpResponseBase:
    """The boards in large, for a screen that nobody touches."""
    with page.reading() as scope:
        listed = list(find.listed(scope)[:BOARDS_MAX])
        asked = page.request.GET.getlist("board")
        chosen = [each for each in listed if str(each.id) in asked] or listed
        made = [each for each in (panel(page, scope, board) for board in chosen) if each.rows]
        return page.render("paceline/boards/wall.html", {"panels": made, "boards": listed, "chosen": chosen})


def panels(page: Page, scope: Scope, limit: int) -> list[Panel]:
    """The boards that the caller sees, in the order they were made."""
    return [panel(page, scope, each) for each in find.listed(scope)[:limit]]


def panel(page: Page, scope: Scope, board: Leaderboard, as_of: date | None = None, limit: int | None = None) -> Panel:
    """One board's standings."""
    among = shown.board_words(board, shown.scope_names(scope, [board]))["scope"]
    try:
        made = standings(scope, board, page.now, as_of, None, scope.access.person_id, limit or None)
    except Conflict as error:
        return Panel(board, among, None, [], [], error.message)
    if made.is_blank:
        return Panel(board, among, made, [], [])
    figures = page.figures(is_money=made.definition.unit == Unit.MONEY)
    longest = max((_length(board, row) for row in [*made.rows, *made.own]), default=1)
    rows = [_place(board, row, figures, longest) for row in made.rows]
    own = [_place(board, row, figures, longest) for row in made.own]
    return Panel(board, among, made, rows, own)


def _place(board: Leaderboard, row: Row, figures: Figures, longest: int) -> Place:
    figure = row.figure
    beside = ""
    if board.rank_by == RankBy.ATTAINMENT:
        shown_figure = percent_text(figure.attainment)
        beside = f"{figures.whole(figure.value)} of {figures.whole(figure.target)}"
    elif board.rank_by == RankBy.IMPROVED:
        shown_figure = figures.signed(figure.change or 0)
        beside = f"{figures.whole(figure.value)}, before {figures.whole(figure.before)}"
    else:
        shown_figure = figures.whole(figure.value)
    share = max(_length(board, row), 0) * _SCALE // max(longest, 1)
    return Place(
        "\u2013" if row.rank is None else str(row.rank),
        row.name,
        shown_figure,
        beside,
        f"{share // _PERCENT}.{share % _PERCENT:02d}",
        badge(figure.value, figure.target) if figure.target else None,
        row.is_own,
    )


def _length(board: Leaderboard, row: Row) -> int:
    if board.rank_by == RankBy.ATTAINMENT:
        return int((row.figure.attainment or 0) * _SCALE)
    return (row.figure.change or 0) if board.rank_by == RankBy.IMPROVED else row.figure.value


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput.at("as_of", "is not a day such as 2026-03-31") from None


def _part(page: Page, template: str) -> str:
    return "paceline/boards/panels.html" if page.is_partial and not page.is_dialog else template
