"""Importing: dry runs, reject files that are mended, owners who become known, and doing it all twice."""

import csv
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_bad_input import fingerprint
from tests.cli.test_figures import of_csv
from tests.databases import Database

HEADER = "external_id,owner,amount,status,created,closed\n"


def written(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def current(terminal: Terminal, name: str = "Acme") -> str:
    rows = of_csv(terminal("progress", "Q1", "--format", "csv"))
    return next(row["current"] for row in rows if row["assignee_name"] == name)


def test_a_summary_of_a_file_with_everything(acme: Terminal, tmp_path: Path) -> None:
    file = written(
        tmp_path / "more.csv",
        "D1,Sam,1000.50,won,2025-01-02,2025-01-10",
        "D2,Eve,2500,won,2025-01-03,2025-02-01",
        "D6,Sam,10,won,2025-01-02,2025-01-11",
        "D7,Sam,ten,won,2025-01-02,2025-01-11",
        "D8,Nora,10,won,2025-01-02,2025-01-11",
        "D9,Sam,,open,2025-01-02,",
        ",Sam,10,won,2025-01-02,2025-01-11",
    )
    ran = acme.run("import", "deals", file)
    assert ran.code == 1
    assert ran.told == {
        "read": "7",
        "created": "3",
        "changed": "1",
        "unchanged": "1",
        "stale": "0",
        "rejected": "2",
        "open without an amount": "1",
    }
    assert ran.err.splitlines() == [
        "1 owner nobody is known by, on 1 row held until a person is:",
        "  Nora (1)",
        "line 5, amount: 'ten' is not an amount",
        "line 8, external_id: is blank, and every record needs its own id",
    ]
    assert current(acme) == "351050"


def test_a_dry_run_keeps_nothing(acme: Terminal, committed: Database, tmp_path: Path) -> None:
    before = fingerprint(committed)
    rejected = tmp_path / "rejected.csv"
    deals = written(tmp_path / "more.csv", "D1,Eve,1,won,2025-01-02,2025-01-10", "D9,Sam,x,won,2025-01-02,2025-01-10")
    ran = acme.run("import", "deals", deals, "--dry-run", "--reject", rejected)
    assert (ran.code, ran.told["changed"], ran.told["rejected"]) == (1, "1", "1")
    assert ran.err.splitlines()[-1] == "nothing was kept: this was a dry run"
    people = written(tmp_path / "people.csv", "Nora,Sales,", "Olaf,East,Farmers", header="name,department,team\n")
    ran = acme("import", "people", people, "--dry-run")
    assert ran.told == {
        "read": "2",
        "created": "2",
        "changed": "0",
        "unchanged": "0",
        "rejected": "0",
        "departments made": "East",
        "teams made": "Farmers",
    }
    assert ran.err == "nothing was kept: this was a dry run\n"
    assert fingerprint(committed) == before
    assert len(rejected.read_text(encoding="utf-8").splitlines()) == 2


def test_a_reject_file_is_mended_and_imported_again(acme: Terminal, tmp_path: Path) -> None:
    rejected = tmp_path / "rejected.csv"
    file = written(
        tmp_path / "more.csv",
        "E1,Sam,10,won,2025-01-02,2025-01-11",
        'E2,Sam,"ten, or so",won,2025-01-02,2025-01-11',
        "E3,Sam,10,gone,2025-01-02,2025-01-11",
        "E4,Sam,10,won,2025-01-02,31.01.2025",
    )
    assert acme.run("import", "deals", file, "--reject", rejected).told["rejected"] == "3"
    with rejected.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["rejected_line"], row["rejected_column"], row["amount"]) for row in rows] == [
        ("3", "amount", "ten, or so"),
        ("4", "status", "10"),
        ("5", "closed", "10"),
    ]
    mended = rejected.read_text(encoding="utf-8")
    for wrong, right in (('"ten, or so"', "20"), ("gone", "won"), ("31.01.2025", "2025-01-31")):
        mended = mended.replace(wrong, right)
    rejected.write_text(mended, encoding="utf-8")
    again = acme.run("import", "deals", rejected)
    assert (again.code, again.told["created"], again.told["rejected"]) == (0, "3", "0")
    assert again.err == "columns not used: rejected_line, rejected_column, rejected_reason\n"
    assert current(acme) == "305050"
    # Wanting the refused rows of a reject file in that very file would lose it.
    before = rejected.read_bytes()
    assert "name another one" in acme.refused("import", "deals", rejected, "--reject", rejected)
    assert rejected.read_bytes() == before


def test_owners_wait_until_they_are_known(acme: Terminal, tmp_path: Path) -> None:
    """D4 of 300 came in for Nobody."""
    assert (current(acme), current(acme, "Field")) == ("300050", "100050")
    header = "name,department,external_id\n"
    people = written(tmp_path / "nobody.csv", "Nobody,Field,77", header=header)
    assert acme("import", "people", people).told["created"] == "1"
    assert (current(acme), current(acme, "Field")) == ("330050", "130050")
    # By whatever they are known.
    deals = written(tmp_path / "more.csv", "F1,78,10,won,2025-01-02,2025-01-11", "F2,Nora,10,won,2025-01-02,2025-01-11")
    acme("import", "deals", deals)
    acme("import", "people", written(people, "Nora,Field,78", header=header))
    assert (current(acme), current(acme, "Field")) == ("332050", "132050")
    assert acme("verify").out == ""


