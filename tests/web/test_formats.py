"""Values as each reader writes them: cut and never rounded up, and read back to the same cent."""

from datetime import date

import pytest
from django.http import HttpRequest
from hypothesis import given
from hypothesis import strategies as st

from paceline.web.formats import Figures, day_of_year, days, locale_of, span
from tests.plan.cast import EPOCH

NARROW, FIXED = "\u202f", "\u00a0"


def money(locale: str, currency: str = "USD", exponent: int = 2) -> Figures:
    return Figures(locale, currency, exponent)


@pytest.mark.parametrize(
    ("locale", "whole", "exact", "plain"),
    [
        ("en_US", "-$1,234,567", "$1,234.56", "12,345.01"),
        ("de", f"-1.234.567{FIXED}$", f"1.234,56{FIXED}$", "12.345,01"),
        ("fr_FR", f"-1{NARROW}234{NARROW}567{FIXED}$US", f"1{NARROW}234,56{FIXED}$US", f"12{NARROW}345,01"),
        ("en_IN", "-$12,34,567", "$1,234.56", "12,345.01"),
    ],
)
def test_money_is_written_as_the_reader_does(locale: str, whole: str, exact: str, plain: str) -> None:
    figures = money(locale)
    assert (figures.whole(-1_234_567_89), figures.exact(1_234_56), figures.plain(12_345_01)) == (whole, exact, plain)


def test_what_is_not_reached_is_not_shown_as_reached() -> None:
    assert money("en_US").whole(99_999_99) == "$99,999"
    assert money("en_US").whole(-99) == "$0"
    assert money("en_US").short(999_999_99) == "$999.9k"
    assert money("en_US").short(-1_999_999_99) == "-$1.9M"


def test_short_figures() -> None:
    told = [
        money("en_US").short(value) for value in (0, 950_00, 1_000_00, 120_000_00, 1_234_567_89, 2 * 10**11, 10**13)
    ]
    assert told == ["$0", "$950", "$1k", "$120k", "$1.2M", "$2B", "$100B"]
    assert Figures("de", None, 0).short(12_345) == "12,3k"


def test_counts_and_currencies_without_cents() -> None:
    assert Figures("en_US", None, 0).exact(12_345) == "12,345"
    assert money("en_US", "JPY", 0).exact(12_345) == "¥12,345"
    assert Figures("en_US", None, 0).signed(5) == "+5"
    assert (Figures("en_US", None, 0).whole(None), Figures("en_US", None, 0).plain(None)) == ("\u2013", "")


@pytest.mark.parametrize(
    ("locale", "text", "minor"),
    [
        ("en_US", "$1,234.5", 1_234_50),
        ("en_US", " 1234 ", 1_234_00),
        ("de", "1.234,50", 1_234_50),
        ("fr_FR", "1 234,5 €", 1_234_50),
        ("en_US", "-3", -3_00),
    ],
)
def test_amounts_are_read_as_they_are_typed(locale: str, text: str, minor: int) -> None:
    assert money(locale).parse(text) == minor


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'' is not an amount: write it as $1,234.56"),
        ("1,2,3", "'1,2,3' is not an amount: write it as $1,234.56"),
        ("12.345,1", "'12.345,1' is not an amount: write it as $1,234.56"),
        ("12-5", "'12-5' is not an amount: write it as $1,234.56"),
        ("much", "'much' is not an amount: write it as $1,234.56"),
        ("1.234", "'1.234' is too fine: give at most 2 decimals"),
    ],
)
def test_what_is_no_amount_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        money("en_US").parse(text)
    assert str(caught.value) == words


@given(st.integers(-(10**15), 10**15), st.sampled_from(["en_US", "de", "de_CH", "fr_FR", "en_IN", "sv_SE", "pt_BR"]))
def test_what_a_field_shows_is_read_back_to_the_cent(minor: int, locale: str) -> None:
    assert money(locale).parse(money(locale).plain(minor)) == minor
    assert money(locale).parse(money(locale).exact(minor)) == minor


@pytest.mark.parametrize(
    ("header", "locale"),
    [("", "en_US"), ("de-CH,de;q=0.9", "de_CH"), ("xx-YY, fr", "fr"), ("*", "en_US"), ("zh-Hant-TW", "zh_Hant_TW")],
)
def test_the_browser_says_which_locale(header: str, locale: str) -> None:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = header
    assert locale_of(request) == locale


def test_days_without_their_year() -> None:
    assert (day_of_year(EPOCH, "en_US"), day_of_year(EPOCH, "en_GB"), day_of_year(EPOCH, "de")) == (
        "Jan 1",
        "1 Jan",
        "1. Jan.",
    )


@pytest.mark.parametrize(
    ("locale", "of_a_year", "of_two"),
    [
        ("en_US", "Jan 1 to Mar 31, 2025", "Jan 1, 2024 to Mar 31, 2025"),
        ("en_GB", "1 Jan to 31 Mar 2025", "1 Jan 2024 to 31 Mar 2025"),
        ("de", "1. Jan. to 31. März 2025", "1. Jan. 2024 to 31. März 2025"),
        ("ja", "1月1日 to 2025年3月31日", "2024年1月1日 to 2025年3月31日"),
    ],
)
def test_the_year_of_two_days_is_said_once(locale: str, of_a_year: str, of_two: str) -> None:
    last = date(2025, 3, 31)
    assert days(date(2025, 1, 1), last, locale) == of_a_year
    assert days(date(2024, 1, 1), last, locale) == of_two


@pytest.mark.parametrize(
    ("locale", "first", "last", "name"),
    [
        ("en_US", date(2025, 3, 1), date(2025, 3, 31), "Mar 2025"),
        ("en_US", date(2025, 1, 1), date(2025, 3, 31), "Jan to Mar 2025"),
        ("de", date(2024, 7, 1), date(2025, 6, 30), "Juli 2024 to Juni 2025"),
        ("en_US", date(2024, 12, 30), date(2025, 1, 5), "Dec 30, 2024 to Jan 5, 2025"),
        ("en_US", date(2025, 3, 1), date(2025, 3, 30), "Mar 1 to Mar 30, 2025"),
    ],
)
def test_whole_months_go_by_their_names(locale: str, first: date, last: date, name: str) -> None:
    assert span(first, last, locale) == name
