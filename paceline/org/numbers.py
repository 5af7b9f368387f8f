"""Numbers as a reader's locale writes them."""

import copy
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import get_decimal_symbol


@lru_cache(maxsize=50_000)
def written(number: int, currency: str | None, places: int, locale: str) -> str:
    """The number, of which the last `places` digits are decimals."""
    known = Locale.parse(locale)
    pattern = copy.copy(known.decimal_formats[None] if currency is None else known.currency_formats["standard"])
    pattern.frac_prec = (places, places)
    return pattern.apply(Decimal(number).scaleb(-places), known, currency=currency, currency_digits=False)


@cache
def point_of(locale: str) -> str:
    """What decimals stand behind."""
    return get_decimal_symbol(locale)
