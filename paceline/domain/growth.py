"""A plan times a factor: down the tree and across its periods, in whole units, with every sum that held before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic

from paceline.domain.apportion import Mover, apportion
from paceline.domain.margins import Column, Line, fill
from paceline.domain.shares import K


@dataclass(frozen=True, slots=True)
class Node(Generic[K]):
    """One share with the one above it, None at the top."""

    key: K
    name: str
    value: int
    parent: K | None = None


@dataclass(frozen=True, slots=True)
class Series(Generic[K]):
    """One row of periods: what it was in each, None where it had none, and what all of them are to add up to."""

    key: K
    name: str
    total: int
    cells: Sequence[int | None]
    parent: K | None = None


def _in_order(each: Node[K] | Series[K]) -> tuple[str, K]:
    return each.name, each.key


def rounded(value: Fraction) -> int:
    """The nearest whole number, a half upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def grown(nodes: Iterable[Node[K]], factor: Fraction) -> dict[K, int]:
    """Each value times the factor, in whole units.

    Whoever is at the top is rounded. Below each, what is given out and what is left unallocated divide the new value
    in the old proportion, by largest remainder, ties by name then key: so what added up adds up again. Where more was
    given out than there was, it is in proportion more again.
    """
    below: dict[K | None, list[Node[K]]] = defaultdict(list)
    for each in sorted(nodes, key=_in_order):
        below[each.parent].append(each)
    made = {each.key: rounded(each.value * factor) for each in below[None]}
    waiting = list(below[None])
    for above in waiting:
        children = below.get(above.key, [])
        waiting += children
        given = sum(each.value for each in children)
        left = max(above.value - given, 0)
        pool = made[above.key] if given <= above.value else rounded(given * factor)
        shares = divided(pool, [*(each.value for each in children), left])
        made.update((each.key, share) for each, share in zip(children, shares, strict=False))
    return made


def divided(pool: int, weights: Sequence[int]) -> list[int]:
    """The pool in proportion to the weights, by largest remainder, ties to the earlier; nothing by no weight at all."""
    if not any(weights):
        return [0] * len(weights)
    return [each.value for each in apportion([Mover(weight, 0, None) for weight in weights], pool, 1)]


def spread(rows: Iterable[Series[K]], count: int) -> dict[K, list[int]]:
    """The new cells of each row over so many periods, in the old proportion, which add up to its total.

    In each period those below one that were within its old value are within the new one, with the same share of it
    left unallocated, to the unit: both margins are met. Where they were above it in any period, each goes by itself.
    """
    below: dict[K | None, list[Series[K]]] = defaultdict(list)
    for each in sorted(rows, key=_in_order):
        below[each.parent].append(each)
    made = {each.key: divided(each.total, _weights(each)) for each in below[None]}
    waiting = list(below[None])
    for above in waiting:
        children = below.get(above.key, [])
        waiting += children
        if children:
            made |= _fitted(above, made[above.key], children, count)
    return made


def _fitted(above: Series[K], cells: Sequence[int], children: Sequence[Series[K]], count: int) -> dict[K, list[int]]:
    """The cells of those below a row whose own are known."""
    sums = [sum(each.cells[column] or 0 for each in children) for column in range(count)]
    left = [own - given for own, given in zip(_weights(above), sums, strict=True)]
    rest = sum(cells) - sum(each.total for each in children)
    if min(left) < 0 or rest < 0 or (rest > 0 and not any(left)):
        return {each.key: divided(each.total, _weights(each)) for each in children}
    # A row without a name stands for what is left unallocated, and is by its number no one else's.
    lines: list[Line[tuple[int, int]]] = [
        Line(
            (0, number),
            each.name,
            each.total,
            {column: 0 for column, cell in enumerate(each.cells) if cell is None},
            _weights(each),
        )
        for number, each in enumerate(children)
    ]
    lines.append(Line((1, 0), "", rest, {}, left))
    table = fill(lines, [Column("", each) for each in cells], lenient=True)
    return {each.key: table.cells[0, number] for number, each in enumerate(children)}


def _weights(row: Series[K]) -> list[int]:
    return [each or 0 for each in row.cells]
