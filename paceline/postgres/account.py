"""Who the private server runs as: this user, or for root an account without rights."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paceline.home import is_root
from paceline.postgres.errors import PostgresUnavailable

# PostgreSQL refuses to run as root. The first two are made by its packages on Linux and by macOS.
ACCOUNT_NAMES = ("postgres", "_postgres", "paceline")
NEW_ACCOUNT_NAME = "paceline"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the machine; `dropped` says that root becomes it to run a program."""

    name: str
    uid: int
    gid: int
    dropped: bool

    def run(self, command: list[str], said: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a program to its end as this account, its output and errors together as text."""
        return subprocess.run(
            command,
            input=said,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **self.process_options(),
        )

    def process_options(self) -> dict[str, Any]:
        """What subprocess needs to run a program as this account, far from this process's surroundings."""
        # The current folder may be closed to the account; a PG* variable would change what programs do.
        surroundings = {key: text for key, text in os.environ.items() if not key.startswith("PG")}
        options: dict[str, Any] = {"cwd": "/", "env": {**surroundings, "LC_ALL": "C"}}
        if self.dropped:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def can_enter(self, folder: Path) -> bool:
        return self._shell('cd "$1"', folder)

    def can_run(self, program: Path) -> bool:
        return self._shell('"$1" --version', program)

    def _shell(self, script: str, path: Path) -> bool:
        return self.run(["/bin/sh", "-c", script, "sh", str(path)]).returncode == 0

    def own(self, path: Path) -> None:
        """Hand a file or folder that this process made to the account."""
        if self.dropped:
            os.chown(path, self.uid, self.gid)


def server_account(data: Path) -> Account:
    """The account that the server of a data folder runs as; for root it is made where there is none."""
    if not is_root():
        user = os.geteuid()
        return Account(_name_of(user), user, os.getegid(), dropped=False)
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(_name_of(owner.st_uid), owner.st_uid, owner.st_gid, dropped=True)
    entry = _existing() or _made()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, dropped=True)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _existing() -> pwd.struct_passwd | None:
    for name in ACCOUNT_NAMES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _made() -> pwd.struct_passwd:
    for program, options in _account_makers().items():
        if shutil.which(program):
            subprocess.run([program, *options, NEW_ACCOUNT_NAME], check=False, capture_output=True)
            if entry := _existing():
                return entry
    raise PostgresUnavailable(
        "PostgreSQL does not run as root, and no account for it could be made. Make a system account"
        f" named {NEW_ACCOUNT_NAME}, or run Paceline as an ordinary user."
    )


def _account_makers() -> Mapping[str, list[str]]:
    return {
        "useradd": ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"],
        "adduser": ["-S", "-D", "-H", "-s", "/sbin/nologin"],
    }
