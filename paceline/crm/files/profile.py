"""What is in the columns of a file: samples, the words that repeat, and which ways of writing days and numbers fit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from paceline.crm.files.reading import Line, Stored
from paceline.crm.layout import DECIMALS
from paceline.crm.times import Dates, reader
from paceline.crm.values import storable
from paceline.domain.money import parse_amount
from paceline.org.names import folded

SAMPLES_MAX = 4
SAMPLE_CHARACTERS_MAX = 60
# Stages and statuses are some tens; a column with more words holds something else.
WORDS_MAX = 60
# So many different values are tried: beyond them a column goes on as it began.
TRIED_MAX = 500
# Most currencies have cents; where one has not, it is only a hint that is lost.
_EXPONENT = 2
_DIGITS = frozenset("0123456789")


@dataclass(slots=True)
class Column:
    """A column: how many cells are filled, and typed by a workbook; of `tried` different values, how many fit.

    `words` are its different values, None where they are too many. `undecided` is a value whose days read both ways.
    """

    name: str
    filled: int = 0
    typed: int = 0
    samples: list[str] = field(default_factory=list[str])
    words: list[str] | None = field(default_factory=list[str])
    blanks: int = 0
    tried: int = 0
    dates: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, Dates), 0))
    decimals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DECIMALS, 0))
    undecided: str = ""

    def fits(self, counts: dict[str, int]) -> list[str]:
        """The ways in which the most values that were tried can be read, if these are most of them."""
        most = max(counts.values())
        return [each for each, count in counts.items() if count == most and 2 * count > self.tried]

    @property
    def is_dates(self) -> bool:
        """Whether its values are days or times."""
        return bool(self.fits(self.dates)) or (self.filled > 0 and self.typed == self.filled)


class Profile:
    """Gathers what is in the columns while their rows pass."""

    def __init__(self, header: Sequence[str]) -> None:
        self.columns = [Column(name) for name in header]
        self._seen: list[set[str]] = [set() for _ in header]

    def add(self, line: Line) -> None:
        """Look at a row."""
        for column, seen, cell in zip(self.columns, self._seen, line.cells, strict=True):
            value = cell if isinstance(cell, str) else cell[1]
            if not value.strip():
                column.blanks += 1
                continue
            column.filled += 1
            column.typed += not isinstance(cell, str) and cell[0] == "day"
            if value not in seen and len(seen) < TRIED_MAX:
                seen.add(value)
                _look(column, cell, value)

    def written(self) -> list[dict[str, Any]]:
        """The columns as JSON."""
        return [asdict(each) for each in self.columns]


def read(written: Sequence[dict[str, Any]]) -> list[Column]:
    """The columns again."""
    return [Column(**each) for each in written]


def _look(column: Column, cell: Stored, value: str) -> None:
    shown = storable(value.strip(), SAMPLE_CHARACTERS_MAX)
    if len(column.samples) < SAMPLES_MAX:
        column.samples.append(shown)
    if column.words is not None:
        column.words = _with(column.words, value.strip())
    if not isinstance(cell, str):
        # A workbook says what it holds: it fits whatever is chosen.
        return
    column.tried += 1
    if not _DIGITS.intersection(value):
        return
    ways = [each for each in Dates if _reads(lambda each=each: reader(each)(value))]
    for each in ways:
        column.dates[each] += 1
    if len(ways) > 1 and not column.undecided:
        column.undecided = shown
    for each in DECIMALS:
        column.decimals[each] += _reads(lambda each=each: parse_amount(value, exponent=_EXPONENT, decimal=each))


def _with(words: list[str], word: str) -> list[str] | None:
    """The words with one more, unless they differ by capitals alone; None once they are too many."""
    if folded(word) in map(folded, words):
        return words
    return [*words, word] if len(words) < WORDS_MAX else None


def _reads(convert: Any) -> bool:
    try:
        convert()
    except ValueError:
        return False
    return True
