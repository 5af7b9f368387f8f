"""Tokens of members and of programs, by the API: what they can do, rotated, and gone with the membership."""

from datetime import timedelta
from typing import Any

import pytest

from paceline import edge
from tests.accounts.browser import Browser, Members
from tests.api.calls import Answer, Api
from tests.api.stage import set_clock


def test_a_token_of_a_member_can_do_no_more_than_they_can(members: Members) -> None:
    admin = members.stage.admin
    for name, scope, widest in (("tariq", "admin", "write"), ("sam", "write", "read"), ("eve", "admin", "read")):
        given = {"email": f"{name}@acme.example", "scope": scope}
        assert f"the scope {widest} at most" in admin.post("/tokens", given).problem[2]["scope"]
        made = admin.made("/tokens", {**given, "scope": widest})
        assert made["member_id"] == members.grants[name].id
    of_tariq = admin.bearing(admin.made("/tokens", {"email": "tariq@acme.example", "scope": "write"})["token"])
    assert of_tariq.post("/targets", {}).problem[0] in {403, 422}
    # What a role loses, its tokens lose.
    admin.patch(f"/members/{members.grants['tariq'].id}", {"role": "rep"})
    body = {"key": "a", "name": "A", "definition": {}}
    assert of_tariq.post("/metrics", body).problem[:2] == (403, "not_allowed")


def test_a_token_of_nobody_is_a_programs(members: Members) -> None:
    admin = members.stage.admin
    made = admin.made("/tokens", {"email": "ops@acme.example", "scope": "admin", "expires_days": 1})
    assert made["member_id"] is None
    program = Api(made["token"])
    assert program.get("/tokens").status == 200
    shown = {each["id"]: each for each in admin.get("/tokens").items}[made["id"]]
    assert shown["used_at"] is not None
    assert "token" not in shown


def test_a_tokens_text_is_told_once(members: Members) -> None:
    admin = members.stage.admin
    given = {"email": "ops@acme.example", "scope": "read"}
    first = admin.post("/tokens", given, Idempotency_Key="a")
    again = admin.post("/tokens", given, Idempotency_Key="a")
    assert (first.status, again.status) == (201, 201)
    assert again.body == {**first.body, "token": None}
    from paceline.api.models import Answered

    with edge.unscoped():
        kept = [bytes(each.body) for each in Answered.objects.all()]
    assert not any(first.body["token"].encode() in each for each in kept)


def test_rotating_and_revoking(members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = members.stage.admin
    made = admin.made("/tokens", {"email": "ops@acme.example", "scope": "read"})
    old = Api(made["token"])
    new = Api(admin.made(f"/tokens/{made['id']}/rotate", {"grace_hours": 2})["token"])
    assert (old.get("/metrics").status, new.get("/metrics").status) == (200, 200)
    set_clock(monkeypatch, later=timedelta(hours=2))
    assert old.get("/metrics").problem[:2] == (401, "not_signed_in")
    assert new.get("/metrics").status == 200
    number = admin.get("/tokens").items[-1]["id"]
    assert admin.delete(f"/tokens/{number}").status == 204
    assert new.get("/metrics").problem[:2] == (401, "not_signed_in")
    assert members.stage.abroad.delete(f"/tokens/{number}").problem[:2] == (404, "not_found")
    for name in ("GET /tokens", "GET /members", "GET /invitations"):
        assert members.stage.writer.get(name.removeprefix("GET ")).problem[:2] == (403, "not_allowed"), name


class _Signed:
    """The API as somebody signed in on a page sees it."""

    def __init__(self, email: str) -> None:
        self.browser = Browser()
        self.browser.sign_in(email)
        self.browser.get("/account/sessions")

    def call(self, method: str, path: str, body: object) -> Answer:
        token = {"X-CSRFToken": self.browser.client.cookies["paceline_csrf"].value}
        send = getattr(self.browser.client, method)
        got = send(f"/api/v1{path}", body, "application/json", headers=token)
        return Answer(got.status_code, got.content, got.headers)


def _told(member: _Signed, path: str, body: object) -> Any:
    """What the member is told of a token that they make."""
    made = member.call("post", path, body)
    assert made.status == 201, made.content
    return made.body


def test_whoever_makes_a_token_is_known_and_keeps_their_own_quota(members: Members) -> None:
    stage, cast = members.stage, members.stage.cast
    rosa = _Signed("rosa@acme.example")
    target = stage.target()
    share = stage.share(target, "person", cast.rosa, 100_00)
    department = stage.share(target, "department", cast.sales, 900_00)
    theirs = stage.share(target, "person", cast.sam, 50_00)
    program = _told(rosa, "/tokens", {"email": "ops@acme.example", "scope": "admin"})
    nested = Api(program["token"]).made("/tokens", {"email": "etl@acme.example", "scope": "write"})
    of_tariq = _told(rosa, "/tokens", {"email": "tariq@acme.example", "scope": "write"})
    assert {each["made_by"] for each in (program, nested, of_tariq)} == {"rosa@acme.example"}
    for each in (program, nested, of_tariq):
        held = Api(each["token"])
        assert held.patch(f"/assignments/{share}", {"value": 1}).problem[:2] == (403, "not_allowed"), each["email"]
    held = Api(program["token"])
    stage.admin.patch(f"/people/{cast.rosa}", {"quota_carrying": True})
    rows = held.post(f"/assignments/{department}/cascade/preview", {"method": "equal", "levels": "all"}).body["rows"]
    assert cast.rosa not in [row["assignee"].get("id") for row in rows if row["assignee"]["kind"] == "person"]
    # What they do by it is not told as if it were the other's doing.
    assert Api(of_tariq["token"]).patch(f"/assignments/{theirs}", {"value": 7}).status == 200
    last = stage.admin.get("/audit?limit=1").body["items"][0]
    assert last["actor"] == "tariq@acme.example by a token of rosa@acme.example"
    # A token made on the machine itself acts for its member, and for nobody beside.
    assert stage.writer.patch(f"/assignments/{share}", {"value": 2}).status == 200


def test_who_is_told_a_rotated_token_holds_it(members: Members) -> None:
    stage = members.stage
    share = stage.share(stage.target(), "person", stage.cast.rosa, 100_00)
    made = stage.admin.made("/tokens", {"email": "ops@acme.example", "scope": "write"})
    assert Api(made["token"]).patch(f"/assignments/{share}", {"value": 1}).status == 200
    new = _told(_Signed("rosa@acme.example"), f"/tokens/{made['id']}/rotate", {"grace_hours": 0})
    assert Api(new["token"]).patch(f"/assignments/{share}", {"value": 2}).problem[:2] == (403, "not_allowed")


def test_nobody_says_that_they_are_somebody_else(members: Members) -> None:
    stage, own = members.stage, members.grants["rosa"]
    rosa = _Signed("rosa@acme.example")
    program = Api(_told(rosa, "/tokens", {"email": "ops@acme.example", "scope": "admin"})["token"])
    free = stage.admin.made("/people", {"name": "Nia"})["id"]
    assert rosa.call("patch", f"/members/{own.id}", {"person_id": free}).status == 403
    assert program.patch(f"/members/{own.id}", {"person_id": free}).problem[:2] == (403, "not_allowed")
    assert rosa.call("patch", f"/members/{own.id}", {"person_id": own.person_id}).status == 200
    assert stage.admin.patch(f"/members/{own.id}", {"person_id": free}).body["person_id"] == free
