"""The service as an ASGI application: event streams are awaited, everything else is answered by threads."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

# Each keeps a connection to the database. More would only wait for the same processors.
THREADS = 12
STREAM = "/api/v1/live"
# A body is kept until it has come whole. Its parts come within seconds of each other, the largest one within minutes.
BODY_PAUSE_SECONDS_MAX = 30.0
BODY_SECONDS_MAX = 300.0

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
# The messages of one answer: its start, and its body.
Answer = tuple[dict[str, Any], dict[str, Any]]
_UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def make() -> Callable[[Any, Receive, Send], Awaitable[None]]:
    """The application; Django is set up already."""
    streams = get_asgi_application()
    answers = Answers(get_wsgi_application())

    async def application(scope: Any, receive: Receive, send: Send) -> None:
        chosen = streams if scope["type"] == "http" and scope["path"] == STREAM else answers
        await chosen(scope, receive, send)

    return application


class Answers:
    """A WSGI application, whose answers are computed whole by threads: docs/decisions/threads-for-answers.md.

    The loop reads a request before a thread takes it, and sends the answer after, so a slow caller costs no thread and
    an answer one change of threads.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="answer")

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            body = await _body(receive)
        except TimeoutError:
            for message in TOO_SLOW:
                await send(message)
            return
        if body is None:
            return
        loop = asyncio.get_running_loop()
        for message in await loop.run_in_executor(self._threads, self._answer, scope, body):
            await send(message)

    def _answer(self, scope: Any, body: BytesIO) -> Answer:
        head: dict[str, Any] = {"type": "http.response.start"}

        def start(status: str, headers: Iterable[tuple[str, str]], _error: object = None) -> None:
            head["status"] = int(status[:3])
            head["headers"] = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]

        parts = self._application(_environ(scope, body), start)
        try:
            content = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        return head, {"type": "http.response.body", "body": content}


# Nobody knows yet who asks for what: it is told in a word, and the connection is closed.
TOO_SLOW: Answer = (
    {
        "type": "http.response.start",
        "status": 408,
        "headers": [(b"content-type", b"text/plain"), (b"connection", b"close")],
    },
    {"type": "http.response.body", "body": b"The request took too long to arrive.\n"},
)


async def _body(receive: Receive) -> BytesIO | None:
    """What was sent, cut behind the most that is taken, which is then refused; None if the caller left.

    Raises TimeoutError where it does not come in time.
    """
    body, over = BytesIO(), time.monotonic() + BODY_SECONDS_MAX
    while True:
        async with asyncio.timeout(min(BODY_PAUSE_SECONDS_MAX, max(0.0, over - time.monotonic()))):
            message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if body.tell() <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            body.write(message.get("body", b""))
        if not message.get("more_body", False):
            return body


def _environ(scope: Any, body: BytesIO) -> dict[str, Any]:
    """The request as WSGI has it (PEP 3333)."""
    host, port = scope.get("server") or ("localhost", 80)
    made: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin1"),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name_given, value_given in scope["headers"]:
        name, value = name_given.decode("latin1"), value_given.decode("latin1")
        # It would pass for the header with dashes, which a proxy may have set.
        if "_" in name:
            continue
        key = _UNPREFIXED.get(name) or "HTTP_" + name.upper().replace("-", "_")
        made[key] = f"{made[key]},{value}" if key in made else value
    # One that is sent in chunks has not said its length.
    made["CONTENT_LENGTH"] = str(body.tell())
    body.seek(0)
    return made
