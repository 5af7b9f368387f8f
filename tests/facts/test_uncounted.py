"""Records that a metric would count but cannot: each is named, with the reason."""

from datetime import date
from decimal import Decimal

import pytest

from paceline.domain.condition import ALWAYS
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.facts import clock, rulebook, uncounted
from paceline.facts.scope import Scope
from paceline.facts.uncounted import Uncounted
from tests.facts.cast import BUILT_IN_METRICS, PIPELINE, REVENUE, on, won, write

BY_SIZE = Definition(Module.DEALS, Unit.COUNT, Kind.FLOW, ALWAYS, "custom.due", "custom.size")


def held_out(scope: Scope, metric: int | Definition = REVENUE) -> dict[str, str]:
    """The reason why each record is held out, by its id; the counts say the same."""
    definition = BUILT_IN_METRICS[metric] if isinstance(metric, int) else metric
    listed = uncounted.listed(scope, definition, clock.rules(scope))
    reasons = {each.external_id: each.reason for each in listed}
    told = list(reasons.values())
    assert uncounted.counted(scope, definition, clock.rules(scope)) == {each: told.count(each) for each in told}
    return reasons


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"status": "open"}, None),
        ({"deleted": True, "owner": None}, None),
        ({"amount": 0}, None),
        ({"owner": None}, "no_owner"),
        ({"owner": "nobody", "closed": None, "amount": None, "currency": "USD"}, "no_owner"),
        ({"closed": None, "amount": None}, "no_day"),
        ({"amount": None, "currency": "USD"}, "no_value"),
        ({"currency": "USD"}, "no_rate"),
        # A rate that begins a day later.
        ({"currency": "JPY"}, "no_rate"),
    ],
)
def test_the_first_thing_that_is_missing_is_the_reason(
    scope: Scope, change: dict[str, object], reason: str | None
) -> None:
    rulebook.set_rates(scope, {("JPY", on(21)): (Decimal(1), Decimal(100))})
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20) | change)
    assert held_out(scope) == ({} if reason is None else {"D1": reason})


def test_a_level_needs_the_day_it_went_out(scope: Scope) -> None:
    write(
        scope,
        Module.DEALS,
        won("open", "Sam", 500, 20, status="open", closed=None),
        won("won on a day", "Sam", 500, 20),
        won("won some time", "Sam", 500, 20, closed=None),
        won("lost some time", "Sam", 500, 20, status="lost", closed=None),
        won("made some time", "Sam", 500, 20, created=None),
        won("won the day it was made", "Sam", 500, 20, created=on(20)),
    )
    assert held_out(scope, PIPELINE) == dict.fromkeys(("won some time", "lost some time", "made some time"), "no_day")


def test_custom_fields_must_hold_what_the_metric_needs(scope: Scope) -> None:
    due = str(on(5))
    given = {
        "good": {"due": due, "size": 3},
        "no number": {"due": due, "size": "3"},
        "half": {"due": due, "size": 1.5},
        "no size": {"due": due},
        "no such day": {"due": "2025-02-30", "size": 3},
        "number for a day": {"due": 20250105, "size": 3},
        "nothing": None,
    }
    write(scope, Module.DEALS, *({"external_id": key, "owner": "Sam", "custom": each} for key, each in given.items()))
    assert held_out(scope, BY_SIZE) == {
        "no number": "no_value",
        "half": "no_value",
        "no size": "no_value",
        "no such day": "no_day",
        "number for a day": "no_day",
        "nothing": "no_day",
    }


def test_an_amount_that_no_rate_can_carry_is_held_out(scope: Scope) -> None:
    rulebook.set_rates(scope, {("USD", date(1900, 1, 1)): (Decimal(10), Decimal(10))})
    write(scope, Module.DEALS, won("huge", "Sam", 10**15, 20, currency="USD"), won("big", "Sam", 10**14, 20))
    assert held_out(scope) == {"huge": "no_rate"}


def test_each_is_told_as_it_is_known(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Zoe", 500, 20, name="Big one"), source="sheet")
    (told,) = uncounted.listed(scope, BUILT_IN_METRICS[REVENUE], clock.rules(scope))
    assert told == Uncounted(told.record_id, "sheet", "D1", "Big one", "Zoe", "no_owner")


def test_they_are_read_page_by_page(scope: Scope) -> None:
    write(scope, Module.DEALS, *(won(f"D{number}", None, 1, 20) for number in range(7)))
    rules, after, pages = clock.rules(scope), 0, []
    while page := uncounted.listed(scope, BUILT_IN_METRICS[REVENUE], rules, after, limit=3):
        pages.append([each.external_id for each in page])
        after = page[-1].record_id
    assert pages == [["D0", "D1", "D2"], ["D3", "D4", "D5"], ["D6"]]
