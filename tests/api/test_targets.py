"""Targets and assignments: set, changed under a tag, listed, and taken away."""

from tests.api.stage import Stage

Q1 = {"name": "Q1", "metric": "revenue", "value": 900_00, "period": "quarterly", "start_date": "2025-01-01"}


def test_a_target_is_set_shown_and_changed(stage: Stage) -> None:
    made = stage.writer.made("/targets", Q1)
    assert made == {
        "id": made["id"],
        "name": "Q1",
        "metric": "revenue",
        "value": 900_00,
        "currency": "EUR",
        "period": "quarterly",
        "start_date": "2025-01-01",
        "end_date": "2025-04-01",
        "description": "",
        "filter": None,
        "pace_by": "calendar_days",
        "status": "active",
    }
    change = {"name": "First quarter", "value": 950_00, "description": "more", "pace_by": "working_days"}
    changed = stage.writer.patch(f"/targets/{made['id']}", change)
    assert changed.body == {**made, **change}
    assert stage.reader.get(f"/targets/{made['id']}").body == changed.body


def test_targets_are_listed_by_status_and_metric(stage: Stage) -> None:
    east = {"field": "region", "op": "equals", "value": "East"}
    for given in (
        {},
        {"name": "Calls", "metric": "calls_made", "value": 50, "status": "draft"},
        {"name": "East", "filter": east, "period": "custom", "end_date": "2025-01-10"},
    ):
        stage.target(**given)

    def names(query: str = "") -> list[str]:
        return [each["name"] for each in stage.reader.get(f"/targets{query}").items]

    assert names() == ["Q1", "Calls", "East"]
    assert names("?status=draft") == ["Calls"]
    assert names("?metric=revenue") == ["Q1", "East"]
    assert names("?metric=revenue&status=archived") == []
    assert names("?metric=no%00ne") == []
    assert [len(page) for page in stage.reader.pages("/targets", 2)] == [2, 1]
    (calls, third) = stage.reader.get("/targets").items[1:]
    assert (calls["currency"], third["filter"], third["end_date"]) == (None, east, "2025-01-10")


def test_faults_of_a_target_are_all_named_at_once(stage: Stage) -> None:
    def refused(body: object) -> dict[str, str]:
        status, code, faults = stage.writer.post("/targets", body).problem
        assert (status, code) == (422, "invalid_input")
        return faults

    day = "write a day such as 2026-01-31"
    assert refused({}) == dict.fromkeys(("name", "metric", "value", "period", "start_date"), "Field required")
    assert refused({**Q1, "value": 10**30, "start_date": 0, "colour": 1}) == {
        "value": "Input should be a valid integer",
        "start_date": day,
        "colour": "Extra inputs are not permitted",
    }
    assert refused({**Q1, "start_date": "-2025-01-01"}) == {"start_date": day}
    assert refused({**Q1, "start_date": "2025-02-30"}) == {"start_date": "day is out of range for month"}
    far = "9999-01-01 is not a day between 1900-01-01 and 2199-12-31"
    assert refused({**Q1, "start_date": "9999-01-01"}) == {"start_date": far}
    assert refused({**Q1, "value": 2**53}).keys() == {"value"}
    assert refused({**Q1, "value": "5"}).keys() == {"value"}
    assert refused({**Q1, "value": 5.0}).keys() == {"value"}
    assert refused({**Q1, "value": True}).keys() == {"value"}
    assert refused({**Q1, "name": "x" * 121}).keys() == {"name"}
    assert refused({**Q1, "name": " ", "description": "\0", "value": 0}) == {
        "name": "give a name",
        "description": "holds a control character",
        "value": "give a value above zero",
    }
    assert refused({**Q1, "period": "daily"}).keys() == {"period"}
    assert refused({**Q1, "filter": {"field": "colour"}}).keys() == {"filter"}
    assert refused({**Q1, "end_date": "2025-02-01"}).keys() == {"end_date"}
    assert stage.writer.post("/targets", {**Q1, "metric": "luck"}).problem[:2] == (404, "not_found")


def test_an_assignment_is_made_shown_changed_and_taken_away(stage: Stage) -> None:
    target = stage.target()
    whole = stage.share(target, "organization", value=900_00)
    made = stage.writer.made(
        f"/targets/{target}/assignments",
        {"assignee": {"kind": "person", "id": stage.cast.sam}, "value": 300_00, "reason": "agreed"},
    )
    assert made == {
        "id": made["id"],
        "target_id": target,
        "assignee": {"kind": "person", "id": stage.cast.sam, "name": "Sam"},
        "value": 300_00,
        "start_date": "2025-01-01",
        "end_date": "2025-04-01",
        "parent_id": whole,
        "locked": False,
        "origin": "manual",
    }
    address = f"/assignments/{made['id']}"
    changed = stage.writer.patch(address, {"value": 350_00, "locked": True, "reason": "more"}).body
    assert changed == {**made, "value": 350_00, "locked": True}
    assert stage.reader.get(address).body == changed
    assert stage.writer.delete(f"{address}?reason=gone").status == 204
    assert stage.reader.get(address).problem[:2] == (404, "not_found")
    again = stage.share(target, "person", stage.cast.sam, 100_00)
    steps = stage.reader.get(f"{address}/history").items
    assert again == made["id"]
    assert [(each["old_value"], each["value"], each["locked"], each["deleted"], each["reason"]) for each in steps] == [
        (None, 300_00, False, False, "agreed"),
        (300_00, 350_00, True, False, "more"),
        (350_00, 350_00, True, True, "gone"),
        (None, 100_00, False, False, ""),
    ]
    assert [each["change"] for each in steps] == ["assigned", "changed", "removed", "assigned"]
    assert {(each["actor"], each["origin"], each["parent_id"]) for each in steps} == {
        ("rosa@acme.example", "manual", whole)
    }
    pages = stage.reader.pages(f"{address}/history", 3)
    assert [each for page in pages for each in page] == steps


