"""Bringing the columns of a table to their totals by exchanges inside rows, which keep every row's sum."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

Grid = list[list[int]]


class Exchange:
    """A table between its floors and ceilings, mended column by column.

    Shifting some of row i from column a to column b keeps the row's sum. A chain of such shifts that leads from a
    column above its total to one below it is an augmenting path of the transportation problem. So where no chain is
    left, the columns that can be reached from the one above are a cut: no table within the bounds meets the totals
    (max-flow min-cut). The graph has only the columns as nodes; which row makes a step is looked up.
    """

    def __init__(self, cells: Grid, low: Sequence[Sequence[int]], high: Sequence[Sequence[int]]) -> None:
        self._cells, self._low, self._high = cells, low, high
        # Rows before the mark could not make the step; those that changed since are listed beside it.
        self._mark: dict[tuple[int, int], int] = defaultdict(int)
        self._changed: dict[tuple[int, int], list[int]] = defaultdict(list)

    def settle(self, over: Sequence[int]) -> frozenset[int]:
        """Shift until no column is over; `over` is what each has above its total, and adds up to nothing.

        If that cannot be, answers the columns that are too full together and can give nothing to the others.
        """
        left = list(over)
        stuck = set[int]()
        while sources := [column for column, each in enumerate(left) if each > 0 and column not in stuck]:
            reached = self._reach(sources[0], left)
            end = next(reversed(reached))
            if left[end] < 0:
                self._shift(reached, end, left)
            else:
                stuck |= set(reached)
        return frozenset(stuck)

    def _reach(self, source: int, left: Sequence[int]) -> dict[int, tuple[int, int]]:
        """The columns that can be reached, up to the first one below its total, each with where from and by which row.

        As the chains are shortest ones, no row makes two steps of one: it could have made a single step of both.
        """
        found = {source: (source, -1)}
        waiting = [source]
        for column in waiting:
            for other in range(len(self._cells[0])):
                if other not in found and (row := self._row(column, other)) is not None:
                    found[other] = (column, row)
                    if left[other] < 0:
                        return found
                    waiting.append(other)
        return found

    def _shift(self, reached: dict[int, tuple[int, int]], end: int, left: list[int]) -> None:
        """Shift as much as goes along the chain to `end`."""
        steps: list[tuple[int, int, int]] = []
        column = end
        while (before := reached[column])[1] >= 0:
            steps.append((before[0], column, before[1]))
            column = before[0]
        amount = min(left[column], -left[end], *(self._room(row, one, two) for one, two, row in steps))
        left[column] -= amount
        left[end] += amount
        for one, two, row in steps:
            self._cells[row][one] -= amount
            self._cells[row][two] += amount
            self._note(row, gained=two, lost=one)

    def _note(self, row: int, *, gained: int, lost: int) -> None:
        """The row can now give from the column that gained, and take into the one that lost."""
        for column in range(len(self._cells[0])):
            self._changed[gained, column].append(row)
            self._changed[column, lost].append(row)

    def _room(self, row: int, one: int, two: int) -> int:
        cells = self._cells[row]
        return min(cells[one] - self._low[row][one], self._high[row][two] - cells[two])

    def _row(self, one: int, two: int) -> int | None:
        """A row that can shift from one column to the other."""
        changed = self._changed[one, two]
        while changed:
            if self._room(changed[-1], one, two) > 0:
                return changed[-1]
            changed.pop()
        for row in range(self._mark[one, two], len(self._cells)):
            if self._room(row, one, two) > 0:
                self._mark[one, two] = row
                return row
        self._mark[one, two] = len(self._cells)
        return None


def column_sums(cells: Iterable[Sequence[int]]) -> list[int]:
    """The sum of each column."""
    return [sum(column) for column in zip(*cells, strict=True)]
