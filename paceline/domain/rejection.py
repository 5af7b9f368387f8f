"""A row that was refused, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejected:
    """One refused row: its line in the file (1 is the header), the column at fault if one is, why, and its text."""

    line: int
    column: str | None
    reason: str
    content: str
