"""Writing what was drafted: every assignment, what it was, the audit trail and the operation, in a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, LiteralString, NamedTuple

from paceline.facts import clock, postings
from paceline.facts.postings import Posting
from paceline.facts.scope import Scope
from paceline.org import audit, reach
from paceline.plan.draft import Draft, Row
from paceline.plan.models import Operation, OperationKind, Origin
from paceline.plan.standing import Place, Standing

_NUMBERS: LiteralString = """
    SELECT string_agg(nextval((SELECT pg_get_serial_sequence('plan_assignment', 'id')::regclass))::text, ' ')
    FROM generate_series(1, %(count)s)"""

# All in one, so that the rows travel once. Index: plan_assignment_pkey.
_WRITE: LiteralString = """
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(
            %(is_new)s::boolean[], %(id)s::bigint[], %(kind)s::text[], %(of)s::bigint[], %(start)s::date[],
            %(after)s::date[], %(value)s::bigint[], %(parent_id)s::bigint[], %(origin)s::text[],
            %(is_locked)s::boolean[], %(is_deleted)s::boolean[])
        AS g (is_new, id, kind, of, start, after, value, parent_id, origin, is_locked, is_deleted)),
    added AS (
        INSERT INTO plan_assignment (org_id, target_id, id, assignee_kind, assignee_id, start_date, end_date,
                                     value, parent_id, origin, is_locked, is_deleted)
        SELECT %(org_id)s, %(target_id)s, id, kind, of, start, after, value, parent_id, origin, is_locked, is_deleted
        FROM given WHERE is_new),
    changed AS (
        UPDATE plan_assignment a
        SET value = g.value, parent_id = g.parent_id, origin = g.origin, is_locked = g.is_locked,
            is_deleted = g.is_deleted
        FROM given g WHERE NOT g.is_new AND a.org_id = %(org_id)s AND a.id = g.id)
    INSERT INTO plan_assignment_value (org_id, known_from, actor, reason, assignment_id,
                                       value, parent_id, origin, is_locked, is_deleted)
    SELECT %(org_id)s, %(posted_at)s, %(actor)s, %(reason)s, id, value, parent_id, origin, is_locked, is_deleted
    FROM given"""
# So many changes travel in one statement.
PART_ROWS = 10_000

_ORIGINS = {
    OperationKind.BULK: Origin.MANUAL,
    OperationKind.CASCADE: Origin.CASCADE,
    OperationKind.COPY: Origin.MANUAL,
    OperationKind.IMPORT: Origin.IMPORT,
    OperationKind.PERIODS: Origin.PERIODS,
    OperationKind.REBALANCE: Origin.CASCADE,
}


class State(NamedTuple):
    """What an assignment is: all of it that can change."""

    value: int
    parent_id: int | None
    origin: str
    is_locked: bool
    is_deleted: bool


class Change(NamedTuple):
    """One assignment from one state to another; `old` is None for one that was never there."""

    id: int
    place: Place
    old: State | None
    new: State


def write(scope: Scope, draft: Draft, options: Mapping[str, Any], reason: str) -> Operation | None:
    """Make the draft true, as one operation; None where nothing differs. The lock is held."""
    ids = {place: each.id for place, each in draft.shares.by_place.items()}
    new = [row.place for row in draft.rows if row.held is None]
    if new:
        ((numbers,),) = scope.run(_NUMBERS, {"count": len(new)})
        ids.update(zip(new, map(int, numbers.split()), strict=True))
    origin = _ORIGINS[draft.kind].value
    changes = (change for row in draft.rows if (change := _change(row, ids, origin)) is not None)
    return post(scope, draft, changes, options, reason)


def post(
    scope: Scope, draft: Draft, changes: Iterable[Change], options: Mapping[str, Any], reason: str
) -> Operation | None:
    """Store these changes of the draft's target with one stamp, on record and announced. The lock is held.

    None where there are none. Raises NotAllowed, maybe after a part of them: the transaction is to end with it.
    """
    waiting, count = iter(changes), 0
    part = list(islice(waiting, PART_ROWS))
    if not part:
        return None
    posted_at = clock.tick(scope)
    given = {"org_id": scope.org_id, "target_id": draft.target.id, "actor": scope.actor, "reason": reason}
    # The database writes one part while the next is made ready.
    with scope.connection.pipeline():
        while part:
            check_may(scope, part)
            scope.run(_WRITE, {**given, "posted_at": posted_at, **_columns(part)})
            count += len(part)
            part = list(islice(waiting, PART_ROWS))
    postings.announce(scope, Posting(posted_at, targets=frozenset({draft.target.id})))
    operation = _noted(scope, draft, posted_at, options, reason)
    # What it changed is on record in plan_assignment_value, row by row: see docs/decisions/operations-are-one-entry.md.
    entry = {"target_id": draft.target.id, "root_id": draft.root_id, "assignments": count}
    audit.Trail(scope, draft.kind.value, reason).record("operation", operation.id, old=None, new=entry)
    return operation


def check_may(scope: Scope, changes: Iterable[Change]) -> None:
    """Raises NotAllowed unless the actor may make these; one that only stands under another now is no change of its."""
    reach.check_plans(scope, {each.place.assignee for each in changes if _is_own(each)})


def _is_own(change: Change) -> bool:
    return change.old is None or change.old._replace(parent_id=change.new.parent_id) != change.new


def state_of(standing: Standing) -> State:
    """What an assignment is now."""
    return State(standing.value, standing.parent_id, standing.origin, standing.is_locked, standing.is_deleted)


def _change(row: Row, ids: Mapping[Place, int], origin: str) -> Change | None:
    """What a row changes; None if nothing. A value that stays keeps where it came from."""
    held = row.held
    parent_id = None if row.parent is None else ids[row.parent]
    if held is None:
        made = State(row.after or 0, parent_id, row.origin or origin, row.is_locked, False)  # noqa: FBT003
        return Change(ids[row.place], row.place, None, made)
    old = state_of(held)
    if row.after is None:
        new = old._replace(is_deleted=True)
    else:
        is_same = row.after == held.value and not held.is_deleted
        new = State(row.after, parent_id, held.origin if is_same else row.origin or origin, row.is_locked, False)  # noqa: FBT003
    return None if new == old else Change(held.id, row.place, old, new)


def _columns(changes: Sequence[Change]) -> dict[str, str]:
    # Few windows are shared by many.
    days = {window: (str(window.start), str(window.end)) for window in {each.place.window for each in changes}}
    known = [(each.old is None, each.id, *each.place.assignee, *days[each.place.window], *each.new) for each in changes]
    names = ("is_new", "id", "kind", "of", "start", "after", *State._fields)
    return {name: _array(values) for name, values in zip(names, zip(*known, strict=True), strict=True)}


def _array(values: Iterable[object]) -> str:
    """A database array of numbers, days, truths and words of our own; the driver takes ten times as long for a list."""
    return f"{{{','.join(map(str, values)).replace('None', 'NULL')}}}"


def _noted(scope: Scope, draft: Draft, posted_at: datetime, options: Mapping[str, Any], reason: str) -> Operation:
    return Operation.objects.create(
        org_id=scope.org_id,
        kind=draft.kind.value,
        target_id=draft.target.id,
        root_id=draft.root_id,
        options=dict(options),
        posted_at=posted_at,
        actor=scope.actor,
        reason=reason,
    )
