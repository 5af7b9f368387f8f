"""Targets: every period and window, filters, and all that a target cannot be, told at once."""

from datetime import date
from typing import Any

import pytest

from paceline.domain.calendar import DAY_MAX, DAY_MIN
from paceline.errors import Conflict, InvalidInput, NotFound
from paceline.org.directory import AmbiguousName
from paceline.plan import find
from paceline.plan.actions.metrics import create_metric, retire_metric
from paceline.plan.actions.targets import VALUE_MAX, create_target, delete_target, edit_target
from paceline.plan.models import Target
from tests.plan.cast import (
    EPOCH,
    NOON,
    ORGANIZATION,
    Cast,
    asked,
    changes,
    currents,
    everybody,
    faults,
    give,
    quarter,
    won,
)

EAST = {"field": "region", "op": "equals", "value": "East"}
WHOLE: dict[str, Any] = {
    "name": "First quarter",
    "metric": "revenue",
    "value": 900_00,
    "period": "quarterly",
    "start_date": EPOCH,
}


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("weekly", date(2025, 1, 1), date(2025, 1, 8)),
        ("monthly", date(2025, 1, 31), date(2025, 3, 1)),
        ("monthly", date(2024, 1, 31), date(2024, 3, 1)),
        ("monthly", date(2025, 12, 15), date(2026, 1, 15)),
        ("quarterly", date(2025, 1, 1), date(2025, 4, 1)),
        ("quarterly", date(2024, 11, 30), date(2025, 3, 1)),
        ("annual", date(2024, 2, 29), date(2025, 3, 1)),
        ("annual", date(2025, 4, 1), date(2026, 4, 1)),
    ],
)
def test_a_period_makes_its_window(cast: Cast, period: str, start: date, end: date) -> None:
    made = create_target(cast.scope, **{**WHOLE, "period": period, "start_date": start})
    assert (made.start_date, made.end_date) == (start, end)
    assert create_target(cast.scope, **{**WHOLE, "period": period, "start_date": start}, end_date=end).end_date == end


def test_a_custom_window_is_what_it_says(cast: Cast) -> None:
    made = create_target(cast.scope, **{**WHOLE, "period": "custom"}, end_date=date(2025, 1, 2))
    assert (made.start_date, made.end_date) == (EPOCH, date(2025, 1, 2))
    latest = create_target(
        cast.scope, **{**WHOLE, "period": "custom", "start_date": date(2199, 12, 1)}, end_date=DAY_MAX
    )
    assert latest.end_date == DAY_MAX


def test_a_target_is_kept_as_it_was_given(cast: Cast) -> None:
    made = create_target(
        cast.scope,
        **{**WHOLE, "name": " First quarter "},
        description=" All of\nit ",
        filter=EAST,
        pace_by="working_days",
        status="draft",
        reason="the board said so",
    )
    stored = find.target(cast.scope, made.id)
    assert (stored.name, stored.description, stored.status) == ("First quarter", "All of\nit", "draft")
    assert (stored.value, stored.filter, stored.pace_by) == (900_00, EAST, "working_days")
    ((kind, old, new, reason),) = changes(cast.scope, "create_target")
    assert (kind, old, reason) == ("target", None, "the board said so")
    assert new == {
        "name": "First quarter",
        "description": "All of\nit",
        "metric_id": stored.metric_id,
        "filter": EAST,
        "value": 900_00,
        "period": "quarterly",
        "start_date": "2025-01-01",
        "end_date": "2025-04-01",
        "pace_by": "working_days",
        "status": "draft",
    }


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (None, 1111),
        ({}, 1111),
        (EAST, 101),
        ({"field": "region", "op": "not_equals", "value": "East"}, 1010),
        ({"field": "region", "op": "in", "value": ["East", "West"]}, 111),
        ({"field": "region", "op": "is_not_set"}, 1000),
        ({"field": "product", "op": "contains", "value": "PRO"}, 100),
        ({"field": "product", "op": "starts_with", "value": "Bas"}, 10),
        ({"field": "amount", "op": "at_least", "value": 100}, 1100),
        ({"field": "amount", "op": "less", "value": 100}, 11),
        ({"field": "closed", "op": "greater", "value": "2025-01-08"}, 1100),
        ({"field": "custom.tier", "op": "equals", "value": 1}, 100),
        ({"field": "custom.tier", "op": "equals", "value": "1"}, 1000),
        ({"any": [EAST, {"field": "region", "op": "is_not_set"}]}, 1101),
        ({"all": [EAST, {"field": "amount", "op": "greater", "value": 1}]}, 100),
        ({"field": "stage", "op": "equals", "value": "'; DROP TABLE deal; --"}, 0),
    ],
)
def test_a_filter_narrows_the_metric(cast: Cast, filter_: dict[str, Any] | None, expected: int) -> None:
    won(cast.scope, "1", "Sam", 6, 1, region="East", product="Basic", custom={})
    won(cast.scope, "2", "Sam", 7, 10, region="West", product="Basic Plus", custom={})
    won(cast.scope, "3", "Sam", 8, 100, region="East", product="Ski pro", custom={"tier": 1})
    won(cast.scope, "4", "Sam", 9, 1000, region=None, product=None, custom={"tier": "1"})
    if filter_ and filter_.get("value") == "Bas":
        won(cast.scope, "1", "Sam", 6, 1, product="base")
    target_id = quarter(cast.scope, filter=filter_)
    give(cast.scope, target_id, ORGANIZATION, 1)
    assert currents(asked(cast.scope, target_id)) == {"Acme": expected}


