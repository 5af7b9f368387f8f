"""Whatever is wrong with a call is told as a problem, in one shape, and nothing of it is done."""

import pytest
from django.db import connection
from django.test import override_settings

from tests.api.calls import PROBLEM, Api, won
from tests.api.stage import Stage
from tests.databases import Database

ADDRESSES = (
    "/metrics",
    "/metrics/revenue",
    "/people",
    "/people/1",
    "/people/1/moves",
    "/departments",
    "/departments/1",
    "/teams",
    "/teams/1",
    "/records/deals",
    "/records/leads",
    "/records/tasks",
    "/targets",
    "/targets/1",
    "/targets/1/progress",
    "/targets/1/assignments",
    "/assignments/1",
    "/assignments/1/progress",
    "/assignments/1/series",
    "/assignments/1/records",
    "/assignments/1/history",
    "/explain",
    "/live",
    "/health",
    "/ready",
)
LISTS = (
    "/metrics",
    "/people",
    "/departments",
    "/teams",
    "/records/deals",
    "/records/leads",
    "/records/tasks",
    "/targets",
)
BODIES = (
    ("POST", "/metrics"),
    ("PATCH", "/metrics/revenue"),
    ("POST", "/people"),
    ("PATCH", "/people/1"),
    ("POST", "/people/1/moves"),
    ("POST", "/departments"),
    ("PATCH", "/departments/1"),
    ("POST", "/teams"),
    ("PATCH", "/teams/1"),
    ("POST", "/targets"),
    ("PATCH", "/targets/1"),
    ("POST", "/targets/1/assignments"),
    ("PATCH", "/assignments/1"),
)


def test_a_problem_is_told_whole(stage: Stage) -> None:
    answer = stage.writer.post("/targets", {"name": "Q1", "metric": "revenue", "value": 1, "period": "monthly"})
    assert answer.status == 422
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.body == {
        "type": "/problems/invalid_input",
        "title": "Invalid input",
        "status": 422,
        "code": "invalid_input",
        "detail": "start_date: Field required",
        "errors": [{"where": "start_date", "message": "Field required"}],
    }


def test_a_wrong_method_is_told_with_those_that_are_right(stage: Stage) -> None:
    for address in ADDRESSES:
        answer = stage.admin.call("PUT", address)
        assert answer.problem[:2] == (405, "method_not_allowed"), address
        assert "GET" in answer.headers["Allow"] or address.endswith("/moves")
    assert stage.admin.get("/people/1/moves").headers["Allow"] == "POST"
    assert stage.admin.call("PUT", "/health").headers["Allow"] == "GET, HEAD"


def test_an_unknown_address_is_told(stage: Stage) -> None:
    for address in ("/", "/nothing", "/targets/", "/targets/1/2/3", "/api/v2/targets", "/api/", "/records/dreams"):
        assert stage.admin.get(address).problem[:2] == (404, "not_found"), address


def test_a_body_that_is_no_json_is_told(stage: Stage) -> None:
    for method, address in BODIES:
        assert stage.admin.call(method, address, b"").problem[:2] == (422, "invalid_input"), address
        for body in (b"{", b"\xff", b'{"a": NaN}', b'{"name": "\\ud800"}', b"[" * 5_000):
            assert stage.admin.call(method, address, body).problem[:2] == (400, "bad_request"), (address, body)
        for body in ([], "text", 5, None, [[{}]]):
            answer = stage.admin.call(method, address, b"null" if body is None else body)
            assert answer.problem[:2] == (422, "invalid_input"), (address, body)


def test_an_unknown_field_is_told(stage: Stage) -> None:
    for method, address in BODIES:
        assert stage.admin.call(method, address, {"colour": 1}).problem[2]["colour"] == "Extra inputs are not permitted"


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "many", "1.5", str(10**30), ""])
def test_a_limit_is_a_number_within_bounds(stage: Stage, limit: str) -> None:
    for address in LISTS:
        assert stage.admin.get(f"{address}?limit={limit}").problem[2].keys() == {"limit"}, address


