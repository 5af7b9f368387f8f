"""Who may do what: what a token is good for."""

from enum import StrEnum


class TokenScope(StrEnum):
    """What an API token may do; each of read, write and admin includes the one before."""

    ADMIN = "admin"
    READ = "read"
    WRITE = "write"

    def allows(self, needed: "TokenScope") -> bool:
        """Whether a token of this scope is good for what needs that one."""
        return _BREADTH[self] >= _BREADTH[needed]


_BREADTH = {TokenScope.READ: 1, TokenScope.WRITE: 2, TokenScope.ADMIN: 3}
