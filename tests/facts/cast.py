"""Who plays in the data plane's stories: people are numbers here, and an organization is its clock and its rules."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import psycopg

from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER, Window
from paceline.domain.kinds import Kind
from paceline.domain.metric import BUILT_IN, Definition
from paceline.domain.record import Module
from paceline.domain.rollup import Stay
from paceline.facts import clock, ingest, owners, rollup, rulebook, sums
from paceline.facts.ingest import Batch, Result
from paceline.facts.owners import OwnerKey
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.scope import Scope
from paceline.facts.sums import Asked, Assignee

EPOCH = date(2025, 1, 1)
# Rosa runs Sales; Tariq leads the Hunters, where Sam sells; Eve sells in Partners; Olga is in another organization.
ROSA, TARIQ, SAM, EVE, OLGA = 1, 2, 3, 4, 5
NAMES = {ROSA: "Rosa", TARIQ: "Tariq", SAM: "Sam", EVE: "Eve", OLGA: "Olga"}
SALES, PARTNERS, HUNTERS = 10, 11, 20
ORGANIZATION = Assignee("organization", 0)
ASSIGNEES = {
    ORGANIZATION: "Acme",
    Assignee("department", SALES): "Sales",
    Assignee("department", PARTNERS): "Partners",
    Assignee("team", HUNTERS): "Hunters",
    **{Assignee("person", number): NAMES[number] for number in (ROSA, TARIQ, SAM, EVE)},
}
BUILT_IN_METRICS: dict[int, Definition] = {number: each.definition for number, each in enumerate(BUILT_IN, start=1)}
METRIC_KEYS: dict[int, str] = {number: each.key for number, each in enumerate(BUILT_IN, start=1)}
REVENUE, DEAL_COUNT, PIPELINE, LEADS, QUALIFIED, TASKS, CALLS, MEETINGS = BUILT_IN_METRICS

_org_ids: Iterator[int] = count(1)


def on(number: int) -> date:
    """The day so many days after the epoch."""
    return EPOCH + timedelta(days=number)


def at(number: int, hour: int = 12) -> datetime:
    """An hour of that day in UTC."""
    return datetime(EPOCH.year, EPOCH.month, EPOCH.day, hour, tzinfo=UTC) + timedelta(days=number)


def days(start: int, end: int) -> Window:
    """The window from one day after the epoch up to and without another."""
    return Window(on(start), on(end))


def rules(metrics: dict[int, Definition] | None = None, **settings) -> Rules:
    """Euros, days of Berlin, credit for whoever owns the record now, and the built-in metrics."""
    made = Rules("EUR", 2, "Europe/Berlin", CreditOwner.CURRENT, tuple((metrics or BUILT_IN_METRICS).items()))
    return replace(made, **settings)


def open_organization(connection: psycopg.Connection, given: Rules | None = None) -> Scope:
    """A new organization with nothing but its rules."""
    scope = Scope(next(_org_ids), connection, "rosa")
    clock.open_clock(scope)
    rulebook.change(scope, given or rules())
    return scope


def found_acme(connection: psycopg.Connection, given: Rules | None = None) -> Scope:
    """Acme, whose people are known by name, e-mail and an id of the source crm, and sit where they always sat."""
    scope = open_organization(connection, given)
    owners.set_keys(
        scope,
        {
            number: [
                OwnerKey(1, "crm", f"E-{number}"),
                OwnerKey(2, "", f"{name.lower()}@acme.example"),
                OwnerKey(3, "", name),
            ]
            for number, name in NAMES.items()
            if number != OLGA
        },
    )
    rollup.post(scope, always_in(SALES, ROSA, TARIQ, SAM, EVE) | always_in(PARTNERS, EVE), None)
    rollup.post(scope, rollup.standing(scope) | always_in(HUNTERS, TARIQ, SAM), None)
    return scope


def always_in(unit: int, *people: int) -> set[Stay]:
    """Stays without a first or last day."""
    return {stay(unit, number) for number in people}


def stay(unit: int, person_id: int, start: int | None = None, end: int | None = None) -> Stay:
    """A person's days in a unit, from one day after the epoch up to and without another."""
    kind = "team" if unit == HUNTERS else "department"
    first = DAY_ALWAYS if start is None else on(start)
    return Stay(kind, unit, person_id, first, DAY_NEVER if end is None else on(end))


def figures(scope: Scope, metric_id: int, window: Window, known_at: datetime | None = None) -> dict[str, int]:
    """What stands behind everyone who has something, by name."""
    definition = clock.rules(scope).definition(metric_id)
    read = sums.level if definition and definition.kind == Kind.LEVEL else sums.flow
    found = read(scope, metric_id, [window], Asked(ASSIGNEES), known_at)
    return {name: value for each, name in ASSIGNEES.items() if (value := found.get((0, each), 0))}


def ledger_of(scope: Scope) -> list[tuple[str, str, int, int]]:
    """What the ledger holds in sum: metric, person, day after the epoch, value."""
    query = """SELECT metric_id, person_id, day, sum(value)::bigint FROM credit WHERE org_id = %s
        GROUP BY metric_id, person_id, day HAVING sum(value) <> 0 ORDER BY metric_id, day, person_id"""
    rows = scope.connection.execute(query, [scope.org_id])
    return [
        (METRIC_KEYS.get(metric_id, str(metric_id)), NAMES[person_id], (day - EPOCH).days, value)
        for metric_id, person_id, day, value in rows
    ]


def known_as(*names: str) -> list[OwnerKey]:
    """What makes a person known by these names."""
    return [OwnerKey(3, "", name) for name in names]


def write(scope: Scope, module: Module, *records: Mapping[str, object], source: str = "crm") -> Result:
    """Write records as one batch, of the fields that any of them gives; who does not give one leaves it blank."""
    fields = tuple({name: None for record in records for name in record})
    rows = [tuple(record.get(name) for name in fields) for record in records]
    return ingest.write(scope, Batch(module, source, fields, rows))


def won(external_id: str, owner: str | None, amount: int, day: int, **given) -> dict[str, object]:
    """A deal won on that day after the epoch, made ten days before."""
    return {
        "external_id": external_id,
        "owner": owner,
        "amount": amount,
        "status": "won",
        "created": on(day - 10),
        "closed": on(day),
        **given,
    }
