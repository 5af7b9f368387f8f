"""Uploaded files: read whatever they are, looked at column by column, guessed, and told as a mapping."""

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paceline.crm.files import choosing, guessing, reading
from paceline.crm.files.profile import Profile
from paceline.crm.files.reading import Line
from paceline.crm.files.stored import StoredRows, pack, text, unpack
from paceline.crm.layout import Layout
from paceline.crm.times import Dates
from paceline.domain.record import Module
from paceline.domain.rejection import Rejected
from paceline.errors import InvalidInput


def columns(content: str) -> Any:
    table = reading.read(content.encode())
    seen = Profile(table.header)
    for row in table.rows:
        if isinstance(row, Line):
            seen.add(row)
    return seen.columns


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # pyright: ignore[reportOptionalMemberAccess]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("module", "header", "row", "guessed"),
    [
        # As Salesforce, HubSpot and Pipedrive name them.
        (
            Module.DEALS,
            "Opportunity ID,Opportunity Name,Opportunity Owner,Stage,Amount,Created Date,Close Date,Last Modified Date",
            "006A,Big,Ann,Closed Won,10,2026-01-02,2026-02-03,2026-02-04",
            "external_id name owner stage amount created closed modified",
        ),
        (
            Module.DEALS,
            "Record ID,Deal Name,Deal owner,Deal Stage,Amount,Create Date,Close Date,Pipeline,Weather",
            "1,Big,Ann,Won,10,2026-01-02,2026-02-03,New,dry",
            "external_id name owner stage amount created closed pipeline -",
        ),
        (Module.DEALS, "id,ID,Title,Value,Status", "1,2,Big,ten,won", "external_id - name - status"),
        (
            Module.LEADS,
            "Lead ID,Lead Owner,Lead Status,Lead Source",
            "1,Ann,New,Web",
            "external_id owner status lead_source",
        ),
        (
            Module.TASKS,
            "activity_id,rep,type,completed at",
            "1,Ann,Call,2026-01-02",
            "external_id owner type completed",
        ),
    ],
)
def test_columns_are_guessed_by_their_names_and_what_stands_in_them(module, header, row, guessed) -> None:
    found = columns(f"{header}\n{row}\n")
    fields = guessing.fields(module, found)
    assert [fields.get(each.name, "-") for each in found] == guessed.split()


def test_words_of_stages_are_guessed() -> None:
    (column,) = columns("Stage\nClosed Won\nclosed won\nNegotiation\nClosed Lost\nUnwonted\n")
    found = {"Closed Won": "won", "Negotiation": "open", "Closed Lost": "lost", "Unwonted": "open"}
    assert guessing.words(Module.DEALS, column) == found
    (column,) = columns("Status\nUnqualified\nSQL\nNew\n")
    assert list(guessing.words(Module.LEADS, column).values()) == ["disqualified", "qualified", "open"]
    (column,) = columns("Type\nPhone Call\ncall\nVideo Conference\nE-mail\n")
    assert guessing.types(column) == {"Phone Call": "call", "Video Conference": "meeting"}


@pytest.mark.parametrize(
    ("days", "ways"),
    [
        ("2026-01-02 2026-03-04T10:00:00Z", ["iso"]),
        ("01/02/2026 03/04/2026", ["day-first", "month-first"]),
        ("01/02/2026 13/04/2026", ["day-first"]),
        ("01.02.2026 03.24.2026", ["month-first"]),
        ("soon later 01/02/2026", []),
    ],
)
def test_days_that_read_two_ways_are_left_open(days: str, ways: list[str]) -> None:
    (column,) = columns("When\n" + "\n".join(days.split()) + "\n")
    found, _ = guessing.layout([column], {"fields": {"When": "created"}}, Module.DEALS)
    assert found == ways


def test_how_a_file_is_written_is_found_out() -> None:
    for content, delimiter, encoding in (
        (b"a,b\n1,2\n", ",", "utf-8"),
        (b"a;b\n1,5;2\n", ";", "utf-8"),
        ("a\tb\n1\t2\n".encode("utf-16"), "\t", "utf-16"),
        ("a|b\né|2\n".encode("cp1252"), "|", "cp1252"),
    ):
        table = reading.read(content)
        assert (table.delimiter, table.encoding, len(table.header)) == (delimiter, encoding, 2)


