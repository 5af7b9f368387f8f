"""Money as whole minor units: reading it as people write it, showing it, converting it."""

import re

from paceline.domain.record import AMOUNT_MINOR_MAX

# The longest amount with all its separators and signs is half of it. It also keeps the patterns below quick.
_CHARACTERS_MAX = 60
_SHOWN_CHARACTERS_MAX = 40

# What nearly every cell of a file looks like, by the decimal sign.
_PLAIN = {
    ".": re.compile(r"(-?[0-9]{1,13})(?:\.([0-9]{1,4}))?").fullmatch,
    ",": re.compile(r"(-?[0-9]{1,13})(?:,([0-9]{1,4}))?").fullmatch,
}
_MINUSES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-")
# What stands between groups of digits besides the other one of point and comma: blanks and apostrophes.
_BLANKS = " \u00a0\u2007\u2009\u202f'\u2019"
# A currency sign, also one such as US$; or a word, which must be one of those below.
_SIGN = r"[A-Za-z]{0,3}[$\u00a2-\u00a5\u058f\u060b\u09f2\u09f3\u0e3f\u17db\u20a0-\u20cf]"
_CURRENCY = rf"(?:{_SIGN}|[^\W\d_]{{1,3}}\.?)"
_BRACKETED = re.compile(rf"(?P<before>{_CURRENCY})?\s*\((?P<inside>[^()+-]*)\)\s*(?P<after>{_CURRENCY})?")
_SHAPE = re.compile(
    rf"(?P<first>[-+])?\s*(?P<before>{_CURRENCY})?\s*(?P<second>[-+])?\s*"
    rf"(?P<number>[0-9](?:[0-9.,{_BLANKS}]*[0-9.,])?|[.,][0-9]+)"
    rf"\s*(?P<after>{_CURRENCY})?\s*(?P<third>[-+])?"
)
# Thousands, or lakhs and crores. A zero in front, as in 0,123, is no group: there the sign is a decimal one.
_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})*,[0-9]{3}")
# Any other word would be read over: 1.5 mio is not one and a half.
_WORDS = frozenset({"ft", "fr", "kr", "k\u010d", "lei", "rs", "z\u0142", "\u043b\u0432", "\u0440\u0443\u0431"})
# ISO 4217, without metals and test codes.
_CODES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
    CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
    GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
    KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
    SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS
    VED VES VND VUV WST XAD XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905 - a list of quoted codes is ten times as long
)

# Whose sign it is, where a sign is well known; any other sign tells nothing.
_DOLLARS = """
    ARS AUD BBD BMD BND BRL BSD BZD CAD CLP COP CUP CVE DOP FJD GYD HKD JMD KYD LRD MOP MXN NAD NIO NZD SBD SGD SRD
    TOP TTD TWD USD UYU WST XCD ZWG
    """
_SIGNS = {
    sign: frozenset(codes.split())
    for sign, codes in (
        ("$", _DOLLARS),
        ("\u00a3", "EGP FKP GBP GIP LBP SDG SHP SSP SYP"),
        ("\u00a5", "CNY JPY"),
        ("\u20ac", "EUR"),
        ("\u20b9", "INR"),
    )
}


def parse_amount(text: str, *, exponent: int, decimal: str = ".", currency: str | None = None) -> int:
    """The amount in minor units, of a currency whose minor unit has `exponent` digits.

    Takes thousands separators, currency signs and codes, and negatives with a sign or in brackets. `decimal`
    says which of point and comma ends the whole part. Given the `currency`, a code or sign of another one is refused.
    Raises ValueError in words, and never rounds.
    """
    plain = _PLAIN[decimal](text) if decimal in _PLAIN else None
    if plain is not None:
        whole, rest = plain.groups()
        if rest is None:
            return _bounded(int(whole) * 10**exponent, exponent, text)
        if len(rest) <= exponent:
            return _bounded(int(whole + rest.ljust(exponent, "0")), exponent, text)
    return _parse_slowly(text, exponent, decimal, currency)


