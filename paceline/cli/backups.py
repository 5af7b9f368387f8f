"""Commands that keep the whole database in a file, and bring it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paceline.cli import common
from paceline.cli.common import counted, err, say

if TYPE_CHECKING:
    from paceline.backup.archive import Archive, Manifest, Progress

MEGABYTE = 1_000_000

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: FileArgument,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
) -> None:
    """Back the whole database up into one file, while the service runs. Who has the file has everything in it."""
    from paceline import postgres, setup
    from paceline.backup import making
    from paceline.backup.secrets import kept_key

    setup.end_in_order()
    parameters, key = postgres.ready(), kept_key()
    with _progress() as progress:
        made = making.back_up(
            parameters, file, secret_key=key, overwrite=overwrite, now=common.now(), progress=progress
        )
    say(f"backed up {_told(made)} to {file}: {file.stat().st_size / MEGABYTE:,.1f} MB, read back", style="green")
    if key is None:
        say("the secret key is not in it: keep PACELINE_SECRET_KEY with it", style="yellow")


def restore(
    file: FileArgument,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Put it in the place of the organizations that the database holds.")
    ] = False,
) -> None:
    """Put a backup in the place of the whole database, which nothing else may be using."""
    from paceline.backup import archive
    from paceline.backup.secrets import put_key

    with archive.reading(file) as found:
        with _progress() as progress:
            # Before anything is started that a damaged file is no use for.
            found.check(progress)
            migrated = _restore(found, progress, overwrite=overwrite)
        say(f"restored {_told(found.manifest)} of {found.manifest.made_at}", style="green")
        if migrated:
            say(f"it is of an older version: {counted(len(migrated), 'migration')} applied")
        if warning := put_key(found):
            say(warning, style="yellow")
    say("`paceline verify` computes its figures again from the records, for each organization")


def _restore(found: "Archive", progress: "Progress", *, overwrite: bool) -> list[str]:
    from paceline import setup

    setup.start()
    from paceline.backup import restoring

    return restoring.restore(found, overwrite=overwrite, progress=progress)


def _told(made: "Manifest") -> str:
    return f"{counted(sum(made.tables.values()), 'row')} in {counted(len(made.tables), 'table')}"


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A bar, where somebody watches."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def show(what: str, done: int, total: int | None) -> None:
            told = f"{what}, {done / MEGABYTE:,.0f} MB" if done and total is None else what
            bar.update(task, description=told, completed=done, total=total)

        yield show
