"""Copying a target to its next window: values times a factor, periods as shares, and who left or moved."""

from datetime import date
from typing import Any

import pytest

from paceline.errors import Conflict, InvalidInput
from paceline.org.actions.moves import end_person, move_person
from paceline.org.actions.people import edit_person
from paceline.org.actions.units import create_department, hang_team, place_department
from paceline.plan import find
from paceline.plan.actions.assignments import edit_assignment
from paceline.plan.actions.copies import preview_copy
from paceline.plan.actions.metrics import create_metric, retire_metric
from paceline.plan.actions.periods import preview_periods
from paceline.plan.actions.previews import PlanChangedSincePreview, apply_preview
from paceline.plan.actions.targets import edit_target
from paceline.plan.actions.undo import undo_last
from paceline.plan.draft import Draft
from paceline.plan.models import Assignment, Target
from tests.plan.cast import Cast, changes, department, everybody, faults, give, on, quarter
from tests.plan.planning import told, values

TODAY = date(2025, 3, 20)
SECOND_QUARTER = "2025-04-01 to 2025-06-30"


def planned(cast: Cast) -> int:
    """A quarter that is given out whole down to Sam and Tariq, but for 10."""
    who, target_id = everybody(cast), quarter(cast.scope, name="Q1", value=100_00)
    for name, value in (("Acme", 100_00), ("Field", 90_00), ("Hunters", 90_00), ("Sam", 50_01), ("Tariq", 39_99)):
        give(cast.scope, target_id, who[name], value)
    return target_id


def copied(cast: Cast, target_id: int, **options: Any) -> tuple[Draft, int]:
    """What the preview showed, and the target that it made."""
    applied = apply_preview(cast.scope, preview_copy(cast.scope, target_id, options, TODAY).token, "next quarter")
    return applied.draft, applied.draft.target.id


def test_a_plan_grows_into_the_next_window(cast: Cast) -> None:
    target_id = planned(cast)
    edit_assignment(cast.scope, Assignment.objects.get(assignee_kind="team").id, is_locked=True)
    count = Target.objects.count()
    previewed = preview_copy(cast.scope, target_id, {"growth": "1.10", "name": "Q2"}, TODAY)
    assert told(previewed.draft) == [
        "Acme: . -> 110, 100.00 x 1.1",
        "  Field: . -> 99, 90.00 x 1.1",
        "    Hunters: . -> 99, 90.00 x 1.1",
        "      Sam: . -> 55.01, 50.01 x 1.1, rounded down",
        "      Tariq: . -> 43.99, 39.99 x 1.1, rounded up",
    ]
    assert previewed.draft.notes == [
        f"makes the target Q2: 110.00 EUR for {SECOND_QUARTER}, as draft",
        "locks are not copied, 1: Hunters",
    ]
    assert previewed.draft.unallocated == 11_00
    assert Target.objects.count() == count
    made = apply_preview(cast.scope, previewed.token, "next quarter").draft.target
    stored = find.target(cast.scope, made.id)
    assert (stored.name, stored.value, stored.status, stored.measured_by_id) == (
        "Q2",
        110_00,
        "draft",
        find.target(cast.scope, target_id).measured_by_id,
    )
    assert (stored.start_date, stored.end_date) == (date(2025, 4, 1), date(2025, 7, 1))
    assert values(cast.scope, made.id) == {
        "Acme": (110_00, "."),
        "Field": (99_00, "Acme"),
        "Hunters": (99_00, "Field"),
        "Sam": (55_01, "Hunters"),
        "Tariq": (43_99, "Hunters"),
    }
    assert not Assignment.objects.filter(target_id=made.id, is_locked=True).exists()
    (trail,) = changes(cast.scope, "copy_target")
    assert (trail[2]["copied_from"], trail[3]) == (target_id, "next quarter")
    undo_last(cast.scope, target_id=made.id)
    assert values(cast.scope, made.id) == {}
    assert find.target(cast.scope, made.id).status == "archived"


def test_periods_are_copied_as_shares(cast: Cast) -> None:
    target_id = planned(cast)
    root = Assignment.objects.get(assignee_kind="organization")
    shares = {"whole_tree": True, "method": "custom", "shares": [50, 30, 20]}
    apply_preview(cast.scope, preview_periods(cast.scope, root.id, shares).token)
    _, same = copied(cast, target_id)
    renamed = {"04-01": "01-01", "05-01": "02-01", "06-01": "03-01"}
    found = {
        f"{name[:-5]}{renamed[name[-5:]]}" if name[-5:] in renamed else name: value
        for name, value in values(cast.scope, same).items()
    }
    assert found == values(cast.scope, target_id)
    _, more = copied(cast, target_id, growth="33.3 %")
    made = values(cast.scope, more)
    months = ("04-01", "05-01", "06-01")
    for name in ("Acme", "Field", "Hunters", "Sam", "Tariq"):
        assert sum(made[f"{name} {month}"][0] for month in months) == made[name][0]
    for month in months:
        assert made[f"Sam {month}"][0] + made[f"Tariq {month}"][0] == made[f"Hunters {month}"][0]
    assert made["Acme 04-01"] == (66_65, ".")
    assert set(
        Assignment.objects.filter(target_id=more, end_date=date(2025, 5, 1)).values_list("origin", flat=True)
    ) == {"periods"}


