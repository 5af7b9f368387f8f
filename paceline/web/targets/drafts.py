"""What an operation would do, row by row, as a dialog shows it before it is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from paceline.domain.calendar import Window
from paceline.plan.draft import Draft, Row
from paceline.web import formats
from paceline.web.formats import Figures

ROWS_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One share before and after; `indent` is how many steps it stands to the right in a tree."""

    row: Row
    days: str
    before: str
    after: str
    change: str
    indent: int


@dataclass(frozen=True, slots=True)
class DraftShown:
    """The rows that change first, what is to be said of all, and how many there are.

    `has_days` says that not every row is for the whole window of the target.
    """

    lines: list[DraftLine]
    notes: list[str]
    changed: int
    total: int
    has_days: bool

    @property
    def more(self) -> int:
        """How many rows are not shown."""
        return self.total - len(self.lines)


def drafted(figures: Figures, draft: Draft) -> DraftShown:
    """A draft in words and figures."""
    rows = list(draft.rows)
    changed = sum(row.changes for row in rows)
    whole = Window(draft.target.start_date, draft.target.end_date)
    has_days = any(row.place.window != whole for row in rows)
    return DraftShown(_lines(figures, rows), list(draft.notes), changed, len(rows), has_days)


def _lines(figures: Figures, rows: Sequence[Row]) -> list[DraftLine]:
    is_tree = len(rows) <= ROWS_SHOWN_MAX
    shown = rows if is_tree else sorted(rows, key=lambda row: (not row.changes, row.depth))[:ROWS_SHOWN_MAX]
    write = figures.fitting(value for row in shown for value in (row.before, row.after))
    top = min((row.depth for row in shown), default=0)
    return [_line(figures, row, write, row.depth - top if is_tree else 0) for row in shown]


def _line(figures: Figures, row: Row, write: Callable[[int | None], str], indent: int) -> DraftLine:
    return DraftLine(
        row,
        formats.days(row.place.window.start, row.place.window.last, figures.locale),
        write(row.before),
        write(row.after),
        f"{'+' if row.change > 0 else ''}{write(row.change)}" if row.changes else "",
        indent,
    )
