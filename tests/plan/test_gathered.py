"""What is gathered for many assignments at once is what each is asked for alone."""

from dataclasses import replace

import pytest

from paceline.domain.access import Access
from paceline.domain.pace import Basis
from paceline.errors import NotAllowed, NotFound
from paceline.facts.scope import Scope
from paceline.org.actions import moves
from paceline.plan import behind, find, progress
from paceline.plan.actions.targets import create_target
from paceline.plan.gathered import glances
from tests.plan.cast import NOON, Cast, everybody, give, on, opened, won

# Windows that are over, that run, which overlap, and that are to come.
DAYS = [(-90, 0), (-30, 60), (10, 50), (60, 120)]


def sold(cast: Cast) -> None:
    """Deals of three years; Sam leaves the Hunters in mid-quarter, and Eve joins them."""
    for day in (-725, -700, -380, -365, -340, -300, -20, -1, 0, 4, 19, 20, 39, 44, 45, 46, 70):
        for owner in ("Sam", "Eve", "Tariq"):
            won(cast.scope, f"won {owner} {day}", owner, day, 1_000 + day * 7 + len(owner))
    for day, owner in ((-40, "Sam"), (10, "Eve"), (25, "Sam"), (44, "Tariq"), (50, "Eve")):
        opened(cast.scope, f"open {owner} {day}", owner, day, 1_000 + day)
    moves.move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(20))
    moves.leave_team(cast.scope, cast.sam, cast.hunters, from_day=on(20))
    moves.join_team(cast.scope, cast.eve, cast.hunters, from_day=on(30))


def targets(cast: Cast) -> list[tuple[int, int]]:
    """Targets of flows, counts and levels, with every pace, each with a share for everybody; (target, share)."""
    made: list[tuple[int, int]] = []
    for metric, basis in (
        ("revenue", Basis.CALENDAR_DAYS),
        ("revenue", Basis.PAST_SHAPE),
        ("deal_count", Basis.WORKING_DAYS),
        ("pipeline_value", Basis.CALENDAR_DAYS),
    ):
        for first, after in DAYS:
            target = create_target(
                cast.scope,
                name=f"{metric} {basis} {first}",
                metric=metric,
                value=90_000,
                period="custom",
                start_date=on(first),
                end_date=on(after),
                pace_by=basis.value,
            )
            who = everybody(cast)
            above = give(cast.scope, target.id, who["Acme"], 90_000)
            made.append((target.id, above))
            made += [(target.id, give(cast.scope, target.id, who[name], 9_000)) for name in ("Sales", "Hunters", "Sam")]
    return made


def test_each_is_as_it_is_asked_alone(cast: Cast) -> None:
    sold(cast)
    wanted = [(find.target(cast.scope, target), share) for target, share in targets(cast)]
    for (target, share), each in zip(wanted, glances(cast.scope, wanted, NOON), strict=True):
        alone = progress.report_one(cast.scope, target, share, NOON)
        assert each.report.rows == alone.rows, (target.name, alone.rows[0].assignment.name)
        assert (each.report.as_of, each.report.known_at) == (alone.as_of, alone.known_at)
        if target.metric.key != "pipeline_value":
            assert each.series() == behind.series(cast.scope, target, alone.shown[0], NOON), target.name
    assert sum(row.progress.current != 0 for each in glances(cast.scope, wanted, NOON) for row in each.report.rows) > 20


def test_nothing_is_gathered_of_nothing(cast: Cast) -> None:
    assert glances(cast.scope, [], NOON) == []


def test_a_share_that_is_gone_is_not_found(cast: Cast) -> None:
    target, share = targets(cast)[0]
    with pytest.raises(NotFound, match="no such assignment"):
        glances(cast.scope, [(find.target(cast.scope, target), share + 10_000)], NOON)


def test_nobody_gathers_what_they_do_not_see(cast: Cast) -> None:
    wanted = [(find.target(cast.scope, target), share) for target, share in targets(cast)[:4]]
    sam: Scope = replace(cast.scope, access=Access(frozenset(), cast.sam), asked_at=NOON)
    assert [each.held.name for each in glances(sam, wanted[3:], NOON)] == ["Sam"]
    with pytest.raises(NotAllowed, match="you see your own figures"):
        glances(sam, wanted, NOON)
