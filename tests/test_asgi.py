"""Requests as they arrive: whoever sends slowly is not waited for."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from paceline import asgi

REQUEST = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "http_version": "1.1", "scheme": "http"}


def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Answers what was sent."""
    start("200 OK", [])
    return [environ["wsgi.input"].read()]


def answered(parts: Iterable[tuple[float, bytes]]) -> tuple[int, bytes]:
    """The answer to a body whose parts come after so many seconds each; it never ends by itself."""
    waiting, sent = iter(parts), list[Any]()

    async def receive() -> Any:
        seconds, body = next(waiting, (60.0, b""))
        await asyncio.sleep(seconds)
        return {"type": "http.request", "body": body, "more_body": body != b"."}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(asgi.Answers(application)({**REQUEST, "headers": []}, receive, send))
    return sent[0]["status"], sent[1]["body"]


def test_a_body_comes_in_time_or_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "BODY_PAUSE_SECONDS_MAX", 0.1)
    monkeypatch.setattr(asgi, "BODY_SECONDS_MAX", 0.3)
    assert answered([(0.0, b"whole"), (0.05, b" body"), (0.0, b".")]) == (200, b"whole body.")
    # Silent in the middle, and never silent but never done.
    for parts in ([(0.0, b"half")], [(0.05, b"drop")] * 20):
        status, said = answered(parts)
        assert (status, b"too long" in said) == (408, True)
