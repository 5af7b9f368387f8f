"""Whatever is assigned, changed, sold and moved: no circles, and every figure agrees with what is behind it."""

import os
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paceline.errors import PacelineError
from paceline.org.actions import moves, units
from paceline.plan import behind, find
from paceline.plan.actions.assignments import edit_assignment, remove_assignment
from paceline.plan.held import Held, held
from paceline.plan.models import Assignment
from paceline.plan.progress import Clocks
from tests.plan.cast import NOON, Cast, asked, everybody, give, on, opened, quarter, stamp, won

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
STORIES = settings(
    deadline=None,
    max_examples=500 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 8,
    suppress_health_check=QUIET,
)
NAMES = ("Acme", "Sales", "Field", "Partners", "Hunters", "Rosa", "Tariq", "Sam", "Eve")
PARTS = ((0, 90), (0, 31), (31, 90), (40, 50))

names, days = st.sampled_from(NAMES), st.integers(0, 89)


class Scene(NamedTuple):
    """The cast, and the targets that are planned for: a flow and a level."""

    cast: Cast
    targets: tuple[int, int]


Step = Callable[[Scene], object]


def assigned(which: int, name: str, value: int, part: tuple[int, int], under: int | None) -> Step:
    """A share for somebody, under any other one if `under` says which."""

    def step(scene: Scene) -> None:
        target_id = scene.targets[which]
        shares = list(Assignment.objects.filter(target_id=target_id, is_deleted=False).order_by("id"))
        parent_id = shares[under % len(shares)].id if shares and under is not None else None
        give(scene.cast.scope, target_id, everybody(scene.cast)[name], value, days=part, parent_id=parent_id)

    return step


def changed(number: int, value: int | None) -> Step:
    """Any share gets another value, or is taken away."""

    def step(scene: Scene) -> None:
        shares = list(Assignment.objects.filter(is_deleted=False).order_by("id"))
        if shares and value is None:
            remove_assignment(scene.cast.scope, shares[number % len(shares)].id)
        elif shares:
            edit_assignment(scene.cast.scope, shares[number % len(shares)].id, value=value)

    return step


def sold(external_id: str, name: str, day: int, amount: int, is_won: bool) -> Step:
    """A deal comes in or is another one from now on."""
    happens = won if is_won else opened
    return lambda scene: happens(scene.cast.scope, external_id, name, day, amount)


def moved(name: str, day: int, to: str) -> Step:
    """Someone moves to a department, or joins the team; or a department is placed under another."""

    def step(scene: Scene) -> None:
        cast, who = scene.cast, everybody(scene.cast)
        if name in {"Field", "Partners"}:
            units.place_department(cast.scope, who[name].id, who[to].id, from_day=on(day))
        elif to == "Hunters":
            moves.join_team(cast.scope, who[name].id, cast.hunters, from_day=on(day), is_primary=day % 2 == 0)
        else:
            moves.move_person(cast.scope, who[name].id, department_id=who[to].id, from_day=on(day))

    return step


which = st.integers(0, 1)
values = st.integers(0, 10**6)
steps = st.one_of(
    st.builds(assigned, which, names, values, st.sampled_from(PARTS), st.none() | st.integers(0, 20)),
    st.builds(assigned, which, names, values, st.just(PARTS[0]), st.none()),
    st.builds(changed, st.integers(0, 20), values | st.none()),
    st.builds(
        sold, st.sampled_from("abcdef"), names.filter(lambda name: name in NAMES[5:]), days, values, st.booleans()
    ),
    st.builds(moved, st.sampled_from(("Field", "Partners", *NAMES[5:])), days, st.sampled_from(NAMES[1:4])),
    st.builds(moved, st.sampled_from(NAMES[5:]), days, st.just("Hunters")),
)


@given(story=st.lists(steps, min_size=8, max_size=24), as_of=days)
@STORIES
def test_any_plan_agrees_with_itself(cast: Cast, story: list[Step], as_of: int) -> None:
    with cast.scope.connection.transaction(force_rollback=True):
        scene = Scene(cast, (quarter(cast.scope), quarter(cast.scope, "pipeline_value")))
        seen: list[tuple[datetime, list[list[Held]]]] = []
        for step in story:
            with suppress(PacelineError):
                step(scene)
            seen.append((stamp(cast.scope), shares(scene)))
        for target_id in scene.targets:
            check_tree(cast, target_id)
            check_figures(cast, target_id, Clocks(on(min(as_of, 45))))
        assert [shares(scene, then) for then, _ in seen] == [shown for _, shown in seen]


def shares(scene: Scene, known_at: datetime | None = None) -> list[list[Held]]:
    scope = scene.cast.scope
    return [held(scope, find.target(scope, target_id), known_at) for target_id in scene.targets]


def check_tree(cast: Cast, target_id: int) -> None:
    """Everybody stands under one that is there and whose window has theirs, and nobody under themselves."""
    rows = {each.id: each for each in held(cast.scope, find.target(cast.scope, target_id))}
    for each in rows.values():
        path, at = [each.id], each
        while at.parent_id is not None:
            above = rows[at.parent_id]
            assert above.window.start <= at.window.start
            assert at.window.end <= above.window.end
            assert above.id not in path
            path.append(above.id)
            at = above


def check_figures(cast: Cast, target_id: int, clocks: Clocks) -> None:
    """Progress, its records and its last day come to the same; what is unallocated is what is not given on."""
    target = find.target(cast.scope, target_id)
    report = asked(cast.scope, target_id, NOON, clocks)
    given_on: dict[int, list[int]] = defaultdict(list)
    windows = {row.assignment.id: row.assignment.window for row in report.rows}
    for row in report.rows:
        parent_id = row.assignment.parent_id
        if parent_id is not None and windows[parent_id] == row.assignment.window:
            given_on[parent_id].append(row.assignment.value)
    for row in report.rows:
        below = given_on.get(row.assignment.id)
        assert row.unallocated == (None if below is None else row.assignment.value - sum(below))
        records = behind.records(cast.scope, target, row.assignment, NOON, clocks)
        line = behind.series(cast.scope, target, row.assignment, NOON, clocks)
        assert sum(each.value for each in records) == row.progress.current
        assert (line[-1].current if line else 0) == row.progress.current
        assert not line or not row.progress.elapsed.is_over or line[-1].expected == row.progress.expected
