"""Whatever happens to an organization, in whatever order: the ledger says what the records yield."""

from collections.abc import Mapping, Sequence

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.facts import clock, owners
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.scope import Scope
from tests.facts import checking
from tests.facts.cast import BUILT_IN_METRICS, EVE, ROSA, SAM, TARIQ, known_as, on, open_organization, rules
from tests.facts.conftest import IS_DEEP, STORIES
from tests.facts.drawing import CUSTOM_METRICS, definitions, steps, windows
from tests.facts.stories import Flood
from tests.oracle.book import Book
from tests.oracle.figures import Snapshot

STORY_STEPS = (2, 12)
# How many metrics are asked for their figures after each step, and how many at the end.
ASKED, ASKED_AT_THE_END = 2, 5
CAST = {number: known_as(name) for number, name in ((ROSA, "Rosa"), (TARIQ, "Tariq"), (SAM, "Sam"), (EVE, "Eve"))}


@pytest.mark.timeout(0 if IS_DEEP else 120)
@STORIES
@given(
    own=st.lists(definitions(), min_size=1, max_size=4),
    credit_owner=st.sampled_from(CreditOwner),
    floods=st.tuples(*(st.builds(Flood, st.just(module), st.integers(0, 10**6), st.just(6)) for module in Module)),
    story=st.lists(steps, min_size=STORY_STEPS[0], max_size=STORY_STEPS[1]),
    asked=st.lists(windows(), min_size=1, max_size=2),
    as_of=st.integers(-3, 45).map(on),
    turn=st.integers(0, 10**6),
)
def test_any_story_ends_in_the_figures_that_the_records_give(
    connection: psycopg.Connection, own, credit_owner, floods, story, asked, as_of, turn
) -> None:
    metrics = BUILT_IN_METRICS | dict(zip(CUSTOM_METRICS, own, strict=False))
    with connection.transaction(force_rollback=True):
        scope = open_organization(connection, held := rules(metrics, credit_owner=credit_owner))
        book = begin(scope, held)
        seen: list[Snapshot] = []
        for place, step in enumerate([*floods, *story]):
            step.play(scope, book)
            seen.append(book.snapshot(clock.known_now(scope)))
            checking.check_ledger(scope)
            checking.check_sums(scope, seen[-1], some(book.metrics, turn + place, ASKED), asked, now=True)
        cut = [window for each in asked if (window := each.until(as_of))] or asked
        for snapshot in seen[len(floods) :]:
            checking.check_sums(scope, snapshot, some(snapshot.metrics, turn, ASKED), cut, now=False)
        for snapshot in (seen[-1], seen[turn % len(seen)]):
            checking.check_breakdowns(scope, snapshot, some(snapshot.metrics, turn, ASKED_AT_THE_END), cut[0], turn)
        checking.check_sums(scope, seen[-1], list(book.metrics), cut, now=True)
        checking.check_reasons(scope, book, some(book.metrics, turn, ASKED_AT_THE_END), turn)


def begin(scope: Scope, held: Rules) -> Book:
    """The organization's first page: its people are known by their names."""
    book = Book(held.currency, held.time_zone, held.credit_owner.value, dict(held.metrics))
    assert owners.set_keys(scope, CAST) == book.set_keys(CAST) == 0
    return book


def some(metrics: Mapping[int, Definition], turn: int, count: int) -> Sequence[int]:
    """So many of the metrics, another choice each turn, the organization's own ones first."""
    numbers = sorted(metrics, reverse=True)
    start = turn % len(numbers)
    return (numbers[start:] + numbers[:start])[:count]
