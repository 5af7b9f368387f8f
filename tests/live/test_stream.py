"""The stream of a running service: exactly what moved is told, and what was missed is told on return."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import pytest

from tests.live.service import EVENTS, Served, Stream, shares

_numbers = count(1)


def fresh() -> str:
    """The id of a record that no test has."""
    return f"D{next(_numbers)}"


@pytest.fixture(scope="module")
def revenue(served: Served) -> dict[str, int]:
    """An assignment of revenue for everyone of Acme."""
    return shares(served)


@pytest.fixture
def stream(served: Served, revenue: dict[str, int]) -> Iterator[Stream]:
    """A stream of Acme's that has begun."""
    with served.begun() as opened:
        yield opened


def ids(shares: dict[str, int], *names: str) -> list[int]:
    return sorted(shares[name] for name in names)


ABOVE_SAM = ("Sam", "Hunters", "Field", "Sales", "Acme")


def test_a_stream_begins_with_what_is_known(served: Served, revenue: dict[str, int]) -> None:
    with served.stream() as opened:
        headers = opened.response.headers
        first = opened.next()
    assert headers["Content-Type"] == "text/event-stream"
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
    assert "Content-Encoding" not in headers
    assert (first.name, first.data) == ("heartbeat", {"known_at": first.id})
    assert datetime.fromisoformat(first.id).tzinfo is not None


def test_a_deal_moves_whoever_is_above_its_owner(served: Served, revenue: dict[str, int], stream: Stream) -> None:
    served.win(fresh(), "Sam")
    assert stream.moved() == ids(revenue, *ABOVE_SAM)
    served.win(fresh(), "Eve")
    assert stream.moved() == ids(revenue, "Eve", "Partners", "Sales", "Acme")


def test_a_deal_that_changes_hands_moves_both(served: Served, revenue: dict[str, int], stream: Stream) -> None:
    deal = fresh()
    served.win(deal, "Tariq")
    assert stream.moved() == ids(revenue, "Tariq", "Hunters", "Field", "Sales", "Acme")
    served.win(deal, "Eve")
    assert stream.moved() == ids(revenue, "Tariq", "Hunters", "Field", "Sales", "Acme", "Eve", "Partners")


def test_what_moves_nobody_is_not_told(served: Served, revenue: dict[str, int], stream: Stream) -> None:
    served.win(fresh(), "Nobody")
    served.call("PATCH", f"people/{served.stage.cast.sam}", {"quota_carrying": True})
    served.win(fresh(), "Sam")
    assert stream.moved() == ids(revenue, *ABOVE_SAM)


def test_another_metric_is_another_matter(served: Served, revenue: dict[str, int], stream: Stream) -> None:
    task = {"external_id": fresh(), "owner": "Sam", "status": "completed", "completed": "2025-01-20"}
    served.call("POST", "records/tasks", {"records": [task]})
    served.win(fresh(), "Sam")
    assert stream.moved() == ids(revenue, *ABOVE_SAM)


def test_a_changed_assignment_moves_those_of_its_target(
    served: Served, revenue: dict[str, int], stream: Stream
) -> None:
    served.call("PATCH", f"assignments/{revenue['Sam']}", {"value": 2_00 + next(_numbers)})
    told = stream.moved()
    assert set(told) <= set(revenue.values())
    assert revenue["Sam"] in told


def test_a_move_moves_everything(served: Served, revenue: dict[str, int]) -> None:
    cast = served.stage.cast
    hired = served.call("POST", "people", {"name": fresh(), "hire_date": "2025-01-01", "department_id": cast.field})
    with served.begun() as stream:
        move = {"department_id": cast.partners, "from_date": "2025-02-01"}
        served.call("POST", f"people/{hired['id']}/moves", move)
        event = stream.next()
    assert (event.name, event.data["everything"], event.data["assignment_ids"]) == ("progress", True, [])


def test_an_edited_metric_moves_all_that_rest_on_it(served: Served, revenue: dict[str, int]) -> None:
    definition = {"module": "deals", "unit": "count", "kind": "flow", "condition": {"all": []}, "dated_by": "closed"}
    served.call("POST", "metrics", {"key": "every_deal", "name": "Every deal", "definition": definition})
    resting = shares(served, "every_deal")
    del resting["target"]
    with served.begun() as stream:
        served.call("PATCH", "metrics/every_deal", {"definition": {**definition, "dated_by": "created"}})
        # The shares that were just given may be told of once more before that.
        while (told := stream.moved()) != sorted(resting.values()):
            assert set(told) < set(resting.values())


