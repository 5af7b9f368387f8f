"""The folders that the private server's account must reach, and nobody else may enter."""

import os
import stat
from hashlib import sha256
from pathlib import Path

from paceline.home import HomeNotUsable
from paceline.postgres.account import Account
from paceline.postgres.errors import PostgresUnavailable

# A socket's whole path must fit in 104 bytes on macOS and 108 on Linux.
SOCKET_PATH_BYTES_MAX = 100


def require_way_in(folder: Path, account: Account) -> None:
    """Refuse a home folder that root's server account cannot pass through, naming what closes it."""
    if not account.dropped or account.can_enter(folder):
        return
    closed = next(path for path in [*reversed(folder.parents), folder] if not account.can_enter(path))
    raise HomeNotUsable(
        f"PostgreSQL does not run as root, and the account {account.name} that it runs as here cannot pass"
        f" through {closed} to the home folder {folder}. Set PACELINE_HOME to a folder that it can reach,"
        f" such as /var/lib/paceline, or open the way: chmod o+x {closed}",
        folder=str(folder),
    )


def socket_folder(folder: Path, account: Account, port: int) -> Path:
    """Where the server's socket is: in the home folder, or in a short folder where that is too deep."""
    near = folder / "run"
    if len(os.fsencode(near / f".s.PGSQL.{port}")) <= SOCKET_PATH_BYTES_MAX:
        return near
    digest = sha256(os.fsencode(folder)).hexdigest()[:16]
    # Not this process's own temporary folder: every process must find the same one.
    return Path(f"/tmp/paceline-{account.uid}-{digest}")  # noqa: S108 - entered only where it is our own


def make_socket_folder(place: Path, account: Account) -> None:
    """Make the socket's folder; PostgresUnavailable where somebody else made it first."""
    try:
        place.mkdir(mode=0o700)
        account.own(place)
    except FileExistsError:
        pass
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise PostgresUnavailable(
            f"{place} must be a folder that {account.name} owns and no other may enter. Remove it."
        )
