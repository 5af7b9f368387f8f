"""The two clocks of a question, and the settings that it is answered by: those of then."""

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from paceline.domain import pace
from paceline.domain.calendar import DAY_MIN
from paceline.domain.kinds import Direction
from paceline.errors import InvalidInput
from paceline.facts import clock
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.calendar import today as today_of
from paceline.org.models import Organization
from paceline.plan import former
from paceline.plan.models import Metric


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks of a question: days up to `as_of`, as it all stood at `known_at` (None for now).

    Without an `as_of` it is `today`, the day on which it is asked; without that, the day it is now, or the day of
    `known_at`: the question as it could be asked then.
    """

    as_of: date | None = None
    known_at: datetime | None = None
    today: date | None = None


NOW = Clocks()


class Moment:
    """When and as of when a question is asked, with the organization as it was set then.

    `known_at` is what to read at (None for all there is), `stamp` names what is read, `until` is the first day that is
    not over.
    """

    def __init__(self, scope: Scope, clocks: Clocks, now: datetime) -> None:
        """Raises InvalidInput for a clock that is in the future."""
        self.scope = scope
        self.known_at, self.stamp = _stamps(scope, clocks.known_at, now)
        self.organization = self._organization()
        # Without a day of its own the question is asked as on the day of then.
        as_then = clocks.as_of is None and clocks.known_at is not None
        by_clock = today_of(self.organization, min(now, clocks.known_at or now) if as_then else now)
        self.today = clocks.today or by_clock
        self.as_of = clocks.as_of or self.today
        if self.today > today_of(self.organization, now):
            raise InvalidInput.at("today", f"{self.today} has not come yet")
        try:
            self.until = pace.over_until(clocks.as_of, self.today)
        except ValueError as error:
            raise InvalidInput.at("as_of", str(error)) from None

    def then(self, kind: str, object_id: int) -> dict[str, Any]:
        """Those settings of a thing that were other ones then."""
        return former.settings_at(self.scope, kind, object_id, self.known_at)

    def direction_of(self, metric: Metric) -> Direction:
        """Which way the metric was better then."""
        return Direction(self.then("metric", metric.id).get("direction", metric.direction))

    def _organization(self) -> Organization:
        found = copy(directory.own_organization(self.scope))
        for name, value in self.then("organization", found.id).items():
            setattr(found, name, value)
        return found


def _stamps(scope: Scope, asked: datetime | None, now: datetime) -> tuple[datetime | None, datetime]:
    """The stamp to read at (None for all there is), and the one that names what is read.

    A time after the last posting reads all there is: what is being posted meanwhile may yet be stamped before it.
    """
    last = clock.known_now(scope)
    if asked is None:
        return None, last
    if asked.date() < DAY_MIN:
        raise InvalidInput.at("known_at", f"{asked} is before {DAY_MIN}")
    if asked > max(now, last):
        raise InvalidInput.at("known_at", f"{asked} is in the future")
    return (None, last) if asked >= last else (asked, asked)
