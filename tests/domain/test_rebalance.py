"""Blends of metrics, and rebalancing against brute force."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.domain.allocation import allocate
from paceline.domain.blend import Ingredient, blend
from paceline.domain.clash import ClashKind, Infeasible
from paceline.domain.rebalance import rebalance
from paceline.domain.shares import Child, Method
from tests.domain.families import EVE, ROSA, SAM, UNITS, families, kinds


class TestBlend:
    def test_shares_of_several_metrics(self) -> None:
        revenue: dict[int, int | Fraction | None] = {SAM: 300, EVE: 100}
        calls: dict[int, int | Fraction | None] = {SAM: 10, EVE: 30}
        found = blend([Ingredient(3, revenue), Ingredient(1, calls)], [SAM, EVE, ROSA])
        assert found == {SAM: Fraction(5, 8), EVE: Fraction(3, 8), ROSA: None}

    def test_a_gap_counts_with_the_mean_and_an_empty_metric_equally(self) -> None:
        revenue: dict[int, int | Fraction | None] = {SAM: 300, EVE: None}
        none: dict[int, int | Fraction | None] = {SAM: 0, EVE: 0}
        found = blend([Ingredient(1, revenue), Ingredient(1, none)], [SAM, EVE])
        assert found == {SAM: Fraction(1, 2), EVE: Fraction(1, 2)}

    def test_a_metric_weighs_something(self) -> None:
        with pytest.raises(ValueError, match="above zero"):
            blend([Ingredient(0, {SAM: 1})], [SAM])

    @given(st.lists(st.dictionaries(st.integers(0, 4), st.none() | st.integers(0, 9)), min_size=1, max_size=3))
    def test_shares_add_up_to_one(self, histories: list[dict[int, int | None]]) -> None:
        found = blend([Ingredient(1, {**each}) for each in histories], range(5))
        shares = [each for each in found.values() if each is not None]
        assert sum(shares) == (1 if shares else 0)


class TestRebalance:
    def test_where_nothing_is_missing_nothing_changes(self) -> None:
        children = [Child(SAM, "Sam", present=333), Child(EVE, "Eve", present=667)]
        assert rebalance(1_000, children, rounding=100).values == {SAM: 333, EVE: 667}

    def test_the_share_of_one_who_left_goes_to_the_others_in_proportion(self) -> None:
        children = [Child(SAM, "Sam", present=300), Child(EVE, "Eve", present=500)]
        found = rebalance(1_000, children)
        assert found.values == {SAM: 375, EVE: 625}
        assert found.shares[0].reason.words() == "present value 500 of 800 = 62.5 %"

    def test_a_newcomer_gets_the_fair_share_and_the_others_pay_in_proportion(self) -> None:
        children = [
            Child(SAM, "Sam", 100, present=600),
            Child(EVE, "Eve", 300, present=400),
            Child(ROSA, "Rosa", 200, ramp=Fraction(1, 2)),
        ]
        found = rebalance(1_000, children)
        assert found.values == {SAM: 480, EVE: 320, ROSA: 200}
        assert found.shares[1].reason.words() == ("new, with a fair share of 500, ramped to 50 %: 250 of 1250 = 20 %")

    def test_a_newcomer_where_there_is_no_history_gets_the_mean(self) -> None:
        children = [Child(SAM, "Sam", present=600), Child(EVE, "Eve", present=300), Child(ROSA, "Rosa")]
        assert rebalance(900, children).values == {SAM: 400, EVE: 200, ROSA: 300}

    def test_locked_and_bounded_children_hold(self) -> None:
        children = [
            Child(SAM, "Sam", present=300, locked=300),
            Child(EVE, "Eve", present=300, maximum=310),
            Child(ROSA, "Rosa", present=300),
        ]
        assert rebalance(1_000, children).values == {SAM: 300, EVE: 310, ROSA: 390}

    def test_where_all_are_new_it_is_an_allocation(self) -> None:
        children = [Child(SAM, "Sam", 3), Child(EVE, "Eve", 1), Child(ROSA, "Rosa")]
        assert rebalance(600, children).values == allocate(600, children, Method.WEIGHTED).values

    def test_nothing_cannot_be_scaled(self) -> None:
        with pytest.raises(Infeasible) as caught:
            rebalance(100, [Child(SAM, "Sam", present=0)])
        assert kinds(caught) == [(ClashKind.WEIGHTS_ALL_ZERO, 100)]

    @given(st.integers(0, 500), families(), UNITS, st.data())
    def test_sums_bounds_and_order(self, pool: int, children: list[Child[int]], unit: int, data: st.DataObject) -> None:
        try:
            found = rebalance(pool, children, rounding=unit)
        except Infeasible:
            return
        assert 0 <= found.unallocated < unit
        for child in children:
            value = found.values[child.key]
            assert value >= 0
            if child.locked is None:
                assert (value - (child.present or 0)) % unit == 0
                assert value >= (child.minimum or 0)
                assert child.maximum is None or value <= child.maximum
        assert rebalance(pool, data.draw(st.permutations(children)), rounding=unit) == found

    @given(st.lists(st.integers(1, 8), min_size=2, max_size=3), st.integers(0, 24), st.data())
    def test_no_other_change_is_smaller(self, presents: list[int], pool: int, data: st.DataObject) -> None:
        """The least sum of change squared over present value, less what rounding may cost: against all values."""
        maximums = [data.draw(st.none() | st.integers(present, 12)) for present in presents]
        children = [
            Child(key, str(key), present=present, maximum=maximum)
            for key, (present, maximum) in enumerate(zip(presents, maximums, strict=True))
        ]
        try:
            found = rebalance(pool, children)
        except Infeasible:
            assert pool > sum(12**9 if each is None else each for each in maximums)
            return
        exact = distance(presents, [each.exact for each in found.shares])
        for values in within(maximums, pool):
            assert exact <= distance(presents, values)
        assert sum(abs(each.value - presents[each.key]) for each in found.shares) == abs(pool - sum(presents))


def within(maximums: list[int | None], pool: int) -> Iterator[list[Fraction]]:
    """All whole values under the maximums that add up to the pool."""
    for values in product(*(range((pool if each is None else min(each, pool)) + 1) for each in maximums)):
        if sum(values) == pool:
            yield [Fraction(each) for each in values]


def distance(presents: list[int], values: list[Fraction]) -> Fraction:
    return sum(((value - present) ** 2 / present for present, value in zip(presents, values, strict=True)), Fraction(0))
