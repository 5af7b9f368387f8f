"""Figures and days as the reader's locale writes them; the words of the pages are English."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import NumberFormatError, get_group_symbol, parse_decimal
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from paceline.org.numbers import written

DASH = "\u2013"
DEFAULT = "en_US"
# So much of a header is read; a browser sends a handful.
_LANGUAGES_MAX = 10
_MINUSES = "-\u2212"
_AMOUNT = re.compile(r"(\D*)(.*?)\D*", re.DOTALL)
_BLANKS = re.compile(r"\s")
_THOUSAND = 1_000
_SHORT = ((_THOUSAND**3, "B"), (_THOUSAND**2, "M"), (_THOUSAND, "k"))


def locale_of(request: HttpRequest) -> str:
    """The first locale that the browser asks for and that there is; American English otherwise."""
    for language, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))[:_LANGUAGES_MAX]:
        try:
            return str(Locale.parse(language, sep="-"))
        except (ValueError, UnknownLocaleError):
            continue
    return DEFAULT


class Figures:
    """How values of one unit are written: money in whole and minor units of its currency, or a count."""

    def __init__(self, locale: str, currency: str | None, exponent: int) -> None:
        """`currency` is None for a count, whose `exponent` is 0."""
        self.locale, self.currency, self.exponent = locale, currency, exponent

    def whole(self, value: int | None) -> str:
        """In whole units, cut and not rounded, so that nothing is shown as reached that is not: `$12,400`."""
        return DASH if value is None else written(self._cut(value), self.currency, 0, self.locale)

    def exact(self, value: int | None) -> str:
        """With all its decimals: `$12,400.50`."""
        return DASH if value is None else written(value, self.currency, self.exponent, self.locale)

    def fitting(self, values: Iterable[int | None]) -> Callable[[int | None], str]:
        """How to write values that are compared: with their decimals, where any of them has some."""
        has_decimals = any(value % 10**self.exponent for value in values if value is not None)
        return self.exact if has_decimals else self.whole

    def plain(self, value: int | None) -> str:
        """As somebody types it into a field: no currency, and decimals only where there are any."""
        if value is None:
            return ""
        if value % 10**self.exponent:
            return written(value, None, self.exponent, self.locale)
        return written(value // 10**self.exponent, None, 0, self.locale)

    def short(self, value: int | None) -> str:
        """For where there is little room, such as an axis: `$1.2M`, cut."""
        if value is None:
            return DASH
        number = self._cut(value)
        for size, letter in _SHORT:
            if abs(number) >= size:
                tenths = abs(number) * 10 // size * (1 if number > 0 else -1)
                places = 1 if tenths % 10 else 0
                text = written(tenths if places else tenths // 10, self.currency, places, self.locale)
                last = max(place for place, each in enumerate(text) if each.isdigit())
                return f"{text[: last + 1]}{letter}{text[last + 1 :]}"
        return written(number, self.currency, 0, self.locale)

    def signed(self, value: int) -> str:
        """A difference, with its sign also where it is a gain."""
        return f"{'+' if value > 0 else ''}{self.whole(value)}"

    def parse(self, text: str) -> int:
        """What somebody typed, in the locale's way or with a point. Raises ValueError in words."""
        # A currency before or after it says nothing that is not known.
        sign, digits = _AMOUNT.fullmatch(text).groups()  # pyright: ignore[reportOptionalMemberAccess]
        apostrophe = "\u2019" if get_group_symbol(self.locale) == "\u2019" else "'"
        kept = _BLANKS.sub("", digits).replace("'", apostrophe).replace("\u2019", apostrophe)
        try:
            number = parse_decimal(kept, locale=self.locale, strict=True)
        except NumberFormatError:
            raise ValueError(f"{text!r} is not an amount: write it as {self.exact(123_456)}") from None
        number = -number if any(each in _MINUSES for each in sign) else number
        minor = number.scaleb(self.exponent)
        if minor != minor.to_integral_value():
            places = "whole numbers" if not self.exponent else f"at most {self.exponent} decimals"
            raise ValueError(f"{text!r} is too fine: give {places}")
        return int(minor)

    def _cut(self, value: int) -> int:
        whole = abs(value) // 10**self.exponent
        return whole if value >= 0 else -whole


@lru_cache(maxsize=10_000)
def day(value: date, locale: str) -> str:
    """A day with its year, such as `Jan 5, 2026`."""
    return format_date(value, "medium", locale)


@lru_cache(maxsize=10_000)
def _in_words(value: date, skeleton: str, locale: str) -> str:
    """A day with its month in letters, as CLDR's skeleton has it."""
    return format_skeleton(skeleton, value, locale=locale)


def day_of_year(value: date, locale: str) -> str:
    """A day without its year, such as `Jan 5`."""
    return _in_words(value, "MMMd", locale)


def days(first: date, last: date, locale: str) -> str:
    """From one day to another, the year said once where both are in the same: `Jan 1 to Jan 31, 2026`."""
    start = _in_words(first, "MMMd" if first.year == last.year else "yMMMd", locale)
    return f"{start} to {_in_words(last, 'yMMMd', locale)}"


def span(first: date, last: date, locale: str) -> str:
    """The same, whole months by their names: `Jan 2026`, `Jan to Mar 2026`."""
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return days(first, last, locale)
    end = _in_words(last, "yMMM", locale)
    if (first.year, first.month) == (last.year, last.month):
        return end
    return f"{_in_words(first, 'MMM' if first.year == last.year else 'yMMM', locale)} to {end}"


def time_of_day(value: datetime, zone: ZoneInfo, locale: str) -> str:
    """The hour and the minute of a moment in the organization's time zone."""
    return format_time(value, "short", zone, locale)


def moment(value: datetime, zone: ZoneInfo, locale: str) -> str:
    """A moment in the organization's time zone."""
    return format_datetime(value, "medium", zone, locale)