def test_many_changes_at_once_are_few_events(served: Served, revenue: dict[str, int], stream: Stream) -> None:
    deal = {"amount": 1, "status": "won", "closed": "2025-01-20"}
    with served.client(served.stage.writer.token) as client:
        for number in range(40):
            row = {**deal, "external_id": f"many-{number}", "owner": "Sam" if number < 39 else "Eve"}
            assert client.post("records/deals", json={"records": [row]}).is_success
    told: set[int] = set()
    events = 0
    while revenue["Eve"] not in told:
        told.update(stream.moved())
        events += 1
    assert events < 40
    assert told == set(ids(revenue, *ABOVE_SAM, "Eve", "Partners"))


def test_whoever_comes_back_is_told_what_was_missed(served: Served, revenue: dict[str, int]) -> None:
    with served.stream() as opened:
        known = opened.next().id
    served.win(fresh(), "Sam")
    served.win(fresh(), "Eve")
    with served.stream(after=known) as opened:
        first, missed = opened.next(), opened.moved()
    assert first.name == "heartbeat"
    assert missed == ids(revenue, *ABOVE_SAM, "Eve", "Partners")
    with served.begun(after=first.id) as opened:
        served.win(fresh(), "Tariq")
        assert opened.moved() == ids(revenue, "Tariq", "Hunters", "Field", "Sales", "Acme")


def test_a_page_says_what_it_shows_and_is_told_what_moved_since(served: Served, revenue: dict[str, int]) -> None:
    with served.stream() as opened:
        shown = opened.next().id
    served.win(fresh(), "Sam")
    headers = {"Authorization": f"Bearer {served.stage.reader.token}"}
    with httpx.stream("GET", served.address + EVENTS, params={"after": shown}, headers=headers) as response:
        opened = Stream(response)
        first, missed = opened.next(), opened.moved()
    assert (first.name, missed) == ("heartbeat", ids(revenue, *ABOVE_SAM))


def test_whoever_was_away_for_too_long_reads_everything_anew(served: Served, revenue: dict[str, int]) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    with served.begun(after=long_ago.isoformat()) as opened:
        event = opened.next()
    assert (event.name, event.data["everything"], event.data["assignment_ids"]) == ("progress", True, [])


def test_an_id_from_nowhere_is_refused(served: Served) -> None:
    for given in ("x", "5", "2025-01-01", "2025-01-01T00:00:00"):
        headers = {"Authorization": f"Bearer {served.stage.reader.token}", "Last-Event-ID": given}
        answer = httpx.get(served.address + EVENTS, headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
        assert answer.json()["errors"][0]["where"] == "Last-Event-ID"
    signed = {"Authorization": f"Bearer {served.stage.reader.token}"}
    answer = httpx.get(served.address + EVENTS, params={"after": "x"}, headers=signed)
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "after")


def test_a_stream_is_for_whoever_may_read(served: Served) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody"}):
        answer = httpx.get(served.address + EVENTS, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    answer = httpx.post(served.address + EVENTS)
    assert (answer.status_code, answer.headers["Allow"], answer.json()["code"]) == (405, "GET", "method_not_allowed")


def test_another_organization_hears_nothing(served: Served, revenue: dict[str, int], stream: Stream) -> None:
    abroad = served.stage.abroad.token
    given = {"name": "Q1", "metric": "revenue", "value": 1, "period": "quarterly", "start_date": "2025-01-01"}
    target = served.call("POST", "targets", given, abroad)["id"]
    body = {"assignee": {"kind": "organization"}, "value": 1}
    share = served.call("POST", f"targets/{target}/assignments", body, abroad)["id"]
    with served.begun(abroad) as theirs:
        served.win(fresh(), "Sam")
        assert stream.moved() == ids(revenue, *ABOVE_SAM)
        served.win(fresh(), "Olga", token=abroad)
        assert theirs.moved() == [share]
        served.win(fresh(), "Eve")
        assert stream.moved() == ids(revenue, "Eve", "Partners", "Sales", "Acme")
        served.win(fresh(), "Olga", token=abroad)
        assert theirs.moved() == [share]
