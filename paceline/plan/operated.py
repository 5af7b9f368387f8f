"""What an operation did to each assignment, in the shape of the entries of the audit trail: it is one entry there."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from paceline.domain.access import Permission
from paceline.errors import NotFound
from paceline.facts.scope import Scope
from paceline.org import audit
from paceline.org.models import Change
from paceline.plan.models import Operation

_STATE = ("value", "parent_id", "origin", "is_locked", "is_deleted")
# Index: plan_assignment_once for those of the target, plan_assignment_value_once for what each was.
_ROWS: LiteralString = """
    SELECT a.id, a.assignee_kind, a.assignee_id, a.start_date, a.end_date, to_jsonb(b)::text, to_jsonb(v)::text
    FROM plan_assignment a
    JOIN plan_assignment_value v
        ON v.org_id = a.org_id AND v.assignment_id = a.id AND v.known_from = %(posted_at)s
    LEFT JOIN LATERAL (
        SELECT * FROM plan_assignment_value b
        WHERE b.org_id = a.org_id AND b.assignment_id = a.id AND b.known_from < %(posted_at)s
        ORDER BY b.known_from DESC LIMIT 1) b ON true
    WHERE a.org_id = %(org_id)s AND a.target_id = %(target_id)s AND a.id > %(after)s
    ORDER BY a.id LIMIT %(limit)s"""


def entries(scope: Scope, operation_id: int, after: int, limit: int) -> Sequence[dict[str, Any]]:
    """A page of the operation's assignments by their ids, those after that one, as mappings by `changes.FIELDS`.

    The id is that of the operation's own entry, while the trail has it. Raises NotAllowed, NotFound.
    """
    scope.needs(Permission.READ_AUDIT)
    found = Operation.objects.filter(org_id=scope.org_id, pk=operation_id).first()
    if found is None:
        raise NotFound("there is no such operation")
    own = Change.objects.filter(org_id=scope.org_id, kind="operation", object_id=operation_id).first()
    head = {
        "id": own.id if own else 0,
        "at": own.at if own else found.posted_at,
        "actor": found.actor,
        "origin": own.origin if own else "",
        "verb": found.kind,
        "kind": "assignment",
        "reason": found.reason,
    }
    given = {"target_id": found.target_id, "posted_at": found.posted_at, "after": after, "limit": limit}
    rows = scope.run(_ROWS, {"org_id": scope.org_id, **given})
    return [
        {**head, **_change(number, whose, old and json.loads(old), json.loads(new))}
        for number, *whose, old, new in rows
    ]


def _change(number: int, whose: Sequence[Any], old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    """Whose it is, told where it was made, and what differs."""
    before = None if old is None else {name: old[name] for name in _STATE}
    made = (
        dict(zip(("assignee_kind", "assignee_id", "start_date", "end_date"), whose, strict=True)) if old is None else {}
    )
    told = audit.difference("assignment", number, old=before, new={**made, **{name: new[name] for name in _STATE}})
    return {"object_id": number, "old": told and told["old"], "new": told and told["new"]}
