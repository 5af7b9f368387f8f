"""Records sent and read back: what becomes of each row, in any order and of any size."""

from typing import Any

import pytest

from tests.api.calls import counts, results, won
from tests.api.stage import Stage

ROWS_MAX = 10_000


def test_a_deal_is_created_changed_left_alone_and_too_late(stage: Stage) -> None:
    api = stage.writer
    newer, older = "2025-01-21T10:00:00Z", "2025-01-20T10:00:00Z"
    first = api.send(won("D1", "Sam", 100_00, modified=newer))
    again = api.send(won("D1", "Sam", 100_00, modified=newer))
    late = api.send(won("D1", "Sam", 50_00, modified=older))
    changed = api.send({"external_id": "D1", "amount": 120_00, "modified": "2025-01-22T10:00:00Z"})

    assert first.body == {
        "results": [{"external_id": "D1", "result": "created", "reasons": []}],
        "created": 1,
        "changed": 0,
        "unchanged": 0,
        "stale": 0,
        "rejected": 0,
    }
    assert [*results(again), *results(late), *results(changed)] == ["D1 unchanged", "D1 stale", "D1 changed"]
    assert [each["amount"] for each in api.get("/records/deals").items] == [120_00]
    assert stage.verified() == []


def test_a_record_is_told_whole(stage: Stage) -> None:
    sent = won("D1", "sam@acme.example", 100_00, name="Alpha", region="East", custom={"size": 12, "new": True})
    stage.writer.send({**sent, "expected_close": "2025-02-01", "modified": "2025-01-20T12:30:00+02:00"})
    stage.writer.send(
        {"external_id": "L1", "owner": "Eve", "status": "qualified", "qualified": "2025-01-03T09:00:00+01:00"},
        module="leads",
    )
    stage.writer.send({"external_id": "T1", "owner": "Eve", "type": "Call", "status": "open"}, module="tasks")

    (deal,) = stage.reader.get("/records/deals").items
    (lead,) = stage.reader.get("/records/leads").items
    (task,) = stage.reader.get("/records/tasks").items
    common = {"source": "crm", "name": None, "created_at": None, "modified": None, "deleted": False, "custom": {}}
    assert deal == {
        **common,
        "record_id": deal["record_id"],
        "external_id": "D1",
        "owner_id": stage.cast.sam,
        "owner": "sam@acme.example",
        "name": "Alpha",
        "created_day": "2025-01-02",
        "amount": 100_00,
        "currency": "EUR",
        "status": "won",
        "stage": None,
        "pipeline": None,
        "product": None,
        "region": "East",
        "expected_close": "2025-02-01",
        "closed_at": None,
        "closed_day": "2025-01-20",
        "modified": "2025-01-20T10:30:00+00:00",
        "custom": {"size": 12, "new": True},
    }
    assert lead == {
        **common,
        "record_id": lead["record_id"],
        "external_id": "L1",
        "owner_id": stage.cast.eve,
        "owner": "Eve",
        "created_day": None,
        "status": "qualified",
        "stage": None,
        "pipeline": None,
        "lead_source": None,
        "region": None,
        "qualified_at": "2025-01-03T08:00:00+00:00",
        "qualified_day": "2025-01-03",
    }
    assert (task["type"], task["status"], task["completed_at"], task["completed_day"]) == ("call", "open", None, None)


