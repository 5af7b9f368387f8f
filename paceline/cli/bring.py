"""Commands that bring people and records in from CSV files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from zoneinfo import ZoneInfo

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, counted, err, say, tell
from paceline.cli.rows import Format, FormatOption, print_rows
from paceline.errors import Fault, InvalidInput

MappingOption = Annotated[
    Path | None,
    typer.Option(
        "--mapping", metavar="M.toml", help="A file that says what the columns mean; see docs/guides/importing.md."
    ),
]
SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="NAME", help="Where the records come from. Default: csv.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Do everything, keep nothing.")]
RejectOption = Annotated[
    Path | None, typer.Option("--reject", metavar="REJECTED.csv", help="Where to put the refused rows.")
]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE.csv", help="With a header; UTF-8 unless mapped.")]

imports = typer.Typer(
    help="Import people, deals, leads or tasks from a CSV file; list the refused rows.", no_args_is_help=True
)

# A source that nobody named.
SOURCE_DEFAULT = "csv"
# So many unknown owners and refused rows are told on the screen; all of them are in the reject file and the database.
TOLD_MAX = 10
# A page of refused rows.
REFUSED_MAX = 50
MAPPING_HINT = (
    "where the columns of your file have other names, a mapping file says which is which; see docs/guides/importing.md"
)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(imports, name="import")


@imports.command("people")
def people(
    file: FileArgument,
    mapping: MappingOption = None,
    source: SourceOption = None,
    dry_run: DryRunOption = False,
    reject: RejectOption = None,
    organization: OrganizationOption = None,
) -> None:
    """Import people with their departments, teams and managers."""
    with ExitStack() as stack:
        opened = _open(stack, file)
        rejects = _Rejects(stack, reject, file)
        with common.writing(organization) as scope:
            from django.db import transaction

            from paceline.crm import mapping as mappings
            from paceline.crm.people import read_people
            from paceline.org import calendar, directory
            from paceline.org.actions.importing import import_people
            from paceline.org.names import findable

            made = mappings.read_people_mapping(_bytes(mapping)) if mapping else mappings.PeopleMapping()
            with _hinting(mapping):
                rows = read_people(opened, made)
            keep = rejects.open(rows.header, made.layout.delimiter)
            today = calendar.today(directory.own_organization(scope), common.now())
            named = source or made.source or SOURCE_DEFAULT
            with _bar(file, "people") as move:
                summary = import_people(scope, _watched(rows, move), named, today, findable(file.name))
            keep(summary.rejected)
            transaction.set_rollback(dry_run)
    for name in ("read", "created", "changed", "unchanged"):
        tell(f"{name}: {getattr(summary, name):,}")
    tell(f"rejected: {len(summary.rejected):,}")
    _tell_units("departments made", summary.departments)
    _tell_units("teams made", summary.teams)
    for note in summary.notes:
        say(note, style="yellow")
    _end(rows.ignored, summary.rejected, len(summary.rejected), dry_run=dry_run)


def _records(module_name: str) -> Callable[..., None]:
    def command(
        file: FileArgument,
        mapping: MappingOption = None,
        source: SourceOption = None,
        dry_run: DryRunOption = False,
        reject: RejectOption = None,
        organization: OrganizationOption = None,
    ) -> None:
        with ExitStack() as stack:
            opened = _open(stack, file)
            rejects = _Rejects(stack, reject, file)
            _import(module_name, file, opened, mapping, source, dry_run, rejects, organization)

    command.__doc__ = f"Import {module_name}: created where they are new, changed where they are not."
    return command


for _name in ("deals", "leads", "tasks"):
    imports.command(_name)(_records(_name))


def _import(
    module_name: str,
    file: Path,
    opened: BinaryIO,
    mapping: Path | None,
    source: str | None,
    dry_run: bool,  # noqa: FBT001 - passed through from the option
    rejects: "_Rejects",
    organization: str | None,
) -> None:
    common.get_ready()
    from django.db import transaction

    from paceline import edge
    from paceline.crm import importing
    from paceline.crm import mapping as mappings
    from paceline.crm.parsing import read_records
    from paceline.crm.values import Defaults
    from paceline.domain.record import Module
    from paceline.facts import ingest
    from paceline.org import directory
    from paceline.org.names import findable

    module = Module(module_name)
    with edge.reading():
        own = directory.own_organization(edge.command_scope(organization))
    made = mappings.read_mapping(module, _bytes(mapping)) if mapping else mappings.RecordMapping(module)
    with _hinting(mapping):
        rows = read_records(opened, made, Defaults(own.currency, ZoneInfo(own.time_zone)))
    refused: list[Any] = []
    named = _source(source or made.source or SOURCE_DEFAULT)
    keep = rejects.open(rows.header, made.layout.delimiter)

    def write(batch: ingest.Batch) -> ingest.Result:
        def work() -> ingest.Result:
            result = ingest.write(edge.command_scope(own.slug), batch)
            transaction.set_rollback(dry_run)
            return result

        return edge.in_transaction(work)

    def watch_rejected(rejected: Sequence[Any]) -> None:
        refused.extend(rejected[: TOLD_MAX - len(refused)])
        keep(rejected)

    with _bar(file, module_name) as move:
        summary = importing.import_records(
            rows,
            module,
            named,
            write,
            file=findable(file.name),
            watch=lambda done: move(done.bytes_read, done.summary.read),
            rejects=watch_rejected,
        )
    _tell_summary(summary, module_name)
    _end(rows.ignored, refused, summary.outcomes["rejected"], dry_run=dry_run)


class Kind(StrEnum):
    """What a file can be of."""

    DEALS = "deals"
    LEADS = "leads"
    PEOPLE = "people"
    TASKS = "tasks"


@imports.command("rejected")
def list_rejected(
    kind: Annotated[Kind | None, typer.Argument(metavar="KIND", help="Only of deals, leads, tasks or people.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="So many rows.")] = REFUSED_MAX,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """List the rows that the last imports refused, the newest import first."""
    module = None if kind is None else kind.value
    with common.reading(organization) as scope:
        from paceline.facts import batches

        found, count = batches.refused(scope, module, limit), batches.count_refused(scope, module)
    names = ("at", "kind", "source", "file", "line", "column", "reason")
    rows = [
        {
            "at": each.at.isoformat(timespec="seconds"),
            "kind": each.module,
            "source": each.source,
            "file": each.file,
            "line": each.line,
            "column": each.column,
            "reason": each.reason,
            "actor": each.actor,
            "content": each.content,
        }
        for each in found
    ]
    print_rows(rows, format_, names if format_ == Format.TABLE else (*names, "actor", "content"))
    common.say_more(count, len(rows), "row")


def _source(name: str) -> str:
    from paceline.org.checks import Checks

    checks = Checks()
    checked = checks.name("source", name)
    checks.done()
    return checked


def _tell_summary(summary: Any, module_name: str) -> None:
    tell(f"read: {summary.read:,}")
    for outcome in ("created", "changed", "unchanged", "stale", "rejected"):
        tell(f"{outcome}: {summary.outcomes[outcome]:,}")
    if module_name == "deals":
        tell(f"open without an amount: {summary.open_without_amount:,}")
    if summary.unknown_owners:
        rows = counted(summary.unknown_owners.total(), "row")
        owners = counted(len(summary.unknown_owners), "owner")
        say(f"{owners} nobody is known by, on {rows} held until a person is:", style="yellow")
        for owner, count in summary.unknown_owners.most_common(TOLD_MAX):
            say(f"  {owner} ({count:,})")


def _end(ignored: Sequence[str], rejected: Sequence[Any], count: int, *, dry_run: bool) -> None:
    """Say what was left out, and answer 1 if any row was."""
    if ignored:
        say(f"columns not used: {', '.join(ignored)}", style="dim")
    for each in rejected[:TOLD_MAX]:
        say(f"line {each.line}{f', {each.column}' if each.column else ''}: {each.reason}", style="red")
    if count > TOLD_MAX:
        say(f"... and {count - TOLD_MAX:,} more; --reject FILE writes them all", style="red")
    if dry_run:
        say("nothing was kept: this was a dry run", style="yellow")
    if count:
        raise typer.Exit(1)


def _tell_units(words: str, names: Sequence[str]) -> None:
    if names:
        tell(f"{words}: {', '.join(names)}")


@contextmanager
def _hinting(mapping: Path | None) -> Iterator[None]:
    """Tell of mapping files whoever has none, where the columns of a file are not those that are asked for."""
    from paceline.crm.header import BadHeader

    try:
        yield
    except BadHeader as refused:
        if mapping is not None:
            raise
        raise InvalidInput([*refused.faults, Fault("--mapping", MAPPING_HINT)]) from None


# Of the bytes of the file and the rows, how many are done.
Move = Callable[[int, int], None]


@contextmanager
def _bar(file: Path, what: str) -> Iterator[Move]:
    """A progress bar on a terminal; what moves it on."""
    # It alone takes longer to import than most commands need.
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task(what, total=file.stat().st_size, rows=0)
        yield lambda bytes_read, rows: bar.update(task, completed=bytes_read, rows=rows)


def _watched(rows: Any, move: Move) -> Iterator[Any]:
    """The rows, while the bar moves with them."""
    for number, row in enumerate(rows, start=1):
        move(rows.bytes_read, number)
        yield row


def _open(stack: ExitStack, path: Path) -> BinaryIO:
    try:
        return stack.enter_context(path.open("rb"))
    except (OSError, ValueError) as error:
        raise common.unusable(path, "read", error) from None


def _bytes(path: Path) -> bytes:
    with ExitStack() as stack:
        return _open(stack, path).read()


class _Rejects:
    """The file for refused rows, if one is wanted. It is opened once the import is sure to begin."""

    def __init__(self, stack: ExitStack, path: Path | None, source: Path) -> None:
        self._stack, self._path = stack, path
        try:
            if path is not None and path.exists() and path.samefile(source):
                raise InvalidInput.at("reject", f"{path} is the file that is imported: name another one")
        except (OSError, ValueError) as error:
            raise common.unusable(path, "written", error) from None

    def open(self, header: Sequence[str], delimiter: str) -> Callable[[Sequence[Any]], None]:
        """What writes refused rows, under the header of the import."""
        if self._path is None:
            return lambda _rejected: None
        from paceline.crm.importing import RejectFile

        try:
            file = self._stack.enter_context(self._path.open("w", encoding="utf-8", newline=""))
        except OSError as error:
            raise common.unusable(self._path, "written", error) from None
        return RejectFile(file, header, delimiter).write