def test_an_edited_target(cast: Cast) -> None:
    target_id = quarter(cast.scope, name="First", description="as planned")
    edit_target(cast.scope, target_id, value=1000_00, reason="a good start")
    edit_target(cast.scope, target_id, value=1000_00)
    edit_target(cast.scope, target_id, name="Q1", description="", status="archived", pace_by="past_shape")
    stored = find.target(cast.scope, target_id)
    assert (stored.name, stored.description, stored.value) == ("Q1", "", 1000_00)
    assert (stored.status, stored.pace_by) == ("archived", "past_shape")
    assert changes(cast.scope, "edit_target") == [
        ("target", {"value": 900_00}, {"value": 1000_00}, "a good start"),
        (
            "target",
            {"name": "First", "description": "as planned", "status": "active", "pace_by": "calendar_days"},
            {"name": "Q1", "description": "", "status": "archived", "pace_by": "past_shape"},
            "",
        ),
    ]


def test_a_target_of_a_retired_metric_stays_archived(cast: Cast) -> None:
    definition = {"module": "leads", "unit": "count", "kind": "flow", "dated_by": "created"}
    create_metric(cast.scope, key="mine", name="Mine", definition=definition)
    target_id = quarter(cast.scope, "mine", 5, status="archived")
    retire_metric(cast.scope, "mine")
    with pytest.raises(Conflict, match="the metric 'mine' is retired, so the target stays archived"):
        edit_target(cast.scope, target_id, status="active")
    edit_target(cast.scope, target_id, name="Old")
    assert find.target(cast.scope, target_id).status == "archived"


def test_a_target_that_was_never_assigned_can_go(cast: Cast) -> None:
    target_id = quarter(cast.scope, name="A mistake")
    delete_target(cast.scope, target_id, reason="a mistake")
    with pytest.raises(NotFound):
        find.target(cast.scope, target_id)
    ((kind, old, new, reason),) = changes(cast.scope, "delete_target")
    assert (kind, old["name"], new, reason) == ("target", "A mistake", None, "a mistake")


def test_a_target_that_was_assigned_stays(cast: Cast) -> None:
    from paceline.plan.actions.assignments import remove_assignment

    target_id = quarter(cast.scope)
    remove_assignment(cast.scope, give(cast.scope, target_id, ORGANIZATION, 1))
    with pytest.raises(Conflict, match="the target has assignments, whose history stays: archive it instead"):
        delete_target(cast.scope, target_id)


NO_DAY = f"is not a day between {DAY_MIN} and {DAY_MAX}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": ""}, ("name", "give a name")),
        ({"name": "x" * 121}, ("name", "is longer than 120 characters")),
        ({"name": "a\nb"}, ("name", "holds a control character")),
        ({"description": "x" * 2001}, ("description", "is longer than 2000 characters")),
        ({"description": "\0"}, ("description", "holds a control character")),
        ({"value": 0}, ("value", "give a value above zero")),
        ({"value": -5}, ("value", "give a value above zero")),
        ({"value": VALUE_MAX + 1}, ("value", "is larger than 100,000,000,000,000,000")),
        ({"value": 2**63}, ("value", "is larger than 100,000,000,000,000,000")),
        ({"pace_by": "moon"}, ("pace_by", "'moon' is not calendar_days, past_shape or working_days")),
        ({"status": "done"}, ("status", "'done' is not active, archived or draft")),
        ({"period": "daily"}, ("period", "'daily' is not annual, custom, monthly, quarterly or weekly")),
        (
            {"start_date": date(1899, 12, 31)},
            ("start_date", f"1899-12-31 {NO_DAY}"),
        ),
        ({"start_date": date.min}, ("start_date", f"0001-01-01 {NO_DAY}")),
        ({"start_date": date.max}, ("start_date", f"9999-12-31 {NO_DAY}")),
        ({"start_date": DAY_MAX}, ("end_date", f"2200-03-30 {NO_DAY}")),
        ({"period": "custom"}, ("end_date", "a custom period needs an end date, the first day after it")),
        (
            {"period": "custom", "end_date": EPOCH},
            ("end_date", "2025-01-01 is not after 2025-01-01; the end is exclusive"),
        ),
        (
            {"period": "custom", "end_date": date(2045, 7, 16)},
            ("end_date", "a window has up to 7500 days and ends by 2199-12-31"),
        ),
        (
            {"end_date": date(2025, 3, 31)},
            (
                "end_date",
                "a quarterly period from 2025-01-01 ends before 2025-04-01; leave the end out or make it custom",
            ),
        ),
        ({"filter": {"field": "colour", "op": "is_set"}}, ("filter.field", "deals have no field 'colour' to compare")),
        ({"filter": {"all": [EAST], "op": "is_set"}}, ("filter", "'all' stands alone and holds a list of conditions")),
        ({"filter": {"field": "region", "op": "like", "value": "E"}}, ("filter.op", None)),
        (
            {"filter": {"field": "region", "op": "greater", "value": "E"}},
            ("filter.value", "region is text, which has no greater"),
        ),
        (
            {"filter": {"field": "status", "op": "equals", "value": "wonn"}},
            ("filter.value", "status is one of open, won, lost"),
        ),
        (
            {"filter": {"field": "closed", "op": "equals", "value": "2017-02-30"}},
            ("filter.value", "closed compares with a day such as 2026-01-31"),
        ),
        (
            {"filter": {"field": "region", "op": "in", "value": "East"}},
            ("filter.value", "in takes a list of 1 to 200 values"),
        ),
        ({"filter": {"field": "region", "op": "equals", "value": "\udcff"}}, ("filter", "holds half of a character")),
        (
            {"filter": [EAST]},
            ("filter", "write an object such as {'field': 'region', 'op': 'equals', 'value': 'East'}"),
        ),
        ({"reason": "x" * 1001}, ("reason", "is longer than 1000 characters")),
    ],
)
def test_what_a_target_cannot_be(cast: Cast, given: dict[str, Any], expected: tuple[str, str | None]) -> None:
    with pytest.raises(InvalidInput) as refused:
        create_target(cast.scope, **{**WHOLE, **given})
    where, message = expected
    assert [found for found, _ in faults(refused)] == [where]
    assert message is None or faults(refused) == [(where, message)]
    assert not Target.objects.exists()


