"""What is behind a figure: its records add up to it, its days end in it, and a record can be asked why."""

from typing import Any

import pytest

from paceline.domain.calendar import Window
from paceline.domain.record import Module
from paceline.errors import NotFound
from paceline.facts.sums import Assignee
from paceline.org.actions import moves
from paceline.plan import behind, find, held
from paceline.plan.actions.metrics import create_metric
from paceline.plan.progress import NOW, Clocks
from tests.plan.cast import (
    NOON,
    ORGANIZATION,
    Cast,
    asked,
    at,
    department,
    everybody,
    give,
    on,
    opened,
    person,
    quarter,
    team,
    won,
    write,
)

EAST = {"field": "region", "op": "equals", "value": "East"}


def moved(cast: Cast) -> None:
    """Sam leaves the Hunters for Partners in mid-quarter and comes back; Eve joins the Hunters."""
    for day, to in ((20, cast.partners), (35, cast.field)):
        moves.move_person(cast.scope, cast.sam, department_id=to, from_day=on(day))
    moves.leave_team(cast.scope, cast.sam, cast.hunters, from_day=on(20))
    moves.join_team(cast.scope, cast.sam, cast.hunters, from_day=on(40))
    moves.join_team(cast.scope, cast.eve, cast.hunters, from_day=on(30))


def sold(cast: Cast) -> None:
    for day, owner in ((1, "Sam"), (5, "Eve"), (19, "Sam"), (20, "Sam"), (34, "Sam"), (40, "Sam"), (45, "Eve")):
        won(cast.scope, f"won {owner} {day}", owner, day, 10**day if day < 9 else day * 7, region="East")
    for day, owner in ((-3, "Sam"), (10, "Eve"), (25, "Sam"), (44, "Tariq")):
        opened(cast.scope, f"open {owner} {day}", owner, day, 1000 + day, region="West")
    # Records that changed after they were credited: re-owned, re-priced, lost, and one that came and went.
    won(cast.scope, "changed", "Eve", 6, 5, region="East")
    write(cast.scope, Module.DEALS, [{"external_id": "changed", "owner": "Sam", "amount": 6}])
    won(cast.scope, "lost", "Eve", 7, 7, region="East")
    write(cast.scope, Module.DEALS, [{"external_id": "lost", "status": "lost"}])


@pytest.mark.parametrize("metric", ["revenue", "pipeline_value", "deal_count"])
@pytest.mark.parametrize("as_of", [None, 44, 33, 20, 0, -1])
def test_records_and_days_come_to_the_figure(cast: Cast, metric: str, as_of: int | None) -> None:
    sold(cast)
    moved(cast)
    target_id = quarter(cast.scope, metric, 100, filter=None if as_of else EAST)
    for assignee in everybody(cast).values():
        give(cast.scope, target_id, assignee, 100)
        give(cast.scope, target_id, assignee, 50, days=(15, 38))
    clocks = Clocks(None if as_of is None else on(as_of))
    target = find.target(cast.scope, target_id)
    for row in asked(cast.scope, target_id, NOON, clocks).rows:
        records = behind.records(cast.scope, target, row.assignment, NOON, clocks)
        series = behind.series(cast.scope, target, row.assignment, NOON, clocks)
        whose = f"{row.assignment.name} {row.assignment.window.start}"
        assert sum(each.value for each in records) == row.progress.current, whose
        assert (series[-1].current if series else 0) == row.progress.current, whose
        cut = row.assignment.window.until(on(45 if as_of is None else as_of))
        assert [each.day for each in series] == ([] if cut is None else list(cut)), whose
        if as_of is not None and series and cut is not None and cut.last == on(as_of):
            assert series[-1].expected == row.progress.expected, whose


@pytest.mark.parametrize("metric", ["revenue", "pipeline_value"])
def test_each_day_is_what_was_reported_as_of_it(cast: Cast, metric: str) -> None:
    """For units with moves, of a flow and of a level."""
    sold(cast)
    moved(cast)
    target_id = quarter(cast.scope, metric, 100)
    target = find.target(cast.scope, target_id)
    for assignee in everybody(cast).values():
        give(cast.scope, target_id, assignee, 100)
    lines = {each.name: behind.series(cast.scope, target, each, NOON) for each in held.held(cast.scope, target)}
    for number in (0, 5, 19, 20, 29, 30, 34, 35, 39, 40, 44, 45):
        report = asked(cast.scope, target_id, NOON, Clocks(on(number)))
        told = {row.assignment.name: row.progress.current for row in report.rows}
        assert {name: line[number].current for name, line in lines.items()} == told, number


