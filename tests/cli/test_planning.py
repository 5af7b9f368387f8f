"""Metrics, targets and assignments on the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_figures import of_csv
from tests.scenarios.shell import Ran

BIG = {
    "module": "deals",
    "unit": "count",
    "kind": "flow",
    "condition": {"all": [{"field": "status", "op": "equals", "value": "won"}]},
    "dated_by": "closed",
}
QUARTER = ("--period", "quarterly", "--start", "2025-01-01")


def cells(ran: Ran) -> list[list[str]]:
    """A table's cells."""
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in ran.out.splitlines()]


def current(terminal: Terminal, target: str) -> dict[str, str]:
    rows = of_csv(terminal("progress", target, "--format", "csv"))
    return {row["assignee_name"]: row["current"] for row in rows}


def test_metrics_are_listed_and_shown(acme: Terminal) -> None:
    listed = acme("metric", "list").out.splitlines()
    assert listed[0] == "revenue: Revenue (deals, money, flow) - Total closed-won revenue"
    assert len(listed) == 8
    shown = json.loads(acme("metric", "show", "revenue").out)
    assert (shown["module"], shown["dated_by"], shown["value_by"]) == ("deals", "closed", "amount")


def test_a_metric_is_made_changed_and_retired(acme: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "big.json"
    file.write_text(json.dumps(BIG), encoding="utf-8-sig")
    made = acme("metric", "create", "won_deals", "--name", "Won deals", "--definition", file, "--direction", "lower")
    assert (made.out, made.err) == ("won_deals\n", "made metric won_deals: Won deals\n")
    assert acme("target", "create", "--name", "Big", "--metric", "won_deals", "--value", "5", *QUARTER).out
    acme("assign", "Big", "--to", "organization", "--value", "5")
    # D4 has no owner that is known.
    assert current(acme, "Big") == {"Acme": "3"}
    only_east = {**BIG, "condition": {"field": "region", "op": "equals", "value": "East"}}
    changed = acme("metric", "edit", "won_deals", "--definition", "-", given=json.dumps(only_east))
    assert (changed.out, changed.err) == ("", "changed metric won_deals: definition\n")
    assert current(acme, "Big") == {"Acme": "2"}
    assert "targets rest on won_deals: archive them first (Big)" in acme.refused("metric", "retire", "won_deals")
    acme("target", "edit", "Big", "--status", "archived")
    assert acme("metric", "retire", "won_deals", "--reason", "unused").err == "retired metric won_deals\n"
    assert "won_deals" not in acme("metric", "list").out
    assert "there is no metric 'won_deals'" in acme.refused("metric", "show", "won_deals")


def test_what_show_gives_create_takes(acme: Terminal) -> None:
    definition = acme("metric", "show", "pipeline_value").out
    acme("metric", "create", "mine", "--name", "Mine", given=definition)
    assert json.loads(acme("metric", "show", "mine").out) == json.loads(definition)


def test_targets_are_made_listed_and_edited(acme: Terminal) -> None:
    condition = json.dumps({"field": "region", "op": "equals", "value": "East"})
    made = acme(
        *("target", "create", "--name", "East", "--metric", "revenue", "--value", "1,234.50", "--period", "custom"),
        *("--start", "2025-01-01", "--end", "2025-02-01", "--filter", condition),
        *("--pace-by", "working_days", "--status", "draft"),
    )
    number = made.out.strip()
    assert made.err == "made target East: 1,234.50 EUR of revenue for 2025-01-01 to 2025-01-31\n"
    assert cells(acme("target", "list"))[3] == [
        *(number, "East", "revenue", "1,234.50 EUR", "custom", "2025-01-01", "2025-01-31", "draft")
    ]
    assert of_csv(acme("target", "list", "--format", "csv"))[2] == {
        "id": number,
        "name": "East",
        "metric": "revenue",
        "value": "123450",
        "currency": "EUR",
        "period": "custom",
        "start_date": "2025-01-01",
        "end_date": "2025-02-01",
        "pace_by": "working_days",
        "status": "draft",
    }
    acme("assign", number, "--to", "organization", "--value", "1234.50")
    assert current(acme, "East") == {"Acme": "100050"}
    changes = ("--name", "Far East", "--value", "2000", "--status", "active")
    assert acme("target", "edit", number, *changes).err == (
        "changed target East: name from East to Far East, value from 1,234.50 EUR to 2,000.00 EUR,"
        " status from draft to active\n"
    )
    assert acme("target", "edit", number, *changes).err == "target Far East was so already\n"
    assert cells(acme("target", "list"))[3][3] == "2,000 EUR"


def test_a_target_is_deleted_before_anybody_has_a_share(acme: Terminal) -> None:
    acme("target", "create", "--name", "Slip", "--metric", "deal_count", "--value", "5", *QUARTER)
    assert acme("target", "delete", "Slip", "--reason", "a slip").err == "deleted target Slip\n"
    assert [row["name"] for row in of_csv(acme("target", "list", "--format", "csv"))] == ["Q1", "Pipe"]
    assert acme.refused("target", "delete", "Q1") == (
        "the target has assignments, whose history stays: archive it instead"
    )


def test_a_history_of_a_share(acme: Terminal) -> None:
    sam = ("--to", "person:Sam")
    acme("assign", "Q1", *sam, "--value", "3500.50", "--reason", "a good start")
    acme("assign", "Q1", *sam, "--value", "3500.50", "--locked")
    acme("assign", "Q1", "--to", "team:Hunters", "--value", "1")
    acme("unassign", "Q1", *sam, "--reason", "left")
    acme("assign", "Q1", *sam, "--value", "2000")
    told = of_csv(acme("history", "Q1", *sam, "--format", "csv"))
    assert [[row[name] for name in ("change", "old", "new", "reason")] for row in told] == [
        ["assigned", "", "300000", ""],
        ["changed", "300000", "350050", "a good start"],
        ["locked", "350050", "350050", ""],
        ["moved", "350050", "350050", told[3]["reason"]],
        ["removed", "350050", "", "left"],
        ["assigned", "", "200000", ""],
    ]
    assert told[3]["reason"].startswith("now under assignment ")
    assert {row["who"].partition(" (")[0] for row in told} == {"command line"}
    table = cells(acme("history", "Q1", *sam))
    assert table[0] == ["at", "who", "change", "old", "new", "reason"]
    assert table[2][2:] == ["changed", "3,000.00", "3,500.50", "a good start"]
    assert acme.refused("history", "Q1", "--to", "person:Eve") == (
        "this assignee never had a share of 'Q1' for 2025-01-01 to 2025-03-31"
    )


def test_what_was_done_is_said_in_words(acme: Terminal) -> None:
    eve = ("--to", "person:eve@acme.example")
    assert acme("assign", "Q1", *eve, "--value", "400,000", "--locked").err == (
        "assigned 400,000.00 EUR to Eve for 2025-01-01 to 2025-03-31, locked\n"
    )
    assert acme("assign", "Q1", *eve, "--value", "400000").err == (
        "the share of Eve for 2025-01-01 to 2025-03-31 stays 400,000.00 EUR\n"
    )
    assert acme("assign", "Q1", *eve, "--value", "1", "--unlocked").err == (
        "changed the share of Eve for 2025-01-01 to 2025-03-31 from 400,000.00 EUR to 1.00 EUR, now unlocked\n"
    )
    assert acme("unassign", "Q1", *eve).err == "took 1.00 EUR from Eve for 2025-01-01 to 2025-03-31\n"
    acme("target", "create", "--name", "Deals", "--metric", "deal_count", "--value", "25", *QUARTER)
    assert acme("assign", "Deals", "--to", "organization", "--value", "25").err == (
        "assigned 25 to Acme for 2025-01-01 to 2025-03-31\n"
    )


@pytest.mark.parametrize(
    ("target", "value", "said"),
    [
        ("Deals", "2.5", "'2.5' is not a whole number, and deal_count is a count: give one such as 25"),
        ("Deals", "many", "'many' is not an amount"),
        ("Q1", "$500", "'$500' is not in EUR, the reporting currency"),
        ("Q1", "500 USD", "'500 USD' is not in EUR, the reporting currency"),
        ("Q1", "9" * 14, "'99999999999999' is too large: at most 10,000,000,000,000.00"),
    ],
)
def test_a_wrong_value_is_refused_in_human_units(acme: Terminal, target: str, value: str, said: str) -> None:
    acme("target", "create", "--name", "Deals", "--metric", "deal_count", "--value", "25", *QUARTER)
    assert acme.refused("assign", target, "--to", "organization", "--value", value) == f"value: {said}"
    assert acme("assign", "Q1", "--to", "organization", "--value", "€500").err.startswith("changed the share of Acme")


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("organization", "Acme"),
        ("department:field", "Field"),
        ("team:HUNTERS", "Hunters"),
        ("person:eve@acme.example", "Eve"),
        ("person:Eve", "Eve"),
        ("person:4", "Eve"),
    ],
)
def test_assignees_are_named_in_many_ways(acme: Terminal, to: str, name: str) -> None:
    acme("target", "create", "--name", "T", "--metric", "deal_count", "--value", "5", *QUARTER)
    assert acme("assign", "T", "--to", to, "--value", "0").out.strip().isdecimal()
    assert list(current(acme, "T")) == [name]


