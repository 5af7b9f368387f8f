"""An organization kept in plain Python: the same verbs as the data plane, and what every figure must be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.domain.rollup import Stay
from paceline.facts.owners import OwnerKey
from tests.oracle.figures import RecordKey, Snapshot
from tests.oracle.records import Record, settle, written
from tests.oracle.yields import Ground, Judgement, judge


@dataclass
class Book:
    """What is stored: nothing is kept in step, everything is worked out anew when it is asked for."""

    currency: str
    time_zone: str
    credit_owner: str
    metrics: dict[int, Definition] = field(default_factory=dict)
    records: dict[RecordKey, Record] = field(default_factory=dict)
    keys: dict[int, set[OwnerKey]] = field(default_factory=dict)
    stays: set[Stay] = field(default_factory=set)
    rates: dict[str, dict[date, Fraction]] = field(default_factory=dict)

    def write(self, module: Module, source: str, fields: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
        """The outcome of each row, one after the other."""
        outcomes: list[str] = []
        for row in rows:
            given = dict(zip(fields, row, strict=True))
            key = RecordKey(module, source, str(given["external_id"]))
            outcome, self.records[key] = written(
                module, self.records.get(key), given, self.currency, lambda word: self.owner(source, word)
            )
            outcomes.append(outcome)
        return outcomes

    def owner(self, source: str, word: str) -> int | None:
        """The one person known by the word: by the source's external id, else by e-mail, else by name."""
        for rank in (1, 2, 3):
            people = {
                person_id
                for person_id, keys in self.keys.items()
                for key in keys
                if key.rank == rank and _is_word(key, source, word)
            }
            if people:
                return people.pop() if len(people) == 1 else None
        return None

    def set_keys(self, keys: Mapping[int, Sequence[OwnerKey]]) -> int:
        """Let people be known by other words: how many records that waited for an owner have one now."""
        self.keys |= {person_id: set(owned) for person_id, owned in keys.items()}
        matched = 0
        for key, record in self.records.items():
            if record["owner_id"] is None and isinstance(record["owner"], str):
                record["owner_id"] = self.owner(key.source, record["owner"])
                matched += record["owner_id"] is not None
                settle(key.module, record)
        return matched

    def post(self, stays: Iterable[Stay], person_ids: Iterable[int] | None) -> None:
        """Make these the stays of these people, or of all."""
        people = {stay.person_id for stay in self.stays} if person_ids is None else set(person_ids)
        self.stays = {stay for stay in self.stays if stay.person_id not in people} | set(stays)

    def change(self, currency: str, time_zone: str, credit_owner: str, metrics: Mapping[int, Definition]) -> None:
        """Change what yields credit. Rates lead to one currency: with another they are gone."""
        if currency != self.currency:
            self.rates = {}
        self.currency, self.time_zone, self.credit_owner = currency, time_zone, credit_owner
        self.metrics = dict(metrics)

    def set_rate(self, currency: str, from_day: date, minor_rate: Fraction | None) -> None:
        """Enter a rate between minor units, or remove it."""
        if minor_rate is None:
            del self.rates[currency][from_day]
        else:
            self.rates.setdefault(currency, {})[from_day] = minor_rate

    def judge(self, key: RecordKey, definition: Definition) -> Judgement:
        """What the stored record yields for the metric."""
        return judge(self.records[key], definition, self._ground())

    def snapshot(self, known_at: datetime) -> Snapshot:
        """What every figure rests on now; it does not change any more."""
        credited = {
            metric_id: [
                (key, entry)
                for key in self.records
                if key.module == definition.module
                for entry in self.judge(key, definition).entries
            ]
            for metric_id, definition in self.metrics.items()
        }
        return Snapshot(known_at, dict(self.metrics), credited, frozenset(self.stays))

    def _ground(self) -> Ground:
        return Ground(self.currency, self.time_zone, self.credit_owner, self.rates)


def _is_word(key: OwnerKey, source: str, word: str) -> bool:
    """An external id is one source's, to the letter; capitals do not count in e-mails and names."""
    if key.rank == 1:
        return key.source == source and key.key.strip(" ") == word.strip(" ")
    return key.key.strip(" ").lower() == word.strip(" ").lower()
