"""The private server: started, shared, killed and started again, as root and as an ordinary user."""

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from paceline import postgres
from paceline.home import HomeNotUsable
from paceline.postgres import PostgresUnavailable, Server, binaries, process
from paceline.postgres.account import server_account
from paceline.postgres.binaries import Binaries, find_binaries, read_binaries
from paceline.postgres.errors import (
    PostgresBinariesMissing,
    PostgresDataDiffers,
    PostgresDidNotStart,
    PostgresTooOld,
)
from tests.commands import ORDINARY_USER, Command
from tests.conftest import RUN_FOLDER

IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root runs its server as another account")
RunCommand = Callable[..., Command]


def chosen_binaries() -> Binaries:
    """Those of this run of the suite."""
    named = os.environ.get("PACELINE_TEST_POSTGRES_BIN")
    found = read_binaries(Path(named)) if named else find_binaries()
    assert found
    return found


@pytest.fixture(params=[None, ORDINARY_USER] if IS_ROOT else [None], ids=lambda user: user or "self")
def user(request: pytest.FixtureRequest) -> str | None:
    return request.param


@pytest.fixture
def outside() -> Iterator[Path]:
    """An empty folder that other accounts can pass through, with a short name."""
    folder = Path(tempfile.mkdtemp(prefix="p", dir=os.environ[RUN_FOLDER]))
    folder.chmod(0o711)
    yield folder
    for running in [*folder.rglob("postmaster.pid")]:
        process.stop(running.parent)
    shutil.rmtree(folder)


@pytest.fixture
def home(outside: Path, user: str | None) -> Path:
    """A home folder of the user, yet empty."""
    folder = outside / "home"
    folder.mkdir()
    if user:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


@pytest.fixture
def run_command(home: Path, user: str | None) -> Iterator[RunCommand]:
    """Runs a command in the home folder as the user; those still running are killed after the test."""
    commands: list[Command] = []

    def run(folder: Path = home, **environment: str) -> Command:
        environment.setdefault("PACELINE_POSTGRES_BIN", str(chosen_binaries().folder))
        commands.append(Command(folder, user, environment))
        return commands[-1]

    yield run
    for command in commands:
        if command.process.poll() is None:
            command.stop(signal.SIGKILL)
        for pipe in (command.process.stdin, command.process.stdout, command.process.stderr):
            if pipe:
                pipe.close()


def server_pid(home: Path) -> int | None:
    found = process.running(home / "postgres")
    return found.pid if found else None


def test_fresh_start(home: Path, user: str | None, run_command: RunCommand) -> None:
    command = run_command()
    parameters = command.answer()
    assert parameters["host"] == str(home / "run")
    assert command.ask("SELECT current_user, current_database()") == ["paceline", "paceline"]
    settings = {
        "server_encoding": "UTF8",
        "data_checksums": "on",
        "listen_addresses": "",
        "fsync": "on",
        "timezone": "UTC",
        "password_encryption": "scram-sha-256",
    }
    for name, setting in settings.items():
        assert command.ask(f"SHOW {name}") == [setting]
    assert command.ask("SELECT lower('ÄÉ'), 'Z' < 'a'") == ["äé", True]
    assert command.end() == 0
    assert server_pid(home) is None


