"""What can happen to an organization's data plane, each done to the database and to the oracle's book alike."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.domain.rollup import Stay
from paceline.facts import clock, ingest, owners, rollup, rulebook
from paceline.facts.ingest import Batch
from paceline.facts.owners import OwnerKey
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.scope import Scope
from paceline.facts.staging import Row
from tests.oracle.book import Book

EXPONENTS = {"EUR": 2, "USD": 2, "JPY": 0}


@dataclass(frozen=True)
class Write:
    """A batch comes in."""

    module: Module
    source: str
    fields: tuple[str, ...]
    rows: tuple[Row, ...]

    def play(self, scope: Scope, book: Book) -> None:
        result = ingest.write(scope, Batch(self.module, self.source, self.fields, self.rows))
        assert result.outcomes == book.write(self.module, self.source, self.fields, self.rows)
        at_place = self.fields.index("owner") if "owner" in self.fields else None
        words = [] if at_place is None else [row[at_place] for row in self.rows]
        strangers = [word for word in words if word is not None and book.owner(self.source, str(word)) is None]
        assert result.unknown_owners == Counter(strangers)


@dataclass(frozen=True)
class Know:
    """People are known by these words from now on, and by no others."""

    keys: Mapping[int, tuple[OwnerKey, ...]]

    def play(self, scope: Scope, book: Book) -> None:
        assert owners.set_keys(scope, self.keys) == book.set_keys(self.keys)


@dataclass(frozen=True)
class Move:
    """Some people's stays (everybody's if None) are these from now on."""

    people: tuple[int, ...] | None
    stays: frozenset[Stay]

    def play(self, scope: Scope, book: Book) -> None:
        rollup.post(scope, self.stays, self.people)
        book.post(self.stays, self.people)
        assert rollup.standing(scope) == book.stays


@dataclass(frozen=True)
class Rule:
    """Settings and metrics change; a metric of None goes."""

    currency: str | None = None
    time_zone: str | None = None
    credit_owner: CreditOwner | None = None
    metrics: Mapping[int, Definition | None] | None = None

    def play(self, scope: Scope, book: Book) -> None:
        changed = {**book.metrics, **(self.metrics or {})}
        metrics = {number: each for number, each in changed.items() if each is not None}
        currency = self.currency or book.currency
        zone = self.time_zone or book.time_zone
        credit_owner = self.credit_owner or CreditOwner(book.credit_owner)
        listed = tuple(sorted(metrics.items()))
        rulebook.change(scope, Rules(currency, EXPONENTS[currency], zone, credit_owner, listed))
        book.change(currency, zone, credit_owner.value, metrics)
        assert clock.rules(scope).metrics == listed


@dataclass(frozen=True)
class Rate:
    """Rates are entered; None removes one, where there is one."""

    rates: Mapping[tuple[str, date], Decimal | None]

    def play(self, scope: Scope, book: Book) -> None:
        known = {
            (currency, day): rate
            for (currency, day), rate in self.rates.items()
            if rate is not None or day in book.rates.get(currency, {})
        }
        given: dict[tuple[str, date], tuple[Decimal, Decimal] | None] = {
            key: None if rate is None else (rate, _minor(book, key[0], rate)) for key, rate in known.items()
        }
        rulebook.set_rates(scope, given)
        for (currency, day), rates in given.items():
            book.set_rate(currency, day, None if rates is None else Fraction(rates[1]))


def _minor(book: Book, currency: str, rate: Decimal) -> Decimal:
    return rate.scaleb(EXPONENTS[book.currency] - EXPONENTS[currency])


Step = Write | Know | Move | Rule | Rate
