"""Assigning, changing and removing shares of a target; every change keeps what was before."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NoReturn

from paceline.domain.calendar import Window
from paceline.errors import Conflict, InvalidInput
from paceline.facts import clock, postings
from paceline.facts.postings import Posting
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import audit, reach
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.plan import find
from paceline.plan.actions.targets import check_value
from paceline.plan.chain import TargetTree, tree_of
from paceline.plan.models import AssigneeKind, Assignment, AssignmentValue, Origin, Target

_SHOWN = ("value", "is_locked", "origin", "parent_id", "is_deleted")


class AlreadyAssigned(Conflict):
    """The assignee has a share of this target for this window."""

    code = "already_assigned"


def assign(
    scope: Scope,
    target_id: int,
    assignee: Assignee,
    *,
    value: int,
    start_date: date | None = None,
    end_date: date | None = None,
    parent_id: int | None = None,
    is_locked: bool = False,
    reason: str = "",
) -> Assignment:
    """Give an assignee a share of the target, in its unit, for a window inside the target's (all of it by default).

    Without a parent the assignment goes under the nearest one above it in the target tree for the same window, and
    takes over from that one those that stand below itself. Raises InvalidInput, NotFound, AlreadyAssigned.
    """
    with writing(scope, None):
        target = find.target_to_plan(scope, target_id)
        find.check_assignee(scope, assignee)
        reach.check_plans(scope, [assignee])
        checks = Checks()
        window = _check_window(checks, target, start_date or target.start_date, end_date or target.end_date)
        check_value(checks, value, 0)
        said = checks.reason(reason)
        checks.done()
        held = _held(scope, target, assignee, window)
        if held is not None and not held.is_deleted:
            _refuse_twice(held)
        near = _Neighbours(scope, target, window, tree_of(scope, window))
        made = held or _new(scope, target, assignee, window)
        _give(made, value, is_locked=is_locked)
        made.parent = near.above(assignee) if parent_id is None else _check_parent(scope, made, parent_id)
        made.save()
        posted_at = clock.tick(scope)
        keep(scope, [made], posted_at, said)
        # Nobody stands below a person.
        below = near.below(made, assignee) if parent_id is None and assignee.kind != AssigneeKind.PERSON else []
        _put_under(scope, below, made.id)
        keep(scope, below, posted_at, f"now under assignment {made.id}")
        trail = audit.Trail(scope, "assign", said)
        trail.record("assignment", made.id, old=None, new=audit.values(made, *_SHOWN))
    return made


def assign_all(scope: Scope, target_id: int, shares: Mapping[Assignee, int], *, reason: str = "") -> list[Assignment]:
    """Give many assignees each a share for the target's whole window, as `assign` would one by one, or none of them.

    It is one posting. Raises InvalidInput, NotFound, AlreadyAssigned.
    """
    with writing(scope, None):
        target = find.target_to_plan(scope, target_id)
        find.check_assignees(scope, shares)
        reach.check_plans(scope, shares)
        checks = Checks()
        for value in shares.values():
            check_value(checks, value, 0)
        said = checks.reason(reason)
        checks.done()
        window = Window(target.start_date, target.end_date)
        made = _new_or_held(scope, target, shares, window)
        for each, value in zip(made, shares.values(), strict=True):
            _give(each, value, is_locked=False)
        near = _Neighbours(scope, target, window, tree_of(scope, window))
        for each in made:
            if each.pk is not None:
                each.save()
        Assignment.objects.bulk_create(each for each in made if each.pk is None)
        moved = near.take_in(made)
        _put_all_under(scope, [*made, *moved])
        posted_at = clock.tick(scope)
        keep(scope, made, posted_at, said)
        for each in moved:
            keep(scope, [each], posted_at, f"now under assignment {each.parent_id}")
        trail = audit.Trail(scope, "assign", said)
        trail.record_all(
            audit.difference("assignment", each.id, old=None, new=audit.values(each, *_SHOWN)) for each in made
        )
    return made


def _new(scope: Scope, target: Target, assignee: Assignee, window: Window) -> Assignment:
    return Assignment(
        org_id=scope.org_id,
        target=target,
        assignee_kind=assignee.kind,
        assignee_id=assignee.id,
        start_date=window.start,
        end_date=window.end,
    )


def _new_or_held(scope: Scope, target: Target, assignees: Iterable[Assignee], window: Window) -> list[Assignment]:
    """A share for each, the one that was taken away where there was one. Raises AlreadyAssigned."""
    own = Assignment.objects.filter(org_id=scope.org_id, target=target)
    rows = own.filter(start_date=window.start, end_date=window.end)
    held = {Assignee(row.assignee_kind, row.assignee_id): row for row in rows}
    for assignee in assignees:
        if assignee in held and not held[assignee].is_deleted:
            _refuse_twice(held[assignee])
    return [held.get(assignee) or _new(scope, target, assignee, window) for assignee in assignees]


def _refuse_twice(held: Assignment) -> NoReturn:
    raise AlreadyAssigned("this assignee has a share for this window: edit that one", assignment_id=held.id)


def _give(made: Assignment, value: int, *, is_locked: bool) -> None:
    made.value, made.is_locked, made.is_deleted, made.origin = value, is_locked, False, Origin.MANUAL.value


def edit_assignment(
    scope: Scope,
    assignment_id: int,
    *,
    value: int | None = None,
    is_locked: bool | None = None,
    reason: str = "",
) -> Assignment:
    """Change an assignment's value or lock; what is not given stays. Raises InvalidInput, NotFound."""
    with writing(scope, None):
        found = find.assignment(scope, assignment_id)
        reach.check_plans(scope, [Assignee(found.assignee_kind, found.assignee_id)])
        old = audit.values(found, *_SHOWN)
        checks = Checks()
        if value is not None:
            check_value(checks, value, 0)
            found.value, found.origin = value, Origin.MANUAL.value
        if is_locked is not None:
            found.is_locked = is_locked
        trail = audit.Trail(scope, "edit_assignment", checks.reason(reason))
        checks.done()
        if trail.record("assignment", found.id, old=old, new=audit.values(found, *_SHOWN)):
            found.save()
            keep(scope, [found], clock.tick(scope), trail.reason)
    return found


