"""What a record yields for a metric, or why it yields nothing, in plain Python and fractions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from tests.oracle.conditions import holds
from tests.oracle.records import Record, local_day

MOMENTS = {"created", "closed", "qualified", "completed"}
AMOUNT_MAX = 10**15
WHOLE_NUMBER_MAX = 10**15 - 1
Rates = Mapping[str, Mapping[date, Fraction]]


class Entry(NamedTuple):
    """One credit: whom, on which day, for how much."""

    person_id: int
    day: date
    value: int


@dataclass(frozen=True)
class Ground:
    """What credit rests on besides the record: settings, and the rates between minor units."""

    currency: str
    time_zone: str
    credit_owner: str
    rates: Rates


@dataclass(frozen=True)
class Judgement:
    """Whether every rule holds, the credits, and why a record that should count is held out."""

    counts: bool
    entries: tuple[Entry, ...] = ()
    uncounted: str | None = None
    person_id: int | None = None
    day: date | None = None
    value: int | None = None


def judge(record: Record, definition: Definition, ground: Ground) -> Judgement:
    """What the record yields for the metric."""

    def value_of(name: str) -> object:
        return field_value(record, name, ground)

    amount = record.get("amount")
    compared = _converted(amount if isinstance(amount, int) else None, record, ground) if "currency" in record else None
    if record["deleted"] or not holds(definition.condition, value_of, compared):
        return Judgement(counts=False)
    person_id = _credited(record, ground)
    day = _day(value_of(definition.dated_by))
    left = definition.kind == Kind.LEVEL and holds(definition.leaves_when, value_of, compared)
    leaving_day = _day(value_of(definition.leaves_by or "")) if left else None
    raw = _raw(value_of, definition)
    value = raw if definition.unit == Unit.COUNT else _converted(raw, record, ground)
    if person_id is None:
        return Judgement(counts=False, uncounted="no_owner")
    if day is None or (left and leaving_day is None):
        return Judgement(counts=False, uncounted="no_day")
    if raw is None or value is None:
        return Judgement(counts=False, uncounted="no_value" if raw is None else "no_rate")
    if leaving_day is not None and leaving_day <= day:
        return Judgement(counts=False)
    entries = [Entry(person_id, day, value)] if value else []
    if value and leaving_day is not None:
        entries.append(Entry(person_id, leaving_day, -value))
    return Judgement(True, tuple(entries), None, person_id, day, value)


def field_value(record: Record, name: str, ground: Ground) -> object:
    """The value of a field for comparing; of a moment, its day."""
    if name.startswith("custom."):
        custom = record["custom"]
        assert isinstance(custom, Mapping)
        return custom.get(name.removeprefix("custom."))
    value = record[name]
    return local_day(value, ground.time_zone) if name in MOMENTS else value


def _credited(record: Record, ground: Ground) -> int | None:
    names = ("close_owner_id", "owner_id") if ground.credit_owner == "at_close" else ("owner_id",)
    people = [person_id for name in names if isinstance(person_id := record[name], int)]
    return people[0] if people else None


def _day(value: object) -> date | None:
    """A day, also one that a custom field writes as 2025-01-31, between 1900 and 2199."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _raw(value_of, definition: Definition) -> int | None:
    if definition.value_by is None:
        return 1
    value = value_of(definition.value_by)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return None
    custom = definition.value_by.startswith("custom.")
    return None if custom and abs(value) > WHOLE_NUMBER_MAX else int(value)


def _converted(raw: int | None, record: Record, ground: Ground) -> int | None:
    currency = str(record["currency"])
    if raw is None or currency == ground.currency:
        return raw
    day = local_day(record["created" if record["status"] == "open" else "closed"], ground.time_zone)
    entered = ground.rates.get(currency, {})
    in_force = [from_day for from_day in entered if day is not None and from_day <= day]
    if not in_force:
        return None
    exact = raw * entered[max(in_force)]
    # Half away from zero.
    rounded = int(abs(exact) + Fraction(1, 2)) * (-1 if exact < 0 else 1)
    return rounded if abs(rounded) <= AMOUNT_MAX else None
