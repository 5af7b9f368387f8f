"""Rows of people as a file would give them, and their import."""

from dataclasses import dataclass
from datetime import date

from paceline.domain.rejection import Rejected
from paceline.facts.scope import Scope
from paceline.org import rollup
from paceline.org.actions.importing import Summary, import_people
from tests.org.cast import on

TODAY = on(100)


@dataclass(frozen=True)
class Row:
    line: int
    name: str | None = None
    email: str | None = None
    external_id: str | None = None
    department: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    manager: str | None = None
    hire_day: date | None = None
    end_day: date | None = None
    from_day: date | None = None
    quota_carrying: bool | None = None

    @property
    def content(self) -> str:
        return f"line {self.line}"


def take(scope: Scope, *rows: Row | Rejected, today: date = TODAY) -> Summary:
    """Import the rows; whatever happened, the data plane knows of it."""
    summary = import_people(scope, rows, "hr", today)
    assert rollup.verify(scope) == []
    assert summary.read == len(rows)
    assert summary.read == summary.created + summary.changed + summary.unchanged + len(summary.rejected)
    return summary


def refusals(summary: Summary) -> list[tuple[int, str | None, str]]:
    return [(each.line, each.column, each.reason) for each in summary.rejected]
