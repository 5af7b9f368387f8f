"""Importing a plan: previewed against what stands, refused by its cells, applied whole, and taken back."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paceline.errors import InvalidInput
from paceline.org.actions.people import create_person
from paceline.plan import find
from paceline.plan.actions.assignments import assign, edit_assignment, remove_assignment
from paceline.plan.actions.bulk import ShareChange, edit_many
from paceline.plan.actions.imports import PlanChangedSinceExport, preview_import
from paceline.plan.actions.periods import preview_periods
from paceline.plan.actions.previews import PlanChangedSincePreview, apply_preview
from paceline.plan.actions.undo import undo_last
from paceline.plan.models import Assignment
from paceline.plan.sheets.plan import Plan
from paceline.plan.sheets.writing import FileFormat, write
from tests.plan.cast import Cast, changes, everybody, faults, give, person, quarter
from tests.plan.planning import told, values

JANUARY, FEBRUARY = "2025-01-01 to 2025-01-31", "2025-02-01 to 2025-02-28"


def planned(cast: Cast, value: int = 100_00) -> int:
    """A quarter for Field, the Hunters and Sam."""
    who, target_id = everybody(cast), quarter(cast.scope)
    give(cast.scope, target_id, who["Field"], value)
    give(cast.scope, target_id, who["Hunters"], 90_00)
    give(cast.scope, target_id, who["Sam"], 50_00)
    return target_id


def exported(cast: Cast, target_id: int, format_: FileFormat = FileFormat.CSV) -> bytes:
    table = Plan(cast.scope, find.target(cast.scope, target_id)).table()
    return write(table.header, table.rows, format_)


def changed(content: bytes, change: Callable[[dict[str, dict[str, str]]], None]) -> bytes:
    """The file with its rows, by name, changed."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    change({row["name"]: row for row in rows})
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def file_of(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def refused(cast: Cast, target_id: int, *lines: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as error:
        preview_import(cast.scope, target_id, file_of(*lines))
    return faults(error)


@pytest.mark.parametrize("format_", FileFormat)
def test_what_was_exported_and_not_changed_changes_nothing(cast: Cast, format_: FileFormat) -> None:
    target_id = planned(cast)
    root = Assignment.objects.get(target_id=target_id, assignee_kind="department")
    apply_preview(cast.scope, preview_periods(cast.scope, root.id, {"whole_tree": True}).token)
    january = Assignment.objects.get(assignee_kind="team", end_date=date(2025, 2, 1))
    edit_assignment(cast.scope, january.id, is_locked=True)
    previewed = preview_import(cast.scope, target_id, exported(cast, target_id, format_))
    assert (previewed.draft.rows, previewed.draft.notes) == ([], [])
    assert apply_preview(cast.scope, previewed.token).operation is None


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=6)
ODD = st.builds("{}{}".format, st.sampled_from(["=1+", "-", "@", "'=", 'a,"b";', "\u00e9", "_x0041_", "id:"]), NAMES)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(ODD.map(str.strip), min_size=3, max_size=3), share=st.integers(0, 10**17))
def test_whatever_people_are_called_nothing_changes(cast: Cast, names: list[str], share: int) -> None:
    """People of any name, also of the same one, with and without an e-mail address."""
    target_id = quarter(cast.scope)
    for name in names:
        made = create_person(cast.scope, name=name, department_id=cast.partners)
        give(cast.scope, target_id, person(made.id), share)
    for format_ in FileFormat:
        previewed = preview_import(cast.scope, target_id, exported(cast, target_id, format_))
        assert (previewed.draft.rows, previewed.draft.notes) == ([], [])