def test_pages_hold_every_record_once(cast: Cast) -> None:
    sold(cast)
    target_id = quarter(cast.scope)
    give(cast.scope, target_id, ORGANIZATION, 1)
    target = find.target(cast.scope, target_id)
    assignment = behind.find_held(cast.scope, target, ORGANIZATION)
    whole = behind.records(cast.scope, target, assignment, NOON)
    pages: list[Any] = []
    after = (0, 0)
    while page := behind.records(cast.scope, target, assignment, NOON, NOW, after, limit=2):
        pages += page
        after = page[-1].record_id, page[-1].person_id
    assert pages == whole
    assert [each.external_id for each in whole] == [
        "won Sam 1",
        "won Eve 5",
        "won Sam 19",
        "won Sam 20",
        "won Sam 34",
        "won Sam 40",
        "won Eve 45",
        "changed",
    ]


def test_a_share_is_found_by_its_window(cast: Cast) -> None:
    target_id = quarter(cast.scope, name="Q1")
    whole = give(cast.scope, target_id, ORGANIZATION, 9)
    part = give(cast.scope, target_id, ORGANIZATION, 3, days=(0, 31))
    target = find.target(cast.scope, target_id)
    assert behind.find_held(cast.scope, target, ORGANIZATION).id == whole
    assert behind.find_held(cast.scope, target, ORGANIZATION, Window(on(0), on(31))).id == part
    with pytest.raises(NotFound, match="this assignee has no assignment for 2025-01-01 to 2025-03-31 of 'Q1'"):
        behind.find_held(cast.scope, target, person(cast.sam))


class Asked:
    """A deal that counts for a target of the East, but for the fields that are given."""

    def __init__(self, cast: Cast, metric: str = "revenue", **fields: Any) -> None:
        self.cast = cast
        self.target = find.target(cast.scope, quarter(cast.scope, metric, 1, filter=EAST))
        given = {"owner": "Sam", "day": 5, "amount": 10_00, "region": "East", **fields}
        for name in ("a", "b"):
            won(cast.scope, name, **given)

    def told(self, to: Assignee | None = None, day: int = 45) -> str:
        found = behind.why(self.cast.scope, self.target, "a", at(day), to)
        failing = found.first_failing
        counted = self.counted(to or ORGANIZATION, day)
        assert counted == (failing is None), "an explanation and the records behind the figure disagree"
        return f"{found.value} on {found.day}" if failing is None else failing.words

    def counted(self, to: Assignee, day: int) -> bool:
        """Whether the record is among those behind the assignee's figure."""
        from paceline.plan.held import Held

        window = Window(self.target.start_date, self.target.end_date)
        share = Held(0, to, "", window, 1, None, is_locked=False)
        records = behind.records(self.cast.scope, self.target, share, at(day))
        return "a" in [each.external_id for each in records]


@pytest.mark.parametrize(
    ("fields", "failing"),
    [
        ({}, "1000 on 2025-01-06"),
        ({"deleted": True}, "it is not deleted"),
        ({"status": "open"}, "status equals won"),
        ({"region": "West"}, "region equals East"),
        ({"region": None}, "region equals East"),
        ({"owner": "Nobody"}, "its owner is a known person"),
        ({"owner": None}, "its owner is a known person"),
        ({"closed": None}, "it has a day in closed"),
        ({"amount": None}, "it has a value in amount"),
        ({"currency": "USD"}, "its currency is the reporting one, or has a rate for its day"),
        ({"closed": on(-1)}, "its day is in the target's window, 2025-01-01 to 2025-03-31"),
        ({"closed": on(90)}, "its day is in the target's window, 2025-01-01 to 2025-03-31"),
        ({"closed": on(46)}, "its day is not after today, 2025-02-15"),
        ({"closed": on(45)}, "1000 on 2025-02-15"),
    ],
)
def test_the_first_rule_that_fails_is_named(cast: Cast, fields: dict[str, Any], failing: str) -> None:
    assert Asked(cast, **fields).told() == failing


@pytest.mark.parametrize(
    ("fields", "failing"),
    [
        ({"status": "open", "closed": None}, "1000 on 2024-12-27"),
        ({"status": "open", "closed": on(3)}, "1000 on 2024-12-27"),
        ({"created": None}, "it has a day in created"),
        ({"closed": None}, "it has a day in closed if it has gone out"),
        ({"created": on(5)}, "it went out later than it came in"),
        ({}, "it had not gone out by 2025-02-15"),
        ({"status": "lost"}, "it had not gone out by 2025-02-15"),
        ({"closed": on(45)}, "it had not gone out by 2025-02-15"),
        ({"closed": on(46)}, "1000 on 2024-12-27"),
        ({"created": on(46), "closed": on(80)}, "it had come in by 2025-02-15, when the level is measured"),
    ],
)
def test_a_level_counts_what_stands_today(cast: Cast, fields: dict[str, Any], failing: str) -> None:
    assert Asked(cast, "pipeline_value", **fields).told() == failing


