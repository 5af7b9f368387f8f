"""The doctor names what is wrong and how to mend it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from paceline import doctor
from paceline.doctor import examine
from paceline.doctor.check import Check, Grade
from paceline.doctor.service import SECRET_FILES, examine_service
from paceline.postgres import PostgresUnavailable, binaries
from tests.conftest import RUN_FOLDER
from tests.databases import Database


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="d", dir=os.environ[RUN_FOLDER]))
    monkeypatch.setenv("PACELINE_HOME", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def installed(committed: Database, home: Path, monkeypatch: pytest.MonkeyPatch) -> psycopg.Connection:
    """An installation whose PostgreSQL is the one of the tests."""
    monkeypatch.setattr(doctor, "ready", lambda: committed.parameters)
    monkeypatch.setattr(doctor, "set_up_django", lambda _: None)
    return committed.connect(autocommit=True)


def by_name() -> dict[str, Check]:
    return {check.name: check for check in examine()}


def grades() -> dict[str, Grade]:
    return {name: check.grade for name, check in by_name().items()}


def test_new_installation(installed: psycopg.Connection) -> None:
    assert grades() == {
        "python": Grade.OK,
        "home": Grade.OK,
        "secrets": Grade.OK,
        "space": Grade.OK,
        "binaries": Grade.OK,
        "server": Grade.OK,
        "version": Grade.OK,
        "encoding": Grade.OK,
        # The tests' own server gives durability up.
        "durability": Grade.WARN,
        "btree_gist": Grade.OK,
        "migrations": Grade.OK,
        "tenancy": Grade.OK,
        "organizations": Grade.WARN,
        "transport": Grade.OK,
        "hosts": Grade.OK,
        "proxies": Grade.OK,
        # And their key is none.
        "secret_key": Grade.WARN,
        "secret_files": Grade.OK,
        "mail": Grade.OK,
    }


LONG_KEY = "0123456789" * 5


def of_service(hosts: str = "localhost,127.0.0.1,[::1]", key: str = LONG_KEY) -> dict[str, str]:
    """What the checks of the service warn of."""
    return {each.name: each.message for each in examine_service(hosts.split(","), key) if each.grade is Grade.WARN}


@pytest.mark.parametrize(
    ("given", "hosts", "warned"),
    [
        ({}, "localhost", ""),
        ({}, "paceline.example.com", "transport"),
        ({"PACELINE_PLAIN_HTTP": "1"}, "paceline.example.com", "transport"),
        ({"PACELINE_TLS": "1", "PACELINE_PROXIES": "10.0.0.5, 10.1.0.0/16,fd00::/8"}, "paceline.example.com", ""),
        ({"PACELINE_TLS": "1", "PACELINE_PROXIES": "10.0.0.5"}, "*", "hosts"),
        ({"PACELINE_TLS": "1"}, "paceline.example.com", "proxies"),
        ({"PACELINE_TLS": "1", "PACELINE_PROXIES": "*"}, "paceline.example.com", "proxies"),
        ({"PACELINE_TLS": "1", "PACELINE_PROXIES": "10.0.0.5,0.0.0.0/0"}, "paceline.example.com", "proxies"),
        ({"PACELINE_TLS": "1", "PACELINE_PROXIES": "::/0"}, "paceline.example.com", "proxies"),
        ({"PACELINE_MAIL_URL": "smtp+plain://mail.example.com"}, "localhost", "mail"),
        ({"PACELINE_MAIL_URL": "smtp+plain://127.0.0.1:2525"}, "localhost", ""),
        ({"PACELINE_MAIL_URL": "smtp://u:p@mail.example.com"}, "localhost", ""),
    ],
)
def test_settings_that_are_not_safe(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], hosts: str, warned: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert list(of_service(hosts)) == [each for each in [warned] if each]


@pytest.mark.parametrize("key", ["short", "a" * 64, LONG_KEY[:49]])
def test_a_key_that_can_be_guessed(key: str) -> None:
    assert list(of_service(key=key)) == ["secret_key"]
    assert key not in of_service(key=key)["secret_key"]


def test_a_file_of_secrets_that_everybody_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mail_url"
    monkeypatch.setenv(SECRET_FILES[0], str(file))
    assert list(of_service()) == ["mail"]
    monkeypatch.setenv("PACELINE_SSO_FILE", str(tmp_path / "none"))
    file.touch(mode=0o644)
    assert of_service()["secret_files"].endswith(f"chmod o-rwx {file}")
    file.chmod(0o640)
    assert of_service() == {}
    # Those that the file of the providers names are secrets too.
    providers, secret = tmp_path / "sso.toml", tmp_path / "oidc"
    providers.write_text(f'[[provider]]\nclient_secret_file = "{secret}"\n')
    providers.chmod(0o600)
    secret.touch(mode=0o644)
    monkeypatch.setenv("PACELINE_SSO_FILE", str(providers))
    assert of_service()["secret_files"].endswith(f"chmod o-rwx {secret}")


def test_migrations_that_wait(installed: psycopg.Connection) -> None:
    installed.execute("DELETE FROM django_migrations WHERE app = 'contenttypes'")
    assert by_name()["migrations"] == Check("migrations", Grade.OK, "2 are waiting; the next command applies them.")


def test_migrations_that_wait_on_a_server_of_somebody_elses(
    installed: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "is_private", lambda: False)
    installed.execute("DELETE FROM django_migrations WHERE app = 'contenttypes'")
    found = by_name()["migrations"]
    assert found == Check("migrations", Grade.FAIL, "2 are waiting. Run: paceline migrate")


def test_secret_that_others_may_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch)
    (home / "secret_key").touch(mode=0o644)
    found = by_name()["secrets"]
    assert found.grade is Grade.FAIL
    assert found.message.endswith(f"chmod 600 {home / 'secret_key'}")


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def ready() -> dict[str, str]:
        raise PostgresUnavailable("It is broken.")

    monkeypatch.setattr(doctor, "ready", ready)


def test_server_that_does_not_start_ends_the_examination(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch)
    assert [*examine()][-1] == Check("server", Grade.FAIL, "It is broken.")


@pytest.mark.parametrize(
    ("free", "grade"), [(2**40, Grade.OK), (doctor.SPACE_BYTES_MIN, Grade.WARN), (1000, Grade.FAIL)]
)
def test_space(home: Path, monkeypatch: pytest.MonkeyPatch, free: int, grade: Grade) -> None:
    refuse(monkeypatch)
    usage = shutil.disk_usage(home)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage._replace(free=free))
    assert grades()["space"] is grade


def test_home_that_is_a_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").touch()
    monkeypatch.setenv("PACELINE_HOME", str(home / "file"))
    assert [*grades().items()] == [("python", Grade.OK), ("home", Grade.FAIL)]


def test_home_that_is_not_there_is_no_fault(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch)
    monkeypatch.setenv("PACELINE_HOME", str(home / "new"))
    found = by_name()
    assert found["home"].grade is Grade.OK
    assert not (home / "new").exists()


def test_data_of_another_version(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch)
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("12\n", encoding="ascii")
    found = by_name()["binaries"]
    assert found.grade is Grade.FAIL
    assert "made by PostgreSQL 12" in found.message


def test_no_binaries(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch)
    monkeypatch.setattr(binaries, "wheel_folder", lambda: None)
    monkeypatch.setattr(binaries, "system_folders", list)
    assert grades()["binaries"] is Grade.FAIL


def test_binaries_are_not_looked_for_with_a_server_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch)
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    assert "binaries" not in grades()


def test_old_and_unknown_versions() -> None:
    assert doctor._version(18).grade is Grade.OK
    assert doctor._version(99).grade is Grade.WARN


@pytest.mark.parametrize(
    ("options", "grade"),
    [
        (" ENCODING 'LATIN1' LOCALE 'C'", Grade.FAIL),
        (" ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'", Grade.WARN),
    ],
)
def test_encodings(committed: Database, options: LiteralString, grade: Grade) -> None:
    name = f"{committed.parameters['dbname']}_other"
    maintenance = committed.connect(autocommit=True)
    make = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    maintenance.execute(make + sql.SQL(options))
    try:
        with psycopg.connect(make_conninfo(**{**committed.parameters, "dbname": name})) as connection:
            assert doctor._encoding(connection).grade is grade
    finally:
        maintenance.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
