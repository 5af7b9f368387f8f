"""What every verb leaves behind: who changed what, from what to what, and why."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import LiteralString

from django.core.serializers.json import DjangoJSONEncoder

from paceline.facts import tenancy
from paceline.facts.scope import Scope

Values = Mapping[str, object]

# One JSON text holds all the changes: it is far quicker to write and to read than an array of many.
_ADD: LiteralString = """
    INSERT INTO org_change (org_id, at, actor, origin, verb, reason, kind, object_id, old, new)
    SELECT %(org_id)s, now(), %(actor)s, %(origin)s, %(verb)s, %(reason)s, kind, object_id, old, new
    FROM jsonb_to_recordset(%(differences)s::jsonb)
        AS given (kind text, object_id bigint, old jsonb, new jsonb)"""
# Index: org_change_at. The newest stays: by its number is known whether anything changed. A day goes as a whole.
_FORGET: LiteralString = """
    DELETE FROM org_change c USING org_organization o WHERE o.id = %(org_id)s AND c.org_id = o.id AND o.audit_days > 0
    AND c.at < date_trunc('day', now()) - make_interval(days => o.audit_days)
    AND c.id < (SELECT max(id) FROM org_change WHERE org_id = %(org_id)s)"""


@dataclass(frozen=True, slots=True)
class Trail:
    """What one verb does to any number of things, for one reason."""

    scope: Scope
    verb: str
    reason: str = ""

    def record(self, kind: str, object_id: int, *, old: Values | None, new: Values | None) -> bool:
        """Add the change of one thing; whether anything differs."""
        return self.record_all([difference(kind, object_id, old=old, new=new)]) > 0

    def record_all(self, differences: Iterable[Values | None]) -> int:
        """Add the changes of many things in one statement; how many differ."""
        found = [each for each in differences if each is not None]
        if found:
            self.scope.run(
                _ADD,
                {
                    "org_id": self.scope.org_id,
                    "actor": self.scope.actor,
                    "origin": self.scope.origin,
                    "verb": self.verb,
                    "reason": self.reason,
                    "differences": json.dumps(found, cls=DjangoJSONEncoder),
                },
            )
        return len(found)


def forget(scope: Scope) -> int:
    """Forget the entries that are older than the organization keeps them, which is an entry itself; how many."""
    with tenancy.unscoped(scope.connection):
        gone = scope.run(_FORGET, {"org_id": scope.org_id}).rowcount
    if gone:
        Trail(scope, "forget_changes").record("organization", scope.org_id, old={"entries": gone}, new={"entries": 0})
    return gone


def difference(kind: str, object_id: int, *, old: Values | None, new: Values | None) -> Values | None:
    """How one thing differs, in the fields that do; None if in none. `old` is None for a thing just made."""
    before, after = old or {}, new or {}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if old is not None and new is not None and not names:
        return None
    return {
        "kind": kind,
        "object_id": object_id,
        "old": None if old is None else {name: before.get(name) for name in names},
        "new": None if new is None else {name: after.get(name) for name in names},
    }


def values(thing: object, *names: str) -> dict[str, object]:
    """These fields of a thing, for a difference."""
    return {name: getattr(thing, name) for name in names}
