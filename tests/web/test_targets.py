"""Targets in the browser, as the manual tells: set, given out, changed, copied, taken out as a sheet, brought back."""

import html
import io
import re
from typing import Any

import pytest

from tests.accounts.browser import Browser, Members
from tests.web.test_home import shares, words

__all__ = ["shares"]

NEW = {
    "name": "Q2 revenue",
    "metric": "revenue",
    "value": "500,000",
    "period": "quarterly",
    "start_date": "2025-04-01",
    "pace_by": "calendar_days",
    "status": "active",
}
DIALOG = {"HX-Request": "true", "HX-Target": "dialog-content"}


def assignments(members: Members, target: int) -> dict[str, int]:
    items = members.stage.admin.get(f"/targets/{target}/assignments").items
    return {each["assignee"]["name"]: each["value"] for each in items}


def target_of(members: Members, share: int) -> int:
    return members.stage.admin.get(f"/assignments/{share}").body["target_id"]


def test_a_target_is_set_and_given_to_the_organization(browsers: dict[str, Browser], members: Members) -> None:
    answer = browsers["rosa"].send("/targets/new", **NEW, assign_whole="on")
    assert answer.status_code == 302
    target = int(answer.headers["Location"].rpartition("/")[2])
    made = members.stage.admin.get(f"/targets/{target}").body
    assert (made["name"], made["value"], made["start_date"], made["end_date"]) == (
        "Q2 revenue",
        500_000_00,
        "2025-04-01",
        "2025-07-01",
    )
    assert assignments(members, target) == {"Acme": 500_000_00}
    said = words(browsers["rosa"], f"/targets/{target}")
    assert "Q2 revenue is set." in said
    assert "Revenue of €500,000, Apr 1, 2025 to Jun 30, 2025" in said


def test_a_target_counts_only_what_its_filter_says(browsers: dict[str, Browser], members: Members) -> None:
    fields = {"filter_joined": "all", "filter_field_0": "product", "filter_op_0": "equals", "filter_value_0": "Insight"}
    again = {"filter_field_1": "amount", "filter_op_1": "at_least", "filter_value_1": "1,000"}
    rosa = browsers["rosa"]
    rosa.get("/targets/new")
    part = rosa.post("/targets/new/filter", **NEW, **fields).content.decode()
    assert ('name="filter_value_0" ' in part, 'name="filter_field_1"' in part, "<html" in part) == (True, True, False)
    answer = rosa.send("/targets/new", **NEW, **fields, **again)
    made = members.stage.admin.get(f"/targets/{answer.headers['Location'].rpartition('/')[2]}").body
    assert made["filter"] == {
        "all": [
            {"op": "equals", "field": "product", "value": "Insight"},
            {"op": "at_least", "field": "amount", "value": 1_000_00},
        ]
    }
    assert assignments(members, made["id"]) == {}


@pytest.mark.parametrize(
    ("given", "field", "fault"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"value": "much"}, "value", "'much' is not an amount: write it as €1,234.56"),
        ({"value": "0"}, "value", "above zero"),
        ({"start_date": "soon"}, "start_date", "Enter a valid date."),
        ({"period": "custom"}, "end_date", "A custom period needs its last day."),
        ({"metric": "deal_count", "value": "2.5"}, "value", "'2.5' is too fine: give whole numbers"),
    ],
)
def test_faults_stand_beside_their_fields(
    browsers: dict[str, Browser], given: dict[str, str], field: str, fault: str
) -> None:
    answer = browsers["rosa"].send("/targets/new", **{**NEW, **given})
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    found = re.search(rf'id="id_{field}_error">([^<]*)<', text)
    assert found, re.findall(r'id="id_\w+_error">[^<]*', text)
    assert fault in found[1]
    # Nothing that was typed is lost.
    assert f'value="{given.get("name", NEW["name"])}"' in text or not given.get("name", NEW["name"])


def test_the_window_is_said_while_it_is_chosen(browsers: dict[str, Browser]) -> None:
    said = words(browsers["rosa"], "/targets/new/window?period=monthly&start_date=2025-01-31")
    assert said.strip() == "Jan 31, 2025 to Feb 28, 2025: 29 days, 21 of them working days"
    assert words(browsers["rosa"], "/targets/new/window?period=monthly&start_date=x").strip() == ""


