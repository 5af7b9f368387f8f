"""The manual's own tree, built by the API: cascaded, split into months, rebalanced and taken back."""

from typing import Any

from tests.api.stage import Stage

YEAR = {"name": "Year", "period": "annual", "value": 2_000_000_00, "start_date": "2025-01-01"}


def whole(stage: Stage, target: int) -> dict[str, dict[str, Any]]:
    """The progress rows of the whole year, by name."""
    rows = stage.reader.get(f"/targets/{target}/progress?window=2025-01-01/2026-01-01").body["items"]
    return {row["assignee"]["name"]: row for row in rows}


def cascade(stage: Stage, share: int, **options: Any) -> dict[str, Any]:
    shown = stage.writer.post(f"/assignments/{share}/cascade/preview", {"options": options})
    assert shown.status == 200, shown.body
    return shown.body


def test_the_tree_of_the_manual(stage: Stage) -> None:
    cast = stage.cast
    target = stage.target(**YEAR)
    top = stage.share(target, "organization", value=2_000_000_00)
    sales = stage.share(target, "department", cast.sales, value=1_500_000_00)
    assert whole(stage, target)["Acme"]["unallocated"] == 500_000_00
    shown = cascade(stage, sales, levels="all", values={}, method="equal", rounding=100)
    assert {row["assignee"]["name"] for row in shown["rows"]} == {
        "Field",
        "Partners",
        "Rosa",
        "Hunters",
        "Eve",
        "Sam",
        "Tariq",
    }
    assert all(row["before"] is None and row["why"] for row in shown["rows"])
    # A preview changes nothing, and does so only for its own assignment.
    assert set(whole(stage, target)) == {"Acme", "Sales"}
    wrong = stage.writer.post(f"/assignments/{top}/cascade", {"token": shown["token"]})
    assert wrong.problem[:2] == (404, "not_found")
    done = stage.writer.post(f"/assignments/{sales}/cascade", {"token": shown["token"], "reason": "plan"})
    assert done.status == 200
    assert {row["assignee"]["name"]: row["target"] for row in whole(stage, target).values()} == {
        "Acme": 2_000_000_00,
        "Sales": 1_500_000_00,
        "Field": 500_000_00,
        "Partners": 500_000_00,
        "Rosa": 500_000_00,
        "Hunters": 500_000_00,
        "Eve": 500_000_00,
        "Sam": 250_000_00,
        "Tariq": 250_000_00,
    }
    again = stage.writer.post(f"/assignments/{sales}/cascade", {"token": shown["token"]})
    assert again.problem[:2] == (404, "not_found")
    months(stage, target, sales)
    undone = stage.writer.post(f"/targets/{target}/undo", {"reason": "no months"})
    assert undone.body["kind"] == "undo"
    assert stage.reader.get(f"/targets/{target}/progress?window=2025-02-01/2025-03-01").items == []
    assert stage.verified() == []


def months(stage: Stage, target: int, sales: int) -> None:
    """Split into months: every row adds up to its year, and every month to its parent's."""
    options = {"every": "month", "whole_tree": True}
    shown = stage.writer.post(f"/assignments/{sales}/periods/preview", {"options": options}).body
    assert stage.writer.post(f"/assignments/{sales}/periods", {"token": shown["token"]}).status == 200
    of_year = {name: row["target"] for name, row in whole(stage, target).items() if name != "Acme"}
    sums = dict.fromkeys(of_year, 0)
    for month in range(1, 13):
        end = f"2025-{month + 1:02d}-01" if month < 12 else "2026-01-01"
        rows = stage.reader.get(f"/targets/{target}/progress?window=2025-{month:02d}-01/{end}").items
        values = {row["assignee"]["name"]: row["target"] for row in rows}
        assert values["Field"] + values["Partners"] + values["Rosa"] == values["Sales"]
        assert values["Sam"] + values["Tariq"] == values["Hunters"] == values["Field"]
        for name, value in values.items():
            sums[name] += value
    assert sums == of_year


def test_a_change_underneath_is_refused_with_what_changed(stage: Stage) -> None:
    target = stage.target()
    top = stage.share(target, "organization", value=900_00)
    shown = cascade(stage, top)
    stage.writer.patch(f"/assignments/{top}", {"value": 800_00})
    refused = stage.writer.post(f"/assignments/{top}/cascade", {"token": shown["token"]})
    assert refused.problem[:2] == (409, "plan_changed_since_preview")
    (changed,) = refused.body["changed"]
    assert (changed["assignee"]["name"], changed["previewed_after"], changed["after"]) == ("Sales", 900_00, 800_00)


def test_what_cannot_be_is_told_with_its_constraints(stage: Stage) -> None:
    target = stage.target()
    top = stage.share(target, "organization", value=900_00)
    options = {"minimums": {f"department:{stage.cast.sales}": 1_000_00}}
    refused = stage.writer.post(f"/assignments/{top}/cascade/preview", {"options": options})
    assert refused.problem[:2] == (422, "cannot_divide")
    assert [clash["off"] for clash in refused.body["clashes"]] == ["10000"]
    refused = stage.writer.post(f"/assignments/{top}/cascade/preview", {"options": {"methode": "equal", "levels": 0}})
    assert set(refused.problem[2]) == {"methode", "levels"}


def test_strangers_and_readers_plan_nothing(stage: Stage) -> None:
    target = stage.target()
    top = stage.share(target, "organization", value=900_00)
    assert stage.reader.post(f"/assignments/{top}/cascade/preview", {}).problem[:2] == (403, "not_allowed")
    assert stage.abroad.post(f"/assignments/{top}/cascade/preview", {}).problem[:2] == (404, "not_found")
    token = cascade(stage, top)["token"]
    assert stage.abroad.post(f"/assignments/{top}/cascade", {"token": token}).problem[:2] == (404, "not_found")
    assert stage.abroad.post(f"/targets/{target}/undo", {}).problem[:2] == (404, "not_found")


def test_a_newcomer_is_fitted_in_with_the_smallest_change(stage: Stage) -> None:
    target = stage.target()
    field = stage.share(target, "department", stage.cast.field, value=900_00)
    shown = cascade(stage, field, levels="all")
    stage.writer.post(f"/assignments/{field}/cascade", {"token": shown["token"]})
    given = {"name": "Nora", "department_id": stage.cast.field, "team_ids": [stage.cast.hunters]}
    stage.admin.made("/people", given)
    both = stage.writer.post(f"/assignments/{field}/rebalance/preview", {}).body
    after = {row["assignee"]["name"]: row["after"] for row in both["smallest"]["rows"]}
    assert after["Sam"] + after["Tariq"] + after["Nora"] == 900_00
    assert stage.writer.post(f"/assignments/{field}/rebalance", {"token": both["smallest"]["token"]}).status == 200
