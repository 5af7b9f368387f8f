"""The metrics registry: made and changed as data, its history filled or taken back at once."""

from typing import Any

import pytest

from paceline.domain.metric import BUILT_IN
from paceline.errors import Conflict, InvalidInput, NotFound
from paceline.facts.scope import Scope
from paceline.plan import registry, rules
from paceline.plan.actions import metrics
from paceline.plan.actions.metrics import BuiltInMetric, MetricInUse, create_metric, edit_metric, retire_metric
from paceline.plan.models import Metric
from tests.plan.cast import (
    NOON,
    ORGANIZATION,
    Cast,
    asked,
    changes,
    currents,
    faults,
    give,
    opened,
    person,
    quarter,
    stamp,
    won,
)

WON = {"field": "status", "op": "equals", "value": "won"}
BIG = {"field": "amount", "op": "at_least", "value": 100_00}
BIG_DEALS: dict[str, Any] = {
    "module": "deals",
    "unit": "count",
    "kind": "flow",
    "condition": {"all": [WON, BIG]},
    "dated_by": "closed",
}
STOCK = {
    **BIG_DEALS,
    "kind": "level",
    "condition": None,
    "dated_by": "created",
    "leaves_by": "closed",
    "leaves_when": WON,
}


def make(scope: Scope, key: str = "big_deals", definition: dict[str, Any] = BIG_DEALS, **given: Any) -> Metric:
    return create_metric(scope, key=key, name="Big deals", definition=definition, **given)


def standing(scope: Scope, key: str) -> dict[str, int]:
    """What the metric comes to in the first quarter, and that the books agree."""
    from paceline.plan import verification

    target_id = quarter(scope, key, 1, name=f"{key} {stamp(scope)}")
    give(scope, target_id, ORGANIZATION, 1)
    assert list(verification.differences(scope)) == []
    return currents(asked(scope, target_id))


def sold(scope: Scope) -> None:
    won(scope, "small", "Sam", 5, 99_99, region="East")
    won(scope, "big", "Sam", 6, 100_00, region="East")
    won(scope, "other", "Eve", 7, 300_00, region="West", custom={"points": 3})


def test_the_built_in_metrics_are_there(cast: Cast) -> None:
    assert [each.key for each in registry.listed(cast.scope)] == [each.key for each in BUILT_IN]
    assert [rules.definition(each) for each in registry.listed(cast.scope)] == [each.definition for each in BUILT_IN]


def test_a_new_metric_counts_what_is_stored_and_what_comes(cast: Cast) -> None:
    sold(cast.scope)
    made = make(cast.scope, description=" More than\n99.99 ", indicator="leading", reason="for the board")
    assert (made.description, made.indicator, made.direction) == ("More than\n99.99", "leading", "higher")
    assert standing(cast.scope, "big_deals") == {"Acme": 2}
    won(cast.scope, "next", "Eve", 8, 500_00)
    assert standing(cast.scope, "big_deals") == {"Acme": 3}
    ((kind, old, new, reason),) = changes(cast.scope, "create_metric")
    assert (kind, old, reason) == ("metric", None, "for the board")
    assert new["definition"] == {**BIG_DEALS, "condition": {"all": [WON, BIG]}, "value_by": None}


def test_a_metric_of_custom_fields(cast: Cast) -> None:
    sold(cast.scope)
    make(cast.scope, "points", {**BIG_DEALS, "condition": None, "value_by": "custom.points"})
    assert standing(cast.scope, "points") == {"Acme": 3}


def test_an_edited_metric_posts_the_difference(cast: Cast) -> None:
    sold(cast.scope)
    make(cast.scope)
    edit_metric(
        cast.scope, "big_deals", name="Any deals", definition={**BIG_DEALS, "condition": WON}, reason="all of them"
    )
    assert standing(cast.scope, "big_deals") == {"Acme": 3}
    ((_, old, new, reason),) = changes(cast.scope, "edit_metric")
    assert (old["name"], new["name"], reason) == ("Big deals", "Any deals", "all of them")
    assert set(old) == {"name", "definition"}


def test_what_is_not_given_stays(cast: Cast) -> None:
    before = make(cast.scope, description="as it was", direction="lower", indicator="leading")
    edit_metric(cast.scope, "big_deals")
    after = registry.metric(cast.scope, "big_deals")
    shown = ("name", "description", "direction", "indicator", "definition")
    assert [getattr(after, name) for name in shown] == [getattr(before, name) for name in shown]
    assert changes(cast.scope, "edit_metric") == []
    edit_metric(cast.scope, "big_deals", description="")
    assert registry.metric(cast.scope, "big_deals").description == ""


