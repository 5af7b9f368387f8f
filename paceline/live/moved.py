"""From what was posted to the assignments whose figures it moved."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import orjson
from django.db.models import Q, QuerySet

from paceline.facts import clock, postings, rollup
from paceline.facts.postings import Posting
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.plan.models import AssigneeKind, Assignment, TargetStatus

# Beyond this many a watcher reads everything anew, which is cheaper for both.
ASSIGNMENTS_MAX = 1_000


@dataclass(frozen=True)
class Moved:
    """What moved up to a stamp: these assignments, or `everything`."""

    posted_at: datetime
    assignments: Mapping[int, Assignee] = field(default_factory=dict[int, Assignee])
    everything: bool = False

    @property
    def assignment_ids(self) -> tuple[int, ...]:
        """The ids in order."""
        return tuple(sorted(self.assignments))

    @cached_property
    def event(self) -> bytes:
        """What streams send of it: encoded once for all who hear the same."""
        data = {"assignment_ids": self.assignment_ids, "everything": self.everything, "known_at": self.posted_at}
        return event("progress", self.posted_at, data)

    def seen_by(self, seen: frozenset[Assignee] | None) -> "Moved":
        """What of it somebody hears of who sees the figures of these; None sees all."""
        if seen is None:
            return self
        heard = {number: each for number, each in self.assignments.items() if each in seen}
        return replace(self, assignments=heard)

    @property
    def is_nothing(self) -> bool:
        """Whether no figure of anybody moved."""
        return not self.everything and not self.assignments


def event(name: str, stamp: datetime, data: dict[str, object]) -> bytes:
    """A server-sent event, whose id is a posting's stamp."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (stamp.isoformat().encode(), name.encode(), orjson.dumps(data))


def moved_since(scope: Scope, after: datetime | None) -> Moved:
    """What moved after that stamp; nothing without one, and everything where that is no longer known."""
    last = clock.known_now(scope)
    if after is None or after >= last:
        return Moved(last)
    found = postings.since(scope, after)
    oldest = postings.oldest(scope)
    if found is None or oldest is None or after < oldest:
        return Moved(last, everything=True)
    assignments: dict[int, Assignee] = {}
    for posting in found:
        if posting.metrics is None and posting.targets is None:
            return Moved(last, everything=True)
        rows = _touched(scope, posting).values_list("id", "assignee_kind", "assignee_id")[: ASSIGNMENTS_MAX + 1]
        assignments.update((number, Assignee(kind, of)) for number, kind, of in rows)
        if len(assignments) > ASSIGNMENTS_MAX:
            return Moved(last, everything=True)
    return Moved(last, assignments)


def _touched(scope: Scope, posting: Posting) -> QuerySet[Assignment]:
    """The assignments of active targets that a posting touches; those of changed targets also where just removed."""
    own = Assignment.objects.filter(org_id=scope.org_id, target__status=TargetStatus.ACTIVE.value)
    if posting.targets is not None:
        return own.filter(target_id__in=posting.targets)
    # A level's change stands from its day on. A flow's window that starts later is told too: reading it is as cheap.
    live = own.filter(is_deleted=False, target__measured_by__in=posting.metrics or (), end_date__gt=posting.first_day)
    return live if posting.people is None else live.filter(_above(scope, posting.people))


def _above(scope: Scope, people: frozenset[int]) -> Q:
    """Whose figures rest on these people: their own, those of every unit they ever were in, the organization's."""
    units = rollup.units_of(scope, people)
    who = Q(assignee_kind=AssigneeKind.ORGANIZATION.value)
    who |= Q(assignee_kind=AssigneeKind.PERSON.value, assignee_id__in=people)
    for kind in (AssigneeKind.DEPARTMENT.value, AssigneeKind.TEAM.value):
        who |= Q(assignee_kind=kind, assignee_id__in=[number for each, number in units if each == kind])
    return who
