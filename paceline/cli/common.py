"""What every command shares: getting ready, the two outputs, and reading what people type."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from paceline.errors import InvalidInput

if TYPE_CHECKING:
    # It brings psycopg along, which a page of help can do without.
    from paceline.facts.scope import Scope


class Output(Console):
    """What is printed as it is given: a name such as Team :star: is no picture."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)

    def on_broken_pipe(self) -> None:
        """Whoever read has enough: the command goes on to its own end, and says nothing more."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


# Results can be piped on; what is said about them cannot get in between.
out = Output()
err = Output(stderr=True)

OrganizationOption = Annotated[
    str | None,
    typer.Option(
        "--organization",
        envvar="PACELINE_ORGANIZATION",
        metavar="SLUG",
        help="The short name of the organization, where there are several.",
    ),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept with the change.")]


# Longer texts are not repeated in a message.
TOLD_CHARACTERS_MAX = 60
NOTHING = "nothing"


def say(text: str, style: str = "") -> None:
    """A message to whoever runs the command."""
    err.print(escape(text), style=style)


def tell(text: str) -> None:
    """A line of data, as it is."""
    out.print(text, markup=False)


def get_ready() -> None:
    """Make PostgreSQL and Django ready, with the tables as this version has them. Raises PacelineError."""
    from paceline import setup

    setup.start()
    from paceline import schema

    schema.check()


@contextmanager
def writing(slug: str | None) -> "Iterator[Scope]":
    """A scope in a transaction that is committed at the end."""
    get_ready()
    from django.db import transaction

    from paceline import edge

    with transaction.atomic():
        yield edge.command_scope(slug)


@contextmanager
def reading(slug: str | None) -> "Iterator[Scope]":
    """A scope in one snapshot."""
    get_ready()
    from paceline import edge

    with edge.reading():
        yield edge.command_scope(slug)


def unusable(path: object, what: str, error: OSError | ValueError) -> InvalidInput:
    """The refusal of a path: `what` cannot be done with it. Python refuses a few paths by itself, as a ValueError."""
    return InvalidInput.at(str(path), f"cannot be {what}: {getattr(error, 'strerror', None) or error}")


def counted(number: int, noun: str) -> str:
    """A number of things, in words."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def say_changes(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """What an edit made of it. A text that would fill the line is only named."""
    told: list[str] = []
    for name, was in old.items():
        if was != new[name]:
            is_short = all(len(each) <= TOLD_CHARACTERS_MAX and each.isprintable() for each in (was, new[name]))
            told.append(f"{name} from {was or NOTHING} to {new[name] or NOTHING}" if is_short else name)
    say(f"changed {what}: {', '.join(told)}" if told else f"{what} was so already")


def say_more(count: int, shown: int, noun: str) -> None:
    """How many there are below a list, and how many of them it leaves out."""
    if count > shown:
        say(f"... and {count - shown:,} more; --limit {count} lists them all", style="yellow")
    say(counted(count, noun), style="dim")


def now() -> datetime:
    """The time at this edge."""
    return datetime.now(UTC)


def day(text: str | None, where: str) -> date | None:
    """A day as people type it. Raises InvalidInput."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput.at(where, f"{text!r} is not a day such as 2026-01-31") from None


def needed_day(text: str, where: str) -> date:
    """A day that must be given. Raises InvalidInput."""
    found = day(text, where)
    if found is None:
        raise InvalidInput.at(where, "give a day such as 2026-01-31")
    return found


def moment(text: str | None, where: str) -> datetime | None:
    """A time with its zone, RFC 3339. Raises InvalidInput."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInput.at(where, f"{text!r} is not a time with its zone such as 2026-01-31T17:00:00+01:00")
    return found
