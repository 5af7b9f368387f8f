"""A target's tree as JSON: of an answer like the last one only the rows that moved are written anew."""

from collections.abc import Mapping, Sequence

import orjson

from paceline.api.pages import cursor
from paceline.plan import shown
from paceline.plan.held import Held
from paceline.plan.progress import Report


class Texts:
    """The rows of the last answer by assignment, without clocks and last brace, and the current values in them.

    They are for one state of the plan, one day and one reach: but for the current value a row is always the same.
    """

    def __init__(self) -> None:
        # One pair, put in the place of the last: answers of several threads never mix.
        self._last: tuple[Mapping[int, int], dict[int, bytes]] = {}, {}

    def of(self, report: Report, some: Sequence[Held]) -> list[bytes]:
        """The rows of some that the report shows."""
        before, texts = self._last
        texts = texts.copy()
        for number, _ in before.items() ^ report.currents.items():
            texts.pop(number, None)
        missing = [each for each in some if each.id not in texts]
        made = shown.timeless_rows(report, [report.row(each) for each in missing])
        texts.update(zip((each.id for each in missing), (orjson.dumps(row)[:-1] for row in made), strict=True))
        self._last = report.currents, texts
        return [texts[each.id] for each in some]


def written(report: Report, skipped: int, limit: int, texts: Texts) -> bytes:
    """A page of the tree, and where the next one begins."""
    upto = skipped + limit
    rows = texts.of(report, report.shown[skipped:upto])
    clocks = orjson.dumps(shown.clocks(report))[1:]
    rest = orjson.dumps({"next": cursor(upto) if len(report.shown) > upto else None})[1:-1]
    end = b"," + clocks
    return b"".join((b'{"items":[', (end + b",").join(rows), end if rows else b"", b"],", rest, b",", clocks))
