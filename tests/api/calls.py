"""Calls the API as a program does, in the test's own process, and tells what it answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.test import Client

PREFIX = "/api/v1"
JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; `body` is what its JSON says, None where there is none."""

    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def body(self) -> Any:
        return orjson.loads(self.content) if self.content else None

    @property
    def items(self) -> list[Any]:
        """The items of a list that is on one page."""
        assert self.status == 200, self.content
        assert self.body["next"] is None
        return self.body["items"]

    @property
    def tag(self) -> str:
        return self.headers["ETag"]

    @property
    def problem(self) -> tuple[int, str, dict[str, str]]:
        """A problem's status, code and messages by place; it must be one, whole and of its media type."""
        body = self.body
        assert self.headers["Content-Type"] == PROBLEM, self.content
        assert {"type", "title", "status", "code", "detail"} <= body.keys()
        assert (body["type"], body["status"]) == (f"/problems/{body['code']}", self.status)
        return self.status, body["code"], {each["where"]: each["message"] for each in body.get("errors", [])}


@dataclass(frozen=True, slots=True)
class Api:
    """The API as the bearer of a token sees it."""

    token: str

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """What is answered; a body that is bytes is sent as it is. `If_Match` is the header If-Match."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        if self.token:
            named.setdefault("Authorization", f"Bearer {self.token}")
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        client = Client(SERVER_NAME="localhost", headers=named)
        address = path if path.startswith("/api") else PREFIX + path
        made = client.generic(method, address, content, content_type=named.get("Content-Type", JSON))
        answered = b"".join(made) if made.streaming else made.content
        return Answer(made.status_code, answered, made.headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.call("DELETE", path, **headers)

    def made(self, path: str, body: object) -> Any:
        """What a POST made, which must succeed."""
        answer = self.post(path, body)
        assert answer.status == 201, answer.content
        return answer.body

    def bearing(self, token: str) -> "Api":
        """The same with another token."""
        return replace(self, token=token)

    def pages(self, path: str, limit: int) -> list[list[Any]]:
        """The items of every page, to the end."""
        found, cursor, join = list[list[Any]](), "", "&" if "?" in path else "?"
        while True:
            answer = self.get(f"{path}{join}limit={limit}{cursor}")
            assert answer.status == 200, answer.content
            found.append(answer.body["items"])
            if answer.body["next"] is None:
                return found
            cursor = f"&cursor={answer.body['next']}"

    def send(self, *records: object, module: str = "deals", source: str = "crm", **headers: str) -> Answer:
        """Records of a source in one call."""
        return self.post(f"/records/{module}", {"source": source, "records": records}, **headers)


def results(answer: Answer) -> list[str]:
    """What became of each row: its outcome, and the places and reasons where it was refused."""
    assert answer.status == 200, answer.content
    return [_told(each) for each in answer.body["results"]]


def counts(answer: Answer) -> dict[str, int]:
    """How many rows had each outcome, without those of none."""
    return {name: number for name, number in answer.body.items() if name != "results" and number}


def _told(result: Mapping[str, Any]) -> str:
    reasons: Sequence[Mapping[str, str]] = result["reasons"]
    said = "; ".join(f"{each['where']}: {each['message']}" for each in reasons)
    return f"{result['external_id']} {result['result']}{': ' if said else ''}{said}"


def won(external_id: str, owner: str, amount: int, closed: str = "2025-01-20", **given: object) -> dict[str, object]:
    """A deal that was won; the amount in cents."""
    deal = {"external_id": external_id, "owner": owner, "amount": amount, "status": "won", "created": "2025-01-02"}
    return {**deal, "closed": closed, **given}
