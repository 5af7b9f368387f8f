"""What was read of the control plane, kept for as long as nothing of it changes.

Every change of an organization's settings, people, units, metrics, targets and assignments adds to its trail, in the
same transaction and under its lock. So what was read beside the trail's last number is exactly what would be read again
while that number is the last one. A scope that knows the number, read in the same snapshot, may therefore take what is
kept; any other scope reads.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from threading import Lock
from typing import Any, LiteralString, TypeVar

from paceline.errors import NotFound
from paceline.facts.scope import Scope

Thing = TypeVar("Thing")

# The weight of a thing is how many rows it was made of: some tens of megabytes of them.
WEIGHT_MAX = 150_000

# Every posting moves the clock, and every other change is in the trail. Index: org_change_last.
_STATE: LiteralString = """
    SELECT c.posted_at, (SELECT max(id) FROM org_change WHERE org_id = %(org_id)s), o.time_zone
    FROM ledger_clock c JOIN org_organization o ON o.id = c.org_id WHERE c.org_id = %(org_id)s"""


def knowing(scope: Scope) -> tuple[Scope, str]:
    """The scope of a snapshot, which then knows its last posting and its last change; and the organization's time zone.

    Raises NotFound.
    """
    row = scope.run(_STATE, {"org_id": scope.org_id}, hot=True).fetchone()
    if row is None:
        raise NotFound("there is no such organization")
    posted_at, last, zone = row
    return replace(scope, change_id=last, posted_at=posted_at), zone


class Kept:
    """Things by organization, change and name; the longest unused go first."""

    def __init__(self) -> None:
        self._things: OrderedDict[tuple[Hashable, ...], tuple[Any, int]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(
        self,
        scope: Scope,
        name: Hashable,
        make: Callable[[], Thing],
        weigh: Callable[[Thing], int] = lambda _thing: 1,
    ) -> Thing:
        """The thing as it was made at the scope's last change, made now if it is not kept. Nobody may alter it."""
        if scope.change_id is None:
            return make()
        key = (scope.org_id, scope.change_id, name)
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key][0]
        made = make()
        self._add(key, made, weigh(made))
        return made

    def _add(self, key: tuple[Hashable, ...], thing: object, weight: int) -> None:
        with self._lock:
            if key in self._things or weight > WEIGHT_MAX:
                return
            self._things[key] = thing, weight
            self._weight += weight
            while self._weight > WEIGHT_MAX:
                _, (_, gone) = self._things.popitem(last=False)
                self._weight -= gone


kept = Kept()
