"""The commands of the ground: the first as a process of its own, the others inside the test's."""

from tests.cli.conftest import terminal
from tests.cli.terminal import Terminal
from tests.databases import Database
from tests.scenarios.shell import Shell

__all__ = ["terminal"]


def test_settings_are_shown_and_changed(shell: Shell) -> None:
    assert shell("organization", "create", "--name", "Acme", "--time-zone", "Europe/Berlin").out == "acme\n"
    ran = shell("organization", "set", "working_weekdays=0,1,2,3", "on_pace_percent=5", "--reason", "Fridays off")
    told = shell("organization", "show").told
    assert ran.err.startswith("changed Acme: working_weekdays from [0, 1, 2, 3, 4] to [0, 1, 2, 3]")
    assert (told["working_weekdays"], told["on_pace_percent"], told["time_zone"]) == (
        "[0, 1, 2, 3]",
        "5",
        "Europe/Berlin",
    )


def test_bad_settings_are_refused_in_words(terminal: Terminal) -> None:
    terminal("organization", "create", "--name", "Acme")
    for setting, message in {
        "colour=red": "colour=red: write name=value, the name one of name, slug",
        "on_pace_percent=ten": "on_pace_percent: 'ten' is not a whole number",
        "time_zone=Mars": "time_zone: 'Mars' is not a time zone such as Europe/Berlin",
        "working_weekdays=9": "working_weekdays: 9 is not a weekday",
    }.items():
        ran = terminal.run("organization", "set", setting)
        assert ran.code == 2
        assert ran.err.startswith(message)


def test_rates_are_entered_listed_and_removed(terminal: Terminal) -> None:
    terminal("organization", "create", "--name", "Acme", "--currency", "EUR")
    terminal("rate", "set", "usd", "2026-01-01", "0.92")
    assert terminal("rate", "list").out == "USD 2026-01-01 0.92\n"
    assert terminal.run("rate", "set", "EUR", "2026-01-01", "1").code == 2
    terminal("rate", "set", "USD", "2026-01-01", "none")
    assert terminal("rate", "list").out == ""


def test_two_organizations_have_to_be_told_apart(terminal: Terminal) -> None:
    terminal("organization", "create", "--name", "Acme")
    terminal("organization", "create", "--name", "Globex")
    ran = terminal.run("organization", "show")
    assert (ran.code, ran.err) == (2, "say which organization: acme or globex\n")
    assert terminal("organization", "show", "--organization", "globex").told["name"] == "Globex"


def test_verify_finds_and_repairs(terminal: Terminal, committed: Database) -> None:
    terminal("organization", "create", "--name", "Acme")
    assert terminal("verify").err == "ledger, totals and stays agree with the records\n"
    committed.connect(autocommit=True).execute(
        "INSERT INTO daily_total (org_id, metric_id, person_id, day, value) SELECT id, 1, 1, '2026-01-01', 5"
        " FROM org_organization"
    )
    found = terminal.run("verify")
    assert (found.code, found.err) == (1, "1 difference\n")
    assert "daily_total: metric 1, person 1, day 2026-01-01: 5, credited 0" in found.out
    assert terminal.run("verify", "--repair").code == 1
    assert terminal("verify").out == ""


def test_doctor_says_what_is_there(shell: Shell) -> None:
    ran = shell.run("doctor")
    assert ran.code == 0, ran.out
    assert "warn  organizations: There is none yet. Run: paceline organization create --name NAME" in ran.out
