"""Bringing people in from a file on the pages: previewed whole, faults by line, CSV and workbooks alike."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

PATH = "/people/import"
HEADER = ["Full name", "E-mail", "Department", "Team", "Reports to", "Hire date", "Shoe size"]
ROWS = [
    ["Uma", "uma@acme.example", "Sales > North", "Farmers", "Tariq", "2025-02-01", "38"],
    ["Sam", "sam@acme.example", "", "", "", "", "41"],
    ["Vic", "not an address", "", "", "", "", ""],
    ["Wim", "wim@acme.example", "", "", "Nobody", "", ""],
]


def csv(rows=ROWS, sign: str = ",") -> SimpleUploadedFile:
    lines = [sign.join(each) for each in (HEADER, *rows)]
    return SimpleUploadedFile("people.csv", "\n".join(lines).encode())


def workbook() -> SimpleUploadedFile:
    book, kept = Workbook(), BytesIO()
    for each in (HEADER, *ROWS):
        book.active.append(each)  # pyright: ignore[reportOptionalMemberAccess]
    book.save(kept)
    return SimpleUploadedFile("people.xlsx", kept.getvalue())


def send(browser, file, *, is_preview: bool = False, **given: str):
    """Send the form; its preview as the page asks for it."""
    browser.get(PATH)
    token = browser.client.cookies["paceline_csrf"].value
    fields = {"csrfmiddlewaretoken": token, "file": file, "source": "hr", "dates": "iso", **given}
    headers = {"HX-Request": "true", "HX-Target": "import-preview"} if is_preview else {}
    return browser.client.post(PATH, {**fields, **({"preview": "1"} if is_preview else {})}, headers=headers)


def counts(answer) -> list[str]:
    """How many are new, changed, as they are, and refused."""
    import re

    return re.findall(r'<div class="h2 mb-0[^"]*">(\d+)</div>', answer.content.decode())


def people(stage) -> list[str]:
    return sorted(each["name"] for each in stage.admin.get("/people").items)


def test_a_file_is_previewed_and_imported_with_its_faults_by_line(stage, browsers) -> None:
    rosa, before = browsers["rosa"], people(stage)
    for file in (csv(), csv(sign=";"), workbook()):
        answer = send(rosa, file, is_preview=True)
        assert counts(answer) == ["1", "0", "1", "2"]
        page = answer.content.decode()
        assert "is not an e-mail address" in page
        assert "there is no person" in page.lower()
        assert "To be made: North; teams Farmers" in page
        assert "Shoe size" in page
    assert people(stage) == before
    answer = send(rosa, csv())
    assert answer.status_code == 200
    assert counts(answer) == ["1", "0", "1", "2"]
    assert people(stage) == sorted([*before, "Uma"])
    assert counts(send(rosa, csv(ROWS[:2]), is_preview=True)) == ["0", "0", "2", "0"]
    assert stage.verified() == []


def test_a_file_that_says_nothing_of_people_is_refused_whole(stage, browsers) -> None:
    rosa = browsers["rosa"]
    strange = SimpleUploadedFile("x.csv", b"size,colour\n1,red\n")
    assert b"the file has no column" in send(rosa, strange, is_preview=True).content
    strange.seek(0)
    assert send(rosa, strange).status_code == 422
    assert b"is empty" in send(rosa, SimpleUploadedFile("x.csv", b"\n"), is_preview=True).content
    days = csv([["Uma", "", "", "", "", "01/02/2025", ""]])
    assert counts(send(rosa, days, is_preview=True)) == ["0", "0", "0", "1"]
    days.seek(0)
    assert counts(send(rosa, days, is_preview=True, dates="day-first")) == ["1", "0", "0", "0"]


def test_nobody_but_an_admin_imports(stage, browsers) -> None:
    for name in ("tariq", "sam", "eve"):
        assert browsers[name].get(PATH).status_code == 403
        assert browsers[name].post(PATH, source="hr", dates="iso").status_code == 403
