"""Any cascade over any small tree, and its months: what was previewed is applied and adds up, and undo restores."""

import os
from collections import defaultdict
from contextlib import suppress
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from paceline.domain.record import Module
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.plan import find
from paceline.plan.actions.assignments import edit_assignment
from paceline.plan.actions.cascades import preview_cascade
from paceline.plan.actions.periods import preview_periods
from paceline.plan.actions.previews import apply_preview
from paceline.plan.actions.undo import undo_last
from paceline.plan.draft import CannotDivide
from paceline.plan.held import Held, held
from tests.plan.cast import EPOCH, ORGANIZATION, Cast, give, on, quarter, write
from tests.plan.planning import key

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
TREES = settings(
    deadline=None,
    max_examples=150 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 10,
    suppress_health_check=QUIET,
)
SECOND = date(2025, 4, 1)
PLACES = st.none() | st.integers(0, 5)


class Tree(NamedTuple):
    """Units and people by the place of what they are in: departments under earlier ones, the others anywhere."""

    departments: list[int | None]
    teams: list[int | None]
    people: list[tuple[int | None, int | None, bool, int | None]]


TREE_OF = st.builds(
    Tree,
    st.lists(PLACES, max_size=3),
    st.lists(PLACES, max_size=3),
    st.lists(st.tuples(PLACES, PLACES, st.sampled_from([True, True, False]), st.none() | st.integers(1, 10**6))),
).map(lambda tree: tree._replace(people=tree.people[:6]))

OPTIONS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["equal", "weighted"]),
        "levels": st.sampled_from([1, 2, "all", "all"]),
        "rounding": st.sampled_from([1, 1, 7, 100_00]),
        "hedge_percent": st.none() | st.sampled_from(["5", "2.5"]) | st.lists(st.integers(0, 20), max_size=3),
    }
)
# Whether somebody gets a bound or a ramp, and which: by their place among those who stand below.
EXTRAS = st.lists(
    st.tuples(st.sampled_from(["minimums", "maximums", "ramps"]), st.integers(0, 9), st.integers(0, 400_00)), max_size=2
)


def build(scope: Scope, tree: Tree) -> dict[Assignee, int | None]:
    """The tree in the database; whoever carries quota, with what they won in the quarter before."""
    from paceline.org.actions import moves, people, units

    departments: list[int] = []
    for number, above in enumerate(tree.departments):
        parent = departments[above % number] if number and above is not None else None
        departments.append(units.create_department(scope, f"D{number}", parent_id=parent).id)
    teams = [
        units.create_team(scope, f"T{number}", department_id=_pick(departments, place)).id
        for number, place in enumerate(tree.teams)
    ]
    carrying: dict[Assignee, int | None] = {}
    deals: list[dict[str, object]] = []
    for number, (department, team, carries, won) in enumerate(tree.people):
        name, inside = f"P{number}", _pick(departments, department)
        made = people.create_person(scope, name=name, hire_day=EPOCH, department_id=inside, quota_carrying=carries).id
        if (joined := _pick(teams, team)) is not None:
            moves.join_team(scope, made, joined, from_day=EPOCH)
        if carries:
            carrying[Assignee("person", made)] = won
        if won is not None:
            days = {"created": on(9), "closed": on(19 + number)}
            deals.append({"external_id": name, "owner": name, "status": "won", "amount": won, **days})
    if deals:
        write(scope, Module.DEALS, deals)
    return carrying


def _pick(made: list[int], place: int | None) -> int | None:
    return made[place % len(made)] if made and place is not None else None


