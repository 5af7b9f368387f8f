"""What each of the built-in metrics makes of a record, and what levels and values make of their parts."""

from dataclasses import replace

import pytest

from paceline.domain.condition import ALWAYS, Comparison, Operator
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.facts import rulebook
from paceline.facts.scope import Scope
from tests.facts.cast import at, ledger_of, on, rules, won, write

STANDING = Definition(
    Module.LEADS,
    Unit.COUNT,
    Kind.LEVEL,
    Comparison("region", Operator.EQUALS, "East"),
    "created",
    "custom.seats",
    "qualified",
    Comparison("stage", Operator.EQUALS, "done"),
)


@pytest.mark.parametrize(
    ("change", "entries"),
    [
        (
            {},
            [
                ("revenue", "Sam", 20, 500),
                ("deal_count", "Sam", 20, 1),
                ("pipeline_value", "Sam", 10, 500),
                ("pipeline_value", "Sam", 20, -500),
            ],
        ),
        ({"status": "open"}, [("pipeline_value", "Sam", 10, 500)]),
        ({"status": "lost"}, [("pipeline_value", "Sam", 10, 500), ("pipeline_value", "Sam", 20, -500)]),
        # It came and went on one day: nothing of it ever stood at a day's end.
        ({"created": on(20)}, [("revenue", "Sam", 20, 500), ("deal_count", "Sam", 20, 1)]),
        ({"created": on(21)}, [("revenue", "Sam", 20, 500), ("deal_count", "Sam", 20, 1)]),
        ({"created": None}, [("revenue", "Sam", 20, 500), ("deal_count", "Sam", 20, 1)]),
        ({"closed": None}, []),
        ({"amount": 0}, [("deal_count", "Sam", 20, 1)]),
        ({"amount": None}, [("deal_count", "Sam", 20, 1)]),
        ({"currency": "USD"}, [("deal_count", "Sam", 20, 1)]),
        (
            {"amount": -500, "status": "lost"},
            [("pipeline_value", "Sam", 10, -500), ("pipeline_value", "Sam", 20, 500)],
        ),
        ({"owner": None}, []),
        ({"deleted": True}, []),
    ],
)
def test_a_deal_yields(scope: Scope, change: dict[str, object], entries: list) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20) | change)
    assert ledger_of(scope) == entries


@pytest.mark.parametrize(
    ("lead", "entries"),
    [
        ({"created": on(1)}, [("leads_generated", "Sam", 1, 1)]),
        ({"created": at(1, 23)}, [("leads_generated", "Sam", 2, 1)]),
        ({"qualified": on(4)}, [("leads_qualified", "Sam", 4, 1)]),
        ({"qualified": on(4), "status": "disqualified"}, [("leads_qualified", "Sam", 4, 1)]),
        ({"status": "qualified"}, []),
        ({"status": "qualified", "modified": at(6)}, [("leads_qualified", "Sam", 6, 1)]),
    ],
)
def test_a_lead_yields(scope: Scope, lead: dict[str, object], entries: list) -> None:
    write(scope, Module.LEADS, {"external_id": "L1", "owner": "Sam", **lead})
    assert ledger_of(scope) == entries


@pytest.mark.parametrize(
    ("type_", "status", "keys"),
    [
        ("call", "completed", ["tasks_completed", "calls_made"]),
        ("meeting", "completed", ["tasks_completed", "meetings_held"]),
        ("email", "completed", ["tasks_completed"]),
        (None, "completed", ["tasks_completed"]),
        ("call", "open", []),
        ("call", "cancelled", []),
    ],
)
def test_a_task_yields(scope: Scope, type_: str | None, status: str, keys: list[str]) -> None:
    task = {"external_id": "T1", "owner": "Sam", "type": type_, "status": status, "completed": on(4)}
    write(scope, Module.TASKS, task)
    assert ledger_of(scope) == [(key, "Sam", 4, 1) for key in keys]


@pytest.mark.parametrize(
    ("lead", "entries"),
    [
        ({}, [("9", "Sam", 1, 3)]),
        ({"stage": "done"}, [("9", "Sam", 1, 3), ("9", "Sam", 8, -3)]),
        ({"stage": "done", "qualified": None}, []),
        ({"region": "West"}, []),
        ({"custom": {"seats": "3"}}, []),
        ({"custom": {"seats": 2.5}}, []),
    ],
)
def test_a_level_of_an_admins_own_comes_in_and_goes_out(scope: Scope, lead: dict[str, object], entries: list) -> None:
    rulebook.change(scope, rules({9: STANDING}))
    given = {"owner": "Sam", "region": "East", "created": on(1), "qualified": on(8), "custom": {"seats": 3}}
    write(scope, Module.LEADS, {"external_id": "L1", **given, **lead})
    assert ledger_of(scope) == entries


def test_a_flow_of_an_admins_own_counts_custom_days_and_values(scope: Scope) -> None:
    due = replace(STANDING, kind=Kind.FLOW, condition=ALWAYS, dated_by="custom.due", leaves_by=None, leaves_when=ALWAYS)
    rulebook.change(scope, rules({9: due}))
    given = {"due": str(on(12)), "seats": -7}
    write(scope, Module.LEADS, {"external_id": "L1", "owner": "Sam", "custom": given})
    assert ledger_of(scope) == [("9", "Sam", 12, -7)]
