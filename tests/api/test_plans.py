"""Whole plans by the API: exported, imported by token, changed in bulk; by those who may."""

import base64
import csv
import io

import pytest

from paceline.plan.sheets.reading import read
from tests.api.stage import Stage


@pytest.fixture
def target(stage: Stage) -> int:
    """A quarter with shares of Field and of Sam."""
    made = stage.target()
    stage.share(made, "department", stage.cast.field, value=500_00)
    stage.share(made, "person", stage.cast.sam, value=200_00)
    return made


def test_a_plan_goes_out_is_changed_and_comes_in(stage: Stage, target: int) -> None:
    answer = stage.reader.get(f"/targets/{target}/plan")
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="plan-{target}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["name"], row["reference"], row["parent"], row["value"], row["unallocated"]) for row in rows] == [
        ("Field", f"id:{stage.cast.field}", "", "500.00", "300.00"),
        ("Sam", "sam@acme.example", "department:Field", "200.00", ""),
    ]
    again = stage.reader.get(f"/targets/{target}/plan", If_None_Match=answer.tag)
    assert again.status == 304
    content = answer.content.decode("utf-8-sig").replace("200.00", "250.50")
    shown = stage.writer.post(f"/targets/{target}/plan/preview", {"csv": content})
    assert [(row["assignee"]["name"], row["before"], row["after"]) for row in shown.body["rows"]] == [
        ("Sam", 200_00, 250_50)
    ]
    done = stage.writer.post(f"/targets/{target}/plan", {"token": shown.body["token"], "reason": "as agreed"})
    assert done.status == 200
    # The same file again: it would change nothing, although it is older than what it made.
    assert stage.writer.post(f"/targets/{target}/plan/preview", {"csv": content}).body["rows"] == []
    stale = stage.writer.post(f"/targets/{target}/plan/preview", {"csv": content.replace("250.50", "1")})
    assert stale.problem[:2] == (409, "plan_changed_since_export")
    assert stale.body["changed"][0]["changes"][0]["actor"] == "rosa@acme.example"
    assert stage.writer.post(f"/targets/{target}/undo", {}).status == 200
    assert stage.verified() == []


def test_a_workbook_comes_in_as_base64(stage: Stage, target: int) -> None:
    answer = stage.reader.get(f"/targets/{target}/plan?format=xlsx")
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert [line.cells[1] for line in read(answer.content)] == ["name", "Field", "Sam"]
    given = {"xlsx": base64.b64encode(answer.content).decode()}
    assert stage.writer.post(f"/targets/{target}/plan/preview", given).body["rows"] == []
    for wrong, where in (
        ({}, "csv"),
        ({"xlsx": "?"}, "xlsx"),
        ({**given, "csv": "kind"}, "csv"),
        ({"csv": ""}, "file"),
    ):
        refused = stage.writer.post(f"/targets/{target}/plan/preview", wrong)
        assert (refused.status, list(refused.problem[2])) == (422, [where])


def test_faults_are_told_by_cell(stage: Stage, target: int) -> None:
    refused = stage.writer.post(f"/targets/{target}/plan/preview", {"csv": "kind,name,value\nperson,Sam,much\n"})
    assert refused.problem == (422, "invalid_input", {"row 2, value": "'much' is not an amount"})


def test_many_assignments_change_at_once(stage: Stage, target: int) -> None:
    first, second = stage.reader.get(f"/targets/{target}/assignments").items
    changes = [{"assignment_id": first["id"], "value": 600_00}, {"assignment_id": second["id"], "locked": True}]
    done = stage.writer.post(f"/targets/{target}/assignments/bulk", {"changes": changes, "reason": "kick-off"})
    assert [(row["assignee"]["name"], row["after"], row["is_locked"]) for row in done.body["rows"]] == [
        ("Field", 600_00, False),
        ("Sam", 200_00, True),
    ]
    history = stage.reader.get(f"/assignments/{second['id']}/history").items
    assert [(each["locked"], each["reason"]) for each in history] == [(False, ""), (True, "kick-off")]
    refused = stage.writer.post(
        f"/targets/{target}/assignments/bulk", {"changes": [*changes, {"assignment_id": 10**9, "value": 1}]}
    )
    assert refused.problem[2] == {"changes[2].assignment_id": "the target has no such assignment"}


def test_a_target_is_copied_with_growth(stage: Stage, target: int) -> None:
    given = {"name": "Q2", "growth": "10 %", "status": "active"}
    shown = stage.writer.post(f"/targets/{target}/copy/preview", given)
    assert [(row["assignee"]["name"], row["after"]) for row in shown.body["rows"]] == [
        ("Field", 550_00),
        ("Sam", 220_00),
    ]
    assert shown.body["notes"] == ["makes the target Q2: 990 EUR for 2025-04-01 to 2025-06-30, as active"]
    done = stage.writer.post(f"/targets/{target}/copy", {"token": shown.body["token"], "reason": "next quarter"})
    assert done.status == 201
    made = stage.reader.get(f"/targets/{done.body['target_id']}").body
    assert (made["name"], made["value"], made["start_date"], made["status"]) == ("Q2", 990_00, "2025-04-01", "active")
    again = stage.writer.post(f"/targets/{target}/copy", {"token": shown.body["token"]})
    assert again.problem[:2] == (404, "not_found")
    refused = stage.writer.post(f"/targets/{target}/copy/preview", {"growth": "lots"})
    assert list(refused.problem[2]) == ["growth"]
    assert stage.verified() == []


def test_strangers_and_readers_import_nothing(stage: Stage, target: int) -> None:
    given = {"csv": "kind,name,value\nperson,Sam,1\n"}
    assert stage.reader.post(f"/targets/{target}/plan/preview", given).problem[:2] == (403, "not_allowed")
    token = stage.writer.post(f"/targets/{target}/plan/preview", given).body["token"]
    other = stage.target(name="Q1 again")
    for api, number in ((stage.abroad, target), (stage.writer, other)):
        assert api.post(f"/targets/{number}/plan", {"token": token}).problem[:2] == (404, "not_found")
    for path, body in (
        ("copy/preview", {}),
        ("plan/preview", given),
        ("assignments/bulk", {"changes": [{"assignment_id": 1, "value": 1}]}),
    ):
        assert stage.abroad.post(f"/targets/{target}/{path}", body).problem[:2] == (404, "not_found")
    assert stage.abroad.get(f"/targets/{target}/plan").problem[:2] == (404, "not_found")
