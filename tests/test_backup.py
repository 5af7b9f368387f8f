"""A backup that is made while somebody writes, and restored: whole, elsewhere, over others, and never by halves."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connections, transaction
from psycopg import sql
from psycopg.conninfo import make_conninfo

from paceline import postgres, setup
from paceline.backup import archive, making, restoring, secrets
from paceline.backup.archive import DUMP, SECRET_KEY, Manifest
from paceline.backup.errors import BackupDamaged, BackupNewer, DatabaseInUse, DatabaseNotEmpty
from paceline.errors import Conflict, InvalidInput, NotFound
from paceline.facts.scope import Scope
from paceline.facts.tenancy import tenant_role
from paceline.postgres import PostgresUnavailable, clients, process
from paceline.postgres.errors import PostgresBinariesMissing
from tests.cli.terminal import Terminal
from tests.conftest import RUN_FOLDER
from tests.databases import Database, DatabaseMaker
from tests.plan.cast import ORGANIZATION, asked, currents, give, hired, quarter, won
from tests.scenarios.shell import REPOSITORY, Shell
from tests.test_postgres import chosen_binaries

NOW = datetime(2025, 2, 15, 12, tzinfo=UTC)
KEY = "k" * 64
WRITTEN_MIN = 5
# A restore that is midway holds at least so many tables for itself alone.
LOCKS_MIDWAY = 40


def silent(_what: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Acme's database, a backup of it, and another database that was empty before it was restored there.

    The other one's login is an ordinary one: it owns the database and may neither make roles nor databases.
    """

    source: Database
    other: Database
    admin: psycopg.Connection
    org_id: int
    target_id: int
    file: Path
    made: Manifest
    migrated: list[str]

    def counts(self, database: Database) -> dict[str, int]:
        with psycopg.connect(make_conninfo(**admins(self.source, database))) as connection:
            return making.count_tables(connection, silent)


def admins(source: Database, database: Database) -> dict[str, str]:
    """How the server's administrator connects to a database."""
    return {**source.parameters, "dbname": database.parameters["dbname"]}


def back_up(database: Database, path: Path, *, overwrite: bool = False) -> Manifest:
    given = {"secret_key": KEY, "overwrite": overwrite, "now": NOW, "progress": silent}
    return making.back_up(database.parameters, path, **given)


def restore(database: Database, path: Path, *, overwrite: bool = False) -> list[str]:
    with database.allowed(), archive.reading(path) as file:
        file.check(silent)
        return restoring.restore(file, overwrite=overwrite, progress=silent)


@contextmanager
def somebody_writing(source: Database, org_id: int) -> Iterator[None]:
    """Deals of one euro are won, one after the other, in a thread with a connection of its own."""
    enough, stop, failed = threading.Event(), threading.Event(), list[BaseException]()

    def write() -> None:
        try:
            with psycopg.connect(make_conninfo(**source.parameters)) as connection:
                number = 0
                while not stop.is_set():
                    won(Scope(org_id, connection, "crm"), f"W{number}", "Sam", 10, 1_00)
                    connection.commit()
                    number += 1
                    if number == WRITTEN_MIN:
                        enough.set()
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            failed.append(error)
            enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        enough.wait()
        yield
    finally:
        stop.set()
        writer.join()
    assert failed == []


@contextmanager
def another_database(source: Database) -> Iterator[tuple[Database, psycopg.Connection]]:
    name, login = f"{source.parameters['dbname']}_other", f"{source.parameters['dbname']}_login"
    names = {"name": sql.Identifier(name), "login": sql.Identifier(login), "role": sql.Identifier(tenant_role(name))}
    with psycopg.connect(make_conninfo(**{**source.parameters, "dbname": "postgres"}), autocommit=True) as admin:
        for make in (
            "CREATE ROLE {login} LOGIN PASSWORD 'plain'",
            "CREATE ROLE {role} NOLOGIN",
            "GRANT {role} TO {login}",
            "CREATE DATABASE {name} OWNER {login} TEMPLATE template0",
        ):
            admin.execute(sql.SQL(make).format(**names))
        try:
            yield Database({**source.parameters, "dbname": name, "user": login, "password": "plain"}), admin
        finally:
            connections.close_all()
            for drop in ("DATABASE {name} WITH (FORCE)", "ROLE {login}", "ROLE {role}"):
                admin.execute(sql.SQL("DROP " + drop).format(**names))  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="module")
