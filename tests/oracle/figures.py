"""The figures that credits and stays give: what sums, records and days must answer, added up one by one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from paceline.domain.calendar import Window
from paceline.domain.kinds import Kind
from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.domain.rollup import Stay
from paceline.facts.sums import Assignee
from tests.oracle.yields import Entry


class RecordKey(NamedTuple):
    """By what a record is known."""

    module: Module
    source: str
    external_id: str


class Behind(NamedTuple):
    """One record's part in a figure."""

    source: str
    external_id: str
    person_id: int
    day: date
    value: int


@dataclass(frozen=True)
class Snapshot:
    """All that figures rest on, as it stood at a stamp."""

    known_at: datetime
    metrics: dict[int, Definition]
    credits: dict[int, list[tuple[RecordKey, Entry]]]
    stays: frozenset[Stay]

    def figure(self, metric_id: int, window: Window, assignee: Assignee) -> int:
        """The value of the metric in the window for the assignee."""
        return sum(entry.value for _, entry in self._counted(metric_id, window, assignee))

    def records(self, metric_id: int, window: Window, assignee: Assignee) -> list[Behind]:
        """The records that the figure adds up, each with the last day it counts for."""
        found: dict[tuple[str, str, int], list[Entry]] = defaultdict(list)
        for key, entry in self._counted(metric_id, window, assignee):
            found[key.source, key.external_id, entry.person_id].append(entry)
        return sorted(
            Behind(source, external_id, person_id, max(each.day for each in entries), total)
            for (source, external_id, person_id), entries in found.items()
            if (total := sum(each.value for each in entries))
        )

    def days(self, metric_id: int, window: Window, assignee: Assignee) -> dict[date, int]:
        """What a flow gained on each day, days without left out; what of a level stood on each day."""
        if self._kind(metric_id) == Kind.LEVEL:
            return {day: self.figure(metric_id, _until(day), assignee) for day in window}
        gained: dict[date, int] = defaultdict(int)
        for _, entry in self._counted(metric_id, window, assignee):
            gained[entry.day] += entry.value
        return {day: value for day, value in gained.items() if value}

    def _kind(self, metric_id: int) -> Kind:
        return self.metrics[metric_id].kind

    def _counted(self, metric_id: int, window: Window, assignee: Assignee) -> Iterator[tuple[RecordKey, Entry]]:
        for key, entry in self.credits.get(metric_id, ()):
            if self._kind(metric_id) == Kind.LEVEL:
                if entry.day < window.end and self._is_in(assignee, entry.person_id, window.last):
                    yield key, entry
            elif entry.day in window and self._is_in(assignee, entry.person_id, entry.day):
                yield key, entry

    def _is_in(self, assignee: Assignee, person_id: int, day: date) -> bool:
        if assignee.kind in {"organization", "person"}:
            return assignee.kind == "organization" or assignee.id == person_id
        return any(
            stay.from_day <= day < stay.to_day
            for stay in self._stays_of(person_id)
            if (stay.unit_kind, stay.unit_id) == assignee
        )

    def _stays_of(self, person_id: int) -> Iterable[Stay]:
        return (stay for stay in self.stays if stay.person_id == person_id)


def _until(day: date) -> Window:
    return Window(day, day + timedelta(days=1))
