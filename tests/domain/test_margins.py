"""Tables with both margins exact: stories, and laws against arithmetic and brute force."""

from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from paceline.domain.clash import ClashKind, Infeasible
from paceline.domain.exchange import column_sums
from paceline.domain.margins import Column, Line, Table, fill, fill_tree, scaled

# Sam and Tariq sell in Field, Eve sells in Partners; both units are Sales.
SAM, TARIQ, EVE, FIELD, PARTNERS, SALES = 1, 2, 3, 11, 12, 10

TOTALS = st.lists(st.integers(0, 30) | st.integers(0, 10**12), min_size=1, max_size=8)
GRIDS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=1, max_size=6)
)


def columns(*totals: int) -> list[Column]:
    return [Column(f"month {number}", total) for number, total in enumerate(totals, start=1)]


def lines(*totals: int) -> list[Line[int]]:
    return [Line(key, str(key), total) for key, total in enumerate(totals)]


def grid(table: Table[int]) -> list[list[int]]:
    return [table.cells[key] for key in sorted(table.cells)]


def assert_exact(table: Table[int], given_lines: list[Line[int]], given_columns: list[Column]) -> None:
    """Both margins are met, fixed cells are kept, and nothing is below zero."""
    for line in given_lines:
        assert sum(table.cells[line.key]) == line.total
        assert all(table.cells[line.key][column] == value for column, value in line.fixed.items())
    assert all(cell >= 0 for row in table.cells.values() for cell in row)
    assert column_sums(table.cells.values()) == [each.total for each in given_columns]
    assert not any(table.off)


class TestStories:
    def test_both_sums_are_exact(self) -> None:
        """Rounded line by line the first month would get 3 x 34 of its 100."""
        table = fill(lines(100, 100, 100), columns(100, 100, 100))
        assert_exact(table, lines(100, 100, 100), columns(100, 100, 100))
        assert sorted(map(sorted, grid(table))) == [[33, 33, 34]] * 3

    def test_a_fixed_cell_is_kept_and_the_others_move(self) -> None:
        given_lines = [Line(SAM, "Sam", 120, {0: 90}), Line(TARIQ, "Tariq", 120)]
        table = fill(given_lines, columns(120, 60, 60))
        assert table.cells == {SAM: [90, 15, 15], TARIQ: [30, 45, 45]}

    def test_lines_may_have_a_shape_of_their_own(self) -> None:
        given_lines = [Line(SAM, "Sam", 100, weights=[3, 1]), Line(TARIQ, "Tariq", 100, weights=[1, 3])]
        assert grid(fill(given_lines, columns(100, 100))) == [[75, 25], [25, 75]]

    def test_a_cell_without_weight_is_filled_only_where_it_must_be(self) -> None:
        given_lines = [Line(SAM, "Sam", 100, weights=[1, 0]), Line(TARIQ, "Tariq", 100, weights=[1, 1])]
        assert grid(fill(given_lines, columns(120, 80))) == [[100, 0], [20, 80]]
        assert grid(fill(given_lines, columns(50, 150))) == [[50, 50], [0, 100]]

    def test_where_the_years_do_not_add_up_the_columns_give_the_shape(self) -> None:
        table = fill(lines(100, 80), columns(100, 50, 50))
        assert grid(table) == [[50, 25, 25], [40, 20, 20]]
        assert table.off == [-10, -5, -5]
        assert fill(lines(100, 140), columns(100, 50, 50)).off == [20, 10, 10]

    def test_a_parent_of_nothing_gives_an_even_shape(self) -> None:
        assert grid(fill(lines(9), columns(0, 0, 0))) == [[3, 3, 3]]

    def test_nobody(self) -> None:
        assert fill(list[Line[int]](), columns(5, 6)) == Table({}, [-5, -6])

    def test_a_tree(self) -> None:
        children = {
            SALES: [Line(FIELD, "Field", 101), Line(PARTNERS, "Partners", 99)],
            FIELD: [Line(SAM, "Sam", 50, {1: 10}), Line(TARIQ, "Tariq", 51)],
            PARTNERS: [Line(EVE, "Eve", 60)],
        }
        cells = fill_tree(SALES, columns(67, 67, 66), children)
        assert {key: sum(row) for key, row in cells.items()} == {FIELD: 101, PARTNERS: 99, SAM: 50, TARIQ: 51, EVE: 60}
        assert column_sums([cells[FIELD], cells[PARTNERS]]) == [67, 67, 66]
        assert column_sums([cells[SAM], cells[TARIQ]]) == cells[FIELD]
        assert cells[SAM][1] == 10
        assert cells[EVE] == [20, 20, 20]


