"""Changing what yields credit: the rules and the currency rates. Every change posts the differences it makes."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import LiteralString

from psycopg import sql

from paceline.domain.condition import leaves
from paceline.domain.kinds import Unit
from paceline.domain.metric import Definition
from paceline.domain.record import FIELDS, FieldType, Module
from paceline.errors import NotFound
from paceline.facts import clock, ledger
from paceline.facts.rules import Rules
from paceline.facts.scope import Scope
from paceline.facts.tables import TABLES

_READ: LiteralString = "SELECT rules::text FROM ledger_rules WHERE org_id = %(org_id)s"

# Days that were made from a time are made again; a day that the source gave as a day stays.
_REDATE: LiteralString = """UPDATE {table} SET {day} = ({at} AT TIME ZONE %(zone)s)::date
    WHERE org_id = %(org_id)s AND {at} IS NOT NULL AND {day} IS DISTINCT FROM ({at} AT TIME ZONE %(zone)s)::date"""

_SET_RATE: LiteralString = """
    INSERT INTO currency_rate (org_id, currency, from_day, rate, minor_rate)
    VALUES (%(org_id)s, %(currency)s, %(from_day)s, %(rate)s, %(minor_rate)s)
    ON CONFLICT (org_id, currency, from_day) DO UPDATE SET rate = excluded.rate, minor_rate = excluded.minor_rate"""
_DROP_RATE: LiteralString = (
    "DELETE FROM currency_rate WHERE org_id = %(org_id)s AND currency = %(currency)s AND from_day = %(from_day)s"
)
_DROP_RATES: LiteralString = "DELETE FROM currency_rate WHERE org_id = %(org_id)s"
_RATES: LiteralString = """SELECT currency, from_day, rate FROM currency_rate
    WHERE org_id = %(org_id)s ORDER BY currency, from_day"""


def change(scope: Scope, rules: Rules) -> None:
    """Make these the organization's rules and post what changes by it; the same rules again change nothing.

    With another reporting currency the entered rates, which led to the old one, are dropped.
    """
    clock.lock(scope)
    row = scope.run(_READ, {"org_id": scope.org_id}).fetchone()
    before = clock.rules(scope) if row is not None else None
    if before == rules:
        return
    clock.write_rules(scope, json.dumps(rules.write()))
    if before is not None and before.time_zone != rules.time_zone:
        _redate(scope, rules.time_zone)
    if before is not None and before.currency != rules.currency:
        scope.run(_DROP_RATES, {"org_id": scope.org_id})
    ledger.post_metrics(scope, rules, _moved(before, rules), clock.tick(scope))


def _moved(before: Rules | None, after: Rules) -> set[int]:
    new = dict(after.metrics)
    old = dict(before.metrics) if before is not None else {}
    if before is not None and (before.currency, before.time_zone, before.credit_owner) != (
        after.currency,
        after.time_zone,
        after.credit_owner,
    ):
        return set(old) | set(new)
    return {number for number in set(old) | set(new) if old.get(number) != new.get(number)}


def _redate(scope: Scope, zone: str) -> None:
    for module in Module:
        for each in FIELDS[module]:
            if each.type == FieldType.MOMENT:
                query = sql.SQL(_REDATE).format(
                    table=TABLES[module].identifier,
                    day=sql.Identifier(f"{each.name}_day"),
                    at=sql.Identifier(f"{each.name}_at"),
                )
                scope.run(query, {"org_id": scope.org_id, "zone": zone})


def set_rates(scope: Scope, rates: Mapping[tuple[str, date], tuple[Decimal, Decimal] | None]) -> None:
    """Enter rates, each by currency and first day as (rate, rate between minor units); None removes one."""
    clock.lock(scope)
    for (currency, from_day), rate in rates.items():
        values = {"org_id": scope.org_id, "currency": currency, "from_day": from_day}
        if rate is None:
            if scope.run(_DROP_RATE, values).rowcount == 0:
                raise NotFound(f"there is no rate for {currency} from {from_day}")
        else:
            scope.run(_SET_RATE, {**values, "rate": rate[0], "minor_rate": rate[1]})
    rules = clock.rules(scope)
    money = {number for number, definition in rules.metrics if _rests_on_rates(definition)}
    ledger.post_metrics(scope, rules, money, clock.tick(scope))


def _rests_on_rates(definition: Definition) -> bool:
    asked = (*leaves(definition.condition), *leaves(definition.leaves_when))
    return definition.unit == Unit.MONEY or any(each.field == "amount" for each in asked)


def rates(scope: Scope) -> list[tuple[str, date, Decimal]]:
    """The entered rates: currency, first day, and what one major unit is worth in the reporting currency."""
    return [(currency, day, rate) for currency, day, rate in scope.run(_RATES, {"org_id": scope.org_id})]
