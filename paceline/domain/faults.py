"""What is wrong with an allocation before it is made: each child by itself, and all of them with the pool."""

from collections.abc import Iterator, Sequence

from paceline.domain.apportion import Mover, whole
from paceline.domain.clash import Clash, ClashKind
from paceline.domain.reason import Number
from paceline.domain.shares import Child, K

_VALUES = ("locked", "minimum", "maximum", "given", "present")
_FACTORS = ("weight", "ramp")


def call_faults(pool: int, rounding: int, hedge_percent: Number) -> list[Clash]:
    """The faults of what is asked for as a whole."""
    faults: list[Clash] = []
    if pool < 0:
        faults.append(Clash(ClashKind.NEGATIVE, ("the parent",), pool, what="value"))
    if hedge_percent < 0:
        faults.append(Clash(ClashKind.NEGATIVE_FACTOR, ("the parent",), hedge_percent, what="hedge in per cent"))
    if rounding < 1:
        faults.append(Clash(ClashKind.UNIT, amount=rounding, limit=1))
    return faults


def child_faults(children: Sequence[Child[K]]) -> list[Clash]:
    """The faults of each child by itself; `children` are by name then key."""
    faults = [fault for child in children for fault in _faults_of(child)]
    seen: set[K] = set()
    for child in children:
        if child.key in seen:
            faults.append(Clash(ClashKind.TWICE, (child.name,)))
        seen.add(child.key)
    return faults


def _faults_of(child: Child[K]) -> Iterator[Clash]:
    names = (child.name,)
    for what in _VALUES:
        value: int | None = getattr(child, what)
        if value is not None and value < 0:
            yield Clash(ClashKind.NEGATIVE, names, value, what=what)
    for what in _FACTORS:
        factor: Number | None = getattr(child, what)
        if factor is not None and factor < 0:
            yield Clash(ClashKind.NEGATIVE_FACTOR, names, factor, what=what)
    low, high = child.minimum, child.maximum
    if low is not None and high is not None and low > high:
        yield Clash(ClashKind.MINIMUM_ABOVE_MAXIMUM, names, low, high)


def given_faults(children: Sequence[Child[K]]) -> Iterator[Clash]:
    """The faults of values given by hand."""
    for each in children:
        names, value = (each.name,), each.given
        if value is None:
            yield Clash(ClashKind.NOT_GIVEN, names)
            continue
        if each.minimum is not None and value < each.minimum:
            yield Clash(ClashKind.GIVEN_BELOW_MINIMUM, names, value, each.minimum)
        if each.maximum is not None and value > each.maximum:
            yield Clash(ClashKind.GIVEN_ABOVE_MAXIMUM, names, value, each.maximum)


def pool_clashes(
    pool: int, locked: Sequence[Child[K]], free: Sequence[Child[K]], movers: Sequence[Mover], unit: int | None
) -> list[Clash]:
    """What does not go with the pool. `movers` are the free children's.

    Without a unit it is not asked how much can be given, as some child has a fault of its own.
    """
    clashes = [*_without_multiple(free, movers)]
    held = sum(each.locked or 0 for each in locked)
    left, names = pool - held, tuple(each.name for each in locked)
    if left < 0:
        clashes.append(Clash(ClashKind.LOCKS_ABOVE_POOL, names, held, pool))
    least = sum(each.low for each in movers)
    if movers and least > max(left, 0):
        names = tuple(child.name for child, mover in zip(free, movers, strict=True) if mover.low > 0)
        clashes.append(Clash(ClashKind.MINIMUMS_ABOVE_POOL, names, least, max(left, 0)))
    if clashes or unit is None:
        return clashes
    highs = [each.high for each in movers if each.high is not None]
    needed = whole(movers, left, unit)
    if len(highs) < len(movers) or sum(highs) >= needed:
        return []
    return [_too_little(pool, locked, free, movers, needed)]


def _without_multiple(free: Sequence[Child[K]], movers: Sequence[Mover]) -> Iterator[Clash]:
    """Those whose bounds have no whole rounding unit between them."""
    for child, mover in zip(free, movers, strict=True):
        low, high = child.minimum or 0, child.maximum
        if mover.high is not None and mover.high < mover.low and high is not None and low <= high:
            yield Clash(ClashKind.NO_MULTIPLE, (child.name,), low, high)


def _too_little(
    pool: int, locked: Sequence[Child[K]], free: Sequence[Child[K]], movers: Sequence[Mover], needed: int
) -> Clash:
    """Why less can be given than there is."""
    if not free:
        held = sum(each.locked or 0 for each in locked)
        names = tuple(each.name for each in locked)
        return Clash(ClashKind.ALL_LOCKED if locked else ClashKind.NOBODY, names, held, pool)
    most = sum(each.high or 0 for each in movers)
    is_weightless = not any(each.weight for each in movers)
    kind = ClashKind.WEIGHTS_ALL_ZERO if is_weightless else ClashKind.MAXIMUMS_BELOW_POOL
    return Clash(kind, tuple(each.name for each in free), most, needed)
