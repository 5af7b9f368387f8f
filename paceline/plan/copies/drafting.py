"""What copying a target would make: the target, and everybody's shares of it with what they come from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Any

from paceline.domain.calendar import Window
from paceline.domain.growth import Node, Series, grown, rounded, spread
from paceline.errors import Conflict, InvalidInput
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory
from paceline.plan import draft, find, rules
from paceline.plan.actions.targets import VALUE_MAX
from paceline.plan.copies.options import CopyOptions, read_copy
from paceline.plan.copies.staying import Staying, staying
from paceline.plan.copies.windows import Group, Mapped, mapped
from paceline.plan.draft import Draft, Row, named
from paceline.plan.find import ORGANIZATION
from paceline.plan.models import OperationKind, Origin, Target
from paceline.plan.sheets.columns import heading
from paceline.plan.shown import Style, style_of
from paceline.plan.standing import Place, Shares, Standing, shares_of


def made_of(target: Target, options: CopyOptions) -> Target:
    """The copy, not stored. Raises Conflict for a retired metric, InvalidInput for a value that is too large."""
    if target.metric.is_retired:
        raise Conflict(f"the metric {target.metric.key!r} is retired: no new target can rest on it")
    value = max(rounded(target.value * options.growth), 1)
    if value > VALUE_MAX:
        raise InvalidInput.at("growth", "makes the value too large")
    return Target(
        org_id=target.org_id,
        name=options.name,
        description=target.description,
        metric=target.metric,
        measured_by=target.measured_by,
        filter=target.filter,
        value=value,
        period=target.period,
        start_date=options.window.start,
        end_date=options.window.end,
        pace_by=target.pace_by,
        status=options.status,
    )


def draft_copy(scope: Scope, subject: Mapping[str, Any], options: Mapping[str, Any]) -> Draft:
    """A copy of a target with its shares. Raises InvalidInput, NotFound, Conflict."""
    target = find.target(scope, subject["target_id"])
    read = read_copy(target, options)
    shares = shares_of(scope, target.id)
    old = Window(target.start_date, target.end_date)
    own = _own(shares, old)
    organization = directory.own_organization(scope)
    today = date.fromisoformat(subject["today"])
    stay = staying(scope, shares, [each[0] for each in own.values()], old, read.window, today)
    windows = mapped(organization, old, read.window, {each.place.window for each in shares.live()})
    style = style_of(organization, rules.definition(target.metric), scope.locale)
    style = style.trimmed([*(each.value for each in shares.live()), made_of(target, read).value])
    return _Copy(target, made_of(target, read), read, shares, own, stay, windows, style).draft()


def _own(shares: Shares, old: Window) -> dict[Assignee, list[Standing]]:
    """Everybody's shares, the widest first."""
    found: dict[Assignee, list[Standing]] = {}
    for each in sorted(shares.live(), key=lambda each: (each.place.window != old, -each.place.window.days, each.place)):
        found.setdefault(each.place.assignee, []).append(each)
    return found


