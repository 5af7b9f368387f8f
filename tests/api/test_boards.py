"""Leaderboards over HTTP: made, changed under a tag, listed, deleted, and their standings."""

import pytest

from tests.api.calls import won
from tests.api.stage import Stage

BOARD = {"name": "Revenue", "metric": "revenue"}


@pytest.fixture
def deals(stage: Stage) -> Stage:
    """Sam and Eve won as much in February, Eve later, and Tariq less."""
    stage.writer.send(
        won("D1", "Sam", 100_00, "2025-02-03"),
        won("D2", "Eve", 100_00, "2025-02-10"),
        won("D3", "Tariq", 50_00, "2025-02-01"),
        won("D4", "Tariq", 70_00, "2025-01-01"),
    )
    return stage


def test_a_board_is_made_shown_changed_and_deleted(stage: Stage) -> None:
    made = stage.writer.made("/leaderboards", BOARD)
    assert made == {
        "id": made["id"],
        "name": "Revenue",
        "metric": "revenue",
        "target_id": None,
        "rank_by": "value",
        "period": "month",
        "scope": {"kind": "everyone", "id": None, "name": None},
        "entrants": "people",
        "count": 10,
        "visibility": "all",
    }
    target, address = stage.target(), f"/leaderboards/{made['id']}"
    seen = stage.reader.get(address)
    assert seen.body == made
    change = {"target_id": target, "scope": {"kind": "team", "id": stage.cast.hunters}, "rank_by": "attainment"}
    changed = stage.writer.patch(address, {**change, "count": 5, "reason": "smaller"}, If_Match=seen.tag)
    scope = {"kind": "team", "id": stage.cast.hunters, "name": "Hunters"}
    assert changed.body == {**made, **change, "metric": None, "scope": scope, "count": 5}
    assert stage.writer.patch(address, {"count": 20}, If_Match=seen.tag).problem[:2] == (412, "changed_meanwhile")
    assert stage.writer.delete(f"/targets/{target}").problem[:2] == (409, "conflict")
    assert stage.reader.delete(address).problem[:2] == (403, "not_allowed")
    assert stage.writer.delete(f"{address}?reason=done").status == 204
    assert stage.reader.get(address).problem[:2] == (404, "not_found")


def test_boards_are_listed_in_pages(stage: Stage) -> None:
    for name in ("One", "Two", "Three"):
        stage.writer.made("/leaderboards", {**BOARD, "name": name})
    pages = stage.reader.pages("/leaderboards", 2)
    assert [[each["name"] for each in page] for page in pages] == [["One", "Two"], ["Three"]]
    assert stage.abroad.get("/leaderboards").items == []


def test_faults_are_named(stage: Stage) -> None:
    def refused(**given: object) -> dict[str, str]:
        status, code, faults = stage.writer.post("/leaderboards", {**BOARD, **given}).problem
        assert (status, code) == (422, "invalid_input")
        return faults

    assert refused(count=7, rank_by="luck", colour=1).keys() == {"count", "rank_by", "colour"}
    assert refused(name=" ", metric=None) == {"name": "give a name", "metric": "give a metric or a target"}
    assert refused(scope={"kind": "team"}) == {"scope.id": "give the id of the team"}
    assert refused(scope={"kind": "everyone", "id": 1}) == {"scope.id": "everyone has no id: leave it out"}
    assert refused(target_id=1).keys() == {"metric"}
    assert stage.writer.post("/leaderboards", {**BOARD, "metric": "luck"}).problem[:2] == (404, "not_found")
    assert stage.writer.post("/leaderboards", {"name": "X", "target_id": 999}).problem[:2] == (404, "not_found")


def test_standings_tell_ranks_and_the_clocks(deals: Stage) -> None:
    made = deals.writer.made("/leaderboards", {**BOARD, "count": 5})
    body = deals.reader.get(f"/leaderboards/{made['id']}/standings").body
    cast = deals.cast

    def row(rank: int, number: int, name: str, value: int, reached_on: str | None) -> dict[str, object]:
        return {
            "rank": rank,
            "entrant": {"kind": "person", "id": number, "name": name},
            "value": value,
            "currency": "EUR",
            "target": None,
            "attainment": None,
            "change": None,
            "reached_on": reached_on,
            "is_own": False,
        }

    assert body == {
        "items": [
            row(1, cast.sam, "Sam", 100_00, "2025-02-03"),
            row(1, cast.eve, "Eve", 100_00, "2025-02-10"),
            row(3, cast.tariq, "Tariq", 50_00, "2025-02-01"),
            row(4, cast.rosa, "Rosa", 0, None),
        ],
        "own": [],
        "next": None,
        "entrants": 4,
        "start_date": "2025-02-01",
        "end_date": "2025-03-01",
        "as_of": "2025-02-15",
        "known_at": body["known_at"],
        "today": "2025-02-15",
    }
    address = f"/leaderboards/{made['id']}/standings"
    past = deals.reader.get(f"{address}?as_of=2025-01-31&person={cast.eve}").body
    assert [(each["rank"], each["entrant"]["name"], each["is_own"]) for each in past["items"]] == [
        (1, "Tariq", False),
        (2, "Eve", True),
        (2, "Rosa", False),
        (2, "Sam", False),
    ]
    assert deals.reader.get(f"{address}?person={cast.olga}").problem[:2] == (404, "not_found")
    assert deals.reader.get(f"{address}?as_of=2025-02-16").problem[2].keys() == {"as_of"}


def test_standings_are_the_same_for_ever_and_not_made_again(deals: Stage) -> None:
    number = deals.writer.made("/leaderboards", {**BOARD, "rank_by": "improved"})["id"]
    address = f"/leaderboards/{number}/standings"
    first = deals.reader.get(address)
    assert [each["change"] for each in first.body["items"]] == [100_00, 100_00, 0, -20_00]
    assert deals.reader.get(address, If_None_Match=first.tag).status == 304
    clocks = f"?as_of={first.body['as_of']}&known_at={first.body['known_at'].replace('+', '%2B')}"
    deals.writer.send(won("D1", "Eve", 300_00, "2025-02-03"))
    assert deals.reader.get(address).body["items"] != first.body["items"]
    assert deals.reader.get(address + clocks).body["items"] == first.body["items"]


def test_attainment_is_a_decimal_string(deals: Stage) -> None:
    target = deals.target()
    deals.share(target, "person", deals.cast.tariq, 360_00)
    number = deals.writer.made("/leaderboards", {"name": "Quota", "target_id": target, "rank_by": "attainment"})["id"]
    (row,) = deals.reader.get(f"/leaderboards/{number}/standings").body["items"]
    assert (row["value"], row["target"], row["attainment"]) == (120_00, 360_00, "0.3333")


def test_anothers_board_is_not_found(deals: Stage) -> None:
    number = deals.writer.made("/leaderboards", BOARD)["id"]
    address = f"/leaderboards/{number}"
    answers = [
        deals.abroad.get(address),
        deals.abroad.get(f"{address}/standings"),
        deals.abroad.patch(address, {"name": "X"}),
        deals.abroad.delete(address),
        deals.abroad.post("/leaderboards", {"name": "X", "target_id": deals.target()}),
        deals.abroad.post("/leaderboards", {**BOARD, "scope": {"kind": "team", "id": deals.cast.hunters}}),
    ]
    assert {each.problem[:2] for each in answers} == {(404, "not_found")}
    assert deals.reader.get(address).body["name"] == "Revenue"