class TestRefusals:
    def test_fixed_cells_above_their_row_or_column(self) -> None:
        given_lines = [
            Line(SAM, "Sam", 100, {0: 60, 1: 50}),
            Line(TARIQ, "Tariq", 100, {0: 70}),
            Line(EVE, "Eve", 100, {0: 1, 1: 2, 2: 3}),
        ]
        with pytest.raises(Infeasible) as caught:
            fill(given_lines, columns(100, 100, 100))
        assert str(caught.value) == (
            "Eve: the fixed values add up to 6, 94 too little for the total of 100; "
            "Sam: the fixed values add up to 110, 10 too much for the total of 100; "
            "month 1: the fixed values add up to 131, 31 too much for the total of 100"
        )

    def test_columns_too_small_for_what_cannot_go_elsewhere(self) -> None:
        given_lines = [
            Line(SAM, "Sam", 100, {2: 10}),
            Line(TARIQ, "Tariq", 50, {2: 0}),
            Line(EVE, "Eve", 50),
        ]
        with pytest.raises(Infeasible) as caught:
            fill(given_lines, columns(60, 60, 80))
        assert (
            str(caught.value) == "month 1, month 2: at least 140 has to go there, 20 above the total of 120: Sam, Tariq"
        )
        table = fill(given_lines, columns(60, 60, 80), lenient=True)
        assert [sum(row) for row in grid(table)] == [100, 50, 50]
        assert table.off == [10, 10, -20]

    def test_nothing_is_below_zero(self) -> None:
        with pytest.raises(Infeasible) as caught:
            fill([Line(SAM, "Sam", -1, {0: -2}, [-3])], columns(-4))
        assert [(each.names, each.off) for each in caught.value.clashes] == [
            (("Sam",), 1),
            (("month 1",), 4),
            (("Sam",), 2),
            (("Sam",), 3),
        ]

    def test_all_units_of_a_tree_are_looked_at(self) -> None:
        children = {
            SALES: [Line(FIELD, "Field", 50), Line(PARTNERS, "Partners", 50)],
            FIELD: [Line(SAM, "Sam", 50, {0: 51})],
            PARTNERS: [Line(EVE, "Eve", 50, {0: 52})],
        }
        with pytest.raises(Infeasible) as caught:
            fill_tree(SALES, columns(50, 50), children)
        rows = [(each.names, each.off) for each in caught.value.clashes if each.kind == ClashKind.ROW_FIXED]
        assert rows == [(("Sam",), 1), (("Eve",), 2)]