def test_a_metric_becomes_a_level_and_a_flow_again(cast: Cast) -> None:
    """As long as no target rests on it."""
    sold(cast.scope)
    opened(cast.scope, "open", "Eve", 3, 1_00)
    make(cast.scope, "stock", BIG_DEALS)
    edit_metric(cast.scope, "stock", definition=STOCK)
    make(cast.scope, "flow", STOCK)
    edit_metric(cast.scope, "flow", definition=BIG_DEALS)
    assert standing(cast.scope, "stock") == {"Acme": 1}
    assert standing(cast.scope, "flow") == {"Acme": 2}


@pytest.mark.parametrize(
    "other", [{**STOCK}, {**BIG_DEALS, "unit": "money", "value_by": "amount"}, {**BIG_DEALS, "module": "leads"}]
)
def test_under_a_target_module_unit_and_kind_stay(cast: Cast, other: dict[str, Any]) -> None:
    make(cast.scope)
    quarter(cast.scope, "big_deals", 5)
    if other["module"] == "leads":
        other = {**other, "condition": None, "dated_by": "created"}
    with pytest.raises(InvalidInput) as refused:
        edit_metric(cast.scope, "big_deals", definition=other)
    assert faults(refused) == [("definition", "targets rest on this metric, so its module, unit and kind stay")]


def test_a_retired_metric_serves_only_what_rests_on_it(cast: Cast) -> None:
    sold(cast.scope)
    make(cast.scope)
    target_id = quarter(cast.scope, "big_deals", 5, status="archived", filter={"field": "region", "op": "is_set"})
    give(cast.scope, target_id, person(cast.sam), 5)
    assert currents(asked(cast.scope, target_id)) == {"Sam": 1}
    retire_metric(cast.scope, "big_deals", reason="nobody looks")
    assert currents(asked(cast.scope, target_id)) == {"Sam": 1}
    assert "big_deals" not in [each.key for each in registry.listed(cast.scope)]
    assert changes(cast.scope, "retire_metric") == [
        ("metric", {"is_retired": False}, {"is_retired": True}, "nobody looks")
    ]
    with pytest.raises(NotFound):
        retire_metric(cast.scope, "big_deals")
    with pytest.raises(Conflict, match="there was a metric 'big_deals' already, whose history keeps the key"):
        make(cast.scope)


def test_a_retired_level_stands_for_what_rests_on_it(cast: Cast) -> None:
    opened(cast.scope, "open", "Sam", 3, 1_00)
    make(cast.scope, "stock", STOCK)
    target_id = quarter(cast.scope, "stock", 5, status="archived")
    give(cast.scope, target_id, person(cast.sam), 5)
    assert currents(asked(cast.scope, target_id)) == {"Sam": 1}
    retire_metric(cast.scope, "stock")
    assert currents(asked(cast.scope, target_id)) == {"Sam": 1}


def test_a_retired_metric_that_nothing_rests_on_yields_nothing(cast: Cast) -> None:
    sold(cast.scope)
    number = make(cast.scope).id
    credited = "SELECT coalesce(sum(value), 0)::int FROM credit WHERE metric_id = %s"
    assert cast.scope.connection.execute(credited, [number]).fetchone() == (2,)
    retire_metric(cast.scope, "big_deals")
    assert cast.scope.connection.execute(credited, [number]).fetchone() == (0,)


def test_a_metric_that_is_aimed_at_stays(cast: Cast) -> None:
    make(cast.scope)
    quarter(cast.scope, "big_deals", 5, name="Big ones", status="draft")
    with pytest.raises(MetricInUse, match=r"targets rest on big_deals: archive them first \(Big ones\)"):
        retire_metric(cast.scope, "big_deals")


def test_the_built_in_ones_stay_as_they_are(cast: Cast) -> None:
    for change in (lambda: edit_metric(cast.scope, "revenue", name="x"), lambda: retire_metric(cast.scope, "revenue")):
        with pytest.raises(BuiltInMetric, match="revenue is built in: make a metric of your own"):
            change()


