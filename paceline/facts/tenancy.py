"""What statements run as: the second wall between organizations, below `Scope`.

Every connection of Django's runs as the tenant role, which owns nothing and sees, by row-level security, the rows of
the organization that its transaction was set to: none before one is set. The login role owns the tables and sees all;
what must run as it says so by `unscoped`. See docs/decisions/row-level-security.md.
"""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.abc import Params
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from paceline.facts.scope import Scope

# The setting that names the organization of a transaction; a policy of every table compares with it.
ORGANIZATION = "paceline.org_id"
# Roles are the server's and not the database's: two databases on one server have one each.
_SUFFIX = "_tenant"
# A longer name would be cut by PostgreSQL.
_NAME_BYTES_MAX = 63
_DIGEST_CHARACTERS = 8

# One statement for both, so that it is one round trip. Without the role it does nothing: the tables are yet to be made.
_BECOME: LiteralString = """SELECT set_config('role', rolname, false) FROM pg_roles
    WHERE rolname = %s AND pg_has_role(session_user, oid, 'MEMBER')"""
_LIFT: LiteralString = "SELECT current_setting('role'), set_config('role', 'none', %s)"
_RESTORE: LiteralString = "SELECT set_config('role', %s, %s)"


class NoTransaction(RuntimeError):
    """A scope was asked for outside of a transaction, where nothing would hold it to its organization."""


def tenant_role(database: str) -> str:
    """The role that statements of this database run as."""
    name = database + _SUFFIX
    if len(name.encode()) <= _NAME_BYTES_MAX:
        return name
    digest = hashlib.sha256(database.encode()).hexdigest()[:_DIGEST_CHARACTERS]
    kept = database.encode()[: _NAME_BYTES_MAX - len(f"_{digest}{_SUFFIX}")].decode(errors="ignore")
    return f"{kept}_{digest}{_SUFFIX}"


def become_tenant(connection: psycopg.Connection[Any]) -> None:
    """Let all that a new connection runs, run as the tenant role."""
    connection.execute(_BECOME, [tenant_role(connection.info.dbname)])


def enter(scope: Scope) -> Scope:
    """The scope, to whose organization the database holds the transaction from now on. Raises NoTransaction.

    By SET LOCAL, which ends with the transaction, and which a distributed PostgreSQL passes on to its workers.
    """
    connection = scope.connection
    if connection.autocommit:
        raise NoTransaction("a scope was asked for outside of a transaction")
    # Every transaction begins with it, so it is written out: composing it would take as long as running it.
    setting = b"%b; SET LOCAL paceline.org_id = '%d'" % (_set_role(connection), scope.org_id)
    if connection.info.transaction_status == TransactionStatus.IDLE:
        _begin(connection, setting)
    else:
        psycopg.Cursor(connection).execute(setting)
    return scope


def _begin(connection: psycopg.Connection[Any], then: bytes) -> None:
    """Begin the transaction as the connection is set to, with the statements behind it in the same round trip."""
    begin = _begin_statement(connection.isolation_level, connection.read_only)
    result = connection.pgconn.exec_(b"%b; %b" % (begin, then))
    if connection.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError(result.get_error_message())
    if result.status != ExecStatus.COMMAND_OK:
        raise error_from_result(result)


@cache
def _begin_statement(level: psycopg.IsolationLevel | None, read_only: bool | None) -> bytes:  # noqa: FBT001 - as psycopg has it
    named = [] if level is None else ["ISOLATION LEVEL", level.name.replace("_", " ")]
    access = [] if read_only is None else ["READ ONLY" if read_only else "READ WRITE"]
    return " ".join(["BEGIN", *named, *access]).encode()


def _set_role(connection: psycopg.Connection[Any]) -> bytes:
    return _role_statement(connection.pgconn.db)


@cache
def _role_statement(database: bytes) -> bytes:
    return sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(tenant_role(database.decode()))).as_bytes()


@contextmanager
def unscoped(connection: psycopg.Connection[Any]) -> Generator[None]:
    """Everything inside runs as the login role, which sees every organization.

    For what comes before a scope, or concerns all organizations, and for nothing else. The uses are listed in
    docs/decisions/row-level-security.md, and a test holds the list to them.
    """
    is_local = not connection.autocommit
    row = connection.execute(_LIFT, [is_local]).fetchone()
    before = row[0] if row else "none"
    try:
        yield
    finally:
        # What a failed transaction set is undone by its rollback.
        if not connection.closed and connection.info.transaction_status != TransactionStatus.INERROR:
            connection.execute(_RESTORE, [before, is_local])


def ask_unscoped(connection: psycopg.Connection[Any], query: LiteralString, params: Params) -> tuple[Any, ...] | None:
    """The first row of one query as the login role, in one round trip outside of a transaction: see `unscoped`."""
    if not connection.autocommit:
        with unscoped(connection):
            return psycopg.Cursor(connection).execute(query, params).fetchone()
    # Statements that are sent together are a transaction, at whose end the role is what it was.
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(f"SET LOCAL ROLE NONE; {query}", params)
    cursor.nextset()
    return cursor.fetchone()
