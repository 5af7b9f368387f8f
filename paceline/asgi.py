"""The service as an ASGI application: event streams are awaited, everything else is answered by threads."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

# Each keeps a connection to the database. More would only wait for the same processors.
THREADS = 12
STREAM = "/api/v1/live"

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def make() -> Callable[[Any, Receive, Send], Awaitable[None]]:
    """The application; Django is set up already."""
    streams = get_asgi_application()
    answers = WSGIMiddleware(cast(Any, get_wsgi_application()), workers=THREADS)

    async def application(scope: Any, receive: Receive, send: Send) -> None:
        chosen = streams if scope["type"] == "http" and scope["path"] == STREAM else answers
        await chosen(scope, receive, send)

    return application
