"""Members by commands: made with a password, a link or the account they have; listed, given roles, ended."""

from pathlib import Path

import pytest
from django.db import transaction

from tests.cli.conftest import PEOPLE
from tests.cli.terminal import Terminal
from tests.org.cast import changes

PASSWORD = "a pump in the harbour\n"
ADMIN = ("user", "create", "--email", "rosa@acme.example", "--password-stdin")


@pytest.fixture
def rosa(terminal: Terminal, tmp_path: Path) -> Terminal:
    """Acme and its people, of whom Rosa is the first member."""
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    terminal("organization", "create", "--name", "Acme")
    terminal("import", "people", people)
    assert terminal(*ADMIN, given=PASSWORD).err == "rosa@acme.example is admin, who is Rosa of the people\n"
    return terminal


def test_members_are_made_listed_and_ended(rosa: Terminal) -> None:
    made = rosa("user", "create", "--email", "Boss@Other.example", "--role", "manager", "--person", "Tariq", "--link")
    assert made.out.startswith("http://127.0.0.1:8000/account/password/new/")
    assert made.err == "boss@other.example is manager, who is Tariq of the people\n"
    assert rosa("user", "list").out.splitlines() == [
        "rosa@acme.example: admin, who is Rosa of the people (last signed in: never)",
        "boss@other.example: manager, who is Tariq of the people (last signed in: never)",
    ]
    rosa("user", "role", "boss@other.example", "viewer", "--reason", "away")
    rosa("user", "end", "boss@other.example")
    assert rosa("user", "list").out.count("\n") == 1
    # Who comes back has the account that they had.
    again = rosa("user", "create", "--email", "boss@other.example", "--role", "rep")
    assert again.err == "boss@other.example is rep, with the account and the password that they have\n"


def test_every_change_of_a_member_is_in_the_trail(rosa: Terminal) -> None:
    from paceline import edge

    rosa("user", "create", "--email", "sam@acme.example", "--role", "rep", "--link")
    rosa("user", "role", "sam@acme.example", "viewer", "--reason", "left sales")
    rosa("user", "end", "sam@acme.example")
    with transaction.atomic():
        scope = edge.command_scope()
        made, changed, ended = (changes(scope, f"{verb}_member") for verb in ("create", "change", "end"))
    ((kind, old, new, _), *_) = made[1:]
    assert (kind, old, new["email"], new["role"]) == ("member", None, "sam@acme.example", "rep")
    assert changed == [("member", {"role": "rep"}, {"role": "viewer"}, "left sales")]
    ((_, old, new, _),) = ended
    assert old == {"ended_at": None}
    assert new["ended_at"]


def test_there_is_always_an_admin(rosa: Terminal) -> None:
    told = "rosa@acme.example is the only admin: make another one first"
    assert rosa.refused("user", "end", "rosa@acme.example") == told
    assert rosa.refused("user", "role", "rosa@acme.example", "rep") == told
    rosa("user", "create", "--email", "tariq@acme.example", "--role", "admin", "--link")
    rosa("user", "role", "rosa@acme.example", "rep")
    assert "the only admin" in rosa.refused("user", "end", "tariq@acme.example")


def test_what_is_wrong_is_told_at_once(rosa: Terminal) -> None:
    told = rosa.refused("user", "create", "--email", "nobody", "--role", "boss", "--password-stdin", given="123\n")
    assert [line.partition(":")[0] for line in told.splitlines()] == ["email", "role", "password", "password"]
    assert "give admin, manager, rep or viewer" in rosa.refused("user", "create", "--email", "a@b.example", "--link")
    assert "is a member already" in rosa.refused("user", "create", "--email", "rosa@acme.example", "--role", "rep")
    as_rosa = ("user", "create", "--email", "a@b.example", "--role", "rep", "--link", "--person", "Rosa")
    assert rosa.refused(*as_rosa) == "Rosa is another member's person"
    assert "no terminal to ask on" in rosa.refused("user", "create", "--email", "a@b.example", "--role", "rep")
    assert "`paceline user list`" in rosa.refused("user", "end", "sam@acme.example")


def test_a_link_sets_a_password_once(rosa: Terminal) -> None:
    from tests.accounts.browser import Browser

    path = rosa("user", "link", "rosa@acme.example").out.strip().removeprefix("http://127.0.0.1:8000")
    browser = Browser()
    form = browser.get(path).url
    done = browser.send(form, password1="another pump entirely", password2="another pump entirely")
    assert done.url == "/account/password/new/done"
    assert "used up" in Browser().get(path).content.decode()
    browser.sign_in(password="another pump entirely")
    assert browser.is_in
