"""A target's assignments as rows of a tree: whole levels at first, then whatever is opened, searched or more of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from paceline.domain.access import Permission
from paceline.domain.calendar import Window
from paceline.domain.pace import Status
from paceline.facts.sums import Assignee
from paceline.plan.find import ORGANIZATION
from paceline.plan.held import Held
from paceline.plan.progress import Report
from paceline.web import lines
from paceline.web.lines import Line
from paceline.web.page import Page

# Levels are open from the top for as long as so few rows are shown.
OPENED_ROWS_MAX = 30
CHILDREN_SHOWN_MAX = 200
# What is searched is narrowed by another word rather than read to its end.
FOUND_SHOWN_MAX = 50
LATELY_DAYS = 7
_FINE_BITS = 64
_LATE = {Status.BEHIND, Status.MISSED}


@dataclass(frozen=True, slots=True)
class Node:
    """A row of the tree; `path` is the ids from the top down to it, each followed by a slash.

    `above` is said of a row that stands outside of its tree, and `lately` is what it gained in the last days.
    """

    line: Line
    path: str
    depth: int
    below: int
    is_open: bool
    may_change: bool
    above: str = ""
    lately: str = ""


@dataclass(frozen=True, slots=True)
class More:
    """In the place of those below `above` that are not shown yet, from the place `after` on."""

    above: Held | None
    path: str
    after: int
    left: int


class Branches:
    """The assignments of one window of a target, all of it where none is named, by what they are under."""

    def __init__(self, report: Report, window: Window | None = None) -> None:
        self.report = report
        self.window = window or Window(report.target.start_date, report.target.end_date)
        whole = [each for each in report.shown if each.window == self.window]
        self.by_id = {each.id: each for each in whole}
        self.below: dict[int | None, list[Held]] = defaultdict(list)
        for each in whole:
            self.below[each.parent_id if each.parent_id in self.by_id else None].append(each)

    def first(self, page: Page) -> list[Node | More]:
        """The rows that are shown at first, in the tree's order."""
        opened = self._opened()
        return self._with_lately(page, self._walk(page, opened, self._page_of(None, 0)))

    def top(self, page: Page) -> Node | None:
        """The uppermost row, whatever is shown."""
        return self._node(page, self.below[None][0]) if self.below[None] else None

    def beneath(self, page: Page, above: int | None, after: int = 0) -> list[Node | More]:
        """The rows right below one, or the uppermost, from the place `after` on."""
        return self._with_lately(page, self._walk(page, set(), self._page_of(above, after)))

    def some(self, page: Page, ids: Iterable[int], *, flat: bool) -> list[Node | More]:
        """The rows of these; flat ones stand for themselves and say what they are under."""
        held = [self.by_id[each] for each in ids if each in self.by_id]
        return self._with_lately(page, (self._flat(page, each) if flat else self._node(page, each) for each in held))

    def found(self, page: Page, words: str, *, late: bool) -> tuple[list[Node | More], int]:
        """Those whose name has the words, or who are behind, the furthest first; and how many there are in all."""
        held = [each for each in self.by_id.values() if words.lower() in each.name.lower()]
        if late:
            held = [each for each in held if self.report.status(each) in _LATE]
            held.sort(key=self._attained)
        return self.some(page, [each.id for each in held[:FOUND_SHOWN_MAX]], flat=True), len(held)

    def _attained(self, each: Held) -> int:
        """In the order of the attainments, whose fractions would take long to compare."""
        return (self.report.currents.get(each.id, 0) << _FINE_BITS) // each.value if each.value else 0

    def _opened(self) -> set[int]:
        """Those that are open at first: whole levels from the top."""
        level, shown, opened = self.below[None], len(self.below[None]), set[int]()
        while level and shown <= CHILDREN_SHOWN_MAX:
            ids = {each.id for each in level}
            level = [child for each in level for child in self.below[each.id]]
            shown += len(level)
            if shown > OPENED_ROWS_MAX and opened:
                break
            opened |= ids
        return opened

    def _page_of(self, above: int | None, after: int) -> list[Held | More]:
        children = self.below[above]
        shown: list[Held | More] = [*children[after : after + CHILDREN_SHOWN_MAX]]
        left = len(children) - after - CHILDREN_SHOWN_MAX
        if left > 0:
            held = None if above is None else self.by_id[above]
            path = "" if held is None else self._path(held)
            shown.append(More(held, f"{path}more/", after + CHILDREN_SHOWN_MAX, left))
        return shown

    def _walk(self, page: Page, opened: set[int], start: Sequence[Held | More]) -> Iterator[Node | More]:
        waiting = [*reversed(start)]
        while waiting:
            each = waiting.pop()
            if isinstance(each, More):
                yield each
                continue
            yield self._node(page, each, is_open=each.id in opened)
            if each.id in opened:
                waiting += reversed(self._page_of(each.id, 0))

    def _node(self, page: Page, each: Held, *, is_open: bool = False) -> Node:
        path = self._path(each)
        made = lines.line(page, self.report, self.report.row(each))
        may_change = page.may(Permission.PLAN_ALL) or page.may(Permission.PLAN_BELOW)
        is_own = each.assignee == Assignee("person", page.caller.access.person_id or 0)
        return Node(made, path, path.count("/") - 1, len(self.below[each.id]), is_open, may_change and not is_own)

    def _flat(self, page: Page, each: Held) -> Node:
        above = [held.name for held in self._above(each) if held.assignee.kind != ORGANIZATION.kind]
        return replace(self._node(page, each), path=f"{each.id}/", depth=0, below=0, above=" / ".join(above[::-1]))

    def _above(self, each: Held) -> Iterator[Held]:
        while each.parent_id is not None and each.parent_id in self.by_id:
            each = self.by_id[each.parent_id]
            yield each

    def _path(self, each: Held) -> str:
        """The ids from the top down to it."""
        return "".join(f"{held.id}/" for held in [*[*self._above(each)][::-1], each])

    def _with_lately(self, page: Page, made: Iterable[Node | More]) -> list[Node | More]:
        """The rows, with what each gained lately: one query for all that are shown."""
        shown = list(made)
        gains = self.report.lately([each.line.assignee for each in shown if isinstance(each, Node)], LATELY_DAYS)
        figures = lines.figures_of(page, self.report)
        return [
            replace(each, lately=figures.signed(gains[each.line.id]))
            if isinstance(each, Node) and gains.get(each.line.id)
            else each
            for each in shown
        ]