def test_assignments_are_listed_by_kind_in_pages(stage: Stage) -> None:
    cast, target = stage.cast, stage.target()
    for kind, number in (
        ("organization", None),
        ("department", cast.sales),
        ("team", cast.hunters),
        ("person", cast.sam),
        ("person", cast.eve),
    ):
        stage.share(target, kind, number)
    address = f"/targets/{target}/assignments"
    named = [[each["assignee"]["name"] for each in page] for page in stage.reader.pages(address, 2)]
    assert named == [["Acme", "Sales"], ["Hunters", "Sam"], ["Eve"]]
    assert [each["assignee"]["name"] for each in stage.reader.get(f"{address}?kind=person").items] == ["Sam", "Eve"]
    assert stage.reader.get(f"{address}?kind=robot").problem[2].keys() == {"kind"}


def test_an_assignee_is_one_that_can_be(stage: Stage) -> None:
    address = f"/targets/{stage.target()}/assignments"

    def refused(**given: object) -> tuple[int, str, dict[str, str]]:
        return stage.writer.post(address, {"value": 1, **given}).problem

    assert refused(assignee={"kind": "organization", "id": 1})[2] == {
        "assignee.id": "the organization has no id: leave it out"
    }
    assert refused(assignee={"kind": "team"})[2] == {"assignee.id": "give the id of the team"}
    assert refused(assignee={"kind": "team", "id": 0})[2].keys() == {"assignee.id"}
    assert refused(assignee={"kind": "team", "id": 2**70})[2].keys() == {"assignee.id"}
    assert refused(assignee={"kind": "team", "id": 999})[:2] == (404, "not_found")
    assert refused(assignee={"kind": "organization"}, value=-1)[2] == {"value": "give a value of zero or more"}
    assert refused(assignee={"kind": "organization"}, end_date="2025-05-01")[0] == 422
    assert refused(assignee={"kind": "organization"}, start_date="2025-03-01", end_date="2025-02-01")[0] == 422
    assert refused(assignee={"kind": "organization"}, parent_id=999)[0] in {404, 422}
    stage.writer.made(address, {"assignee": {"kind": "organization"}, "value": 1})
    assert refused(assignee={"kind": "organization"})[:2] == (409, "already_assigned")


def test_edits_under_a_tag_are_made_only_to_what_was_seen(stage: Stage) -> None:
    target = stage.target()
    share = stage.share(target, "organization")
    for address in (f"/targets/{target}", f"/assignments/{share}"):
        seen = stage.writer.get(address).tag
        first = stage.writer.patch(address, {"value": 500_00}, If_Match=seen)
        late = stage.writer.patch(address, {"value": 600_00}, If_Match=seen)
        assert (first.status, first.body["value"]) == (200, 500_00)
        assert late.problem[:2] == (412, "changed_meanwhile")
        now = stage.writer.get(address)
        assert (now.body["value"], now.tag == seen) == (500_00, False)
        assert stage.writer.patch(address, {"value": 600_00}, If_Match=f'"other", W/{now.tag}').status == 200
        assert stage.writer.patch(address, {"value": 700_00}, If_Match="*").status == 200
        assert stage.writer.delete(address, If_Match=seen).problem[:2] == (412, "changed_meanwhile")
    fresh = stage.writer.get(f"/assignments/{share}").tag
    assert stage.writer.delete(f"/assignments/{share}", If_Match=fresh).status == 204
    assert stage.writer.delete(f"/assignments/{share}", If_Match=fresh).problem[:2] == (404, "not_found")


def test_what_an_assignment_rests_on_is_not_deleted(stage: Stage) -> None:
    target, empty = stage.target(), stage.target(name="Empty")
    stage.share(target, "organization")
    assert stage.writer.delete(f"/targets/{target}").problem[:2] == (409, "conflict")
    assert stage.writer.delete(f"/targets/{empty}?reason=" + "x" * 10_000).problem[2].keys() == {"reason"}
    assert stage.writer.delete(f"/targets/{empty}").status == 204
    assert stage.writer.delete(f"/targets/{empty}").problem[:2] == (404, "not_found")