def remove_assignment(scope: Scope, assignment_id: int, *, reason: str = "") -> None:
    """Take a share away; those below it go under what is above it. Its history stays. Raises NotFound."""
    with writing(scope, None):
        found = find.assignment(scope, assignment_id)
        reach.check_plans(scope, [Assignee(found.assignee_kind, found.assignee_id)])
        old = audit.values(found, *_SHOWN)
        children = list(Assignment.objects.filter(org_id=scope.org_id, parent=found, is_deleted=False))
        checks = Checks()
        trail = audit.Trail(scope, "remove_assignment", checks.reason(reason))
        checks.done()
        found.is_deleted = True
        found.save()
        trail.record("assignment", found.id, old=old, new=audit.values(found, *_SHOWN))
        _put_under(scope, children, found.parent_id)
        posted_at = clock.tick(scope)
        keep(scope, [found], posted_at, trail.reason)
        keep(scope, children, posted_at, f"assignment {found.id} was removed")


def _put_under(scope: Scope, assignments: list[Assignment], parent_id: int | None) -> None:
    for each in assignments:
        each.parent_id = parent_id
    numbers = [each.id for each in assignments]
    Assignment.objects.filter(org_id=scope.org_id, id__in=numbers).update(parent_id=parent_id)


def _put_all_under(scope: Scope, assignments: Iterable[Assignment]) -> None:
    """Store under whom each stands: a statement for each parent, far quicker than one for all of them."""
    by_parent: dict[int | None, list[Assignment]] = {}
    for each in assignments:
        by_parent.setdefault(each.parent_id, []).append(each)
    for parent_id, below in by_parent.items():
        _put_under(scope, below, parent_id)