def test_a_workbook_is_kept_as_it_is_typed() -> None:
    rows = [["id", "when", "n"], [], [7, datetime(2026, 1, 31, 14, 5), 1234.5], ["x", date(2026, 1, 2), True]]  # noqa: DTZ001
    first, second = reading.read(workbook(*rows)).rows
    assert first == Line(3, [("number", "7"), ("day", "2026-01-31T14:05:00"), ("number", "1234.5")])
    assert second == Line(4, ["x", ("day", "2026-01-02"), "true"])
    assert isinstance(first, Line)
    told = {
        Dates.ISO: "2026-01-31T14:05:00",
        Dates.DAY_FIRST: "31/01/2026 14:05:00",
        Dates.MONTH_FIRST: "01/31/2026 14:05:00",
    }
    for dates, written in told.items():
        assert text(first.cells[1], Layout(dates=dates, decimal=",")) == written
        assert text(first.cells[2], Layout(dates=dates, decimal=",")) == "1234,5"


def test_a_workbook_has_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook(["a", "b"], [1, 2], [3, 4])
    monkeypatch.setattr(reading, "WORKBOOK_CELLS_MAX", 4)
    assert len(list(reading.read(content).rows)) == 2
    monkeypatch.setattr(reading, "WORKBOOK_CELLS_MAX", 3)
    with pytest.raises(InvalidInput, match="save it as CSV"):
        list(reading.read(content).rows)
    monkeypatch.setattr(reading, "FILE_BYTES_MAX", 3)
    with pytest.raises(InvalidInput, match="larger than 3 bytes"):
        reading.read(content)


CELLS = st.one_of(st.text(max_size=8), st.tuples(st.sampled_from(["day", "number", "bad"]), st.just("2026-01-02")))


@settings(max_examples=30)
@given(
    st.lists(
        st.one_of(
            st.builds(Line, st.integers(1, 9), st.lists(CELLS, max_size=3)),
            st.builds(Rejected, st.integers(1, 9), st.none(), st.text(max_size=5), st.just("x")),
        )
    )
)
def test_what_is_packed_is_unpacked(rows: list[Any]) -> None:
    assert unpack(pack(rows)) == rows


def test_a_cell_without_a_value_refuses_its_row_only_where_it_is_used() -> None:
    rows = [Line(2, ["1", ("bad", "holds the error #N/A")])]
    assert list(StoredRows(["id", "x"], rows, Layout(), {"id"})) == [(2, ["1", ""])]
    assert list(StoredRows(["id", "x"], rows, Layout(), {"id", "x"})) == [
        Rejected(2, "x", "holds the error #N/A", "1,")
    ]


def test_choices_become_the_mapping_that_the_command_takes() -> None:
    choices = {
        "source": "hub",
        "dates": "day-first",
        "decimal": ",",
        "fields": {"Id": "external_id", "State": "status", "When": "closed", "Seats": "custom:number", "x": ""},
        "words": {"status": {"Gewonnen": "won", "open": "open", "Weg": "lost", "?": ""}},
        "constants": {"currency": "EUR", "status": ""},
        "is_done_only": True,
    }
    assert choosing.plain(Module.DEALS, choices) == {
        "source": "hub",
        "dates": "day-first",
        "decimal": ",",
        "columns": {
            "external_id": "Id",
            "status": {"column": "State", "values": {"Gewonnen": "won", "Weg": "lost"}},
            "closed": {"column": "When", "when": {"column": "State", "in": ["Gewonnen", "Weg"]}},
        },
        "constants": {"currency": "EUR"},
        "custom": {"Seats": {"column": "Seats", "type": "number"}},
    }
    assert choosing.mapping(Module.DEALS, choices).source == "hub"
    with pytest.raises(InvalidInput, match="own id"):
        choosing.mapping(Module.DEALS, {**choices, "fields": {"State": "status"}})
