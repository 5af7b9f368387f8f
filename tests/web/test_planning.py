"""Cascading and generating periods on the pages: shown first, confirmed as shown, refused in words, taken back."""

import html
import re
from typing import Any

import pytest

from tests.accounts.browser import Browser, Members
from tests.api.calls import won
from tests.web.test_home import words
from tests.web.test_targets import assignments

TOKEN = re.compile(r'name="token" value="([^"]+)"')


@pytest.fixture
def plan(members: Members) -> dict[str, int]:
    """A quarter of 9,000 for Acme, of which the Hunters, who are Tariq and Sam, have 6,000."""
    stage = members.stage
    target = stage.target(name="Quarter", value=9_000_00)
    return {
        "target": target,
        "Acme": stage.share(target, "organization", None, 9_000_00),
        "Hunters": stage.share(target, "team", stage.cast.hunters, 6_000_00),
    }


def shown(answer: Any) -> str:
    assert answer.status_code == 200, answer.content[-500:]
    return html.unescape(answer.content.decode())


def token_of(text: str) -> str:
    found = TOKEN.search(text)
    assert found, text[-900:]
    return found[1]


def test_a_cascade_is_shown_confirmed_and_taken_back(
    browsers: dict[str, Browser], members: Members, plan: dict[str, int]
) -> None:
    rosa, path = browsers["rosa"], f"/assignments/{plan['Hunters']}/cascade"
    first = shown(rosa.get(path))
    assert ("Cascade €6,000 of Hunters" in first, "has no history" in first or "history" in first) == (True, True)
    text = shown(rosa.post(path, method="equal", levels="all", rounding="100"))
    assert before(members, plan) == {"Acme": 9_000_00, "Hunters": 6_000_00}
    done = rosa.post(path, token=token_of(text), reason="plan of the year")
    assert done.headers["Location"] == f"/targets/{plan['target']}"
    assert before(members, plan) == {"Acme": 9_000_00, "Hunters": 6_000_00, "Tariq": 3_000_00, "Sam": 3_000_00}
    assert "shares changed. It can be taken back under More." in words(rosa, f"/targets/{plan['target']}")
    asked = words(rosa, f"/targets/{plan['target']}/undo")
    assert ("The cascade of" in asked, "plan of the year" in asked) == (True, True)
    rosa.send(f"/targets/{plan['target']}/undo", reason="too early")
    assert "The cascade is taken back." in words(rosa, f"/targets/{plan['target']}")
    assert "There is nothing to take back" in words(rosa, f"/targets/{plan['target']}/undo")
    assert before(members, plan) == {"Acme": 9_000_00, "Hunters": 6_000_00}


def before(members: Members, plan: dict[str, int]) -> dict[str, int]:
    return assignments(members, plan["target"])


def test_what_is_chosen_after_the_preview_is_shown_before_it_is_done(
    browsers: dict[str, Browser], members: Members, plan: dict[str, int]
) -> None:
    rosa = browsers["rosa"]
    for what, method in (("cascade", "equal"), ("periods", "seasonal")):
        path = f"/assignments/{plan['Hunters']}/{what}"
        text = shown(rosa.get(path))
        found = re.search(r'name="choices" value="([^"]+)"', text)
        assert found
        told = {"token": token_of(text), "choices": found[1]}
        again = shown(rosa.post(path, **told, method=method, every="month", levels="1", rounding="1"))
        assert "These choices were made after the preview." in again
        assert token_of(again) != told["token"]
    assert before(members, plan) == {"Acme": 9_000_00, "Hunters": 6_000_00}