def test_other_organizations_do_not_see_it(cast: Cast) -> None:
    make(cast.scope)
    with pytest.raises(NotFound, match="there is no metric 'big_deals'"):
        registry.metric(cast.abroad, "big_deals")
    assert make(cast.abroad).key == "big_deals"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"key": "Big Deals"},
            ("key", "'Big Deals' is not a key such as big_deals: small letters, digits and underscores"),
        ),
        (
            {"key": "a" * 42},
            ("key", f"{'a' * 42!r} is not a key such as big_deals: small letters, digits and underscores"),
        ),
        ({"key": "x.y"}, ("key", "'x.y' is not a key such as big_deals: small letters, digits and underscores")),
        ({"name": " "}, ("name", "give a name")),
        ({"name": "x" * 201}, ("name", "is longer than 200 characters")),
        ({"name": "a\0b"}, ("name", "holds a control character")),
        ({"description": "x" * 2001}, ("description", "is longer than 2000 characters")),
        ({"description": "a\0b"}, ("description", "holds a control character")),
        ({"description": "half \ud800"}, ("description", "holds a control character")),
        ({"reason": "x" * 1001}, ("reason", "is longer than 1000 characters")),
        ({"direction": "up"}, ("direction", "'up' is not higher or lower")),
        ({"indicator": ""}, ("indicator", "'' is not lagging or leading")),
    ],
)
def test_what_a_metric_cannot_be(cast: Cast, given: dict[str, Any], expected: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        create_metric(cast.scope, **{"key": "big_deals", "name": "Big deals", "definition": BIG_DEALS, **given})
    assert faults(refused) == [expected]


DEEP: dict[str, Any] = {"all": []}
for _ in range(8):
    DEEP = {"all": [DEEP]}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"module": "visits"}, ("module", "is one of deals, leads, tasks")),
        ({"module": None}, ("module", "is one of deals, leads, tasks")),
        ({"kind": "stock"}, ("kind", "is one of flow, level")),
        ({"unit": "euros"}, ("unit", "is one of count, money")),
        ({"unit": "money"}, ("value_by", "a money metric names the field that gives its amount")),
        ({"dated_by": None}, ("dated_by", "name the field that gives the day")),
        ({"dated_by": "amount"}, ("dated_by", "amount is not a day")),
        ({"dated_by": "colour"}, ("dated_by", "deals have no field 'colour' to compare")),
        ({"value_by": "amount"}, ("value_by", "amount does not give a value in count")),
        (
            {"value_by": 7},
            ("value_by", "name the field that gives the value, or leave it out to count one each"),
        ),
        ({"leaves_by": "closed"}, ("leaves_by", "only a level goes out; a flow has no leaves_by or leaves_when")),
        ({"kind": "level"}, ("leaves_by", "name the field that gives the day")),
        ({"conditon": WON}, ("definition", "there is no part 'conditon'; did you mean condition?")),
        (
            {"condition": []},
            ("condition", "write an object such as {'field': 'region', 'op': 'equals', 'value': 'East'}"),
        ),
        ({"condition": {"field": "region"}}, ("condition", "a comparison has 'field', 'op' and 'value'")),
        (
            {"condition": {"field": "amount", "op": "at_least", "value": 1.5}},
            ("condition.value", "amount compares with a whole number of minor units, such as 150000 for 1,500.00"),
        ),
        (
            {"condition": {"any": [WON, {"field": "colour", "op": "equals", "value": "red"}]}},
            ("condition.any[1].field", "deals have no field 'colour' to compare"),
        ),
        ({"condition": {"any": []}}, ("condition", "'any' stands alone and holds a list of conditions")),
        ({"condition": {"any": [WON] * 51}}, ("condition", "at most 50 comparisons")),
        (
            {"condition": {"field": "region", "op": "equals", "value": "\ud800"}},
            ("definition", "holds half of a character"),
        ),
        ({"condition": {"field": "custom.\ud800", "op": "is_set"}}, ("definition", "holds half of a character")),
        (
            {"condition": {"field": "region", "op": "equals", "value": "\0"}},
            ("condition.value", "region compares with text"),
        ),
        ({"condition": DEEP}, ("condition" + ".all[0]" * 8, "at most 8 levels of all and any")),
    ],
)
def test_what_a_definition_cannot_be(cast: Cast, part: dict[str, Any], expected: tuple[str, str]) -> None:
    for change in (
        lambda: make(cast.scope, "other", {**BIG_DEALS, **part}),
        lambda: edit_metric(cast.scope, "big_deals", definition={**BIG_DEALS, **part}),
    ):
        if not Metric.objects.filter(key="big_deals").exists():
            make(cast.scope)
        with pytest.raises(InvalidInput) as refused:
            change()
        assert faults(refused) == [expected]
    assert standing(cast.scope, "big_deals") == {"Acme": 0}


def test_an_empty_definition_is_not_passed_over(cast: Cast) -> None:
    make(cast.scope)
    with pytest.raises(InvalidInput, match="module: is one of deals"):
        edit_metric(cast.scope, "big_deals", definition={})