class TestLaws:
    @given(TOTALS, st.lists(st.integers(0, 1000), min_size=1, max_size=13), st.data())
    def test_both_margins_are_exact_and_no_cell_is_a_unit_off(
        self, totals: list[int], shape: list[int], data: st.DataObject
    ) -> None:
        whole = sum(totals)
        given_columns, given_lines = columns(*scaled(shape, whole)), lines(*totals)
        table = fill(data.draw(st.permutations(given_lines)), given_columns)
        assert_exact(table, given_lines, given_columns)
        for line, row in zip(given_lines, grid(table), strict=True):
            for column, cell in zip(given_columns, row, strict=True):
                exact = Fraction(line.total * column.total, whole or 1)
                assert floor(exact) <= cell <= ceil(exact)
        assert fill(given_lines, given_columns) == table

    @given(GRIDS, st.data())
    def test_weights_and_fixed_cells_of_a_table_that_exists(self, truth: list[list[int]], data: st.DataObject) -> None:
        """Some cells of a table are fixed, so at least that table meets the margins."""
        width = len(truth[0])
        weights = st.none() | st.lists(st.integers(0, 5) | st.fractions(0, 1), min_size=width, max_size=width)
        given_lines = [
            Line(key, str(key), sum(row), {each: row[each] for each in data.draw(st.sets(st.integers(0, width - 1)))})
            for key, row in enumerate(truth)
        ]
        given_lines = [Line(each.key, each.name, each.total, each.fixed, data.draw(weights)) for each in given_lines]
        given_columns = columns(*column_sums(truth))
        assert_exact(fill(given_lines, given_columns), given_lines, given_columns)

    @given(
        st.lists(st.integers(0, 4), min_size=2, max_size=3),
        st.lists(st.integers(0, 6), min_size=2, max_size=3),
        st.data(),
    )
    def test_feasible_if_and_only_if_some_table_is(
        self, totals: list[int], shape: list[int], data: st.DataObject
    ) -> None:
        given_columns = columns(*scaled(shape, sum(totals)))
        fixed = st.dictionaries(st.integers(0, len(shape) - 1), st.integers(0, 3))
        given_lines = [Line(key, str(key), total, data.draw(fixed)) for key, total in enumerate(totals)]
        exists = any_table(given_lines, given_columns)
        event(f"exists: {exists}")
        if exists:
            assert_exact(fill(given_lines, given_columns), given_lines, given_columns)
        else:
            with pytest.raises(Infeasible):
                fill(given_lines, given_columns)

    @given(GRIDS, TOTALS, st.data())
    def test_rows_are_exact_whatever_the_columns(
        self, truth: list[list[int]], totals: list[int], data: st.DataObject
    ) -> None:
        width = len(truth[0])
        given_columns = columns(*(totals * width)[:width])
        given_lines = [
            Line(key, str(key), sum(row), {each: row[each] for each in data.draw(st.sets(st.integers(0, width - 1)))})
            for key, row in enumerate(truth)
        ]
        table = fill(given_lines, given_columns, lenient=True)
        assert [sum(row) for row in grid(table)] == [sum(row) for row in truth]
        assert all(
            grid(table)[line.key][column] == value for line in given_lines for column, value in line.fixed.items()
        )
        sums = column_sums(grid(table))
        assert table.off == [one - two.total for one, two in zip(sums, given_columns, strict=True)]

    @given(TOTALS, st.lists(st.integers(0, 1000), min_size=1, max_size=13), st.integers(0, 10**6))
    def test_less_than_the_parent_is_less_in_every_month(self, totals: list[int], shape: list[int], more: int) -> None:
        table = fill(lines(*totals), columns(*scaled(shape, sum(totals) + more)))
        assert all(each <= 0 for each in table.off)

    @given(
        st.lists(st.lists(st.lists(st.integers(0, 10**9), max_size=4), max_size=4), min_size=1, max_size=4),
        st.lists(st.integers(0, 1000), min_size=1, max_size=13),
    )
    def test_any_tree_adds_up_in_every_month_and_every_year(
        self, values: list[list[list[int]]], shape: list[int]
    ) -> None:
        """Three levels; a unit's total is that of the people below, or its own where there is nobody."""
        children: dict[tuple[int, ...], list[Line[tuple[int, ...]]]] = {}

        def total(at: tuple[int, ...], below: list[Any] | int) -> int:
            if isinstance(below, int):
                return below
            totals = [total((*at, place), each) for place, each in enumerate(below)]
            children[at] = [Line((*at, place), str(place), each) for place, each in enumerate(totals)]
            return sum(totals)

        months = scaled(shape, total((), values))
        cells = fill_tree((), columns(*months), children) | {(): months}
        for at, below in children.items():
            assert all(sum(cells[each.key]) == each.total for each in below)
            assert not below or column_sums(cells[each.key] for each in below) == cells[at]


def any_table(given_lines: list[Line[int]], given_columns: list[Column]) -> bool:
    """Whether any rows that add up, one by one, make columns that do."""
    width = len(given_columns)
    choices = [
        [
            row
            for row in product(range(line.total + 1), repeat=width)
            if sum(row) == line.total and all(row[column] == value for column, value in line.fixed.items())
        ]
        for line in given_lines
    ]
    goals = [each.total for each in given_columns]
    return any(column_sums(rows) == goals for rows in product(*choices))
