"""Every figure opens into the records and the days that make it up."""

import pytest

from paceline.domain.calendar import Window
from paceline.domain.kinds import Kind
from paceline.domain.record import Module
from paceline.facts import breakdown, clock, rollup
from paceline.facts.breakdown import Figure
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from tests.facts.cast import (
    HUNTERS,
    NAMES,
    ORGANIZATION,
    PARTNERS,
    PIPELINE,
    REVENUE,
    SALES,
    SAM,
    days,
    on,
    stay,
    won,
    write,
)

JANUARY = days(0, 31)
TEAM = Assignee("team", HUNTERS)


def revenue(scope: Scope, assignee: Assignee = ORGANIZATION, window: Window = JANUARY) -> Figure:
    """The revenue as it stands now."""
    return Figure(REVENUE, Module.DEALS, Kind.FLOW, assignee, window, clock.known_now(scope))


def pipeline(scope: Scope, assignee: Assignee = ORGANIZATION, window: Window = JANUARY) -> Figure:
    """The pipeline as it stands now."""
    return Figure(PIPELINE, Module.DEALS, Kind.LEVEL, assignee, window, clock.known_now(scope))


def told(scope: Scope, figure: Figure) -> list[tuple[str, str | None, str, int, int]]:
    """The records behind a figure: id, name, person, day after the epoch, value."""
    return [
        (each.external_id, each.name, NAMES[each.person_id], (each.day - on(0)).days, each.value)
        for each in breakdown.records(scope, figure)
    ]


def test_a_flow_opens_into_the_records_of_its_days(scope: Scope) -> None:
    deals = [won("D1", "Sam", 500, 20, name="Big one"), won("D2", "Eve", 70, 30), won("D3", "Sam", 9, 31)]
    write(scope, Module.DEALS, *deals)
    assert told(scope, revenue(scope)) == [("D1", "Big one", "Sam", 20, 500), ("D2", None, "Eve", 30, 70)]
    assert told(scope, revenue(scope, TEAM)) == [("D1", "Big one", "Sam", 20, 500)]
    assert told(scope, revenue(scope, Assignee("person", SAM), days(21, 40))) == [("D3", None, "Sam", 31, 9)]


def test_a_record_is_told_with_the_day_and_the_person_it_counts_for_now(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20), won("D2", "Sam", 70, 20))
    write(scope, Module.DEALS, won("D1", "Sam", 500, 10), won("D2", "Eve", 70, 15))
    assert told(scope, revenue(scope)) == [("D1", None, "Sam", 10, 500), ("D2", None, "Eve", 15, 70)]
    assert told(scope, revenue(scope, TEAM)) == [("D1", None, "Sam", 10, 500)]


def test_a_mover_takes_no_record_along(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 14), won("D2", "Sam", 70, 15))
    rollup.post(scope, {stay(HUNTERS, SAM, None, 15), stay(PARTNERS, SAM, 15)}, [SAM])
    assert told(scope, revenue(scope, TEAM)) == [("D1", None, "Sam", 14, 500)]
    assert told(scope, revenue(scope, Assignee("department", PARTNERS))) == [("D2", None, "Sam", 15, 70)]


def test_a_level_opens_into_what_stands_at_the_end(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20), won("D2", "Sam", 70, 25, status="open"))
    assert told(scope, pipeline(scope, TEAM)) == [("D2", None, "Sam", 15, 70)]
    assert told(scope, pipeline(scope, TEAM, days(12, 18))) == [
        ("D1", None, "Sam", 10, 500),
        ("D2", None, "Sam", 15, 70),
    ]
    # Made long before the window, and still standing in it.
    assert told(scope, pipeline(scope, TEAM, days(100, 110))) == [("D2", None, "Sam", 15, 70)]


def test_an_earlier_stamp_tells_the_records_of_then(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    before = revenue(scope, TEAM)
    write(scope, Module.DEALS, won("D1", "Eve", 600, 25))
    rollup.post(scope, {stay(SALES, SAM)}, [SAM])
    assert told(scope, before) == [("D1", None, "Sam", 20, 500)]
    assert told(scope, revenue(scope, TEAM)) == []


def test_records_are_read_page_by_page(scope: Scope) -> None:
    write(scope, Module.DEALS, *(won(f"D{number}", "Sam", number, 20) for number in range(1, 8)))
    figure, after, pages = revenue(scope), (0, 0), []
    while page := breakdown.records(scope, figure, after, limit=3):
        pages.append([each.value for each in page])
        after = page[-1].record_id, page[-1].person_id
    assert pages == [[1, 2, 3], [4, 5, 6], [7]]


def test_the_days_of_a_flow_add_up_to_it(scope: Scope) -> None:
    deals = [won("D1", "Sam", 500, 14), won("D2", "Sam", 70, 15), won("D3", "Eve", 3, 15), won("D4", "Eve", 1, 31)]
    write(scope, Module.DEALS, *deals)
    assert breakdown.days(scope, revenue(scope)) == {on(14): 500, on(15): 73}
    assert breakdown.days(scope, revenue(scope, TEAM)) == {on(14): 500, on(15): 70}
    assert breakdown.days_of_everybody(scope, REVENUE, JANUARY) == {on(14): 500, on(15): 73}


@pytest.mark.parametrize(
    ("assignee", "opening", "changes"),
    [
        (ORGANIZATION, {SAM: 500}, {on(15): [(SAM, 70)], on(20): [(SAM, -500)]}),
        # Everyone who was ever in the unit: whether they are in it on a day is for the reader to say.
        (Assignee("department", PARTNERS), {SAM: 500}, {on(15): [(SAM, 70)], on(20): [(SAM, -500)]}),
        (TEAM, {}, {}),
    ],
)
def test_the_balances_of_a_level_lead_from_day_to_day(
    scope: Scope, assignee: Assignee, opening: dict, changes: dict
) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20), won("D2", "Sam", 70, 25, status="open"))
    rollup.post(scope, {stay(PARTNERS, SAM, 18)}, [SAM])
    assert breakdown.balances(scope, pipeline(scope, assignee, days(12, 31))) == (opening, changes)
