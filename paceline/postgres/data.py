"""The data folder of the private server: making it, and refusing one that is not for these binaries."""

import os
import shutil
import tempfile
from pathlib import Path

from paceline.postgres.account import Account
from paceline.postgres.binaries import Binaries, read_binaries, system_folders
from paceline.postgres.errors import PostgresDataDiffers, PostgresDidNotStart

# From this version on PostgreSQL brings the C.UTF-8 locale itself, the same on every machine.
BUILTIN_LOCALE_VERSION = 17
USER = "paceline"


def data_version(data: Path) -> str | None:
    """The major version that made the data folder, or nothing where it is yet to be made."""
    try:
        return (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def check_data(data: Path, binaries: Binaries) -> None:
    """Refuse, with PostgresDataDiffers, a data folder that these binaries cannot open."""
    version = data_version(data)
    if version is None:
        if data.exists():
            raise PostgresDataDiffers(
                f"{data} is there, but no PostgreSQL made it. Move it away, or set PACELINE_HOME to another folder."
            )
        return
    if version == str(binaries.major):
        return
    fitting = [folder for folder in system_folders() if _major(folder) == version]
    remedy = f"set PACELINE_POSTGRES_BIN={fitting[0]}" if fitting else f"install PostgreSQL {version}"
    raise PostgresDataDiffers(
        f"The data in {data} was made by PostgreSQL {version}, and the programs in {binaries.folder} are"
        f" version {binaries.version}; they cannot open it. To go on with version {version}, {remedy}."
        f" To move to version {binaries.major}, make a backup with version {version} and restore it into a"
        " new home.",
        data_version=version,
        binaries_version=binaries.version,
    )


def _major(folder: Path) -> str | None:
    found = read_binaries(folder)
    return str(found.major) if found else None


def make_data(data: Path, binaries: Binaries, account: Account, password: str) -> None:
    """Make the data folder: UTF-8, checksums on, and no way in without the password.

    It appears under its name only once it is whole, so that a start that was cut short leaves nothing
    that looks like data.
    """
    said = ""
    for locale in _locales(binaries):
        draft = data.with_name(f"{data.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        account.own(draft)
        said = _initdb(draft, binaries, account, password, locale)
        if not said:
            draft.rename(data)
            return
        shutil.rmtree(draft, ignore_errors=True)
        if "invalid locale" not in said:
            break
    raise PostgresDidNotStart(f"PostgreSQL could not make its data in {data}. It said:\n{said}")


def _initdb(draft: Path, binaries: Binaries, account: Account, password: str, locale: list[str]) -> str:
    """Run initdb; answers what it said where it failed, and nothing where it did not."""
    descriptor, name = tempfile.mkstemp(dir=draft.parent, prefix=".initdb-")
    secret = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(password)
        account.own(secret)
        ran = account.run(
            [
                binaries.program("initdb"),
                f"--pgdata={draft}",
                f"--username={USER}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--data-checksums",
                *locale,
            ]
        )
    finally:
        secret.unlink()
    return ran.stdout if ran.returncode else ""


def _locales(binaries: Binaries) -> list[list[str]]:
    """Locales to try. Code point order everywhere, and letters beyond ASCII have their lower case."""
    if binaries.major >= BUILTIN_LOCALE_VERSION:
        return [["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]]
    return [["--locale=C.UTF-8"], ["--locale=C"]]


def set_password(data: Path, binaries: Binaries, account: Account, password: str) -> None:
    """Give the stopped server a new password, in place of one whose file was lost."""
    ran = account.run(
        [binaries.program("postgres"), "--single", "-D", str(data), "postgres"],
        # The password is made of hexadecimal digits, so that it needs no quoting.
        said=f"ALTER ROLE {USER} PASSWORD '{password}'\n",
    )
    if ran.returncode:
        raise PostgresDidNotStart(f"PostgreSQL could not be given a new password. It said:\n{ran.stdout}")
