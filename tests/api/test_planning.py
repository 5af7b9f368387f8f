"""The manual's own tree, built by the API: cascaded, split into months, rebalanced and taken back."""

from itertools import pairwise
from typing import Any

from tests.api.calls import Api
from tests.api.stage import Stage

YEAR = {"name": "Year", "period": "annual", "value": 2_000_000_00, "start_date": "2025-01-01"}


def whole(stage: Stage, target: int) -> dict[str, dict[str, Any]]:
    """The progress rows of the whole year, by name."""
    rows = stage.reader.get(f"/targets/{target}/progress?window=2025-01-01/2026-01-01").body["items"]
    return {row["assignee"]["name"]: row for row in rows}


def cascade(stage: Stage, share: int, **options: Any) -> dict[str, Any]:
    shown = stage.writer.post(f"/assignments/{share}/cascade/preview", options)
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


# The page's own figures, in thousands: who, under whom, and how much.
PAGE = {
    "Sales": ("Globex", 1_500),
    "Enterprise": ("Sales", 1_000),
    "Rep A": ("Enterprise", 400),
    "Rep B": ("Enterprise", 350),
    "Rep C": ("Enterprise", 250),
    "SMB": ("Sales", 500),
    "Rep D": ("SMB", 250),
    "Rep E": ("SMB", 250),
    "Partnerships": ("Globex", 500),
    "Partner Manager": ("Partnerships", 500),
}
THOUSAND = 1_000_00


def test_the_figures_of_the_page(stage: Stage) -> None:
    """The tree of the manual's page, made in another organization: down by its figures, over the months, both ways."""
    admin = stage.abroad
    admin.patch(f"/people/{stage.cast.olga}", {"quota_carrying": False})
    keys = {"Sales": admin.made("/departments", {"name": "Sales"})["id"]}
    keys["Partnerships"] = admin.made("/departments", {"name": "Partnerships"})["id"]
    words = {name: f"department:{keys[name]}" for name in keys}
    for name in ("Enterprise", "SMB"):
        keys[name] = admin.made("/teams", {"name": name, "department_id": keys["Sales"]})["id"]
        words[name] = f"team:{keys[name]}"
    for name, (above, _) in PAGE.items():
        if name not in words:
            where = {"department_id": keys["Sales" if above in {"Enterprise", "SMB"} else above]}
            where |= {"team_ids": [keys[above]]} if above in {"Enterprise", "SMB"} else {}
            made = admin.made("/people", {"name": name, "hire_date": "2025-01-01", **where})
            words[name] = f"person:{made['id']}"
    target = admin.made("/targets", {**YEAR, "metric": "revenue"})["id"]
    share = {"assignee": {"kind": "organization"}, "value": 2_000 * THOUSAND}
    top = admin.made(f"/targets/{target}/assignments", share)["id"]

    weights = {words[name]: number for name, (_, number) in PAGE.items()}
    options = {"levels": "all", "method": "weighted", "weights": weights}
    shown = admin.post(f"/assignments/{top}/cascade/preview", options).body
    assert shown["unallocated"] == 0
    assert {row["unallocated"] for row in shown["rows"]} == {0, None}
    assert admin.post(f"/assignments/{top}/cascade", {"token": shown["token"]}).status == 200
    year = {name: (above, number * THOUSAND) for name, (above, number) in PAGE.items()}
    assert standing(admin, target, "2025-01-01/2026-01-01") == {"Globex": ("", 2_000 * THOUSAND), **year}

    shown = admin.post(f"/assignments/{top}/periods/preview", {"whole_tree": True}).body
    assert admin.post(f"/assignments/{top}/periods", {"token": shown["token"]}).status == 200
    starts = [f"2025-{month:02d}-01" for month in range(1, 13)]
    months = [standing(admin, target, f"{one}/{two}") for one, two in pairwise([*starts, "2026-01-01"])]
    for month in months:
        assert {name: above for name, (above, _) in month.items()} == {
            "Globex": "",
            **{name: above for name, (above, _) in PAGE.items()},
        }
        for unit in ("Globex", "Sales", "Enterprise", "SMB", "Partnerships"):
            assert sum(value for above, value in month.values() if above == unit) == month[unit][1]
    for name, (_, value) in year.items():
        assert sum(month[name][1] for month in months) == value


def standing(api: Api, target: int, window: str) -> dict[str, tuple[str, int]]:
    """Each one's value for the window, and under whom it stands."""
    rows = api.get(f"/targets/{target}/progress?window={window}").items
    names = {row["assignment_id"]: row["assignee"]["name"] for row in rows}
    return {row["assignee"]["name"]: (names.get(row["parent_id"], ""), row["target"]) for row in rows}


def months(stage: Stage, target: int, sales: int) -> None:
    """Split into months: every row adds up to its year, and every month to its parent's."""
    options = {"every": "month", "whole_tree": True}
    shown = stage.writer.post(f"/assignments/{sales}/periods/preview", options).body
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
    refused = stage.writer.post(f"/assignments/{top}/cascade/preview", options)
    assert refused.problem[:2] == (422, "cannot_divide")
    assert [clash["off"] for clash in refused.body["clashes"]] == ["10000"]
    refused = stage.writer.post(f"/assignments/{top}/cascade/preview", {"levels": 0, "method": "equel"})
    assert set(refused.problem[2]) == {"levels", "method"}
    refused = stage.writer.post(f"/assignments/{top}/cascade/preview", {"methode": "equal"})
    assert set(refused.problem[2]) == {"methode"}


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
