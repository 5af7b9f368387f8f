"""Who plays in the data plane's stories: people are numbers here, and an organization is its clock and its rules."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import psycopg

from paceline.domain.calendar import Window
from paceline.domain.metric import BUILT_IN, Definition
from paceline.domain.record import Module
from paceline.facts import clock, ingest, rulebook
from paceline.facts.ingest import Batch, Result
from paceline.facts.owners import OwnerKey
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee

EPOCH = date(2025, 1, 1)
# Rosa runs Sales; Tariq leads the Hunters, where Sam sells; Eve sells in Partners; Olga is in another organization.
ROSA, TARIQ, SAM, EVE, OLGA = 1, 2, 3, 4, 5
SALES, PARTNERS, HUNTERS = 10, 11, 20
ORGANIZATION = Assignee("organization", 0)
BUILT_IN_METRICS: dict[int, Definition] = {number: each.definition for number, each in enumerate(BUILT_IN, start=1)}
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


def known_as(*names: str) -> list[OwnerKey]:
    """What makes a person known by these names."""
    return [OwnerKey(3, "", name) for name in names]


def write(scope: Scope, module: Module, *records: dict[str, object], source: str = "crm") -> Result:
    """Write records that all give the same fields, as one batch."""
    fields = tuple(records[0])
    rows = [tuple(record[name] for name in fields) for record in records]
    return ingest.write(scope, Batch(module, source, fields, rows))


def won(external_id: str, owner: str, amount: int, day: int, **given) -> dict[str, object]:
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
