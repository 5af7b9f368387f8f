"""Where blocking work of the event streams is done: a few threads that keep their database connections."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import psycopg
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# What moved is read for all pages at once, and a page asks for itself when it opens and at each heartbeat.
THREADS = 2

Answer = TypeVar("Answer")

_BROKEN = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)


class Threads:
    """Threads that keep their connections: to open one and become the tenant takes longer than what is asked."""

    def __init__(self) -> None:
        self._kept: list[BaseDatabaseWrapper] = []
        self._pool = ThreadPoolExecutor(THREADS, "live", initializer=self._keep)

    async def read(self, work: Callable[[], Answer]) -> Answer:
        """What the work answers; it only reads, and is done once more if the connection broke meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _read, work)

    def end(self) -> None:
        """Wait for what is being read, and let the connections go."""
        self._pool.shutdown()
        for each in self._kept:
            each.close()

    def _keep(self) -> None:
        # So that another thread may close it.
        kept = connections["default"]
        kept.inc_thread_sharing()
        self._kept.append(kept)


def _read(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except _BROKEN:
        connection.close()
    try:
        return work()
    except _BROKEN:
        connection.close()
        raise
