"""The demo: a sample organization, served, on request with a gentle stream of changes."""

import random
import threading
from typing import Annotated

import typer

from paceline.cli import common
from paceline.cli.common import err, say, tell
from paceline.cli.service import PORT_DEFAULT, PortOption
from paceline.errors import Conflict

# The token of the demo's admin, so that every start takes the same one.
TOKEN_FILE = "demo_token"  # noqa: S105 - the file's name, not what is in it
HOST = "127.0.0.1"
# A gentle stream: enough to see something move, and slow enough to read.
CHANGE_SECONDS = 2.0

LiveOption = Annotated[bool, typer.Option("--live", help="Add a gentle stream of changes.")]
ResetOption = Annotated[bool, typer.Option("--reset", help="Start over: what was changed in the demo is lost.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(demo)


def demo(port: PortOption = PORT_DEFAULT, live: LiveOption = False, reset: ResetOption = False) -> None:
    """Serve a sample organization, made for today at the first start and kept as it is changed."""
    from paceline import serve

    with serve.bind(HOST, port) as bound:
        common.get_ready()
        _prepare(reset=reset)
        password, text = _password(), _token()

        def ready(address: str) -> None:
            from paceline.demo.accounts import WHO

            tell(f"Paceline is ready at {address}")
            say(f"Sign in with the password {password} as")
            for role, (email, _) in WHO.items():
                say(f"  {email} ({role})")
            say(f"Programs call the API with the token {text}")
            say("`paceline demo --live` adds changes, `--reset` starts over, Ctrl-C stops", style="dim")
            if live:
                threading.Thread(target=_change, daemon=True, name="changes").start()

        serve.run(bound, ready)


def _prepare(*, reset: bool) -> None:
    from paceline import edge, schema
    from paceline.demo import company, load
    from paceline.org.models import Organization

    with edge.unscoped():
        are_others = Organization.objects.exclude(slug=company.SLUG).exists()
    if are_others:
        raise Conflict(
            "there are organizations of yours in this database: set PACELINE_HOME to another folder for the demo"
        )
    if reset:
        schema.clear()
    if not load.is_loaded():
        _load()


def _load() -> None:
    from rich.progress import BarColumn, Progress, TextColumn

    from paceline import edge
    from paceline.demo import load
    from paceline.demo.moment import today_at

    now = common.now()
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), console=err, transient=True, disable=not err.is_terminal
    )
    with bar:
        task = bar.add_task("making a sample organization", total=None)
        load.load(
            edge.raw_connection(),
            today_at(now),
            now,
            lambda what, done, total: bar.update(task, description=what, completed=done, total=total),
        )


def _password() -> str:
    """The password of the demo's accounts."""
    from paceline import edge, home
    from paceline.demo import accounts, company

    return edge.in_transaction(lambda: accounts.prepare(edge.command_scope(company.SLUG), home.home()))


def _token() -> str:
    """The text of the admin's token: the one of the start before, if it is good still."""
    from paceline import edge, home
    from paceline.demo import company
    from paceline.demo.accounts import ADMIN
    from paceline.org.actions import tokens

    path = home.home() / TOKEN_FILE
    now = common.now()
    if path.exists():
        text = path.read_text(encoding="ascii").strip()
        try:
            tokens.token_of(text, now)
        except tokens.NotSignedIn:
            path.unlink()
        else:
            return text

    def create() -> str:
        scope = edge.command_scope(company.SLUG)
        return tokens.create_token(scope, email=ADMIN, token_scope="admin", now=now)[1]  # noqa: S106 - its sort, not its text

    text = edge.in_transaction(create)
    home.make_home(home.home())
    with home.open_private(path) as file:
        file.write(f"{text}\n".encode())
    return text


def _change() -> None:
    """Make a change every now and then, until the process ends."""
    from paceline import edge
    from paceline.demo import company, stream

    chance = random.Random()  # noqa: S311 - which deal closes next is no secret
    waiting = threading.Event()
    while not waiting.wait(CHANGE_SECONDS):
        now = common.now()
        told = edge.in_transaction(lambda now=now: stream.next_change(chance, edge.command_scope(company.SLUG), now))
        if told:
            say(told, style="dim")
