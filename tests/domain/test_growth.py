"""A plan times a factor: exact sums down the tree and across its periods, whatever the factor."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paceline.domain.growth import Node, Series, grown, rounded, spread

FACTORS = st.fractions(Fraction(1, 100), 10, max_denominator=1000)
# Two teams below a unit, two people below each of them.
ABOVE: dict[str, str | None] = {"unit": None, "a": "unit", "b": "unit", "a1": "a", "a2": "a", "b1": "b", "b2": "b"}
PEOPLE = ("a1", "a2", "b1", "b2")


def whole(values: dict[str, int], above: dict[str, str | None] = ABOVE) -> list[Node[str]]:
    return [Node(key, key, value, above[key]) for key, value in values.items()]


def below(key: str) -> list[str]:
    return [each for each, above in ABOVE.items() if above == key]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Fraction(5, 2), 3), (Fraction(7, 3), 2), (Fraction(8, 3), 3), (Fraction(0), 0), (Fraction(1, 2), 1)],
)
def test_rounded(value: Fraction, expected: int) -> None:
    assert rounded(value) == expected


def test_what_is_left_grows_along() -> None:
    # Three times a third of a unit more each: the odd unit goes to the first by name, and none is lost.
    values = {"unit": 10, "a": 3, "b": 3}
    assert grown(whole(values), Fraction(11, 10)) == {"unit": 11, "a": 3, "b": 3}
    assert grown(whole({"unit": 9, "a": 3, "b": 6}), Fraction(2, 3)) == {"unit": 6, "a": 2, "b": 4}
    # Over-allocated by half stays over-allocated by half.
    assert grown(whole({"unit": 100, "a": 75, "b": 75}), Fraction(6, 5)) == {"unit": 120, "a": 90, "b": 90}


@given(st.tuples(*[st.integers(0, 10**6)] * 7), FACTORS)
def test_sums_hold_after_as_before(numbers: tuple[int, ...], factor: Fraction) -> None:
    values = dict(zip(ABOVE, numbers, strict=True))
    for key in ("a", "b", "unit"):
        # One in three is given out whole.
        if values[key] % 3 == 0:
            values[key] = sum(values[each] for each in below(key))
    made = grown(whole(values), factor)
    assert grown(whole(values)[::-1], factor) == made
    assert grown(whole(values), Fraction(1)) == values
    for key in ("unit", "a", "b"):
        given_out, now = sum(values[each] for each in below(key)), sum(made[each] for each in below(key))
        if given_out == values[key]:
            assert now == made[key]
        elif given_out < values[key]:
            assert now <= made[key]
        else:
            assert now == rounded(given_out * factor)
    assert all(value >= 0 for value in made.values())


CELLS = st.lists(st.integers(0, 50_000), min_size=3, max_size=3)


@settings(max_examples=60)
@given(st.tuples(*[CELLS] * 4), st.tuples(*[CELLS] * 3), st.booleans(), FACTORS)
def test_both_margins_hold(
    people: tuple[list[int], ...], left: tuple[list[int], ...], is_full: bool, factor: Fraction
) -> None:
    cells: dict[str, list[int]] = dict(zip(PEOPLE, people, strict=True))
    for key, rest in zip(("a", "b", "unit"), left, strict=True):
        extra = [0] * 3 if is_full else rest
        cells[key] = [sum(column) for column in zip(*(cells[each] for each in below(key)), extra, strict=True)]
    totals = grown(whole({key: sum(each) for key, each in cells.items()}), factor)
    rows = [Series(key, key, totals[key], each, ABOVE[key]) for key, each in cells.items()]
    made = spread(rows, 3)
    assert spread(rows[::-1], 3) == made
    assert {key: sum(each) for key, each in made.items()} == totals
    for key in ("unit", "a", "b"):
        for own, *others in zip(made[key], *(made[each] for each in below(key)), strict=True):
            assert sum(others) == own if is_full else sum(others) <= own
    same = [Series(key, key, sum(each), each, ABOVE[key]) for key, each in cells.items()]
    assert spread(same, 3) == cells


def test_a_period_that_was_not_there_is_not_made_and_over_allocation_goes_by_itself() -> None:
    rows = [Series("u", "u", 20, [5, 5]), Series("c", "c", 8, [None, 4], "u")]
    assert spread(rows, 2) == {"u": [10, 10], "c": [0, 8]}
    rows = [Series("u", "u", 20, [5, 5]), Series("c", "c", 16, [7, 1], "u")]
    assert spread(rows, 2) == {"u": [10, 10], "c": [14, 2]}
