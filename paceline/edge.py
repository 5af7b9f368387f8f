"""Where a process meets the database: transactions, and the scope that the rooms work in."""

import getpass
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from django.db import OperationalError, connection, transaction

from paceline.domain.access import WHOLE, Access
from paceline.errors import InvalidInput, PacelineError
from paceline.facts import tenancy
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.columns import NAME_CHARACTERS_MAX
from paceline.org.names import findable

Answer = TypeVar("Answer")
log = logging.getLogger("paceline.edge")

# Writers of one organization queue at its lock, so a clash is rare; whoever loses this often has met a fault.
ATTEMPTS_MAX = 5
# A login name; more is not one, and the audit trail has room for no more.
USER_CHARACTERS_MAX = 100
# serialization_failure and deadlock_detected: the transaction did nothing and can be run again.
_AGAIN = {"40001", "40P01"}


class Unavailable(PacelineError):
    """The database does not answer."""

    code = "unavailable"
    status = 503


class TookTooLong(PacelineError):
    """A statement took longer than one of a request may."""

    code = "took_too_long"
    status = 503


def refusal_of(error: Exception) -> PacelineError:
    """What a caller is told of an error of the database, of which nothing was done."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(cause, psycopg.errors.NumericValueOutOfRange):
        return InvalidInput.at("value", "is, or adds up to, a number that is too large to keep")
    if isinstance(cause, psycopg.DataError):
        return InvalidInput.at("input", "holds a value that the database cannot keep")
    log.warning("the database does not answer", exc_info=error)
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return TookTooLong(
            "this took longer than a request may, and nothing of it was done: ask for less at once, or try again when"
            " no large import is under way"
        )
    return Unavailable("the database does not answer: try again shortly; nothing of this was done")


def raw_connection() -> psycopg.Connection[Any]:
    """The psycopg connection that Django uses, so that both planes are in one transaction."""
    connection.ensure_connection()
    return connection.connection


def command_scope(slug: str | None = None) -> Scope:
    """The scope of a command: the organization of that slug, or the only one, as the user of this machine.

    Raises NotFound, SeveralOrganizations, NoTransaction.
    """
    with unscoped():
        found = directory.organization(slug)
    return tenancy.enter(Scope(found.id, raw_connection(), command_actor()))


def caller_scope(
    org_id: int, actor: str, access: Access = WHOLE, *, origin: str = "", asked_at: datetime | None = None
) -> Scope:
    """The scope of a checked identity: a token's, a signed-in session's, or the service's own. Raises NoTransaction."""
    actor = actor[:NAME_CHARACTERS_MAX]
    return tenancy.enter(Scope(org_id, raw_connection(), actor, access=access, origin=origin, asked_at=asked_at))


@contextmanager
def unscoped() -> Iterator[None]:
    """What comes before a scope, or concerns every organization, goes inside: see facts/tenancy.py."""
    with tenancy.unscoped(raw_connection()):
        yield


def command_actor() -> str:
    """Who runs the command, for the audit trail; an account without a name goes by its number."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"command line ({findable(user)[:USER_CHARACTERS_MAX]})"


def in_transaction(work: Callable[[], Answer]) -> Answer:
    """What the work answers, done in one transaction, again if it lost to another one."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            with transaction.atomic():
                return work()
        except (psycopg.OperationalError, OperationalError) as error:
            state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
            if state not in _AGAIN or attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError("unreachable")


@contextmanager
def reading() -> Iterator[None]:
    """One snapshot for all that is read inside: every figure of an answer is of the same moment."""
    # Told to the connection, so that it begins so: one statement less in every answer.
    raw = raw_connection()
    raw.isolation_level, raw.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
    try:
        with transaction.atomic():
            yield
    finally:
        if not raw.closed:
            raw.isolation_level, raw.read_only = None, None
