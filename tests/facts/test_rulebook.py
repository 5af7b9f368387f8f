"""What yields credit changes: every change posts what it makes of the records that are there."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pytest

from paceline.domain.condition import ALWAYS, Comparison, Operator
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.errors import NotFound
from paceline.facts import clock, ledger, rulebook, totals
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.scope import Scope
from tests.facts.cast import (
    BUILT_IN_METRICS,
    PIPELINE,
    REVENUE,
    days,
    figures,
    found_acme,
    ledger_of,
    on,
    rules,
    won,
    write,
)

YEAR = days(0, 365)
OWN = 9
BIG = Comparison("amount", Operator.AT_LEAST, 100)
BIG_DEALS = Definition(Module.DEALS, Unit.COUNT, Kind.FLOW, BIG, "created")
# How much of the pipeline is there: a flow until it can go out.
MADE = Definition(Module.DEALS, Unit.MONEY, Kind.FLOW, ALWAYS, "created", "amount")
STANDING = replace(MADE, kind=Kind.LEVEL, leaves_by="closed", leaves_when=Comparison("status", Operator.EQUALS, "won"))


def own(definition: Definition) -> Rules:
    """The rules with a metric of Acme's own."""
    return rules({**BUILT_IN_METRICS, OWN: definition})


def is_in_step(scope: Scope) -> bool:
    """Whether nothing is left to post."""
    held = clock.rules(scope)
    levels = held.levels([number for number, _ in held.metrics])
    return not [*ledger.differences(scope, held), *totals.differences(scope, levels)]


def test_a_new_metric_is_filled_from_the_stored_records(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 100, 20), won("D2", "Sam", 99, 20), won("D3", "Eve", 500, 21))
    rulebook.change(scope, own(BIG_DEALS))
    assert figures(scope, OWN, YEAR) == {"Acme": 2, "Sales": 2, "Partners": 1, "Hunters": 1, "Sam": 1, "Eve": 1}


def test_an_edited_metric_counts_anew_and_a_removed_one_counts_nothing(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 100, 20), won("D2", "Eve", 500, 20))
    rulebook.change(scope, own(BIG_DEALS))
    rulebook.change(scope, own(replace(BIG_DEALS, condition=Comparison("amount", Operator.GREATER, 100))))
    assert figures(scope, OWN, YEAR) == {"Acme": 1, "Sales": 1, "Partners": 1, "Eve": 1}
    rulebook.change(scope, rules())
    assert figures(scope, OWN, YEAR) == {}
    assert is_in_step(scope)


def test_a_metric_may_turn_to_other_records(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 100, 20))
    write(scope, Module.LEADS, {"external_id": "L1", "owner": "Eve", "created": on(3)})
    rulebook.change(scope, own(BIG_DEALS))
    rulebook.change(scope, own(Definition(Module.LEADS, Unit.COUNT, Kind.FLOW, ALWAYS, "created")))
    assert figures(scope, OWN, YEAR) == {"Acme": 1, "Sales": 1, "Partners": 1, "Eve": 1}
    assert is_in_step(scope)


def test_a_flow_that_becomes_a_level_stands_with_all_that_came_in_before(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 100, 20), won("D2", "Sam", 7, 30, status="open"))
    rulebook.change(scope, own(MADE))
    assert figures(scope, OWN, days(0, 25))["Sam"] == 107
    rulebook.change(scope, own(STANDING))
    assert figures(scope, OWN, days(0, 15))["Sam"] == 100
    assert figures(scope, OWN, days(0, 25))["Sam"] == 7
    assert is_in_step(scope)


def test_a_level_that_went_and_came_back_stands_once(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 100, 20, status="open"))
    for given in (own(STANDING), own(MADE), own(STANDING), rules(), own(STANDING)):
        rulebook.change(scope, given)
        assert is_in_step(scope)
    assert figures(scope, OWN, days(0, 15))["Sam"] == 100


def test_the_same_rules_again_are_no_change(scope: Scope) -> None:
    stamp = clock.known_now(scope)
    rulebook.change(scope, rules())
    assert clock.known_now(scope) == stamp


def test_another_time_zone_dates_times_anew_and_leaves_days_alone(scope: Scope) -> None:
    evening = datetime(2025, 1, 31, 23, 30, tzinfo=UTC)
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20, closed=evening), won("D2", "Sam", 7, 30))
    assert figures(scope, REVENUE, days(0, 31))["Sam"] == 7
    rulebook.change(scope, rules(time_zone="America/New_York"))
    assert figures(scope, REVENUE, days(0, 31))["Sam"] == 507


