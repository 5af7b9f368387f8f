"""Generating periods: months, quarters and weeks that add up both ways, and what is kept."""

from datetime import date
from typing import Any

import psycopg
import pytest

from paceline.errors import InvalidInput
from paceline.plan.actions.assignments import assign_all, edit_assignment, remove_assignment
from paceline.plan.actions.periods import preview_periods
from paceline.plan.actions.previews import apply_preview
from paceline.plan.actions.targets import create_target
from paceline.plan.actions.undo import undo_last
from paceline.plan.draft import CannotDivide
from paceline.plan.models import Assignment
from tests.plan.cast import ORGANIZATION, Cast, everybody, faults, give, quarter, won
from tests.plan.planning import MILLION, YEAR, manual_tree, values

WHOLE = {"whole_tree": True}


def planned(cast: Cast) -> tuple[int, int]:
    """A quarter for Field and the Hunters, and for Sam and Tariq below them."""
    who, target_id = everybody(cast), quarter(cast.scope)
    root = give(cast.scope, target_id, who["Field"], 100_00)
    for name, value in (("Hunters", 90_00), ("Sam", 50_00), ("Tariq", 40_00)):
        give(cast.scope, target_id, who[name], value)
    return target_id, root


def afters(previewed: Any) -> dict[str, list[int | None]]:
    found: dict[str, list[int | None]] = {}
    for row in previewed.draft.rows:
        found.setdefault(row.name, []).append(row.after)
    return found


def test_a_quarter_in_months_down_the_tree(cast: Cast) -> None:
    target_id, root = planned(cast)
    before = values(cast.scope, target_id)
    previewed = preview_periods(cast.scope, root, WHOLE)
    assert afters(previewed) == {
        "Field": [33_34, 33_33, 33_33],
        "Hunters": [30_00, 30_00, 30_00],
        "Sam": [16_67, 16_67, 16_66],
        "Tariq": [13_33, 13_33, 13_34],
    }
    apply_preview(cast.scope, previewed.token, "months")
    now = values(cast.scope, target_id)
    assert now == before | {
        "Field 01-01": (33_34, "."),
        "Field 02-01": (33_33, "."),
        "Field 03-01": (33_33, "."),
        "Hunters 01-01": (30_00, "Field"),
        "Hunters 02-01": (30_00, "Field"),
        "Hunters 03-01": (30_00, "Field"),
        "Sam 01-01": (16_67, "Hunters"),
        "Sam 02-01": (16_67, "Hunters"),
        "Sam 03-01": (16_66, "Hunters"),
        "Tariq 01-01": (13_33, "Hunters"),
        "Tariq 02-01": (13_33, "Hunters"),
        "Tariq 03-01": (13_34, "Hunters"),
    }
    again = apply_preview(cast.scope, preview_periods(cast.scope, root, WHOLE).token)
    assert again.operation is None
    undo_last(cast.scope, target_id=target_id)
    assert values(cast.scope, target_id) == before


def test_what_is_locked_or_edited_stays_and_is_said(cast: Cast) -> None:
    target_id, root = planned(cast)
    apply_preview(cast.scope, preview_periods(cast.scope, root, WHOLE).token)
    months = {
        (row.assignee_kind, row.start_date.month): row.id
        for row in Assignment.objects.filter(target_id=target_id, end_date__lte=date(2025, 4, 1)).exclude(
            end_date=date(2025, 4, 1), start_date=date(2025, 1, 1)
        )
        if row.assignee_kind != "person" or row.assignee_id == cast.sam
    }
    edit_assignment(cast.scope, months["department", 3], value=50_00)
    edit_assignment(cast.scope, months["person", 1], is_locked=True)
    previewed = preview_periods(cast.scope, root, WHOLE)
    found = afters(previewed)
    assert found["Field"] == [25_00, 25_00, 50_00]
    assert found["Sam"][0] == 16_67
    assert [sum(each or 0 for each in row) for row in found.values()] == [100_00, 90_00, 50_00, 40_00]
    assert [sam + tariq for sam, tariq in zip(found["Sam"], found["Tariq"], strict=True)] == found["Hunters"]  # type: ignore[operator]
    assert previewed.draft.notes == [
        "edited by hand, so kept, 1: Field 2025-03-01",
        "locked, so kept, 1: Sam 2025-01-01",
    ]
    edit_assignment(cast.scope, months["department", 3], value=200_00)
    with pytest.raises(CannotDivide) as clash:
        preview_periods(cast.scope, root, {})
    assert "the locked values add up to 200.00, 100.00 above the pool of 100.00" in clash.value.message


