"""The audit trail: every change with who, when, from where, from what to what and why."""

import csv
import io

import pytest
from django.db import transaction
from psycopg.errors import InsufficientPrivilege, RaiseException

from paceline import edge
from tests.api.calls import Api
from tests.api.stage import Stage


def test_a_change_is_told_with_who_from_where_and_why(stage: Stage) -> None:
    target = stage.target()
    stage.writer.patch(f"/targets/{target}", {"value": 800_00, "reason": "a slow start"})
    newest = stage.admin.get("/audit?kind=target&limit=1").body["items"][0]
    told = {name: newest[name] for name in ("actor", "origin", "verb", "object_id", "old", "new", "reason")}
    assert told == {
        "actor": "rosa@acme.example",
        "origin": "127.0.0.1",
        "verb": "edit_target",
        "object_id": target,
        "old": {"value": 900_00},
        "new": {"value": 800_00},
        "reason": "a slow start",
    }


def test_the_trail_is_read_page_by_page_and_by_what_is_asked(stage: Stage) -> None:
    for number in range(3):
        stage.target(name=f"T{number}")
    every = stage.admin.get("/audit?limit=1000").items
    assert [each["id"] for each in every] == sorted((each["id"] for each in every), reverse=True)
    paged, cursor = list[int](), ""
    while cursor is not None:
        page = stage.admin.get(f"/audit?limit=4&cursor={cursor}").body
        paged, cursor = paged + [each["id"] for each in page["items"]], page["next"]
    assert paged == [each["id"] for each in every]
    assert len(stage.admin.get("/audit?kind=target").items) == 3
    assert stage.admin.get("/audit?kind=target&from=2099-01-01T00:00:00Z").items == []
    assert stage.admin.get("/audit?actor=ROSA%40acme.example&kind=target").items != []
    assert stage.admin.get("/audit?actor=nobody").items == []


def test_a_file_of_it_computes_nothing(stage: Stage) -> None:
    evil = '=HYPERLINK("http://evil.example")'
    stage.target(name=evil)
    stage.admin.post("/teams", {"name": "@SUM(A1)"})
    stage.writer.post(
        "/targets", {"name": "x", "metric": "revenue", "value": 1, "period": "monthly", "start_date": "2025-01-01"}
    )
    answer = stage.admin.get("/audit?format=csv")
    assert answer.headers["Content-Type"] == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0][:4] == ["id", "at", "actor", "origin"]
    assert any(evil.replace('"', '\\"') in row[8] for row in rows[1:])
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]


def test_the_trail_of_another_is_not_told(stage: Stage) -> None:
    stage.target()
    assert {each["actor"] for each in stage.abroad.get("/audit?limit=1000").items} == {"olga"}
    assert Api("").get("/audit").problem[:2] == (401, "not_signed_in")


def test_nothing_of_it_is_changed_or_taken_away(stage: Stage) -> None:
    for statement in ("UPDATE org_change SET actor = 'x'", "DELETE FROM org_change"):
        with pytest.raises(InsufficientPrivilege), transaction.atomic():
            stage.scope.connection.execute(statement)  # pyright: ignore[reportArgumentType]
    # Nor by whoever owns the table.
    for statement in ("UPDATE org_change SET actor = 'x'", "DELETE FROM org_change", "TRUNCATE org_change"):
        with pytest.raises(RaiseException, match="only ever added to"), transaction.atomic(), edge.unscoped():
            edge.raw_connection().execute(statement)  # pyright: ignore[reportArgumentType]


def test_an_operation_is_opened(stage: Stage) -> None:
    target = stage.target()
    whole, sam, tariq = (
        stage.share(target, kind, number, value)
        for kind, number, value in (
            ("organization", None, 900_00),
            ("person", stage.cast.sam, 100_00),
            ("person", stage.cast.tariq, 200_00),
        )
    )
    change = {"changes": [{"assignment_id": sam, "value": 1}, {"assignment_id": tariq, "value": 2}], "reason": "=1+1"}
    assert stage.writer.post(f"/targets/{target}/assignments/bulk", change).status == 200
    newest = stage.admin.get("/audit?kind=operation&limit=1").body["items"][0]
    path = f"/audit?operation={newest['object_id']}"
    told = stage.admin.get(path).items
    assert [(each["object_id"], each["old"], each["new"]) for each in told] == [
        (sam, {"value": 100_00}, {"value": 1}),
        (tariq, {"value": 200_00}, {"value": 2}),
    ]
    head = {name: newest[name] for name in ("id", "at", "actor", "origin", "reason")}
    assert all(head.items() <= each.items() for each in told)
    first = stage.admin.get(f"{path}&limit=1").body
    assert [each["object_id"] for each in stage.admin.get(f"{path}&cursor={first['next']}").items] == [tariq]
    rows = list(csv.reader(io.StringIO(stage.admin.get(f"{path}&format=csv").content.decode())))
    assert [row[6] for row in rows[1:]] == [str(sam), str(tariq)]
    assert {row[9] for row in rows[1:]} == {"'=1+1"}
    # What it made is told with whose it is.
    preview = stage.writer.post(f"/assignments/{whole}/periods/preview", {"every": "month"}).body["token"]
    assert stage.writer.post(f"/assignments/{whole}/periods", {"token": preview}).status == 200
    newest = stage.admin.get("/audit?kind=operation&limit=1").body["items"][0]
    made = stage.admin.get(f"/audit?operation={newest['object_id']}").items
    assert [(each["old"], each["new"]["assignee_kind"], each["new"]["start_date"]) for each in made] == [
        (None, "organization", f"2025-0{month}-01") for month in (1, 2, 3)
    ]
    assert stage.reader.get(path).problem[:2] == (403, "not_allowed")
    assert stage.abroad.get(path).problem[:2] == (404, "not_found")
