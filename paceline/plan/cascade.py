"""Passing a value down the target tree: what everybody below would get, and why. Nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from paceline.domain.allocation import allocate
from paceline.domain.clash import Infeasible
from paceline.domain.reason import Ground, Reason
from paceline.domain.rebalance import rebalance
from paceline.domain.shares import Allocation, Child
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory
from paceline.org.checks import Checks
from paceline.plan import draft, rules
from paceline.plan.draft import Draft, Row, named
from paceline.plan.family import Family, family, refuse_unknown
from paceline.plan.models import OperationKind, Origin
from paceline.plan.options import CascadeOptions, read_cascade
from paceline.plan.shown import Style, style_of
from paceline.plan.standing import Place, Standing
from paceline.plan.weights import Weights, check_given, span_before, weights

_BY_HAND = frozenset({Origin.MANUAL.value, Origin.IMPORT.value})
_NO_HISTORY = frozenset({Ground.MEAN, Ground.NO_HISTORY})


def draft_cascade(scope: Scope, subject: Mapping[str, Any], options: Mapping[str, Any]) -> Draft:
    """What a cascade from an assignment would do. Raises InvalidInput, NotFound, CannotDivide."""
    return _drafted(scope, subject, options, OperationKind.CASCADE)


def draft_rebalance(scope: Scope, subject: Mapping[str, Any], options: Mapping[str, Any]) -> Draft:
    """The smallest change that makes all below an assignment add up again. Raises as `draft_cascade`."""
    return _drafted(scope, subject, options, OperationKind.REBALANCE)


def _drafted(scope: Scope, subject: Mapping[str, Any], options: Mapping[str, Any], kind: OperationKind) -> Draft:
    read = read_cascade(options)
    found = family(scope, subject["assignment_id"], read.children, date.fromisoformat(subject["today"]))
    refuse_unknown(found, read.named())
    _check_weights(found, read)
    weighed = weights(scope, found.target, read, read.history or span_before(found.window), list(found.inside()))
    style = style_of(directory.own_organization(scope), rules.definition(found.target.metric), scope.locale)
    walk = _Walk(found, read, weighed, style.trimmed([found.root.value, read.rounding]), kind)
    return walk.draft()


def _check_weights(found: Family, options: CascadeOptions) -> None:
    if options.weights:
        checks = Checks()
        for family_below in found.below.values():
            check_given(checks, options.weights, family_below, found.names)
        checks.done()


@dataclass
class _Walk:
    """Down the tree, parent by parent."""

    family: Family
    options: CascadeOptions
    weights: Weights | None
    style: Style
    kind: OperationKind
    rows: list[Row] = field(default_factory=list[Row])
    notes: list[str] = field(default_factory=list[str])
    gone: list[tuple[Assignee, Standing, int]] = field(default_factory=list[tuple[Assignee, Standing, int]])
    clashes: list[tuple[str, Infeasible]] = field(default_factory=list[tuple[str, Infeasible]])

    def draft(self) -> Draft:
        """All rows in the order of the tree."""
        root = self.family.root
        self.notes += self.family.notes
        if not self.family.below.get(root.place.assignee):
            self.notes.append(f"nobody takes part below {self._name(root.place.assignee)}")
        else:
            self._divide(root.place.assignee, root.value, 1)
        draft.refuse(self.clashes, self.style)
        self._note_grounds()
        self._leave()
        self.rows += self._taken_in()
        rows, unallocated = draft.with_unallocated(self.rows, self.family.shares, root)
        return Draft(self.kind, self.family.target, self.family.shares, rows, root.id, self.notes, unallocated)

    def _divide(self, parent: Assignee, value: int, level: int) -> None:
        """The rows of everyone below a parent of that value."""
        children = self.family.below.get(parent, ())
        if not self._takes_part(parent, children, level):
            return
        outside = self._outside(parent)
        kept = sum(each.value for each in outside)
        try:
            ground, divided = self._allocation(children, value, kept, level)
        except Infeasible as infeasible:
            self.clashes.append((self._name(parent), infeasible))
            return
        shares, above = {each.key: each for each in divided.shares}, self.family.place(parent)
        for child in children:
            share = shares[child]
            self.rows.append(self._row(child, above, share.value, share.reason, level))
            if self.options.levels is None or level < self.options.levels:
                self._divide(child, share.value, level + 1)
        self._note_parent(parent, outside, divided.unallocated, ground)
        self.gone += [(parent, each, level) for each in self.family.leftover(self.family.share(parent))]

    def _takes_part(self, parent: Assignee, children: Sequence[Assignee], level: int) -> bool:
        """A rebalance goes below nobody who has passed nothing on, unless they are new themselves."""
        if not children:
            return False
        if self.kind != OperationKind.REBALANCE or level == 1:
            return True
        return self.family.share(parent) is None or any(self.family.share(each) is not None for each in children)

    def _outside(self, parent: Assignee) -> list[Standing]:
        """The shares of the parent's children that take no part: they keep them, and leave the pool."""
        found = (self.family.share(each) for each in self.family.outside.get(parent, ()))
        return [each for each in found if each is not None]

    def _allocation(
        self, children: Sequence[Assignee], value: int, kept: int, level: int
    ) -> tuple[Ground, Allocation[Assignee]]:
        options = self.options
        ground, own = (Ground.EQUAL, {}) if self.weights is None else self.weights.of(children)
        given = [self._child(each, own.get(each)) for each in children]
        hedge = options.hedge(level)
        if kept:
            # What others keep is part of what is passed on, so the hedge is on it, too.
            value, hedge = value * (100 + hedge) // 100 - kept, type(hedge)(0)
        if self.kind == OperationKind.REBALANCE:
            return ground, rebalance(value, given, rounding=options.rounding, hedge_percent=hedge)
        method = options.method
        return ground, allocate(value, given, method, rounding=options.rounding, hedge_percent=hedge, ground=ground)

    def _child(self, assignee: Assignee, weight: Any) -> Child[Assignee]:
        options, held = self.options, self.family.share(assignee)
        return Child(
            assignee,
            self._name(assignee),
            weight=weight,
            locked=held.value if held is not None and held.is_locked else None,
            minimum=options.minimums.get(assignee),
            maximum=options.maximums.get(assignee),
            ramp=options.ramps.get(assignee, 1),
            given=options.values.get(assignee),
            present=None if held is None else held.value,
        )

    def _row(self, child: Assignee, above: Place, value: int, reason: Reason, level: int) -> Row:
        held, live = self.family.standing.get(child), self.family.share(child)
        warnings: list[str] = []
        if reason.ground in _NO_HISTORY:
            warnings.append("has no history")
        if live is not None and live.origin in _BY_HAND and live.value != value:
            warnings.append("replaces a value that was set by hand")
        return Row(
            held,
            self.family.place(child),
            self._name(child),
            level,
            above,
            value,
            partial(reason.words, self.style.number, self.style.point),
            is_locked=live is not None and live.is_locked,
            warnings=tuple(warnings),
        )

    def _note_parent(self, parent: Assignee, outside: Sequence[Standing], left: int, ground: Ground) -> None:
        if outside:
            said = named(sorted(self._told(each) for each in outside))
            self.notes.append(f"{self._name(parent)}: takes no part, and what is kept leaves the pool: {said}")
        if left and ground is not None:
            words = "remains unallocated" if left > 0 else "is given beyond it"
            self.notes.append(f"{self._name(parent)}: {self.style.number(abs(left))} {words}")

    def _leave(self) -> None:
        """What becomes of the shares of those who no longer stand below, and are nowhere else among the rows."""
        told = {row.place for row in self.rows}
        verdict = "so taken away" if self.kind == OperationKind.REBALANCE else "and left as they are"
        by_parent: dict[Assignee, list[str]] = {}
        for parent, held, level in self.gone:
            if held.place not in told:
                by_parent.setdefault(parent, []).append(self._told(held))
                if self.kind == OperationKind.REBALANCE:
                    self._remove(held, level, told)
        for parent, said in by_parent.items():
            self.notes.append(f"no longer below {self._name(parent)}, {verdict}: {named(sorted(said))}")

    def _remove(self, held: Standing, level: int, told: set[Place]) -> None:
        """Take a share away, with all that was passed on from it."""
        if held.place in told:
            return
        name, above = self._name(held.place.assignee), self.family.shares.parent_place(held)
        row = Row(held, held.place, name, level, above, None, "no longer below", is_locked=held.is_locked)
        self.rows.append(row)
        told.add(held.place)
        for each in self.family.under.get(held.id, ()):
            self._remove(each, level + 1, told)

    def _taken_in(self) -> list[Row]:
        """The shares that stood under a parent and now have a new one between: they stay as they are, below that."""
        told = {row.place for row in self.rows}
        made = {
            row.place.assignee: row for row in self.rows if row.before is None and row.place.assignee.kind != "person"
        }
        if not made:
            return []
        rows: list[Row] = []
        for each in self.family.shares.live():
            above = self.family.shares.parent_place(each)
            if each.place in told or above is None or each.id == self.family.root.id:
                continue
            nearest = next((made[unit] for unit in self.family.tree.path(each.place.assignee) if unit in made), None)
            if nearest is not None and self._is_between(nearest, above):
                why = f"stays as it is, now below {nearest.name}"
                name = self._name(each.place.assignee)
                held = Row(each, each.place, name, nearest.depth + 1, nearest.place, each.value, why, each.is_locked)
                rows.append(held)
        return rows

    def _is_between(self, made: Row, above: Place) -> bool:
        return above.assignee in self.family.tree.path(made.place.assignee)

    def _note_grounds(self) -> None:
        without = [row.name for row in self.rows if "has no history" in row.warnings]
        if without:
            self.notes.append(f"without history, {len(without)}: {named(sorted(without))}")

    def _told(self, each: Standing) -> str:
        return f"{self._name(each.place.assignee)} ({self.style.number(each.value)})"

    def _name(self, assignee: Assignee) -> str:
        return self.family.names[assignee]