def test_a_cursor_is_one_that_was_given(stage: Stage) -> None:
    # Not base64, not JSON, not numbers, another list's, negative, huge, and half of a character.
    for cursor in (
        "%21",
        "eA",
        "WyJhIl0",
        "WzEsMl0",
        "Wy0xXQ",
        "WzFlOTld",
        "WzEuNV0",
        "W3RydWVd",
        "%ED%A0%80",
        "a" * 501,
    ):
        for address in LISTS:
            problem = stage.admin.get(f"{address}?cursor={cursor}").problem
            assert (problem[0], problem[2].keys()) == (422, {"cursor"}), (address, cursor)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "%00", "9223372036854775808", str(10**40), "1%20or%201"])
def test_an_id_is_a_number_that_can_be(stage: Stage, number: str) -> None:
    for address in ("/people/{}", "/departments/{}", "/teams/{}", "/targets/{}", "/assignments/{}/progress"):
        assert stage.admin.get(address.format(number)).problem[:2] == (422, "invalid_input"), address
    assert stage.admin.get("/people/9223372036854775807").problem[:2] == (404, "not_found")


def test_a_body_beyond_all_bounds_is_refused(stage: Stage, settings_with_small_bodies: None) -> None:
    for address in ("/records/deals", "/targets"):
        assert stage.admin.post(address, {"name": "x" * 2_000, "records": []}).problem[:2] == (413, "too_large")


@pytest.fixture
def settings_with_small_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 1_000)


def test_a_call_that_is_refused_leaves_no_trace(stage: Stage) -> None:
    tags = [stage.admin.get(address).tag for address in LISTS]
    stage.writer.post("/records/deals", {"records": 5})
    stage.writer.post("/targets", {})
    stage.reader.send(won("D1", "Sam", 1))
    stage.writer.post("/metrics", {})
    assert [stage.admin.get(address).tag for address in LISTS] == tags


def test_a_fault_of_ours_is_told_without_its_cause(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("paceline.api.metrics.shown", fail)
    answer = stage.admin.get("/metrics")
    assert answer.problem[:2] == (500, "internal_error")
    assert b"secret" not in answer.content
    assert "ETag" not in answer.headers


def test_a_host_that_is_not_ours_is_refused(stage: Stage) -> None:
    assert stage.admin.get("/metrics", Host="evil.example").problem[:2] == (400, "bad_request")


def test_a_database_that_does_not_answer_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg
    from django.db import OperationalError

    for error in (OperationalError("gone"), psycopg.OperationalError("gone")):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("paceline.api.metrics.shown", fail)
        answer = stage.admin.get("/metrics")
        assert answer.problem[:2] == (503, "unavailable")
        assert answer.headers["Retry-After"] == "2"


def test_health_needs_no_token(stage: Stage) -> None:
    import paceline

    nobody = Api("")
    assert nobody.get("/health").body == {"status": "ok", "version": paceline.__version__}
    assert nobody.get("/ready").body == {"status": "ready"}
    assert nobody.get("/openapi.json").body["openapi"] == "3.1.0"


def test_the_log_tells_of_calls_and_not_of_good_probes(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "paceline.requests")
    for address in ("/health", "/ready", "/targets", "/metrics"):
        assert stage.reader.get(address).status == 200
    assert Api("").get("/targets").status == 401
    told = [(each.route, each.status) for each in caplog.records if each.name == "paceline.requests"]  # pyright: ignore[reportAttributeAccessIssue]
    assert told == [("api/v1/targets", 200), ("api/v1/metrics", 200), ("api/v1/targets", 401)]


def test_the_headers_alone_can_be_asked_for(stage: Stage) -> None:
    for address in ("/health", "/metrics", "/targets"):
        asked, got = stage.admin.call("HEAD", address), stage.admin.get(address)
        assert (asked.status, asked.content) == (200, b""), address
        assert asked.headers.get("ETag") == got.headers.get("ETag")


def test_what_takes_too_long_is_refused_and_not_done(stage: Stage, committed: Database) -> None:
    from paceline import edge, serve

    with override_settings(STATEMENT_SECONDS=1), committed.connect() as other:
        serve.limit_statements(connection)
        # Somebody else writes, and does not end.
        other.execute("SELECT 1 FROM org_organization FOR UPDATE")
        other.execute("SELECT 1 FROM ledger_clock FOR UPDATE")
        assert stage.writer.send(won("D1", "Sam", 1)).problem[:2] == (503, "took_too_long")
        other.rollback()
    assert stage.writer.send(won("D1", "Sam", 1)).status == 200
    edge.raw_connection().execute("RESET statement_timeout")