def test_shares_are_given_to_each_sort(browsers: dict[str, Browser], members: Members) -> None:
    cast, rosa = members.stage.cast, browsers["rosa"]
    target = members.stage.target(value=2_000_000_00)
    path = f"/targets/{target}/assign"
    for given in (
        {"kind": "organization", "value": "2,000,000"},
        {"kind": "department", "department": str(cast.sales), "value": "1,500,000"},
        {"kind": "team", "team": str(cast.hunters), "value": "1000000"},
        {"kind": "person", "person": "Sam <sam@acme.example>", "value": "400,000.50", "reason": "new here"},
    ):
        assert rosa.send(path, **given).headers["Location"] == f"/targets/{target}", given
    assert assignments(members, target) == {
        "Acme": 2_000_000_00,
        "Sales": 1_500_000_00,
        "Hunters": 1_000_000_00,
        "Sam": 400_000_50,
    }
    twice = rosa.send(path, kind="organization", value="1")
    assert twice.status_code == 422
    for given, fault in (
        ({"kind": "team", "value": "1"}, "choose one"),
        ({"kind": "person", "person": "Samm", "value": "1"}, "did you mean"),
    ):
        answer = rosa.send(path, **given)
        assert (answer.status_code, fault in html.unescape(answer.content.decode())) == (422, True), given
    people = rosa.client.get(f"{path}?person=sam", headers={"HX-Request": "true"}).content.decode()
    assert (people.count("<option"), "sam@acme.example" in people) == (1, True)