def test_a_second_time_changes_the_share(acme: Terminal) -> None:
    first = acme("assign", "Q1", "--to", "person:Eve", "--value", "100", "--locked", "--reason", "agreed")
    again = acme("assign", "Q1", "--to", "person:Eve", "--value", "200.25")
    assert again.out == first.out
    from paceline import edge
    from paceline.plan.models import Assignment, AssignmentValue

    with edge.unscoped():
        eve = Assignment.objects.get(id=int(first.out))
    # What is not said stays, also that it is locked.
    assert (eve.value, eve.is_locked) == (20025, True)
    acme("assign", "Q1", "--to", "person:Eve", "--value", "200.25", "--unlocked")
    with edge.unscoped():
        kept = list(AssignmentValue.objects.filter(assignment=eve).order_by("known_from"))
    assert [(each.value, each.is_locked, each.reason) for each in kept] == [
        (10000, True, "agreed"),
        (20025, True, ""),
        (20025, False, ""),
    ]
    assert {each.actor.partition(" (")[0] for each in kept} == {"command line"}


def test_a_share_is_taken_away(acme: Terminal) -> None:
    assert acme("unassign", "Q1", "--to", "department:Field", "--reason", "merged").err == (
        "took 4,000.00 EUR from Field for 2025-01-01 to 2025-03-31\n"
    )
    assert list(current(acme, "Q1")) == ["Acme", "Sam"]
    assert "this assignee has no assignment for 2025-01-01 to 2025-03-31 of 'Q1'" in acme.refused(
        "unassign", "Q1", "--to", "department:Field"
    )


def test_parts_of_a_window(acme: Terminal) -> None:
    january = ("--start", "2025-01-01", "--end", "2025-02-01")
    acme("assign", "Q1", "--to", "person:Eve", "--value", "10", *january)
    acme("assign", "Q1", "--to", "person:Eve", "--value", "20", "--start", "2025-02-01")
    rows = of_csv(acme("progress", "Q1", "--format", "csv"))
    assert [(row["start_date"], row["target"]) for row in rows if row["assignee_name"] == "Eve"] == [
        ("2025-02-01", "2000"),
        ("2025-01-01", "1000"),
    ]
    acme("unassign", "Q1", "--to", "person:Eve", *january)
    assert "has no assignment for 2025-01-01 to 2025-01-31" in acme.refused(
        "unassign", "Q1", "--to", "person:Eve", *january
    )
