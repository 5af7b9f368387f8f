"""Allocation: stories, and laws against arithmetic and brute force."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, event, example, given
from hypothesis import strategies as st

from paceline.domain.allocation import allocate
from paceline.domain.clash import ClashKind, Infeasible
from paceline.domain.reason import Bound, Ground, Reason, Rounding
from paceline.domain.rebalance import rebalance
from paceline.domain.shares import Allocation, Child, Method
from tests.domain.families import EVE, ROSA, SAM, TARIQ, UNITS, families, kinds


class TestStories:
    def test_the_odd_cents_go_by_name(self) -> None:
        found = allocate(100, [Child(ROSA, "Rosa"), Child(EVE, "Eve"), Child(SAM, "Sam")])
        assert [(each.name, each.value) for each in found.shares] == [("Eve", 34), ("Rosa", 33), ("Sam", 33)]
        assert found.unallocated == 0

    def test_then_by_key(self) -> None:
        assert allocate(3, [Child(SAM, "Sam"), Child(ROSA, "Sam")]).values == {ROSA: 2, SAM: 1}

    def test_the_hedge_is_part_of_the_pool(self) -> None:
        found = allocate(1_000, [Child(SAM, "Sam"), Child(EVE, "Eve")], hedge_percent=Fraction(25, 2))
        assert (found.pool, found.values, found.unallocated) == (1_125, {EVE: 563, SAM: 562}, 0)

    def test_what_the_unit_cannot_express_stays_unallocated(self) -> None:
        found = allocate(1_050, [Child(SAM, "Sam"), Child(EVE, "Eve")], rounding=100)
        assert (found.values, found.unallocated) == ({EVE: 500, SAM: 500}, 50)

    def test_a_locked_child_keeps_its_value_and_leaves_the_pool(self) -> None:
        children = [Child(SAM, "Sam", 1, locked=70, maximum=10), Child(EVE, "Eve", 1), Child(ROSA, "Rosa", 2)]
        assert allocate(100, children, Method.WEIGHTED).values == {SAM: 70, EVE: 10, ROSA: 20}

    def test_without_history_one_gets_the_mean_of_those_who_have_one(self) -> None:
        children = [Child(SAM, "Sam", 100), Child(EVE, "Eve", 300), Child(ROSA, "Rosa")]
        found = allocate(600, children, Method.WEIGHTED)
        assert found.values == {SAM: 100, EVE: 300, ROSA: 200}
        assert found.shares[1].reason.words() == "no history, so the mean of the others, 200 of 600 = 33.3 %"

    def test_a_locked_history_is_not_in_the_mean(self) -> None:
        children = [Child(SAM, "Sam", 900, locked=0), Child(EVE, "Eve", 300), Child(ROSA, "Rosa")]
        assert allocate(600, children, Method.WEIGHTED).values == {SAM: 0, EVE: 300, ROSA: 300}

    def test_where_nobody_has_history_all_get_the_same(self) -> None:
        found = allocate(100, [Child(SAM, "Sam"), Child(EVE, "Eve")], Method.WEIGHTED)
        assert found.values == {SAM: 50, EVE: 50}
        assert found.shares[0].reason.words() == "no history at all, so an equal share 1 of 2 = 50 %"

    def test_a_bound_moves_the_others_in_proportion(self) -> None:
        children = [Child(SAM, "Sam", 1, minimum=400), Child(EVE, "Eve", 3), Child(ROSA, "Rosa", 6, maximum=300)]
        assert allocate(1_000, children, Method.WEIGHTED).values == {SAM: 400, EVE: 300, ROSA: 300}

    def test_bounds_hold_in_whole_units(self) -> None:
        children = [Child(SAM, "Sam", 0, minimum=101), Child(EVE, "Eve", 8, maximum=399), Child(ROSA, "Rosa", 1)]
        assert allocate(1_000, children, Method.WEIGHTED, rounding=100).values == {SAM: 200, EVE: 300, ROSA: 500}

    def test_weight_zero_gets_nothing_but_its_minimum(self) -> None:
        children = [Child(SAM, "Sam", 0), Child(EVE, "Eve", 0, minimum=5), Child(ROSA, "Rosa", 1)]
        assert allocate(100, children, Method.WEIGHTED).values == {SAM: 0, EVE: 5, ROSA: 95}

    def test_given_values_stand_and_the_rest_is_shown(self) -> None:
        children = [Child(SAM, "Sam", given=60), Child(EVE, "Eve", locked=70)]
        found = allocate(100, children, Method.MANUAL)
        assert (found.values, found.unallocated) == ({SAM: 60, EVE: 70}, -30)
        assert [each.reason.words() for each in found.shares] == ["locked", "given by hand"]

    def test_nothing_among_nobody(self) -> None:
        assert allocate(0, list[Child[int]]()).shares == ()

    def test_nothing_needs_no_weights(self) -> None:
        assert allocate(0, [Child(SAM, "Sam", 0)], Method.WEIGHTED).values == {SAM: 0}


class TestReasons:
    def test_every_part_is_said(self) -> None:
        children = [
            Child(SAM, "Sam", 120_000, ramp=Fraction(1, 2), minimum=90_000),
            Child(EVE, "Eve", 340_001),
        ]
        found = allocate(400_000, children, Method.WEIGHTED, rounding=1_000)
        sam, eve = found.shares[1].reason, found.shares[0].reason
        assert sam.words(lambda value: f"${value:,}") == (
            "history $120,000, ramped to 50 %: $60,000 of $400,001 = 14.9 %, raised to its minimum $90,000"
        )
        assert eve.words() == "history 340001 of 400001 = 85 %"
        assert sam.bound == Bound.MINIMUM

    def test_a_cut_is_said(self) -> None:
        children = [Child(SAM, "Sam", 3, maximum=10), Child(EVE, "Eve", 1)]
        found = allocate(100, children, Method.WEIGHTED, ground=Ground.WEIGHT)
        assert found.shares[1].reason.words() == "weight 3 of 4 = 75 %, cut to its maximum 10"

    def test_rounding_is_said(self) -> None:
        found = allocate(100, [Child(key, str(key)) for key in range(3)])
        assert [each.reason.rounding for each in found.shares] == [Rounding.UP, Rounding.DOWN, Rounding.DOWN]
        assert found.shares[0].reason.words() == "equal share 1 of 3 = 33.3 %, rounded up"

    @pytest.mark.parametrize(("number", "text"), [(Fraction(1, 3), "0.33"), (Fraction(5, 2), "2.5"), (1_000, "1,000")])
    def test_bare_numbers_are_short(self, number: Fraction, text: str) -> None:
        assert Reason(Ground.WEIGHT, number, number).words() == f"weight {text} of {text} = 100 %"


class TestRefusals:
    def test_all_that_clashes_is_named_and_by_how_much(self) -> None:
        children = [
            Child(SAM, "Sam", locked=700),
            Child(TARIQ, "Tariq", locked=500),
            Child(EVE, "Eve", minimum=300, maximum=200),
            Child(ROSA, "Rosa", ramp=-1),
        ]
        with pytest.raises(Infeasible) as caught:
            allocate(1_000, children)
        assert kinds(caught) == [
            (ClashKind.MINIMUM_ABOVE_MAXIMUM, 100),
            (ClashKind.NEGATIVE_FACTOR, 1),
            (ClashKind.LOCKS_ABOVE_POOL, 200),
            (ClashKind.MINIMUMS_ABOVE_POOL, 300),
        ]
        assert caught.value.words(lambda value: f"${value:,}") == (
            "Eve: the minimum of $300 is above the maximum of $200 by $100; Rosa: the ramp is below zero by 1; "
            "the locked values add up to $1,200, $200 above the pool of $1,000: Sam, Tariq; "
            "at least $300 has to be given, $300 above the $0 to allocate: Eve"
        )
        assert "1200" in str(caught.value)

    @pytest.mark.parametrize(
        ("children", "kind", "off"),
        [
            ([Child(SAM, "Sam", locked=101)], ClashKind.LOCKS_ABOVE_POOL, 1),
            ([Child(SAM, "Sam", locked=90)], ClashKind.ALL_LOCKED, 10),
            ([Child(SAM, "Sam", minimum=60), Child(EVE, "Eve", minimum=60)], ClashKind.MINIMUMS_ABOVE_POOL, 20),
            ([Child(SAM, "Sam", maximum=30), Child(EVE, "Eve", maximum=40)], ClashKind.MAXIMUMS_BELOW_POOL, 30),
            ([Child(SAM, "Sam", 1, maximum=30), Child(EVE, "Eve", 0)], ClashKind.MAXIMUMS_BELOW_POOL, 70),
            ([Child(SAM, "Sam", 0), Child(EVE, "Eve", 0)], ClashKind.WEIGHTS_ALL_ZERO, 100),
            ([Child(SAM, "Sam", 1, ramp=0), Child(EVE, "Eve", 0)], ClashKind.WEIGHTS_ALL_ZERO, 100),
            ([Child(SAM, "Sam", -5), Child(EVE, "Eve", 7)], ClashKind.NEGATIVE_FACTOR, 5),
            ([Child(SAM, "Sam", 1, minimum=-5)], ClashKind.NEGATIVE, 5),
            ([Child(SAM, "Sam", 1), Child(SAM, "Sam", 1)], ClashKind.TWICE, 0),
            ([], ClashKind.NOBODY, 100),
        ],
    )
    def test_one_clash(self, children: list[Child[int]], kind: ClashKind, off: int) -> None:
        with pytest.raises(Infeasible) as caught:
            allocate(100, children, Method.WEIGHTED)
        assert kinds(caught) == [(kind, off)]

    def test_no_multiple_between_the_bounds(self) -> None:
        with pytest.raises(Infeasible, match="Sam: no multiple of the rounding unit is from 110 to 190"):
            allocate(1_000, [Child(SAM, "Sam", minimum=110, maximum=190), Child(EVE, "Eve")], rounding=100)

    def test_a_multiple_counts_from_the_present_value_in_a_rebalance_only(self) -> None:
        children = [Child(SAM, "Sam", present=150, minimum=110, maximum=190), Child(EVE, "Eve", present=150)]
        assert rebalance(1_000, children, rounding=100).values == {SAM: 150, EVE: 850}
        with pytest.raises(Infeasible, match="no multiple"):
            allocate(1_000, children, rounding=100)

    def test_what_is_asked_as_a_whole(self) -> None:
        with pytest.raises(Infeasible) as caught:
            allocate(-5, [Child(SAM, "Sam")], rounding=0, hedge_percent=-3)
        assert [each.kind for each in caught.value.clashes][:3] == [
            ClashKind.NEGATIVE,
            ClashKind.NEGATIVE_FACTOR,
            ClashKind.UNIT,
        ]

    def test_given_values_keep_to_their_bounds(self) -> None:
        children = [
            Child(SAM, "Sam", given=10, minimum=11),
            Child(EVE, "Eve", given=10, maximum=8),
            Child(ROSA, "Rosa"),
        ]
        with pytest.raises(Infeasible) as caught:
            allocate(100, children, Method.MANUAL)
        assert str(caught.value) == (
            "Eve: 10 is above the maximum of 8 by 2; Rosa: no value is given; Sam: 10 is below the minimum of 11 by 1"
        )

    def test_many_names_are_counted(self) -> None:
        with pytest.raises(Infeasible, match=r"0, 1, 2, 3, 4 and 2 more$"):
            allocate(100, [Child(key, str(key), maximum=1) for key in range(7)])


def oracle(pool: int, children: list[Child[int]], method: Method, unit: int) -> bool:
    """Whether any values in whole units are within the bounds and add up, one by one."""
    left = pool - sum(each.locked or 0 for each in children if each.locked is not None)
    free = [each for each in children if each.locked is None]
    if left < 0:
        return False
    has_weights = method == Method.WEIGHTED and any(each.weight is not None for each in free)
    known = [each.weight for each in free if each.weight is not None]
    choices: list[list[int]] = []
    for each in free:
        weight = (sum(known) if each.weight is None else each.weight) if has_weights else 1
        allowed = [
            value
            for value in range(0, left + 1, unit)
            if value >= (each.minimum or 0) and (each.maximum is None or value <= each.maximum)
        ]
        choices.append(allowed if weight * each.ramp else allowed[:1])
    return any(sum(values) == left // unit * unit for values in product(*choices))


class TestLaws:
    @given(st.integers(0, 500), families(), st.sampled_from([Method.EQUAL, Method.WEIGHTED]), UNITS, st.integers(0, 30))
    def test_sums_are_exact_and_bounds_hold(
        self, pool: int, children: list[Child[int]], method: Method, unit: int, hedge: int
    ) -> None:
        found = answer(pool, children, method, unit, hedge)
        event(f"feasible: {found is not None}")
        if found is None:
            return
        assert found.pool == pool * (100 + hedge) // 100
        assert 0 <= found.unallocated < unit
        assert found.pool == sum(found.values.values()) + found.unallocated
        for child in children:
            value = found.values[child.key]
            if child.locked is not None:
                assert value == child.locked
                continue
            assert value % unit == 0
            assert value >= (child.minimum or 0)
            assert child.maximum is None or value <= child.maximum

    @given(st.integers(0, 10**15), st.lists(st.integers(0, 10**15), min_size=1, max_size=30), UNITS)
    def test_without_bounds_each_is_within_a_unit_of_plain_arithmetic(
        self, pool: int, weights: list[int], unit: int
    ) -> None:
        assume(any(weights))
        children = [Child(key, str(key), weight) for key, weight in enumerate(weights)]
        found = allocate(pool, children, Method.WEIGHTED, rounding=unit)
        for share in found.shares:
            plain = Fraction(pool * weights[share.key], sum(weights))
            assert share.exact == plain
            assert abs(share.value - plain) < unit

    @given(st.integers(0, 500), families(), st.sampled_from([Method.EQUAL, Method.WEIGHTED]), st.data())
    def test_the_order_of_children_changes_nothing(
        self, pool: int, children: list[Child[int]], method: Method, data: st.DataObject
    ) -> None:
        shuffled = data.draw(st.permutations(children))
        assert answer(pool, children, method) == answer(pool, shuffled, method)

    @given(
        st.integers(0, 500),
        families(),
        st.integers(0, 6),
        st.integers(0, 50),
        st.sampled_from([1, Fraction(1, 2)]),
        UNITS,
    )
    def test_a_larger_weight_never_gets_less(
        self, pool: int, children: list[Child[int]], place: int, more: int, ramp: Fraction, unit: int
    ) -> None:
        """The same child with more weight, and of two children alike but for the weight."""
        children = [each if each.weight is not None else each._replace(weight=9) for each in children]
        raised = children[place % len(children)]
        others = [each for each in children if each is not raised]
        heavier = raised._replace(weight=(raised.weight or 0) + more)
        twin = heavier._replace(key=99, ramp=ramp, name="C")
        lighter = raised._replace(key=98, ramp=ramp, name="A")
        try:
            before = allocate(pool, children, Method.WEIGHTED, rounding=unit)
            after = allocate(pool, [heavier, *others], Method.WEIGHTED, rounding=unit)
        except Infeasible:
            assume(False)
            return
        assert after.values[raised.key] >= before.values[raised.key]
        try:
            both = allocate(pool, [lighter, twin, *others], Method.WEIGHTED, rounding=unit)
        except Infeasible:
            return
        assert more == 0 or both.values[99] >= both.values[98]

    @given(
        st.integers(0, 14),
        families(values_max=10, size_max=3),
        st.sampled_from([Method.EQUAL, Method.WEIGHTED]),
        st.sampled_from([1, 2, 3]),
    )
    @example(10, [Child(1, "A", 0), Child(2, "B", 1, maximum=9)], Method.WEIGHTED, 1)
    def test_feasible_if_and_only_if_the_bounds_allow_it(
        self, pool: int, children: list[Child[int]], method: Method, unit: int
    ) -> None:
        children = [each._replace(present=None) for each in children]
        is_sound = all(
            each.minimum is None or each.maximum is None or each.minimum <= each.maximum for each in children
        )
        is_feasible = is_sound and oracle(pool, children, method, unit)
        assert (answer(pool, children, method, unit) is not None) == is_feasible

    @given(st.integers(0, 300), families())
    def test_exact_values_are_one_scale_held_by_bounds(self, pool: int, children: list[Child[int]]) -> None:
        found = answer(pool, [each._replace(locked=None) for each in children], Method.WEIGHTED)
        assume(found is not None)
        assert found is not None
        assert sum(each.exact for each in found.shares) == pool
        scales = {
            each.exact / (each.reason.part * each.reason.ramp)
            for each in found.shares
            if each.reason.bound is None and each.reason.proportion
        }
        for each in found.shares:
            plain = (min(scales) if scales else 0) * each.reason.part * each.reason.ramp
            if scales and each.reason.bound == Bound.MINIMUM:
                assert each.exact >= plain
            if scales and each.reason.bound == Bound.MAXIMUM:
                assert each.exact <= plain
        assert len(scales) <= 1


def answer(
    pool: int, children: list[Child[int]], method: Method, unit: int = 1, hedge: int = 0
) -> Allocation[int] | None:
    try:
        return allocate(pool, children, method, rounding=unit, hedge_percent=hedge)
    except Infeasible:
        return None
