"""Who may do what: permissions, the roles that are made of them, and what of a role a token passes on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """What someone may do, in the words of a refusal.

    Whoever belongs to an organization reads its units, people, metrics and boards for all, and what is their own.
    """

    CHANGE_BOARDS = "change boards"
    CHANGE_METRICS = "change metrics"
    CHANGE_ORGANIZATION = "change people, units and settings"
    CHANGE_RECORDS = "change records"
    CHANGE_TARGETS = "set and change targets"
    MANAGE_MEMBERS = "manage members and tokens"
    PLAN_ALL = "plan for everybody"
    PLAN_BELOW = "plan for those below them"
    READ_ALL = "read everybody's figures"
    READ_AUDIT = "read the audit trail"
    READ_BELOW = "read the figures of those below them"
    READ_MANAGERS_BOARDS = "read managers' boards"


class Role(StrEnum):
    """What someone is in an organization."""

    ADMIN = "admin"
    MANAGER = "manager"
    REP = "rep"
    VIEWER = "viewer"


class TokenScope(StrEnum):
    """What an API token may do; each of read, write and admin includes the one before."""

    ADMIN = "admin"
    READ = "read"
    WRITE = "write"

    def allows(self, needed: "TokenScope") -> bool:
        """Whether a token of this scope is good for what needs that one."""
        return _BREADTH[self] >= _BREADTH[needed]


_BREADTH = {TokenScope.READ: 1, TokenScope.WRITE: 2, TokenScope.ADMIN: 3}

_READS: Final = frozenset({Permission.READ_ALL, Permission.READ_BELOW, Permission.READ_MANAGERS_BOARDS})
_WRITES: Final = frozenset(
    {
        Permission.CHANGE_BOARDS,
        Permission.CHANGE_RECORDS,
        Permission.CHANGE_TARGETS,
        Permission.PLAN_ALL,
        Permission.PLAN_BELOW,
    }
)
EVERYTHING: Final = frozenset(Permission)

OF_ROLE: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ADMIN: EVERYTHING,
    Role.MANAGER: frozenset(
        {
            Permission.CHANGE_BOARDS,
            Permission.PLAN_BELOW,
            Permission.READ_BELOW,
            Permission.READ_MANAGERS_BOARDS,
        }
    ),
    Role.REP: frozenset(),
    Role.VIEWER: frozenset({Permission.READ_ALL}),
}
# What of its owner's permissions a token passes on.
OF_TOKEN: Final[Mapping[TokenScope, frozenset[Permission]]] = {
    TokenScope.ADMIN: EVERYTHING,
    TokenScope.READ: _READS,
    TokenScope.WRITE: _READS | _WRITES,
}


def widest(role: Role) -> TokenScope:
    """The widest scope that a token of somebody with that role can make use of."""
    if role == Role.ADMIN:
        return TokenScope.ADMIN
    return TokenScope.WRITE if OF_ROLE[role] & _WRITES else TokenScope.READ


@dataclass(frozen=True, slots=True)
class Access:
    """What someone may do in an organization, and which of its people they are, if any.

    The holder is the member, by their grant, who has in hand what is used: of a token whoever made it, and so knows
    its text, whoever it acts for.
    """

    permissions: frozenset[Permission]
    person_id: int | None = None
    holder_id: int | None = None
    holder_person_id: int | None = None

    def allows(self, permission: Permission) -> bool:
        """Whether they may."""
        return permission in self.permissions

    def by_token(self, scope: TokenScope) -> "Access":
        """What a token of that scope passes on of it."""
        return replace(self, permissions=self.permissions & OF_TOKEN[scope])


# The command line of the machine that holds the database, and what runs by itself.
WHOLE: Final = Access(EVERYTHING)
