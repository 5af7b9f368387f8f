"""Commands for the figures: progress, the records and days behind it, why a record counts, what is uncounted."""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from paceline.cli import common
from paceline.cli.common import OrganizationOption, out, say, tell
from paceline.cli.planning import EndOption, StartOption, TargetArgument, ToOption, part


class Format(StrEnum):
    """How rows are printed."""

    CSV = "csv"
    JSON = "json"
    TABLE = "table"


AsOfOption = Annotated[str | None, typer.Option("--as-of", metavar="DAY", help="Count days up to here.")]
KnownAtOption = Annotated[
    str | None, typer.Option("--known-at", metavar="TIME", help="As everything stood then, RFC 3339.")
]
FormatOption = Annotated[Format, typer.Option("--format")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(progress)
    app.command()(series)
    app.command()(records)
    app.command()(explain)
    app.command()(uncounted)


def progress(
    target: TargetArgument,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    start: StartOption = None,
    end: EndOption = None,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Show how far every assignee of a target is, and whether on pace."""
    clocks = _clocks(as_of, known_at)
    with common.reading(organization) as scope:
        from paceline.plan import find, shown
        from paceline.plan import progress as figures

        found = find.target_named(scope, target)
        window = part(found, start, end) if start or end else None
        report = figures.report(scope, found, common.now(), clocks(figures.Clocks), window)
        show = {Format.TABLE: shown.words, Format.CSV: shown.flat, Format.JSON: shown.row}[format_]
        rows = [show(report, each) for each in report.rows]
    _print(rows, format_, shown.COLUMNS if format_ == Format.TABLE else shown.FLAT_FIELDS)
    say(shown.heading(report), style="dim")
    if not rows:
        say(
            f"nobody has a share yet: paceline assign {found.id} --to organization --value ...",
            style="yellow",
        )


def series(
    target: TargetArgument,
    to: ToOption = "organization",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    start: StartOption = None,
    end: EndOption = None,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Show an assignee's progress day by day, with the pace line. Values in minor units or counts."""
    clocks = _clocks(as_of, known_at)
    with common.reading(organization) as scope:
        from paceline.plan import behind, find
        from paceline.plan.progress import Clocks

        found = find.target_named(scope, target)
        held = behind.find_held(scope, found, find.assignee(scope, to), part(found, start, end))
        points = behind.series(scope, found, held, common.now(), clocks(Clocks))
    rows = [{"day": str(each.day), "current": each.current, "expected": each.expected} for each in points]
    _print(rows, format_, ("day", "current", "expected"))


def records(
    target: TargetArgument,
    to: ToOption = "organization",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    start: StartOption = None,
    end: EndOption = None,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """List the records behind an assignee's current value; their values add up to it."""
    clocks = _clocks(as_of, known_at)
    names = ("source", "external_id", "name", "person_id", "day", "value")
    with common.reading(organization) as scope:
        from paceline.plan import behind, find
        from paceline.plan.progress import Clocks

        found = find.target_named(scope, target)
        held = behind.find_held(scope, found, find.assignee(scope, to), part(found, start, end))
        rows: list[dict[str, Any]] = []
        after = (0, 0)
        while page := behind.records(scope, found, held, common.now(), clocks(Clocks), after):
            rows += [{name: getattr(each, name) for name in names} for each in page]
            after = page[-1].record_id, page[-1].person_id
    for row in rows:
        row["day"] = str(row["day"])
    _print(rows, format_, names)
    say(f"{len(rows)} records, {sum(row['value'] for row in rows):,} in all", style="dim")


def explain(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Its external id.")],
    target: TargetArgument,
    to: Annotated[str | None, typer.Option("--to", metavar="ASSIGNEE")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Where several sources have that id.")] = None,
    organization: OrganizationOption = None,
) -> None:
    """Say whether a record counts for a target, and the first rule that fails if not."""
    with common.reading(organization) as scope:
        from paceline.plan import behind, find

        found = find.target_named(scope, target)
        assignee = None if to is None else find.assignee(scope, to)
        told = behind.why(scope, found, record, assignee, source)
    for rule in told.rules:
        tell(f"{'yes' if rule.holds else 'NO ':<3} {rule.words}")
    failing = told.first_failing
    if failing is None:
        tell(f"counted: {told.value} on {told.day} for person {told.person_id}")
    else:
        tell(f"not counted: it fails '{failing.words}' (owner as given: {told.owner})")


def uncounted(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="Its key, such as revenue.")],
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """List the records that a metric would count but cannot, and why."""
    names = ("source", "external_id", "name", "owner", "reason")
    with common.reading(organization) as scope:
        from paceline.facts import clock
        from paceline.facts import uncounted as held_out
        from paceline.plan import registry, rules

        definition, credited = rules.definition(registry.metric(scope, metric)), clock.rules(scope)
        rows: list[dict[str, Any]] = []
        after = 0
        while page := held_out.listed(scope, definition, credited, after):
            rows += [{name: getattr(each, name) for name in names} for each in page]
            after = page[-1].record_id
    _print(rows, format_, names)
    say(f"{len(rows)} records", style="dim")


def _clocks(as_of: str | None, known_at: str | None) -> Any:
    day, moment = common.day(as_of, "as-of"), common.moment(known_at, "known-at")
    return lambda clocks: clocks(day, moment)


def _print(rows: Sequence[dict[str, Any]], format_: Format, names: Iterable[str]) -> None:
    if format_ == Format.JSON:
        out.print_json(json.dumps(list(rows)))
    elif format_ == Format.CSV:
        writer = csv.DictWriter(sys.stdout, list(names), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in names:
            table.add_column(name, justify="left" if name in _LEFT else "right", no_wrap=True)
        for row in rows:
            table.add_row(*(escape("" if row[name] is None else str(row[name])) for name in names))
        # A narrow terminal wraps the lines; a figure is never cut.
        out.print(table, width=max(out.width, _width(table)), crop=False)


# Wider than any table, so that it is measured and not squeezed.
WIDTH_MAX = 10_000
_LEFT = {"assignee", "from", "to", "status", "day", "source", "external_id", "name", "owner", "reason"}


def _width(table: Table) -> int:
    return out.measure(table, options=out.options.update(width=WIDTH_MAX)).maximum
