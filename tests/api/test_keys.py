"""A write with an Idempotency-Key is done once, however often it is sent."""

from django.db import transaction

from tests.api.calls import results, won
from tests.api.stage import Stage, token

Q1 = {"name": "Q1", "metric": "revenue", "value": 900_00, "period": "quarterly", "start_date": "2025-01-01"}
REUSED = (422, "idempotency_key_reused")


def kept() -> int:
    from paceline import edge
    from paceline.api.models import Answered

    with edge.unscoped():
        return Answered.objects.count()


def test_the_same_write_is_done_once_and_answered_alike(stage: Stage) -> None:
    first = stage.writer.post("/targets", Q1, Idempotency_Key="k1")
    again = stage.writer.post("/targets", Q1, Idempotency_Key="k1")
    address = f"/targets/{first.body['id']}"
    edited = [stage.writer.patch(address, {"value": 5}, Idempotency_Key="k2") for _ in range(2)]
    gone = [stage.writer.delete(address, Idempotency_Key="k3") for _ in range(2)]

    assert (again.status, again.content) == (201, first.content)
    assert [answer.content for answer in edited] == [edited[0].content] * 2
    assert [(answer.status, answer.content) for answer in gone] == [(204, b"")] * 2
    assert ["Idempotency-Replayed" in answer.headers for answer in (first, again, *edited, *gone)] == [False, True] * 3
    assert stage.reader.get("/targets").items == []
    assert kept() == 3


def test_records_are_written_once(stage: Stage) -> None:
    first = stage.writer.send(won("D1", "Sam", 1), "bad", Idempotency_Key="k")
    again = stage.writer.send(won("D1", "Sam", 1), "bad", Idempotency_Key="k")
    assert again.content == first.content
    assert results(again)[0] == "D1 created"
    assert results(stage.writer.send(won("D1", "Sam", 1), "bad"))[0] == "D1 unchanged"


def test_a_key_is_of_one_write(stage: Stage) -> None:
    stage.writer.post("/targets", Q1, Idempotency_Key="k")
    other = {**Q1, "value": 1}
    assert stage.writer.post("/targets", other, Idempotency_Key="k").problem[:2] == REUSED
    assert stage.writer.send(won("D1", "Sam", 1), Idempotency_Key="k").problem[:2] == REUSED
    assert stage.writer.patch("/targets/1", {}, Idempotency_Key="k").problem[:2] == REUSED
    stage.writer.send(won("D1", "Sam", 1), Idempotency_Key="r")
    assert stage.writer.send(won("D1", "Sam", 1), module="leads", Idempotency_Key="r").problem[:2] == REUSED
    assert stage.writer.send(won("D2", "Sam", 1), Idempotency_Key="r").problem[:2] == REUSED
    assert (len(stage.reader.get("/targets").items), len(stage.reader.get("/records/deals").items)) == (1, 1)


def test_a_key_is_of_one_token(stage: Stage) -> None:
    with transaction.atomic():
        second = stage.writer.bearing(token(stage.scope, "write"))
    assert stage.writer.post("/targets", Q1, Idempotency_Key="k").status == 201
    assert second.post("/targets", Q1, Idempotency_Key="k").problem[:2] == REUSED
    stage.writer.send(won("D1", "Sam", 1), Idempotency_Key="r")
    assert second.send(won("D1", "Sam", 1), Idempotency_Key="r").problem[:2] == REUSED


def test_a_write_that_failed_keeps_nothing(stage: Stage) -> None:
    assert stage.writer.post("/targets", {**Q1, "metric": "luck"}, Idempotency_Key="k").status == 404
    assert stage.writer.post("/targets", {**Q1, "name": ""}, Idempotency_Key="k").status == 422
    assert kept() == 0
    assert stage.writer.post("/targets", Q1, Idempotency_Key="k").status == 201


def test_a_guard_that_failed_is_asked_again(stage: Stage) -> None:
    target = stage.target()
    address = f"/targets/{target}"
    late = stage.writer.patch(address, {"value": 5}, Idempotency_Key="k", If_Match='"old"')
    tag = stage.writer.get(address).tag
    good = [stage.writer.patch(address, {"value": 5}, Idempotency_Key="k", If_Match=tag) for _ in range(2)]
    assert late.problem[:2] == (412, "changed_meanwhile")
    assert [(answer.status, answer.body["value"]) for answer in good] == [(200, 5)] * 2


def test_a_key_is_a_short_text(stage: Stage) -> None:
    expected = (422, "invalid_input", {"Idempotency-Key": "give 1 to 200 printable characters"})
    for key in ("", "x" * 201, "a\tb"):
        assert stage.writer.post("/targets", Q1, Idempotency_Key=key).problem == expected
        assert stage.writer.send(won("D1", "Sam", 1), Idempotency_Key=key).problem == expected
    assert stage.writer.post("/targets", Q1, Idempotency_Key="x" * 200).status == 201
    assert len(stage.reader.get("/targets").items) == 1


def test_answers_are_forgotten_after_a_day(stage: Stage) -> None:
    from datetime import UTC, datetime, timedelta

    from paceline.worker import forget

    stage.writer.post("/targets", Q1, Idempotency_Key="k")
    forget(datetime.now(UTC) + timedelta(hours=23))
    assert kept() == 1
    forget(datetime.now(UTC) + timedelta(hours=25))
    assert kept() == 0
