"""Asks progress for many assignees and windows at once, through targets and assignments as a user makes them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def currents(scope: Scope, metric: str, start: date, period: str, assignees: Iterable[Assignee]) -> dict[Assignee, int]:
    """The current value of each assignee of a new target, as progress reports it."""
    from paceline.plan import progress
    from paceline.plan.actions.assignments import assign_all
    from paceline.plan.actions.targets import create_target

    target = create_target(scope, name=f"{metric} {start}", metric=metric, value=1, period=period, start_date=start)
    assign_all(scope, target.id, dict.fromkeys(assignees, 1))
    report = progress.report(scope, target, NOW)
    return {row.assignment.assignee: row.progress.current for row in report.rows}
