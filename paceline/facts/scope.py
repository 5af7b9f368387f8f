"""On whose behalf the data plane is read and written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.abc import Params, QueryNoTemplate
from psycopg.rows import TupleRow

from paceline.domain.access import WHOLE, Access, Permission
from paceline.errors import NotAllowed

Cursor = psycopg.Cursor[TupleRow]


@dataclass(frozen=True, slots=True)
class Scope:
    """One organization, reached over one connection, by one actor.

    Made only at the edges (the command line; later the middleware and the worker) from a checked identity.
    The connection is inside a transaction that the edge commits. `change_id` is the number of the last change in the
    organization's trail, and `posted_at` the stamp of its last posting, where they were read in the snapshot that the
    scope reads in. `access` is what the actor may do,
    `origin` the address that they ask from, and `asked_at` when, where somebody asks. `locale` is how whoever reads the
    words of an answer writes numbers, blank for the way of the contract.
    """

    org_id: int
    connection: psycopg.Connection[Any]
    actor: str
    change_id: int | None = None
    posted_at: datetime | None = None
    access: Access = WHOLE
    origin: str = ""
    asked_at: datetime | None = None
    locale: str = ""

    def needs(self, permission: Permission) -> None:
        """Raises NotAllowed unless the actor may do that."""
        if not self.access.allows(permission):
            raise NotAllowed(f"you may not {permission}: an admin of your organization can")

    def run(self, query: QueryNoTemplate, params: Params, *, hot: bool = False) -> Cursor:
        """The cursor after the query.

        A `hot` one is prepared: worth it for the small statements of every write, whose plan does not depend on the
        values. A read is planned for its values each time.
        """
        cursor: Cursor = psycopg.Cursor(self.connection)
        return cursor.execute(query, params, prepare=hot)