def test_each_bad_row_is_refused_with_its_reasons_and_the_good_ones_land(stage: Stage) -> None:
    answer = stage.writer.send(
        won("D1", "Sam", 100_00),
        {"external_id": "D2", "amount": "much", "status": "great", "closed": "yesterday"},
        {"amount": 1},
        "a deal",
        {"external_id": "D\0", "colour": "red"},
        won("D3", "Eve", 10**16),
        won("D4", "x" * 201, 1),
        None,
        won("D5", "Eve", 5_00),
    )

    assert results(answer) == [
        "D1 created",
        (
            "D2 rejected: amount: 'much' is not a whole number of minor units;"
            " status: 'great' is none of open, won, lost;"
            " closed: 'yesterday' is not a day or time written iso,"
            " such as 2026-01-31 or 2026-01-31T14:05:00+01:00"
        ),
        "None rejected: external_id: is blank, and every record needs its own id",
        "None rejected: record: write an object of fields and values",
        "D\0 rejected: colour: deals have no field 'colour'; external_id: holds a NUL character",
        "D3 rejected: amount: the amount is beyond 1,000,000,000,000,000 minor units",
        "D4 rejected: owner: 201 characters, where at most 200 fit",
        "None rejected: record: write an object of fields and values",
        "D5 created",
    ]
    assert counts(answer) == {"created": 2, "rejected": 7}
    assert [each["external_id"] for each in stage.writer.get("/records/deals").items] == ["D1", "D5"]


def test_rows_may_give_different_fields_and_come_again_in_their_order(stage: Stage) -> None:
    answer = stage.writer.send(
        won("D1", "Sam", 100_00),
        {"external_id": "D2", "owner": "Eve"},
        {"external_id": "D1", "amount": 200_00},
        {"external_id": "D2", "owner": None, "name": "Beta"},
        won("D1", "Sam", 300_00),
        {"external_id": "D1", "amount": 300_00},
    )

    assert results(answer) == [
        "D1 created",
        "D2 created",
        "D1 changed",
        "D2 changed",
        "D1 changed",
        "D1 unchanged",
    ]
    found = stage.writer.get("/records/deals").items
    assert [(each["external_id"], each["owner"], each["name"], each["amount"]) for each in found] == [
        ("D1", "Sam", None, 300_00),
        ("D2", None, "Beta", None),
    ]
    assert stage.verified() == []


def test_a_deal_is_deleted_and_comes_back(stage: Stage) -> None:
    target = stage.target()
    share = stage.share(target, "person", stage.cast.sam)

    def told() -> tuple[int, Any]:
        row = stage.reader.get(f"/assignments/{share}/progress").body
        return row["current"], [each["deleted"] for each in stage.reader.get("/records/deals").items]

    stage.writer.send(won("D1", "Sam", 100_00))
    before = told()
    stage.writer.send({"external_id": "D1", "deleted": True})
    gone = told()
    stage.writer.send({"external_id": "D1", "deleted": False})
    assert (before, gone, told()) == ((100_00, [False]), (0, [True]), (100_00, [False]))


def test_the_same_id_of_two_sources_is_two_records(stage: Stage) -> None:
    stage.writer.send(won("D1", "Sam", 1_00))
    stage.writer.send(won("D1", "Sam", 2_00), source="web")
    stage.writer.post("/records/deals", {"records": [won("D1", "Sam", 3_00)]})
    found = stage.writer.get("/records/deals?external_id=D1").items
    assert [(each["source"], each["amount"]) for each in found] == [("crm", 1_00), ("web", 2_00), ("api", 3_00)]


def test_ten_thousand_rows_are_one_call_and_one_more_is_too_many(stage: Stage) -> None:
    rows = [won(f"D{number}", "Sam", 1) for number in range(ROWS_MAX)]
    answer = stage.writer.send(*rows, Idempotency_Key="many")
    again = stage.writer.send(*rows, Idempotency_Key="many")
    refused = stage.writer.send(*rows, won("D", "Sam", 1))

    assert counts(answer) == {"created": ROWS_MAX}
    assert [each["external_id"] for each in answer.body["results"]] == [row["external_id"] for row in rows]
    assert (again.content, again.headers["Idempotency-Replayed"]) == (answer.content, "true")
    assert refused.problem == (
        422,
        "invalid_input",
        {"records": "10,001 records, where one call takes up to 10,000"},
    )
    assert counts(stage.writer.send(*rows)) == {"unchanged": ROWS_MAX}