def test_credit_turns_to_the_owner_at_close_and_back(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20), won("D2", "Sam", 70, 30, status="open"))
    write(scope, Module.DEALS, {"external_id": "D1", "owner": "Eve"}, {"external_id": "D2", "owner": "Eve"})
    assert figures(scope, REVENUE, YEAR)["Eve"] == 500
    rulebook.change(scope, rules(credit_owner=CreditOwner.AT_CLOSE))
    assert {name: figures(scope, REVENUE, YEAR).get(name) for name in ("Sam", "Eve")} == {"Sam": 500, "Eve": None}
    # An open deal is whoever's it is now.
    assert figures(scope, PIPELINE, days(0, 29))["Eve"] == 70
    rulebook.change(scope, rules())
    assert figures(scope, REVENUE, YEAR)["Eve"] == 500


def test_a_record_closed_again_has_a_new_owner_at_close(connection: psycopg.Connection) -> None:
    scope = found_acme(connection, rules(credit_owner=CreditOwner.AT_CLOSE))
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    write(scope, Module.DEALS, {"external_id": "D1", "owner": "Eve", "status": "open"})
    write(scope, Module.DEALS, {"external_id": "D1", "status": "won"})
    assert figures(scope, REVENUE, YEAR)["Eve"] == 500


@pytest.mark.parametrize(
    ("amount", "rate", "euros"),
    [(150, "0.5", 75), (151, "0.5", 76), (-151, "0.5", -76), (149, "0.5", 75), (1, "0.4999", 0), (10**15, "1", 10**15)],
)
def test_an_amount_converts_at_its_rate_and_rounds_half_away_from_zero(
    scope: Scope, amount: int, rate: str, euros: int
) -> None:
    rulebook.set_rates(scope, {("USD", on(0)): (Decimal(rate), Decimal(rate))})
    write(scope, Module.DEALS, won("D1", "Sam", amount, 20, currency="USD"))
    assert figures(scope, REVENUE, YEAR).get("Sam", 0) == euros


def test_the_rate_is_that_of_the_closed_day_and_of_the_created_day_while_open(scope: Scope) -> None:
    half, double = (Decimal("0.5"), Decimal("0.5")), (Decimal(2), Decimal(2))
    rulebook.set_rates(scope, {("USD", on(0)): half, ("USD", on(20)): double})
    write(scope, Module.DEALS, won("D1", "Sam", 100, 20, currency="USD", status="open"))
    assert figures(scope, PIPELINE, days(0, 15))["Sam"] == 50
    write(scope, Module.DEALS, {"external_id": "D1", "status": "won"})
    assert figures(scope, REVENUE, YEAR)["Sam"] == 200
    assert ledger_of(scope)[2:] == [("pipeline_value", "Sam", 10, 200), ("pipeline_value", "Sam", 20, -200)]


def test_rates_entered_changed_and_removed_move_the_past(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 1_000, 20, currency="JPY"), won("D2", "Sam", 5, 20))
    yen = Decimal("0.006")
    for rate, revenue in ((yen, 605), (yen * 2, 1_205), (None, 5)):
        rulebook.set_rates(scope, {("JPY", on(20)): (rate, rate.scaleb(2)) if rate else None})
        assert figures(scope, REVENUE, YEAR)["Sam"] == revenue
        assert is_in_step(scope)
    assert rulebook.rates(scope) == []
    with pytest.raises(NotFound, match="no rate for JPY from 2025-01-21"):
        rulebook.set_rates(scope, {("JPY", on(20)): None})


def test_rates_move_metrics_that_only_compare_amounts(scope: Scope) -> None:
    rulebook.change(scope, own(BIG_DEALS))
    write(scope, Module.DEALS, won("D1", "Sam", 60, 20, currency="USD"))
    rulebook.set_rates(scope, {("USD", date(1900, 1, 1)): (Decimal(2), Decimal(2))})
    assert figures(scope, OWN, YEAR)["Sam"] == 1


def test_another_reporting_currency_drops_the_rates_that_led_to_the_old_one(scope: Scope) -> None:
    rulebook.set_rates(scope, {("USD", on(0)): (Decimal(2), Decimal(2))})
    write(scope, Module.DEALS, won("D1", "Sam", 100, 20, currency="USD"), won("D2", "Sam", 7, 20))
    assert figures(scope, REVENUE, YEAR)["Sam"] == 207
    rulebook.change(scope, rules(currency="USD"))
    assert rulebook.rates(scope) == []
    assert figures(scope, REVENUE, YEAR)["Sam"] == 100
