"""The registry of metrics: told in words, made with what it would count shown before, changed, and retired."""

import re
from typing import Any

import pytest

from tests.web.test_record_imports import chosen, shown

DEALS = [
    {"external_id": "D1", "name": "Alpha", "owner": "Sam", "amount": 1000_00, "status": "won", "region": "East"},
    {"external_id": "D2", "name": "Beta", "owner": "Eve", "amount": 2500_50, "status": "won", "region": "West"},
    {"external_id": "D3", "name": "Gamma", "owner": "Nobody", "amount": 9000_00, "status": "won", "region": "West"},
    {"external_id": "D4", "name": "Delta", "owner": "Sam", "amount": 300_00, "status": "open", "region": "West"},
]


@pytest.fixture
def acme(stage):
    """Acme with four deals that have seats."""
    records = [
        {"created": "2025-01-02", "custom": {"seats": place, "demo": place > 1}, **each}
        | ({"closed": "2025-01-10"} if each["status"] == "won" else {})
        for place, each in enumerate(DEALS)
    ]
    assert stage.writer.post("/records/deals", {"source": "crm", "records": records}).body["created"] == 4
    return stage


WON = {
    "name": "Big in the West",
    "module": "deals",
    "kind": "flow",
    "value": "money:amount",
    "dated_by": "closed",
    "direction": "higher",
    "indicator": "lagging",
    "condition_joined": "all",
    "condition_field_0": "status",
    "condition_op_0": "equals",
    "condition_value_0": "won",
    "condition_field_1": "amount",
    "condition_op_1": "at_least",
    "condition_value_1": "2,000",
}


def tried(browser: Any, **fields: str) -> str:
    """What the form says that its metric would count."""
    browser.get("/registry/new")
    return shown(browser.post("/registry/preview", **{**WON, **fields}))


def said(answer: Any) -> str:
    found = re.search(r'<div class="alert alert-success[^>]*>([^<]*)<', answer.content.decode())
    return found[1] if found else ""


def test_every_metric_is_told_in_words_to_everybody(acme, browsers) -> None:
    text = shown(browsers["sam"].get("/registry"))
    assert "Adds up the amount of deals where status is won, each on its closed day." in text
    assert (
        "What stands of the amount of all deals: each from its created day until its closed day,"
        " once status is one of won or lost." in text
    )
    assert "Counts tasks where status is completed and type is call, each on its completed day." in text
    assert "Make a metric" not in text
    assert "built in, the same everywhere" in shown(browsers["sam"].get("/registry/revenue"))
    for path in ("/registry/new", "/registry/revenue/edit", "/registry/revenue/retire"):
        assert browsers["sam"].get(path).status_code == 403
    assert browsers["rosa"].get("/registry/nothing").status_code == 404


def test_what_a_metric_would_count_is_shown_before_it_is_saved(acme, browsers) -> None:
    rosa = browsers["rosa"]
    text = tried(rosa)
    assert "deals where status is won and amount is at least €2,000.00" in text
    assert "1 record €2,500.50 in all" in text
    assert "1 more match, but lack an owner" in text
    assert "Beta Jan 10, 2025 €2,500.50" in text
    assert "2 records 2 in all" in tried(rosa, value="each", condition_field_1="")
    assert "2 records 1 in all" in tried(rosa, value="number:custom.seats", condition_field_1="")
    assert "3 records" in tried(
        rosa,
        condition_joined="any",
        condition_field_1="region",
        condition_op_1="in",
        condition_value_1="West, East",
        dated_by="created",
    )
    assert "1 record" in tried(rosa, condition_field_1="custom.seats", condition_value_1="1")
    assert "0 records" in tried(rosa, condition_field_1="custom.demo", condition_op_1="equals", condition_value_1="yes")
    assert "1 record €300.00 stand now" in tried(
        rosa,
        kind="level",
        dated_by="created",
        condition_field_0="",
        condition_field_1="",
        leaves_by="closed",
        leaves_joined="all",
        leaves_field_0="status",
        leaves_op_0="in",
        leaves_value_0="won, lost",
    )
    assert "Amount: &#x27;many&#x27; is not an amount" in tried(rosa, condition_value_1="many")
    assert "Amount: give a value" in tried(rosa, condition_value_1="")
    assert "No stored record is like that" in tried(rosa, condition_value_1="1,000,000")
    assert len(acme.reader.get("/metrics").items) == 8


def test_a_metric_is_made_changed_and_retired(acme, browsers) -> None:
    rosa = browsers["rosa"]
    answer = rosa.send("/registry/new", **{**WON, "name": ""})
    assert answer.status_code == 422
    answer = rosa.send("/registry/new", **{**WON, "condition_value_1": "many"})
    assert answer.status_code == 422
    path = rosa.send("/registry/new", **WON)["Location"]
    assert path == "/registry/big_in_the_west"
    assert said(rosa.get(path)).endswith("It counts 1 stored record, and every one that comes in from now on.")
    assert rosa.send("/registry/new", **WON)["Location"] == "/registry/big_in_the_west_2"
    target = acme.target(metric="big_in_the_west", name="West")
    told = chosen(rosa.get(f"{path}/edit").content.decode())
    assert (told["condition_op_1"], told["value"], told["dated_by"]) == ("at_least", "money:amount", "closed")
    assert b'value="2,000"' in rosa.get(f"{path}/edit").content
    rosa.post(f"{path}/edit", **{**WON, "condition_value_1": "500.25"})
    assert "It counts 2 stored records" in said(rosa.get(path))
    answer = rosa.post(f"{path}/edit", **{**WON, "value": "each"})
    assert answer.status_code == 422
    assert "its module, unit and kind stay" in shown(answer)
    assert acme.verified() == []
    assert "Archive these first: West" in shown(rosa.get(f"{path}/retire"))
    assert rosa.post(f"{path}/retire").status_code == 409
    acme.writer.patch(f"/targets/{target}", {"status": "archived"})
    assert "but for 1 archived target" in shown(rosa.get(f"{path}/retire"))
    assert rosa.post(f"{path}/retire").status_code == 302
    assert rosa.get(path).status_code == 404


def test_the_form_is_shown_anew_for_another_module_and_a_condition_it_cannot_show_stays(acme, browsers) -> None:
    rosa = browsers["rosa"]
    rosa.get("/registry/new")
    page = rosa.post("/registry/new?again=1", **{**WON, "module": "tasks"}).content.decode()
    assert 'value="completed"' in page
    assert 'value="money:amount"' not in page
    nested = {
        "any": [
            {
                "all": [
                    {"field": "region", "op": "equals", "value": "West"},
                    {"field": "status", "op": "equals", "value": "won"},
                ]
            },
            {"field": "region", "op": "equals", "value": "East"},
        ]
    }
    definition = {"module": "deals", "unit": "count", "kind": "flow", "condition": nested, "dated_by": "closed"}
    acme.admin.post("/metrics", {"key": "nested", "name": "Nested", "definition": definition})
    assert "more than this form can show" in shown(rosa.get("/registry/nested/edit"))
    plain = {name: value for name, value in WON.items() if not name.startswith("condition_")} | {"value": "each"}
    rosa.post("/registry/nested/edit", **plain, condition_joined="all")
    (found,) = [each for each in acme.reader.get("/metrics").items if each["key"] == "nested"]
    assert found["definition"]["condition"] == nested
    assert "(region is West and status is won) or region is East" in shown(rosa.get("/registry/nested"))
