"""What a check of the doctor says."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a check came out; with a warning Paceline works, but something should be seen to."""

    FAIL = "fail"
    OK = "ok"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its name, how it came out, and what was found or how to mend it."""

    name: str
    grade: Grade
    message: str
