"""Lays what the data plane answers against the oracle's book, figure by figure."""

from collections import defaultdict
from collections.abc import Sequence

from paceline.domain.calendar import Window
from paceline.domain.kinds import Kind
from paceline.domain.rollup import Stay
from paceline.facts import breakdown, clock, explain, ledger, rollup, sums, totals, uncounted
from paceline.facts.breakdown import Counted, Figure
from paceline.facts.scope import Scope
from paceline.facts.sums import Asked, Assignee
from tests.facts.cast import EVE, HUNTERS, ORGANIZATION, PARTNERS, ROSA, SALES, SAM, TARIQ
from tests.oracle.book import Book
from tests.oracle.figures import Behind, RecordKey, Snapshot

PEOPLE = tuple(Assignee("person", number) for number in (ROSA, TARIQ, SAM, EVE))
UNITS = (Assignee("department", SALES), Assignee("department", PARTNERS), Assignee("team", HUNTERS))
# Asking why is a statement a record: of a flood of them only some are asked.
EXPLAINED_MAX = 8
EVERYONE = (ORGANIZATION, *UNITS, *PEOPLE)


def check_ledger(scope: Scope) -> None:
    """What the records yield, what the ledger holds, and what the totals say are one."""
    rules = clock.rules(scope)
    levels = rules.levels([number for number, _ in rules.metrics])
    assert list(ledger.differences(scope, rules)) == []
    assert totals.differences(scope, levels) == []


def check_sums(
    scope: Scope, snapshot: Snapshot, metric_ids: Sequence[int], windows: Sequence[Window], *, now: bool
) -> None:
    """Every figure of these metrics is the oracle's: as it stands, or as it stood at the snapshot's stamp."""
    for metric_id in metric_ids:
        definition = snapshot.metrics[metric_id]
        read = sums.level if definition.kind == Kind.LEVEL else sums.flow
        for asked in (EVERYONE, PEOPLE):
            found = read(scope, metric_id, windows, Asked(asked), None if now else snapshot.known_at)
            expected = {
                (place, assignee): snapshot.figure(metric_id, window, assignee)
                for place, window in enumerate(windows)
                for assignee in asked
            }
            assert {key: found.get(key, 0) for key in expected} == expected, (metric_id, definition)


def check_breakdowns(scope: Scope, snapshot: Snapshot, metric_ids: Sequence[int], window: Window, turn: int) -> None:
    """The records, and the days, behind figures of these metrics are the oracle's and add up to them."""
    for metric_id in metric_ids:
        definition = snapshot.metrics[metric_id]
        for assignee in (ORGANIZATION, UNITS[turn % len(UNITS)], PEOPLE[turn % len(PEOPLE)]):
            figure = Figure(metric_id, definition.module, definition.kind, assignee, window, snapshot.known_at)
            told = sorted(
                Behind(each.source, each.external_id, each.person_id, each.day, each.value)
                for each in all_records(scope, figure)
            )
            assert told == snapshot.records(metric_id, window, assignee), figure
            assert sum(each.value for each in told) == snapshot.figure(metric_id, window, assignee)
            days = levels(scope, figure) if definition.kind == Kind.LEVEL else flows(scope, figure)
            assert days == snapshot.days(metric_id, window, assignee), figure


def all_records(scope: Scope, figure: Figure, limit: int = 20) -> list[Counted]:
    """The records behind the figure, read page by page."""
    found: list[Counted] = []
    after = (0, 0)
    while page := breakdown.records(scope, figure, after, limit):
        found += page
        after = (page[-1].record_id, page[-1].person_id)
    return found


def flows(scope: Scope, figure: Figure) -> dict:
    """What a flow gained on each day."""
    return {day: value for day, value in breakdown.days(scope, figure).items() if value}


def levels(scope: Scope, figure: Figure) -> dict:
    """What of a level stood with the assignee at the end of each day."""
    opening, changes = breakdown.balances(scope, figure)
    standing = defaultdict(int, opening)
    stays = rollup.stays_of(scope, figure.assignee.kind, figure.assignee.id, figure.known_at)
    found = {}
    for day in figure.window:
        for person_id, value in changes.get(day, ()):
            standing[person_id] += value
        people = list(standing) if figure.assignee.kind in {"organization", "person"} else _inside(stays, day)
        found[day] = sum(standing[person_id] for person_id in people)
    return found


def _inside(stays: list[Stay], day) -> list[int]:
    return [stay.person_id for stay in stays if stay.from_day <= day < stay.to_day]


def check_reasons(scope: Scope, book: Book, metric_ids: Sequence[int], turn: int) -> None:
    """Why each record counts, does not, or is held out is what the oracle says."""
    rules = clock.rules(scope)
    for definition in (book.metrics[metric_id] for metric_id in metric_ids):
        judged = {key: book.judge(key, definition) for key in book.records if key.module == definition.module}
        held_out = {key: each.uncounted for key, each in judged.items() if each.uncounted}
        listed = uncounted.listed(scope, definition, rules)
        assert {RecordKey(definition.module, each.source, each.external_id): each.reason for each in listed} == held_out
        assert len(listed) == len(held_out) == sum(uncounted.counted(scope, definition, rules).values())
        start = turn % max(len(judged), 1)
        for key, judgement in list(judged.items())[start : start + EXPLAINED_MAX]:
            told = explain.explain(scope, definition, rules, key.external_id, key.source)
            assert (told.first_failing is None) == judgement.counts, (key, definition, told)
            if judgement.counts:
                assert (told.person_id, told.day, told.value) == (
                    judgement.person_id,
                    judgement.day,
                    judgement.value,
                )
