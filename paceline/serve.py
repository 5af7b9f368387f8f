"""Running the service: one process, which says when it answers and stops cleanly."""

import gc
import logging.config
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

import uvicorn

from paceline.errors import PacelineError

# Answers that are under way get so long to finish.
GRACE_SECONDS = 5
BACKLOG = 1_024
# A thread that comes back from the database waits no longer than this for one that computes.
SWITCH_SECONDS = 0.0005
GARBAGE_THRESHOLD = 50_000, 20, 20
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NotSafe(PacelineError):
    """The settings are not fit for where the service would listen."""

    code = "not_safe"
    status = 503


class PortTaken(PacelineError):
    """Something else listens there."""

    code = "port_taken"
    status = 503


class _Server(uvicorn.Server):
    """Tells when it answers, and lets open streams go when it is told to stop."""

    ready: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        from paceline.live.hub import hub

        hub.close()
        super().handle_exit(sig, frame)


def check_safe(host: str, hosts: list[str], *, is_secure: bool, may_be_plain: bool) -> None:
    """Refuse to listen beyond this machine with settings that are only good on it. Raises NotSafe."""
    if host in LOOPBACK:
        return
    if not set(hosts) - {"localhost", "127.0.0.1", "[::1]"}:
        raise NotSafe(
            f"the service would listen on {host} and answer to no name but this machine's: set PACELINE_HOSTS to the"
            " names that it is reached by, with commas, such as paceline.example.com"
        )
    if "*" in hosts:
        raise NotSafe("PACELINE_HOSTS is *: name the hosts, or a forged Host header is believed")
    if not is_secure and not may_be_plain:
        raise NotSafe(
            f"the service would send tokens over the network in the clear: put a proxy with TLS before it and set"
            f" PACELINE_TLS=1, or set PACELINE_PLAIN_HTTP=1 where the network itself is safe (listening on {host})"
        )


def run(bound: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is called with the address once it answers. Django is set up already."""
    from paceline import asgi

    logging.config.dictConfig(LOGGING)
    sys.setswitchinterval(SWITCH_SECONDS)
    # What a process is made of stays, and the rows of a large answer are no cycles: looking for some takes long.
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLD)
    made = uvicorn.Config(
        asgi.make(),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
        proxy_headers=False,
        ws="none",
    )
    server = _Server(made)
    name, number = bound.getsockname()[:2]
    shown = f"[{name}]" if ":" in name else name
    server.ready = lambda: ready(f"http://{shown}:{number}")
    server.run(sockets=[bound])


def bind(host: str, port: int) -> socket.socket:
    """Where the service will listen: taken before anything that takes long. Raises PortTaken."""
    with ExitStack() as stack:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            made = stack.enter_context(socket.socket(family, kind, protocol))
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise PortTaken(f"cannot listen on {host} port {port}: {reason}; choose another with --port") from None
        stack.pop_all()
        return made


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "uvicorn": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
    },
}
