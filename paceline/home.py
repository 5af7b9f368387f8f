"""The folder where Paceline keeps its own database and secrets."""

import os
import secrets
import tempfile
from pathlib import Path
from typing import IO

from paceline.errors import PacelineError

SECRET_BYTES = 32
SECRET_KEY_FILE = "secret_key"  # noqa: S105 - the file's name, not what is in it
# Passing through a folder is not reading it: everything in it has its own, tighter mode.
PASS_THROUGH = 0o711
OWNER_ONLY = 0o700


class HomeNotUsable(PacelineError):
    """The home folder cannot be made, entered or written."""

    code = "home_not_usable"
    status = 503


def home() -> Path:
    """The folder named by PACELINE_HOME, or the usual one for this user; it may not exist yet."""
    named = os.environ.get("PACELINE_HOME")
    if named:
        # Resolved, so that every process names the same folder in the same way.
        return Path(named).expanduser().resolve()
    if is_root():
        return Path("/var/lib/paceline")
    data = os.environ.get("XDG_DATA_HOME")
    base = Path(data) if data and Path(data).is_absolute() else Path.home() / ".local" / "share"
    return base / "paceline"


def is_root() -> bool:
    return os.geteuid() == 0


def make_home(folder: Path) -> None:
    """Make the home folder where it is missing.

    The server of root runs under another account, which must be able to pass through; a folder that
    holds other things is never opened for it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            folder.chmod(PASS_THROUGH if is_root() else OWNER_ONLY)
    except OSError as error:
        raise HomeNotUsable(
            f"The home folder {folder} cannot be used ({error.strerror}). Mend its permissions, or set"
            " PACELINE_HOME to a folder that you can write.",
            folder=str(folder),
        ) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise HomeNotUsable(
            f"You may not write in the home folder {folder}. Run as its owner, or set PACELINE_HOME to"
            " a folder that you can write.",
            folder=str(folder),
        )


def secret(folder: Path, name: str, size_bytes: int = SECRET_BYTES) -> str:
    """The secret kept in a file that only its owner reads; made at random where there is none.

    Two processes that make it at once get the same one: the file appears whole, and only once.
    """
    path = folder / name
    try:
        if not path.exists():
            _place(path, secrets.token_hex(size_bytes))
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise HomeNotUsable(
            f"The secret {path} cannot be read ({error.strerror}). Run as its owner.", folder=str(folder)
        ) from error


def replace_secret(folder: Path, name: str, text: str) -> None:
    """Put another secret in the place of the one that is kept, if there is one. Raises OSError."""
    draft = _draft(folder / name, text)
    try:
        draft.replace(folder / name)
    except OSError:
        draft.unlink()
        raise


def open_private(path: Path) -> IO[bytes]:
    """A file to append to that only its owner may read, or lock."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def _place(path: Path, text: str) -> None:
    draft = _draft(path, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _draft(path: Path, text: str) -> Path:
    """A file beside the secret's with its text, that only its owner reads."""
    # mkstemp makes the file with mode 600, before anything is in it.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(draft).unlink()
        raise
    return Path(draft)
