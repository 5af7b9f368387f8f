"""Running the service: its processes, which say when they answer and stop cleanly."""

import gc
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPException
from multiprocessing.process import BaseProcess
from tempfile import TemporaryDirectory
from threading import Thread
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from paceline import setup
from paceline.errors import PacelineError
from paceline.logs import LOGGING

# Answers that are under way get so long to finish.
GRACE_SECONDS = 5
BACKLOG = 1_024
# A thread that comes back from the database waits no longer than this for one that computes.
SWITCH_SECONDS = 0.0005
GARBAGE_THRESHOLD = 50_000, 20, 20
# Each takes up to fourteen connections, and PostgreSQL comes with a hundred.
PROCESSES_MAX = 4
START_SECONDS_MAX = 60
# The address that is listened on is not always one that can be called.
REACHED = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is asked instead
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NotSafe(PacelineError):
    """The settings are not fit for where the service would listen."""

    code = "not_safe"
    status = 503


class PortTaken(PacelineError):
    """Something else listens there."""

    code = "port_taken"
    status = 503


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


def processes_default() -> int:
    """One for each processor, but not more than the connections of an untuned PostgreSQL are good for."""
    return min(os.cpu_count() or 1, PROCESSES_MAX)


def run(bound: socket.socket, ready: Callable[[str], None], processes: int = 1) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is called with the address once it answers. Django is set up already.

    Several processes share the port and nothing else: docs/decisions/threads-for-answers.md.
    """
    # Who asks is what such a proxy says in X-Forwarded-For; from anybody else the header says nothing.
    proxies = os.environ.get("PACELINE_PROXIES", "")
    config = uvicorn.Config(
        "paceline.serve:application",
        factory=True,
        workers=processes,
        log_config=LOGGING,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        ws="none",
    )
    Thread(target=_tell, args=(bound, ready), daemon=True).start()
    if processes == 1:
        uvicorn.Server(config).run(sockets=[bound])
        return
    from paceline.health import MEASURES

    with TemporaryDirectory(prefix="paceline-measures-") as folder:
        os.environ[MEASURES] = folder
        Multiprocess(config, sockets=[bound]).run()


def application() -> Callable[..., Awaitable[None]]:
    """The application of a process, which is made ready for it."""
    from django.apps import apps

    if not apps.ready:
        setup.start()
    from django.db.backends.signals import connection_created

    from paceline import asgi, postgres
    from paceline.live.hub import hub

    connection_created.connect(limit_statements)
    postgres.keep()
    sys.setswitchinterval(SWITCH_SECONDS)
    # What a process is made of stays, and the rows of a large answer are no cycles: looking for some takes long.
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLD)
    for number in (signal.SIGTERM, signal.SIGINT):
        _before(number, hub.close)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()
    return asgi.make()


def limit_statements(connection: Any, **_named: object) -> None:
    """Let no request hold a thread and a connection for ever: PACELINE_STATEMENT_SECONDS."""
    from django.conf import settings

    limit = f"{settings.STATEMENT_SECONDS}s"
    connection.connection.execute("SELECT set_config('statement_timeout', %s, false)", [limit])


def _before(number: signal.Signals, work: Callable[[], None]) -> None:
    """Do the work first where the signal is handled: uvicorn would wait for open streams."""
    then = signal.getsignal(number)

    def handle(sig: int, frame: FrameType | None) -> None:
        work()
        if callable(then):
            then(sig, frame)

    signal.signal(number, handle)


def _end_with(parent: BaseProcess) -> None:
    """A process whose parent was killed would keep the port: it ends as its parent did."""
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)


def _tell(bound: socket.socket, ready: Callable[[str], None]) -> None:
    """Ask for a first answer, and tell that it came."""
    name, port = str(bound.getsockname()[0]), bound.getsockname()[1]
    asked = HTTPConnection(REACHED.get(name, name), port, timeout=START_SECONDS_MAX)
    with suppress(OSError, HTTPException):
        asked.request("GET", "/api/v1/health")
        asked.getresponse().read()
        asked.close()
        ready(f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}")


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