def test_one_record_comes_only_so_often(stage: Stage) -> None:
    often = [won("D1", "Sam", number) for number in range(100)]
    assert counts(stage.writer.send(*often)) == {"created": 1, "changed": 99}
    assert stage.writer.send(*often, won("D1", "Sam", 1)).problem[2] == {
        "records": "one record comes 101 times, where one call takes up to 100"
    }


def test_many_records_that_come_twice_are_few_writes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from paceline.crm import receiving

    batches: list[int] = []
    really = receiving.ingest.write

    def write(scope: object, batch: Any, rules: Any) -> Any:
        batches.append(len(batch.rows))
        return really(scope, batch, rules)  # type: ignore[arg-type]

    monkeypatch.setattr(receiving.ingest, "write", write)
    rows = [
        row
        for number in range(300)
        for row in (won(f"D{number}", "Sam", 1), {"external_id": f"D{number}", "amount": number + 2})
    ]
    assert counts(stage.writer.send(*rows)) == {"created": 300, "changed": 300}
    assert batches == [300, 300]
    assert [each["amount"] for each in stage.writer.get("/records/deals?limit=1000").items] == list(range(2, 302))


def test_no_records_are_no_mistake(stage: Stage) -> None:
    assert counts(stage.writer.send()) == {}
    assert stage.writer.send().body["results"] == []


def test_a_body_that_is_none_is_refused_as_a_whole(stage: Stage) -> None:
    def refused(body: object) -> dict[str, str]:
        status, code, faults = stage.writer.post("/records/deals", body).problem
        assert (status, code) == (422, "invalid_input")
        return faults

    assert stage.writer.post("/records/deals", b'{"records": [').problem[:2] == (400, "bad_request")
    assert stage.writer.post("/records/deals", b"").problem[:2] == (400, "bad_request")
    assert refused([]) == {"records": "give a list of records"}
    assert refused({"records": {}}) == {"records": "give a list of records"}
    assert refused({"records": [], "sauce": 1, "source": 5}) == {
        "sauce": "is not a part of the body: there are source and records",
        "source": "is not a text",
    }
    assert refused({"records": [], "source": " "}) == {"source": "give a name"}
    assert refused({"records": [], "source": "a\0b"}) == {"source": "holds a control character"}
    assert refused({"records": [], "source": "x" * 256}).keys() == {"source"}


def test_reading_filters_by_owner_source_id_and_day(stage: Stage) -> None:
    for number, (owner, created) in enumerate(
        [("Sam", "2025-01-01"), ("Eve", "2025-01-02"), ("Sam", "2025-01-03"), ("Nobody", "2025-01-04")]
    ):
        stage.writer.send(won(f"D{number}", owner, 1, created=created), source="crm" if number else "web")

    def found(query: str) -> list[str]:
        return [each["external_id"] for each in stage.reader.get(f"/records/deals?{query}").items]

    assert found(f"owner={stage.cast.sam}") == ["D0", "D2"]
    assert found(f"owner={stage.cast.olga}") == []
    assert found("source=web") == ["D0"]
    assert found("source=w%00b") == []
    assert found("from=2025-01-02&to=2025-01-04") == ["D1", "D2"]
    assert found(f"owner={stage.cast.sam}&from=2025-01-02") == ["D2"]
    assert found("external_id=D3") == ["D3"]


def test_pages_have_every_record_once(stage: Stage) -> None:
    stage.writer.send(*(won(f"D{number}", "Sam", 1) for number in range(25)))
    pages = stage.reader.pages("/records/deals", 10)
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [each["external_id"] for page in pages for each in page] == [f"D{number}" for number in range(25)]
    assert [len(page) for page in stage.reader.pages("/records/deals", 25)] == [25]
    stage.writer.send(won("D25", "Sam", 1))
    assert [len(page) for page in stage.reader.pages("/records/deals?owner=" + str(stage.cast.sam), 13)] == [13, 13]