def test_a_level_is_measured_on_the_windows_last_day(cast: Cast) -> None:
    """Once the window is over."""
    question = Asked(cast, "pipeline_value", closed=on(95))
    assert question.told(day=200) == "1000 on 2024-12-27"
    assert Asked(cast, "pipeline_value", closed=on(89)).told(day=200) == "it had not gone out by 2025-03-31"


def test_why_for_an_assignee(cast: Cast) -> None:
    moves.move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(6))
    moves.move_person(cast.scope, cast.sam, department_id=None, from_day=on(60))
    question = Asked(cast)
    hunters, field, partners = team(cast.hunters), department(cast.field), department(cast.partners)
    for assignee in (ORGANIZATION, hunters, field, department(cast.sales), person(cast.sam)):
        assert question.told(assignee) == "1000 on 2025-01-06"
    assert question.told(partners) == "the person it credits is in this department on 2025-01-06"
    assert question.told(person(cast.eve)) == "it credits this person"


def test_why_for_an_assignee_of_a_level(cast: Cast) -> None:
    """Where the person is today decides, not where they were or will be."""
    moves.move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(6))
    moves.move_person(cast.scope, cast.sam, department_id=None, from_day=on(60))
    question = Asked(cast, "pipeline_value", status="open", closed=None)
    assert question.told(department(cast.partners)) == "1000 on 2024-12-27"
    assert question.told(department(cast.field)) == "the person it credits is in this department on 2025-02-15"
    assert question.told(department(cast.partners), 70) == "the person it credits is in this department on 2025-03-12"


def test_every_rule_of_a_metric_of_ones_own_is_told(cast: Cast) -> None:
    condition = {
        "all": [
            {"field": "status", "op": "equals", "value": "won"},
            {"any": [EAST, {"field": "custom.tier", "op": "at_least", "value": 2}]},
        ]
    }
    definition = {
        "module": "deals",
        "unit": "count",
        "kind": "flow",
        "condition": condition,
        "dated_by": "closed",
        "value_by": "custom.points",
    }
    create_metric(cast.scope, key="points", name="Points", definition=definition)
    target = find.target(cast.scope, quarter(cast.scope, "points", 5))
    won(cast.scope, "a", "Sam", 5, 1, region="West", custom={"tier": 3, "points": 7})
    told = behind.why(cast.scope, target, "a", NOON)
    assert [(rule.words, rule.holds) for rule in told.rules] == [
        ("it is not deleted", True),
        ("status equals won", True),
        ("(region equals East or custom.tier at least 2)", True),
        ("its owner is a known person", True),
        ("it has a day in closed", True),
        ("it has a value in custom.points", True),
        ("its day is in the target's window, 2025-01-01 to 2025-03-31", True),
        ("its day is not after today, 2025-02-15", True),
    ]
    assert (told.owner, told.person_id, told.day, told.value) == ("Sam", cast.sam, on(5), 7)


def test_a_record_is_found_in_its_source(cast: Cast) -> None:
    target = find.target(cast.scope, quarter(cast.scope))
    won(cast.scope, "a", "Sam", 5, 1)
    deal = {"external_id": "a", "owner": "Eve", "status": "won", "closed": on(7), "amount": 2}
    write(cast.scope, Module.DEALS, [deal], source="other")
    write(cast.scope, Module.LEADS, [{"external_id": "lead", "owner": "Eve", "created": on(7)}])
    with pytest.raises(NotFound, match="several sources have a record 'a' in deals: name the source"):
        behind.why(cast.scope, target, "a", NOON)
    assert behind.why(cast.scope, target, "a", NOON, source="other").value == 2
    for words, source in (
        ("lead", None),
        ("b", None),
        ("a", "third"),
        ("\0", None),
        ("a", "\udcff"),
        ("x" * 9999, None),
    ):
        with pytest.raises(NotFound, match=r"there is no record .* in deals"):
            behind.why(cast.scope, target, words, NOON, source=source)
    with pytest.raises(NotFound):
        behind.why(cast.abroad, find.target(cast.abroad, quarter(cast.abroad)), "a", NOON)
