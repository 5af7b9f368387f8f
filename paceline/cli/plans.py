"""Commands for whole plans: exported and imported as spreadsheets, and copied to the next window."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, counted, say
from paceline.cli.planning import TargetArgument, targets
from paceline.cli.previews import YesOption, offer, show, today_of
from paceline.cli.rows import Format, FormatOption
from paceline.errors import InvalidInput

plans = typer.Typer(help="A whole plan as a spreadsheet: export, import.", no_args_is_help=True)

FileFormatOption = Annotated[
    str | None, typer.Option("--format", help="csv or xlsx. Default: as the file is called, else csv.")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Where to write it. Default: standard out.")
]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX, as `plan export` writes it.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(plans, name="plan")


@plans.command("export")
def export_plan(
    target: TargetArgument,
    format_: FileFormatOption = None,
    output: OutputOption = None,
    organization: OrganizationOption = None,
) -> None:
    """Write a target's whole plan as a spreadsheet: a row for each assignee, a column for each period."""
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    format_ = format_ or (suffix if suffix in {"csv", "xlsx"} else "csv")
    if format_ not in {"csv", "xlsx"}:
        raise InvalidInput.at("format", f"{format_!r} is not csv or xlsx")
    if format_ == "xlsx" and output is None and sys.stdout.isatty():
        raise InvalidInput.at("output", "a workbook is nothing for a screen: give --output FILE")
    with common.reading(organization) as scope:
        from paceline.plan import find
        from paceline.plan.sheets.plan import Plan
        from paceline.plan.sheets.writing import FileFormat, write

        found = find.target_named(scope, target)
        table = Plan(scope, found).table()
        content = write(table.header, table.rows, FileFormat(format_))
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        output.write_bytes(content)
    except (OSError, ValueError) as error:
        raise common.unusable(output, "written", error) from None
    say(f"wrote {counted(len(table.rows), 'row')} of {found.name} to {output}")


@plans.command("import")
def import_plan(
    target: TargetArgument,
    file: FileArgument,
    yes: YesOption = False,
    reason: ReasonOption = "",
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Show what a spreadsheet would change in a target's plan, then apply it; what is not in it is left alone."""
    content = _content(file)
    with common.writing(organization) as scope:
        from paceline.plan import find
        from paceline.plan.actions import imports

        found = find.target_named(scope, target)
        made = imports.preview_import(scope, found.id, content)
        if made.draft.rows or format_ != Format.TABLE:
            show(scope, made, format_)
        else:
            for note in made.draft.notes:
                say(note, style="yellow")
    if not made.draft.rows:
        say("nothing to change")
        return
    offer(made.token, yes, reason, organization)


@targets.command("copy")
def copy_target(
    target: TargetArgument,
    name: Annotated[str | None, typer.Option("--name", help="What the copy is called.")] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="DAY", help="Its first day. Default: the day after the target's last."),
    ] = None,
    growth: Annotated[str, typer.Option("--growth", help='All values times a factor, such as 1.10, or "10 %".')] = "1",
    status: Annotated[str, typer.Option("--status", metavar="STATUS", help="draft, active or archived.")] = "draft",
    yes: YesOption = False,
    reason: ReasonOption = "",
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Copy a target with its whole plan to the next window: show what would be made, then make it."""
    given = {"name": name, "start_date": start, "growth": growth, "status": status}
    with common.writing(organization) as scope:
        from paceline.plan import find
        from paceline.plan.actions import copies

        found = find.target_named(scope, target)
        made = copies.preview_copy(scope, found.id, given, today_of(scope))
        show(scope, made, format_)
    offer(made.token, yes, reason, organization)


def _content(file: Path) -> bytes:
    """What is in the file, no more than is ever read of one."""
    from paceline.plan.sheets.reading import FILE_BYTES_MAX

    try:
        with file.open("rb") as opened:
            return opened.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        raise common.unusable(file, "read", error) from None
