"""Nothing is above itself: found on the day it would be, and told by the way round."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER
from paceline.domain.rollup import PlacementSpan
from paceline.org.tree import Loop, loop, loop_of_departments, loops, placed
from tests.org.cast import on


def test_a_placement_says_how_it_is_from_its_day_on():
    spans = [PlacementSpan(1, 2, DAY_ALWAYS, on(9)), PlacementSpan(1, 3, on(9), DAY_NEVER)]
    assert placed(spans, 1, 4, on(5), DAY_NEVER) == [
        PlacementSpan(1, 2, DAY_ALWAYS, on(5)),
        PlacementSpan(1, 4, on(5), DAY_NEVER),
    ]
    assert placed(spans, 1, None, on(5), DAY_NEVER) == [PlacementSpan(1, 2, DAY_ALWAYS, on(5))]
    assert placed(spans, 1, 2, on(5), DAY_NEVER) == [PlacementSpan(1, 2, DAY_ALWAYS, DAY_NEVER)]
    assert placed(spans, 1, 4, DAY_ALWAYS, DAY_NEVER) == [PlacementSpan(1, 4, DAY_ALWAYS, DAY_NEVER)]


def test_a_loop_is_found_on_its_first_day():
    spans = [PlacementSpan(1, 2, DAY_ALWAYS, DAY_NEVER), PlacementSpan(2, 1, on(5), on(9))]
    assert loop_of_departments(spans, 1) == Loop(on(5), [1, 2, 1])
    assert loop_of_departments(spans[:1], 1) is None


def test_a_loop_further_up_is_not_ones_own():
    assert loop({1: 2, 2: 3, 3: 2}, 1) == []
    assert loop({1: 2, 2: 3, 3: 2}, 2) == [2, 3, 2]


@given(st.dictionaries(st.integers(0, 6), st.one_of(st.none(), st.integers(0, 6))))
def test_every_loop_is_found_once(above: dict[int, int | None]):
    found = loops(above)
    members = [member for way in found for member in way[:-1]]
    assert sorted(members) == [each for each in sorted(above) if loop(above, each)]
    for way in found:
        assert way[0] == way[-1]
        assert all(above[below] == up for below, up in pairwise(way))
