"""Standings against counting who is better."""

from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.domain.kinds import Direction
from paceline.domain.ranking import Entry, Standing, improved, rank, shown

# Rosa runs Sales; Tariq leads there, Sam and Ann sell there, Eve sells elsewhere.
ROSA, TARIQ, SAM, EVE, ANN = 1, 2, 3, 4, 5
VALUES = st.none() | st.integers(-3, 3) | st.fractions(-3, 3, max_denominator=2)
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 3))
DIRECTIONS = st.sampled_from(Direction)


@st.composite
def fields(draw: st.DrawFn) -> list[Entry[int]]:
    return [Entry(key, draw(st.sampled_from("AB")), draw(VALUES), draw(DAYS)) for key in range(draw(st.integers(0, 8)))]


def placed(standings: list[Standing[int]]) -> list[tuple[int | None, int]]:
    return [(each.rank, each.entry.key) for each in standings]


class TestStories:
    def test_equal_values_share_a_rank_and_the_next_is_skipped(self) -> None:
        entries = [Entry(SAM, "Sam", 50), Entry(EVE, "Eve", 70), Entry(TARIQ, "Tariq", 70), Entry(ROSA, "Rosa", 90)]
        assert placed(rank(entries)) == [(1, ROSA), (2, EVE), (2, TARIQ), (4, SAM)]

    def test_in_a_tie_who_got_there_first_stands_first(self) -> None:
        entries = [
            Entry(ANN, "Ann", 70),
            Entry(EVE, "Eve", 70, datetime(2026, 1, 9, 8, tzinfo=UTC)),
            Entry(TARIQ, "Tariq", 70, datetime(2026, 1, 9, 7, tzinfo=UTC)),
            Entry(SAM, "Sam", 70, datetime(2026, 1, 9, 8, tzinfo=UTC)),
        ]
        assert placed(rank(entries)) == [(1, TARIQ), (1, EVE), (1, SAM), (1, ANN)]

    def test_less_is_better(self) -> None:
        entries = [
            Entry(SAM, "Sam", 12),
            Entry(EVE, "Eve", 9, date(2026, 1, 2)),
            Entry(ROSA, "Rosa", 9, date(2026, 1, 1)),
        ]
        assert placed(rank(entries, Direction.LOWER)) == [(1, ROSA), (1, EVE), (3, SAM)]

    def test_an_undefined_attainment_stands_last_without_a_rank(self) -> None:
        entries = [Entry(ROSA, "Rosa", None), Entry(SAM, "Sam", Fraction(0)), Entry(EVE, "Eve", None)]
        assert placed(rank(entries)) == [(1, SAM), (None, EVE), (None, ROSA)]
        assert placed(rank(entries, Direction.LOWER))[0] == (1, SAM)

    def test_most_improved(self) -> None:
        entries = [Entry(SAM, "Sam", 120), Entry(EVE, "Eve", 300), Entry(ROSA, "Rosa", 80)]
        found = rank(improved(entries, {SAM: 100, EVE: 290}))
        assert [(each.rank, each.entry.name, each.entry.value) for each in found] == [
            (1, "Sam", 20),
            (2, "Eve", 10),
            (None, "Rosa", None),
        ]


class TestShown:
    standings = rank([Entry(key, f"{key:02}", -key) for key in range(1, 13)])

    @pytest.mark.parametrize(
        ("own", "keys"),
        [
            (None, []),
            (99, []),
            (3, []),
            (5, []),
            # The one above is shown already.
            (6, [6, 7]),
            (7, [6, 7, 8]),
            (12, [11, 12]),
        ],
    )
    def test_own_row_and_its_neighbours(self, own: int | None, keys: list[int]) -> None:
        found = shown(self.standings, 5, own)
        assert [each.entry.key for each in found.top] == [1, 2, 3, 4, 5]
        assert [each.entry.key for each in found.own] == keys

    def test_fewer_than_asked_for(self) -> None:
        assert shown(self.standings[:2], 5, 1) == shown(self.standings[:2], 2)

    def test_a_gap_is_where_others_stand_between(self) -> None:
        keys = [each.entry.key for each in self.standings]
        assert [shown(self.standings, 5, key).is_apart for key in keys] == [place > 6 for place in range(len(keys))]

    def test_less_than_none(self) -> None:
        with pytest.raises(ValueError, match="-1 rows"):
            shown(self.standings, -1)


@given(fields(), DIRECTIONS)
def test_a_rank_is_one_more_than_there_are_better_ones(entries: list[Entry[int]], direction: Direction) -> None:
    for each in rank(entries, direction):
        mine = each.entry.value
        if mine is None:
            assert each.rank is None
            continue
        sign = 1 if direction == Direction.HIGHER else -1
        better = [other for other in entries if other.value is not None and other.value * sign > mine * sign]
        assert each.rank == 1 + len(better)


@given(fields(), DIRECTIONS, st.data())
def test_the_order_of_entries_changes_nothing(
    entries: list[Entry[int]], direction: Direction, data: st.DataObject
) -> None:
    standings = rank(entries, direction)
    assert rank(data.draw(st.permutations(entries)), direction) == standings
    assert sorted(each.entry.key for each in standings) == [each.key for each in entries]
    for one, two in pairwise(standings):
        if one.rank == two.rank and one.rank is not None:
            assert order_in_tie(one.entry) < order_in_tie(two.entry)


def order_in_tie(entry: Entry[int]) -> tuple[date, str, int]:
    return entry.reached_at or date.max, entry.name, entry.key