def test_all_faults_are_told_at_once(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        create_target(
            cast.scope,
            name="",
            metric="revenue",
            value=0,
            period="custom",
            start_date=EPOCH,
            description="\0",
            filter={"field": "colour", "op": "is_set"},
            pace_by="moon",
            status="done",
            reason="\0",
        )
    told = [where for where, _ in faults(refused)]
    assert told == ["name", "description", "value", "pace_by", "status", "end_date", "filter.field", "reason"]


def test_an_edit_tells_all_its_faults(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    with pytest.raises(InvalidInput) as refused:
        edit_target(cast.scope, target_id, name="", value=0, description="\0", pace_by="moon", status="done")
    assert [where for where, _ in faults(refused)] == ["name", "description", "value", "pace_by", "status"]
    assert changes(cast.scope, "edit_target") == []


def test_an_unknown_metric_is_named_with_the_nearest(cast: Cast) -> None:
    with pytest.raises(NotFound, match=r"there is no metric 'revenu'; did you mean revenue\?"):
        create_target(cast.scope, **{**WHOLE, "metric": "revenu"})


def test_a_target_is_found_by_name_or_id(cast: Cast) -> None:
    first, second = quarter(cast.scope, name="Erstes Quartal"), quarter(cast.scope, name="2026")
    for words, expected in ((" erstes quartal ", first), (str(first), first), ("2026", second), (str(second), second)):
        assert find.target_named(cast.scope, words).id == expected
    third = quarter(cast.scope, name="ERSTES QUARTAL")
    with pytest.raises(AmbiguousName, match=rf"several targets are called 'Erstes Quartal': .* \[{first}, {third}\]"):
        find.target_named(cast.scope, "Erstes Quartal")


@pytest.mark.parametrize(
    "words", ["", " ", "Zweites Quartal", "0", "9" * 18, "9" * 19, "1e3", "\0", "\udcff", "x" * 100_000]
)
def test_an_unknown_target_is_not_found(cast: Cast, words: str) -> None:
    quarter(cast.scope, name="Erstes Quartal")
    with pytest.raises(NotFound, match="there is no"):
        find.target_named(cast.scope, words)


def test_another_organization_has_none_of_it(cast: Cast) -> None:
    target_id = quarter(cast.scope, name="Q1")
    for look in (
        lambda: find.target(cast.abroad, target_id),
        lambda: find.target_named(cast.abroad, "Q1"),
        lambda: find.target_named(cast.abroad, str(target_id)),
        lambda: edit_target(cast.abroad, target_id, name="Ours"),
        lambda: delete_target(cast.abroad, target_id),
        lambda: give(cast.abroad, target_id, ORGANIZATION, 1),
    ):
        with pytest.raises(NotFound):
            look()
    theirs = quarter(cast.abroad)
    with pytest.raises(NotFound):
        give(cast.abroad, theirs, everybody(cast)["Sam"], 1)
    give(cast.abroad, theirs, ORGANIZATION, 1)
    won(cast.scope, "d", "Sam", 5, 1_00)
    assert currents(asked(cast.abroad, theirs, NOON)) == {"Globex": 0}
