"""Small writes that come together are one batch, and each caller hears of its own rows alone."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import transaction

from tests.api.calls import Answer, Api, counts, results, won
from tests.api.stage import Stage, close

WRITERS, WRITES_EACH = 8, 25


def at_once(works: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """What each of them is answered, all sent from threads of their own at the same time."""
    ready = Barrier(len(works))

    def run(work: Callable[[], Answer]) -> Answer:
        try:
            ready.wait()
            return work()
        finally:
            close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def hammer(api: Api, writer: int) -> list[str]:
    """One writer's answers, each of them right for what it sent."""
    told: list[str] = []
    for number in range(WRITES_EACH):
        name = f"W{writer}-{number}"
        told += results(api.send(won(name, "Sam", 1_00), won(name, "Eve", "?" if number % 5 == 0 else 2_00)))  # type: ignore[arg-type]
    return told


def test_a_refused_row_is_known_by_its_place_in_its_own_call(stage: Stage) -> None:
    from paceline.facts.batches import refused

    def send(number: int) -> Answer:
        return stage.writer.send(won(f"D{number}", "Sam", 1_00), won(f"B{number}", "Sam", "?"))  # type: ignore[arg-type]

    at_once([lambda number=number: send(number) for number in range(WRITERS)])
    with transaction.atomic():
        found = refused(stage.scope, None, WRITERS + 1)
    assert [each.line for each in found] == [2] * WRITERS


