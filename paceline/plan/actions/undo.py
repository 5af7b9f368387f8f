"""Taking back the last operation on a plan: every value as it was before, and what was made taken away."""

from collections.abc import Sequence
from typing import LiteralString

from paceline.errors import Conflict, InvalidInput, NotFound
from paceline.facts.scope import Scope
from paceline.org import reach
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.plan import find, operations
from paceline.plan.actions.targets import edit_target
from paceline.plan.draft import Draft, named
from paceline.plan.held import names_of
from paceline.plan.models import Operation, OperationKind, TargetStatus
from paceline.plan.operations import Change, State, state_of
from paceline.plan.standing import Shares, Standing, shares_of

# Index: plan_assignment_once for those of the target, plan_assignment_value_once for what each was.
_KEPT: LiteralString = """
    SELECT v.assignment_id, v.value, v.parent_id, v.origin, v.is_locked, v.is_deleted
    FROM plan_assignment a CROSS JOIN LATERAL (
        SELECT * FROM plan_assignment_value v
        WHERE v.org_id = a.org_id AND v.assignment_id = a.id AND v.known_from {until} %(posted_at)s
        ORDER BY v.known_from DESC LIMIT 1) v
    WHERE a.org_id = %(org_id)s AND a.target_id = %(target_id)s"""
_MADE: LiteralString = _KEPT.replace("{until}", "=")
_BEFORE: LiteralString = _KEPT.replace("{until}", "<")


class ChangedSinceOperation(Conflict):
    """Some of what an operation did was changed since, so that it cannot be taken back; `changed` names them."""

    code = "changed_since_operation"


def undo_last(
    scope: Scope, *, target_id: int | None = None, assignment_id: int | None = None, reason: str = ""
) -> Operation:
    """Take back the last operation on a target, or the last one that began at an assignment; the operation that did.

    Those before it can be taken back next, one by one. Raises NotFound, InvalidInput, ChangedSinceOperation.
    """
    with writing(scope, None):
        reach.check_plans(scope)
        if (target_id is None) == (assignment_id is None):
            raise InvalidInput.at("target_id", "give a target or an assignment")
        last = _last(scope, target_id, assignment_id)
        checks = Checks()
        said = checks.reason(reason)
        checks.done()
        shares = shares_of(scope, last.target_id)
        made, before = _kept(scope, _MADE, last), _kept(scope, _BEFORE, last)
        changes = [_back(shares.by_id[number], before.get(number)) for number in made]
        _check_untouched(scope, shares, made, changes)
        draft = Draft(OperationKind.UNDO, find.target(scope, last.target_id), shares, (), last.root_id)
        undone = operations.post(scope, draft, changes, {"undid": last.id}, said or f"undo: {last.reason}"[:500])
        if undone is None:
            raise Conflict("the operation changed nothing")
        # Compare and set: the lock is held, so this finds it as it was read.
        Operation.objects.filter(org_id=scope.org_id, pk=last.pk, undone_by__isnull=True).update(undone_by=undone)
        if last.kind == OperationKind.COPY.value:
            # The target was made for these shares, and one that had any is never deleted.
            edit_target(scope, last.target_id, status=TargetStatus.ARCHIVED.value, reason=undone.reason)
    return undone


def _last(scope: Scope, target_id: int | None, assignment_id: int | None) -> Operation:
    own = Operation.objects.filter(org_id=scope.org_id, undone_by__isnull=True).exclude(kind=OperationKind.UNDO.value)
    if target_id is not None:
        own = own.filter(target_id=find.target(scope, target_id).id)
    else:
        own = own.filter(root_id=find.target_of_assignment(scope, assignment_id or 0) and assignment_id)
    found = own.order_by("-id").first()
    if found is None:
        raise NotFound("there is nothing to undo")
    return found


def _kept(scope: Scope, query: LiteralString, last: Operation) -> dict[int, State]:
    values = {"org_id": scope.org_id, "target_id": last.target_id, "posted_at": last.posted_at}
    return {number: State(*rest) for number, *rest in scope.run(query, values)}


def _back(held: Standing, before: State | None) -> Change:
    """The change that brings an assignment back; one that was not there before is taken away."""
    now = state_of(held)
    return Change(held.id, held.place, now, now._replace(is_deleted=True) if before is None else before)


def _check_untouched(scope: Scope, shares: Shares, made: dict[int, State], changes: Sequence[Change]) -> None:
    """Raises ChangedSinceOperation for shares that are other ones now, or under which others were put since."""
    touched = [shares.by_id[number] for number, state in made.items() if state_of(shares.by_id[number]) != state]
    gone = {each.id for each in changes if each.new.is_deleted}
    orphans = [each for each in shares.live() if each.parent_id in gone and each.id not in made]
    if touched or orphans:
        names = names_of(scope)
        said = sorted(names[each.place.assignee] for each in (*touched, *orphans))
        raise ChangedSinceOperation(
            f"changed since, so it cannot be undone: {named(said)}",
            changed=[{"assignment_id": each.id, "name": names[each.place.assignee]} for each in (*touched, *orphans)][
                :20
            ],
        )