def test_all_faults_are_told_at_once(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        create_metric(cast.scope, key="", name="", definition={}, direction="up", indicator="up", reason="\0")
    assert [where for where, _ in faults(refused)] == ["key", "name", "direction", "indicator", "module", "reason"]


def test_a_narrowed_metric_follows_the_one_it_narrows(cast: Cast) -> None:
    sold(cast.scope)
    make(cast.scope)
    east = quarter(cast.scope, "big_deals", 5, filter={"field": "region", "op": "equals", "value": "East"})
    give(cast.scope, east, ORGANIZATION, 5)
    assert currents(asked(cast.scope, east)) == {"Acme": 1}
    edit_metric(cast.scope, "big_deals", definition={**BIG_DEALS, "condition": WON})
    assert currents(asked(cast.scope, east)) == {"Acme": 2}


def test_targets_with_the_same_filter_share_a_metric(cast: Cast) -> None:
    from paceline.plan import find

    filter_ = {"field": "region", "op": "equals", "value": "East"}
    same = [
        find.target(cast.scope, quarter(cast.scope, filter=each)) for each in (filter_, {"all": [filter_]}, None, {})
    ]
    assert same[0].measured_by_id == same[1].measured_by_id != same[0].metric_id
    assert [each.measured_by_id == each.metric_id for each in same[2:]] == [True, True]
    assert [each.filter for each in same] == [filter_, {"all": [filter_]}, None, None]


def test_a_metric_and_a_filter_must_fit_together(cast: Cast) -> None:
    """Each may be within its bounds, and both together beyond them: the ledger could not be kept any more."""
    regions = [{"field": "region", "op": "equals", "value": str(number)} for number in range(40)]
    make(cast.scope, "wide", {**BIG_DEALS, "condition": {"any": regions}})
    nested: dict[str, Any] = {"any": regions[:2]}
    for _ in range(7):
        nested = {"any": [nested, regions[0]]}
    make(cast.scope, "deep", {**BIG_DEALS, "condition": nested})
    for key, filter_, message in (
        ("wide", {"any": regions[:20]}, "at most 50 comparisons"),
        ("deep", regions[0], "at most 8 levels of all and any"),
    ):
        with pytest.raises(InvalidInput) as refused:
            quarter(cast.scope, key, filter=filter_)
        assert faults(refused) == [("filter", f"with the filter the metric is too large: {message}")]
    quarter(cast.scope, "wide", filter=regions[0])
    with pytest.raises(InvalidInput, match="definition: with the filter the metric is too large"):
        edit_metric(cast.scope, "wide", definition={**BIG_DEALS, "condition": {"any": regions + regions[:10]}})
    won(cast.scope, "d", "Sam", 5, 1_00, region="1")
    assert standing(cast.scope, "wide") == {"Acme": 1}


def test_there_is_room_for_so_many(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "METRICS_MAX", len(BUILT_IN) + 1)
    filter_ = {"field": "region", "op": "equals", "value": "East"}
    quarter(cast.scope, filter=filter_)
    with pytest.raises(Conflict, match="an organization has up to 9 metrics, each different filter of a target among"):
        make(cast.scope)
    with pytest.raises(Conflict, match="retire one, or use a known filter"):
        quarter(cast.scope, filter={**filter_, "value": "West"})
    quarter(cast.scope, filter=filter_)
    assert Metric.objects.filter(org_id=cast.scope.org_id).count() == len(BUILT_IN) + 1


def test_there_is_room_for_so_many_values(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "CONDITION_VALUES_MAX", 220)
    listed = {"field": "region", "op": "in", "value": [str(number) for number in range(200)]}
    make(cast.scope, "many", {**BIG_DEALS, "condition": listed})
    with pytest.raises(Conflict, match="the metrics of a module compare with up to 220 values in all"):
        make(cast.scope, "more", {**BIG_DEALS, "condition": listed})
    with pytest.raises(Conflict, match="compare with up to 220 values"):
        edit_metric(cast.scope, "many", definition={**BIG_DEALS, "condition": {"all": [listed, listed]}})
    won(cast.scope, "d", "Sam", 5, 1_00, region="1")
    assert standing(cast.scope, "many") == {"Acme": 1}


def test_the_largest_metrics_can_still_be_posted(cast: Cast) -> None:
    """PostgreSQL takes 65,535 values for a statement: the bound keeps every statement below."""
    listed = {"field": "custom.area", "op": "in", "value": [str(number) for number in range(200)]}
    group = {"any": [listed] * 48}
    for number in range(2):
        make(cast.scope, f"large_{number}", {**BIG_DEALS, "condition": {"all": [group]}})
    won(cast.scope, "d", "Sam", 5, 1_00, custom={"area": "7"})
    assert standing(cast.scope, "large_1") == {"Acme": 1}
    from paceline.plan import behind, find

    target = find.target(cast.scope, quarter(cast.scope, "large_0", 1))
    assert behind.why(cast.scope, target, "d", NOON).first_failing is None


def test_a_key_is_found_or_the_nearest_is_named(cast: Cast) -> None:
    assert registry.metric(cast.scope, " revenue ").key == "revenue"
    for key, message in (
        ("revenu", "there is no metric 'revenu'; did you mean revenue?"),
        ("\0", "there are revenue, deal_count"),
        ("\udcff", "there are revenue, deal_count"),
    ):
        with pytest.raises(NotFound, match=message.replace("?", r"\?")):
            registry.metric(cast.scope, key)
