"""The windows that a target's shares are for, as somebody chooses among them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from paceline.domain.calendar import Window
from paceline.web import formats
from paceline.web.page import Page

# Periods of one cut differ by less: months by three days, quarters by two, those of 4-4-5 by seven.
_DAYS_ALIKE = 20


class Named(NamedTuple):
    """A window, and what it is called."""

    window: Window
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What there is to choose: windows about as long as each other together, the longest first.

    `before` and `after` are the neighbours of the chosen one among those.
    """

    chosen: Named
    groups: Sequence[Sequence[Named]]
    before: Named | None
    after: Named | None


def choice(page: Page, windows: Iterable[Window], chosen: Window) -> Choice | None:
    """Among the windows, of which one is chosen; None where there is nothing to choose."""
    ordered = sorted({chosen, *windows}, key=lambda each: (-_size(each), each.start, -each.days))
    if len(ordered) == 1:
        return None
    groups = [[_named(page, each) for each in alike] for _, alike in groupby(ordered, _size)]
    own = _named(page, chosen)
    alike = next(group for group in groups if own in group)
    at = alike.index(own)
    return Choice(own, groups, alike[at - 1] if at else None, alike[at + 1] if at + 1 < len(alike) else None)


def _size(window: Window) -> int:
    return window.days // _DAYS_ALIKE


def _named(page: Page, window: Window) -> Named:
    return Named(window, formats.span(window.start, window.last, page.locale))
