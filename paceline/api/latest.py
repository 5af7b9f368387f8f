"""Answers that were given of the present state, so that what many ask at once is computed once."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

# An answer that takes more than a quarter of all is not worth the others.
BYTES_MAX = 64 * 2**20


class Latest:
    """Answers by their entity tag; the longest unused go first. Who asks for one that is being made waits for it."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._making: dict[str, Lock] = {}
        self._door = Lock()

    def get(self, tag: str, make: Callable[[], bytes]) -> bytes:
        """The answer with that tag, made now if it is not there."""
        with self._door:
            found = self._found(tag)
            if found is not None:
                return found
            turn = self._making.setdefault(tag, Lock())
        with turn:
            with self._door:
                found = self._found(tag)
            if found is not None:
                return found
            try:
                made = make()
                self._add(tag, made)
            finally:
                with self._door:
                    self._making.pop(tag, None)
            return made

    def _found(self, tag: str) -> bytes | None:
        if tag in self._answers:
            self._answers.move_to_end(tag)
        return self._answers.get(tag)

    def _add(self, tag: str, made: bytes) -> None:
        if len(made) > BYTES_MAX // 4:
            return
        with self._door:
            self._answers[tag] = made
            self._bytes += len(made)
            while self._bytes > BYTES_MAX:
                _, gone = self._answers.popitem(last=False)
                self._bytes -= len(gone)


latest = Latest()
