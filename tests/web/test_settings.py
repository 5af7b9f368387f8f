"""The settings: the organization's, rates, members, tokens and the trail, for admins; one's account, for everybody."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.plan.cast import NOON

ADMINS = [
    "/settings/organization",
    "/settings/organization/subdivisions?holiday_country=DE",
    "/settings/rates",
    "/settings/rates/new",
    "/settings/members",
    "/settings/members/invite",
    "/settings/members/{member}",
    "/settings/members/{member}/end",
    "/settings/tokens",
    "/settings/tokens/new",
    "/settings/tokens/{token}/rotate",
    "/settings/tokens/{token}/revoke",
    "/settings/audit",
]


def text(answer) -> str:
    return answer.content.decode()


def found(pattern: str, page: str) -> str:
    """The first group of what must be there; nothing where the group is left out."""
    match = re.search(pattern, page)
    assert match is not None, pattern
    return match[1] or ""


def said(answer) -> str:
    match = re.search(r'<div class="alert alert-success[^>]*>([^<]*)<', text(answer))
    return match[1] if match else ""


def follow(browser, answer) -> str:
    """What the page says that a form led to."""
    assert answer.status_code == 302, text(answer)
    return said(browser.get(answer["Location"]))


def settings_sent(browser, **changed: str):
    """The form of the organization as it is shown, sent with these changes."""
    page = text(browser.get("/settings/organization"))
    names = ["name", "time_zone", "holiday_subdivision", "on_pace_percent", "audit_days"]
    given: dict[str, Any] = {each: found(rf'name="{each}" (?:value="([^"]*)")?', page) for each in names}
    for each in ("currency", "fiscal_year_first_month", "week_first_day", "holiday_country", "credit_owner"):
        options = found(rf'(?s)(<select name="{each}".*?</select>)', page)
        given[each] = found(r'<option value="([^"]*)" selected', options)
    given["working_weekdays"] = re.findall(r'name="working_weekdays" value="(\d)"[^>]* checked', page)
    return browser.post("/settings/organization", **{**given, **changed})


def link(answer) -> str:
    """What a page tells once."""
    return found(r'id="secret" value="([^"]+)"', text(answer))


@pytest.fixture
def acme(stage, browsers):
    return stage


def ids(acme, members) -> dict[str, int]:
    return {"member": members.grants["sam"].id, "token": acme.admin.get("/tokens").items[0]["id"]}


def test_nobody_but_an_admin_gets_at_them_and_everybody_at_their_account(acme, browsers, members) -> None:
    named = ids(acme, members)
    for path in (each.format(**named) for each in ADMINS):
        assert browsers["rosa"].get(path).status_code == 200, path
        for name in ("tariq", "sam", "eve"):
            assert browsers[name].get(path).status_code == 403, (name, path)
    for name in ("rosa", "tariq", "sam", "eve"):
        page = text(browsers[name].get("/settings/account"))
        assert 'href="/account/password"' in page
        assert ('href="/settings/members"' in page) == (name == "rosa")
    assert browsers["sam"].get("/settings")["Location"] == "/settings/account"
    assert browsers["rosa"].get("/settings")["Location"] == "/settings/organization"


def test_nobody_gives_themselves_or_others_a_role(acme, browsers, members) -> None:
    named = ids(acme, members)
    for name in ("tariq", "sam", "eve"):
        browser = browsers[name]
        browser.get("/settings/account")
        own = members.grants[name].id
        assert browser.post(f"/settings/members/{own}", role="admin").status_code == 403
        assert browser.post("/settings/members/invite", email="x@acme.example", role="admin").status_code == 403
        assert (
            browser.post("/settings/tokens/new", email=f"{name}@acme.example", token_scope="admin").status_code == 403
        )
        assert browser.post(f"/settings/tokens/{named['token']}/revoke").status_code == 403
        assert settings_forbidden(browser)
    assert {each["email"].split("@")[0]: each["role"] for each in acme.admin.get("/members").items} == {
        "rosa": "admin",
        "tariq": "manager",
        "sam": "rep",
        "eve": "viewer",
    }
    answer = browsers["rosa"].send(f"/settings/members/{members.grants['rosa'].id}", role="viewer")
    assert answer.status_code == 422
    assert b"is the only admin" in answer.content


def settings_forbidden(browser) -> bool:
    return browser.post("/settings/organization", name="Mine").status_code == 403


def test_settings_are_changed_and_what_moves_figures_is_asked_for_first(acme, browsers) -> None:
    rosa = browsers["rosa"]
    assert follow(rosa, settings_sent(rosa)) == "Nothing was changed."
    assert follow(rosa, settings_sent(rosa, name="Acme Inc.", on_pace_percent="15")) == "Saved."
    answer = settings_sent(rosa, on_pace_percent="500", time_zone="Europe/Berlim", holiday_country="DE")
    assert answer.status_code == 422
    assert b"less than or equal to 99" in answer.content
    assert b"give 90 to 36,500 days" in settings_sent(rosa, audit_days="30").content
    answer = settings_sent(rosa, time_zone="Europe/Berlim")
    assert b"did you mean Europe/Berlin" in settings_sent(rosa, time_zone="Europe/Berlim", confirmed="1").content
    answer = settings_sent(rosa, currency="USD", credit_owner="at_close")
    assert answer.status_code == 200
    assert b"This moves figures that were shown already" in answer.content
    before = acme.admin.get("/audit?kind=organization").items
    assert "USD" not in str(before)
    answer = settings_sent(rosa, currency="USD", credit_owner="at_close", confirmed="1")
    assert follow(rosa, answer) == "Saved."
    assert acme.admin.get("/audit?kind=organization").items[0]["new"] == {"currency": "USD", "credit_owner": "at_close"}
    assert acme.verified() == []
    assert b'<option value="BY">' in rosa.get("/settings/organization/subdivisions?holiday_country=DE").content


def test_rates_are_entered_replaced_and_taken_away(acme, browsers) -> None:
    rosa = browsers["rosa"]
    assert b"No rate yet" in rosa.get("/settings/rates").content
    given = {"currency": "USD", "from_day": "2025-01-01", "rate": "0.91"}
    assert b"is not a rate" in rosa.send("/settings/rates/new", **{**given, "rate": "cheap"}).content
    assert b"not a rate above 0" in rosa.send("/settings/rates/new", **{**given, "rate": "-1"}).content
    assert follow(rosa, rosa.send("/settings/rates/new", **given)).startswith("Saved.")
    rosa.send("/settings/rates/new", **{**given, "rate": "0.925"})
    page = text(rosa.get("/settings/rates"))
    assert "0.925" in page
    assert "0.91<" not in page
    path = "/settings/rates/USD/2025-01-01/remove"
    assert b"they wait, and do not count" in rosa.get(path).content
    assert follow(rosa, rosa.send(path)) == "Taken away."
    assert rosa.get(path).status_code == 404


def test_somebody_is_invited_asked_again_and_not_any_more(acme, browsers) -> None:
    rosa = browsers["rosa"]
    assert b"is a member already" in rosa.send("/settings/members/invite", email="sam@acme.example", role="rep").content
    answer = rosa.send("/settings/members/invite", email="uma@acme.example", role="rep", person="Tariq")
    # Here no mail can be sent, so the link is told, once.
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    first = link(answer)
    (invited,) = acme.admin.get("/invitations").items
    assert (invited["email"], invited["role"], invited["person_id"]) == ("uma@acme.example", "rep", acme.cast.tariq)
    page = text(rosa.get("/settings/members"))
    assert "uma@acme.example" in page
    assert first not in page
    second = link(rosa.post(f"/settings/invitations/{invited['id']}/resend"))
    assert second != first
    (again,) = acme.admin.get("/invitations").items
    follow(rosa, rosa.send(f"/settings/invitations/{again['id']}/withdraw"))
    assert acme.admin.get("/invitations").items == []


def test_a_member_gets_another_role_and_person_and_is_ended(acme, browsers, members) -> None:
    rosa, sam = browsers["rosa"], members.grants["sam"].id
    given = {"role": "manager", "person": "Eve", "reason": "leads now"}
    assert b"another member" in rosa.send(f"/settings/members/{sam}", **{**given, "person": "Tariq"}).content
    acme.admin.delete(f"/members/{members.grants['eve'].id}")
    assert follow(rosa, rosa.send(f"/settings/members/{sam}", **given)).startswith("Saved.")
    page = text(rosa.get("/settings/members?words=sam"))
    assert "Eve" in page
    assert "tariq@" not in page
    assert browsers["sam"].is_in
    rosa.send(f"/settings/members/{sam}/end", reason="left")
    assert browsers["sam"].get("/targets").status_code == 302
    assert rosa.get(f"/settings/members/{sam}").status_code == 404


def test_a_token_is_shown_once_rotated_and_revoked(acme, browsers, members) -> None:
    from tests.api.calls import Api

    rosa = browsers["rosa"]
    answer = rosa.send("/settings/tokens/new", email="sam@acme.example", token_scope="admin", expires_days="9")
    assert answer.status_code == 422
    assert b"can have the scope read at most" in answer.content
    answer = rosa.send("/settings/tokens/new", email="crm@programs.example", token_scope="read", expires_days="9")
    secret = found(r'id="secret" value="(paceline_[^"]+)"', text(answer))
    assert "no-store" in answer["Cache-Control"]
    assert Api(secret).get("/targets").status == 200
    page = text(rosa.get("/settings/tokens"))
    assert "crm@programs.example" in page
    assert "ends soon" in page
    assert secret not in page
    assert secret not in text(rosa.get("/settings/audit"))
    number = found(r"token (\d+)</div>", page)
    ending = f"/settings/members/{members.grants['rosa'].id}/end"
    assert "made 1 of the API tokens of others" in text(rosa.get(ending))
    answer = rosa.send(f"/settings/tokens/{number}/rotate", grace_hours="0")
    other = found(r'id="secret" value="(paceline_[^"]+)"', text(answer))
    assert other != secret
    newest = found(r"token (\d+)</div>", text(rosa.get("/settings/tokens")))
    assert follow(rosa, rosa.send(f"/settings/tokens/{newest}/revoke")) == "Revoked."
    assert Api(other).get("/targets").status == 401
    assert "revoked" in text(rosa.get("/settings/tokens?all=1"))
    assert "API tokens of others" not in text(rosa.get(ending))


def test_the_trail_tells_changes_in_words_and_is_narrowed_and_paged(acme, browsers) -> None:
    rosa, cast = browsers["rosa"], acme.cast
    target = acme.target()
    share = acme.share(target, "person", cast.sam)
    acme.writer.patch(f"/assignments/{share}", {"value": 450_00, "reason": "grew"})
    acme.admin.patch(f"/people/{cast.sam}", {"manager_id": cast.rosa})
    acme.admin.post(f"/people/{cast.sam}/moves", {"from_date": "2025-02-01", "department_id": cast.partners})
    page = text(rosa.get("/settings/audit?kind=assignment"))
    assert "Sam in Q1" in page
    assert "€300.00</span>" in page
    assert "€450.00" in page
    assert "Reason:</span> grew" in page
    person = text(rosa.get(f"/settings/audit?kind=person&object_id={cast.sam}"))
    assert re.search(r"<dt>Manager</dt><dd><span[^>]*><span[^>]*>from </span>Tariq</span>.*?Rosa</dd>", person)
    assert "Partners from Feb 1, 2025" in person
    assert "Field from Jan 1, 2025" in person
    board = {"name": "Best", "metric": "deal_count", "scope": {"kind": "team", "id": cast.hunters}}
    acme.admin.made("/leaderboards", {**board, "period": "quarter", "rank_by": "value"})
    best = text(rosa.get("/settings/audit?kind=leaderboard"))
    assert re.findall(r"<dt>(Metric|Scope)</dt><dd>([^<]+)", best) == [("Scope", "Hunters"), ("Metric", "Deal Count")]
    # The number of this one is that of its metric, too.
    acme.admin.made("/leaderboards", {**board, "name": "Second", "period": "quarter", "rank_by": "value"})
    assert "Create leaderboard</span>: Second</div>" in text(rosa.get("/settings/audit?kind=leaderboard"))
    assert "Nothing like that" in text(rosa.get("/settings/audit?actor=nobody"))
    assert "Nothing like that" in text(rosa.get("/settings/audit?to_day=2001-01-01"))
    assert "Enter a valid date" in text(rosa.get("/settings/audit?from_day=soon"))
    for number in range(60):
        acme.admin.made("/people", {"name": f"P{number}"})
    first = text(rosa.get("/settings/audit?kind=person"))
    older = found(r'href="([^"]+)" rel="next"', first).replace("&amp;", "&")
    assert first.count("<li") - text(rosa.get("/settings/audit?actor=nobody")).count("<li") == 50
    assert "P0" in text(rosa.get(older))
    csv = found(r'href="(/api/v1/audit[^"]+)"', first).replace("&amp;", "&")
    assert rosa.get(csv)["Content-Type"].startswith("text/csv")
    later = (NOON + timedelta(days=1)).date().isoformat()
    assert f"to={later}" in csv or "to=" not in csv
