"""Mapping files: what they say, and every fault of one told at once, at its path."""

from zoneinfo import ZoneInfo

import pytest

from paceline.crm.layout import Layout
from paceline.crm.mapping import Column, CustomColumn, CustomType, RecordMapping, When, read_mapping
from paceline.crm.times import Dates
from paceline.domain.record import Module
from paceline.errors import InvalidInput


def test_everything() -> None:
    mapping = read_mapping(
        Module.DEALS,
        b"""
        source = "hubspot"
        encoding = "latin-1"
        delimiter = ";"
        dates = "day-first"
        decimal = ","
        time_zone = "Europe/Berlin"

        [columns]
        external_id = "Deal ID"
        owner = { column = "Owner" }
        stage = "Stage"
        pipeline = " Pipeline "
        product = { column = "Product", values = { GTXPro = "GTX Pro", 7 = 7 } }
        closed = { column = "Closed", when = { column = "Stage", in = ["Won", "Lost", 1, true] } }

        [constants]
        region = "East"
        created = 2026-01-31
        deleted = false

        [stages]
        Won = "won"

        [stages_by_pipeline."New Business"]
        "Closed Won" = "won"

        [custom]
        account = "Account"
        score = { column = "Score", type = "number", when = { column = "Hot", equals = true } }
        """,
    )
    assert mapping == RecordMapping(
        Module.DEALS,
        source="hubspot",
        layout=Layout("latin-1", ";", Dates.DAY_FIRST, ",", ZoneInfo("Europe/Berlin")),
        columns={
            "external_id": Column("Deal ID"),
            "owner": Column("Owner"),
            "stage": Column("Stage"),
            "pipeline": Column("Pipeline"),
            "product": Column("Product", values={"gtxpro": "GTX Pro", "7": "7"}),
            "closed": Column("Closed", When("Stage", frozenset({"won", "lost", "1", "true"}))),
        },
        constants={"region": "East", "created": "2026-01-31", "deleted": "false"},
        stages={"won": "won"},
        stages_by_pipeline={"new business": {"closed won": "won"}},
        custom={
            "account": CustomColumn(Column("Account")),
            "score": CustomColumn(Column("Score", When("Hot", frozenset({"true"}))), CustomType.NUMBER),
        },
    )


def test_nothing() -> None:
    assert read_mapping(Module.TASKS, b"") == RecordMapping(Module.TASKS)
    assert read_mapping(Module.TASKS, b"\xef\xbb\xbf# with a mark") == RecordMapping(Module.TASKS)


def test_types() -> None:
    mapping = read_mapping(Module.TASKS, b'[types]\nPhone = "call"\n"Video Call" = "meeting"')
    assert mapping.types == {"phone": "call", "video call": "meeting"}


