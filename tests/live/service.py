"""A running service as its callers meet it: over HTTP, and as a stream of events."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from paceline.live import stream as streams
from tests.api.stage import Stage, close, forget, set_stage
from tests.databases import Database
from tests.scenarios.shell import Shell
from tests.served import serving

# An event comes within milliseconds, but a machine may be busy with anything else.
WAIT_SECONDS = 30
EVENTS = "/api/v1/live"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    name: str
    id: str
    data: Any


@dataclass(slots=True)
class Stream:
    """An open stream, read line by line."""

    response: httpx.Response
    _lines: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._lines = self.response.iter_lines()

    def next(self) -> Event:
        """The next event, which must come."""
        parts: dict[str, str] = {}
        for line in self._lines:
            name, _, text = line.partition(": ")
            if name == "retry":
                assert int(text) == streams.RETRY_MILLISECONDS
                next(self._lines)
                continue
            if not line:
                return Event(parts["event"], parts["id"], json.loads(parts["data"]))
            parts[name] = text
        raise AssertionError("the stream has ended")

    def moved(self) -> list[int]:
        """The assignments of the next event, which must tell of progress and not of everything."""
        event = self.next()
        assert (event.name, event.data["everything"]) == ("progress", False)
        assert event.data["known_at"] == event.id
        return event.data["assignment_ids"]

    def is_over(self) -> bool:
        """Whether the stream ends, with no more events."""
        return not any(line.startswith("event: progress") for line in self._lines)


@dataclass(frozen=True, slots=True)
class Served:
    """The service, and the cast that it serves."""

    address: str
    stage: Stage

    def client(self, token: str) -> httpx.Client:
        """Calls in the name of a token; it must be closed."""
        return httpx.Client(
            base_url=f"{self.address}/api/v1/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=WAIT_SECONDS,
        )

    @contextmanager
    def stream(self, token: str | None = None, after: str | None = None) -> Iterator[Stream]:
        """An open stream, whose first event tells that it has begun."""
        headers = {"Authorization": f"Bearer {token or self.stage.reader.token}"}
        if after is not None:
            headers["Last-Event-ID"] = after
        with httpx.stream("GET", self.address + EVENTS, headers=headers, timeout=WAIT_SECONDS) as response:
            assert response.status_code == 200, response.read()
            yield Stream(response)

    @contextmanager
    def begun(self, token: str | None = None, after: str | None = None) -> Iterator[Stream]:
        """An open stream after its first heartbeat."""
        with self.stream(token, after) as opened:
            assert opened.next().name == "heartbeat"
            yield opened

    def call(self, method: str, path: str, body: object = None, token: str | None = None) -> Any:
        """What is answered, which must be a success."""
        with self.client(token or self.stage.admin.token) as client:
            answer = client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def win(self, external_id: str, owner: str, amount: int = 1_00, token: str | None = None) -> None:
        """A deal that is won on a day of the first quarter."""
        deal = {"external_id": external_id, "owner": owner, "amount": amount, "status": "won", "closed": "2025-01-20"}
        assert self.call("POST", "records/deals", {"records": [deal]}, token)["rejected"] == 0


@contextmanager
def running(database: Database) -> Iterator[Served]:
    """The service on a database with the cast."""
    with database.allowed():
        forget()
        stage = set_stage()
        close()
        with serving(Shell(database.parameters)) as address:
            yield Served(address, stage)
        close()


def shares(served: Served, metric: str = "revenue") -> dict[str, int]:
    """A new target with an assignment for everyone of Acme: their numbers by name."""
    cast = served.stage.cast
    given = {"name": metric, "metric": metric, "value": 1_000, "period": "quarterly", "start_date": "2025-01-01"}
    target = served.call("POST", "targets", given)["id"]
    made: dict[str, int] = {}
    for name, kind, number in (
        ("Acme", "organization", None),
        ("Sales", "department", cast.sales),
        ("Field", "department", cast.field),
        ("Partners", "department", cast.partners),
        ("Hunters", "team", cast.hunters),
        ("Tariq", "person", cast.tariq),
        ("Sam", "person", cast.sam),
        ("Eve", "person", cast.eve),
    ):
        body = {"assignee": {"kind": kind, "id": number}, "value": 1_00}
        made[name] = served.call("POST", f"targets/{target}/assignments", body)["id"]
    made["target"] = target
    return made
