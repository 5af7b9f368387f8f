"""Figures over HTTP: progress, its days and records, and why a record counts."""

from itertools import pairwise
from typing import Any

import pytest

from tests.api.calls import won
from tests.api.stage import Stage

JANUARY = "2025-01-01/2025-02-01"


@pytest.fixture
def target(stage: Stage) -> int:
    """Revenue of the first quarter: Acme's, Field's and Sam's, who won two deals, as Eve did one."""
    stage.writer.send(won("D1", "Sam", 100_00), won("D2", "Sam", 50_00, "2025-02-10"), won("D3", "Eve", 25_00))
    made = stage.target()
    stage.share(made, "organization", value=900_00)
    stage.share(made, "department", stage.cast.field, 400_00)
    stage.share(made, "person", stage.cast.sam, 300_00)
    return made


def share_of(stage: Stage, target: int, name: str) -> int:
    rows = stage.reader.get(f"/targets/{target}/assignments").items
    return next(each["id"] for each in rows if each["assignee"]["name"] == name)


def test_progress_is_told_down_the_tree(stage: Stage, target: int) -> None:
    body = stage.reader.get(f"/targets/{target}/progress").body
    whole, field, sam = (share_of(stage, target, name) for name in ("Acme", "Field", "Sam"))

    def row(number: int, parent: int | None, kind: str, name: str, **figures: object) -> dict[str, object]:
        ids = {"Field": {"id": stage.cast.field}, "Sam": {"id": stage.cast.sam}}.get(name, {})
        return {
            "assignment_id": number,
            "parent_id": parent,
            "assignee": {"kind": kind, "name": name, **ids},
            "start_date": "2025-01-01",
            "end_date": "2025-04-01",
            "currency": "EUR",
            "status": "behind",
            "days_elapsed": 45,
            "days_left": 45,
            "share_elapsed": "0.5000",
            "pace_by": "calendar_days",
            **figures,
            "as_of": "2025-02-15",
            "known_at": body["known_at"],
            "today": "2025-02-15",
        }

    figures = {
        "Acme": row(
            whole,
            None,
            "organization",
            "Acme",
            current=175_00,
            target=900_00,
            attainment="0.1944",
            gap=725_00,
            expected=450_00,
            pace=-275_00,
            pace_ratio="0.3888",
            projected=350_00,
            unallocated=500_00,
        ),
        "Field": row(
            field,
            whole,
            "department",
            "Field",
            current=150_00,
            target=400_00,
            attainment="0.3750",
            gap=250_00,
            expected=200_00,
            pace=-50_00,
            pace_ratio="0.7500",
            projected=300_00,
            unallocated=100_00,
        ),
        "Sam": row(
            sam,
            field,
            "person",
            "Sam",
            current=150_00,
            target=300_00,
            attainment="0.5000",
            gap=150_00,
            expected=150_00,
            pace=0,
            pace_ratio="1.0000",
            projected=300_00,
            unallocated=None,
            status="ahead",
        ),
    }
    per_day = {each["assignee"]["name"]: each.pop("required_per_day") for each in body["items"]}
    # 31 working days are left, the 15th of February being a Saturday: the next multiple of a cent reaches it.
    assert per_day == {"Acme": 23_39, "Field": 8_07, "Sam": 4_84}
    assert {each["assignee"]["name"]: each for each in body["items"]} == figures
    clocks = {"as_of": "2025-02-15", "known_at": body["known_at"], "today": "2025-02-15", "next": None}
    assert {name: value for name, value in body.items() if name != "items"} == clocks
    alone = stage.reader.get(f"/assignments/{sam}/progress").body
    assert alone == {**figures["Sam"], "required_per_day": 4_84}


def test_progress_is_asked_on_other_clocks(stage: Stage, target: int) -> None:
    address = f"/targets/{target}/progress"
    before = stage.reader.get(address).body
    stage.writer.send(won("D4", "Sam", 1_000_00))

    def current(query: str) -> int:
        answer = stage.reader.get(f"{address}?{query}")
        assert answer.status == 200, answer.content
        return answer.body["items"][0]["current"]

    then = before["known_at"].replace("+", "%2B")
    assert current("") == 1_175_00
    assert current(f"known_at={then}&as_of=2025-02-15&today=2025-02-15") == 175_00
    assert current("as_of=2025-01-31") == 1_125_00
    assert current(f"as_of=2025-01-31&known_at={then}") == 125_00
    assert current("today=2025-01-19") == 0


def test_clocks_that_cannot_be_are_refused(stage: Stage, target: int) -> None:
    share = share_of(stage, target, "Sam")
    day, time = "write a day such as 2026-01-31", "write a time with its zone, such as 2026-01-31T17:00:00Z"
    bounds = "is not a day between 1900-01-01 and 2199-12-31"
    for query, expected in {
        "as_of=0": {"as_of": day},
        "as_of=yesterday": {"as_of": day},
        "as_of=0001-01-01": {"as_of": f"0001-01-01 {bounds}"},
        "as_of=9999-12-31": {"as_of": f"9999-12-31 {bounds}"},
        "today=9999-12-31": {"today": f"9999-12-31 {bounds}"},
        "today=2025-02-16": {"today": "2025-02-16 has not come yet"},
        "known_at=2025-01-01": {"known_at": time},
        "known_at=2025-01-01T00:00:00": {"known_at": time},
        "known_at=0001-01-01T00:00:00%2B14:00": {"known_at": time},
        "known_at=9999-12-31T23:59:59-14:00": {"known_at": time},
        "known_at=1735689600": {"known_at": time},
    }.items():
        for address in (f"/targets/{target}/progress", *(f"/assignments/{share}/{each}" for each in ("series",))):
            assert stage.reader.get(f"{address}?{query}").problem == (422, "invalid_input", expected), query
    assert stage.reader.get(f"/targets/{target}/progress?known_at=1900-01-02T00:00:00Z").status in {200, 404, 422}
    assert stage.reader.get(f"/assignments/{share}/series?as_of=1900-01-01").items == []


