"""Published worked examples of cascades, ramps and seasons: the figures are the pages' own.

Those of attainment and pace, among them the one whose page is wrong, are in test_worked_examples.py.
"""

from datetime import date
from fractions import Fraction

import pytest

from paceline.domain.allocation import allocate
from paceline.domain.calendar import Window
from paceline.domain.clash import Infeasible
from paceline.domain.pace import attainment, percent_text
from paceline.domain.periods import Cut, cut, split, split_by_amounts, split_by_season, split_by_shares
from paceline.domain.reason import Ground, short_percent
from paceline.domain.rebalance import rebalance
from paceline.domain.shares import Child, Method

YEAR = Window(date(2026, 1, 1), date(2027, 1, 1))
QUARTERS = cut(YEAR, Cut.QUARTERS)
MONTHS = cut(YEAR, Cut.MONTHS)


def by_weight(pool: int, *weights: int | Fraction) -> list[int]:
    """The shares of children in the order of their weights."""
    children = [Child(place, f"{place:02}", weight) for place, weight in enumerate(weights)]
    return list(allocate(pool, children, Method.WEIGHTED, ground=Ground.WEIGHT).values.values())


def test_four_regions() -> None:
    """From https://wiki.himodus.com/docs/playbooks/quota-setting."""
    actual = {"APAC": 8_000_000, "EMEA": 10_000_000, "East": 12_000_000, "West": 10_000_000}
    given = {"APAC": 9_500_000, "EMEA": 13_000_000, "East": 15_000_000, "West": 12_500_000}
    manual = allocate(50_000_000, [Child(each, each, given=given[each]) for each in given], Method.MANUAL)
    assert (manual.values, manual.unallocated) == (given, 0)
    # The page rounds APAC's 18.75 % to 19 %; Paceline always rounds down.
    growth = {each: short_percent(Fraction(given[each], actual[each]) - 1) for each in given}
    assert growth == {"APAC": "18.7 %", "EMEA": "30 %", "East": "25 %", "West": "25 %"}
    # The whole grows by 25 %: by last year alone East and West would get what the page gives them.
    children = [Child(each, each, actual[each]) for each in actual]
    by_history = allocate(40_000_000, children, Method.WEIGHTED, hedge_percent=25).values
    assert by_history == {"APAC": 10_000_000, "EMEA": 12_500_000, "East": 15_000_000, "West": 12_500_000}


def test_a_hedge_at_each_of_five_levels() -> None:
    """From the METADATA of the PyPI package b2b-revenue-forecasting 0.46.0 (MIT): about 27.6 %."""
    value = 10**9
    for level in range(5):
        value = allocate(value, [Child(level, "only")], hedge_percent=5).values[level]
    assert value == 1_276_281_562
    assert percent_text(attainment(value, 10**9), 1) == "127.6 %"


def test_given_weights() -> None:
    """From the METADATA of the PyPI package b2b-revenue-forecasting 0.46.0 (MIT)."""
    assert by_weight(1_000, 1, Fraction(1, 2), 0) == [667, 333, 0]
    small = by_weight(100_000, 1, Fraction(98, 100), Fraction(4, 10), Fraction(67, 1000))
    # The page says 2.7 %.
    assert (small[3], sum(small)) == (2_738, 100_000)


def test_a_target_over_equal_representatives() -> None:
    """From https://metrickittools.com/glossary/quota-setting and https://playbooks.leanscale.team (in cents)."""
    ten = allocate(2_000_000_00, [Child(key, str(key)) for key in range(10)])
    assert set(ten.values.values()) == {200_000_00}
    twelve = allocate(25_000_000_00, [Child(key, str(key)) for key in range(12)])
    # The page says about 2.1 million; to the cent they add up.
    assert set(twelve.values.values()) == {2_083_333_33, 2_083_333_34}
    assert sum(twelve.values.values()) == 25_000_000_00


@pytest.mark.parametrize(("parent", "children"), [(8, [5, 3]), (10, [6, 4]), (300, [100, 200])])
def test_a_tree_of_goals(parent: int, children: list[int]) -> None:
    """From microsoft/Dynamics365-Apps-Samples, samples-from-msdn/Goals: goals, stretch goals, money."""
    given = [Child(key, str(key), given=value) for key, value in enumerate(children)]
    assert allocate(parent, given, Method.MANUAL).unallocated == 0
    assert by_weight(parent, *children) == children


def test_a_deal_shared_by_two() -> None:
    """From https://automationchampion.com/2014/03/20/splitting-credit-across-your-sales-team/."""
    assert by_weight(300_000, 1, 1) == [150_000, 150_000]
    # 60 and 40: https://revopsmasters.com/category/sales-compensation/split-crediting-rules
    assert by_weight(300_000, 60, 40) == [180_000, 120_000]