@pytest.mark.parametrize("module", ["people", "deals"])
def test_the_same_file_again_changes_nothing(acme: Terminal, committed: Database, tmp_path: Path, module: str) -> None:
    before = [row for row in fingerprint(committed) if row[0] not in {"ingest_batch", "ledger_clock"}]
    ran = acme("import", module, tmp_path / f"{module}.csv")
    assert (ran.told["created"], ran.told["changed"]) == ("0", "0")
    assert ran.told["unchanged"] == ran.told["read"]
    assert [row for row in fingerprint(committed) if row[0] not in {"ingest_batch", "ledger_clock"}] == before


def test_refused_people_are_told_and_answered_with_one(acme: Terminal, tmp_path: Path) -> None:
    rejected = tmp_path / "rejected.csv"
    people = written(
        tmp_path / "more.csv",
        "Nora,nora@acme.example,Rosa",
        "Olaf,olaf@acme,Rosa",
        "Rosa,rosa@acme.example,Sam",
        header="name,email,manager\n",
    )
    ran = acme.run("import", "people", people, "--reject", rejected)
    assert (ran.code, ran.told["created"], ran.told["rejected"]) == (1, "1", "2")
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["line 3, email", "line 4, manager"]
    assert "Rosa cannot report to Sam: Sam reports to Tariq, who reports to Rosa" in ran.err
    assert len(rejected.read_text(encoding="utf-8").splitlines()) == 3


def test_leads_and_tasks(acme: Terminal, tmp_path: Path) -> None:
    leads = written(
        tmp_path / "leads.csv",
        "L1,Sam,qualified,2025-01-02,2025-01-05",
        "L2,Eve,open,2025-01-03,",
        header="external_id,owner,status,created,qualified\n",
    )
    tasks = written(
        tmp_path / "tasks.csv",
        "T1,Sam,call,completed,2025-01-07",
        "T2,Sam,meeting,completed,2025-01-08",
        "T3,Eve,call,open,",
        header="external_id,owner,type,status,completed\n",
    )
    assert acme("import", "leads", leads).told["created"] == "2"
    assert acme("import", "tasks", tasks).told["created"] == "3"
    told: dict[str, str] = {}
    for metric in ("leads_generated", "leads_qualified", "tasks_completed", "calls_made", "meetings_held"):
        quarter = ("--period", "quarterly", "--start", "2025-01-01")
        acme("target", "create", "--name", metric, "--metric", metric, "--value", "1", *quarter)
        acme("assign", metric, "--to", "organization", "--value", "1")
        told[metric] = of_csv(acme("progress", metric, "--format", "csv"))[0]["current"]
    assert told == {
        "leads_generated": "2",
        "leads_qualified": "1",
        "tasks_completed": "2",
        "calls_made": "1",
        "meetings_held": "1",
    }


def test_many_refused_rows_are_cut_short(acme: Terminal, tmp_path: Path) -> None:
    file = written(tmp_path / "more.csv", *(f"G{number},Sam,x,won,2025-01-02,2025-01-11" for number in range(25)))
    ran = acme.run("import", "deals", file)
    assert len(ran.err.splitlines()) == 11
    assert ran.err.splitlines()[-1] == "... and 15 more; --reject FILE writes them all"


def test_refused_rows_are_kept_and_listed(acme: Terminal, tmp_path: Path) -> None:
    assert acme("import", "rejected").err == "0 rows\n"
    deals = written(tmp_path / "more.csv", "G1,Sam,ten,won,2025-01-02,2025-01-11", "G2,Sam,1,won,2025-01-02,2025-01-11")
    acme.run("import", "deals", deals, "--source", "crm")
    people = written(tmp_path / "someone.csv", "Olaf,olaf@acme", "Olaf,olaf@", header="name,email\n")
    acme.run("import", "people", people)
    acme.run("import", "people", people, "--dry-run")
    told = of_csv(acme("import", "rejected", "--format", "csv"))
    names = ("kind", "source", "file", "line", "column", "reason", "content")
    assert [[row[name] for name in names] for row in told] == [
        ["people", "csv", "someone.csv", "2", "email", "'olaf@acme' is not an e-mail address", "Olaf,olaf@acme"],
        ["people", "csv", "someone.csv", "3", "email", "'olaf@' is not an e-mail address", "Olaf,olaf@"],
        ["deals", "crm", "more.csv", "2", "amount", "'ten' is not an amount", "G1,Sam,ten,won,2025-01-02,2025-01-11"],
    ]
    assert len(of_csv(acme("import", "rejected", "deals", "--format", "csv"))) == 1
    cut = acme("import", "rejected", "--limit", 1)
    assert len(cut.out.splitlines()) == 2
    assert cut.err.splitlines() == ["... and 2 more; --limit 3 lists them all", "3 rows"]


@pytest.mark.parametrize("module", ["people", "deals"])
def test_columns_of_other_names_are_answered_with_mapping_files(acme: Terminal, tmp_path: Path, module: str) -> None:
    file = written(tmp_path / "export.csv", "1,Sam", header="Deal,Rep\n")
    said = acme.refused("import", module, file).splitlines()
    assert said[0].startswith(("name: the file has no column", "external_id: the file has no column"))
    assert said[-1].startswith("--mapping: where the columns of your file have other names, a mapping file says")
    mapping = tmp_path / "m.toml"
    mapping.write_text('[columns]\nname = "Name"\nexternal_id = "Id"\n', encoding="utf-8")
    assert "--mapping" not in acme.refused("import", module, file, "--mapping", mapping)
