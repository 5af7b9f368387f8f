"""What moved today among those below a manager: the records, and what they came to."""

from collections.abc import Sequence
from dataclasses import dataclass

from paceline.facts.scope import Scope
from paceline.plan import behind
from paceline.plan.held import Held
from paceline.plan.progress import Report
from paceline.web import formats, lines
from paceline.web.page import Page

MOVED_MAX = 10


@dataclass(frozen=True, slots=True)
class Record:
    """One record that moved somebody's figure, and when it came in."""

    held: Held
    id: int
    name: str
    value: str
    is_less: bool
    time: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The newest records of today, and all of them in figures; `top` is the share that has them all, where one has."""

    module: str
    records: list[Record]
    count: int
    total: str
    top: Held | None


def moved(page: Page, scope: Scope, report: Report, held: Sequence[Held]) -> Moved:
    """What counts for today of the people among these."""
    people = {each.assignee.id: each for each in held if each.assignee.kind == "person"}
    found = behind.newest(scope, report.target, people, page.now, MOVED_MAX)
    figures = lines.figures_of(page, report)
    records = [
        Record(
            people[each.person_id],
            each.record_id,
            each.name or each.external_id,
            figures.signed(each.value),
            each.value < 0,
            formats.time_of_day(each.posted_at, page.zone, page.locale),
        )
        for each in found.records
    ]
    tops = [each for each in held if report.depth(each) == 0]
    top = tops[0] if len(tops) == 1 else None
    return Moved(report.definition.module.value, records, found.count, figures.signed(found.total), top)