def test_differences_are_shown_applied_and_taken_back(cast: Cast) -> None:
    target_id = planned(cast)
    before = values(cast.scope, target_id)

    def change(rows: dict[str, dict[str, str]]) -> None:
        rows["Field"]["value"] = "1,200.50 EUR"
        rows["Sam"]["locked"] = "yes"

    content = changed(exported(cast, target_id), change) + b"person,Tariq,,team:Hunters,,40\n"
    previewed = preview_import(cast.scope, target_id, content)
    assert told(previewed.draft) == [
        "Field: 100 -> 1200.50, row 2, value",
        "    Sam: 50 -> 50, row 4, value; now locked",
        "    Tariq: . -> 40, row 5, value; new",
    ]
    assert previewed.draft.notes == [
        "Field, 2025-01-01 to 2025-03-31: 1,110.50 unallocated, where 10.00 was unallocated",
        "Hunters, 2025-01-01 to 2025-03-31: 0.00 unallocated, where 40.00 was unallocated",
    ]
    assert values(cast.scope, target_id) == before
    applied = apply_preview(cast.scope, previewed.token, "as agreed")
    assert applied.operation is not None
    assert (applied.operation.kind, applied.operation.reason) == ("import", "as agreed")
    assert values(cast.scope, target_id) == {
        "Field": (1200_50, "."),
        "Hunters": (90_00, "Field"),
        "Sam": (50_00, "Hunters"),
        "Tariq": (40_00, "Hunters"),
    }
    sam = Assignment.objects.get(target_id=target_id, assignee_kind="person", assignee_id=cast.sam)
    assert (sam.is_locked, sam.origin) == (True, "manual")
    undo_last(cast.scope, target_id=target_id)
    assert values(cast.scope, target_id) == before


def test_new_units_take_in_those_below_them(cast: Cast) -> None:
    target_id = planned(cast)
    previewed = preview_import(
        cast.scope, target_id, file_of("kind,name,value", "department,sales,500", "organization,,900")
    )
    assert told(previewed.draft) == [
        "  Sales: . -> 500, row 2, value; new",
        "Acme: . -> 900, row 3, value; new",
        "    Field: 100 -> 100, stays as it is, now below Sales",
    ]
    assert (
        previewed.draft.notes[0]
        == "not in the file, so left as they are, 3: department:Field, team:Hunters, person:Sam"
    )
    apply_preview(cast.scope, previewed.token)
    assert {name: above for name, (_, above) in values(cast.scope, target_id).items()} == {
        "Acme": ".",
        "Sales": "Acme",
        "Field": "Sales",
        "Hunters": "Field",
        "Sam": "Hunters",
    }


def test_periods_are_columns(cast: Cast) -> None:
    target_id = planned(cast)
    lines = (f"kind,name,{JANUARY},{FEBRUARY},locked_periods", f"team,Hunters,20,30,{FEBRUARY}", "person,Sam,5,,")
    apply_preview(cast.scope, preview_import(cast.scope, target_id, file_of(*lines)).token)
    found = values(cast.scope, target_id)
    assert found["Hunters 02-01"] == (30_00, ".")
    assert found["Sam 01-01"] == (5_00, "Hunters")
    assert Assignment.objects.get(target_id=target_id, start_date=date(2025, 2, 1)).is_locked
    # A blank cell leaves what is there, and it is said; locks are as the column says.
    lines = (f"kind,name,{JANUARY},{FEBRUARY},locked_periods", "team,Hunters,,31,")
    previewed = preview_import(cast.scope, target_id, file_of(*lines))
    assert [row.after for row in previewed.draft.rows] == [31_00]
    assert not previewed.draft.rows[0].is_locked
    assert f"blank, so left as they are, 1: row 2, {JANUARY}" in previewed.draft.notes


