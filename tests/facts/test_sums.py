"""Figures of a whole tree: flows where their people were on the day, levels where their people are."""

from datetime import date

import pytest

from paceline.domain.record import Module
from paceline.facts import clock, rollup, sums
from paceline.facts.scope import Scope
from paceline.facts.sums import PEOPLE_LOOKED_UP_MAX, Asked, Assignee
from tests.facts.cast import (
    EPOCH,
    EVE,
    HUNTERS,
    ORGANIZATION,
    PARTNERS,
    PIPELINE,
    REVENUE,
    SALES,
    SAM,
    TARIQ,
    days,
    figures,
    on,
    stay,
    won,
    write,
)

JANUARY = days(0, 31)


def test_a_flow_counts_its_window_from_the_first_day_up_to_and_without_the_end(scope: Scope) -> None:
    write(scope, Module.DEALS, *(won(f"D{day}", "Sam", 10**place, day) for place, day in enumerate((9, 10, 19, 20))))
    assert figures(scope, REVENUE, days(10, 20))["Sam"] == 110


def test_someone_in_a_team_and_in_two_departments_above_it_counts_once_in_each(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20), won("D2", "Eve", 70, 20), won("D3", "Rosa", 3, 20))
    assert figures(scope, REVENUE, JANUARY) == {
        "Acme": 573,
        "Sales": 573,
        "Partners": 70,
        "Hunters": 500,
        "Rosa": 3,
        "Sam": 500,
        "Eve": 70,
    }


def test_whoever_moves_leaves_what_they_won_before_with_the_old_unit(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 14), won("D2", "Sam", 70, 15), won("D3", "Tariq", 3, 15))
    moved = {stay(SALES, SAM), stay(HUNTERS, SAM, None, 15), stay(PARTNERS, SAM, 15)}
    rollup.post(scope, moved, [SAM])
    assert figures(scope, REVENUE, JANUARY) == {
        "Acme": 573,
        "Sales": 573,
        "Partners": 70,
        "Hunters": 503,
        "Tariq": 3,
        "Sam": 570,
    }
    assert figures(scope, REVENUE, days(0, 15)) == {"Acme": 500, "Sales": 500, "Hunters": 500, "Sam": 500}
    assert figures(scope, REVENUE, days(15, 31))["Partners"] == 70


def test_whoever_comes_and_goes_and_comes_again_counts_on_their_days(scope: Scope) -> None:
    write(scope, Module.DEALS, *(won(f"D{day}", "Eve", 10**place, day) for place, day in enumerate((4, 5, 9, 10, 20))))
    rollup.post(scope, {stay(HUNTERS, EVE, 5, 10), stay(HUNTERS, EVE, 20, 25)}, [EVE])
    assert figures(scope, REVENUE, JANUARY) == {"Acme": 11_111, "Hunters": 10_110, "Eve": 11_111}
    # To the day from the first stay's start to its end.
    assert figures(scope, REVENUE, days(5, 10))["Hunters"] == 110


def test_a_level_is_what_stands_at_the_end_with_whoever_is_in_the_unit_then(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20), won("D2", "Sam", 70, 25, status="open"))
    rollup.post(scope, {stay(SALES, SAM), stay(HUNTERS, SAM, None, 18), stay(PARTNERS, SAM, 18)}, [SAM])
    assert figures(scope, PIPELINE, days(0, 10)) == {}
    assert figures(scope, PIPELINE, days(0, 16)) == {"Acme": 570, "Sales": 570, "Hunters": 570, "Sam": 570}
    # Sam took the open deals along, and won one of them: no debris is left with the Hunters.
    assert figures(scope, PIPELINE, days(0, 19)) == {"Acme": 570, "Sales": 570, "Partners": 570, "Sam": 570}
    assert figures(scope, PIPELINE, days(0, 31)) == {"Acme": 70, "Sales": 70, "Partners": 70, "Sam": 70}


def test_a_figure_known_at_an_earlier_stamp_is_the_one_that_was_shown_then(scope: Scope) -> None:
    stamps = [clock.known_now(scope)]
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    stamps.append(clock.known_now(scope))
    rollup.post(scope, {stay(SALES, SAM), stay(PARTNERS, SAM)}, [SAM])
    stamps.append(clock.known_now(scope))
    write(scope, Module.DEALS, won("D1", "Eve", 600, 20))
    told = [figures(scope, REVENUE, JANUARY, stamp) for stamp in stamps]
    assert told == [
        {},
        {"Acme": 500, "Sales": 500, "Hunters": 500, "Sam": 500},
        {"Acme": 500, "Sales": 500, "Partners": 500, "Sam": 500},
    ]
    assert [figures(scope, PIPELINE, days(0, 15), stamp).get("Hunters", 0) for stamp in stamps] == [0, 500, 0]
    assert figures(scope, REVENUE, JANUARY) == {"Acme": 600, "Sales": 600, "Partners": 600, "Eve": 600}
    assert figures(scope, REVENUE, JANUARY, clock.known_now(scope)) == figures(scope, REVENUE, JANUARY)


def test_several_windows_are_told_apart_by_their_place(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20), won("D2", "Sam", 70, 40))
    windows = [JANUARY, days(0, 59), JANUARY, days(70, 80)]
    sam, hunters = Assignee("person", SAM), Assignee("team", HUNTERS)
    found = sums.flow(scope, REVENUE, windows, Asked([sam, hunters]))
    assert [found.get((place, sam)) for place in range(4)] == [500, 570, 500, None]
    assert [found.get((place, hunters)) for place in range(4)] == [500, 570, 500, None]


@pytest.mark.parametrize("count", [1, PEOPLE_LOOKED_UP_MAX, PEOPLE_LOOKED_UP_MAX + 1, 500])
def test_few_people_and_many_are_told_the_same(scope: Scope, count: int) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20), won("D2", "Tariq", 70, 30))
    asked = [Assignee("person", number) for number in (SAM, *range(1_000, 999 + count))]
    for known_at in (None, clock.known_now(scope)):
        found = sums.flow(scope, REVENUE, [JANUARY], Asked(asked), known_at)
        assert [found.get((0, each)) for each in asked] == [500, *[None] * (count - 1)]


def test_nothing_asked_is_nothing_answered(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    assert sums.flow(scope, REVENUE, [], Asked([ORGANIZATION])) == {}
    assert sums.flow(scope, REVENUE, [JANUARY], Asked([])) == sums.level(scope, PIPELINE, [JANUARY], Asked([])) == {}


def test_where_clocks_skip_midnight_every_day_is_still_a_day(scope: Scope) -> None:
    # In this zone the 4th of November 2018 began at one o'clock.
    scope.connection.execute("SET LOCAL TIME ZONE 'America/Sao_Paulo'")
    day = (date(2018, 11, 4) - EPOCH).days
    write(scope, Module.DEALS, *(won(f"D{skip}", "Sam", 10**skip, day + skip) for skip in range(3)))
    sam = Assignee("person", SAM)
    found = sums.flow(scope, REVENUE, [days(day, day + count) for count in (1, 2, 3)], Asked([sam]))
    assert found == {(0, sam): 1, (1, sam): 11, (2, sam): 111}


def test_a_person_who_was_nowhere_counts_in_the_organization_alone(scope: Scope) -> None:
    rollup.post(scope, [], [TARIQ])
    write(scope, Module.DEALS, won("D1", "Tariq", 500, 20))
    assert figures(scope, REVENUE, JANUARY) == {"Acme": 500, "Tariq": 500}
    assert on(20) in JANUARY