class TestRamps:
    """From https://wiki.himodus.com/docs/metrics/quarterly-quota."""

    def test_a_quarter_of_the_year(self) -> None:
        assert set(split(1_200_000, QUARTERS).values.values()) == {300_000}

    @pytest.mark.parametrize(
        ("pool", "ramps"),
        [
            (3_450_000, [Fraction(1)] * 10 + [Fraction(1, 2)] * 3),
            (9_625_000, [Fraction(1)] * 30 + [Fraction(1, 2)] * 4 + [Fraction(1, 12)]),
        ],
    )
    def test_a_team_with_newcomers(self, pool: int, ramps: list[Fraction]) -> None:
        """300,000 each; 150,000 for those half ramped, 25,000 for one who just began."""
        found = allocate(pool, [Child(key, f"{key:02}", ramp=ramp) for key, ramp in enumerate(ramps)])
        assert [each.value for each in found.shares] == [300_000 * ramp for ramp in ramps]

    def test_what_a_team_is_expected_to_reach(self) -> None:
        """85 % of the first team's 3.45 million; the page says 2.93 million."""
        team = [Child("quota", "carried by the team", 85), Child("rest", "not counted on", 15)]
        found = allocate(3_450_000, team, Method.WEIGHTED, ground=Ground.WEIGHT)
        assert found.values["quota"] == 2_932_500
        assert percent_text(attainment(2_932_500, 3_450_000)) == "85 %"

    def test_the_months_of_a_first_quarter(self) -> None:
        shares = dict(zip(MONTHS[:3], [Fraction(0), Fraction(1, 3), Fraction(2, 3)], strict=True))
        found = split_by_shares(75_000, shares)
        assert list(found.values.values()) == [0, 25_000, 50_000]
        assert percent_text(attainment(found.pool, 300_000)) == "25 %"

    def test_a_schedule_of_steps(self) -> None:
        """From https://support2.salescookie.com/portal/en/kb/articles/kb-recipe-how-to-configure-ramped-quotas."""
        steps = [10_000, 20_000, 30_000, *[45_000] * 9]
        amounts = dict(zip(MONTHS, steps, strict=True))
        assert list(split_by_amounts(465_000, amounts).values.values()) == steps
        with pytest.raises(Infeasible, match=r"465000 instead of 540000, 75000 too little$"):
            split_by_amounts(540_000, amounts)

    def test_a_territory_that_grows(self) -> None:
        """From https://blog.salescookie.com/2024/07/17/ramped-quotas-strategies-for-new-hire-commission-plans."""
        assert rebalance(100_000, [Child(1, "Territory", present=100_000)], hedge_percent=15).values == {1: 115_000}


class TestSeasons:
    def test_quarter_indices(self) -> None:
        """From http://www.jiskha.com/display.cgi?id=1250449967."""
        history = dict(zip(QUARTERS, [115, 92, 81, 112], strict=True))
        assert list(split_by_season(850_000, history).values.values()) == [244_375, 195_500, 172_125, 238_000]

    def test_trend_times_index(self) -> None:
        """From https://html.pdfcookie.com/02/2019/12/11/e3lk3k004pvk/e3lk3k004pvk.html (HOCK CMA), in cents."""
        trend = [474_085, 481_710, 489_336, 496_961]
        index = [589, 656, 826, 1_902]
        history = dict(zip(QUARTERS, [one * two for one, two in zip(trend, index, strict=True)], strict=True))
        found = split_by_season(27_92 + 31_60 + 40_42 + 94_52, history)
        assert list(found.values.values()) == [27_92, 31_60, 40_42, 94_52]

    def test_four_years_of_quarters(self) -> None:
        """The same page's sixteen quarters, whose sums per quarter are the season (the split is ours)."""
        years = [[20, 24, 28, 65], [24, 29, 35, 80], [23, 27, 36, 85], [25, 27, 37, 95]]
        history = dict(zip(QUARTERS, map(sum, zip(*years, strict=True)), strict=True))
        assert list(history.values()) == [92, 107, 136, 325]
        assert list(split_by_season(660, history).values.values()) == [92, 107, 136, 325]

    def test_quarter_shares(self) -> None:
        """From https://www.mrexcel.com/board/tags/mathematics/: 0.17, 0.23, 0.30, 0.30."""
        shares = [Fraction(each, 100) for each in (17, 23, 30, 30)]
        found = split_by_shares(1_000_000, dict(zip(QUARTERS, shares, strict=True)))
        assert list(found.values.values()) == [170_000, 230_000, 300_000, 300_000]

    def test_the_rule_of_78(self) -> None:
        """From https://www.smbcompass.com/how-to-use-the-rule-of-78-in-sales-formula-in-your-sales-strategy.

        2,000 of new monthly revenue every month: what is sold in January is billed twelve times, and so on.
        """
        history = dict(zip(MONTHS, range(12, 0, -1), strict=True))
        found = list(split_by_season(156_000, history).values.values())
        assert found == [2_000 * times for times in range(12, 0, -1)]

    def test_a_yearly_quota_fills_every_period_evenly(self) -> None:
        """From https://helpcenter.xactlycorp.com/article/incent-administrator-plan-design-quota (no figures)."""
        assert list(split(100, QUARTERS).values.values()) == [25] * 4
