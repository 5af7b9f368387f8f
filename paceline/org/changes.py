"""Reading the audit trail back: who changed what, when, from where, from what to what, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.org.models import Change

FIELDS = ("id", "at", "actor", "origin", "verb", "kind", "object_id", "old", "new", "reason")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: of a kind of thing, of one thing, by one actor, made in a span of time (half-open)."""

    kind: str | None = None
    object_id: int | None = None
    actor: str | None = None
    from_time: datetime | None = None
    to_time: datetime | None = None


_ASKED = {
    "kind": "kind",
    "object_id": "object_id",
    "actor": "actor__iexact",
    "from_time": "at__gte",
    "to_time": "at__lt",
}


def entries(scope: Scope, asked: Asked, before: int, limit: int) -> Sequence[dict[str, Any]]:
    """A page of the trail as mappings by FIELDS, the newest first: those before that entry, from the last if it is 0.

    Raises NotAllowed.
    """
    scope.needs(Permission.READ_AUDIT)
    own: QuerySet[Change] = Change.objects.filter(org_id=scope.org_id).order_by("-id")
    own = own.filter(**{where: given for name, where in _ASKED.items() if (given := getattr(asked, name)) is not None})
    own = own.filter(id__lt=before) if before else own
    return list(own.values(*FIELDS)[:limit])
