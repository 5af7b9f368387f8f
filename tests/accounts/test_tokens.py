"""Tokens of members and of programs, by the API: what they can do, rotated, and gone with the membership."""

from datetime import timedelta

import pytest

from paceline import edge
from tests.accounts.browser import Members
from tests.api.calls import Api
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
