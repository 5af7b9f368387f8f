"""Reading, showing and converting amounts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from paceline.domain.money import format_money, format_units, parse_amount
from paceline.domain.record import AMOUNT_MINOR_MAX

EXPONENTS = st.sampled_from([0, 2, 3])
AMOUNTS = st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX)
NO_BREAK, NARROW, THIN, MINUS = "\u00a0", "\u202f", "\u2009", "\u2212"


def written(minor: int, exponent: int, *, group: str = "", decimal: str = ".") -> str:
    """An amount as people write it, built from its digits alone."""
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    whole, rest = digits[: len(digits) - exponent], digits[len(digits) - exponent :]
    threes: list[str] = []
    while whole:
        threes.insert(0, whole[-3:])
        whole = whole[:-3]
    return f"{'-' if minor < 0 else ''}{group.join(threes)}{decimal if rest else ''}{rest}"


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234", 123400),
        ("1234.5", 123450),
        ("1234.50", 123450),
        ("1234.5000", 123450),
        ("12.", 1200),
        (".5", 50),
        ("0", 0),
        ("-0.00", 0),
        ("007", 700),
        ("-12.34", -1234),
        ("+12.34", 1234),
        ("12.34-", -1234),
        ("(12.34)", -1234),
        ("( 1,234.50 )", -123450),
        (f"{MINUS}12.34", -1234),
        ("\uff0d12.34", -1234),
        ("  12.34\t", 1234),
        ("1,234,567.89", 123456789),
        ("1 234 567.89", 123456789),
        (f"1{NO_BREAK}234.00", 123400),
        (f"1{NARROW}234.00", 123400),
        (f"1{THIN}234.00", 123400),
        ("1'234.50", 123450),
        ("1\u2019234.50", 123450),
        ("12,34,567.50", 123456750),
        ("1,00,000", 10000000),
        ("$1,234.50", 123450),
        ("-$5", -500),
        ("$-5", -500),
        ("$ 5", 500),
        ("($5.00)", -500),
        ("$(5.00)", -500),
        ("$ (1,234.50) USD", -123450),
        ("US$5", 500),
        ("R$ 5", 500),
        ("\u20ac5", 500),
        ("5 \u20ac", 500),
        ("\u20b91,00,000.00", 10000000),
        ("USD 1,234.50", 123450),
        ("1,234.50 USD", 123450),
        ("usd 5", 500),
        ("CHF 1'000.00", 100000),
        ("Rs. 5", 500),
        ("5 kr.", 500),
        ("5 z\u0142", 500),
        ("10000000000000.00", AMOUNT_MINOR_MAX),
        ("-10000000000000.00", -AMOUNT_MINOR_MAX),
    ],
)
def test_amounts_as_people_write_them(text: str, minor: int) -> None:
    assert parse_amount(text, exponent=2) == minor


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234,5", 123450),
        ("1.234,50 \u20ac", 123450),
        ("1 234,50", 123450),
        ("1.234", 123400),
        ("-1.234.567,89", -123456789),
        (",5", 50),
        ("12,5000", 1250),
    ],
)
def test_a_comma_before_the_decimals(text: str, minor: int) -> None:
    assert parse_amount(text, exponent=2, decimal=",") == minor


@pytest.mark.parametrize(
    ("text", "exponent", "minor"),
    [("1234", 0, 1234), ("1234.00", 0, 1234), ("1.234", 3, 1234), ("1.23", 3, 1230), ("1,234.5", 3, 1234500)],
)
def test_the_minor_unit_is_the_currencys(text: str, exponent: int, minor: int) -> None:
    assert parse_amount(text, exponent=exponent) == minor


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "missing"),
        (" \t", "missing"),
        ("abc", "not an amount"),
        ("-", "not an amount"),
        (".", "not an amount"),
        ("$", "not an amount"),
        ("()", "not an amount"),
        ("nan", "not an amount"),
        ("Infinity", "not an amount"),
        ("1e5", "not an amount"),
        ("1E+5", "not an amount"),
        ("0x10", "not an amount"),
        ("1_000", "not an amount"),
        ("10%", "not an amount"),
        ("1/2", "not an amount"),
        ("5(0)0", "not an amount"),
        ("(5", "not an amount"),
        ("(-5)", "not an amount"),
        ("-(5)", "not an amount"),
        ("5 000 USD EUR", "not an amount"),
        # Digits of other scripts, and what other normal forms would make into digits.
        ("\u0661\u0662", "not an amount"),
        ("\uff11\uff12", "not an amount"),
        ("5\u00b2", "is not a currency"),
        ("5\u00bd", "is not a currency"),
        ("--5", "several signs"),
        ("-5-", "several signs"),
        ("+$-5", "several signs"),
        ("1.234", "more than 2 decimals"),
        ("0.001", "more than 2 decimals"),
        ("1,234.567", "more than 2 decimals"),
        ("1.2.3", "with '.' before its decimals"),
        ("1.234.567,89", "with '.' before its decimals"),
        ("1,234 567", "several separators"),
        ("1'234,567.00", "several separators"),
        ("1,23", "not grouped"),
        ("12,3456", "not grouped"),
        ("1234,567", "not grouped"),
        ("1,,234", "not grouped"),
        (",123", "not grouped"),
        ("1 2 3", "not grouped"),
        ("1,2,345", "not grouped"),
        # A decimal comma: read as a group it would be a thousand times too much.
        ("0,123", "not grouped"),
        # A word that is no currency may be a magnitude.
        ("1.5 mio", "'mio' is not a currency"),
        ("1.5 MLN", "'MLN' is not a currency"),
        ("10 k", "'k' is not a currency"),
        ("10M", "'M' is not a currency"),
        ("2 cr", "'cr' is not a currency"),
        ("100 TBD", "'TBD' is not a currency"),
        ("(10 k)", "'k' is not a currency"),
        ("10000000000000.01", "too large"),
        ("-10000000000000.01", "too large"),
        ("99,999,999,999,999.00", "too large"),
        ("9" * 5_000, "longer than"),
    ],
)
def test_what_is_no_amount_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("'.'", r"'\.'")) as refused:
        parse_amount(text, exponent=2)
    assert len(str(refused.value)) < 150


@pytest.mark.parametrize("text", ["9999999999999", "-9999999999999", "9999999999999.000", "1000000000000.001"])
def test_what_is_plain_has_the_same_bound(text: str) -> None:
    with pytest.raises(ValueError, match="too large"):
        parse_amount(text, exponent=3)


@pytest.mark.parametrize("text", ["\u20ac5", "5 EUR", "EUR 5.00", "(\u20ac5)", "\u00a35", "5 CHF"])
def test_an_amount_of_another_currency_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not in USD: say each row's currency in a column of its own"):
        parse_amount(text, exponent=2, currency="USD")


@pytest.mark.parametrize("text", ["$5", "US$5", "5 USD", "5", "5 kr"])
def test_an_amount_of_its_own_currency_is_read(text: str) -> None:
    assert parse_amount(text, exponent=2, currency="USD") == 500


def test_a_wrong_decimal_sign_is_refused() -> None:
    with pytest.raises(ValueError, match="a point or a comma"):
        parse_amount("5", exponent=2, decimal=";")


def test_every_currency_of_iso_4217_may_stand_beside_an_amount() -> None:
    for currency in Currency:
        if currency.exponent is not None:
            assert parse_amount(f"{currency.value} 5", exponent=2) == 500


@given(AMOUNTS, EXPONENTS, st.sampled_from(["", ",", " ", "'", NO_BREAK, NARROW]))
def test_what_is_written_is_read(minor: int, exponent: int, group: str) -> None:
    assert parse_amount(written(minor, exponent, group=group), exponent=exponent) == minor


@given(AMOUNTS, EXPONENTS, st.sampled_from(["", ".", " ", "'"]))
def test_what_is_written_with_a_comma_is_read(minor: int, exponent: int, group: str) -> None:
    text = written(minor, exponent, group=group, decimal=",")
    assert parse_amount(text, exponent=exponent, decimal=",") == minor


@given(st.text("0123456789.,-+() '$eE\u00a0\u00b2\u00bd\u0661kUSD", max_size=12), EXPONENTS)
def test_any_text_is_read_exactly_or_refused(text: str, exponent: int) -> None:
    try:
        minor = parse_amount(text, exponent=exponent)
    except ValueError:
        return
    kept = [each for each in text if each in "0123456789."]
    assert abs(minor) == abs(Decimal("".join(kept)).scaleb(exponent))
    assert minor <= 0 if "-" in text or "(" in text else minor >= 0


@given(AMOUNTS, EXPONENTS)
def test_what_is_shown_can_be_read(minor: int, exponent: int) -> None:
    assert parse_amount(format_money(minor, "USD", exponent), exponent=exponent) == minor
    assert parse_amount(format_units(minor, exponent), exponent=exponent) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "exponent", "text"),
    [
        (123450, "USD", 2, "USD 1,234.50"),
        (-5, "EUR", 2, "EUR -0.05"),
        (0, "EUR", 2, "EUR 0.00"),
        (1234567, "JPY", 0, "JPY 1,234,567"),
        (-1234567, "KWD", 3, "KWD -1,234.567"),
    ],
)
def test_money_is_shown_with_its_currency(minor: int, currency: str, exponent: int, text: str) -> None:
    assert format_money(minor, currency, exponent) == text