def test_kept_months_that_cannot_add_up_are_named(cast: Cast) -> None:
    _, root = planned(cast)
    apply_preview(cast.scope, preview_periods(cast.scope, root, WHOLE).token)
    january = Assignment.objects.get(
        assignee_kind="person", assignee_id=cast.sam, start_date=YEAR, end_date=date(2025, 2, 1)
    )
    edit_assignment(cast.scope, january.id, value=50_00)
    previewed = preview_periods(cast.scope, root, WHOLE)
    assert afters(previewed)["Sam"] == [50_00, 0, 0]
    assert previewed.draft.notes[0].startswith("what is kept does not let every period add up: 2025-01-01")
    assert [sum(each or 0 for each in row) for row in afters(previewed).values()] == [100_00, 90_00, 50_00, 40_00]


def test_custom_shares_amounts_and_season(cast: Cast) -> None:
    _, root = planned(cast)
    by_share = preview_periods(cast.scope, root, {"method": "custom", "shares": [50, "33.3", 16.7]})
    assert afters(by_share) == {"Field": [50_00, 33_30, 16_70]}
    by_amount = preview_periods(cast.scope, root, {"method": "custom", "amounts": [90_00, 10_00, 0]})
    assert afters(by_amount) == {"Field": [90_00, 10_00, 0]}
    with pytest.raises(CannotDivide) as off:
        preview_periods(cast.scope, root, {"method": "custom", "shares": [50, 50, 1]})
    assert off.value.message == "Field: the shares add up to 101 % instead of 100 %, 1 too much"
    with pytest.raises(InvalidInput) as short:
        preview_periods(cast.scope, root, {"method": "custom", "amounts": [1]})
    assert faults(short) == [("amounts", "give 3, one for each period from 2025-01-01")]
    empty = preview_periods(cast.scope, root, {"method": "seasonal"})
    assert empty.draft.notes == ["earlier years have nothing in these periods, so each gets the same"]


def test_a_season_is_that_of_earlier_years(cast: Cast) -> None:
    who = everybody(cast)
    won(cast.scope, "a", "Sam", 10, 300_00)
    won(cast.scope, "b", "Sam", 70, 100_00)
    target_id = quarter(cast.scope, start_date=date(2026, 1, 1))
    root = give(cast.scope, target_id, who["Field"], 100_00)
    assert afters(preview_periods(cast.scope, root, {"method": "seasonal"})) == {"Field": [75_00, 0, 25_00]}


def test_the_faults_of_the_options(cast: Cast) -> None:
    _, root = planned(cast)
    with pytest.raises(InvalidInput) as bad:
        preview_periods(cast.scope, root, {"every": "moon", "method": "random", "years": 0, "rounding": -1, "x": 1})
    assert [where for where, _ in faults(bad)] == ["x", "every", "method", "years", "rounding", "rounding"]
    with pytest.raises(InvalidInput) as one:
        preview_periods(cast.scope, root, {"every": "quarter"})
    assert faults(one) == [("every", "2025-01-01 to 2025-03-31 is one period: nothing is to be divided")]


def test_months_that_were_there_come_under_new_ones_and_return(cast: Cast) -> None:
    target_id, root = planned(cast)
    hunters = Assignment.objects.get(target_id=target_id, assignee_kind="team")
    apply_preview(cast.scope, preview_periods(cast.scope, hunters.id, {}).token)
    assert values(cast.scope, target_id)["Hunters 02-01"] == (30_00, ".")
    apply_preview(cast.scope, preview_periods(cast.scope, root, {}).token)
    assert values(cast.scope, target_id)["Hunters 02-01"] == (30_00, "Field")
    february = Assignment.objects.get(assignee_kind="team", start_date=date(2025, 2, 1), end_date=date(2025, 3, 1))
    remove_assignment(cast.scope, february.id)
    apply_preview(cast.scope, preview_periods(cast.scope, hunters.id, {}).token)
    assert values(cast.scope, target_id)["Hunters 02-01"] == (30_00, "Field")
    february.refresh_from_db()
    assert not february.is_deleted


@pytest.mark.parametrize(("every", "count"), [("month", 12), ("quarter", 4), ("week", 53), ("4-4-5", 13)])
def test_the_manuals_year(connection: psycopg.Connection, every: str, count: int) -> None:
    scope, who = manual_tree(connection)
    target = create_target(scope, name="Revenue", metric="revenue", value=2 * MILLION, period="annual", start_date=YEAR)
    shares = {
        "Sales": 1_500,
        "Partnerships": 500,
        "Enterprise": 1_000,
        "SMB": 500,
        "Rep A": 400,
        "Rep B": 350,
        "Rep C": 250,
        "Rep D": 250,
        "Rep E": 250,
        "Partner Manager": 500,
    }
    given = {ORGANIZATION: 2 * MILLION, **{who[name]: value * 100_000 for name, value in shares.items()}}
    root = assign_all(scope, target.id, given)[0].id
    rows = apply_preview(scope, preview_periods(scope, root, {"every": every, **WHOLE}).token).draft.rows
    assert len(rows) == count * 11
    totals: dict[Any, int] = {}
    for row in rows:
        totals[row.place.assignee] = totals.get(row.place.assignee, 0) + (row.after or 0)
        assert row.unallocated in {None, 0}
    assert totals == given
