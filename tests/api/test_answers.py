"""What every answer has: an id, the headers of a careful service, and compression for whoever asks."""

import gzip
import json

from tests.api.calls import won
from tests.api.stage import Stage

CAREFUL = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def test_an_answer_is_compressed_for_whoever_asks(stage: Stage) -> None:
    plain = stage.reader.get("/metrics")
    small = stage.reader.get("/metrics", Accept_Encoding="gzip, br")
    assert "Content-Encoding" not in plain.headers
    assert (small.headers["Content-Encoding"], small.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert len(small.content) < len(plain.content) / 2
    assert gzip.decompress(small.content) == plain.content
    # Its tag is weak, and as good.
    assert small.tag == f"W/{plain.tag}"
    assert stage.reader.get("/metrics", If_None_Match=small.tag).status == 304
    assert stage.reader.get("/metrics", Accept_Encoding="gzip;q=0").content == plain.content


def test_a_compressed_problem_is_one_still(stage: Stage) -> None:
    answer = stage.writer.post("/targets", {}, Accept_Encoding="gzip")
    assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert json.loads(gzip.decompress(answer.content))["code"] == "invalid_input"


def test_every_answer_is_careful_and_has_an_id(stage: Stage) -> None:
    answers = [
        stage.reader.get("/metrics"),
        stage.reader.get("/nothing"),
        stage.reader.call("PUT", "/metrics"),
        stage.reader.post("/targets", {}),
        stage.writer.send(won("D1", "Sam", 1)),
        stage.reader.get("/metrics", If_None_Match=stage.reader.get("/metrics").tag),
        stage.reader.bearing("").get("/metrics"),
    ]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in CAREFUL} == CAREFUL
    ids = {answer.headers["X-Request-Id"] for answer in answers}
    assert len(ids) == len(answers)


def test_an_id_that_came_along_is_kept_if_it_is_harmless(stage: Stage) -> None:
    given = "abc-123_X.y"
    assert stage.reader.get("/metrics", X_Request_Id=given).headers["X-Request-Id"] == given
    for harmful in ("a b", "x" * 65, 'a"b', ""):
        assert stage.reader.get("/metrics", X_Request_Id=harmful).headers["X-Request-Id"] != harmful


def test_no_answer_of_the_api_sets_a_cookie(stage: Stage) -> None:
    for answer in (stage.reader.get("/metrics"), stage.writer.send(won("D1", "Sam", 1)), stage.reader.get("/nothing")):
        assert "Set-Cookie" not in answer.headers