@dataclass
class _Copy:
    """The new values, place by place, then the rows down the tree."""

    target: Target
    made: Target
    options: CopyOptions
    shares: Shares
    own: Mapping[Assignee, Sequence[Standing]]
    stay: Staying
    windows: Mapped
    style: Style
    values: dict[Place, int] = field(default_factory=dict[Place, int])
    notes: list[str] = field(default_factory=list[str])

    def draft(self) -> Draft:
        old = Window(self.target.start_date, self.target.end_date)
        new, growth = self.options.window, self.options.growth
        value = self.style.amount(self.made.value)
        self.notes.append(f"makes the target {self.made.name}: {value} for {heading(new)}, as {self.made.status}")
        whole = [each for each in self.shares.live() if each.place.window == old]
        for assignee, share in grown([self._node(each) for each in whole], growth).items():
            self.values[Place(assignee, old)] = share
        for group in self.windows.groups:
            self._spread(group)
        rows = list(self._rows())
        self._tell()
        made, _ = draft.with_unallocated(rows, Shares([]), None)
        left = next((row.unallocated for row in made if row.place == Place(ORGANIZATION, new)), None)
        return Draft(OperationKind.COPY, self.made, Shares([]), made, None, self.notes, left)

    def _node(self, each: Standing) -> Node[Assignee]:
        assignee = each.place.assignee
        return Node(assignee, self._name(assignee), each.value, self._above(each))

    def _above(self, each: Standing) -> Assignee | None:
        """Under whom a share stands for the same window."""
        above = self.shares.parent_place(each)
        return above.assignee if above is not None and above.window == each.place.window else None

    def _spread(self, group: Group) -> None:
        """The periods of everybody who has any, out of the new value of what they lie in."""
        rows: list[Series[Assignee]] = []
        for assignee in self.own:
            found = [self.shares.at(Place(assignee, window)) for window in group.windows]
            held = [each for each in found if each is not None]
            if held:
                cells = [None if each is None else each.value for each in found]
                total = self._total(assignee, group.container, sum(each.value for each in held))
                rows.append(Series(assignee, self._name(assignee), total, cells, self._above(held[0])))
        there = {row.key for row in rows}
        rows = [row if row.parent in there else Series(row.key, row.name, row.total, row.cells) for row in rows]
        for assignee, cells in spread(rows, len(group.windows)).items():
            for window, value in zip(group.windows, cells, strict=True):
                self.values[Place(assignee, window)] = value

    def _total(self, assignee: Assignee, container: Window, held: int) -> int:
        """What somebody's periods add up to: all of the new value, if they did so before, else in proportion."""
        above = self.shares.at(Place(assignee, container))
        if above is None or above.value == 0:
            return rounded(held * self.options.growth)
        now = self.values[above.place]
        return now if held == above.value else rounded(Fraction(held * now, above.value))

    def _rows(self) -> Iterator[Row]:
        """Each share that goes along, with the one above it in front."""
        there = {
            each.place
            for each in self.shares.live()
            if each.place.window in self.windows.new and each.place.assignee not in self.stay.out
        }
        above = {place: self._new_above(place, there) for place in there}
        below: dict[Place | None, list[Place]] = {}
        for place in sorted(
            there, key=lambda place: (-place.window.days, place.window, self._name(place.assignee), place)
        ):
            below.setdefault(above[place], []).append(place)
        waiting = [(place, 0) for place in below.get(None, [])[::-1]]
        while waiting:
            place, depth = waiting.pop()
            yield self._row(place, above[place], depth)
            waiting += [(each, depth + 1) for each in below.get(place, [])[::-1]]

    def _new_above(self, place: Place, there: set[Place]) -> Place | None:
        """The share above, the same as before for whoever stays, else the nearest in the tree."""
        before = self.shares.parent_place(self.shares.by_place[place])
        if place.assignee not in self.stay.along and (before is None or before in there):
            return before
        path = (Place(each, place.window) for each in self.stay.tree.path(place.assignee))
        return next((each for each in path if each in there), None)

    def _row(self, place: Place, above: Place | None, depth: int) -> Row:
        old, value = self.shares.by_place[place], self.values[place]
        exact = old.value * self.options.growth
        factor = self.options.growth
        way = "" if value == exact else ", rounded up" if value > exact else ", rounded down"
        why = f"{self.style.number(old.value)} x {_decimal(factor)}{way}"
        moved = self.stay.along.get(place.assignee)
        return Row(
            None,
            self._new(place),
            self._name(place.assignee),
            depth,
            None if above is None else self._new(above),
            value,
            f"{why}; {moved}" if moved else why,
            origin="" if place.window == Window(self.target.start_date, self.target.end_date) else Origin.PERIODS.value,
        )

    def _new(self, place: Place) -> Place:
        return Place(place.assignee, self.windows.new[place.window])

    def _tell(self) -> None:
        """What becomes of each who does not stay, and what is not copied."""
        for assignee, why in sorted(self.stay.out.items(), key=lambda item: self._name(item[0])):
            widest = self.own[assignee][0]
            above = self.shares.parent_place(widest)
            value = self.style.number(self.values.get(widest.place, rounded(widest.value * self.options.growth)))
            left = f"{value} stays unallocated under {self._name(above.assignee)}" if above else f"{value} is left out"
            self.notes.append(f"{self._name(assignee)} {why}: no share, {left}")
        for assignee, why in sorted(self.stay.along.items(), key=lambda item: self._name(item[0])):
            self.notes.append(f"{self._name(assignee)} {why}: the share moves along")
        if self.windows.without:
            said = named(map(heading, self.windows.without))
            self.notes.append(f"the new window has no such periods, so not copied: {said}; generate them anew")
        locked = [each for each in self.shares.live() if each.is_locked]
        if locked:
            said = named(sorted({self._name(each.place.assignee) for each in locked}))
            self.notes.append(f"locks are not copied, {len(locked)}: {said}")

    def _name(self, assignee: Assignee) -> str:
        return self.stay.names[assignee]


def _decimal(factor: Fraction) -> str:
    """A factor as people write it."""
    with localcontext() as context:
        context.traps[Inexact] = True
        try:
            return f"{Decimal(factor.numerator) / factor.denominator:f}"
        except Inexact:
            return str(factor)