def test_a_value_is_changed_in_its_place(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    rosa, share = browsers["rosa"], shares["Sam"]
    path = f"/assignments/{share}/value"
    field = rosa.get(path).content.decode()
    assert ('name="value" value="3,000"' in field, 'name="was" value="300000"' in field) == (True, True)
    row = rosa.post(path, value="3,500", was="300000").content.decode()
    assert (f'id="a-{share}"' in row, "€3,500" in row) == (True, True)
    late: Any = rosa.post(path, value="4,000", was="300000")
    assert late.headers["HX-Retarget"] == f"#a-{share} .of"
    assert "somebody has changed it to €3,500.00 meanwhile" in late.content.decode()
    assert "is not an amount" in rosa.post(path, value="x", was="350000").content.decode()
    assert assignments(members, target_of(members, share))["Sam"] == 3_500_00


def test_a_share_is_locked_changed_and_taken_away(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    rosa, share = browsers["rosa"], shares["Sam"]
    rosa.get(f"/assignments/{share}/edit")
    rosa.post(f"/assignments/{share}/lock")
    assert members.stage.admin.get(f"/assignments/{share}").body["locked"] is True
    rosa.send(f"/assignments/{share}/edit", value="2,000", reason="leaves in March")
    body = members.stage.admin.get(f"/assignments/{share}").body
    assert (body["value"], body["locked"]) == (2_000_00, False)
    assert "leaves in March" in words(rosa, f"/assignments/{share}")
    assert "Its history stays" in words(rosa, f"/assignments/{share}/remove")
    target = target_of(members, share)
    assert rosa.send(f"/assignments/{share}/remove").headers["Location"] == f"/targets/{target}"
    assert "Sam" not in assignments(members, target)


def test_a_manager_plans_below_and_a_rep_reads(
    browsers: dict[str, Browser], shares: dict[str, int], members: Members
) -> None:
    target = target_of(members, shares["Sam"])
    tariq = browsers["tariq"].get(f"/targets/{target}").content.decode()
    assert (f"/assignments/{shares['Sam']}/value" in tariq, "Add assignment" in tariq, "Eve" in tariq) == (
        True,
        True,
        False,
    )
    assert browsers["tariq"].get(f"/assignments/{shares['Eve']}/edit").status_code == 403
    sam = browsers["sam"].get(f"/targets/{target}").content.decode()
    assert ("Sam" in sam, "Hunters" in sam, "Add assignment" in sam, "/value" in sam) == (True, False, False, False)
    for path in ("edit", "value", "remove"):
        assert browsers["sam"].get(f"/assignments/{shares['Sam']}/{path}").status_code == 403
    for path in ("/targets/new", f"/targets/{target}/edit", f"/targets/{target}/copy", f"/targets/{target}/delete"):
        assert browsers["tariq"].get(path).status_code == 403, path


def test_the_list_tells_of_each_what_the_caller_has_of_it(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    def row(name: str) -> str:
        return words(browsers[name], "/targets").rpartition("Status ")[2]

    told = "First quarter Revenue, Jan 1, 2025 to Mar 31, 2025"
    assert row("rosa").startswith(f"{told} €1,000 €9,000 11 % €3,500 behind behind")
    assert row("tariq").startswith(f"{told} share of Hunters €1,000 €6,000 16 % €2,000 behind behind")
    assert row("sam").startswith(f"{told} share of Sam €1,000 €3,000 33 % €500 behind behind")


def test_the_list_is_searched_and_filtered(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    members.stage.target(name="Calls", metric="calls_made", value=100, status="draft")
    rosa = browsers["rosa"]

    def listed(query: str) -> list[str]:
        return re.findall(
            r'<a href="/targets/\d+" class="text-reset">([^<]*)', rosa.get(f"/targets{query}").content.decode()
        )

    assert listed("") == ["First quarter"]
    assert listed("?status=all&sort=name") == ["Calls", "First quarter"]
    assert listed("?status=draft") == ["Calls"]
    assert listed("?q=quart") == ["First quarter"]
    # It runs, is over or is to come, and just one of them.
    assert [name for when in ("past", "now", "future") for name in listed(f"?when={when}")] == ["First quarter"]
    assert listed("?status=all&metric=calls_made") == ["Calls"]
    assert "No target is like that" in words(rosa, "/targets?q=nothing")


def test_a_filter_without_its_value_is_refused(browsers: dict[str, Browser]) -> None:
    answer = browsers["rosa"].send("/targets/new", **NEW, filter_joined="all", filter_field_0="product")
    assert (answer.status_code, "Product: give a value" in html.unescape(answer.content.decode())) == (422, True)


def named(text: str) -> list[str]:
    return re.findall(r'class="name text-reset" href="[^"]*">([^<]*)', text)


def test_people_are_found_in_the_tree(browsers: dict[str, Browser], members: Members, shares: dict[str, int]) -> None:
    path = f"/targets/{target_of(members, shares['Sam'])}"
    rosa = browsers["rosa"]
    found = rosa.get(f"{path}?find=sAM").content.decode()
    assert (named(found), "Hunters</div>" in found, 'flat=1"' in found) == (["Sam"], True, True)
    assert "Nobody is like that." in rosa.get(f"{path}?find=nobody").content.decode()
    row = rosa.get(f"{path}/rows?flat=1&ids={shares['Sam']}").content.decode()
    assert (named(row), "Hunters</div>" in row) == (["Sam"], True)
    every = {each["assignee"]["name"]: each["status"] for each in members.stage.admin.get(f"{path}/progress").items}
    behind = named(rosa.get(f"{path}?only=behind").content.decode())
    assert sorted(behind) == sorted(name for name, status in every.items() if status in {"behind", "missed"})
    assert named(browsers["tariq"].get(f"{path}?find=e").content.decode()) == ["Hunters"]


def test_many_children_come_in_pages(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paceline.web.targets.branches.CHILDREN_SHOWN_MAX", 1)
    path = f"/targets/{target_of(members, shares['Sam'])}"
    first = browsers["rosa"].get(f"{path}/below/{shares['Acme']}").content.decode()
    assert (named(first), "1 are not shown yet" in first) == (["Eve"], True)
    rest = browsers["rosa"].get(f"{path}/below/{shares['Acme']}?after=1").content.decode()
    assert (named(rest), "not shown yet" in rest) == (["Hunters"], False)
    assert named(browsers["rosa"].get(f"{path}/below/999999").content.decode()) == []


def test_the_chosen_are_changed_together(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    rosa, target = browsers["rosa"], target_of(members, shares["Sam"])
    path, chosen = f"/targets/{target}/bulk", [str(shares["Sam"]), str(shares["Eve"])]
    asked = {"id": chosen, "how": "percent", "percent": "5 %", "value": "", "reason": "new prices"}
    opened = rosa.get(f"{path}?id={chosen[0]}&id={chosen[1]}").content.decode()
    was = re.search(r'name="was" value="([^"]+)"', opened)
    assert was
    assert "€4,000" in opened
    shown = rosa.post(path, **asked).content.decode()
    assert ("€3,150" in shown, "+€150" in shown, assignments(members, target)["Sam"]) == (True, True, 3_000_00)
    rosa.post(path, **asked, apply="1", was=was[1])
    assert assignments(members, target) == {"Acme": 9_000_00, "Hunters": 6_000_00, "Sam": 3_150_00, "Eve": 1_050_00}
    late = rosa.post(path, **asked, apply="1", was=was[1])
    assert "changed one of these shares meanwhile" in late.content.decode()
    assert "give a number from -100" in rosa.post(path, **{**asked, "percent": "much"}).content.decode()
    rosa.post(
        path, **{**asked, "how": "lock"}, apply="1", was=was[1].replace("300000", "315000").replace("100000", "105000")
    )
    assert members.stage.admin.get(f"/assignments/{shares['Eve']}").body["locked"] is True
    tariq = browsers["tariq"]
    assert [tariq.get(f"{path}?id={each}").status_code for each in chosen] == [200, 403]
    assert [browsers["sam"].get(f"{path}?id={each}").status_code for each in chosen] == [403, 403]
    assert rosa.get(path).status_code == 422


def test_a_target_is_copied_with_growth(browsers: dict[str, Browser], members: Members, shares: dict[str, int]) -> None:
    rosa, target = browsers["rosa"], target_of(members, shares["Sam"])
    asked = {"name": "Second quarter", "start_date": "", "growth": "10 %", "status": "draft", "token": ""}
    shown = html.unescape(rosa.send(f"/targets/{target}/copy", **asked).content.decode())
    assert ("€9,900" in shown, "€3,300" in shown) == (True, True)
    token = re.search(r'name="token" value="([^"]+)"', shown)
    assert token
    answer = rosa.post(f"/targets/{target}/copy", **{**asked, "token": token[1], "apply": "1"})
    made = int(answer.headers["Location"].rpartition("/")[2])
    assert assignments(members, made) == {"Acme": 9_900_00, "Hunters": 6_600_00, "Sam": 3_300_00, "Eve": 1_100_00}
    again = rosa.post(f"/targets/{target}/copy", **{**asked, "token": token[1], "apply": "1"})
    assert "preview" in again.content.decode()


def test_a_plan_goes_out_and_comes_back_changed(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    rosa, target = browsers["rosa"], target_of(members, shares["Sam"])
    sheet = rosa.get(f"/targets/{target}/export").content.decode()
    assert rosa.get(f"/targets/{target}/export?format=xlsx").content[:2] == b"PK"
    changed = io.BytesIO(sheet.replace("3000.00", "3200.00").encode())
    changed.name = "plan.csv"
    rosa.get(f"/targets/{target}/import")
    shown = html.unescape(rosa.post(f"/targets/{target}/import", file=changed, reason="kick-off").content.decode())  # pyright: ignore[reportArgumentType]
    assert ("1</b> of" in shown, "+€200" in shown) == (True, True)
    token = re.search(r'name="token" value="([^"]+)"', shown)
    assert token
    rosa.post(f"/targets/{target}/import", token=token[1], apply="1", reason="kick-off")
    assert assignments(members, target)["Sam"] == 3_200_00
    assert "choose a file" in rosa.post(f"/targets/{target}/import", reason="").content.decode()


def test_a_target_that_was_given_out_is_archived(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    rosa, target = browsers["rosa"], target_of(members, shares["Sam"])
    free = members.stage.target(name="Never given")
    assert "so it goes for good" in words(rosa, f"/targets/{free}/delete")
    rosa.send(f"/targets/{free}/delete")
    rosa.send(f"/targets/{target}/delete")
    statuses = {each["name"]: each["status"] for each in members.stage.admin.get("/targets").items}
    assert statuses == {"First quarter": "archived"}


def test_a_dialog_and_a_page_are_one(browsers: dict[str, Browser]) -> None:
    rosa = browsers["rosa"]
    page, dialog = (rosa.client.get("/targets/new", headers=headers).content.decode() for headers in ({}, DIALOG))
    assert ("<html" in page, "<html" in dialog) == (True, False)
    assert ('hx-post="/targets/new"' in dialog, 'hx-post="/targets/new"' in page) == (True, False)
    done = rosa.client.post(
        "/targets/new", {**NEW, "csrfmiddlewaretoken": rosa.client.cookies["paceline_csrf"].value}, headers=DIALOG
    )
    assert (done.status_code, done.headers["HX-Redirect"].startswith("/targets/")) == (204, True)


def test_a_share_is_put_under_another_one(browsers: dict[str, Browser], members: Members) -> None:
    stage, rosa = members.stage, browsers["rosa"]
    target = stage.target()
    partners = stage.share(target, "department", stage.cast.partners, 3_000_00)
    path, sam = f"/targets/{target}/assign", {"kind": "person", "person": "Sam", "value": "1,000"}
    asked = rosa.get(path).content.decode()
    assert f'<option value="{partners}">Partners</option>' in asked
    assert 'value="organization" class="form-check-input" id="id_kind_0" required checked' in asked
    assert rosa.send(path, **sam, parent_id="4040").status_code == 422
    # In the tree Sam is in Field.
    rosa.send(path, **sam, parent_id=str(partners))
    items = stage.admin.get(f"/targets/{target}/assignments").items
    assert {each["assignee"]["name"]: each["parent_id"] for each in items} == {"Partners": None, "Sam": partners}
    stage.share(target, "organization", None, 9_000_00)
    again = rosa.get(path).content.decode()
    assert re.findall(r'value="(\w+)" class="form-check-input" id="id_kind_\d" required checked', again) == [
        "department"
    ]
