"""Tables of whole numbers that meet their row totals and their column totals: a year by months, for many at once.

Controlled rounding: Bacharach (1966), Matrix rounding problems, Management Science 12; Causey, Cox and Ernst (1985),
Applications of transportation theory to statistical problems, JASA 80; Cox (1987), A constructive procedure for
unbiased controlled rounding, JASA 82.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

from paceline.domain.apportion import Mover, apportion
from paceline.domain.clash import Clash, ClashKind, Infeasible, listed, refuse
from paceline.domain.exchange import Exchange, Grid, column_sums
from paceline.domain.fitting import Fit, Row, fitted, fixed_sums, proportional
from paceline.domain.reason import Number
from paceline.domain.shares import K


@dataclass(frozen=True, slots=True)
class Line(Generic[K]):
    """One row: `total` is what its cells add up to.

    `fixed` cells, by column from 0, keep their value. `weights` are one for each column and say how the rest divides;
    without, it follows the columns.
    """

    key: K
    name: str
    total: int
    fixed: Mapping[int, int] = field(default_factory=dict[int, int])
    weights: Sequence[Number] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `total` is what its cells add up to."""

    name: str
    total: int


@dataclass(frozen=True, slots=True)
class Table(Generic[K]):
    """The cells by key; `off` is by how much each column is over (or, below zero, under) its own total."""

    cells: dict[K, list[int]]
    off: list[int]


def fill(lines: Iterable[Line[K]], columns: Sequence[Column], *, lenient: bool = False) -> Table[K]:
    """Divide each line's total over the columns, exactly; wherever the lines add up to the columns, these too.

    Without fixed cells and weights the exact table is line total x column total / whole, otherwise the proportional
    fit (see `fitted`); each cell that is not fixed is that value rounded down or up. Where lines and columns differ
    in sum, the columns give the shape only: they are scaled to the lines, so no column is over its total in a table
    whose lines come to less, unless fixed cells force it.

    Lines and columns that cannot be met for their fixed cells raise Infeasible; `lenient` lets the columns be missed.
    The order of the lines changes nothing.
    """
    ordered = sorted(lines, key=lambda each: (each.name, each.key))
    refuse(_negative(ordered, columns))
    whole = sum(each.total for each in ordered)
    totals = [each.total for each in columns]
    forced = whole == sum(totals) and not lenient
    refuse([*_row_clashes(ordered, len(columns)), *(_column_clashes(ordered, columns) if forced else ())])
    rows = [_row(each, len(columns)) for each in ordered]
    held = fixed_sums([each.fixed for each in ordered], len(columns))
    goals = _goals(scaled(totals, whole), held, sum(row.total for row in rows), rows)
    is_plain = all(row.weights is None for row in rows) and not any(each.fixed for each in ordered)
    fit = proportional(rows, goals) if is_plain else fitted(rows, goals)
    if forced and fit.stuck:
        raise Infeasible([_stuck_clash(ordered, columns, fit, held)])
    cells = _rounded(fit, goals) if rows else []
    for line, row in zip(ordered, cells, strict=True):
        for column, value in line.fixed.items():
            row[column] = value
    off = [held - total for held, total in zip(column_sums(cells) or [0] * len(totals), totals, strict=True)]
    return Table({line.key: row for line, row in zip(ordered, cells, strict=True)}, off)


def fill_tree(
    root: K, columns: Sequence[Column], children: Mapping[K, Sequence[Line[K]]], *, lenient: bool = False
) -> dict[K, list[int]]:
    """The cells of everyone below the root, whose own are the columns: each unit's cells are its children's columns.

    So in each column the children add up to their unit wherever their totals do. `children` are by the unit's key.
    Raises Infeasible with what clashes in any unit; what is below one that clashes is not looked at.
    """
    cells = {root: [each.total for each in columns]}
    clashes: list[Clash] = []
    waiting = [root]
    for unit in waiting:
        below = children.get(unit)
        if not below:
            continue
        own = [Column(each.name, total) for each, total in zip(columns, cells[unit], strict=True)]
        try:
            cells.update(fill(below, own, lenient=lenient).cells)
        except Infeasible as infeasible:
            clashes += infeasible.clashes
        else:
            waiting += [each.key for each in below]
    refuse(clashes)
    del cells[root]
    return cells


def scaled(shape: Sequence[int], whole: int) -> list[int]:
    """Whole numbers in proportion to the shape that add up to `whole`; equal where the shape is all zero."""
    if sum(shape) == whole:
        return list(shape)
    weights = shape if any(shape) else [1] * len(shape)
    return [each.value for each in apportion([Mover(weight, 0, None) for weight in weights], whole, 1)]


