"""Which shares of targets an attainment is measured by.

An entrant's quota for a period is the narrowest share that covers it; where none does, the widest shares inside it that
do not overlap, of a level the last of these that has begun. A target's board falls back to the share of its whole
window. Where a metric's board finds several shares for one window, the target that was made first counts, so that no
credit counts twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from paceline.boards.models import Leaderboard
from paceline.domain.calendar import Window
from paceline.domain.kinds import Kind
from paceline.org.kept import kept
from paceline.plan.clocks import Moment
from paceline.plan.held import rows_of
from paceline.plan.models import Assignment, Target, TargetStatus


class Share(NamedTuple):
    """An entrant's share of a target for a window."""

    window: Window
    target_id: int
    value: int


Quotas = Mapping[int, Sequence[Share]]


def quotas(moment: Moment, board: Leaderboard, kind: Kind, assignee_kind: str, period: Window) -> Quotas:
    """The shares that each entrant is measured by; who has none carries no quota here and is left out."""
    found: dict[int, list[Share]] = defaultdict(list)
    targets = _targets(moment, board, period)
    for target in targets:
        for number, share in _shares(moment, target, assignee_kind):
            found[number].append(share)
    whole = None if board.target is None else Window(board.target.start_date, board.target.end_date)
    chosen = {number: chosen_of(shares, period, whole) for number, shares in found.items()}
    if kind == Kind.LEVEL:
        chosen = {number: _last_begun(shares, moment) for number, shares in chosen.items()}
    return {number: shares for number, shares in chosen.items() if shares}


def chosen_of(shares: Iterable[Share], period: Window, whole: Window | None = None) -> list[Share]:
    """The narrowest share that covers the period, else the widest ones inside it, else that of the whole window."""
    ordered = sorted(shares, key=lambda each: (each.window.days, each.window.start, each.target_id))
    for each in ordered:
        if period.clip(each.window) == period:
            return [each]
    inside: list[Share] = []
    ordered.sort(key=lambda each: -each.window.days)
    for each in ordered:
        is_free = all(each.window.clip(other.window) is None for other in inside)
        if is_free and period.clip(each.window) == each.window:
            inside.append(each)
    return inside or [each for each in ordered if each.window == whole]


def _last_begun(shares: Sequence[Share], moment: Moment) -> Sequence[Share]:
    """What stands of a level stands once, however many windows have begun."""
    in_order = sorted(shares)
    begun = [each for each in in_order if each.window.start <= moment.as_of]
    return begun[-1:] or in_order[:1]


def _targets(moment: Moment, board: Leaderboard, period: Window) -> Sequence[Target]:
    """The board's own target, whatever its status; of a metric, the ones in the period that were active then."""
    if board.target is not None:
        return [board.target]
    own = Target.objects.filter(org_id=moment.scope.org_id, measured_by=board.measured)
    running = own.filter(start_date__lt=period.end, end_date__gt=period.start).order_by("id")
    return [each for each in running if _status(moment, each) == TargetStatus.ACTIVE.value]


def _status(moment: Moment, target: Target) -> str:
    return moment.then("target", target.id).get("status", target.status)


def _shares(moment: Moment, target: Target, kind: str) -> Sequence[tuple[int, Share]]:
    if moment.known_at is not None:
        return _read_shares(moment, target, kind)
    return kept.get(moment.scope, ("shares", target.id, kind), lambda: _read_shares(moment, target, kind), len)


def _read_shares(moment: Moment, target: Target, kind: str) -> Sequence[tuple[int, Share]]:
    own = Assignment.objects.filter(org_id=moment.scope.org_id, target=target, assignee_kind=kind)
    rows = rows_of(moment.scope, own, moment.known_at)
    # Few windows are shared by many.
    windows: dict[tuple[object, object], Window] = {}
    return [
        (number, Share(windows.setdefault((start, end), Window(start, end)), target.id, value))
        for _, _, number, start, end, value, _, _ in rows
    ]
