"""Progress, series, records, explain and uncounted, as a person and as a program reads them."""

import csv
import io
import json
import re
from typing import Any

import pytest

from tests.cli.terminal import Terminal, columns
from tests.scenarios.shell import Ran


def of_csv(ran: Ran) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(ran.out)))


def lines(ran: Ran) -> list[list[str]]:
    """A table's cells, without the blanks between them."""
    return [[cell for cell in line.split("  ") if cell.strip()] for line in ran.out.splitlines()]


def test_progress_for_people(acme: Terminal) -> None:
    ran = acme("progress", "Q1")
    assert [[cell.strip() for cell in line] for line in lines(ran)] == [
        [
            "assignee",
            "current",
            "target",
            "attainment",
            "expected",
            "pace",
            "status",
            "projected",
            "per day",
            "unallocated",
        ],
        [
            "Acme",
            "3,000.50",
            "9,000.00",
            "33 %",
            "4,500.00",
            "-1,499.50",
            "behind",
            "6,001.00",
            "193.54",
            "5,000.00",
        ],
        [
            "Field",
            "1,000.50",
            "4,000.00",
            "25 %",
            "2,000.00",
            "-999.50",
            "behind",
            "2,001.00",
            "96.76",
            "1,000.00",
        ],
        [
            "Sam",
            "1,000.50",
            "3,000.00",
            "33 %",
            "1,500.00",
            "-499.50",
            "behind",
            "2,001.00",
            "64.50",
            "\u2013",
        ],
    ]
    assert ran.err.startswith("Q1: revenue in EUR for 2025-01-01 to 2025-03-31, as of 2025-02-15, known at 20")
    assert ran.err.strip().endswith(", today 2025-02-15")


def test_progress_goes_down_the_tree(acme: Terminal) -> None:
    """Each with those below it, side by side by name, in every format."""
    for to in ("department:Sales", "department:Partners", "person:Eve", "team:Hunters", "person:Tariq"):
        acme("assign", "Q1", "--to", to, "--value", 1000)
    january = ("--start", "2025-01-01", "--end", "2025-02-01")
    acme("assign", "Q1", "--to", "department:Field", "--value", 500, *january)
    told = [re.split(r" +2025-", line)[0] for line in acme("progress", "Q1").out.splitlines()[1:]]
    tree = [
        "Acme",
        "  Sales",
        "    Field",
        "      Hunters",
        "        Sam",
        "        Tariq",
        "    Partners",
        "      Eve",
    ]
    assert told == [*tree, "Field"]
    names = [line.strip() for line in told]
    assert [row["assignee_name"] for row in of_csv(acme("progress", "Q1", "--format", "csv"))] == names
    as_json = json.loads(acme("progress", "Q1", "--format", "json").out)
    assert [row["assignee"]["name"] for row in as_json] == names


def test_progress_of_whole_money_has_no_decimals(acme: Terminal) -> None:
    """Every figure of it is whole: nothing is won, and what is expected at the end is the target."""
    quarter = ("--period", "quarterly", "--start", "2024-01-01")
    acme("target", "create", "--name", "Past", "--metric", "revenue", "--value", "9000", *quarter)
    acme("assign", "Past", "--to", "organization", "--value", "9000")
    assert [cell.strip() for cell in lines(acme("progress", "Past"))[1][:5]] == ["Acme", "0", "9,000", "0 %", "9,000"]
    acme("assign", "Past", "--to", "person:Sam", "--value", "0.50")
    assert " 9,000.00 " in acme("progress", "Past").out


def test_a_window_of_its_own_is_shown(acme: Terminal) -> None:
    assert "from" not in lines(acme("progress", "Q1"))[0]
    acme("assign", "Q1", "--to", "person:Eve", "--value", 5, "--start", "2025-03-01")
    table = lines(acme("progress", "Q1"))
    assert [cell.strip() for cell in table[0][:3]] == ["assignee", "from", "to"]
    assert [cell.strip() for cell in table[-1][:3]] == ["Eve", "2025-03-01", "2025-03-31"]


def test_a_narrow_terminal_cuts_no_figure(acme: Terminal) -> None:
    with columns(acme.monkeypatch, 20):
        narrow = acme("progress", "Q1").out
    assert narrow == acme("progress", "Q1").out