ID = '[columns]\nexternal_id = "id"\n'
EITHER = "give either equals, a value, or in, a list of values"
FAULTS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("deals", "sourc = 1", [("sourc", "there is no setting 'sourc'; did you mean source?")]),
    ("deals", "source = 1", [("source", "write a text in quotes")]),
    ("deals", 'source = " "', [("source", "write a text in quotes")]),
    ("deals", f'source = "{"x" * 201}"', [("source", "a source's name has at most 200 characters")]),
    ("deals", 'source = "a\\u0000"', [("source", "holds a NUL character")]),
    ("deals", 'encoding = "utf-9"', [("encoding", "'utf-9' is not a text encoding, such as utf-8 or latin-1")]),
    ("deals", 'encoding = "zlib"', [("encoding", "'zlib' is not a text encoding, such as utf-8 or latin-1")]),
    ("deals", 'encoding = "rot13"', [("encoding", "'rot13' is not a text encoding, such as utf-8 or latin-1")]),
    ("deals", 'delimiter = ""', [("delimiter", 'write one character, such as ";" or "\\t"')]),
    ("deals", 'delimiter = "::"', [("delimiter", 'write one character, such as ";" or "\\t"')]),
    ("deals", "delimiter = '\"'", [("delimiter", 'write one character, such as ";" or "\\t"')]),
    ("deals", 'dates = "us"', [("dates", "'us' is none of iso, day-first, month-first")]),
    ("deals", "decimal = '.,'", [("decimal", "'.,' is none of ., ,")]),
    ("deals", 'time_zone = "Mars"', [("time_zone", "'Mars' is not a time zone, such as Europe/Berlin")]),
    ("deals", 'time_zone = "../etc/passwd"',
     [("time_zone", "'../etc/passwd' is not a time zone, such as Europe/Berlin")]),
    ("deals", "columns = 5", [("columns", "write a table: [columns]")]),
    ("deals", "[columns]\nowner = 'a'", [("columns.external_id", "name the column that holds each record's own id")]),
    ("deals", ID + 'ownr = "a"', [("columns.ownr", "deals have no field 'ownr'; did you mean owner?")]),
    ("deals", ID + 'qualified = "a"', [("columns.qualified", "deals have no field 'qualified'")]),
    ("leads", ID + 'amount = "a"', [("columns.amount", "leads have no field 'amount'")]),
    ("deals", ID + "owner = 5", [("columns.owner", "write a text in quotes")]),
    ("deals", ID + "owner = {}", [("columns.owner.column", "name the column")]),
    ("deals", ID + 'owner = { colum = "a" }', [
        ("columns.owner.column", "name the column"),
        ("columns.owner.colum", "there is no setting 'colum'; did you mean column?")]),
    ("deals", ID + 'owner = { column = "a", when = { column = "b" } }', [("columns.owner.when", EITHER)]),
    ("deals", ID + 'owner = { column = "a", when = { column = "b", equals = 1, in = [1] } }',
     [("columns.owner.when", EITHER)]),
    ("deals", ID + 'owner = { column = "a", when = { equals = 1.5 } }', [
        ("columns.owner.when.equals", "write a text, a whole number, true or false"),
        ("columns.owner.when.column", "name the column")]),
    ("deals", ID + 'owner = { column = "a", when = { column = "b", in = [] } }',
     [("columns.owner.when.in", "write a list of texts")]),
    ("deals", ID + 'owner = { column = "a", values = { A = [], a = "b" } }', [
        ("columns.owner.values.A", "write a text, a whole number, true or false"),
        ("columns.owner.values.a", "stands here twice, for capitals do not count")]),
    ("deals", '[columns]\nexternal_id = { column = "id", when = { column = "b", equals = 1 } }',
     [("columns.external_id", "every record has its own id, so it depends on nothing")]),
    ("deals", ID + '[constants]\nexternal_id = "a"',
     [("constants.external_id", "deals have no field for a constant 'external_id'")]),
    ("deals", ID + "[constants]\namount = 1.5", [("constants.amount", "write a text, a whole number, true or false")]),
    ("deals", ID + 'owner = "a"\n[constants]\nowner = "b"', [("constants.owner", "is given by a column already")]),
    ("deals", '[stages]\nWon = "wonn"', [("stages.Won", "'wonn' is none of open, won, lost")]),
    ("leads", '[stages]\nSQL = "won"', [("stages.SQL", "'won' is none of open, qualified, disqualified")]),
    ("deals", '[stages]\nWon = "won"\nWON = "lost"', [("stages.WON", "stands here twice, for capitals do not count")]),
    ("deals", ID + '[stages]\nWon = "won"', [("stages", "name the stage's column in [columns]")]),
    ("deals", ID + 'stage = "a"\nstatus = "b"\n[stages]\nWon = "won"',
     [("stages", "the status is told by the stages or by itself, not by both")]),
    ("deals", ID + 'stage = "a"\n[stages_by_pipeline."New Business"]\n"Closed Won" = "done"', [
        ('stages_by_pipeline."New Business"."Closed Won"', "'done' is none of open, won, lost"),
        ("stages_by_pipeline", "name the pipeline's column in [columns]")]),
    ("tasks", '[stages]\nDone = "completed"', [("stages", "there is no setting 'stages'")]),
    ("deals", '[types]\nPhone = "call"', [("types", "there is no setting 'types'; did you mean dates?")]),
    ("deals", '[custom]\na = { column = "b", type = "float" }',
     [("custom.a.type", "'float' is none of day, flag, money, number, text")]),
    ("deals", '[custom]\n"" = "b"', [('custom.""', "give the custom field a name")]),
    ("deals", f'[custom]\n{"x" * 201} = "b"', [(f"custom.{'x' * 201}", "201 characters, where at most 200 fit")]),
    ("deals", '[custom]\na = { column = "b", sort = 1 }',
     [("custom.a.sort", "there is no setting 'sort'")]),
]  # fmt: skip


@pytest.mark.parametrize(("module", "text", "expected"), FAULTS)
def test_faults(module: str, text: str, expected: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_mapping(Module(module), text.encode())
    assert [(fault.where, fault.message) for fault in refused.value.faults] == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = ", "the mapping file is not TOML: Invalid value (at end of document)"),
        (b"a = 1\na = 2", "the mapping file is not TOML: Cannot overwrite a value (at end of document)"),
        (b"\xe9", "the mapping file is not UTF-8"),
        (b"#" * 1_000_001, "a mapping file has at most 1,000,000 bytes"),
        (b"a = " + b"[" * 100_000, "the mapping file is not TOML: it is nested too deep"),
    ],
)  # fmt: skip
def test_not_a_mapping(data: bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_mapping(Module.DEALS, data)
    assert [(fault.where, fault.message) for fault in refused.value.faults] == [("mapping", message)]
