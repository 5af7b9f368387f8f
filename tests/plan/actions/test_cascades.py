"""Cascading: who gets what and why, previewed and then applied exactly so."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from paceline.errors import InvalidInput, NotFound
from paceline.plan.actions.assignments import assign_all, edit_assignment
from paceline.plan.actions.cascades import preview_cascade, preview_rebalance
from paceline.plan.actions.previews import PlanChangedSincePreview, apply_preview, forget
from paceline.plan.actions.targets import create_target
from paceline.plan.actions.undo import ChangedSinceOperation, undo_last
from paceline.plan.draft import CannotDivide, fields
from paceline.plan.models import Assignment, AssignmentValue, Operation, Preview
from tests.plan.cast import EPOCH, ORGANIZATION, Cast, changes, everybody, faults, give, on, opened, quarter, stamp, won
from tests.plan.planning import MILLION, YEAR, by_key, key, manual_tree, told, values

ALL = {"levels": "all"}
# The quarter after the one in which everybody came.
SECOND = date(2025, 4, 1)


def cascaded(cast: Cast, root: int, options: dict[str, Any], today: date = EPOCH) -> Any:
    return preview_cascade(cast.scope, root, options, today)


def test_equal_shares_go_down_all_levels(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    root = give(cast.scope, target_id, ORGANIZATION, 1000_00)
    previewed = cascaded(cast, root, ALL)
    assert told(previewed.draft) == [
        "  Sales: . -> 1000, equal share 1 of 1 = 100 %",
        "    Field: . -> 333.34, equal share 1 of 3 = 33.3 %, rounded up",
        "      Hunters: . -> 333.34, equal share 1 of 1 = 100 %",
        "        Sam: . -> 166.67, equal share 1 of 2 = 50 %",
        "        Tariq: . -> 166.67, equal share 1 of 2 = 50 %",
        "    Partners: . -> 333.33, equal share 1 of 3 = 33.3 %, rounded down",
        "      Eve: . -> 333.33, equal share 1 of 1 = 100 %",
        "    Rosa: . -> 333.33, equal share 1 of 3 = 33.3 %, rounded down",
    ]
    assert values(cast.scope, target_id) == {"Acme": (1000_00, ".")}
    applied = apply_preview(cast.scope, previewed.token, "the plan")
    assert applied.operation is not None
    assert values(cast.scope, target_id) == {
        "Acme": (1000_00, "."),
        "Sales": (1000_00, "Acme"),
        "Field": (333_34, "Sales"),
        "Hunters": (333_34, "Field"),
        "Sam": (166_67, "Hunters"),
        "Tariq": (166_67, "Hunters"),
        "Partners": (333_33, "Sales"),
        "Eve": (333_33, "Partners"),
        "Rosa": (333_33, "Sales"),
    }
    made = AssignmentValue.objects.filter(known_from=applied.operation.posted_at)
    assert set(made.values_list("origin", "actor", "reason")) == {("cascade", "rosa", "the plan")}
    assert len(made) == 8
    entry = {"target_id": target_id, "root_id": root, "assignments": 8}
    assert changes(cast.scope, "cascade") == [("operation", None, entry, "the plan")]


def test_history_weighs_and_whoever_has_none_gets_the_mean(cast: Cast) -> None:
    won(cast.scope, "a", "Sam", 70, 300_00)
    won(cast.scope, "b", "Eve", 70, 100_00)
    target_id = quarter(cast.scope, start_date=SECOND)
    root = give(cast.scope, target_id, ORGANIZATION, 900_00)
    previewed = cascaded(cast, root, {**ALL, "method": "weighted"})
    assert told(previewed.draft) == [
        "  Sales: . -> 900, history 400.00 of 400.00 = 100 %",
        "    Field: . -> 450, history 300.00 of 600.00 = 50 %",
        "      Hunters: . -> 450, history 300.00 of 300.00 = 100 %",
        "        Sam: . -> 225, history 300.00 of 600.00 = 50 %",
        "        Tariq: . -> 225, no history, so the mean of the others, 300.00 of 600.00 = 50 %",
        "    Partners: . -> 150, history 100.00 of 600.00 = 16.6 %",
        "      Eve: . -> 150, history 100.00 of 100.00 = 100 %",
        "    Rosa: . -> 300, no history, so the mean of the others, 200.00 of 600.00 = 33.3 %",
    ]
    assert previewed.draft.notes == ["without history, 2: Rosa, Tariq"]
    early = {**ALL, "method": "weighted", "history_from": on(-5).isoformat(), "history_to": on(0).isoformat()}
    assert {row.why.split(",")[0] for row in cascaded(cast, root, early).draft.rows} == {"no history at all"}


def test_a_blend_and_given_weights(cast: Cast) -> None:
    won(cast.scope, "a", "Sam", 70, 300_00)
    won(cast.scope, "b", "Eve", 70, 100_00)
    who = everybody(cast)
    target_id = quarter(cast.scope, start_date=SECOND)
    root = give(cast.scope, target_id, who["Sales"], 1000_00)
    blended = {
        "method": "weighted",
        "blend": {"revenue": 3, "deal_count": 1},
        "children": [key(who["Field"]), key(who["Partners"])],
    }
    assert [(row.name, row.after) for row in cascaded(cast, root, blended).draft.rows] == [
        ("Field", 687_50),
        ("Partners", 312_50),
    ]
    given = {"method": "weighted", "weights": by_key(who, {"Field": 2, "Partners": "0.5", "Rosa": 0})}
    assert told(cascaded(cast, root, given).draft) == [
        "  Field: . -> 800, weight 2 of 2.5 = 80 %",
        "  Partners: . -> 200, weight 0.5 of 2.5 = 20 %",
        "  Rosa: . -> 0, weight 0 of 2.5 = 0 %",
    ]
    with pytest.raises(InvalidInput) as short:
        cascaded(cast, root, {"method": "weighted", "weights": by_key(who, {"Field": 2, "Partners": 1})})
    assert faults(short) == [("weights", "give a weight for Rosa, too, or for none of those beside")]


def test_locks_bounds_ramps_hedge_and_rounding(cast: Cast) -> None:
    who = everybody(cast)
    target_id = quarter(cast.scope)
    root = give(cast.scope, target_id, who["Sales"], 1000_00)
    give(cast.scope, target_id, who["Partners"], 250_00, is_locked=True)
    options = {
        "levels": "all",
        "hedge_percent": [10, 0, 0],
        "rounding": 100_00,
        "minimums": by_key(who, {"Rosa": 500_00}),
        "ramps": by_key(who, {"Tariq": "0.5"}),
    }
    previewed = cascaded(cast, root, options)
    assert told(previewed.draft) == [
        "  Field: . -> 300, equal share 1 of 2 = 50 %, rounded down",
        "    Hunters: . -> 300, equal share 1 of 1 = 100 %",
        "      Sam: . -> 200, equal share 1 of 1.5 = 66.6 %",
        "      Tariq: . -> 100, equal share 1, ramped to 50 %: 0.5 of 1.5 = 33.3 %",
        "  Partners: 250 -> 250, locked",
        "    Eve: . -> 200, equal share 1 of 1 = 100 %, rounded down",
        "  Rosa: . -> 500, equal share 1 of 2 = 50 %, raised to its minimum 500",
    ]
    assert previewed.draft.unallocated == -50_00
    assert {row.name: row.unallocated for row in previewed.draft.rows} == {
        "Field": 0,
        "Hunters": 0,
        "Sam": None,
        "Tariq": None,
        "Partners": 50_00,
        "Eve": None,
        "Rosa": None,
    }
    assert previewed.draft.notes == [
        "Partners: 50 remains unallocated",
        "Sales: 50 remains unallocated",
    ]


def test_what_clashes_is_named_with_its_unit(cast: Cast) -> None:
    who = everybody(cast)
    root = give(cast.scope, quarter(cast.scope), who["Sales"], 100_00)
    with pytest.raises(CannotDivide) as clash:
        cascaded(cast, root, {"minimums": by_key(who, {"Rosa": 60_00, "Field": 50_00})})
    assert clash.value.message == (
        "Sales: at least 110.00 has to be given, 10.00 above the 100.00 to allocate: Field, Rosa"
    )
    assert clash.value.data["clashes"] == [
        {
            "under": "Sales",
            "kind": "minimums_above_pool",
            "names": ["Field", "Rosa"],
            "off": "1000",
            "message": clash.value.message.removeprefix("Sales: "),
        }
    ]


def test_who_carries_no_quota_is_left_out_unless_named(cast: Cast) -> None:
    from paceline.org.actions.people import edit_person

    who = everybody(cast)
    for name in ("Eve", "Rosa"):
        edit_person(cast.scope, who[name].id, quota_carrying=False)
    root = give(cast.scope, quarter(cast.scope), who["Sales"], 100_00)
    left = cascaded(cast, root, ALL)
    assert [row.name for row in left.draft.rows] == ["Field", "Hunters", "Sam", "Tariq"]
    assert left.draft.notes == [
        "without quota, so left out: Eve, Rosa",
        "with nobody below who carries quota, so left out: Partners",
    ]
    named = cascaded(cast, root, {**ALL, "children": [key(who["Rosa"]), key(who["Field"])]})
    assert [row.name for row in named.draft.rows] == ["Field", "Hunters", "Sam", "Tariq", "Rosa"]


def test_faults_of_the_options_are_told_together(cast: Cast) -> None:
    who = everybody(cast)
    root = give(cast.scope, quarter(cast.scope), who["Field"], 100_00)
    with pytest.raises(InvalidInput) as bad:
        cascaded(cast, root, {"metod": "equal", "levels": 0, "rounding": 0, "weights": {"x": 1}, "hedge_percent": "-1"})
    assert [where for where, _ in faults(bad)] == [
        "metod",
        "weights.x",
        "hedge_percent",
        "rounding",
        "levels",
        "weights",
    ]
    for name in ("Eve", "Partners"):
        with pytest.raises(InvalidInput):
            cascaded(cast, root, {"children": [key(who[name])]})
    with pytest.raises(InvalidInput):
        cascaded(cast, root, {"minimums": by_key(who, {"Eve": 1})})


def test_a_token_is_good_once_and_at_home_only(cast: Cast) -> None:
    root = give(cast.scope, quarter(cast.scope), ORGANIZATION, 100_00)
    token = cascaded(cast, root, ALL).token
    for scope, word in ((cast.abroad, token), (cast.scope, "nonsense"), (cast.scope, "\0")):
        with pytest.raises(NotFound):
            apply_preview(scope, word)
    apply_preview(cast.scope, token)
    with pytest.raises(NotFound):
        apply_preview(cast.scope, token)
    cascaded(cast, root, ALL)
    forget(datetime.now(UTC) - timedelta(hours=1))
    assert Preview.objects.count() == 1
    forget(datetime.now(UTC) + timedelta(hours=1))
    assert Preview.objects.count() == 0
    with pytest.raises(NotFound):
        preview_cascade(cast.abroad, root, ALL, EPOCH)


def test_a_plan_that_changed_is_refused_with_what_changed(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    root = give(cast.scope, target_id, everybody(cast)["Field"], 100_00)
    one, two = cascaded(cast, root, ALL), cascaded(cast, root, ALL)
    edit_assignment(cast.scope, root, value=200_00)
    before = values(cast.scope, target_id)
    with pytest.raises(PlanChangedSincePreview) as refused:
        apply_preview(cast.scope, one.token)
    changed: Any = refused.value.data["changed"]
    assert changed[0] == {
        "assignee": {"kind": "team", "id": cast.hunters, "name": "Hunters"},
        "start_date": "2025-01-01",
        "end_date": "2025-04-01",
        "previewed_before": None,
        "previewed_after": 100_00,
        "before": None,
        "after": 200_00,
    }
    assert values(cast.scope, target_id) == before
    edit_assignment(cast.scope, root, value=100_00)
    apply_preview(cast.scope, two.token)
    with pytest.raises(PlanChangedSincePreview):
        apply_preview(cast.scope, one.token)


def test_former_figures_stay_readable(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    root = give(cast.scope, target_id, ORGANIZATION, 100_00)
    give(cast.scope, target_id, everybody(cast)["Sam"], 7_00)
    then, was = stamp(cast.scope), values(cast.scope, target_id)
    apply_preview(cast.scope, cascaded(cast, root, ALL).token)
    assert values(cast.scope, target_id, then) == was
    assert values(cast.scope, target_id) != was
    now = values(cast.scope, target_id)
    after = stamp(cast.scope)
    undone = undo_last(cast.scope, target_id=target_id)
    assert undone.kind == "undo"
    assert values(cast.scope, target_id) == was
    assert values(cast.scope, target_id, after) == now


def test_undo_goes_back_step_by_step(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    root = give(cast.scope, target_id, ORGANIZATION, 100_00)
    seen = [values(cast.scope, target_id)]
    for levels in (1, 2, "all"):
        apply_preview(cast.scope, cascaded(cast, root, {"levels": levels}).token)
        seen.append(values(cast.scope, target_id))
    assert seen[0] != seen[1] != seen[2] != seen[3]
    for was in seen[-2::-1]:
        undo_last(cast.scope, assignment_id=root)
        assert values(cast.scope, target_id) == was
    with pytest.raises(NotFound):
        undo_last(cast.scope, target_id=target_id)


def test_undo_is_refused_where_something_changed_since(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    root = give(cast.scope, target_id, ORGANIZATION, 100_00)
    apply_preview(cast.scope, cascaded(cast, root, {"levels": 2}).token)
    rosa = Assignment.objects.get(target_id=target_id, assignee_kind="person", assignee_id=cast.rosa)
    was = rosa.value
    edit_assignment(cast.scope, rosa.id, value=1)
    with pytest.raises(ChangedSinceOperation) as changed:
        undo_last(cast.scope, target_id=target_id)
    assert changed.value.data["changed"] == [{"assignment_id": rosa.id, "name": "Rosa"}]
    edit_assignment(cast.scope, rosa.id, value=was)
    assert Operation.objects.filter(undone_by__isnull=False).count() == 0


def test_rebalance_after_a_departure_and_a_hire(cast: Cast) -> None:
    from paceline.org.actions.moves import end_person, join_team
    from paceline.org.actions.people import create_person

    who = everybody(cast)
    target_id = quarter(cast.scope)
    root = give(cast.scope, target_id, who["Field"], 1000_00)
    apply_preview(cast.scope, cascaded(cast, root, ALL).token)
    sums_hold = preview_rebalance(cast.scope, root, {}, EPOCH)
    assert [row.change for row in sums_hold.smallest.draft.rows] == [0, 0, 0]
    end_person(cast.scope, cast.sam, end_day=on(29))
    hired = create_person(cast.scope, name="Nina", hire_day=on(30), department_id=cast.field).id
    join_team(cast.scope, hired, cast.hunters, from_day=on(30))
    both = preview_rebalance(cast.scope, root, {}, on(30))
    assert told(both.smallest.draft) == [
        "  Hunters: 1000 -> 1000, present value 1,000.00 of 1,000.00 = 100 %",
        "    Nina: . -> 500, new, with a fair share of 500.00 of 1,000.00 = 50 %",
        "    Tariq: 500 -> 500, present value 500.00 of 1,000.00 = 50 %",
        "    Sam: 500 -> ., no longer below",
    ]
    assert both.smallest.draft.notes == ["no longer below Hunters, so taken away: Sam (500.00)"]
    assert [(row.name, row.after) for row in both.full.draft.rows] == [
        ("Hunters", 1000_00),
        ("Nina", 500_00),
        ("Tariq", 500_00),
    ]
    assert both.full.draft.notes == ["no longer below Hunters, and left as they are: Sam (500.00)"]
    assert both.full.draft.rows[0].unallocated == -500_00
    apply_preview(cast.scope, both.smallest.token)
    assert values(cast.scope, target_id) == {
        "Field": (1000_00, "."),
        "Hunters": (1000_00, "Field"),
        "Nina": (500_00, "Hunters"),
        "Tariq": (500_00, "Hunters"),
    }
    with pytest.raises(PlanChangedSincePreview):
        apply_preview(cast.scope, both.full.token)


def test_a_level_weighs_by_where_it_stood(cast: Cast) -> None:
    opened(cast.scope, "a", "Sam", 70, 300_00)
    opened(cast.scope, "b", "Eve", -200, 100_00)
    root = give(cast.scope, quarter(cast.scope, "pipeline_value", start_date=SECOND), everybody(cast)["Sales"], 900_00)
    found = cascaded(cast, root, {"method": "weighted"}).draft.rows
    assert [(row.name, row.after) for row in found] == [("Field", 450_00), ("Partners", 150_00), ("Rosa", 300_00)]


def test_a_unit_in_between_takes_in_what_was_below(cast: Cast) -> None:
    who = everybody(cast)
    target_id = quarter(cast.scope)
    root = give(cast.scope, target_id, who["Sales"], 900_00)
    give(cast.scope, target_id, who["Sam"], 10_00)
    previewed = cascaded(cast, root, {})
    assert told(previewed.draft)[-1] == "    Sam: 10 -> 10, stays as it is, now below Field"
    apply_preview(cast.scope, previewed.token)
    assert values(cast.scope, target_id)["Sam"] == (10_00, "Field")


def test_the_contract_has_every_row(cast: Cast) -> None:
    root = give(cast.scope, quarter(cast.scope), everybody(cast)["Hunters"], 100_00)
    assert fields(cascaded(cast, root, {}).draft)[0] == {
        "assignment_id": None,
        "assignee": {"kind": "person", "name": "Sam", "id": cast.sam},
        "start_date": "2025-01-01",
        "end_date": "2025-04-01",
        "depth": 1,
        "parent_id": root,
        "parent": {"kind": "team", "id": cast.hunters},
        "before": None,
        "after": 50_00,
        "change": 50_00,
        "is_locked": False,
        "why": "equal share 1 of 2 = 50 %",
        "warnings": [],
        "unallocated": None,
    }


def test_the_manuals_own_tree(connection: psycopg.Connection) -> None:
    scope, who = manual_tree(connection)
    target = create_target(scope, name="Revenue", metric="revenue", value=2 * MILLION, period="annual", start_date=YEAR)
    root = assign_all(scope, target.id, {ORGANIZATION: 2 * MILLION})[0].id
    weights = {
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
    options = {"levels": "all", "method": "weighted", "weights": by_key(who, weights)}
    applied = apply_preview(scope, preview_cascade(scope, root, options, YEAR).token)
    assert applied.draft.unallocated == 0
    assert {row.name: row.after for row in applied.draft.rows} == {
        name: number * 100_000 for name, number in weights.items()
    }
    manual = {"levels": "all", "method": "manual", "values": by_key(who, {k: v * 100_000 for k, v in weights.items()})}
    again = preview_cascade(scope, root, manual, YEAR).draft
    assert [row.change for row in again.rows] == [0] * 10
