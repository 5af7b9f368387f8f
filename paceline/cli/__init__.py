"""The command line: `paceline ...`. Data goes to standard out, messages to standard error."""

import io
import signal
import sys

import typer

from paceline.cli import (
    audit,
    backups,
    boards,
    bring,
    cascading,
    figures,
    ground,
    metrics,
    people,
    periods,
    planning,
    plans,
    previews,
    service,
    showing,
    units,
    users,
)
from paceline.cli.common import say
from paceline.errors import PacelineError

# Done; done with rejected rows or differences; wrong usage or bad input; the database or the disk failed.
EXIT_DONE, EXIT_PARTLY, EXIT_REFUSED, EXIT_FAILED = 0, 1, 2, 3
EXIT_INTERRUPTED = 128 + signal.SIGINT
# Longer lines of help are hard to read.
HELP_CHARACTERS_MAX = 120

app = typer.Typer(
    name="paceline",
    help="Sales targets and quotas, computed live and exactly from CRM records.",
    no_args_is_help=True,
    add_completion=False,
    # Boxes around help and usage take a third of a second to load, and nothing is said by them.
    rich_markup_mode=None,
    context_settings={"max_content_width": HELP_CHARACTERS_MAX},
    pretty_exceptions_enable=False,
)
for room in (
    ground,
    people,
    units,
    users,
    bring,
    metrics,
    planning,
    cascading,
    periods,
    previews,
    plans,
    figures,
    boards,
    audit,
    service,
    backups,
    showing,
):
    room.add_to(app)


def main() -> None:
    """Run the command and exit as the contract says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that knows few characters shows a question mark for the others.
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="paceline")
    except PacelineError as error:
        say_refusal(error)
        sys.exit(EXIT_REFUSED)
    except Exception as error:
        code = _stopped(error)
        if code is not None:
            sys.exit(code)
        failure = _failure(error)
        if failure is None:
            raise
        sys.exit(say_failure(failure))


def _stopped(error: BaseException) -> int | None:
    """The exit code where the process was asked to stop, and what was under way failed by that; None elsewhere."""
    at = error.__context__
    while at is not None:
        if isinstance(at, KeyboardInterrupt):
            return EXIT_INTERRUPTED
        if isinstance(at, SystemExit) and isinstance(at.code, int):
            return at.code
        at = at.__context__
    return None


def _failure(error: Exception) -> Exception | None:
    """What of the database or the disk failed; None for a fault of the program."""
    # Imported for the few commands that fail, not for every page of help.
    import psycopg

    if isinstance(error, psycopg.Error | OSError):
        return error
    # Django's own database errors, whose module cannot be imported before Django is set up.
    return error.__cause__ if isinstance(error.__cause__, psycopg.Error) else None


def say_failure(error: Exception) -> int:
    """Tell that something below failed, and answer the exit code: done again, it goes on from what was committed."""
    from psycopg.errors import NumericValueOutOfRange

    if isinstance(error, NumericValueOutOfRange):
        say("sums of these amounts are beyond any number that is kept: some are far too large", style="red")
        return EXIT_REFUSED
    say(f"it failed: {str(error).strip()}", style="red")
    say("what was committed stays; run the command again to go on, and `paceline doctor` if it fails again")
    return EXIT_FAILED


def say_refusal(error: PacelineError) -> None:
    """Tell every fault of a refused input on a line of its own."""
    for fault in error.faults:
        say(f"{fault.where}: {fault.message}", style="red")
    if not error.faults:
        say(error.message, style="red")
