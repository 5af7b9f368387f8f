"""Progress and targets as they are shown: as the contract's fields, and in words for a table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from paceline.domain.calendar import Window
from paceline.domain.kinds import Unit
from paceline.domain.metric import Definition
from paceline.domain.money import format_units
from paceline.domain.pace import Progress, percent_text
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.models import Organization
from paceline.org.numbers import point_of, written
from paceline.plan import rules
from paceline.plan.held import Held
from paceline.plan.models import Target
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


@dataclass(frozen=True, slots=True)
class Style:
    """How values of a metric are written for people: money in major units of its currency.

    In the way of a `locale`, or in that of the contract.
    """

    currency: str | None
    exponent: int
    has_decimals: bool = True
    locale: str = ""

    def number(self, value: int | None) -> str:
        """The value with thousands separators; a dash where there is none."""
        if value is None:
            return "\u2013"
        number, places = (value, self.exponent) if self.has_decimals else (value // self._major, 0)
        return written(number, None, places, self.locale) if self.locale else format_units(number, places)

    @property
    def point(self) -> str:
        """What decimals stand behind."""
        return point_of(self.locale) if self.locale else "."

    def amount(self, value: int) -> str:
        """The value with its currency."""
        return f"{self.number(value)} {self.currency}" if self.currency else self.number(value)

    def trimmed(self, values: Iterable[int | None]) -> "Style":
        """The style of these values together: without decimals, where all of those are zero."""
        return replace(self, has_decimals=any(value % self._major for value in values if value is not None))

    @property
    def _major(self) -> int:
        return 10**self.exponent


def style_of(organization: Organization, definition: Definition, locale: str = "") -> Style:
    """How values of the metric are written."""
    if definition.unit != Unit.MONEY:
        return Style(None, 0, locale=locale)
    return Style(organization.currency, rules.exponent(organization), locale=locale)


TARGET_FIELDS = (
    "id",
    "name",
    "metric",
    "value",
    "currency",
    "period",
    "start_date",
    "end_date",
    "pace_by",
    "status",
)
TARGET_COLUMNS = ("id", "name", "metric", "value", "period", "from", "to", "status")


def target_row(target: Target, style: Style) -> dict[str, Any]:
    """A target as the contract has it: minor units where the metric is money, the end exclusive."""
    return {
        "id": target.id,
        "name": target.name,
        "metric": target.metric.key,
        "value": target.value,
        "currency": style.currency,
        "period": target.period,
        "start_date": target.start_date.isoformat(),
        "end_date": target.end_date.isoformat(),
        "pace_by": target.pace_by,
        "status": target.status,
    }


def target_words(target: Target, style: Style) -> dict[str, Any]:
    """A target as a person reads it, with the last day of its window."""
    window = Window(target.start_date, target.end_date)
    return {
        "id": target.id,
        "name": target.name,
        "metric": target.metric.key,
        "value": style.amount(target.value),
        "period": target.period,
        "from": str(window.start),
        "to": str(window.last),
        "status": target.status,
    }


def row(report: Report, each: Row) -> dict[str, Any]:
    """One row in whole units: minor units where the metric is money, with `currency`; shares as decimal strings."""
    return next(rows(report, [each]))


def rows(report: Report, shown: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Rows as `row` has them, many thousands in one go."""
    asked = clocks(report)
    return ({**each, **asked} for each in timeless_rows(report, shown))


def clocks(report: Report) -> dict[str, str]:
    """The fields at the end of each row that bring the report back."""
    return {
        "as_of": report.as_of.isoformat(),
        "known_at": report.known_at.isoformat(),
        "today": report.today.isoformat(),
    }


def timeless_rows(report: Report, shown: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Rows without their clocks: the same for as long as nothing of them moves."""
    currency = report.currency if report.definition.unit == Unit.MONEY else None
    of_window: dict[Window, tuple[dict[str, Any], dict[str, Any]]] = {}
    for each in shown:
        held, made = each.assignment, each.progress
        if held.window not in of_window:
            days = {"start_date": held.window.start.isoformat(), "end_date": held.window.end.isoformat()}
            of_window[held.window] = days, _elapsed(made)
        days, elapsed = of_window[held.window]
        yield {
            "assignment_id": held.id,
            "parent_id": held.parent_id,
            "assignee": assignee(held),
            **days,
            "currency": currency,
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
            **elapsed,
        }


def _elapsed(made: Progress) -> dict[str, Any]:
    """What all rows of a window share."""
    return {
        "days_elapsed": made.elapsed.days_over,
        "days_left": made.elapsed.days_left,
        "share_elapsed": share(made.elapsed.share),
        "pace_by": made.elapsed.basis.value,
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


def table(report: Report) -> tuple[Sequence[str], list[dict[str, str]]]:
    """The columns of a table for people, and its rows.

    The window is left out where it is the target's in every row, and the decimals where they are zero in every figure.
    """
    whole = Window(report.target.start_date, report.target.end_date)
    is_plain = all(each.assignment.window == whole for each in report.rows)
    names = [name for name in COLUMNS if not (is_plain and name in {"from", "to"})]
    style = _style(report).trimmed(number for each in report.rows for number in _figures(each).values())
    return names, [words(report, each, style) for each in report.rows]


def words(report: Report, each: Row, style: Style | None = None) -> dict[str, str]:
    """One row as a person reads it, with dashes for what is undefined."""
    held, made, style = each.assignment, each.progress, style or _style(report)
    return {
        "assignee": f"{'  ' * each.depth}{held.name}",
        "from": str(held.window.start),
        "to": str(held.window.last),
        "attainment": percent_text(made.attainment),
        "status": made.status.value.replace("_", " "),
        **{name: style.number(number) for name, number in _figures(each).items()},
    }


def _figures(each: Row) -> dict[str, int | None]:
    made = each.progress
    return {
        "current": made.current,
        "target": made.target,
        "expected": made.expected,
        "pace": made.pace,
        "projected": made.projected,
        "per day": made.required_per_day,
        "unallocated": each.unallocated,
    }


def _style(report: Report) -> Style:
    is_money = report.definition.unit == Unit.MONEY
    return Style(report.currency, report.exponent) if is_money else Style(None, 0)


def heading(report: Report) -> str:
    """What the table is about, with the three that bring the same answer back: --as-of, --known-at and --today."""
    unit, target = _style(report).currency or "counts", report.target
    window = Window(target.start_date, target.end_date)
    clocks = f"as of {report.as_of}, known at {report.known_at.isoformat()}, today {report.today}"
    return f"{target.name}: {target.metric.key} in {unit} for {window.start} to {window.last}, {clocks}"