def test_progress_of_one_window_in_pages(stage: Stage, target: int) -> None:
    january = {"start_date": "2025-01-01", "end_date": "2025-02-01"}
    stage.share(target, "person", stage.cast.sam, 100_00, **january)
    stage.share(target, "person", stage.cast.eve, 100_00, **january)
    address = f"/targets/{target}/progress"

    def names(rows: list[Any]) -> list[str]:
        return [each["assignee"]["name"] for each in rows]

    assert sorted(names(stage.reader.get(f"{address}?window={JANUARY}").items)) == ["Eve", "Sam"]
    pages = stage.reader.pages(address, 2)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [each for page in pages for each in page] == stage.reader.get(address).items
    for bad in ("2025-01-01", "2025-02-01/2025-01-01", "0/1", "2025-01-01/9999-01-01"):
        assert stage.reader.get(f"{address}?window={bad}").problem[2].keys() == {"window"}


def test_the_days_add_up(stage: Stage, target: int) -> None:
    points = stage.reader.get(f"/assignments/{share_of(stage, target, 'Sam')}/series").items
    assert (len(points), points[0], points[-1]) == (
        46,
        {"day": "2025-01-01", "current": 0, "expected": 333},
        {"day": "2025-02-15", "current": 150_00, "expected": 153_33},
    )
    moved = [each["day"] for before, each in pairwise(points) if each["current"] != before["current"]]
    assert moved == ["2025-01-20", "2025-02-10"]


def test_the_records_behind_add_up_over_their_pages(stage: Stage, target: int) -> None:
    whole = share_of(stage, target, "Acme")
    pages = stage.reader.pages(f"/assignments/{whole}/records", 2)
    rows = [each for page in pages for each in page]
    assert [len(page) for page in pages] == [2, 1]
    assert [(each["external_id"], each["person_id"], each["day"], each["value"]) for each in rows] == [
        ("D1", stage.cast.sam, "2025-01-20", 100_00),
        ("D2", stage.cast.sam, "2025-02-10", 50_00),
        ("D3", stage.cast.eve, "2025-01-20", 25_00),
    ]
    assert rows[0].keys() == {
        "record_id",
        "module",
        "source",
        "external_id",
        "name",
        "person_id",
        "day",
        "value",
    }
    assert [
        each["external_id"] for each in stage.reader.get(f"/assignments/{whole}/records?as_of=2025-01-31").items
    ] == [
        "D1",
        "D3",
    ]


def test_a_record_is_explained(stage: Stage, target: int) -> None:
    counted = stage.reader.get(f"/explain?module=deals&record=D1&target={target}").body
    assert counted == {
        "counted": True,
        "first_failing": None,
        "owner": "Sam",
        "person_id": stage.cast.sam,
        "day": "2025-01-20",
        "value": 100_00,
        "currency": "EUR",
        "rules": counted["rules"],
    }
    assert all(each["holds"] is True for each in counted["rules"])
    stage.writer.send({"external_id": "D9", "owner": "Sam", "amount": 5_00, "status": "open"})
    lost = stage.reader.get(f"/explain?record=D9&target={target}").body
    assert (lost["counted"], lost["first_failing"]) == (False, "status equals won")
    eve = share_of(stage, target, "Field")
    outside = stage.reader.get(f"/explain?record=D3&target={target}&assignment={eve}").body
    assert outside["first_failing"] == "the person it credits is in this department on 2025-01-20"


def test_questions_about_a_record_that_cannot_be_answered(stage: Stage, target: int) -> None:
    def refused(query: str) -> tuple[int, str, dict[str, str]]:
        return stage.reader.get(f"/explain?{query}").problem

    assert refused("")[2].keys() == {"record", "target"}
    assert refused(f"record=D1&target={target}&module=leads")[2] == {"module": "the target counts deals, and no leads"}
    assert refused(f"record=D1&target={target}&module=dreams")[2].keys() == {"module"}
    assert refused(f"record=D%001&target={target}")[:2] == (404, "not_found")
    assert refused(f"record=D1&target={target}&source=nowhere")[:2] == (404, "not_found")
    assert refused(f"record=D1&target={target}&assignment=999")[:2] == (404, "not_found")
    assert refused("record=D1&target=999")[:2] == (404, "not_found")
    stage.writer.send(won("D1", "Sam", 1), source="web")
    assert refused(f"record=D1&target={target}")[0] in {409, 404}
    assert stage.reader.get(f"/explain?record=D1&target={target}&source=crm").body["counted"] is True
