"""Many shares changed at once, as one draft: those that differ, those that are new, and whom new ones take in."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from paceline.domain.calendar import Window
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory
from paceline.plan import draft, rules
from paceline.plan.chain import TargetTree, tree_of
from paceline.plan.draft import NAMES_MAX, Draft, Row
from paceline.plan.find import ORGANIZATION
from paceline.plan.held import names_of
from paceline.plan.models import OperationKind, Target
from paceline.plan.shown import style_of
from paceline.plan.standing import Place, Shares, shares_of


class Edit(NamedTuple):
    """What one share is to be; None stays as it is. A place without a share gets one, and needs a value."""

    place: Place
    value: int | None
    is_locked: bool | None
    why: str


def draft_edits(
    scope: Scope, target: Target, kind: OperationKind, edits: Sequence[Edit], notes: Sequence[str] = ()
) -> Draft:
    """What the edits would do; a row for each share that differs."""
    shares = shares_of(scope, target.id)
    return _Edits(scope, target, shares, kind, edits, list(notes)).draft()


@dataclass
class _Edits:
    scope: Scope
    target: Target
    shares: Shares
    kind: OperationKind
    edits: Sequence[Edit]
    notes: list[str]
    under: dict[Place, Place | None] = field(default_factory=dict[Place, "Place | None"])

    def draft(self) -> Draft:
        """All rows, in the order of the edits."""
        self.edits = [edit for edit in self.edits if self._differs(edit)]
        if not self.edits:
            return Draft(self.kind, self.target, self.shares, [], None, self.notes)
        self.names = names_of(self.scope)
        before = {each.place: self.shares.parent_place(each) for each in self.shares.live()}
        self.under = dict(before)
        self._place_new()
        rows = [self._row(edit) for edit in self.edits]
        told = {row.place for row in rows}
        moved = [place for place, above in self.under.items() if place in before and before[place] != above]
        rows += [self._moved(place) for place in moved if place not in told]
        root = self.shares.at(Place(ORGANIZATION, Window(self.target.start_date, self.target.end_date)))
        own = next((row.after for row in rows if root is not None and row.place == root.place), None)
        root = root if root is None or own is None else root._replace(value=own)
        made, unallocated = draft.with_unallocated(rows, self.shares, root)
        self._note_parents(before, {row.place: row.after or 0 for row in rows})
        root_id = None if root is None else root.id
        return Draft(self.kind, self.target, self.shares, made, root_id, self.notes, unallocated)

    def _differs(self, edit: Edit) -> bool:
        """Whether the share is not so already; nothing is said of one that is not there and gets no value."""
        live = self.shares.at(edit.place)
        if live is None:
            return edit.value is not None
        return edit.value not in {None, live.value} or edit.is_locked not in {None, live.is_locked}

    def _row(self, edit: Edit) -> Row:
        place, live = edit.place, self.shares.at(edit.place)
        was_locked = live is not None and live.is_locked
        is_locked = was_locked if edit.is_locked is None else edit.is_locked
        after = live.value if live is not None and edit.value is None else edit.value
        said = [] if is_locked == was_locked else ["now locked" if is_locked else "now unlocked"]
        said = ["new", *said] if live is None else said
        why = "; ".join([edit.why, *said])
        name, held = self.names[place.assignee], self.shares.by_place.get(place)
        return Row(held, place, name, self._depth(place), self.under[place], after, why, is_locked)

    def _depth(self, place: Place) -> int:
        depth, above = 0, self.under.get(place)
        while above is not None:
            depth, above = depth + 1, self.under.get(above)
        return depth

    def _place_new(self) -> None:
        """Put each new share under the nearest above it, and those below it under it."""
        new: dict[Window, list[Assignee]] = defaultdict(list)
        for edit in self.edits:
            if self.shares.at(edit.place) is None and edit.value is not None:
                new[edit.place.window].append(edit.place.assignee)
        for window, assignees in new.items():
            tree = tree_of(self.scope, window)
            there = {place.assignee: place for place in self.under if place.window == window}
            for assignee in sorted(assignees, key=lambda each: (len(list(tree.path(each))), each)):
                self._place(tree, there, Place(assignee, window))

    def _place(self, tree: TargetTree, there: dict[Assignee, Place], place: Place) -> None:
        above = next((there[each] for each in tree.path(place.assignee) if each in there), None)
        self.under[place] = above
        # Nobody stands below a person.
        if place.assignee.kind != "person":
            for other in there.values():
                if self.under[other] == above and place.assignee in tree.path(other.assignee):
                    self.under[other] = place
        there[place.assignee] = place

    def _moved(self, place: Place) -> Row:
        held, above = self.shares.by_place[place], self.under[place]
        name = "nobody" if above is None else self.names[above.assignee]
        why = f"stays as it is, now below {name}"
        return Row(held, place, self.names[place.assignee], self._depth(place), above, held.value, why, held.is_locked)

    def _note_parents(self, before: Mapping[Place, Place | None], after: Mapping[Place, int]) -> None:
        """Where a unit no longer leaves what it left to those below it."""
        values = {place: self.shares.by_place[place].value for place in before}
        was, now = _left(before, values), _left(self.under, {**values, **after})
        changed = [place for place in now if now[place] != was.get(place, 0)]
        changed.sort(key=lambda place: (-place.window.days, place.window.start, self.names[place.assignee], place))
        numbers = [left[place] for place in changed for left in (was, now) if place in left]
        organization, definition = directory.own_organization(self.scope), rules.definition(self.target.metric)
        style = style_of(organization, definition, self.scope.locale).trimmed(numbers)
        for place in changed[:NAMES_MAX]:
            left, where = now[place], f"{self.names[place.assignee]}, {place.window.start} to {place.window.last}"
            words = "unallocated" if left >= 0 else "over-allocated"
            then = f", where {style.number(was[place])} was unallocated" if place in was else ""
            self.notes.append(f"{where}: {style.number(abs(left))} {words}{then}")
        if len(changed) > NAMES_MAX:
            self.notes.append(f"and {len(changed) - NAMES_MAX} more whose shares below leave another remainder")


def _left(under: Mapping[Place, Place | None], values: Mapping[Place, int]) -> dict[Place, int]:
    """What each that has shares below it for the same window leaves of its value."""
    below: dict[Place, int] = defaultdict(int)
    for place, above in _pairs(under):
        below[above] += values[place]
    return {place: values[place] - given for place, given in below.items()}


def _pairs(under: Mapping[Place, Place | None]) -> Iterator[tuple[Place, Place]]:
    for place, above in under.items():
        if above is not None and above.window == place.window:
            yield place, above
