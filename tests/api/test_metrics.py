"""The metrics registry: eight that are built in, and those that an admin makes."""

from tests.api.calls import won
from tests.api.stage import Stage

BIG = {
    "module": "deals",
    "unit": "count",
    "kind": "flow",
    "condition": {
        "all": [
            {"field": "status", "op": "equals", "value": "won"},
            {"field": "amount", "op": "at_least", "value": 100_00},
        ]
    },
    "dated_by": "closed",
}
BUILT_IN = [
    "revenue",
    "deal_count",
    "pipeline_value",
    "leads_generated",
    "leads_qualified",
    "tasks_completed",
    "calls_made",
    "meetings_held",
]


def test_the_eight_are_listed_in_pages(stage: Stage) -> None:
    pages = stage.reader.pages("/metrics", 3)
    assert [[each["key"] for each in page] for page in pages] == [BUILT_IN[:3], BUILT_IN[3:6], BUILT_IN[6:]]
    assert stage.reader.get("/metrics/deal_count").body == {
        "key": "deal_count",
        "name": "Deal Count",
        "description": "Number of deals won",
        "module": "deals",
        "unit": "count",
        "kind": "flow",
        "direction": "higher",
        "indicator": "lagging",
        "built_in": True,
        "definition": {
            "module": "deals",
            "unit": "count",
            "kind": "flow",
            "condition": {"field": "status", "op": "equals", "value": "won"},
            "dated_by": "closed",
            "value_by": None,
        },
    }


def test_a_metric_of_ones_own_counts_what_is_there_and_what_comes(stage: Stage) -> None:
    stage.writer.send(won("D1", "Sam", 150_00), won("D2", "Sam", 50_00))
    made = stage.admin.made("/metrics", {"key": "big_deals", "name": "Big deals", "definition": BIG})
    share = stage.share(stage.target(metric="big_deals", value=5), "person", stage.cast.sam, 5)

    def current() -> int:
        return stage.reader.get(f"/assignments/{share}/progress").body["current"]

    assert (made["module"], made["unit"], made["kind"], made["built_in"]) == ("deals", "count", "flow", False)
    assert current() == 1
    stage.writer.send(won("D3", "Sam", 100_00))
    assert current() == 2
    smaller = {**BIG, "condition": {"field": "status", "op": "equals", "value": "won"}, "value_by": None}
    edited = stage.admin.patch("/metrics/big_deals", {"definition": smaller, "name": "All deals", "reason": "simpler"})
    assert (edited.body["name"], edited.body["definition"], current()) == ("All deals", smaller, 3)
    assert stage.admin.delete("/metrics/big_deals").problem[:2] == (409, "metric_in_use")
    assert stage.verified() == []


def test_a_metric_that_nothing_rests_on_is_retired(stage: Stage) -> None:
    stage.admin.made("/metrics", {"key": "big_deals", "name": "Big deals", "definition": BIG})
    gone = stage.admin.delete("/metrics/big_deals?reason=unused")
    assert (gone.status, gone.content) == (204, b"")
    assert stage.admin.get("/metrics/big_deals").problem[:2] == (404, "not_found")
    assert [each["key"] for each in stage.reader.get("/metrics").items] == BUILT_IN


def test_faults_of_a_metric_are_all_named(stage: Stage) -> None:
    wrong = {**BIG, "condition": {"field": "colour", "op": "equals", "value": "red"}}
    status, code, faults = stage.admin.post("/metrics", {"key": "Big Deals", "name": "\0", "definition": wrong}).problem
    assert (status, code) == (422, "invalid_input")
    assert faults.keys() == {"key", "name", "condition.field"}
    assert stage.admin.post("/metrics", {"key": "a", "name": "A", "definition": {**BIG, "colour": 1}}).problem[2] == {
        "definition": "there is no part 'colour'"
    }
    assert stage.admin.post("/metrics", {"key": "a", "name": "A", "definition": []}).problem[2].keys() == {"definition"}
    assert stage.admin.patch("/metrics/revenue", {"name": "Sales"}).problem[:2] == (409, "built_in_metric")
    assert stage.admin.delete("/metrics/revenue").problem[:2] == (409, "built_in_metric")
    assert stage.admin.post("/metrics", {"key": "revenue", "name": "R", "definition": BIG}).problem[0] in {409, 422}
