"""A table of fractions that meets its row and column totals, before rounding: numerators over one denominator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paceline.domain.exchange import Exchange, Grid, column_sums
from paceline.domain.reason import Number

# Parts of a unit in which a table is fitted.
_PARTS = 2**20
# Each round brings the columns nearer; few are needed unless cells are fixed nearly to the limit.
_ROUNDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Row:
    """What a row has to divide over its cells. A fixed cell is not among `free`; `weights` None is by the columns."""

    total: int
    free: frozenset[int]
    weights: Sequence[Number] | None


@dataclass(frozen=True, slots=True)
class Fit:
    """Numerators over `denominator`, each row of which adds up; `stuck` are columns that could not be met."""

    cells: Grid
    denominator: int
    stuck: frozenset[int] = frozenset()


def proportional(rows: Sequence[Row], columns: Sequence[int]) -> Fit:
    """Row total x column total / whole: the table that meets both margins by itself."""
    return Fit([[row.total * each for each in columns] for row in rows], max(sum(columns), 1))


def fitted(rows: Sequence[Row], columns: Sequence[int]) -> Fit:
    """The table in proportion to the weights that meets both margins; where a cell is fixed it has none.

    Iterative proportional fitting (Deming and Stephan 1940): columns and rows are scaled in turn until the columns
    are off by less than one unit all together. What is then missing is exchanged inside rows, so that both margins
    are met exactly. Cells of weight zero are filled only where the totals cannot be met otherwise.
    """
    cells = [_seed(row, columns) for row in rows]
    for _ in range(_ROUNDS_MAX):
        sums = column_sums(cells)
        if sum(abs(held - each * _PARTS) for held, each in zip(sums, columns, strict=True)) < _PARTS:
            break
        cells = [_scaled(row, line, sums, columns) for row, line in zip(rows, cells, strict=True)]
    return Fit(cells, _PARTS, _settled(rows, columns, cells))


def _seed(row: Row, columns: Sequence[int]) -> list[int]:
    weights = columns if row.weights is None else row.weights
    line = [weights[column] if column in row.free else 0 for column in range(len(columns))]
    if not any(line):
        line = [columns[column] if column in row.free else 0 for column in range(len(columns))]
    if not any(line):
        line = [int(column in row.free) for column in range(len(columns))]
    whole = sum(line)
    return _exact(row, [int(each * row.total * _PARTS // whole) if whole else 0 for each in line])


def _scaled(row: Row, line: list[int], sums: Sequence[int], columns: Sequence[int]) -> list[int]:
    """The row after its columns are scaled to their totals, and then itself to its own."""
    scaled = [cell * each * _PARTS // held if held else 0 for cell, each, held in zip(line, columns, sums, strict=True)]
    whole = sum(scaled)
    if whole == 0:
        return line
    goal = row.total * _PARTS
    return _exact(row, [cell * goal // whole for cell in scaled])


def _exact(row: Row, line: list[int]) -> list[int]:
    """The row with what rounding down lost put to its largest cell."""
    if row.free:
        line[line.index(max(line))] += row.total * _PARTS - sum(line)
    return line


def _settled(rows: Sequence[Row], columns: Sequence[int], cells: Grid) -> frozenset[int]:
    """Exchange what is missing: at first among cells that have something, then among all that are free."""
    goals = [each * _PARTS for each in columns]
    low = [[0] * len(columns)] * len(rows)
    has = [[row.total * _PARTS if cell else 0 for cell in line] for row, line in zip(rows, cells, strict=True)]
    free = [[row.total * _PARTS if column in row.free else 0 for column in range(len(columns))] for row in rows]
    stuck = frozenset[int]()
    for high in (has, free):
        over = [held - goal for held, goal in zip(column_sums(cells), goals, strict=True)]
        stuck = Exchange(cells, low, high).settle(over)
        if not stuck:
            break
    return stuck


def fixed_sums(fixed: Sequence[Mapping[int, int]], count: int) -> list[int]:
    """What is fixed in each column."""
    sums = [0] * count
    for each in fixed:
        for column, value in each.items():
            sums[column] += value
    return sums
