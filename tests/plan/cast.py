"""Who plays in this room's stories: the organization's cast, its targets and deals, and how a report is told."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from paceline.domain.record import Module
from paceline.facts import clock, ingest
from paceline.facts.ingest import Batch, Result
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.plan.find import ORGANIZATION
from paceline.plan.progress import NOW, Clocks, Report
from tests.org.cast import EPOCH, Cast, changes, on
from tests.org.conftest import make_cast
from tests.replays import played

__all__ = ["EPOCH", "ORGANIZATION", "Cast", "changes", "on"]

# The first quarter after the epoch has 90 days; at noon of the 45th, 45 are over.
QUARTER_DAYS = 90


def at(day: int, hour: int = 12) -> datetime:
    """An hour of the day so many days after the epoch, in UTC. In Berlin it is an hour later."""
    return datetime.combine(on(day), datetime.min.time(), UTC) + timedelta(hours=hour)


NOON = at(45)


def hired(connection: psycopg.Connection) -> Cast:
    """The cast, both organizations with the built-in metrics."""
    return played(connection, _hire, Cast.elsewhere)


def _hire(connection: psycopg.Connection) -> Cast:
    from paceline.plan import rules
    from paceline.plan.actions.metrics import install_built_in

    cast = make_cast(connection)
    for scope in (cast.scope, cast.abroad):
        install_built_in(scope)
        rules.post(scope)
    return cast


def department(number: int) -> Assignee:
    return Assignee("department", number)


def team(number: int) -> Assignee:
    return Assignee("team", number)


def person(number: int) -> Assignee:
    return Assignee("person", number)


def everybody(cast: Cast) -> dict[str, Assignee]:
    """Everyone that can be assigned to, by name."""
    return {
        "Acme": ORGANIZATION,
        "Sales": department(cast.sales),
        "Field": department(cast.field),
        "Partners": department(cast.partners),
        "Hunters": team(cast.hunters),
        "Rosa": person(cast.rosa),
        "Tariq": person(cast.tariq),
        "Sam": person(cast.sam),
        "Eve": person(cast.eve),
    }


def write(scope: Scope, module: Module, records: Iterable[dict[str, object]], source: str = "crm") -> Result:
    """Records that all give the same fields, as one batch."""
    given = list(records)
    fields = tuple(given[0])
    return ingest.write(scope, Batch(module, source, fields, [tuple(each[name] for name in fields) for each in given]))


def won(scope: Scope, external_id: str, owner: str | None, day: int, amount: int | None, **fields: object) -> None:
    """A deal that was made ten days before it was won; the amount in cents."""
    deal = {
        "external_id": external_id,
        "owner": owner,
        "status": "won",
        "created": on(day - 10),
        "closed": on(day),
        "amount": amount,
        **fields,
    }
    write(scope, Module.DEALS, [deal])


def opened(scope: Scope, external_id: str, owner: str, day: int, amount: int, **fields: object) -> None:
    """An open deal."""
    deal = {
        "external_id": external_id,
        "owner": owner,
        "status": "open",
        "created": on(day),
        "closed": None,
        "amount": amount,
        **fields,
    }
    write(scope, Module.DEALS, [deal])


def quarter(scope: Scope, metric: str = "revenue", value: int = 900_00, **fields: Any) -> int:
    """A target over the first 90 days after the epoch; its id."""
    from paceline.plan.actions.targets import create_target

    given = {"name": metric, "period": "quarterly", "start_date": EPOCH, **fields}
    return create_target(scope, metric=metric, value=value, **given).id


def give(scope: Scope, target_id: int, assignee: Assignee, value: int, **fields: Any) -> int:
    """An assignment; its id. `days` is its window in days after the epoch."""
    from paceline.plan.actions.assignments import assign

    if "days" in fields:
        first, after = fields.pop("days")
        fields |= {"start_date": on(first), "end_date": on(after)}
    return assign(scope, target_id, assignee, value=value, **fields).id


def asked(scope: Scope, target_id: int, now: datetime = NOON, clocks: Clocks = NOW) -> Report:
    """The report of a target."""
    from paceline.plan import find, progress

    return progress.report(scope, find.target(scope, target_id), now, clocks)


def told(report: Report) -> list[dict[str, Any]]:
    """A report as programs and as people get it, but for its stamp: whatever differs, differs here."""
    from paceline.plan import shown

    return [{**shown.flat(report, row), "known_at": None, "words": shown.words(report, row)} for row in report.rows]


def brief(report: Report) -> dict[str, str]:
    """By name: current of target, what is expected, and the status."""
    return {
        row.assignment.name: f"{row.progress.current} of {row.progress.target},"
        f" {row.progress.expected} expected, {row.progress.status}"
        for row in report.rows
    }


def currents(report: Report) -> dict[str, int]:
    """Everybody's current value by name."""
    return {row.assignment.name: row.progress.current for row in report.rows}


def stamp(scope: Scope) -> datetime:
    """The time of the last posting."""
    return clock.known_now(scope)


def faults(error: Any) -> list[tuple[str, str]]:
    """What a refused input is told."""
    return [(each.where, each.message) for each in error.value.faults]