def test_progress_for_programs(acme: Terminal) -> None:
    as_json: list[dict[str, Any]] = json.loads(acme("progress", "Q1", "--format", "json").out)
    as_csv = of_csv(acme("progress", "Q1", "--format", "csv"))
    sam = as_json[2]
    assert {name: sam[name] for name in ("current", "target", "attainment", "status", "unallocated", "currency")} == {
        "current": 100050,
        "target": 300000,
        "attainment": "0.3335",
        "status": "behind",
        "unallocated": None,
        "currency": "EUR",
    }
    assert (sam["assignee"]["kind"], sam["assignee"]["name"]) == ("person", "Sam")
    for made, read in zip(as_json, as_csv, strict=True):
        named = made.pop("assignee")
        flat = {"assignee_kind": named["kind"], "assignee_id": named.get("id"), "assignee_name": named["name"], **made}
        assert read == {name: "" if value is None else str(value) for name, value in flat.items()}


def test_progress_of_an_earlier_day(acme: Terminal) -> None:
    told = of_csv(acme("progress", "Q1", "--as-of", "2025-01-31", "--format", "csv"))
    assert [(row["current"], row["expected"], row["as_of"]) for row in told] == [
        ("100050", "310000", "2025-01-31"),
        ("100050", "137778", "2025-01-31"),
        ("100050", "103333", "2025-01-31"),
    ]


def test_progress_as_it_was_known(acme: Terminal) -> None:
    before = of_csv(acme("progress", "Q1", "--format", "csv"))
    clocks = [f"--{name.replace('_', '-')}={before[0][name]}" for name in ("as_of", "known_at", "today")]
    acme("assign", "Q1", "--to", "organization", "--value", "1")
    acme("organization", "set", "on_pace_percent=90")
    assert of_csv(acme("progress", "Q1", "--format", "csv"))[0]["target"] == "100"
    assert of_csv(acme("progress", "Q1", "--format", "csv", *clocks)) == before


def test_progress_of_nobody_says_what_to_do(acme: Terminal) -> None:
    created = (
        "target",
        "create",
        "--metric",
        "revenue",
        "--period",
        "monthly",
        "--value",
        "1",
        "--start",
        "2025-02-01",
    )
    target_id = acme(*created, "--name", "February").out.strip()
    for form, out in (("table", None), ("csv", None), ("json", "[]\n")):
        ran = acme("progress", "February", "--format", form)
        assert f"nobody has a share yet: paceline assign {target_id} --to organization --value" in ran.err
        assert out is None or ran.out == out
    part = acme("progress", "Q1", "--start", "2025-02-01")
    assert "nobody has a share for 2025-02-01 to 2025-03-31: leave out --start and --end" in part.err


def test_progress_of_a_part(acme: Terminal) -> None:
    january = ("--start", "2025-01-01", "--end", "2025-02-01")
    acme("assign", "Q1", "--to", "person:Sam", "--value", "500.25", *january)
    told = of_csv(acme("progress", "Q1", *january, "--format", "csv"))
    assert [(row["assignee_name"], row["current"], row["target"], row["status"]) for row in told] == [
        ("Sam", "100050", "50025", "achieved")
    ]


def test_series(acme: Terminal) -> None:
    told = of_csv(acme("series", "Q1", "--to", "person:Sam", "--format", "csv"))
    assert len(told) == 46
    assert told[0] == {"day": "2025-01-01", "current": "0", "expected": "3333"}
    assert told[-1] == {"day": "2025-02-15", "current": "100050", "expected": "153333"}
    assert json.loads(acme("series", "Q1", "--format", "json").out)[9] == {
        "day": "2025-01-10",
        "current": 100050,
        "expected": 100000,
    }
    assert lines(acme("series", "Q1"))[10][1:] == ["1,000.50", "1,000.00"]


def test_records(acme: Terminal) -> None:
    ran = acme("records", "Q1", "--format", "csv")
    names = ("source", "external_id", "name", "person", "day", "value")
    assert [[row[name] for name in names] for row in of_csv(ran)] == [
        ["csv", "D1", "Alpha", "Sam", "2025-01-10", "100050"],
        ["csv", "D2", "Beta", "Eve", "2025-02-01", "200000"],
    ]
    assert ran.err.strip() == "2 records, 3,000.50 in all"
    assert lines(acme("records", "Q1", "--to", "person:Sam"))[1][-1] == "1,000.50"
    assert json.loads(acme("records", "Pipe", "--format", "json").out)[0]["value"] == 50000
    assert of_csv(acme("records", "Q1", "--as-of", "2025-01-09", "--format", "csv")) == []


