"""One parent's value divided among its children: exact to the rounding unit, with a reason for every share."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import Generic, NamedTuple

from paceline.domain.apportion import Mover, Portion, apportion, bounded
from paceline.domain.clash import Clash, refuse
from paceline.domain.faults import call_faults, child_faults, given_faults, pool_clashes
from paceline.domain.reason import Bound, Ground, Number, Reason, Rounding
from paceline.domain.shares import Allocation, Child, K, Method, Share, in_order, part_locked


class Claim(NamedTuple, Generic[K]):
    """What a child's share rests on: the weight before its ramp and where it comes from; `start` as in Mover."""

    child: Child[K]
    ground: Ground
    part: Number
    ramp: Number
    in_units: bool = False
    start: int = 0

    @property
    def weight(self) -> Number:
        """What the pool is divided by."""
        return self.part if self.ramp == 1 else self.part * self.ramp


def allocate(
    pool: int,
    children: Iterable[Child[K]],
    method: Method = Method.EQUAL,
    *,
    rounding: int = 1,
    hedge_percent: Number = 0,
    ground: Ground = Ground.HISTORY,
) -> Allocation[K]:
    """Divide `pool` x (1 + hedge) among the children, in the metric's unit.

    Locked children keep their value and leave the pool. The others add up exactly to what is left, to whole multiples
    of `rounding`: largest remainder under the bounds (see `apportion`), ties by name then key. What the rounding unit
    cannot express stays unallocated. By weight, one without gets the mean weight of those not locked who have one;
    where nobody has, all get the same. A weight of zero gets the minimum. `ground` is what the weights are: blend,
    history or weight. By the manual method the given values stand as they are and need not add up.

    The order of the children changes nothing. Raises Infeasible, if and only if the bounds do not allow it.
    """
    ordered = in_order(children)
    hedged = pool * (100 + hedge_percent) // 100
    faults = [*call_faults(pool, rounding, hedge_percent), *child_faults(ordered)]
    locked, free = part_locked(ordered)
    if method == Method.MANUAL:
        refuse([*faults, *given_faults(free)])
        return Allocation(hedged, _in_name_order([*kept(locked), *(_manual(each) for each in free)]))
    return settle(hedged, locked, _claims(free, method, ground), rounding, faults)


def settle(
    pool: int, locked: Sequence[Child[K]], claims: Sequence[Claim[K]], unit: int, faults: Sequence[Clash]
) -> Allocation[K]:
    """Divide what the locked children leave of the pool by the claims, which are by name then key.

    Raises Infeasible with the faults and with what else clashes.
    """
    left = pool - sum(each.locked or 0 for each in locked)
    free, movers = [each.child for each in claims], _movers(claims, max(unit, 1))
    refuse([*faults, *pool_clashes(pool, locked, free, movers, None if faults else unit)])
    total = sum((each.weight for each in claims), start=0)
    portions = apportion(movers, left, unit) if movers else []
    shares = [_share(claim, portion, total) for claim, portion in zip(claims, portions, strict=True)]
    return Allocation(pool, _in_name_order([*kept(locked), *shares]))


def kept(locked: Iterable[Child[K]]) -> list[Share[K]]:
    """The shares of locked children."""
    return [
        Share(each.key, each.name, each.locked or 0, Fraction(each.locked or 0), Reason(Ground.LOCKED))
        for each in locked
    ]


def _in_name_order(shares: Iterable[Share[K]]) -> tuple[Share[K], ...]:
    return tuple(sorted(shares, key=lambda each: (each.name, each.key)))


def _manual(child: Child[K]) -> Share[K]:
    value = child.given or 0
    return Share(child.key, child.name, value, Fraction(value), Reason(Ground.MANUAL))


def _claims(free: Sequence[Child[K]], method: Method, ground: Ground) -> list[Claim[K]]:
    if method == Method.EQUAL:
        return [Claim(each, Ground.EQUAL, 1, each.ramp) for each in free]
    known = [each.weight for each in free if each.weight is not None]
    if not known:
        return [Claim(each, Ground.NO_HISTORY, 1, each.ramp) for each in free]
    mean = Fraction(sum(known), len(known))
    in_units = ground == Ground.HISTORY
    return [
        Claim(each, Ground.MEAN, mean, each.ramp, in_units)
        if each.weight is None
        else Claim(each, ground, each.weight, each.ramp, in_units)
        for each in free
    ]


def _movers(claims: Sequence[Claim[K]], unit: int) -> list[Mover]:
    """The claims with their weights brought to integers, and their bounds to whole units."""
    weights = [each.weight for each in claims]
    common = lcm(*(each.denominator for each in weights))
    return [
        bounded(int(weight * common), claim.child.minimum, claim.child.maximum, unit, claim.start)
        for weight, claim in zip(weights, claims, strict=True)
    ]


def _share(claim: Claim[K], portion: Portion, total: Number) -> Share[K]:
    child, (value, exact, bound) = claim.child, portion
    limit = None if bound is None else child.minimum if bound == Bound.MINIMUM else child.maximum
    over = value * exact.denominator - exact.numerator
    way = None if over == 0 else Rounding.UP if over > 0 else Rounding.DOWN
    reason = Reason(claim.ground, claim.part, total, claim.ramp, claim.in_units, bound, limit, way)
    return Share(child.key, child.name, value, exact, reason)
