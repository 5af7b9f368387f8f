"""probe"""

from dataclasses import replace
from datetime import date
import pytest
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.condition import ALWAYS, Comparison, Operator
from paceline.domain.record import Module
from paceline.facts import breakdown, clock, owners, rulebook, sums, uncounted, explain
from paceline.facts.rules import CreditOwner
from paceline.facts.breakdown import Figure
from tests.facts import checking
from tests.facts.cast import *
from tests.facts.cast import open_organization, rules


def total(scope, who, metric=REVENUE):
    return sums.flow(scope, metric, [days(-50, 400)], [ORGANIZATION, Assignee("person", who)]).get(
        (0, Assignee("person", who)), 0
    )


def test_namesake_leaves(connection):
    s = open_organization(connection)
    owners.set_keys(s, {SAM: known_as("Sam"), EVE: known_as("Sam")})
    write(s, Module.DEALS, won("1", "Sam", 500, 20))
    owners.set_keys(s, {EVE: known_as("Eve")})
    assert total(s, SAM) == 500


def test_newer_drift(connection):
    s = open_organization(connection)
    owners.set_keys(s, {SAM: known_as("Sam"), EVE: known_as("Sam")})
    write(s, Module.DEALS, won("1", "Sam", 500, 20, modified=at(1)))
    owners.set_keys(s, {EVE: known_as("Eve")})
    write(s, Module.DEALS, won("1", "Sam", 500, 20, modified=at(2)))
    checking.check_ledger(s)


def test_close_owner_kept(connection):
    s = open_organization(connection, rules(credit_owner=CreditOwner.AT_CLOSE))
    owners.set_keys(s, {SAM: known_as("Sam")})
    write(s, Module.DEALS, won("1", "Sam", 500, 20))
    write(s, Module.DEALS, won("1", "Eve", 500, 20))
    assert total(s, SAM) == 500
    owners.set_keys(s, {EVE: known_as("Eve")})
    assert total(s, SAM) == 500


def test_none(connection):
    s = open_organization(connection)
    owners.set_keys(s, {SAM: known_as("None")})
    write(s, Module.DEALS, won("1", "None", 500, 20), won("2", None, 300, 20))
    assert total(s, SAM) == 500


def test_kind_changes(connection):
    flow = Definition(Module.DEALS, Unit.MONEY, Kind.FLOW, ALWAYS, "created", "amount")
    level = replace(flow, kind=Kind.LEVEL, leaves_by="closed", leaves_when=Comparison("status", Operator.EQUALS, "won"))
    s = open_organization(connection, rules({1: flow}))
    owners.set_keys(s, {SAM: known_as("Sam")})
    write(
        s,
        Module.DEALS,
        won(
            "1",
            "Sam",
            500,
            20,
        )
        | {"status": "open"},
    )
    rulebook.change(s, rules({1: level}))
    checking.check_ledger(s)


def test_level_goes_and_comes(connection):
    flow = Definition(Module.DEALS, Unit.MONEY, Kind.FLOW, ALWAYS, "created", "amount")
    level = replace(flow, kind=Kind.LEVEL, leaves_by="closed", leaves_when=Comparison("status", Operator.EQUALS, "won"))
    s = open_organization(connection, rules({1: level}))
    owners.set_keys(s, {SAM: known_as("Sam")})
    write(
        s,
        Module.DEALS,
        won(
            "1",
            "Sam",
            500,
            20,
        )
        | {"status": "open"},
    )
    rulebook.change(s, rules({}))
    rulebook.change(s, rules({1: level}))
    checking.check_ledger(s)


def test_breakdown_day(connection):
    s = open_organization(connection)
    owners.set_keys(s, {SAM: known_as("Sam")})
    write(s, Module.DEALS, won("1", "Sam", 500, 20))
    write(s, Module.DEALS, won("1", "Sam", 500, 10))
    f = Figure(REVENUE, Module.DEALS, Kind.FLOW, ORGANIZATION, days(0, 30), clock.known_now(s))
    assert breakdown.records(s, f)[0].day == on(10)


def test_session_zone(connection):
    connection.execute("SET TIME ZONE 'America/Sao_Paulo'")
    s = open_organization(connection)
    owners.set_keys(s, {SAM: known_as("Sam")})
    n = (date(2018, 11, 5) - EPOCH).days
    write(s, Module.DEALS, won("1", "Sam", 500, n))
    asked = [Assignee("person", SAM)]
    for a in (-2, -1, 0):
        assert sums.flow(s, REVENUE, [days(n + a, n + 1)], asked) == {(0, asked[0]): 500}
    connection.execute("SET TIME ZONE 'UTC'")


def test_lead(connection):
    s = open_organization(connection)
    owners.set_keys(s, {SAM: known_as("Sam")})
    lead = {"external_id": "1", "owner": "Sam", "status": "qualified", "created": on(1)}
    write(s, Module.LEADS, lead)
    assert total(s, SAM, QUALIFIED) == 0
    print(write(s, Module.LEADS, lead | {"modified": at(3)}))
    assert total(s, SAM, QUALIFIED) == 1


def test_arabic(connection):
    d = Definition(Module.DEALS, Unit.COUNT, Kind.FLOW, ALWAYS, "custom.due", "custom.size")
    s = open_organization(connection, rules({1: d}))
    owners.set_keys(s, {SAM: known_as("Sam")})
    for each in (
        "\u0662\u0660\u0662\u0665-01-01",
        "2025-01-01\n",
        "2025-02-29",
        "1900-02-29",
        "2000-02-29",
        "2025-1-1",
    ):
        write(s, Module.DEALS, {"external_id": "1", "owner": "Sam", "custom": {"due": each, "size": 3}})
