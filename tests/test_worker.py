"""The jobs that run by themselves."""

from datetime import UTC, datetime, timedelta

import psycopg

from paceline import worker
from paceline.api.models import Answered
from paceline.facts import clock, postings
from paceline.facts.postings import Posting
from tests.facts.cast import found_acme
from tests.plan.cast import hired


def test_what_nobody_can_ask_for_any_more_is_forgotten(connection: psycopg.Connection) -> None:
    scope = hired(connection).scope
    # On the wall clock, which is the one that whatever is kept is dated by.
    now = datetime.now(UTC)
    before = postings.oldest(scope)
    assert before is not None
    Answered.objects.create(org_id=scope.org_id, key="k", asked="a", status=200, body=b"{}")
    worker.forget(now)
    assert postings.oldest(scope) == before
    assert Answered.objects.count() == 1
    worker.forget(now + timedelta(days=1, seconds=1))
    assert postings.oldest(scope) is None
    assert Answered.objects.count() == 0


def test_a_posting_is_told_to_those_who_come_after_it(connection: psycopg.Connection) -> None:
    scope = found_acme(connection)
    known = clock.known_now(scope)
    stamp = clock.tick(scope)
    postings.announce(scope, Posting(stamp, frozenset({1}), frozenset({7, 8})))
    assert postings.since(scope, known) == [Posting(stamp, frozenset({1}), frozenset({7, 8}))]
    assert postings.since(scope, stamp) == []