def keep(scope: Scope, assignments: list[Assignment], posted_at: datetime, reason: str) -> None:
    """Note what these assignments are from this posting on."""
    AssignmentValue.objects.bulk_create(
        AssignmentValue(
            org_id=scope.org_id,
            assignment=each,
            known_from=posted_at,
            value=each.value,
            parent_id=each.parent_id,
            origin=each.origin,
            is_locked=each.is_locked,
            is_deleted=each.is_deleted,
            actor=scope.actor,
            reason=reason,
        )
        for each in assignments
    )
    targets = frozenset(each.target_id for each in assignments)
    if targets:
        postings.announce(scope, Posting(posted_at, targets=targets))


class _Neighbours:
    """The assignments of a target for one window, and how they stand to each other in the tree."""

    def __init__(self, scope: Scope, target: Target, window: Window, tree: TargetTree) -> None:
        own = Assignment.objects.filter(org_id=scope.org_id, target=target, is_deleted=False)
        rows = own.filter(start_date=window.start, end_date=window.end)
        self.by_assignee = {Assignee(row.assignee_kind, row.assignee_id): row for row in rows}
        self.tree = tree

    def above(self, assignee: Assignee) -> Assignment | None:
        """The nearest assignment above."""
        found = (self.by_assignee.get(each) for each in self.tree.path(assignee))
        return next((each for each in found if each is not None), None)

    def below(self, made: Assignment, assignee: Assignee) -> list[Assignment]:
        """Those under the same parent that stand below the assignee."""
        return [
            row
            for other, row in self.by_assignee.items()
            if row.parent_id == made.parent_id and row.id != made.id and assignee in self.tree.path(other)
        ]

    def take_in(self, made: Iterable[Assignment]) -> list[Assignment]:
        """Put each in its place as if they came one by one; those that were there and are now under one of them."""
        held = {row.id: row.parent_id for row in self.by_assignee.values()}
        for each in made:
            assignee = Assignee(each.assignee_kind, each.assignee_id)
            each.parent = self.above(assignee)
            for row in self.below(each, assignee):
                row.parent = each
            self.by_assignee[assignee] = each
        return [row for row in self.by_assignee.values() if row.id in held and held[row.id] != row.parent_id]


def _held(scope: Scope, target: Target, assignee: Assignee, window: Window) -> Assignment | None:
    return Assignment.objects.filter(
        org_id=scope.org_id,
        target=target,
        assignee_kind=assignee.kind,
        assignee_id=assignee.id,
        start_date=window.start,
        end_date=window.end,
    ).first()


def _check_window(checks: Checks, target: Target, start_date: date, end_date: date) -> Window:
    whole = Window(target.start_date, target.end_date)
    if start_date >= end_date:
        checks.fault("end_date", f"{end_date} is not after {start_date}; the end is exclusive")
        return whole
    if start_date < whole.start or end_date > whole.end:
        checks.fault("start_date", f"the window is not inside the target's, {whole.start} up to {whole.end} exclusive")
    return Window(start_date, end_date)


def _check_parent(scope: Scope, made: Assignment, parent_id: int) -> Assignment:
    parent = find.assignment(scope, parent_id)
    above, seen = parent, {made.pk}
    if parent.target_id != made.target_id:
        raise InvalidInput.at("parent_id", "the parent is an assignment of another target")
    if made.start_date < parent.start_date or made.end_date > parent.end_date:
        whole = f"{parent.start_date} up to {parent.end_date} exclusive"
        raise InvalidInput.at("parent_id", f"the window is not inside the parent's, {whole}")
    while above is not None:
        if above.pk in seen:
            raise InvalidInput.at("parent_id", "an assignment cannot stand below itself")
        seen.add(above.pk)
        above = above.parent
    return parent
