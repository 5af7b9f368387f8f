"""Records that a program sends: checked one by one, the good ones written, each row told what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import orjson

from paceline.crm.rows import Checked, check_row
from paceline.crm.values import Defaults, storable
from paceline.domain.access import Permission
from paceline.domain.record import Module
from paceline.domain.rejection import Rejected
from paceline.errors import Fault, InvalidInput
from paceline.facts import clock, ingest
from paceline.facts.ingest import Batch, Result
from paceline.facts.scope import Scope

# What is kept of a refused row, to find it by.
CONTENT_CHARACTERS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one row: created, changed, unchanged, stale or rejected, with the faults."""

    external_id: str | None
    outcome: str
    faults: Sequence[Fault] = ()


@dataclass(slots=True)
class _Run:
    """Good rows that give the same fields, with their places in what was sent."""

    fields: tuple[str, ...]
    places: list[int] = field(default_factory=list[int])
    rows: list[Checked] = field(default_factory=list[Checked])


def receive(scope: Scope, module: Module, source: str, sent: Sequence[Sequence[object]]) -> list[Received]:
    """Write the rows of a source, in the order of those who sent them: for each what became of it.

    All in the caller's transaction. Raises NotAllowed. A refused row is known by its place among what its sender sent.
    """
    scope.needs(Permission.CHANGE_RECORDS)
    rows = [(line, row) for each in sent for line, row in enumerate(each, 1)]
    rules = clock.rules(scope)
    defaults = Defaults(rules.currency, ZoneInfo(rules.time_zone))
    told: list[Received | None] = [None] * len(rows)
    good: list[tuple[int, Checked]] = []
    refused: list[Rejected] = []
    for place, (line, given) in enumerate(rows):
        try:
            good.append((place, _checked(module, given, defaults)))
        except InvalidInput as error:
            told[place] = Received(_known_by(given), "rejected", error.faults)
            refused.append(_rejected(line, given, error))
    for number, run in enumerate(_runs(good) or [_Run(("external_id",))]):
        result = ingest.write(scope, _batch(module, source, run, refused if number == 0 else ()), rules)
        _tell(told, run, result)
    return [each for each in told if each is not None]


def _checked(module: Module, given: object, defaults: Defaults) -> Checked:
    if not isinstance(given, Mapping):
        raise InvalidInput.at("record", "write an object of fields and values")
    return check_row(module, given, defaults)


def _runs(good: Sequence[tuple[int, Checked]]) -> list[_Run]:
    """The rows by the fields that they give. A record that comes with other fields again is in a later run."""
    last: dict[object, tuple[int, tuple[str, ...]]] = {}
    runs: dict[tuple[int, tuple[str, ...]], _Run] = {}
    for place, row in good:
        fields = tuple(row)
        turn, before = last.get(row["external_id"], (0, fields))
        turn += before != fields
        last[row["external_id"]] = turn, fields
        run = runs.setdefault((turn, fields), _Run(fields))
        run.places.append(place)
        run.rows.append(row)
    return [runs[key] for key in sorted(runs, key=lambda each: each[0])]


def _batch(module: Module, source: str, run: _Run, refused: Sequence[Rejected]) -> Batch:
    return Batch(module, source, run.fields, [tuple(row.values()) for row in run.rows], None, refused)


def _tell(told: list[Received | None], run: _Run, result: Result) -> None:
    for place, row, outcome in zip(run.places, run.rows, result.outcomes, strict=True):
        told[place] = Received(str(row["external_id"]), outcome)


def _known_by(given: object) -> str | None:
    name = given.get("external_id") if isinstance(given, Mapping) else None
    return name if isinstance(name, str) else None


def _rejected(line: int, given: object, error: InvalidInput) -> Rejected:
    first = error.faults[0]
    content = orjson.dumps(given).decode()
    return Rejected(line, first.where, str(error), storable(content, CONTENT_CHARACTERS_MAX))