def _parse_slowly(text: str, exponent: int, decimal: str, currency: str | None) -> int:
    if decimal not in _PLAIN:
        raise ValueError(f"the decimal sign is a point or a comma, not {decimal!r}")
    number, is_negative = _taken_apart(text, currency)
    whole, _, rest = number.partition(decimal)
    rest = rest.rstrip("0")
    if rest and not rest.isdecimal():
        raise ValueError(f"{_shown(text)} is not an amount with {decimal!r} before its decimals")
    if len(rest) > exponent:
        raise ValueError(f"{_shown(text)} has more than {exponent} decimals, with {decimal!r} before them")
    value = int((_ungrouped(whole, decimal, text) or "0") + rest.ljust(exponent, "0"))
    return _bounded(-value if is_negative else value, exponent, text)


def _taken_apart(text: str, currency: str | None) -> tuple[str, bool]:
    """The digits with their separators, and whether the amount is negative."""
    stripped = text.strip().translate(_MINUSES)
    if not stripped:
        raise ValueError("an amount is missing")
    if len(stripped) > _CHARACTERS_MAX:
        raise ValueError(f"{_shown(text)} is not an amount: it is longer than {_CHARACTERS_MAX} characters")
    brackets = _BRACKETED.fullmatch(stripped)
    shape = _SHAPE.fullmatch(brackets["inside"].strip() if brackets else stripped)
    if shape is None:
        raise ValueError(f"{_shown(text)} is not an amount")
    for found in (shape, brackets):
        for word in (found["before"], found["after"]) if found else ():
            _check_currency(word, text, currency)
    signs = [shape[each] for each in ("first", "second", "third") if shape[each]]
    if len(signs) > 1:
        raise ValueError(f"{_shown(text)} has several signs")
    return shape["number"], brackets is not None or signs == ["-"]


def _check_currency(word: str | None, text: str, currency: str | None) -> None:
    """Refuse a word that is no currency, and a code or sign that is not of this one."""
    if word is None:
        return
    of_sign = _SIGNS.get(word[-1])
    if currency is not None and (
        (word in _CODES and word != currency) or (of_sign is not None and currency not in of_sign)
    ):
        raise ValueError(f"{_shown(text)} is not in {currency}: say each row's currency in a column of its own")
    if re.fullmatch(_SIGN, word):
        return
    letters = word.rstrip(".")
    if letters.lower() not in _WORDS and letters.upper() not in _CODES:
        raise ValueError(f"{_shown(text)} is not an amount: {letters!r} is not a currency")


def _ungrouped(whole: str, decimal: str, text: str) -> str:
    """The whole part without what stands between its groups of digits."""
    separators = {each for each in whole if each not in "0123456789"}
    if len(separators) > 1:
        raise ValueError(f"{_shown(text)} has several separators before the decimal sign {decimal!r}")
    if not separators:
        return whole
    (separator,) = separators
    if not _GROUPS.fullmatch(whole.replace(separator, ",")):
        raise ValueError(f"{_shown(text)} is not grouped by thousands; {decimal!r} stands before the decimals")
    return whole.replace(separator, "")


def _bounded(value: int, exponent: int, text: str) -> int:
    if not -AMOUNT_MINOR_MAX <= value <= AMOUNT_MINOR_MAX:
        raise ValueError(f"{_shown(text)} is too large: at most {format_units(AMOUNT_MINOR_MAX, exponent)}")
    return value


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN_CHARACTERS_MAX else f"{text[:_SHOWN_CHARACTERS_MAX]}...")


def format_units(minor: int, exponent: int) -> str:
    """The amount in major units with thousands separators and all its decimals, such as `1,234.50`."""
    whole, rest = divmod(abs(minor), 10**exponent)
    decimals = f".{rest:0{exponent}d}" if exponent else ""
    return f"{'-' if minor < 0 else ''}{whole:,}{decimals}"


def format_money(minor: int, currency: str, exponent: int) -> str:
    """The amount with its currency, such as `USD 1,234.50`."""
    return f"{currency} {format_units(minor, exponent)}"