def test_who_left_or_moved_is_told_and_nothing_is_lost(cast: Cast) -> None:
    target_id = planned(cast)
    who = everybody(cast)
    give(cast.scope, target_id, who["Partners"], 10_00)
    give(cast.scope, target_id, who["Eve"], 8_00)
    give(cast.scope, target_id, who["Rosa"], 1_00)
    end_person(cast.scope, cast.sam, end_day=date(2025, 3, 15))
    edit_person(cast.scope, cast.rosa, quota_carrying=False)
    move_person(cast.scope, cast.eve, from_day=on(70), department_id=cast.field)
    draft, made = copied(cast, target_id, growth=2)
    assert draft.notes[1:] == [
        "Eve moved, now below Field: no share, 16.00 stays unallocated under Partners",
        "Rosa carries no quota: no share, 2.00 stays unallocated under Acme",
        "Sam left on 2025-03-15: no share, 100.02 stays unallocated under Hunters",
    ]
    assert values(cast.scope, made) == {
        "Acme": (200_00, "."),
        "Field": (180_00, "Acme"),
        "Hunters": (180_00, "Field"),
        "Partners": (20_00, "Acme"),
        "Tariq": (79_98, "Hunters"),
    }
    assert {row.name: row.unallocated for row in draft.rows if row.unallocated} == {"Hunters": 100_02}


def test_a_unit_that_moved_takes_its_share_along(cast: Cast) -> None:
    target_id, who = planned(cast), everybody(cast)
    markets = create_department(cast.scope, "Markets").id
    for assignee, value in ((who["Sales"], 95_00), (department(markets), 5_00)):
        give(cast.scope, target_id, assignee, value)
    place_department(cast.scope, cast.field, parent_id=markets, from_day=date(2025, 4, 1))
    # A team's department has no dates, so the tree of the old window is that of the new one: it was put so by hand.
    hang_team(cast.scope, cast.hunters, department_id=cast.partners)
    draft, made = copied(cast, target_id)
    assert draft.notes[1:] == ["Field moved, now below Markets: the share moves along"]
    found = values(cast.scope, made)
    assert (found["Field"], found["Hunters"]) == ((90_00, "Markets"), (90_00, "Field"))
    assert {row.name: row.unallocated for row in draft.rows if row.unallocated} == {"Markets": -85_00}
    # Below Sales nothing is left, so its whole value is to be given out: there it has a dash.
    assert found["Sales"] == (95_00, "Acme")


def test_windows_follow_their_period(cast: Cast) -> None:
    year = quarter(cast.scope, name="Year", period="annual")
    draft, made = copied(cast, year, name="Next year", status="active")
    assert draft.rows == []
    assert find.target(cast.scope, made).end_date == date(2027, 1, 1)
    custom = quarter(cast.scope, name="Sprint", period="custom", end_date=on(10))
    assert find.target(cast.scope, copied(cast, custom)[1]).end_date == on(20)
    # A name that is too long is cut, for a copy has to have one.
    long = quarter(cast.scope, name="n" * 120)
    assert find.target(cast.scope, copied(cast, long, start_date="2026-01-01")[1]).name == "n" * 120


def test_weeks_that_are_not_there_are_told(cast: Cast) -> None:
    target_id = planned(cast)
    give(cast.scope, target_id, everybody(cast)["Sam"], 1_00, days=(3, 9))
    draft, made = copied(cast, target_id)
    assert (
        "the new window has no such periods, so not copied: 2025-01-04 to 2025-01-09; generate them anew" in draft.notes
    )
    assert values(cast.scope, made).keys() == {"Acme", "Field", "Hunters", "Sam", "Tariq"}


def test_what_is_wrong_is_told(cast: Cast) -> None:
    target_id = planned(cast)
    wrong = {"growth": "lots", "status": "done", "start_date": "2025-01-01", "nam": "x", "name": "n" * 121}
    with pytest.raises(InvalidInput) as refused:
        preview_copy(cast.scope, target_id, wrong, TODAY)
    assert faults(refused) == [
        ("nam", "there is no option 'nam'; did you mean name?"),
        ("start_date", "is the target's own: a copy is for another window"),
        ("status", "'done' is not active, archived or draft"),
        ("name", "is longer than 120 characters"),
        ("growth", "give a factor such as 1.10, or per cent such as 10 %; up to 10 times"),
    ]
    for growth in ("0", "-100 %", "11", "1e3", True):
        with pytest.raises(InvalidInput):
            preview_copy(cast.scope, target_id, {"growth": growth}, TODAY)
    create_metric(cast.scope, key="big", name="Big", definition=_definition())
    retired = quarter(cast.scope, "big")
    edit_target(cast.scope, retired, status="archived")
    retire_metric(cast.scope, "big")
    with pytest.raises(Conflict):
        preview_copy(cast.scope, retired, {}, TODAY)


def _definition() -> dict[str, object]:
    return {"module": "deals", "unit": "count", "kind": "flow", "dated_by": "closed", "condition": None}


def test_a_plan_that_changed_since_is_refused(cast: Cast) -> None:
    target_id = planned(cast)
    token = preview_copy(cast.scope, target_id, {}, TODAY).token
    edit_target(cast.scope, target_id, value=120_00)
    with pytest.raises(PlanChangedSincePreview):
        apply_preview(cast.scope, token)
    token = preview_copy(cast.scope, target_id, {}, TODAY).token
    edit_assignment(cast.scope, Assignment.objects.get(assignee_kind="team").id, value=1)
    with pytest.raises(PlanChangedSincePreview) as changed:
        apply_preview(cast.scope, token)
    assert [each["assignee"]["name"] for each in changed.value.data["changed"]] != []  # pyright: ignore[reportGeneralTypeIssues]
    assert Target.objects.filter(org_id=cast.scope.org_id).count() == 1
