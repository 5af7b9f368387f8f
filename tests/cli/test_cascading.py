"""Passing values down and across the year at the command line: shown first, then applied, and taken back."""

import json

from tests.cli.terminal import Terminal
from tests.cli.test_figures import of_csv


def shares(terminal: Terminal) -> dict[str, str]:
    rows = of_csv(terminal("progress", "Q1", "--format", "csv"))
    return {f"{row['assignee_name']} {row['start_date']}": row["target"] for row in rows}


def test_a_cascade_is_shown_then_applied_then_taken_back(acme: Terminal) -> None:
    before = shares(acme)
    ran = acme("cascade", "Q1", "--levels", "all", "--rounding", "100")
    lines = ran.out.splitlines()
    assert lines[0].split() == ["assignee", "from", "to", "before", "after", "change", "why"]
    assert lines[1].split()[:6] == ["Sales", "2025-01-01", "2025-03-31", "\u2013", "9,000", "9,000"]
    assert shares(acme) == before
    said, applied = ran.err.splitlines()[-2:]
    assert said == "nothing was changed yet: apply it with"
    done = acme("apply", applied.removeprefix("paceline apply "), "--reason", "plan")
    assert "`paceline undo` takes it back" in done.err
    after = shares(acme)
    # Sales has Field, Partners and Rosa; Field has the Hunters, who are Tariq and Sam.
    assert after == {
        "Acme 2025-01-01": "900000",
        "Sales 2025-01-01": "900000",
        "Field 2025-01-01": "300000",
        "Partners 2025-01-01": "300000",
        "Rosa 2025-01-01": "300000",
        "Hunters 2025-01-01": "300000",
        "Eve 2025-01-01": "300000",
        "Sam 2025-01-01": "150000",
        "Tariq 2025-01-01": "150000",
    }
    assert "cannot be undone" not in acme("undo", "Q1").err
    assert shares(acme) == before
    assert "there is nothing to undo" in acme.refused("undo", "Q1")


def test_a_plan_that_changed_since_is_refused(acme: Terminal) -> None:
    token = acme("cascade", "Q1").err.splitlines()[-1].removeprefix("paceline apply ")
    acme("assign", "Q1", "--to", "organization", "--value", "8000")
    assert "the plan changed since the preview" in acme.refused("apply", token)
    assert "no such preview" in acme.refused("apply", "nonsense")


def test_bounds_that_clash_are_named(acme: Terminal) -> None:
    said = acme.refused("cascade", "Q1", "--minimum", "department:Sales=10000")
    assert "Sales" in said
    assert "1,000" in said


def test_periods_add_up_in_both_directions(acme: Terminal) -> None:
    acme("cascade", "Q1", "--levels", "all", "--yes")
    acme("periods", "Q1", "--every", "month", "--whole-tree", "--yes")
    values = {name: int(value) for name, value in shares(acme).items()}
    months = ("2025-01-01", "2025-02-01", "2025-03-01")
    rows = of_csv(acme("progress", "Q1", "--start", "2025-02-01", "--end", "2025-03-01", "--format", "csv"))
    february = {row["assignee_name"]: int(row["target"]) for row in rows}
    assert february["Sam"] + february["Tariq"] == february["Hunters"] == february["Field"]
    assert february["Field"] + february["Partners"] + february["Rosa"] == february["Sales"] == february["Acme"]
    assert sum(values[f"Sam {month}"] for month in months[1:]) < 150_000


def test_programs_get_rows_as_json(acme: Terminal) -> None:
    rows = json.loads(
        acme("cascade", "Q1", "--weight", "department:Sales=2", "--method", "weighted", "--format", "json").out
    )
    told = [(row["assignee"]["name"], row["before"], row["after"]) for row in rows]
    # Field keeps its value, and stands under Sales from then on.
    assert told == [("Sales", None, 900_000), ("Field", 400_000, 400_000)]


def test_a_level_and_a_metric_are_weighed_by_what_is_given_for_them(acme: Terminal) -> None:
    acme("cascade", "Q1", "--levels", "2", "--hedge", "10", "--hedge", "0", "--yes")
    after = shares(acme)
    assert (after["Sales 2025-01-01"], after["Field 2025-01-01"]) == ("990000", "330000")
    days = ("--history-from", "2025-01-01", "--history-to", "2026-01-01")
    blend = ("--blend", "revenue=70", "--blend", "deal_count=30")
    assert "blend" in acme("cascade", "Q1", "--method", "weighted", *days, *blend).out
    assert "no metric" in acme.refused("cascade", "Q1", "--method", "weighted", "--blend", "revenu=70")
    assert "is not METRIC=NUMBER" in acme.refused("cascade", "Q1", "--method", "weighted", "--blend", "revenue")
    assert "levels" in acme.refused("cascade", "Q1", "--levels", "0")
    assert "rounding" in acme.refused("cascade", "Q1", "--rounding", "0")


def test_a_rebalancing_takes_the_options_of_a_cascade(acme: Terminal) -> None:
    acme("cascade", "Q1", "--levels", "all", "--yes")
    acme("assign", "Q1", "--to", "organization", "--value", "9001")
    rows = json.loads(acme("rebalance", "Q1", "--rounding", "10", "--format", "json").out)
    assert {row["assignee"]["name"]: row["after"] % 1_000 for row in rows if row["depth"] == 1} == {"Sales": 0}
    assert "levels" in acme.refused("rebalance", "Q1", "--levels", "none")


def test_periods_are_counted_from_the_first_day_and_look_back_on_years(acme: Terminal) -> None:
    acme("periods", "Q1", "--every", "week", "--from-start", "--yes")
    assert "Acme 2025-01-08" in shares(acme)
    assert "years" in acme.refused("periods", "Q1", "--method", "seasonal", "--years", "0")


def test_what_is_mistyped_is_said(acme: Terminal) -> None:
    assert "method" in acme.refused("cascade", "Q1", "--method", "equaly")
    assert "is not a whole number, or all" in acme.refused("cascade", "Q1", "--levels", "many")
    assert "is not ASSIGNEE=VALUE" in acme.refused("cascade", "Q1", "--weight", "department:Sales")
    assert "every" in acme.refused("periods", "Q1", "--every", "moon")
