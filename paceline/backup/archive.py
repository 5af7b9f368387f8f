"""The file of a backup: a zip of the dump, the secret key and a manifest, which is whole or does not get its name."""

import json
import os
import struct
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from paceline.backup.errors import BackupDamaged, BackupNewer
from paceline.errors import Conflict, InvalidInput

# Of this layout; a later one gets the next number.
FORMAT = 1
DUMP, SECRET_KEY, MANIFEST = "database.dump", "secret_key", "manifest.json"
# A hundred names of tables and migrations; what says it is larger is no manifest.
MANIFEST_BYTES_MAX = 2**20
CHUNK_BYTES = 2**18
# What reading a zip that was changed, or JSON that is another's, can come to.
_FAULTS = (BadZipFile, EOFError, RuntimeError, LookupError, TypeError, ValueError, AttributeError, struct.error)

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how far it is, and of how much, where that is known."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A part of a backup, as it was written."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the moment of `tables` and their numbers of rows is that of the dump."""

    made_at: str
    paceline: str
    postgres_major: int
    pg_dump_major: int
    migrations: list[str]
    tables: dict[str, int]


class Draft:
    """A backup that is being written."""

    def __init__(self, file: ZipFile) -> None:
        self._file = file
        self._kept: dict[str, Kept] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Add a part, once."""
        digest, size = sha256(), 0
        # The dump is compressed already. A length is not known before the end, so room is left for a large one.
        with self._file.open(name, "w", force_zip64=True) as part:
            for chunk in chunks:
                part.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self._kept[name] = Kept(size, digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, after everything else."""
        parts = {name: asdict(kept) for name, kept in self._kept.items()}
        text = json.dumps({"format": FORMAT, **asdict(manifest), "parts": parts}, indent=1)
        self._file.writestr(MANIFEST, text + "\n")


@contextmanager
def drafted(path: Path, *, overwrite: bool) -> Generator[Path]:
    """A file beside the path to write to, with mode 600; it gets the name if all goes well, and is removed if not.

    Raises Conflict, InvalidInput.
    """
    _check_free(path, overwrite=overwrite)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    except OSError as error:
        raise InvalidInput.at(str(path), f"cannot be written: {error.strerror}") from None
    os.close(descriptor)
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        # Somebody else may have made one meanwhile.
        _check_free(path, overwrite=overwrite)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _check_free(path: Path, *, overwrite: bool) -> None:
    if path.is_dir():
        raise InvalidInput.at(str(path), "is a folder: name a file in it")
    if path.exists() and not overwrite:
        raise Conflict(f"{path} is there already: choose another name, or give --overwrite")


def _sync_folder(folder: Path) -> None:
    """The name outlives a power cut, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def writing(path: Path) -> Generator[Draft]:
    """A backup to add parts to."""
    with ZipFile(path, "w", ZIP_STORED) as file:
        yield Draft(file)


class Archive:
    """A backup that was written. Only what `read` answers was looked over."""

    def __init__(self, path: Path, file: ZipFile) -> None:
        self._path = path
        self._file = file
        self.manifest, self._kept = self._read_manifest()

    def check(self, progress: Progress) -> None:
        """Read every part, and compare it with what was written. Raises BackupDamaged."""
        total, done = sum(kept.bytes for kept in self._kept.values()), 0
        for name, kept in self._kept.items():
            digest, size = sha256(), 0
            for chunk in self.chunks(name):
                digest.update(chunk)
                size += len(chunk)
                progress("reading the backup back", done + size, total)
            done += size
            if (size, digest.hexdigest()) != (kept.bytes, kept.sha256):
                raise self._damaged(f"the checksum of {name} is another one")

    def has(self, name: str) -> bool:
        return name in self._kept

    def bytes_of(self, name: str) -> int:
        return self._kept[name].bytes

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part. Raises BackupDamaged."""
        with self._faults(), self._file.open(name) as part:
            while chunk := part.read(CHUNK_BYTES):
                yield chunk

    def _read_manifest(self) -> tuple[Manifest, dict[str, Kept]]:
        with self._faults():
            if self._file.getinfo(MANIFEST).file_size > MANIFEST_BYTES_MAX:
                raise self._damaged("its manifest is too large")
            given: dict[str, Any] = json.loads(self._file.read(MANIFEST))
            number = given.pop("format")
            if number != FORMAT:
                raise BackupNewer(
                    f"{self._path} has the layout {number}, and this version of Paceline knows {FORMAT}: restore it"
                    f" with Paceline {given.get('paceline')} or newer"
                )
            kept = {name: Kept(**part) for name, part in given.pop("parts").items()}
            if DUMP not in kept:
                raise self._damaged("it has no dump")
            return Manifest(**given), kept

    @contextmanager
    def _faults(self) -> Generator[None]:
        try:
            yield
        except _FAULTS as error:
            raise self._damaged(str(error)) from None

    def _damaged(self, what: str) -> BackupDamaged:
        return damaged(self._path, what)


def damaged(path: Path, what: str) -> BackupDamaged:
    return BackupDamaged(
        f"{path} is no backup, or not as it was written: {what}. Nothing was changed. Copy the file again from where it"
        " is kept, or take another backup"
    )


@contextmanager
def reading(path: Path) -> Generator[Archive]:
    """A backup to read. Raises BackupDamaged, BackupNewer, InvalidInput."""
    try:
        opened = path.open("rb")
    except OSError as error:
        raise InvalidInput.at(str(path), f"cannot be read: {error.strerror}") from None
    with opened, _opened(path, opened) as file:
        yield Archive(path, file)


def _opened(path: Path, opened: IO[bytes]) -> ZipFile:
    try:
        return ZipFile(opened)
    except _FAULTS as error:
        raise damaged(path, str(error)) from None