def scene(database_maker: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    from paceline import edge

    source, file = database_maker.database(), tmp_path_factory.mktemp("backup") / "acme.backup"
    try:
        with source.allowed():
            with transaction.atomic(), edge.unscoped():
                cast = hired(edge.raw_connection())
                target_id = quarter(cast.scope)
                give(cast.scope, target_id, ORGANIZATION, 900_00)
                won(cast.scope, "D1", "Sam", 10, 500_00)
            connections.close_all()
        with somebody_writing(source, cast.scope.org_id):
            made = back_up(source, file)
        with another_database(source) as (other, admin):
            migrated = restore(other, file)
            yield Scene(source, other, admin, cast.scope.org_id, target_id, file, made, migrated)
    finally:
        database_maker.discard()


def test_it_is_of_one_moment_while_somebody_writes(scene: Scene) -> None:
    from paceline import edge, schema
    from paceline.plan import verification

    before = scene.made.tables["deal"]
    assert WRITTEN_MIN < before < scene.counts(scene.source)["deal"]
    assert scene.counts(scene.other) == scene.made.tables
    assert scene.migrated == []
    with scene.other.allowed(), edge.reading():
        scope = edge.caller_scope(scene.org_id, "tests")
        assert list(verification.differences(scope)) == []
        assert currents(asked(scope, scene.target_id))["Acme"] == 500_00 + (before - 1) * 1_00
        assert schema.pending() == []


def test_the_file(scene: Scene, tmp_path: Path) -> None:
    assert stat.S_IMODE(scene.file.stat().st_mode) == 0o600
    assert [path.name for path in scene.file.parent.iterdir()] == [scene.file.name]
    with archive.reading(scene.file) as file:
        assert file.manifest == scene.made
        assert b"".join(file.chunks(SECRET_KEY)) == KEY.encode()
    with pytest.raises(Conflict, match="--overwrite"):
        back_up(scene.source, scene.file)
    with pytest.raises(InvalidInput, match="is a folder"):
        back_up(scene.source, tmp_path)
    with pytest.raises(InvalidInput, match="cannot be written"):
        back_up(scene.source, tmp_path / "no" / "file")

    def fail(what: str, _done: int, _total: int | None) -> None:
        if what == "dumping":
            raise OSError("the disk is full")

    for name in ("new", "old"):
        path = tmp_path / name
        if name == "old":
            path.write_text("it")
        with pytest.raises(OSError, match="full"):
            making.back_up(scene.source.parameters, path, secret_key=None, overwrite=True, now=NOW, progress=fail)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old", "it")]


def test_what_cannot_be_backed_up(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="nothing to back up"):
        back_up(Database({**scene.source.parameters, "dbname": "postgres"}), tmp_path / "a")
    # Row-level security would hide rows from a login that does not own the tables: it is told, and hides none.
    login = sql.Identifier(scene.other.parameters["user"])
    grant, revoke = "GRANT pg_read_all_data TO {}", "REVOKE pg_read_all_data FROM {}"
    stranger = {**scene.other.parameters, "dbname": scene.source.parameters["dbname"]}
    scene.admin.execute(sql.SQL(grant).format(login))
    try:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            back_up(Database(stranger), tmp_path / "b")
    finally:
        scene.admin.execute(sql.SQL(revoke).format(login))
    with pytest.raises(PostgresUnavailable, match="sslpassword"):
        back_up(Database({**scene.source.parameters, "sslpassword": "x"}), tmp_path / "c")
    with pytest.raises(PostgresBinariesMissing, match=r"PostgreSQL 99 or newer .* only older ones"):
        clients.find_clients(99)
    monkeypatch.setattr(clients, "PROGRAMS", ("no_such_program",))
    with pytest.raises(PostgresBinariesMissing, match="there are none"):
        clients.find_clients(15)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_refused(scene: Scene, tmp_path: Path) -> None:
    whole, path = scene.file.read_bytes(), tmp_path / "damaged"
    manifest = whole.rindex(b'"paceline"')
    changed = [(place, whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]) for place in (5_000, manifest)]
    for what in (b"", b"not a zip", whole[:-1], whole[: len(whole) // 2], *(data for _, data in changed)):
        path.write_bytes(what)
        with pytest.raises(BackupDamaged, match="Copy the file again"):
            restore(scene.other, path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        restore(scene.other, tmp_path / "none")
    # The zip is whole, and its checksums are right; the dump is none, or not that of the manifest.
    write(path, scene.made, b"PGDMP")
    with pytest.raises(psycopg.OperationalError, match="pg_restore failed"):
        restore(scene.other, path, overwrite=True)
    with archive.reading(scene.file) as file:
        dump = b"".join(file.chunks(DUMP))
    write(path, replace(scene.made, tables={**scene.made.tables, "deal": 1}), dump)
    with pytest.raises(BackupDamaged, match="other rows than its manifest says, in deal"):
        restore(scene.other, path, overwrite=True)
    assert scene.counts(scene.other) == scene.made.tables


def write(path: Path, manifest: Manifest, dump: bytes) -> None:
    with archive.writing(path) as draft:
        draft.add(DUMP, [dump])
        draft.finish(manifest)


def test_a_newer_backup_is_refused(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "newer"
    later = {"migrations": [*scene.made.migrations, "plan.9999_later"], "paceline": "9.0.0"}
    for changes, told in ((later, r"Paceline 9\.0\.0, and has plan\.9999_later"), ({"postgres_major": 99}, "is 1")):
        write(path, replace(scene.made, **changes), b"")
        with pytest.raises(BackupNewer, match=told):
            restore(scene.other, path, overwrite=True)
    monkeypatch.setattr(archive, "FORMAT", 2)
    write(path, scene.made, b"")
    monkeypatch.undo()
    with pytest.raises(BackupNewer, match="layout 2"):
        restore(scene.other, path)


def test_what_is_there_is_not_replaced_unasked(scene: Scene) -> None:
    with pytest.raises(DatabaseNotEmpty, match=r"Acme, Globex: .*--overwrite"):
        restore(scene.other, scene.file)
    with (
        psycopg.connect(make_conninfo(**scene.other.parameters, application_name="paceline serve")),
        pytest.raises(DatabaseInUse, match=r"in use by paceline serve \(as .*_login, 1 connection\): stop them"),
    ):
        restore(scene.other, scene.file, overwrite=True)
    assert scene.counts(scene.other) == scene.made.tables


def test_killed_midway_it_leaves_what_was_there(scene: Scene) -> None:
    locks = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND database = %s"
    there = "SELECT count(*) FROM pg_stat_activity WHERE datid = %s"
    name = scene.other.parameters["dbname"]
    ((oid,),) = scene.admin.execute("SELECT oid FROM pg_database WHERE datname = %s", [name]).fetchall()
    with psycopg.connect(make_conninfo(**admins(scene.source, scene.other))) as connection:
        won(Scope(scene.org_id, connection, "crm"), "LATER", "Sam", 10, 1_00)
    before = scene.counts(scene.other)
    assert before != scene.made.tables
    command = [sys.executable, "-m", "paceline", "restore", "--overwrite", str(scene.file)]
    running = subprocess.Popen(command, env=Shell(scene.other.parameters).environment(), cwd=REPOSITORY)
    while scene.admin.execute(locks, [oid]).fetchone() < (LOCKS_MIDWAY,):  # pyright: ignore[reportOptionalOperand]
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    while scene.admin.execute(there, [oid]).fetchone() != (0,):
        time.sleep(0.02)
    assert scene.counts(scene.other) == before

    restore(scene.other, scene.file, overwrite=True)
    assert scene.counts(scene.other) == scene.made.tables


def test_a_backup_of_an_older_version_is_migrated(scene: Scene, tmp_path: Path) -> None:
    """As one was before there were leaderboards."""
    with psycopg.connect(make_conninfo(**admins(scene.source, scene.other))) as connection:
        connection.execute("DROP TABLE board_leaderboard CASCADE")
        boards = connection.execute("DELETE FROM django_migrations WHERE app = 'boards' RETURNING name").fetchall()
    made = back_up(scene.other, tmp_path / "older")
    assert "board_leaderboard" not in made.tables
    done = restore(scene.other, tmp_path / "older", overwrite=True)
    assert done == sorted(f"boards.{name}" for (name,) in boards)
    assert scene.counts(scene.other)["board_leaderboard"] == 0


@pytest.fixture
def empty_home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="b", dir=os.environ[RUN_FOLDER]))
    folder.chmod(0o711)
    yield folder / "home"
    process.stop(folder / "home" / "postgres")
    shutil.rmtree(folder)


@pytest.mark.skipif("PACELINE_TEST_POSTGRES_BIN" in os.environ, reason="as well on any, and it takes long")
def test_into_an_empty_home_by_the_command_line(
    scene: Scene, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "taken"
    with monkeypatch.context() as patch:
        patch.setattr(postgres, "ready", lambda: scene.source.parameters)
        patch.setattr(setup, "end_in_order", lambda: None)
        patch.setattr(secrets, "given", lambda _name: "")
        patch.setattr(secrets, "home", lambda: tmp_path)
        without = Terminal(monkeypatch)("backup", file)
        (tmp_path / "secret_key").write_text(f"{KEY}\n")
        taken = Terminal(monkeypatch)("backup", file, "--overwrite")
    assert re.fullmatch(rf"backed up [\d,]+ rows in \d+ tables to {file}: 0\.\d MB, read back\n", taken.err)
    assert "keep PACELINE_SECRET_KEY with it" in without.err
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PG", "PACELINE_", "DATABASE_"))}
    binaries = str(chosen_binaries().folder)
    environment = {**kept, "PYTHONPATH": str(REPOSITORY), "PACELINE_POSTGRES_BIN": binaries}

    def run(*arguments: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-m", "paceline", *arguments],
            env=environment | {"PACELINE_HOME": str(empty_home)},
            cwd=REPOSITORY,
            check=False,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stderr

    with archive.reading(file) as found:
        count = sum(found.manifest.tables.values())
    assert f"restored {count:,} rows" in run("restore", str(file))
    assert "agree with the records" in run("verify", "--organization", "acme")
    key = empty_home / "secret_key"
    assert (key.read_text().strip(), stat.S_IMODE(key.stat().st_mode)) == (KEY, 0o600)


def test_the_key_of_a_backup(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one in the environment, as here, that of the home folder is nobody's."""
    assert secrets.kept_key() is None
    with archive.reading(scene.file) as file:
        assert "is not the backup's key" in (secrets.put_key(file) or "")
        monkeypatch.setenv("PACELINE_SECRET_KEY", KEY)
        assert secrets.put_key(file) is None
    monkeypatch.delenv("PACELINE_SECRET_KEY")
    monkeypatch.setenv("PACELINE_HOME", str(tmp_path))
    (tmp_path / "secret_key").write_text("mine\n")
    assert secrets.kept_key() == "mine"
    write(tmp_path / "without", scene.made, b"")
    with archive.reading(tmp_path / "without") as file:
        assert "has no secret key" in (secrets.put_key(file) or "")