def test_many_writers_each_hear_of_their_own_rows(stage: Stage) -> None:
    target = stage.target()
    share = stage.share(target, "organization")

    def run(writer: int) -> list[str]:
        try:
            return hammer(stage.writer, writer)
        finally:
            close()

    with ThreadPoolExecutor(WRITERS) as pool:
        told = list(pool.map(run, range(WRITERS)))

    bad = "amount: '?' is not a whole number of minor units"
    assert told == [
        [
            line
            for number in range(WRITES_EACH)
            for line in (
                f"W{writer}-{number} created",
                f"W{writer}-{number} rejected: {bad}" if number % 5 == 0 else f"W{writer}-{number} changed",
            )
        ]
        for writer in range(WRITERS)
    ]
    refused = WRITES_EACH // 5
    total = WRITERS * (refused * 1_00 + (WRITES_EACH - refused) * 2_00)
    assert stage.reader.get(f"/assignments/{share}/progress").body["current"] == total
    assert stage.verified() == []


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Writes take long enough that the others wait; notes how many calls each transaction had."""
    from time import sleep

    from paceline.api import gathering

    together: list[int] = []
    really = gathering._write

    def write(scope: object, calls: Sequence[gathering.Call]) -> object:
        together.append(len(calls))
        sleep(0.2)
        return really(scope, calls)  # type: ignore[arg-type]

    monkeypatch.setattr(gathering, "_write", write)
    return together


def test_those_who_wait_are_written_together(stage: Stage, slowly: list[int]) -> None:
    answers = at_once([lambda each=each: stage.writer.send(won(f"D{each}", "Sam", 1)) for each in range(6)])
    assert [results(answer) for answer in answers] == [[f"D{each} created"] for each in range(6)]
    assert sum(slowly) == 6
    assert len(slowly) <= 3


def test_who_comes_while_another_process_writes_need_not_wait_for_the_lock_twice(
    stage: Stage, slowly: list[int]
) -> None:
    from time import monotonic, sleep

    from paceline.api.gathering import gathering
    from paceline.facts import clock

    with ThreadPoolExecutor(4) as pool:
        with transaction.atomic():
            # As another process has it.
            clock.lock(stage.scope)
            begun = [
                pool.submit(at_once, [lambda each=each: stage.writer.send(won(f"D{each}", "Sam", 1))])
                for each in range(4)
            ]
            end = monotonic() + 10
            while len(gathering._waiting) < 3 and monotonic() < end:
                sleep(0.01)
        answers = [each.result()[0] for each in begun]
    assert [results(answer) for answer in answers] == [[f"D{each} created"] for each in range(4)]
    assert slowly == [4]


def test_what_was_refused_at_the_lock_is_not_written_after_all(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from paceline.api import gathering

    def gone(_scope: object) -> None:
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(gathering.clock, "lock", gone)
        assert stage.writer.send(won("D1", "Sam", 1)).problem[:2] == (503, "unavailable")
    assert results(stage.writer.send(won("D2", "Sam", 1))) == ["D2 created"]
    assert [each["external_id"] for each in stage.writer.get("/records/deals").items] == ["D2"]


def test_a_key_of_one_caller_is_no_matter_of_another(stage: Stage, slowly: list[int]) -> None:
    """Of four calls at once two are the same, one uses their key for something else, and one is new."""
    same = won("D1", "Sam", 1)
    answers = at_once(
        [
            lambda: stage.writer.send(won("D0", "Sam", 1)),
            lambda: stage.writer.send(same, Idempotency_Key="k"),
            lambda: stage.writer.send(same, Idempotency_Key="k"),
            lambda: stage.writer.send(won("D2", "Sam", 1), module="deals", Idempotency_Key="other"),
        ]
    )
    assert [results(answer) for answer in answers] == [["D0 created"], ["D1 created"], ["D1 created"], ["D2 created"]]
    assert sorted("Idempotency-Replayed" in answer.headers for answer in answers[1:3]) == [False, True]

    first, second = at_once(
        [lambda each=each: stage.writer.send(won(each, "Sam", 1), Idempotency_Key="x") for each in ("D3", "D4")]
    )
    assert sorted([first.status, second.status]) == [200, 422]
    refused = first if first.status != 200 else second
    assert refused.problem[:2] == (422, "idempotency_key_reused")
    assert len(stage.writer.get("/records/deals").items) == 4


def test_different_modules_sources_and_callers_stay_apart(stage: Stage, slowly: list[int]) -> None:
    answers = at_once(
        [
            lambda: stage.writer.send(won("D1", "Sam", 1)),
            lambda: stage.writer.send(won("D1", "Sam", 2), source="web"),
            lambda: stage.writer.send({"external_id": "D1", "owner": "Sam"}, module="leads"),
            lambda: stage.abroad.send(won("D1", "Olga", 3)),
        ]
    )
    assert [counts(answer) for answer in answers] == [{"created": 1}] * 4
    assert [each["amount"] for each in stage.writer.get("/records/deals").items] in ([1, 2], [2, 1])
    assert [each["amount"] for each in stage.abroad.get("/records/deals").items] == [3]


def test_a_batch_that_fails_is_written_one_by_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from paceline.api import gathering

    really, calls_together = gathering.receive, list[int]()

    def receive(scope: object, module: object, source: str, sent: Sequence[Sequence[dict[str, object]]]) -> object:
        calls_together.append(len(sent))
        if any(row["external_id"] == "bad" for rows in sent for row in rows):
            raise RuntimeError("this row cannot be")
        return really(scope, module, source, sent)  # type: ignore[arg-type]

    monkeypatch.setattr(gathering, "receive", receive)
    calls = [
        gathering.Call(caller_of(stage), module(), "crm", [won(name, "Sam", 1)], None, "")
        for name in ("D1", "bad", "D2")
    ]
    gathering._write_together(calls)

    assert [call.response is not None for call in calls] == [True, False, True]
    assert str(calls[1].error) == "this row cannot be"
    assert calls_together == [3, 1, 1, 1]
    assert [each["external_id"] for each in stage.writer.get("/records/deals").items] == ["D1", "D2"]
    assert stage.writer.send({"external_id": "bad"}).problem[:2] == (500, "internal_error")


def caller_of(stage: Stage):
    from paceline.api.callers import Caller
    from paceline.domain.access import TokenScope

    return Caller(stage.cast.scope.org_id, "rosa", TokenScope.WRITE, 1)


def module():
    from paceline.domain.record import Module

    return Module.DEALS


def test_nobody_who_comes_while_the_list_is_read_is_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from django.http import HttpResponse

    from paceline.api import gathering

    def answer_all(calls: list[gathering.Call], join: Callable[[list[gathering.Call]], None]) -> None:
        join(calls)
        for call in calls:
            assert call.response is None
            call.response = HttpResponse()

    monkeypatch.setattr(gathering, "_write_together", answer_all)
    waiting, caller, deals = gathering.Gathering(), caller_of(stage), module()

    def write(_number: int) -> int:
        calls = [gathering.Call(caller, deals, "crm", [None], None, "") for _ in range(200)]
        return sum(waiting.write(call).status_code == 200 for call in calls)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            assert list(pool.map(write, range(WRITERS))) == [200] * WRITERS
    finally:
        sys.setswitchinterval(interval)
    assert waiting._waiting == []
