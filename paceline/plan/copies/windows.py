"""Which period of one window is which of another: the third month, the second quarter, the ninth week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from paceline.domain.calendar import Window
from paceline.domain.periods import Cut, cut
from paceline.org.models import Organization

_CUTS = [(by, from_start) for by in (Cut.QUARTERS, Cut.MONTHS) for from_start in (False, True)]
_CUTS += [(by, False) for by in (Cut.WEEKS_445, Cut.WEEKS_454, Cut.WEEKS_544, Cut.WEEKS)] + [(Cut.WEEKS, True)]


@dataclass(frozen=True, slots=True)
class Group:
    """Periods of one kind inside `container`, in the order of time."""

    container: Window
    windows: Sequence[Window]


@dataclass(frozen=True, slots=True)
class Mapped:
    """The new window of each old one, the whole included, the groups in which they divide, and those without one."""

    new: Mapping[Window, Window]
    groups: Sequence[Group]
    without: Sequence[Window]


def mapped(organization: Organization, old: Window, new: Window, used: Iterable[Window]) -> Mapped:
    """The used windows inside the old one by their places among its periods, where the new one has as many of them.

    Months that lie in quarters divide those.
    """
    left, groups = set(used) - {old}, list[Group]()
    found = {old: new}
    while left:
        pairs = max(
            (_pairs(organization, old, new, *each) for each in _CUTS), key=lambda pairs: len(left & pairs.keys())
        )
        claimed = sorted(left & pairs.keys())
        if not claimed:
            break
        left.difference_update(claimed)
        groups += _groups(old, groups, claimed)
        found |= {window: pairs[window] for window in claimed}
    return Mapped(found, groups, sorted(left))


def _pairs(organization: Organization, old: Window, new: Window, by: Cut, from_start: bool) -> dict[Window, Window]:  # noqa: FBT001 - one of a pair
    """The periods of one kind, old to new; none where their counts differ."""
    first_month, first_day = organization.fiscal_year_first_month, organization.week_first_day
    try:
        mine, its = (
            cut(each, by, fiscal_year_first_month=first_month, week_first_day=first_day, from_start=from_start)
            for each in (old, new)
        )
    except ValueError:
        return {}
    return dict(zip(mine, its, strict=True)) if len(mine) == len(its) else {}


def _groups(old: Window, before: Sequence[Group], claimed: Sequence[Window]) -> list[Group]:
    """The windows by the narrowest of the earlier ones that holds them, else by the whole."""
    holders = [window for group in before for window in group.windows]
    by_holder: dict[Window, list[Window]] = {}
    for window in claimed:
        inside = [each for each in holders if each.start <= window.start and window.end <= each.end]
        by_holder.setdefault(min(inside, key=lambda each: each.days, default=old), []).append(window)
    return [Group(holder, windows) for holder, windows in by_holder.items()]
