"""The jobs that run by themselves."""

from datetime import UTC, datetime, timedelta

import psycopg

from paceline import worker
from paceline.api.models import Answered
from paceline.facts import clock, postings
from paceline.facts.postings import Posting
from paceline.facts.tenancy import unscoped
from paceline.org.models import Change
from paceline.plan.actions.settings import change_settings
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


def test_changes_are_forgotten_when_their_organization_says_so(connection: psycopg.Connection) -> None:
    scope = hired(connection).scope
    own = Change.objects.filter(org_id=scope.org_id).order_by("id")
    kept = own.count()

    def aged(days: int) -> None:
        with unscoped(connection):
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            connection.execute("ALTER TABLE org_change DISABLE TRIGGER org_change_append_only")
            connection.execute("UPDATE org_change SET at = at - make_interval(days => %s)", [days])
            connection.execute("ALTER TABLE org_change ENABLE TRIGGER org_change_append_only")

    aged(200)
    worker.forget(datetime.now(UTC))
    assert own.count() == kept
    change_settings(scope, audit_days=300)
    worker.forget(datetime.now(UTC))
    assert own.count() == kept + 1
    change_settings(scope, audit_days=90)
    worker.forget(datetime.now(UTC))
    left = [(each.verb, each.old, each.new) for each in own.all()]
    assert left == [
        ("change_settings", {"audit_days": 0}, {"audit_days": 300}),
        ("change_settings", {"audit_days": 300}, {"audit_days": 90}),
        ("forget_changes", {"entries": kept}, {"entries": 0}),
    ]
    # The newest stays: what pages and answers are compared by is its number.
    aged(200)
    worker.forget(datetime.now(UTC))
    worker.forget(datetime.now(UTC))
    assert [each.verb for each in own.all()] == ["forget_changes", "forget_changes"]


def test_a_posting_is_told_to_those_who_come_after_it(connection: psycopg.Connection) -> None:
    scope = found_acme(connection)
    known = clock.known_now(scope)
    stamp = clock.tick(scope)
    postings.announce(scope, Posting(stamp, frozenset({1}), frozenset({7, 8})))
    assert postings.since(scope, known) == [Posting(stamp, frozenset({1}), frozenset({7, 8}))]
    assert postings.since(scope, stamp) == []
