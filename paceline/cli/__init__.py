"""The command line: `paceline ...`. Data goes to standard out, messages to standard error."""

import io
import sys

import psycopg
import typer

from paceline.cli import bring, figures, ground, people, planning, service
from paceline.cli.common import say
from paceline.errors import PacelineError

# Done; done with rejected rows or differences; wrong usage or bad input; the database or the disk failed.
EXIT_DONE, EXIT_PARTLY, EXIT_REFUSED, EXIT_FAILED = 0, 1, 2, 3

app = typer.Typer(
    name="paceline",
    help="Sales targets and quotas, computed live and exactly from CRM records.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for room in (ground, people, bring, planning, figures, service):
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
    except psycopg.errors.NumericValueOutOfRange:
        say("sums of these amounts are beyond any number that is kept: some are far too large", style="red")
        sys.exit(EXIT_REFUSED)
    except (psycopg.Error, OSError) as error:
        say_failure(error)
        sys.exit(EXIT_FAILED)
    except Exception as error:
        # Django's own database errors, whose module cannot be imported before Django is set up.
        if not isinstance(error.__cause__, psycopg.Error):
            raise
        say_failure(error.__cause__)
        sys.exit(EXIT_FAILED)


def say_failure(error: Exception) -> None:
    """Tell that something below failed: what was committed stays, and doing it again goes on from there."""
    say(f"it failed: {str(error).strip()}", style="red")
    say("what was committed stays; run the command again to go on, and `paceline doctor` if it fails again")


def say_refusal(error: PacelineError) -> None:
    """Tell every fault of a refused input on a line of its own."""
    for fault in error.faults:
        say(f"{fault.where}: {fault.message}", style="red")
    if not error.faults:
        say(error.message, style="red")
