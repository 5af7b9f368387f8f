"""Every command says what it does, and a wrong word is answered with how to use it."""

from collections.abc import Iterator

import pytest
import typer

from paceline.cli import app
from tests.cli.terminal import Terminal

COMMANDS = """
apply
assign
audit
backup
board create
board delete
board edit
board list
cascade
demo
doctor
explain
history
import deals
import leads
import people
import rejected
import tasks
metric create
metric edit
metric list
metric retire
metric show
migrate
organization create
organization set
organization show
periods
person create
person edit
person end
person list
person move
plan export
plan import
progress
rate list
rate set
rebalance
records
restore
series
serve
standings
target copy
target create
target delete
target edit
target list
token create
token list
token revoke
token rotate
unassign
uncounted
undo
unit create
unit hang
unit list
unit place
unit rename
user create
user end
user link
user list
user role
verify
worker
"""


def commands() -> Iterator[str]:
    """Every command there is."""

    def below(command, path: str) -> Iterator[str]:
        parts = getattr(command, "commands", None)
        if parts is None:
            yield path
        for name, part in (parts or {}).items():
            yield from below(part, f"{path} {name}".strip())

    yield from below(typer.main.get_command(app), "")


def test_these_are_the_commands() -> None:
    assert sorted(commands()) == COMMANDS.split("\n")[1:-1]


@pytest.mark.parametrize("command", COMMANDS.split("\n")[1:-1])
def test_help(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """It needs no database, and says something of every option."""
    monkeypatch.setenv("COLUMNS", "200")
    ran = Terminal(monkeypatch)(*command.split(), "--help")
    assert f"paceline {command}" in ran.out
    assert ran.err == ""
    found = typer.main.get_command(app)
    for name in command.split():
        found = found.commands[name]  # pyright: ignore[reportAttributeAccessIssue]
    assert found.help
    silent = [each.name for each in found.params if not getattr(each, "help", None)]
    assert silent == []


@pytest.mark.parametrize(
    "group", ["", "import", "metric", "organization", "person", "plan", "rate", "target", "token", "unit"]
)
def test_a_group_alone_shows_its_commands(monkeypatch: pytest.MonkeyPatch, group: str) -> None:
    for arguments in ((), ("--help",)):
        ran = Terminal(monkeypatch).run(*group.split(), *arguments)
        assert "Usage: paceline" in ran.out + ran.err
        assert ran.code == (0 if arguments else 2)


CREATE = ("organization", "create", "--name", "x")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("progres",), "No such command 'progres'"),
        (("metric", "delete"), "No such command 'delete'"),
        (("progress",), "Missing argument 'TARGET'"),
        (("assign", "Q1"), "Missing option '--to'"),
        (("assign", "Q1", "--to"), "Option '--to' requires an argument"),
        (("progress", "Q1", "--colour"), "No such option: --colour"),
        (("progress", "Q1", "Q2"), "Got unexpected extra argument(s) (Q2)"),
        (("progress", "Q1", "--format", "xml"), "'xml' is not one of 'csv', 'json', 'table'"),
        ((*CREATE, "--week-first-day", "9"), "9 is not in the range 0<=x<=6"),
        (
            ("organization", "create", "--name", "x", "--week-first-day", "9" * 5000),
            "Invalid value for '--week-first-day'",
        ),
    ],
)
def test_wrong_usage(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str) -> None:
    monkeypatch.setenv("COLUMNS", "6000")
    ran = Terminal(monkeypatch).run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
