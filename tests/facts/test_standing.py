"""What boards rank by: values with the day they were reached, who is in a unit, and the plans at size."""

from collections.abc import Callable

from paceline.domain.kinds import Kind
from paceline.domain.record import Module
from paceline.facts import clock, rollup, standing
from paceline.facts.scope import Scope
from paceline.facts.standing import Reached
from tests.facts.cast import (
    EVE,
    HUNTERS,
    PARTNERS,
    PIPELINE,
    REVENUE,
    ROSA,
    SALES,
    SAM,
    TARIQ,
    days,
    on,
    stay,
    won,
    write,
)
from tests.facts.test_plans import PEOPLE, QUARTER, scans
from tests.facts.test_plans import PIPELINE as PIPELINE_AT_SIZE
from tests.facts.test_plans import REVENUE as REVENUE_AT_SIZE
from tests.facts.test_plans import scope as scope_at_size

__all__ = ["scans", "scope_at_size"]

MONTH = days(0, 31)


def test_a_flow_is_reached_on_the_last_day_that_moved_it(scope: Scope) -> None:
    write(scope, Module.DEALS, won("1", "Sam", 40, 3), won("2", "Sam", 5, 9), won("3", "Sam", -5, 9))
    write(scope, Module.DEALS, won("4", "Eve", 7, 40), won("5", "Tariq", 5, 8), won("6", "Tariq", -5, 8))
    expected = {SAM: Reached(40, on(3)), TARIQ: Reached(0, None)}
    assert standing.of_people(scope, REVENUE, Kind.FLOW, MONTH) == expected
    then = clock.known_now(scope)
    write(scope, Module.DEALS, won("1", "Eve", 40, 3))
    assert standing.of_people(scope, REVENUE, Kind.FLOW, MONTH, then) == expected
    assert standing.of_people(scope, REVENUE, Kind.FLOW, MONTH)[EVE] == Reached(40, on(3))


def test_a_level_is_what_stands_at_the_end(scope: Scope) -> None:
    opened = {"status": "open", "closed": None}
    write(
        scope,
        Module.DEALS,
        won("1", "Sam", 40, -5, **opened),
        won("2", "Eve", 7, 20, **opened),
        won("3", "Rosa", 9, 35),
    )
    expected = {SAM: Reached(40, None), EVE: Reached(7, on(10)), ROSA: Reached(9, on(25))}
    assert standing.of_people(scope, PIPELINE, Kind.LEVEL, MONTH) == expected
    then = clock.known_now(scope)
    write(scope, Module.DEALS, won("1", "Sam", 41, -5, **opened))
    assert standing.of_people(scope, PIPELINE, Kind.LEVEL, MONTH, then) == expected
    later = standing.of_people(scope, PIPELINE, Kind.LEVEL, days(31, 59))
    assert (later[SAM], later[ROSA]) == (Reached(41, None), Reached(0, on(35)))


def test_units_have_those_who_are_there_on_the_day(scope: Scope) -> None:
    moved = {stay(SALES, SAM), stay(HUNTERS, SAM, None, 15), stay(PARTNERS, SAM, 15)}
    then = clock.known_now(scope)
    rollup.post(scope, moved, [SAM])
    assert standing.people_of_unit(scope, "team", HUNTERS, on(14)) == {SAM, TARIQ}
    assert standing.people_of_unit(scope, "team", HUNTERS, on(15)) == {TARIQ}
    assert standing.people_of_unit(scope, "team", HUNTERS, on(15), then) == {SAM, TARIQ}
    assert standing.people_of_unit(scope, "department", PARTNERS, on(15)) == {EVE, SAM}
    rollup.post(scope, {stay(HUNTERS, TARIQ, None, 20)}, [TARIQ])
    assert standing.teams_with_people(scope, on(19)) == {HUNTERS}
    assert standing.teams_with_people(scope, on(20)) == set()
    assert standing.teams_with_people(scope, on(20), then) == {HUNTERS}


def test_a_team_comes_to_what_those_brought_who_were_in_it(scope: Scope) -> None:
    write(scope, Module.DEALS, won("1", "Sam", 40, 3), won("2", "Sam", 5, 20), won("3", "Tariq", 1, 9))
    write(scope, Module.DEALS, won("4", "Tariq", 2, 12), won("5", "Sam", -2, 12))
    then = clock.known_now(scope)
    rollup.post(scope, {stay(HUNTERS, SAM, None, 15)}, [SAM])
    # On the 12th two and minus two come to nothing, so that day is none on which it got anywhere.
    assert standing.of_teams(scope, REVENUE, Kind.FLOW, MONTH, [HUNTERS]) == {HUNTERS: Reached(41, on(9))}
    assert standing.of_teams(scope, REVENUE, Kind.FLOW, MONTH, [HUNTERS], then) == {HUNTERS: Reached(46, on(20))}
    assert standing.of_teams(scope, PIPELINE, Kind.LEVEL, days(-9, 31), [HUNTERS]) == {HUNTERS: Reached(0, on(12))}
    assert standing.of_teams(scope, PIPELINE, Kind.LEVEL, days(-9, 5), [HUNTERS]) == {HUNTERS: Reached(1, on(3))}
    assert standing.of_teams(scope, REVENUE, Kind.FLOW, MONTH, []) == {}


def test_no_standing_reads_a_table_in_full(scope_at_size: Scope, scans: Callable[[], set[str]]) -> None:
    scope, stamp = scope_at_size, clock.known_now(scope_at_size)
    for known_at in (None, stamp):
        assert len(standing.of_people(scope, REVENUE_AT_SIZE, Kind.FLOW, QUARTER, known_at)) > PEOPLE / 2
        assert standing.people_of_unit(scope, "team", 7, QUARTER.start, known_at)
        assert len(standing.teams_with_people(scope, QUARTER.start, known_at)) == 100
        assert standing.of_teams(scope, REVENUE_AT_SIZE, Kind.FLOW, QUARTER, [7], known_at)
    assert standing.of_people(scope, PIPELINE_AT_SIZE, Kind.LEVEL, QUARTER)
    assert standing.of_teams(scope, PIPELINE_AT_SIZE, Kind.LEVEL, QUARTER, [7])
    assert scans() == set()
