"""Progress as it is shown: as the contract's fields, and in words for a table."""

from typing import Any

from paceline.domain.kinds import Unit
from paceline.domain.metric import Definition
from paceline.domain.money import format_units
from paceline.domain.pace import percent_text
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.plan.held import Held
from paceline.plan.progress import Report, Row, share

FLAT_FIELDS = (
    "assignment_id",
    "parent_id",
    "assignee_kind",
    "assignee_id",
    "assignee_name",
    "start_date",
    "end_date",
    "currency",
    "current",
    "target",
    "attainment",
    "gap",
    "expected",
    "pace",
    "pace_ratio",
    "status",
    "projected",
    "required_per_day",
    "unallocated",
    "days_elapsed",
    "days_left",
    "share_elapsed",
    "pace_by",
    "as_of",
    "known_at",
    "today",
)
COLUMNS = (
    "assignee",
    "from",
    "to",
    "current",
    "target",
    "attainment",
    "expected",
    "pace",
    "status",
    "projected",
    "per day",
    "unallocated",
)


def row(report: Report, each: Row) -> dict[str, Any]:
    """One row in whole units: minor units where the metric is money, with `currency`; shares as decimal strings."""
    held, made = each.assignment, each.progress
    return {
        "assignment_id": held.id,
        "parent_id": held.parent_id,
        "assignee": assignee(held),
        "start_date": held.window.start.isoformat(),
        "end_date": held.window.end.isoformat(),
        "currency": report.currency if report.definition.unit == Unit.MONEY else None,
        "current": made.current,
        "target": made.target,
        "attainment": share(made.attainment),
        "gap": made.gap,
        "expected": made.expected,
        "pace": made.pace,
        "pace_ratio": share(made.pace_ratio),
        "status": made.status.value,
        "projected": made.projected,
        "required_per_day": made.required_per_day,
        "unallocated": each.unallocated,
        "days_elapsed": made.elapsed.days_over,
        "days_left": made.elapsed.days_left,
        "share_elapsed": share(made.elapsed.share),
        "pace_by": made.elapsed.basis.value,
        "as_of": report.as_of.isoformat(),
        "known_at": report.known_at.isoformat(),
        "today": report.today.isoformat(),
    }


def currency_of(scope: Scope, definition: Definition) -> str | None:
    """The reporting currency for a metric of money, None for one that counts."""
    return directory.own_organization(scope).currency if definition.unit == Unit.MONEY else None


def assignee(held: Held) -> dict[str, Any]:
    """Whom an assignment is for; the organization has no id."""
    kind, number = held.assignee
    return {"kind": kind, "name": held.name, **({"id": number} if number else {})}


def flat(report: Report, each: Row) -> dict[str, Any]:
    """One row as a line of a table file: the assignee in columns of its own."""
    made = row(report, each)
    named = made.pop("assignee")
    return {
        "assignee_kind": named["kind"],
        "assignee_id": named.get("id"),
        "assignee_name": named["name"],
        **made,
    }


def words(report: Report, each: Row) -> dict[str, str]:
    """One row as a person reads it, with dashes for what is undefined."""
    held, made = each.assignment, each.progress
    return {
        "assignee": f"{'  ' * _DEPTH[held.assignee.kind]}{held.name}",
        "from": str(held.window.start),
        "to": str(held.window.last),
        "current": value(report, made.current),
        "target": value(report, made.target),
        "attainment": percent_text(made.attainment),
        "expected": value(report, made.expected),
        "pace": value(report, made.pace),
        "status": made.status.value.replace("_", " "),
        "projected": value(report, made.projected),
        "per day": value(report, made.required_per_day),
        "unallocated": value(report, each.unallocated),
    }


_DEPTH = {"organization": 0, "department": 1, "team": 2, "person": 3}


def value(report: Report, number: int | None) -> str:
    """A value with thousands separators, in major units of the currency for money; a dash where there is none."""
    if number is None:
        return "\u2013"
    return format_units(number, report.exponent if report.definition.unit == Unit.MONEY else 0)


def heading(report: Report) -> str:
    """What the table is about, with the three that bring the same answer back: --as-of, --known-at and --today."""
    unit = report.currency if report.definition.unit == Unit.MONEY else "counts"
    clocks = f"as of {report.as_of}, known at {report.known_at.isoformat()}, today {report.today}"
    return f"{report.target.name}: {report.target.metric.key} in {unit}, {clocks}"
