"""Many writers of the same few records, and two organizations side by side: nothing lost, nothing mixed."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg

from paceline.domain.metric import BUILT_IN
from paceline.domain.record import Module
from paceline.facts import clock, ingest, ledger, owners, rulebook, totals
from paceline.facts.owners import NAME, OwnerKey
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.scope import Scope
from tests.databases import Database

WRITERS = 8
WRITES_EACH = 250
RECORDS = 5
EPOCH = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIELDS = ("external_id", "owner", "amount", "status", "closed", "modified")
PEOPLE = {1: "Sam", 2: "Eve"}
RULES = Rules(
    "USD", 2, "UTC", CreditOwner.CURRENT, tuple((number, each.definition) for number, each in enumerate(BUILT_IN, 1))
)
LEVELS = RULES.levels([number for number, _ in RULES.metrics])
Connect = Callable[[], psycopg.Connection]


@dataclass(frozen=True)
class Write:
    """One acknowledged change of a record, and the stamp it was posted under."""

    record: str
    amount: int
    modified: datetime
    posted_at: datetime


def open_ledger(connection: psycopg.Connection, org_id: int) -> Scope:
    scope = Scope(org_id, connection, "test")
    clock.open_clock(scope)
    rulebook.change(scope, RULES)
    owners.set_keys(scope, {number: [OwnerKey(NAME, "", name)] for number, name in PEOPLE.items()})
    connection.commit()
    return scope


def hammer(connection: psycopg.Connection, org_id: int, seed: int) -> list[Write]:
    """Change records at random, each change with a source time of its own; what was acknowledged."""
    chance, scope = random.Random(seed), Scope(org_id, connection, f"writer {seed}")
    done: list[Write] = []
    for _ in range(WRITES_EACH):
        record, amount = f"D{chance.randrange(RECORDS)}", chance.randrange(1, 10**6)
        modified = EPOCH + timedelta(microseconds=chance.randrange(10**9))
        status = chance.choice(["open", "won", "lost"])
        closed = None if status == "open" else modified.date() + timedelta(days=chance.randrange(60))
        row = (record, chance.choice(["Sam", "Eve"]), amount, status, closed, modified)
        ingest.write(scope, ingest.Batch(Module.DEALS, "crm", FIELDS, [row]))
        posted_at = clock.known_now(scope)
        connection.commit()
        done.append(Write(record, amount, modified, posted_at))
    return done


def test_eight_writers_of_five_records_lose_nothing(committed: Database) -> None:
    scope = open_ledger(committed.connect(), 1)
    connections = [committed.connect() for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        running = [pool.submit(hammer, connection, 1, seed) for seed, connection in enumerate(connections)]
        done = [write for each in running for write in each.result()]

    assert list(ledger.differences(scope, RULES)) == []
    assert totals.differences(scope, LEVELS) == []
    stored = dict(scope.connection.execute("SELECT external_id, amount FROM deal").fetchall())
    newest = {
        record: max((each for each in done if each.record == record), key=lambda each: each.modified)
        for record in stored
    }
    assert stored == {record: write.amount for record, write in newest.items()}
    assert len(done) == WRITERS * WRITES_EACH
    stamps = sorted(write.posted_at for write in done)
    assert all(earlier < later for earlier, later in pairwise(stamps))


def test_two_organizations_never_see_each_other(committed: Database) -> None:
    ours, theirs = open_ledger(committed.connect(), 1), open_ledger(committed.connect(), 2)
    hammer(theirs.connection, 2, seed=1)
    before = fingerprints(theirs)

    hammer(ours.connection, 1, seed=2)
    rulebook.change(ours, Rules("EUR", 2, "Asia/Tokyo", CreditOwner.AT_CLOSE, RULES.metrics[:3]))
    owners.set_keys(ours, {1: []})
    ours.connection.commit()

    assert fingerprints(theirs) == before
    assert list(ledger.differences(theirs, RULES)) == []
    assert list(ledger.differences(ours, clock.rules(ours))) == []


TABLES = ("credit", "daily_total", "deal", "ingest_batch", "ledger_clock", "ledger_rules", "level_total", "owner_key")


def fingerprints(scope: Scope) -> dict[str, str]:
    """Each table's rows of the organization, as a digest."""
    found: dict[str, str] = {}
    for table in TABLES:
        query = f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t WHERE org_id = %s"  # noqa: S608
        row = scope.connection.execute(query.encode(), [scope.org_id]).fetchone()
        found[table] = str(row)
    return found
