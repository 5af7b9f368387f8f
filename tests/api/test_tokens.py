"""Tokens: who may do what, and until when."""

from datetime import timedelta

import psycopg
import pytest
from django.db import transaction
from django.test import Client

from paceline import edge
from tests.api.calls import Answer, Api, won
from tests.api.stage import Stage, set_clock, token

READS = ("/metrics", "/people", "/departments", "/teams", "/records/deals", "/targets", "/openapi.json")
METRIC = {"key": "a", "name": "A", "definition": {}}


def test_whoever_has_no_good_token_sees_nothing(stage: Stage) -> None:
    for text in ("", "Bearer", "Bearer ", "Bearer nonsense", "Bearer a?", "Basic eA=="):
        answer = Api("").get("/metrics", Authorization=text)
        assert answer.problem[:2] == (401, "not_signed_in"), text
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert Api("").post("/targets", {}, Authorization=text).problem[:2] == (401, "not_signed_in")
    assert Api("").get("/live").problem[:2] == (401, "not_signed_in")


def test_a_reader_reads_and_changes_nothing(stage: Stage) -> None:
    for address in READS:
        assert stage.reader.get(address).status == 200, address
    needed = (403, "not_allowed", {})
    assert stage.reader.send(won("D1", "Sam", 1)).problem == needed
    assert stage.reader.post("/targets", {}).problem == needed
    assert stage.reader.patch("/targets/1", {}).problem == needed
    assert stage.reader.delete("/assignments/1").problem == needed
    assert stage.reader.post("/people", {}).problem == needed
    detail = stage.reader.post("/targets", {}).body["detail"]
    assert detail == "this needs a token of scope write, and yours is read"


def test_a_writer_leaves_metrics_and_the_organization_alone(stage: Stage) -> None:
    needed = (403, "not_allowed", {})
    assert stage.writer.post("/metrics", METRIC).problem == needed
    assert stage.writer.patch("/metrics/revenue", {}).problem == needed
    assert stage.writer.delete("/metrics/revenue").problem == needed
    for address in ("/people", "/departments", "/teams"):
        assert stage.writer.post(address, {"name": "New"}).problem == needed
        assert stage.writer.patch(f"{address}/1", {"name": "New"}).problem == needed
    assert stage.writer.post("/people/1/moves", {}).problem == needed
    assert stage.writer.send(won("D1", "Sam", 1)).status == 200
    assert stage.admin.post("/teams", {"name": "New"}).status == 201


def test_a_token_expires(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        brief = stage.admin.bearing(token(stage.scope, "read", expires_days=1))
    assert brief.get("/metrics").status == 200
    set_clock(monkeypatch, later=timedelta(hours=23, minutes=59))
    assert brief.get("/metrics").status == 200
    set_clock(monkeypatch, later=timedelta(days=1))
    assert brief.get("/metrics").problem[:2] == (401, "not_signed_in")


def test_a_token_is_revoked_at_once(stage: Stage) -> None:
    from paceline.org.actions.tokens import revoke_token
    from paceline.org.models import ApiToken
    from tests.plan.cast import NOON

    with transaction.atomic():
        revoke_token(stage.scope, ApiToken.objects.get(scope="read").id, NOON)
    assert stage.reader.get("/metrics").problem[:2] == (401, "not_signed_in")
    assert stage.writer.get("/metrics").status == 200


def test_changes_are_in_the_name_of_the_token(stage: Stage) -> None:
    with transaction.atomic():
        sam = stage.admin.bearing(token(stage.scope, "write", "sam@acme.example"))
    target = stage.target()
    share = stage.share(target, "organization")
    sam.patch(f"/assignments/{share}", {"value": 5})
    actors = [each["actor"] for each in stage.reader.get(f"/assignments/{share}/history").items]
    assert actors == ["rosa@acme.example", "sam@acme.example"]


def test_measures_are_for_admins(stage: Stage) -> None:
    stage.admin.get("/people")

    def measures(api: Api) -> Answer:
        made = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {api.token}"}).get("/metrics")
        return Answer(made.status_code, made.content, made.headers)

    assert b'route="api/v1/people"' in measures(stage.admin).content
    assert measures(stage.writer).problem == (403, "not_allowed", {})
    assert measures(Api("")).problem == (401, "not_signed_in", {})


def test_a_connection_that_broke_in_between_is_not_felt(stage: Stage) -> None:
    for address in ("/metrics", "/targets", "/ready"):
        with psycopg.connect(edge.raw_connection().info.dsn, password=edge.raw_connection().info.password) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [edge.raw_connection().info.backend_pid])
        assert stage.reader.get(address).status == 200, address
