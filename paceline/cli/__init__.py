"""The command line: `paceline ...`. Data goes to standard out, messages to standard error."""

import sys

import typer

from paceline.cli import bring, figures, ground, people, planning
from paceline.cli.common import say
from paceline.errors import PacelineError

# Done; done with rejected rows or differences; wrong usage or bad input.
EXIT_DONE, EXIT_PARTLY, EXIT_REFUSED = 0, 1, 2

app = typer.Typer(
    name="paceline",
    help="Sales targets and quotas, computed live and exactly from CRM records.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for room in (ground, people, bring, planning, figures):
    room.add_to(app)


def main() -> None:
    """Run the command and exit as the contract says."""
    try:
        app()
    except PacelineError as error:
        say_refusal(error)
        sys.exit(EXIT_REFUSED)


def say_refusal(error: PacelineError) -> None:
    """Tell every fault of a refused input on a line of its own."""
    for fault in error.faults:
        say(f"{fault.where}: {fault.message}", style="red")
    if not error.faults:
        say(error.message, style="red")
