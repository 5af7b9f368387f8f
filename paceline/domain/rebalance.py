"""The smallest change to present values that makes them add up to a new pool."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from paceline.domain.allocation import Claim, settle
from paceline.domain.faults import call_faults, child_faults
from paceline.domain.reason import Ground, Number
from paceline.domain.shares import Allocation, Child, K, in_order, part_locked


def rebalance(
    pool: int, children: Iterable[Child[K]], *, rounding: int = 1, hedge_percent: Number = 0
) -> Allocation[K]:
    """Change the children's present values as little as makes them add up to `pool` x (1 + hedge).

    Minimised is the sum of (value - present)^2 / present over the children that are not locked, within their bounds.
    Its minimum moves all by the same percentage, except those held by a bound. As all then move the same way, the sum
    of absolute changes is the least there can be, too. (Where a present value breaks its bound it is mended first.)

    Changes are whole multiples of `rounding`, so that a present value keeps its remainder under it, and where nothing
    is missing nothing changes. They are rounded by largest remainder, ties by name then key.

    A newcomer (`present` is None) counts as if their fair share of the pool by the weights (times ramp) had been their
    present value, so without bounds they get just that share and the others pay for it in proportion. Without a
    weight it is the mean one; where the others have no weights, the mean of their present values. One who left is
    simply not among the children. Where all are newcomers this is `allocate` by weight.

    Raises Infeasible, also where all present values are zero and there is no newcomer.
    """
    ordered = in_order(children)
    hedged = pool * (100 + hedge_percent) // 100
    faults = [*call_faults(pool, rounding, hedge_percent), *child_faults(ordered)]
    locked, free = part_locked(ordered)
    return settle(hedged, locked, _claims(free), rounding, faults)


def _claims(free: Sequence[Child[K]]) -> list[Claim[K]]:
    staying = [each for each in free if each.present is not None]
    mean_weight = _mean([each.weight for each in free if each.weight is not None])
    price = _price(staying, mean_weight)
    claims: list[Claim[K]] = []
    for child in free:
        if child.present is not None:
            claims.append(Claim(child, Ground.PRESENT, child.present, 1, start=child.present))
        else:
            weight = mean_weight if child.weight is None else child.weight
            claims.append(_newcomer(child, weight, price, staying))
    return claims


def _newcomer(child: Child[K], weight: Number | None, price: Fraction | None, staying: Sequence[Child[K]]) -> Claim[K]:
    """What counts as a newcomer's present value."""
    if price is not None and weight is not None:
        return Claim(child, Ground.NEWCOMER, weight * price, child.ramp, in_units=True)
    mean = _mean([each.present or 0 for each in staying])
    part = mean or Fraction(1 if weight is None else weight)
    return Claim(child, Ground.NEWCOMER, part, child.ramp, in_units=bool(mean))


def _price(staying: Sequence[Child[K]], mean_weight: Fraction | None) -> Fraction | None:
    """What a weight of one is worth among those who stay: their present values over their weights."""
    if mean_weight is None:
        return None
    weights = sum(
        (Fraction(mean_weight if each.weight is None else each.weight) * each.ramp for each in staying),
        start=Fraction(0),
    )
    presents = sum(each.present or 0 for each in staying)
    return presents / weights if weights and presents else None


def _mean(numbers: Sequence[Number]) -> Fraction | None:
    return Fraction(sum(numbers), len(numbers)) if numbers else None
