"""The organization's posting clock, which is also its lock.

Everything a figure rests on (credits, memberships, assignment values) is stamped by this clock, under this lock.
Postings of one organization are therefore totally ordered, a stamp that a reader was given names exactly what the
reader saw, and two writers of one organization never interleave. See docs/decisions/one-clock-per-organization.md.
"""

from datetime import datetime

from paceline.errors import NotFound
from paceline.facts.rules import Rules, read
from paceline.facts.scope import Scope

_OPEN = "INSERT INTO ledger_clock (org_id, posted_at) VALUES (%(org_id)s, clock_timestamp())"
_LOCK = "SELECT posted_at FROM ledger_clock WHERE org_id = %(org_id)s FOR UPDATE"
_NOW = "SELECT posted_at FROM ledger_clock WHERE org_id = %(org_id)s"
_TICK = """UPDATE ledger_clock SET posted_at = greatest(clock_timestamp(), posted_at + interval '1 microsecond')
    WHERE org_id = %(org_id)s RETURNING posted_at"""
_RULES = "SELECT rules::text FROM ledger_rules WHERE org_id = %(org_id)s"
_SET_RULES = """INSERT INTO ledger_rules (org_id, rules) VALUES (%(org_id)s, %(rules)s::jsonb)
    ON CONFLICT (org_id) DO UPDATE SET rules = excluded.rules"""


def open_clock(scope: Scope) -> None:
    """Start the clock of a new organization."""
    scope.run(_OPEN, {"org_id": scope.org_id})


def lock(scope: Scope) -> None:
    """Wait to be the organization's only writer until the transaction ends. A writer's first statement."""
    if scope.run(_LOCK, {"org_id": scope.org_id}, hot=True).fetchone() is None:
        raise NotFound("there is no such organization")


def tick(scope: Scope) -> datetime:
    """The stamp of what this transaction posts next, later than every stamp before it. The lock is held."""
    row = scope.run(_TICK, {"org_id": scope.org_id}, hot=True).fetchone()
    if row is None:
        raise NotFound("there is no such organization")
    return row[0]


def known_now(scope: Scope) -> datetime:
    """The stamp that names what this transaction's snapshot sees."""
    if scope.posted_at is not None:
        return scope.posted_at
    row = scope.run(_NOW, {"org_id": scope.org_id}).fetchone()
    if row is None:
        raise NotFound("there is no such organization")
    return row[0]


def rules(scope: Scope) -> Rules:
    """What yields credit. A writer reads it only under the lock."""
    row = scope.run(_RULES, {"org_id": scope.org_id}, hot=True).fetchone()
    if row is None:
        raise NotFound("the organization has no metrics yet")
    return read(row[0])


def write_rules(scope: Scope, text: str) -> None:
    """Store the rules, given as JSON text. The lock is held."""
    scope.run(_SET_RULES, {"org_id": scope.org_id, "rules": text})
