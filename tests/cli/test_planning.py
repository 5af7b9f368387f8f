"""Metrics, targets and assignments on the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_figures import of_csv

BIG = {
    "module": "deals",
    "unit": "count",
    "kind": "flow",
    "condition": {"all": [{"field": "status", "op": "equals", "value": "won"}]},
    "dated_by": "closed",
}
QUARTER = ("--period", "quarterly", "--start", "2025-01-01")


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
    assert made.out == "won_deals\n"
    assert acme("target", "create", "--name", "Big", "--metric", "won_deals", "--value", "5", *QUARTER).out
    acme("assign", "Big", "--to", "organization", "--value", "5")
    # D4 has no owner that is known.
    assert current(acme, "Big") == {"Organization": "3"}
    only_east = {**BIG, "condition": {"field": "region", "op": "equals", "value": "East"}}
    changed = acme("metric", "edit", "won_deals", "--definition", "-", given=json.dumps(only_east))
    assert (changed.out, changed.err) == ("", "changed\n")
    assert current(acme, "Big") == {"Organization": "2"}
    assert "targets rest on won_deals: archive them first (Big)" in acme.refused("metric", "retire", "won_deals")
    acme("target", "edit", "Big", "--status", "archived")
    assert acme("metric", "retire", "won_deals", "--reason", "unused").err == "retired\n"
    assert "won_deals" not in acme("metric", "list").out
    assert "there is no metric 'won_deals'" in acme.refused("metric", "show", "won_deals")


def test_what_show_gives_create_takes(acme: Terminal) -> None:
    definition = acme("metric", "show", "pipeline_value").out
    acme("metric", "create", "mine", "--name", "Mine", given=definition)
    assert json.loads(acme("metric", "show", "mine").out) == json.loads(definition)


def test_targets_are_made_listed_and_edited(acme: Terminal) -> None:
    condition = json.dumps({"field": "region", "op": "equals", "value": "East"})
    number = acme(
        "target",
        "create",
        "--name",
        "East",
        "--metric",
        "revenue",
        "--value",
        "1,234.50",
        "--period",
        "custom",
        "--start",
        "2025-01-01",
        "--end",
        "2025-02-01",
        "--filter",
        condition,
        "--pace-by",
        "working_days",
        "--status",
        "draft",
    ).out.strip()
    assert f"{number}: East (revenue, 2025-01-01 to 2025-02-01, draft)" in acme("target", "list").out.splitlines()
    acme("assign", number, "--to", "organization", "--value", "1234.50")
    assert current(acme, "East") == {"Organization": "100050"}
    acme("target", "edit", number, "--name", "Far East", "--value", "2000", "--status", "active")
    assert f"{number}: Far East (revenue, 2025-01-01 to 2025-02-01, active)" in acme("target", "list").out.splitlines()


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("organization", "Organization"),
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
    assert (again.out, again.err) == (first.out, "changed the share it had\n")
    from paceline.plan.models import Assignment, AssignmentValue

    eve = Assignment.objects.get(id=int(first.out))
    # What is not said stays, also that it is locked.
    assert (eve.value, eve.is_locked) == (20025, True)
    acme("assign", "Q1", "--to", "person:Eve", "--value", "200.25", "--unlocked")
    kept = AssignmentValue.objects.filter(assignment=eve).order_by("known_from")
    assert list(kept.values_list("value", "is_locked", "reason")) == [
        (10000, True, "agreed"),
        (20025, True, ""),
        (20025, False, ""),
    ]
    assert {each.actor.partition(" (")[0] for each in kept} == {"command line"}


def test_a_share_is_taken_away(acme: Terminal) -> None:
    assert acme("unassign", "Q1", "--to", "department:Field", "--reason", "merged").err == "removed\n"
    assert list(current(acme, "Q1")) == ["Organization", "Sam"]
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