def test_the_reasons_are_in_the_figures_of_the_reader(
    browsers: dict[str, Browser], members: Members, plan: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa = browsers["rosa"]
    monkeypatch.setitem(rosa.client.defaults, "HTTP_ACCEPT_LANGUAGE", "de-DE")
    path, tariq = f"/assignments/{plan['Hunters']}/cascade", f"person:{members.stage.cast.tariq}"
    rosa.get(path)
    both = [tariq, f"person:{members.stage.cast.sam}"]
    asked = {"method": "equal", "levels": "1", "rounding": "1", "child": both, "chosen": both}
    text = shown(rosa.post(path, **asked, **{f"minimum:{tariq}": "7.000"}))
    assert "at least 7.000,00 has to be given, 1.000,00 above the 6.000,00 to allocate: Tariq" in text
    months = shown(rosa.post(f"/assignments/{plan['Hunters']}/periods", method="equal", every="month"))
    assert "1. Jan. to 31. Jan. 2025" in months
    assert "equal share 1 of 3 = 33,3 %" in months


def test_nobody_cascades_to_themselves(browsers: dict[str, Browser], members: Members, plan: dict[str, int]) -> None:
    rosa, path = browsers["rosa"], f"/assignments/{plan['Acme']}/cascade"
    rosa.get(path)
    text = shown(rosa.post(path, method="equal", levels="all", rounding="100"))
    assert "Your own share stays as it is, for somebody above you: Rosa" in text
    rosa.post(path, token=token_of(text))
    assert sorted(before(members, plan)) == ["Acme", "Eve", "Field", "Hunters", "Partners", "Sales", "Sam", "Tariq"]
    items = members.stage.admin.get(f"/targets/{plan['target']}/assignments").items
    (sales,) = [each["id"] for each in items if each["assignee"]["name"] == "Sales"]
    own = f"person:{members.stage.cast.rosa}"
    text = shown(rosa.post(f"/assignments/{sales}/cascade", method="equal", chosen=own, child=[own, "team:1"]))
    assert "Nobody changes their own quota" in text
    assert not TOKEN.search(text)


def test_each_child_has_its_bounds_and_weights(
    browsers: dict[str, Browser], members: Members, plan: dict[str, int]
) -> None:
    cast, rosa = members.stage.cast, browsers["rosa"]
    tariq, sam = f"person:{cast.tariq}", f"person:{cast.sam}"
    path = f"/assignments/{plan['Hunters']}/cascade"
    rosa.get(path)
    client, csrf = rosa.client, rosa.client.cookies["paceline_csrf"].value

    def post(**given: Any) -> str:
        fields = {"csrfmiddlewaretoken": csrf, "levels": "1", "rounding": "1", "child": [tariq, sam]}
        return shown(client.post(path, {**fields, "chosen": [tariq, sam], **given}))

    weighted = post(method="weighted", **{f"weight:{tariq}": "1", f"weight:{sam}": "3"})
    assert ("€1,500" in weighted, "€4,500" in weighted) == (True, True)
    bounded = post(method="equal", **{f"maximum:{sam}": "2,000"})
    assert ("€2,000" in bounded, "€4,000" in bounded) == (True, True)
    manual = post(method="manual", **{f"value:{tariq}": "2,500", f"value:{sam}": "3,000"})
    assert ("€500.00 stays unallocated." in manual, "€2,500" in manual) == (True, True)
    # The decimals are shown where any value has some, so that before, after and change add up.
    cents = post(method="manual", **{f"value:{sam}": "2,500.25", f"value:{tariq}": "3,000"})
    assert ("€2,500.25" in cents, "€3,000.00" in cents, "€499.75 stays unallocated." in cents) == (True, True, True)
    one = post(method="equal", chosen=[sam])
    assert "€6,000" in one
    assert "'lots' is not an amount" in post(method="equal", **{f"minimum:{sam}": "lots"})
    assert 'role="alert"' in post(method="equal", **{f"minimum:{sam}": "7,000"})


def test_a_cascade_by_a_blend_says_how_much_each_metric_counts(
    browsers: dict[str, Browser], members: Members, plan: dict[str, int]
) -> None:
    rosa, path = browsers["rosa"], f"/assignments/{plan['Hunters']}/cascade"
    writer = members.stage.writer
    writer.send(won("D1", "Tariq", 3_000_00, closed="2025-02-01"))
    writer.send(*(won(f"D{number}", "Sam", 1_000_00, closed="2025-02-01") for number in (2, 3, 4)))
    rosa.get(path)
    days = {"history_from": "2025-01-01", "history_to": "2025-03-01"}
    fields = {"method": "blend", "levels": "1", "rounding": "1", **days}
    assert "say how much each metric counts" in shown(rosa.post(path, **fields))
    # Of the money each has a half, of the deals Sam has three of four; at 60 to 40 that is 60 % for Sam.
    text = shown(rosa.post(path, **fields, **{"blend:revenue": "60", "blend:deal_count": "40"}))
    assert ("blend of metrics 60 %<" in text, "€2,400" in text, "€3,600" in text) == (True, True, True)
    assert 'name="blend:revenue" value="60"' in text
    assert "blend.revenue: give a number" in shown(rosa.post(path, **fields, **{"blend:revenue": "much"}))


def test_a_cascade_is_in_whole_units_unless_asked_for_finer(browsers: dict[str, Browser], plan: dict[str, int]) -> None:
    rosa, path = browsers["rosa"], f"/assignments/{plan['Hunters']}/cascade"
    assert '<option value="100" selected>€1</option>' in shown(rosa.get(path))
    hedged = {"method": "equal", "levels": "1", "hedge_percent": "0.001"}
    whole = shown(rosa.post(path, **hedged))
    assert (whole.count("€3,000</td>"), "€3,000." in whole) == (4, False)
    by_cents = shown(rosa.post(path, **hedged, rounding="1"))
    assert by_cents.count("€3,000.03</td>") == 4
    assert "<b>2</b> of 2 shares change." in by_cents


def test_what_changed_underneath_is_told_and_shown_anew(
    browsers: dict[str, Browser], members: Members, plan: dict[str, int]
) -> None:
    rosa, path = browsers["rosa"], f"/assignments/{plan['Hunters']}/cascade"
    rosa.get(path)
    token = token_of(shown(rosa.post(path, method="equal", levels="1", rounding="1")))
    members.stage.admin.patch(f"/assignments/{plan['Hunters']}", {"value": 5_000_00})
    text = shown(rosa.post(path, method="equal", levels="1", rounding="1", token=token))
    assert ("changed since the preview" in text, "€2,500" in text) == (True, True)
    assert token_of(text) != token


def test_periods_are_shown_and_confirmed(browsers: dict[str, Browser], members: Members, plan: dict[str, int]) -> None:
    rosa, path = browsers["rosa"], f"/assignments/{plan['Acme']}/periods"
    assert "Everybody below too" in shown(rosa.get(path))
    text = shown(rosa.post(path, every="month", method="equal", whole_tree="on"))
    # Which days a row is for stands in it.
    assert ("Jan 1 to Jan 31, 2025" in text, "Feb 1 to Feb 28, 2025" in text) == (True, True)
    token = token_of(text)
    assert rosa.post(path, token=token).headers["Location"] == f"/targets/{plan['target']}"
    items = members.stage.admin.get(f"/targets/{plan['target']}/assignments").items
    months = [(each["assignee"]["name"], each["value"]) for each in items if each["end_date"] != "2025-04-01"] + [
        (each["assignee"]["name"], each["value"]) for each in items if each["start_date"] == "2025-03-01"
    ]
    assert sorted(months) == sorted([("Acme", 3_000_00), ("Hunters", 2_000_00)] * 3)
    said = words(rosa, f"/targets/{plan['target']}?window=2025-02-01/2025-03-01")
    assert "€0 €3,000 0 %" in said
    # The quarter, then its months in their order; beside the one that is looked at, those before and after it.
    assert "Feb 2025 Jan to Mar 2025 Jan 2025 Feb 2025 Mar 2025" in said
    page = shown(rosa.get(f"/targets/{plan['target']}?window=2025-02-01/2025-03-01"))
    assert re.findall(r'class="btn btn-icon" href="[^"]+" aria-label="([^"]+)"', page) == ["Jan 2025", "Mar 2025"]


def test_custom_periods_are_shares_or_amounts(browsers: dict[str, Browser], plan: dict[str, int]) -> None:
    rosa, path = browsers["rosa"], f"/assignments/{plan['Acme']}/periods"
    rosa.get(path)
    client, csrf = rosa.client, rosa.client.cookies["paceline_csrf"].value

    def post(*shares: str) -> str:
        fields = {"csrfmiddlewaretoken": csrf, "every": "month", "method": "custom", "share": list(shares)}
        return shown(client.post(path, fields))

    assert "€4,500" in post("25 %", "25%", "50%")
    assert "€5,000" in post("2,000", "2,000", "5,000")
    assert 'role="alert"' in post("2,000", "2,000", "4,000")
    assert "fill in a share or an amount" in post("", "", "")
    assert "is not an amount" in post("x", "", "")


def test_whoever_may_not_plan_is_refused(browsers: dict[str, Browser], plan: dict[str, int]) -> None:
    for page in ("cascade", "periods", "rebalance"):
        assert browsers["tariq"].get(f"/assignments/{plan['Hunters']}/{page}").status_code == 200
        assert browsers["tariq"].get(f"/assignments/{plan['Acme']}/{page}").status_code == 403
        for name in ("sam", "eve"):
            assert browsers[name].get(f"/assignments/{plan['Hunters']}/{page}").status_code == 403
    assert browsers["sam"].get(f"/targets/{plan['target']}/undo").status_code == 403
    assert browsers["rosa"].get("/assignments/4040/cascade").status_code == 404


def test_a_newcomer_is_taken_in_by_the_smallest_change(
    browsers: dict[str, Browser], members: Members, plan: dict[str, int]
) -> None:
    stage, rosa = members.stage, browsers["rosa"]
    stage.share(plan["target"], "person", stage.cast.tariq, 6_000_00)
    text = shown(rosa.get(f"/assignments/{plan['Hunters']}/rebalance"))
    assert ("The smallest change" in text, "Divided anew" in text, "Sam" in text) == (True, True, True)
    rosa.post(f"/assignments/{plan['Hunters']}/rebalance", token=token_of(text))
    made = before(members, plan)
    assert made["Tariq"] + made["Sam"] == 6_000_00
