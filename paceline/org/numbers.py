"""Numbers as a reader's locale writes them."""

import copy
from decimal import Decimal
from functools import lru_cache

from babel import Locale


@lru_cache(maxsize=50_000)
def written(number: int, currency: str | None, places: int, locale: str) -> str:
    """The number, of which the last `places` digits are decimals."""
    known = Locale.parse(locale)
    pattern = copy.copy(known.decimal_formats[None] if currency is None else known.currency_formats["standard"])
    pattern.frac_prec = (places, places)
    return pattern.apply(Decimal(number).scaleb(-places), known, currency=currency, currency_digits=False)
