"""A target's assignments as the planning verbs read them: whole, in one query, also those that were taken away."""

from collections.abc import Iterable
from datetime import date
from typing import LiteralString, NamedTuple

from paceline.domain.calendar import Window
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee

_FIELDS: LiteralString = """
    SELECT id, assignee_kind, assignee_id, start_date, end_date, value, parent_id, origin, is_locked, is_deleted
    FROM plan_assignment WHERE org_id = %(org_id)s"""
# Index: plan_assignment_once.
_OF_TARGET: LiteralString = _FIELDS + " AND target_id = %(target_id)s"
_OF_WINDOW: LiteralString = _OF_TARGET + " AND start_date = %(start)s AND end_date = %(end)s"


class Place(NamedTuple):
    """Which share of a target: whose, and for which window."""

    assignee: Assignee
    window: Window


class Standing(NamedTuple):
    """One assignment as it stands; a deleted one comes back under its id."""

    id: int
    place: Place
    value: int
    parent_id: int | None
    origin: str
    is_locked: bool
    is_deleted: bool


class Shares:
    """The assignments of a target, by place and by id; also those that were taken away."""

    def __init__(self, standing: Iterable[Standing]) -> None:
        self.by_place = {each.place: each for each in standing}
        self.by_id = {each.id: each for each in self.by_place.values()}

    def by_window(self) -> dict[Window, dict[Assignee, Standing]]:
        """Those for each window, by whose they are."""
        found: dict[Window, dict[Assignee, Standing]] = {}
        for each in self.by_id.values():
            found.setdefault(each.place.window, {})[each.place.assignee] = each
        return found

    def live(self) -> Iterable[Standing]:
        """Those that were not taken away."""
        return (each for each in self.by_place.values() if not each.is_deleted)

    def at(self, place: Place) -> Standing | None:
        """The one at that place, unless it was taken away."""
        found = self.by_place.get(place)
        return None if found is None or found.is_deleted else found

    def parent_place(self, each: Standing) -> Place | None:
        """Under which share it stands."""
        above = None if each.parent_id is None else self.by_id.get(each.parent_id)
        return None if above is None else above.place

    def children(self) -> dict[int, list[Standing]]:
        """Those just below each one for the same window, by its id."""
        below: dict[int, list[Standing]] = {}
        for each in self.live():
            above = None if each.parent_id is None else self.by_id.get(each.parent_id)
            if above is not None and above.place.window == each.place.window:
                below.setdefault(above.id, []).append(each)
        return below


def shares_of(scope: Scope, target_id: int, window: Window | None = None) -> Shares:
    """All shares of the target, or those for one window."""
    values: dict[str, object] = {"org_id": scope.org_id, "target_id": target_id}
    if window is None:
        rows = scope.run(_OF_TARGET, values)
    else:
        rows = scope.run(_OF_WINDOW, values | {"start": window.start, "end": window.end})
    # Few windows are shared by many.
    windows: dict[tuple[date, date], Window] = {}
    return Shares(
        Standing(number, Place(Assignee(kind, of), _window(windows, start, end)), value, parent, origin, locked, gone)
        for number, kind, of, start, end, value, parent, origin, locked, gone in rows
    )


def _window(windows: dict[tuple[date, date], Window], start: date, end: date) -> Window:
    found = windows.get((start, end))
    if found is None:
        found = windows[start, end] = Window(start, end)
    return found
