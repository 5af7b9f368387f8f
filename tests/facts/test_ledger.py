"""Whatever happens to an organization, in whatever order: the ledger says what the records yield."""

import time
from collections.abc import Mapping, Sequence
from random import Random

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.domain.calendar import Window
from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.facts import clock, owners
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.scope import Scope
from tests.facts import checking, drawing
from tests.facts.cast import BUILT_IN_METRICS, EVE, ROSA, SAM, TARIQ, known_as, on, open_organization, rules
from tests.facts.conftest import IS_DEEP, STORIES
from tests.facts.stories import Step
from tests.oracle.book import Book
from tests.oracle.figures import Snapshot

# How many metrics are asked for their figures after each step, and how many at the end.
ASKED, ASKED_AT_THE_END = 2, 5
LONG_STORIES, LONG_STORY_STEPS = 10, 25
HUNT_SECONDS = 600
CAST = {number: known_as(name) for number, name in ((ROSA, "Rosa"), (TARIQ, "Tariq"), (SAM, "Sam"), (EVE, "Eve"))}

chances = st.randoms(use_true_random=False)


@pytest.mark.timeout(0 if IS_DEEP else 120)
@STORIES
@given(opening=chances, story=st.lists(chances.map(drawing.step), min_size=1, max_size=12), turn=st.integers(0, 10**6))
def test_any_story_ends_in_the_figures_that_the_records_give(
    connection: psycopg.Connection, opening: Random, story: list[Step], turn: int
) -> None:
    play(connection, opening, story, turn)


@pytest.mark.parametrize("seed", range(LONG_STORIES))
def test_a_long_story_does(connection: psycopg.Connection, seed: int) -> None:
    play_seeded(connection, seed)


@pytest.mark.skipif(not IS_DEEP, reason="a long hunt: HYPOTHESIS_PROFILE=deep")
@pytest.mark.timeout(0)
def test_stories_nobody_played_yet_do(connection: psycopg.Connection) -> None:
    ends, seed = time.monotonic() + HUNT_SECONDS, time.time_ns()
    while time.monotonic() < ends:
        play_seeded(connection, seed := seed + 1)


def play_seeded(connection: psycopg.Connection, seed: int) -> None:
    """A long story that the seed tells again."""
    chance = Random(seed)
    story = [drawing.step(chance) for _ in range(LONG_STORY_STEPS)]
    try:
        play(connection, chance, story, seed)
    except Exception as error:
        error.add_note(f"in the story of seed {seed}")
        raise


def play(connection: psycopg.Connection, opening: Random, story: list[Step], turn: int) -> None:
    """The story in a new organization, laid against the oracle at each step and, at the end, at each stamp."""
    own = {number: drawing.definition(opening) for number in drawing.CUSTOM_METRICS}
    held = rules(BUILT_IN_METRICS | own, credit_owner=opening.choice(list(CreditOwner)))
    steps: list[Step] = [drawing.founding(opening, module) for module in Module]
    asked, as_of = [drawing.window(opening), drawing.window(opening)], on(opening.randint(-3, 45))
    with connection.transaction(force_rollback=True):
        scope = open_organization(connection, held)
        book = begin(scope, held)
        seen: list[Snapshot] = []
        for place, step in enumerate([*steps, *story]):
            step.play(scope, book)
            seen.append(book.snapshot(clock.known_now(scope)))
            checking.check_ledger(scope)
            checking.check_sums(scope, seen[-1], some(book.metrics, turn + place, ASKED), asked, now=True)
        check_the_end(scope, book, seen, [each.until(as_of) or each for each in asked], turn)


def check_the_end(scope: Scope, book: Book, seen: list[Snapshot], asked: list[Window], turn: int) -> None:
    """What was told at each stamp is told again, and opens into its records and its reasons."""
    checking.check_sums(scope, seen[-1], list(book.metrics), asked, now=True)
    for place, snapshot in enumerate(seen):
        checking.check_sums(scope, snapshot, some(snapshot.metrics, turn + place, ASKED), asked, now=False)
    for snapshot in (seen[-1], seen[turn % len(seen)]):
        chosen = some(snapshot.metrics, turn, ASKED_AT_THE_END)
        checking.check_breakdowns(scope, snapshot, chosen, asked[0], turn)
    checking.check_reasons(scope, book, some(book.metrics, turn, ASKED_AT_THE_END), turn)


def begin(scope: Scope, held: Rules) -> Book:
    """The organization's first page: its people are known by their names."""
    book = Book(held.currency, held.time_zone, held.credit_owner.value, dict(held.metrics))
    assert owners.set_keys(scope, CAST) == book.set_keys(CAST) == 0
    return book


def some(metrics: Mapping[int, Definition], turn: int, count: int) -> Sequence[int]:
    """So many of the metrics, another choice each turn."""
    numbers = sorted(metrics, reverse=True)
    start = turn % len(numbers)
    return (numbers[start:] + numbers[:start])[:count]
