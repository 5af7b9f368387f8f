"""One family of errors: each has a code, an HTTP status and data, and is rendered in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where it is, and what is wrong and how to mend it."""

    where: str
    message: str


class PacelineError(Exception):
    """The base of every refusal that a user can cause and mend."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str, *, faults: Sequence[Fault] = (), **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.faults = tuple(faults)
        self.data = data


class InvalidInput(PacelineError):
    """The input was read whole and has faults; nothing of it was done."""

    code = "invalid_input"
    status = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        text = "; ".join(f"{fault.where}: {fault.message}" for fault in faults)
        super().__init__(text, faults=faults)

    @classmethod
    def at(cls, where: str, message: str) -> "InvalidInput":
        """The refusal of a single fault."""
        return cls([Fault(where, message)])


class NotFound(PacelineError):
    """There is no such thing in this organization."""

    code = "not_found"
    status = 404


class NotAllowed(PacelineError):
    """The caller is known and may not do this."""

    code = "not_allowed"
    status = 403


class Conflict(PacelineError):
    """What was asked clashes with what is there."""

    code = "conflict"
    status = 409
