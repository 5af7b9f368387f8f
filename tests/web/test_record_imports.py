"""Importing a file on the pages: columns told and shown, every row tried, then written, and the refused ones mended."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from paceline import edge
from paceline.crm.mapping import read_mapping
from paceline.domain.record import Module

DEALS = """Deal ID;Deal Name;Deal owner;Deal Stage;Amount;Create Date;Close Date;Seats
1;Küche;sam@acme.example;Closed Won;1.234,50;02/01/2025;03/02/2025;5
2;Bad;sam@acme.example;Negotiation;500;05/01/2025;12/12/2025;x
3;Cup;Nobody;Closed Lost;12.5.1;05/01/2025;06/02/2025;
4;Day;Eve;Closed Won;90;99/01/2025;06/02/2025;7
5;Eel;Eve;Closed Won;
"""


def upload(browser: Any, content: bytes | str, name: str = "deals.csv", module: str = "deals", **fields: Any) -> Any:
    """Bring a file; where the answer leads, or the answer where it is refused."""
    data = content if isinstance(content, bytes) else content.encode()
    browser.get("/records/imports")
    answer = browser.post(
        "/records/imports", module=module, source="hub", file=SimpleUploadedFile(name, data), **fields
    )
    return answer["Location"] if answer.status_code == 302 else answer


def chosen(page: str) -> dict[str, str]:
    """What a form sends as it is shown."""
    made = {}
    for name, inside in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        picked = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', inside)
        made[name] = (picked[1] if picked[1] is not None else picked[2]) if picked else ""
    made |= dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    made |= dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)" checked', page))
    made.pop("csrfmiddlewaretoken", None)
    return made


def shown(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def stepped(browser: Any, path: str) -> Any:
    """The page once all steps are done."""
    for _ in range(20):
        browser.post(f"{path}/step")
        answer = browser.get(path)
        if b'id="import-progress"' not in answer.content:
            return answer
    raise AssertionError("it never ends")


def written(browser: Any, path: str, told: dict[str, str]) -> Any:
    """The page once all rows are tried and written, as it was told."""
    browser.post(path, **told, act="check")
    stepped(browser, path)
    browser.post(f"{path}/start")
    return stepped(browser, path)


def counts(answer: Any) -> list[int]:
    """New, changed, unchanged, stale, rejected, all."""
    return [int(each) for each in re.findall(r'<div class="h1 mb-0">([\d,]+)</div>', answer.content.decode())]


def test_a_file_with_faults_comes_in_and_its_refused_rows_are_mended(stage, browsers) -> None:
    rosa = browsers["rosa"]
    path = upload(rosa, DEALS.encode("cp1252"))
    answer = rosa.get(path)
    assert "5 rows of deals from hub, read as CSV with semicolons, cp1252" in shown(answer)
    told = chosen(answer.content.decode())
    assert [told[f"field_{place}"] for place in range(8)] == [
        "external_id",
        "name",
        "owner",
        "stage",
        "amount",
        "created",
        "closed",
        "",
    ]
    assert (told["word_stage_0"], told["word_stage_1"], told["word_stage_2"]) == ("won", "open", "lost")
    # Most of the days can be read both ways.
    assert "The file leaves it open" in shown(answer)
    assert "02/01/2025 is Jan 2, 2025" in shown(answer)
    assert "02/01/2025 is Feb 1, 2025" in shown(answer)
    told |= {"field_7": "custom:number", "decimal": ","}
    assert rosa.post(path, **told, act="look").status_code == 302
    assert "1.234,50 → €1,234.50" in shown(rosa.get(path))
    answer = rosa.post(path, **told, act="check")
    assert answer.status_code == 422
    assert "Days : say in which order they are written" in shown(answer)
    told["dates"] = "day-first"
    assert rosa.post(path, **told, act="check").status_code == 302
    answer = stepped(rosa, path)
    assert counts(answer) == [1, 0, 0, 0, 4, 5]
    text = shown(answer)
    assert "Seats: 1" in text
    assert "no such day or time as &#x27;99/01/2025&#x27;" in text
    assert "whole rows: 1" in text
    assert "€1,234.50" in text
    assert stage.reader.get("/records/deals").items == []
    assert rosa.post(f"{path}/start").status_code == 302
    answer = stepped(rosa, path)
    assert counts(answer) == [1, 0, 0, 0, 4, 5]
    (deal,) = stage.reader.get("/records/deals").items
    assert {
        name: deal[name] for name in ("source", "external_id", "name", "status", "amount", "closed_day", "custom")
    } == {
        "source": "hub",
        "external_id": "1",
        "name": "Küche",
        "status": "won",
        "amount": 1234_50,
        "closed_day": "2025-02-03",
        "custom": {"Seats": 5},
    }
    assert stage.verified() == []
    refused = rosa.get(f"{path}/rejected.csv")
    rows = list(csv.reader(io.StringIO(refused.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][-3:] == ["rejected_line", "rejected_column", "rejected_reason"]
    assert [row[8] for row in rows[1:]] == ["3", "4", "5", "6"]
    rows[1][7], rows[2][4], rows[3][5], rows[4][:8] = (
        "4",
        "12,50",
        "09/01/2025",
        ["5", "Eel", "Eve", "Closed Won", *[""] * 4],
    )
    mended = io.StringIO()
    csv.writer(mended, delimiter=";").writerows(rows)
    path = upload(rosa, mended.getvalue(), "mended.csv")
    answer = rosa.get(path)
    assert "told as for the last file that had the same ones" in shown(answer)
    told = chosen(answer.content.decode())
    assert (told["field_4"], told["field_7"], told["dates"], told["field_9"]) == (
        "amount",
        "custom:number",
        "day-first",
        "",
    )
    assert counts(written(rosa, path, told)) == [4, 0, 0, 0, 0, 4]
    found = {each["external_id"]: each for each in stage.reader.get("/records/deals").items}
    assert [found[number]["amount"] for number in "12345"] == [1234_50, 500_00, 12_50, 90_00, None]
    # The day that is hoped for is no day on which an open deal was closed.
    assert [found[number]["closed_day"] for number in "12345"] == ["2025-02-03", None, "2025-02-06", "2025-02-06", None]
    assert stage.verified() == []


def test_a_workbook_is_taken_exactly_as_it_is_typed(stage, browsers) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["Opportunity ID", "Owner", "Amount", "Created", "Close date", "Status", "Flag"])
    # A workbook knows no time zones: it is the organization's.
    closed = datetime(2025, 2, 3, 14, 5, 59)  # noqa: DTZ001
    sheet.append([1001, "Sam", 1234.5, date(2025, 3, 4), closed, "Won", True])
    sheet.append(["A-2", "Sam", "2,000.10", date(2025, 1, 2), "04.02.2025", "Won", False])
    sheet.append([1003, "Sam", 0.25, date(2025, 1, 2), None, "open", None])
    sheet["G4"] = "=1/0"
    sheet.append([1004, "Sam", "#N/A", date(2025, 1, 2), None, "open", None])
    sheet["C5"].data_type = "e"
    file = io.BytesIO()
    book.save(file)
    rosa = browsers["rosa"]
    path = upload(rosa, file.getvalue(), "deals.xlsx")
    told = chosen(rosa.get(path).content.decode())
    assert [told[f"field_{place}"] for place in range(6)] == [
        "external_id",
        "owner",
        "amount",
        "created",
        "closed",
        "status",
    ]
    told |= {"dates": "day-first", "field_6": "custom:flag"}
    rosa.post(path, **told, act="check")
    assert counts(stepped(rosa, path)) == [2, 0, 0, 0, 2, 4]
    rosa.post(f"{path}/start")
    answer = stepped(rosa, path)
    assert counts(answer) == [2, 0, 0, 0, 2, 4]
    made = {each["external_id"]: each for each in stage.reader.get("/records/deals").items}
    first, second = made["1001"], made["A-2"]
    assert (first["amount"], first["created_day"], first["closed_at"]) == (
        1234_50,
        "2025-03-04",
        "2025-02-03T13:05:59+00:00",
    )
    assert (second["amount"], second["closed_day"], second["custom"]) == (2000_10, "2025-02-04", {"Flag": False})
    reasons = rosa.get(f"{path}/rejected.csv").content.decode()
    assert "holds a formula that was never computed" in reasons
    assert "holds the error #N/A" in reasons


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "file is empty"),
        (b"a,b\n", "has a header and no row"),
        (b"\xd0\xcf\x11\xe0old", "old or a locked Excel workbook"),
        (b"PK\x03\x04bomb", "damaged workbook"),
        (",".join(map(str, range(300))) + "\n1\n", "300 columns, where at most 200"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(stage, browsers, content, says) -> None:
    answer = upload(browsers["rosa"], content)
    assert answer.status_code == 422
    assert says in shown(answer)


def test_a_file_or_pasted_rows_and_not_both_nor_too_much(stage, browsers, monkeypatch) -> None:
    rosa = browsers["rosa"]
    assert "choose a file, or paste rows" in shown(rosa.send("/records/imports", module="tasks", source="x"))
    assert "choose a file, or paste rows" in shown(upload(rosa, "a\n1\n", text="a\n1\n"))
    monkeypatch.setattr("paceline.web.records.importing.upload.FILE_BYTES_MAX", 10)
    assert "is larger than 10 bytes" in shown(upload(rosa, "a,b\n1,2\n3,4\n"))
    answer = rosa.send(
        "/records/imports",
        module="tasks",
        source="x",
        text="Task ID\tOwner\tDone at\tType\n1\tSam\t2025-02-01\tPhone\n",
    )
    path = answer["Location"]
    told = chosen(rosa.get(path).content.decode())
    assert [told[f"field_{place}"] for place in range(4)] == ["external_id", "owner", "completed", "type"]
    assert (told["word_type_0"], told["status"]) == ("call", "completed")
    written(rosa, path, told)
    (task,) = stage.reader.get("/records/tasks").items
    assert (task["type"], task["status"], task["completed_day"]) == ("call", "completed", "2025-02-01")


def test_a_worker_does_the_steps_too_and_a_step_is_done_once(stage, browsers, monkeypatch) -> None:
    from paceline import worker
    from paceline.crm.models import Import, ImportPart

    monkeypatch.setattr("paceline.crm.files.actions.PART_ROWS_MAX", 3)
    rosa = browsers["rosa"]
    path = upload(
        rosa, "id,owner,created\n" + "".join(f"{number},Sam,2025-01-02\n" for number in range(8)), module="leads"
    )
    number = int(path.rpartition("/")[2])
    told = chosen(rosa.get(path).content.decode())
    rosa.post(path, **told, act="check")
    org_id = stage.cast.scope.org_id
    worker.import_file(org_id, number)
    assert "Import 8 rows" in shown(rosa.get(path))
    rosa.post(f"{path}/start")
    monkeypatch.setattr("paceline.web.records.importing.running.STEPS_SECONDS_MAX", 0)
    rosa.post(f"{path}/step")
    assert "3 of 8 rows" in shown(rosa.get(path))
    worker.import_file(org_id, number)
    worker.import_file(org_id, number)
    assert counts(rosa.get(path)) == [8, 0, 0, 0, 0, 8]
    assert len(stage.reader.get("/records/leads").items) == 8
    assert "is done by now" in shown(rosa.post(f"{path}/start"))
    with transaction.atomic():
        assert stage.scope.org_id == org_id
        assert ImportPart.objects.count() == 0
    worker.forget(datetime.now(UTC) + timedelta(days=8))
    with transaction.atomic():
        assert stage.scope.org_id == org_id
        assert Import.objects.count() == 1


def test_the_mapping_is_one_that_the_command_takes(stage, browsers) -> None:
    rosa = browsers["rosa"]
    path = upload(rosa, DEALS.encode("cp1252"))
    told = chosen(rosa.get(path).content.decode()) | {"field_4": "amount", "dates": "day-first", "decimal": ","}
    rosa.post(path, **told, act="look")
    made = read_mapping(Module.DEALS, rosa.get(f"{path}/mapping.toml").content)
    assert (made.source, made.layout.delimiter, made.layout.encoding, made.layout.decimal) == (
        "hub",
        ";",
        "cp1252",
        ",",
    )
    assert made.stages == {"closed won": "won", "closed lost": "lost", "negotiation": "open"}
    when = made.columns["closed"].when
    assert when
    assert when.values == {"closed won", "closed lost"}


def test_a_file_is_read_anew_and_dropped(stage, browsers) -> None:
    rosa = browsers["rosa"]
    path = upload(rosa, "id;owner, first;name\n1;Ey, Eve;x\n")
    assert "read as CSV with semicolons, utf-8" in shown(rosa.get(path))
    rosa.post(f"{path}/read", encoding="latin-1", delimiter=",")
    assert "read as CSV with commas, latin-1" in shown(rosa.get(path))
    assert rosa.post(f"{path}/read", encoding="klingon", delimiter=",").status_code == 422
    assert "Nothing of it was written" in shown(rosa.get(f"{path}/drop"))
    assert rosa.post(f"{path}/drop").status_code == 302
    assert rosa.get(path).status_code == 404


def test_only_whoever_changes_records_imports_and_only_their_own(stage, browsers) -> None:
    from paceline.crm.files import actions

    path = upload(browsers["rosa"], "id\n1\n")
    for name in ("tariq", "sam", "eve"):
        for address in ("/records/imports", path, f"{path}/drop", f"{path}/rejected.csv", f"{path}/mapping.toml"):
            assert browsers[name].get(address).status_code == 403, (name, address)
        for verb in ("step", "start", "again", "read", "drop"):
            answer = browsers[name].post(f"{path}/{verb}", encoding="utf-8", delimiter=",")
            assert answer.status_code == 403, (name, verb)
    with transaction.atomic():
        abroad = edge.caller_scope(stage.cast.abroad.org_id, "olga")
        made = actions.begin(abroad, Module.DEALS, "hub", "x.csv", b"id\n1\n")
    assert browsers["rosa"].get(f"/records/imports/{made.id}").status_code == 404
    assert browsers["rosa"].post(f"/records/imports/{made.id}/drop").status_code == 404
