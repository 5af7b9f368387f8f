"""What an operation would do, row by row, as a dialog shows it before it is done."""

from dataclasses import dataclass

from paceline.plan.draft import Draft, Row
from paceline.web.formats import Figures

ROWS_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One share before and after."""

    row: Row
    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True)
class DraftShown:
    """The rows that change first, what is to be said of all, and how many there are."""

    lines: list[DraftLine]
    notes: list[str]
    changed: int
    total: int

    @property
    def more(self) -> int:
        """How many rows are not shown."""
        return self.total - len(self.lines)


def drafted(figures: Figures, draft: Draft) -> DraftShown:
    """A draft in words and figures."""
    rows = list(draft.rows)
    changed = sum(row.changes for row in rows)
    shown = rows if len(rows) <= ROWS_SHOWN_MAX else sorted(rows, key=lambda row: (not row.changes, row.depth))
    return DraftShown([_line(figures, row) for row in shown[:ROWS_SHOWN_MAX]], list(draft.notes), changed, len(rows))


def _line(figures: Figures, row: Row) -> DraftLine:
    return DraftLine(
        row,
        figures.whole(row.before),
        figures.whole(row.after),
        figures.signed(row.change) if row.changes else "",
    )