@given(
    tree=TREE_OF,
    value=st.integers(0, 10**6),
    asked=st.lists(st.tuples(OPTIONS, EXTRAS, st.none() | st.integers(0, 9)), min_size=1, max_size=3),
)
@TREES
def test_any_cascade(cast: Cast, tree: Tree, value: int, asked: list[tuple[dict[str, Any], Any, int | None]]) -> None:
    scope = cast.abroad
    with scope.connection.transaction(force_rollback=True):
        from paceline.org.actions.people import edit_person

        edit_person(scope, cast.olga, quota_carrying=False)
        carrying = build(scope, tree)
        target_id = quarter(scope, start_date=SECOND)
        root = give(scope, target_id, ORGANIZATION, value)
        passed: list[list[Held]] = []
        for given_options, extras, locked in asked:
            before = shares(scope, target_id)
            options = given_options | bounds(before, extras)
            if cascaded(scope, target_id, root, options, set(carrying)):
                passed.append(before)
            below = [each for each in shares(scope, target_id) if each.id != root]
            if below and locked is not None:
                edit_assignment(scope, below[locked % len(below)].id, is_locked=True)
                # Whoever locks by hand has changed what the cascade did, so it is no longer undone.
                passed.clear()
        passed.append(shares(scope, target_id))
        apply_preview(scope, preview_periods(scope, root, {"whole_tree": True}).token)
        check_margins(shares(scope, target_id))
        for before in reversed(passed):
            undo_last(scope, target_id=target_id)
            assert shares(scope, target_id) == before


def bounds(held_now: list[Held], extras: list[tuple[str, int, int]]) -> dict[str, dict[str, Any]]:
    """Options that name some of those who have a share."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, place, number in extras:
        if len(held_now) > 1:
            whose = held_now[1:][place % (len(held_now) - 1)].assignee
            found[name][key(whose)] = str(Fraction(number % 5, 4)) if name == "ramps" else number
    return {name: {**each} for name, each in found.items()}


def cascaded(scope: Scope, target_id: int, root: int, options: dict[str, Any], carrying: set[Assignee]) -> bool:
    """Preview and apply; whether anything changed. What was previewed is there, no more and no less, and adds up."""
    before = shares(scope, target_id)
    try:
        previewed = preview_cascade(scope, root, options, SECOND)
    except CannotDivide:
        event("refused")
        assert shares(scope, target_id) == before
        return False
    assert shares(scope, target_id) == before
    applied = apply_preview(scope, previewed.token)
    after = {each.assignee: each for each in shares(scope, target_id)}
    told = {row.place.assignee: row.after for row in previewed.draft.rows}
    assert {each.assignee: each.value for each in before} | told == {name: each.value for name, each in after.items()}
    if options["levels"] == "all":
        assert {each for each in told if each.kind == "person"} == carrying
    check_sums(after, previewed.draft, options)
    event(f"applied, levels {options['levels']}")
    return applied.operation is not None


def check_sums(after: dict[Assignee, Held], draft: Any, options: dict[str, Any]) -> None:
    """All that stand under a parent that was divided have what it passes on, to the rounding unit."""
    by_id = {each.id: each for each in after.values()}
    given_on: dict[int, int] = defaultdict(int)
    for each in after.values():
        if each.parent_id is not None:
            given_on[each.parent_id] += each.value
    hedge = options["hedge_percent"]
    for above, depth in {(row.parent.assignee, row.depth) for row in draft.rows}:
        parent = after[above]
        percent = Fraction(hedge) if isinstance(hedge, str) else Fraction(0)
        if isinstance(hedge, list):
            with suppress(IndexError):
                percent = Fraction(hedge[depth - 1])
        pool = parent.value * (100 + percent) // 100
        assert 0 <= pool - given_on[parent.id] < options["rounding"], (by_id[parent.id].name, options)
    for row in draft.rows:
        left = row.after - given_on[after[row.place.assignee].id] if after[row.place.assignee].id in given_on else None
        assert row.unallocated == left


def check_margins(found: list[Held]) -> None:
    """Everybody's months add up to their quarter; in each month all below one add up wherever their quarters do."""
    window = found[0].window
    quarters = {each.id: each for each in found if each.window == window}
    months = {(each.assignee, each.window): each for each in found if each.window != window}
    assert len(months) == 3 * len(quarters)
    starts = {start for _, start in months}
    for each in quarters.values():
        assert sum(months[each.assignee, start].value for start in starts) == each.value
        below = [other for other in quarters.values() if other.parent_id == each.id]
        for start in starts if below else ():
            under = [months[other.assignee, start] for other in below]
            assert {other.parent_id for other in under} == {months[each.assignee, start].id}
            if sum(other.value for other in below) == each.value:
                assert sum(other.value for other in under) == months[each.assignee, start].value


def shares(scope: Scope, target_id: int) -> list[Held]:
    """What everybody has, the organization first."""
    return held(scope, find.target(scope, target_id))