def test_nobody_else_gets_in(home: Path, user: str | None, run_command: RunCommand) -> None:
    command = run_command()
    parameters = command.answer()
    for name in ("postgres", "run"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o700
    for name in ("postgres.password", "postgres.log", "postgres.users.lock", "postgres.start.lock"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == (0o711 if IS_ROOT and user is None else 0o700)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(make_conninfo(**{**parameters, "password": ""}))


def test_commands_share_one_server(home: Path, run_command: RunCommand) -> None:
    first = run_command()
    first.answer()
    pid = server_pid(home)
    second = run_command()
    second.answer()
    assert server_pid(home) == pid
    first.end()
    assert server_pid(home) == pid
    assert second.ask("SELECT 1") == [1]
    second.end()
    assert server_pid(home) is None


def test_commands_that_start_at_once_share_one_server(home: Path, run_command: RunCommand) -> None:
    commands = [run_command() for _ in range(4)]
    passwords = {command.answer()["password"] for command in commands}
    assert len(passwords) == 1
    assert [command.ask("SELECT 1") for command in commands] == [[1]] * 4
    assert [command.end() for command in commands] == [0] * 4
    assert server_pid(home) is None


def test_restart_keeps_data(run_command: RunCommand) -> None:
    first = run_command()
    first.answer()
    first.ask("CREATE TABLE kept AS SELECT 42 AS value")
    first.end()
    second = run_command()
    second.answer()
    assert second.ask("SELECT value FROM kept") == [42]


def test_sigterm_stops_the_server(home: Path, run_command: RunCommand) -> None:
    command = run_command()
    command.answer()
    assert command.stop(signal.SIGTERM) == 143
    assert server_pid(home) is None


def test_killed_command_leaves_its_server_to_the_next(home: Path, run_command: RunCommand) -> None:
    first = run_command()
    first.answer()
    pid = server_pid(home)
    first.stop(signal.SIGKILL)
    second = run_command()
    second.answer()
    assert server_pid(home) == pid
    second.end()
    assert server_pid(home) is None


def test_killed_server_starts_again_with_its_data(home: Path, run_command: RunCommand) -> None:
    first = run_command()
    first.answer()
    first.ask("CREATE TABLE kept AS SELECT 42 AS value")
    pid = server_pid(home)
    assert pid
    os.kill(pid, signal.SIGKILL)
    second = run_command()
    second.answer()
    assert server_pid(home) not in (pid, None)
    assert second.ask("SELECT value FROM kept") == [42]
    assert first.ask("SELECT value FROM kept") == [42]


def test_everything_killed_at_once(home: Path, run_command: RunCommand) -> None:
    first = run_command()
    first.answer()
    pid = server_pid(home)
    assert pid
    first.stop(signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    second = run_command()
    second.answer()
    assert second.ask("SELECT 1") == [1]
    assert second.end() == 0
    assert server_pid(home) is None


def test_stale_pid_file_of_another_program(home: Path, run_command: RunCommand) -> None:
    """After a restart of the machine, the number in the file may be anyone's, even of the same user."""
    first = run_command()
    first.answer()
    lines = (home / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    first.end()
    owner = (home / "postgres").stat()
    as_owner = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if IS_ROOT else {}
    with subprocess.Popen(["/bin/sleep", "60"], **as_owner) as other:
        stale = home / "postgres" / "postmaster.pid"
        stale.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n", encoding="utf-8")
        os.chown(stale, owner.st_uid, owner.st_gid)
        assert server_pid(home) is None
        second = run_command()
        second.answer()
        assert second.ask("SELECT 1") == [1]
        assert other.poll() is None
        other.kill()


def test_data_of_another_version_is_refused_and_left_alone(home: Path, run_command: RunCommand) -> None:
    first = run_command()
    first.answer()
    first.end()
    (home / "postgres" / "PG_VERSION").write_text("12\n", encoding="ascii")
    second = run_command()
    refusal = second.answer()
    assert refusal["code"] == "postgres_data_differs"
    assert "made by PostgreSQL 12" in refusal["message"]
    assert second.end() == 3
    (home / "postgres" / "PG_VERSION").write_text(f"{chosen_binaries().major}\n", encoding="ascii")
    third = run_command()
    third.answer()
    assert third.ask("SELECT 1") == [1]


def test_start_that_was_cut_short_leaves_no_trouble(home: Path, user: str | None, run_command: RunCommand) -> None:
    draft = home / "postgres.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("12\n", encoding="ascii")
    if user:
        os.chown(draft, pwd.getpwnam(user).pw_uid, -1)
    command = run_command()
    command.answer()
    assert command.ask("SELECT 1") == [1]
    assert not draft.exists()


def test_lost_password_is_replaced(home: Path, run_command: RunCommand) -> None:
    first = run_command()
    lost = first.answer()["password"]
    first.ask("CREATE TABLE kept AS SELECT 42 AS value")
    first.end()
    (home / "postgres.password").unlink()
    second = run_command()
    assert second.answer()["password"] != lost
    assert second.ask("SELECT value FROM kept") == [42]


def test_deep_home_has_its_socket_in_a_short_folder(home: Path, user: str | None, run_command: RunCommand) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    command = run_command(deep)
    socket_folder = Path(command.answer()["host"])
    assert len(str(socket_folder)) < 60
    assert command.ask("SELECT 1") == [1]
    found = socket_folder.stat()
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid == (deep / "postgres").stat().st_uid
    command.end()
    shutil.rmtree(socket_folder)


def test_socket_folder_of_somebody_else_is_not_entered(outside: Path) -> None:
    server = Server(outside / ("d" * 90), chosen_binaries())
    place = Path(server.parameters["host"]) if server.folder.mkdir() is None else None
    assert place
    place.mkdir()
    place.chmod(0o755)
    try:
        with pytest.raises(PostgresUnavailable, match="no other may enter"):
            server.join()
        assert not server.data.exists()
    finally:
        place.rmdir()
        server.leave()


def test_folder_that_is_no_data_is_left_alone(outside: Path) -> None:
    precious = outside / "postgres" / "precious"
    precious.parent.mkdir()
    precious.write_text("mine", encoding="ascii")
    server = Server(outside, chosen_binaries())
    with pytest.raises(PostgresDataDiffers, match="no PostgreSQL made it"):
        server.join()
    server.leave()
    assert precious.read_text(encoding="ascii") == "mine"


def test_server_that_cannot_start_says_why(outside: Path) -> None:
    server = Server(outside / "home", chosen_binaries(), {"shared_buffers": "nonsense"})
    with pytest.raises(PostgresDidNotStart, match='invalid value for parameter "shared_buffers"'):
        server.join()
    server.leave()


@needs_root
def test_home_that_the_account_cannot_reach(outside: Path) -> None:
    closed = outside / "closed"
    closed.mkdir(mode=0o700)
    server = Server(closed / "home", chosen_binaries())
    with pytest.raises(HomeNotUsable, match=f"cannot pass through {closed} to"):
        server.join()
    server.leave()
    assert not server.data.exists()


@needs_root
def test_a_full_home_is_not_opened_to_others(outside: Path) -> None:
    """Root's own folder stays closed when it is named as the home by mistake."""
    closed = outside / "closed"
    closed.mkdir(mode=0o700)
    (closed / "mail").touch()
    server = Server(closed, chosen_binaries())
    with pytest.raises(HomeNotUsable, match="cannot pass"):
        server.join()
    server.leave()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@needs_root
def test_wheel_out_of_reach_is_copied_once(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = binaries.wheel_folder()
    if wheel is None:
        pytest.skip("the wheel is not installed")
    closed = outside / "closed"
    closed.mkdir(mode=0o700)
    for folder in (wheel.parents[1], wheel.parents[2] / binaries.WHEEL_LIBRARIES):
        if folder.exists():
            shutil.copytree(folder, closed / folder.name, symlinks=True)
    installed = closed / wheel.parents[1].name / "pginstall"
    monkeypatch.setattr(binaries, "wheel_folder", lambda: installed / "bin")
    place = outside / "home" / "binaries"
    for _ in range(2):
        server = Server(outside / "home", find_binaries())
        parameters = server.join()
        with psycopg.connect(make_conninfo(**parameters)) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        server.leave()
        assert [path.name for path in place.iterdir()] == [version(binaries.WHEEL)]
        # A second copy would lack what the first has.
        shutil.rmtree(installed / "share" / "extension", ignore_errors=True)
    assert [*place.glob("*/*/pginstall/share/extension/btree_gist.control")]


@needs_root
def test_root_runs_its_server_without_rights(outside: Path) -> None:
    account = server_account(outside / "postgres")
    assert account.dropped
    assert account.uid != 0
    assert account.run(["/usr/bin/id", "-u"]).stdout.strip() == str(account.uid)


def test_named_binaries_must_be_there(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACELINE_POSTGRES_BIN", str(outside))
    with pytest.raises(PostgresBinariesMissing, match="no PostgreSQL server that runs here"):
        find_binaries()


def imitation(folder: Path, version: str) -> Path:
    """A folder of programs that only tell their version."""
    folder.mkdir()
    for name in binaries.PROGRAMS:
        (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n", encoding="ascii")
        (folder / name).chmod(0o755)
    return folder


def test_old_binaries_are_refused_and_the_newest_is_found(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = imitation(outside / "14", "14.11 (Debian 14.11-1)")
    new = imitation(outside / "16", "16.3")
    beta = imitation(outside / "19", "19beta1")
    monkeypatch.setattr(binaries, "wheel_folder", lambda: None)
    monkeypatch.setattr(binaries, "system_folders", lambda: [outside / "none", old, new])
    assert find_binaries() == Binaries(new, "16.3")
    found = read_binaries(beta)
    assert found
    assert found.major == 19
    monkeypatch.setattr(binaries, "system_folders", lambda: [old])
    with pytest.raises(PostgresBinariesMissing, match=r"version 14\.11"):
        find_binaries()
    monkeypatch.setenv("PACELINE_POSTGRES_BIN", str(old))
    with pytest.raises(PostgresBinariesMissing, match=r"names PostgreSQL 14\.11"):
        find_binaries()


def test_database_url_is_used_as_it_is(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(outside / "home", chosen_binaries())
    parameters = server.join()
    try:
        url = "postgresql://{user}:{password}@/{dbname}?host={host}&port={port}&application_name=x".format(**parameters)
        monkeypatch.setenv("DATABASE_URL", url)
        assert postgres.ready() == {**parameters, "application_name": "x"}
        monkeypatch.setattr(postgres, "VERSION_MIN", 99)
        with pytest.raises(PostgresTooOld, match="99 or newer is needed"):
            postgres.ready()
    finally:
        server.leave()
    with pytest.raises(PostgresUnavailable, match="does not answer"):
        postgres.ready()
    monkeypatch.setenv("DATABASE_URL", "a database somewhere")
    with pytest.raises(PostgresUnavailable, match="cannot be read"):
        postgres.ready()


def test_joining_twice_is_joining_once(outside: Path) -> None:
    server = Server(outside / "home", chosen_binaries())
    assert server.join() == server.join()
    server.leave()
    server.leave()
    assert process.running(server.data) is None


def test_long_log_is_put_aside(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_BYTES_MAX", 1)
    server = Server(outside / "home", chosen_binaries())
    for _ in range(2):
        server.join()
        server.leave()
    assert server.log.with_name("postgres.log.1").exists()


def test_time_to_join_a_running_server(outside: Path) -> None:
    """Commands are many and short: joining must not be what one waits for."""
    holder = Server(outside / "home", chosen_binaries())
    holder.join()
    other = Server(outside / "home", holder.binaries)
    began = time.monotonic()
    other.join()
    assert time.monotonic() - began < 2
    other.leave()
    assert process.running(holder.data)
    holder.leave()
    assert json.dumps(holder.parameters)