def test_every_fault_is_told_by_its_cell_and_nothing_is_written(cast: Cast) -> None:
    create_person(cast.scope, name="Sam", email="sam2@acme.example")
    target_id = planned(cast)
    before = values(cast.scope, target_id)
    assert refused(
        cast,
        target_id,
        f"kind,name,reference,parent,unit,value,locked,{JANUARY},assignment_id,version,locked_periods",
        "team,Hunters,,organization,,1,,,,,",
        "team,Hunter,,,,1,,,,,",
        "person,Sam,,,,1,,,,,",
        "person,Eve,sam@acme.example,,,1,,,,,",
        "persn,Eve,,,,1,,,,,",
        "department,Field,,,USD,12.345,maybe,-1,77,x,January",
        "department,Sales,,,,lots,,,,,",
        "department,Sales,,,,1,,,,,",
        "person,Rosa,,,,,yes,,,,,beyond",
        "person,Tariq,,team:Hunted,,1,,,,,",
    ) == [
        ("row 2, parent", "it stands under department:Field; an import moves nobody: leave it, or blank it"),
        ("row 3, name", "there is no team 'Hunter'; did you mean Hunters?"),
        ("row 4, name", "2 people have this name: give the reference sam2@acme.example or sam@acme.example"),
        ("row 5, reference", "'sam@acme.example' is 'Sam', not 'Eve': mend one of the two, or blank it"),
        ("row 6, kind", "'persn' is not department, organization, person or team; did you mean person?"),
        ("row 7, version", "'x' is not a whole number: leave it as it was exported, or blank it"),
        ("row 7, unit", "the target is in EUR, not 'USD'"),
        ("row 7, assignment_id", f"department:Field has number {_id(cast, target_id)} here, not 77: blank the cell"),
        (
            "row 7, locked_periods",
            "'January' is not the heading of a period, such as 2026-01-01 to 2026-01-31",
        ),
        ("row 7, locked", "'maybe' is not yes or no"),
        ("row 7, value", "'12.345' is finer than 2 decimals: round it"),
        (f"row 7, {JANUARY}", "give a value of zero or more"),
        ("row 8, value", "'lots' is not an amount"),
        ("row 9, name", "department:Sales has row 8 already"),
        ("row 10, column 12", "is below no heading"),
        ("row 10, value", "there is no share to be locked: give a value, too"),
    ]
    assert refused(cast, target_id, "kind,name,parent,value", "person,Tariq,team:Hunted,1") == [
        ("row 2, parent", "the target tree puts Tariq under team:Hunters: write that, or blank the cell")
    ]
    assert values(cast.scope, target_id) == before
    assert changes(cast.scope, "import") == []


def _id(cast: Cast, target_id: int) -> int:
    return Assignment.objects.get(target_id=target_id, assignee_kind="department", assignee_id=cast.field).id


def test_headers_that_say_too_little_or_too_much(cast: Cast) -> None:
    target_id = planned(cast)
    assert refused(cast, target_id, "kind,nam,value,value", "person,Sam,1,1")[:2] == [
        ("row 1, nam", _strange("nam")),
        ("row 1, value", "this column is there twice"),
    ]
    assert [where for where, _ in refused(cast, target_id, "name", "Sam")] == ["row 1, kind", "row 1, value"]
    whole, beyond = "2025-01-01 to 2025-03-31", "2025-03-01 to 2025-04-30"
    assert refused(cast, target_id, f"kind,name,{whole},{beyond}", "person,Sam,1,1") == [
        (f"row 1, {whole}", "is the whole window, whose column is value"),
        (f"row 1, {beyond}", "is not inside the target's window, 2025-01-01 to 2025-03-31"),
    ]
    assert refused(cast, target_id, "kind,name,value") == [("file", "has a header and no rows")]
    many = refused(cast, target_id, "kind,name,value", *(f"team,T{number},1" for number in range(150)))
    assert (len(many), many[-1]) == (101, ("file", "and 50 more faults like these"))


def _strange(text: str) -> str:
    from paceline.plan.sheets.columns import NAMES

    return f"{text!r} is not {', '.join(NAMES[:-1])} or version; did you mean name?"


