"""Who was in which unit: written as a difference, and readable as it was held to be."""

from paceline.facts import clock, rollup
from paceline.facts.scope import Scope
from tests.facts.cast import EVE, HUNTERS, PARTNERS, SALES, SAM, TARIQ, always_in, stay


def test_the_same_stays_again_are_no_change(scope: Scope) -> None:
    stamp = clock.known_now(scope)
    assert rollup.post(scope, rollup.standing(scope), None) == 0
    assert rollup.post(scope, always_in(SALES, SAM) | always_in(HUNTERS, SAM), [SAM]) == 0
    assert clock.known_now(scope) == stamp


def test_only_the_people_named_are_moved(scope: Scope) -> None:
    assert rollup.post(scope, {stay(PARTNERS, SAM, 5)}, [SAM]) == 3
    assert rollup.standing(scope, [SAM]) == {stay(PARTNERS, SAM, 5)}
    assert rollup.standing(scope, [TARIQ]) == always_in(SALES, TARIQ) | always_in(HUNTERS, TARIQ)
    assert rollup.post(scope, [], None) == len(["Rosa", "Tariq", "Tariq", "Eve", "Eve", "Sam"])


def test_what_was_held_before_stays_readable_at_its_stamp(scope: Scope) -> None:
    stamps = [clock.known_now(scope)]
    rollup.post(scope, {stay(HUNTERS, SAM, 0, 10), stay(HUNTERS, SAM, 20)}, [SAM])
    stamps.append(clock.known_now(scope))
    # The same first day as before, with another end.
    rollup.post(scope, {stay(HUNTERS, SAM, 0, 12)}, [SAM])
    stamps.append(clock.known_now(scope))
    rollup.post(scope, always_in(HUNTERS, EVE), [SAM, EVE])
    stamps.append(clock.known_now(scope))
    tariq = always_in(HUNTERS, TARIQ)
    assert [set(rollup.stays_of(scope, "team", HUNTERS, stamp)) - tariq for stamp in stamps] == [
        always_in(HUNTERS, SAM),
        {stay(HUNTERS, SAM, 0, 10), stay(HUNTERS, SAM, 20)},
        {stay(HUNTERS, SAM, 0, 12)},
        always_in(HUNTERS, EVE),
    ]


def test_a_department_and_a_team_of_one_number_are_two(scope: Scope) -> None:
    moved = {stay(PARTNERS, SAM)._replace(unit_kind="team")}
    rollup.post(scope, moved, [SAM])
    now = clock.known_now(scope)
    assert set(rollup.stays_of(scope, "team", PARTNERS, now)) == moved
    assert set(rollup.stays_of(scope, "department", PARTNERS, now)) == always_in(PARTNERS, EVE)