def _goals(totals: Sequence[int], held: Sequence[int], left: int, rows: Sequence[Row]) -> list[int]:
    """What the free cells of each column add up to; `left` altogether."""
    open_columns = frozenset[int]().union(*(row.free for row in rows if row.total))
    shape = [max(total - fixed, 0) for total, fixed in zip(totals, held, strict=True)]
    if sum(shape) == left:
        return shape
    if not any(shape[column] for column in open_columns):
        shape = [1] * len(shape)
    return scaled([each if column in open_columns else 0 for column, each in enumerate(shape)], left)


def _row(line: Line[K], count: int) -> Row:
    free = frozenset(range(count)) - line.fixed.keys() if line.fixed else frozenset(range(count))
    return Row(line.total - sum(line.fixed.values()), free, line.weights)


def _rounded(fit: Fit, goals: Sequence[int]) -> Grid:
    """The fit in whole numbers, each rounded down or up, with the same row and column sums.

    Line by line the units that rounding down leaves go where the remainder is largest, counting what the lines before
    left to each column (error diffusion). That nearly meets the columns; exchanges of single units do the rest. The
    fit itself is a flow between the floors and the ceilings that meets all totals, so a whole one exists, and then
    exchanges find it (the integrality of flows). Columns that the fit misses are met as nearly.
    """
    count, whole = len(goals), fit.denominator
    carry = [0] * count
    low: Grid = []
    high: Grid = []
    cells: Grid = []
    for line in fit.cells:
        floors = [each // whole for each in line]
        rests = [each % whole for each in line]
        units = sum(rests) // whole
        order = sorted((-rest - carry[column], column) for column, rest in enumerate(rests) if rest)
        cell = floors.copy()
        for _, column in order[:units]:
            cell[column] += 1
            carry[column] -= whole
        for column, rest in enumerate(rests):
            carry[column] += rest
        low.append(floors)
        high.append([floor + (rest > 0) for floor, rest in zip(floors, rests, strict=True)])
        cells.append(cell)
    over = [held - goal for held, goal in zip(column_sums(cells), goals, strict=True)]
    if any(over):
        Exchange(cells, low, high).settle(over)
    return cells


def _negative(lines: Sequence[Line[K]], columns: Sequence[Column]) -> Iterator[Clash]:
    for each in (*lines, *columns):
        if each.total < 0:
            yield Clash(ClashKind.NEGATIVE, (each.name,), each.total, what="total")
    for line in lines:
        for value in line.fixed.values():
            if value < 0:
                yield Clash(ClashKind.NEGATIVE, (line.name,), value, what="fixed value")
        for weight in line.weights or ():
            if weight < 0:
                yield Clash(ClashKind.NEGATIVE_FACTOR, (line.name,), weight, what="weight")


def _row_clashes(lines: Iterable[Line[K]], count: int) -> Iterator[Clash]:
    for each in lines:
        held = sum(each.fixed.values())
        if held > each.total or (held < each.total and len(each.fixed) == count):
            yield Clash(ClashKind.ROW_FIXED, (each.name,), held, each.total)


def _column_clashes(lines: Sequence[Line[K]], columns: Sequence[Column]) -> Iterator[Clash]:
    held = fixed_sums([each.fixed for each in lines], len(columns))
    for number, column in enumerate(columns):
        is_full = all(number in each.fixed for each in lines)
        if held[number] > column.total or (held[number] < column.total and is_full):
            yield Clash(ClashKind.COLUMN_FIXED, (column.name,), held[number], column.total)


def _stuck_clash(lines: Sequence[Line[K]], columns: Sequence[Column], fit: Fit, held: Sequence[int]) -> Clash:
    """The columns that are too small together, and the lines that have no other cell left for what they miss."""
    sums = column_sums(fit.cells)
    amount = sum(sums[each] // fit.denominator + held[each] for each in fit.stuck)
    limit = sum(columns[each].total for each in fit.stuck)
    elsewhere = frozenset(range(len(columns))) - fit.stuck
    confined = [
        line.name for line, row in zip(lines, fit.cells, strict=True) if any(row) and line.fixed.keys() >= elsewhere
    ]
    names = tuple(columns[each].name for each in sorted(fit.stuck))
    return Clash(ClashKind.COLUMNS_TOO_SMALL, names, amount, limit, listed(tuple(confined)))
