"""The lines of a text file, none of them longer than can be held, whatever the file is."""

import codecs
from collections.abc import Iterator
from io import StringIO
from typing import BinaryIO

from paceline.errors import InvalidInput

# One read of the disk: large enough to be fast, small against what a process holds anyway.
BLOCK_BYTES = 262_144
# No row of a CRM export comes near it: a longer line is another kind of file, or a quote gone wrong.
LINE_CHARACTERS_MAX = 1_000_000

_HOW = "save it as CSV in UTF-8"
# How files that are not CSV begin, and what to say of them.
_FOREIGN = {
    b"PK\x03\x04": f"the file is a workbook or another zip archive: {_HOW}",
    b"\xd0\xcf\x11\xe0": f"the file is an old Excel workbook: {_HOW}",
    b"\x1f\x8b": "the file is compressed: unpack it first",
}
_UTF_8_MARK = codecs.BOM_UTF8
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_UNDECODABLE = "paceline.undecodable"
# A byte that cannot be decoded is kept as a lone surrogate, which no text has, until its cell is known.
_MARK_FIRST, _MARK_LAST = "\udc00", "\udcff"


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(ord(_MARK_FIRST) + byte) for byte in bad), error.end


codecs.register_error(_UNDECODABLE, _keep_bytes)


def undecodable_byte(text: str) -> int | None:
    """The first byte in the text that could not be decoded."""
    found = next((letter for letter in text if _MARK_FIRST <= letter <= _MARK_LAST), None)
    return None if found is None else ord(found) - ord(_MARK_FIRST)


class Lines:
    """A file's lines with their ends (LF, CRLF or CR), read once; None stands for a line too long to hold.

    Raises InvalidInput at the first line if the file is empty or plainly not text in that encoding.
    """

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self.bytes_read = 0
        self._file = file
        self._encoding = encoding
        self._codec = codecs.lookup(encoding).name
        # The mark that some programs put in front of UTF-8 is no part of the first cell.
        self._codec = "utf-8-sig" if self._codec == "utf-8" else self._codec
        self._decoder = codecs.getincrementaldecoder(self._codec)(_UNDECODABLE)

    def __iter__(self) -> Iterator[str | None]:
        rest, too_long = "", False
        for text in self._texts():
            *lines, rest = _split(rest + text)
            if lines and (too_long or len(lines[0]) > LINE_CHARACTERS_MAX):
                yield None
                del lines[0]
                too_long = False
            yield from lines
            if len(rest) > LINE_CHARACTERS_MAX or too_long:
                rest, too_long = "", True
        if rest or too_long:
            yield None if too_long else rest

    def _texts(self) -> Iterator[str]:
        data = self._file.read(BLOCK_BYTES)
        self._check_start(data)
        while data:
            self.bytes_read += len(data)
            yield self._decoder.decode(data)
            data = self._file.read(BLOCK_BYTES)
        yield self._decoder.decode(b"", final=True)

    def _check_start(self, data: bytes) -> None:
        fault = next((words for start, words in _FOREIGN.items() if data.startswith(start)), None)
        if not data:
            fault = "the file is empty"
        elif data.startswith(_UTF_8_MARK) and self._codec != "utf-8-sig":
            fault = f"the file is marked as UTF-8, not {self._encoding}: leave the encoding out of the mapping"
        elif data.startswith(_UTF_16_MARKS) and not self._codec.startswith(("utf-16", "utf-32")):
            fault = 'the file is UTF-16: save it as UTF-8, or write encoding = "utf-16" in the mapping'
        if fault:
            raise InvalidInput.at("file", fault)


def _split(text: str) -> list[str]:
    """The complete lines of the text, and last what has no end yet."""
    lines = StringIO(text, newline="").readlines()
    # A CR at the very end may be half of a CRLF.
    if not lines or lines[-1].endswith("\n"):
        lines.append("")
    return lines