@pytest.mark.parametrize(
    ("arguments", "last"),
    [
        (("D1", "Q1"), "counted: 1,000.50 on 2025-01-10 for Sam"),
        (("D1", "Q1", "--to", "department:Field"), "counted: 1,000.50 on 2025-01-10 for Sam"),
        (
            ("D1", "Q1", "--to", "department:Partners"),
            "not counted: it fails 'the person it credits is in this department on 2025-01-10'",
        ),
        (("D1", "Pipe"), "not counted: it fails 'it had not gone out by 2025-02-15'"),
        (("D3", "Pipe"), "counted: 500.00 on 2025-01-04 for Sam"),
        (("D3", "Q1", "--source", "csv"), "not counted: it fails 'status equals won'"),
        (
            ("D4", "Q1"),
            "not counted: it fails 'its owner is a known person'; nobody is known as its owner, 'Nobody'",
        ),
        (("D5", "Q1"), "not counted: it fails 'it has a value in amount'"),
    ],
)
def test_explain(acme: Terminal, arguments: tuple[str, ...], last: str) -> None:
    told = acme("explain", *arguments).out.splitlines()
    assert told[-1] == last
    marks = [line[:4].strip() for line in told[:-1]]
    failing = marks.index("NO") if "NO" in marks else len(marks)
    assert marks == ["yes"] * failing + ["NO"] * (failing < len(marks)) + ["\u2013"] * (len(marks) - failing - 1)


def test_uncounted(acme: Terminal) -> None:
    ran = acme("uncounted", "revenue", "--format", "json")
    assert [(row["external_id"], row["owner"], row["reason"]) for row in json.loads(ran.out)] == [
        ("D4", "Nobody", "no_owner"),
        ("D5", "Tariq", "no_value"),
    ]
    assert ran.err.splitlines() == [
        "no_owner: 1 record with an owner nobody is known by",
        "no_value: 1 record without the value that the metric needs",
        "2 records",
    ]
    none = acme("uncounted", "leads_generated")
    assert (none.out, none.err) == ("", "0 records\n")
    assert acme("uncounted", "leads_generated", "--format", "json").out == "[]\n"


def test_uncounted_is_cut_short(acme: Terminal, tmp_path: Any) -> None:
    deals = tmp_path / "more.csv"
    rows = "".join(f"U{number},Zoe,1,won,2025-01-02\n" for number in range(60))
    deals.write_text(f"external_id,owner,amount,status,closed\n{rows}", encoding="utf-8")
    acme("import", "deals", deals)
    ran = acme("uncounted", "revenue")
    assert len(lines(ran)) == 51
    assert ran.err.splitlines() == [
        "no_owner: 61 records with an owner nobody is known by",
        "no_value: 1 record without the value that the metric needs",
        "... and 12 more; --limit 62 lists them all",
        "62 records",
    ]
    assert len(lines(acme("uncounted", "revenue", "--limit", 62))) == 63
    assert [row["external_id"] for row in of_csv(acme("uncounted", "revenue", "--limit", 1, "--format", "csv"))] == [
        "D4"
    ]
    assert len(of_csv(acme("uncounted", "revenue", "--format", "csv"))) == 62


def test_names_are_printed_as_they_are(acme: Terminal, tmp_path: Any) -> None:
    """No picture, no colour, no blank is made of what a name holds."""
    odd = "[bold]Team :star: \\[/x] <b> \u202e \u65e5\u672c"
    people = tmp_path / "odd.csv"
    people.write_text(f'name,email,team\n"{odd}",odd@acme.example,"{odd}"\n', encoding="utf-8")
    acme("import", "people", people)
    acme("assign", "Q1", "--to", f"team:{odd}", "--value", 1)
    assert f"team:{odd}" in acme("unit", "list").out.splitlines()
    assert odd in acme("progress", "Q1").out
    assert odd in {row["assignee_name"] for row in of_csv(acme("progress", "Q1", "--format", "csv"))}
    assert odd in {row["assignee"]["name"] for row in json.loads(acme("progress", "Q1", "--format", "json").out)}
    assert "[bold]Team :star:" in acme.refused("assign", "Q1", "--to", f"department:{odd}", "--value", "1")
