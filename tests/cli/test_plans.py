"""Whole plans at the command line: exported, changed by hand, imported with a preview, and taken back."""

from pathlib import Path

from tests.cli.terminal import Terminal
from tests.cli.test_cascading import shares
from tests.cli.test_figures import of_csv


def test_a_plan_is_exported_changed_imported_and_taken_back(acme: Terminal, tmp_path: Path) -> None:
    before = shares(acme)
    file = tmp_path / "plan.csv"
    assert acme("plan", "export", "Q1", "--output", file).err == f"wrote 3 rows of Q1 to {file}\n"
    assert acme("plan", "export", "Q1").out == file.read_text(encoding="utf-8")
    assert acme("plan", "import", "Q1", file).err == "nothing to change\n"
    file.write_text(file.read_text(encoding="utf-8").replace("3000.00", "3100.00"), encoding="utf-8")
    ran = acme("plan", "import", "Q1", file, "--reason", "as agreed")
    assert ran.out.splitlines()[1].split() == [
        "Sam",
        "2025-01-01",
        "2025-03-31",
        "3,000",
        "3,100",
        "100",
        "row",
        "4,",
        "value",
    ]
    assert shares(acme) == before
    assert "Field, 2025-01-01 to 2025-03-31: 900 unallocated, where 1,000 was unallocated" in ran.err
    acme("apply", ran.err.splitlines()[-1].removeprefix("paceline apply "))
    assert shares(acme) == {**before, "Sam 2025-01-01": "310000"}
    acme("undo", "Q1")
    assert shares(acme) == before


def test_a_workbook_is_named_by_its_file(acme: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "plan.xlsx"
    acme("plan", "export", "Q1", "--output", file)
    assert file.read_bytes().startswith(b"PK")
    assert acme("plan", "import", "Q1", file, "--yes").err == "nothing to change\n"


def test_faults_are_told_and_nothing_is_done(acme: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    file.write_text("kind,name,value\nperson,Sam,much\nteam,Hunter,1\n", encoding="utf-8")
    assert acme.refused("plan", "import", "Q1", file).splitlines() == [
        "row 2, value: 'much' is not an amount",
        "row 3, name: there is no team 'Hunter'; did you mean Hunters?",
    ]
    assert "cannot be read" in acme.refused("plan", "import", "Q1", tmp_path / "none.csv")
    assert "cannot be written" in acme.refused("plan", "export", "Q1", "--output", tmp_path)
    assert "is not csv or xlsx" in acme.refused("plan", "export", "Q1", "--format", "pdf")


def test_a_target_is_copied_to_its_next_window(acme: Terminal) -> None:
    ran = acme("target", "copy", "Q1", "--growth", "1.5", "--name", "Q2")
    assert "makes the target Q2: 13,500 EUR for 2025-04-01 to 2025-06-30, as draft" in ran.err
    assert "Q2" not in acme("target", "list").out
    made = acme("target", "copy", "Q1", "--growth", "50 %", "--name", "Q2", "--yes")
    assert "made target Q2 with 3 shares; `paceline undo` takes it back" in made.err
    number = made.out.splitlines()[-1]
    found = of_csv(acme("progress", number, "--format", "csv"))
    assert {row["assignee_name"]: row["target"] for row in found} == {
        "Acme": "1350000",
        "Field": "600000",
        "Sam": "450000",
    }
    acme("undo", "Q2")
    assert "archived" in acme("target", "list").out
    assert "growth: give a factor" in acme.refused("target", "copy", "Q1", "--growth", "much")