def test_what_somebody_changed_since_the_export_is_not_overwritten(cast: Cast) -> None:
    target_id = planned(cast)
    content = exported(cast, target_id)
    sam = Assignment.objects.get(target_id=target_id, assignee_kind="person")
    edit_assignment(cast.scope, sam.id, value=60_00, reason="a better month")
    remove_assignment(cast.scope, Assignment.objects.get(target_id=target_id, assignee_kind="team").id)

    def raise_field(rows: dict[str, dict[str, str]]) -> None:
        rows["Field"]["value"] = "110"

    with pytest.raises(PlanChangedSinceExport) as stale:
        preview_import(cast.scope, target_id, changed(content, raise_field))
    assert stale.value.message.startswith(
        "changed since the file was exported, so nothing was done: row 3, Hunters, by rosa at 20"
    )
    told: list[dict[str, Any]] = stale.value.data["changed"]  # pyright: ignore[reportAssignmentType]
    assert [(each["row"], each["assignee"]["name"], each["changes"][-1]["value"]) for each in told] == [
        (3, "Hunters", None),
        (4, "Sam", 60_00),
    ]

    # Who blanks what only a program needs wants it so.
    def forget(rows: dict[str, dict[str, str]]) -> None:
        for row in rows.values():
            row.update(version="", assignment_id="", parent="")

    previewed = preview_import(cast.scope, target_id, changed(content, forget))
    assert [row.name for row in previewed.draft.rows] == ["Hunters", "Sam"]


def test_a_plan_that_changed_since_the_preview_is_refused(cast: Cast) -> None:
    target_id = planned(cast)
    lines = ("kind,name,value", "team,Hunters,80", "person,Sam,50")
    token = preview_import(cast.scope, target_id, file_of(*lines)).token
    sam = Assignment.objects.get(target_id=target_id, assignee_kind="person")
    edit_assignment(cast.scope, sam.id, value=60_00)
    with pytest.raises(PlanChangedSincePreview) as changed_:
        apply_preview(cast.scope, token)
    assert [each["before"] for each in changed_.value.data["changed"]] == [60_00]  # pyright: ignore[reportGeneralTypeIssues]


def test_counts_and_other_targets(cast: Cast) -> None:
    other = planned(cast)
    content = exported(cast, other)
    target_id = quarter(cast.scope, "deal_count", 30)
    assign(cast.scope, target_id, everybody(cast)["Sam"], value=7)
    assert refused(cast, target_id, "kind,name,value", "person,Sam,7.5") == [
        ("row 2, value", "'7.5' is finer than whole numbers: round it")
    ]
    with pytest.raises(InvalidInput) as foreign:
        preview_import(cast.scope, target_id, content)
    assert ("row 2, unit", "the target is in count, not 'EUR'") in faults(foreign)
    previewed = preview_import(cast.scope, target_id, file_of("kind,name,value", "person,Sam,8.0"))
    assert [row.after for row in previewed.draft.rows] == [8]


def test_many_are_changed_at_once_or_none(cast: Cast) -> None:
    target_id = planned(cast)
    before = values(cast.scope, target_id)
    field, hunters, sam = Assignment.objects.filter(target_id=target_id).order_by("id").values_list("id", flat=True)
    other = give(cast.scope, quarter(cast.scope, "deal_count", 5), everybody(cast)["Sam"], 1)
    with pytest.raises(InvalidInput) as wrong:
        edit_many(
            cast.scope,
            target_id,
            [ShareChange(sam, 1), ShareChange(sam, -1), ShareChange(other, 1), ShareChange(field)],
        )
    assert faults(wrong) == [
        ("changes[1].assignment_id", "is changed twice: leave one of them out"),
        ("changes[1].value", "is not from 0 to 100,000,000,000,000,000"),
        ("changes[2].assignment_id", "the target has no such assignment"),
        ("changes[3]", "give a value, or whether it is locked"),
    ]
    assert values(cast.scope, target_id) == before
    wanted = [ShareChange(sam, 70_00), ShareChange(field, 120_00, True), ShareChange(hunters, is_locked=False)]
    applied = edit_many(cast.scope, target_id, wanted, reason="kick-off")
    assert told(applied.draft) == [
        "    Sam: 50 -> 70, changed by hand",
        "Field: 100 -> 120, changed by hand; now locked",
    ]
    assert applied.operation is not None
    assert (applied.operation.kind, applied.operation.reason) == ("bulk", "kick-off")
    assert edit_many(cast.scope, target_id, wanted).operation is None
    undo_last(cast.scope, target_id=target_id)
    assert values(cast.scope, target_id) == before
