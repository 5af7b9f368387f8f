"""One listener for the whole process, and a bounded queue for each open page."""

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from psycopg.conninfo import make_conninfo

from paceline import edge, postgres
from paceline.errors import PacelineError
from paceline.facts.postings import CHANNEL
from paceline.live.moved import Moved, moved_since
from paceline.live.threads import Threads

log = logging.getLogger("paceline.live")

# The first change after a silence is told at once; those that follow within this time are told as one.
GATHER_SECONDS = 0.02
# A page that lets so many events wait is not reading: it is dropped, and catches up when it comes back.
EVENTS_WAITING_MAX = 100
# Open pages of one process; each is a connection and a little memory.
STREAMS_MAX = 2_000
# After the database went away.
RECONNECT_SECONDS = 0.5
# The listener looks whether its connection still lives.
LISTEN_SECONDS_MAX = 10.0

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class TooManyStreams(PacelineError):
    """This process has as many open pages as it takes."""

    code = "too_many_streams"
    status = 503


@dataclass(eq=False, slots=True)
class Subscriber:
    """One open page. None in its queue ends the stream."""

    org_id: int
    known: datetime = BEFORE_ALL
    queue: asyncio.Queue[Moved | None] = field(default_factory=lambda: asyncio.Queue(EVENTS_WAITING_MAX))

    def tell(self, moved: Moved) -> bool:
        """Put an event in the queue; whether there was room."""
        try:
            self.queue.put_nowait(moved)
        except asyncio.QueueFull:
            return False
        return True

    def end(self) -> None:
        """Drop what waits and end the stream."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Hub:
    """The open pages of a process, by organization."""

    def __init__(self) -> None:
        self._subscribers: dict[int, set[Subscriber]] = defaultdict(set)
        self._told: dict[int, datetime] = {}
        self._dirty: set[int] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.threads = Threads()
        self.closed = False

    @property
    def streams(self) -> int:
        """How many pages are open."""
        return sum(map(len, self._subscribers.values()))

    async def subscribe(self, org_id: int, after: datetime | None) -> Subscriber:
        """A new page, which knows what was posted up to `after` (or up to now, if None). Raises TooManyStreams."""
        if self.closed or self.streams >= STREAMS_MAX:
            raise TooManyStreams("too many pages are open: try again later")
        self._start()
        made = Subscriber(org_id)
        # It is among those who are told before it is asked what it missed, so that nothing falls between.
        self._subscribers[org_id].add(made)
        try:
            missed = await self.threads.read(lambda: _moved(org_id, after))
        except BaseException:
            self.leave(made)
            raise
        made.known = missed.posted_at
        self._told.setdefault(org_id, missed.posted_at)
        if not missed.is_nothing:
            made.tell(missed)
        # What was posted since that was read.
        self._mark([org_id])
        return made

    def leave(self, subscriber: Subscriber) -> None:
        """The page was closed."""
        there = self._subscribers[subscriber.org_id]
        there.discard(subscriber)
        if not there:
            del self._subscribers[subscriber.org_id]
            self._told.pop(subscriber.org_id, None)

    def close(self) -> None:
        """End every stream: the process stops."""
        self.closed = True
        for subscriber in [each for there in self._subscribers.values() for each in there]:
            subscriber.end()
        for task in self._tasks:
            task.cancel()

    def _start(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._pump())]

    async def _listen(self) -> None:
        while True:
            with suppress(psycopg.OperationalError, PacelineError):
                await self._listen_once()
            log.warning("the database does not answer; listening again in %s s", RECONNECT_SECONDS)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        parameters = await asyncio.to_thread(postgres.ready)
        connection = await psycopg.AsyncConnection.connect(make_conninfo(**parameters), autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")  # pyright: ignore[reportArgumentType]
            # What was posted while nobody listened.
            self._mark(list(self._subscribers))
            while True:
                async for notice in connection.notifies(timeout=LISTEN_SECONDS_MAX):
                    self._mark([int(notice.payload)])
                await connection.execute("SELECT 1")

    def _mark(self, org_ids: list[int]) -> None:
        known = [org_id for org_id in org_ids if org_id in self._subscribers]
        if known:
            self._dirty.update(known)
            self._wake.set()

    async def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        told_at = -GATHER_SECONDS
        while True:
            await self._wake.wait()
            await asyncio.sleep(told_at + GATHER_SECONDS - loop.time())
            self._wake.clear()
            dirty, self._dirty = self._dirty, set()
            for org_id in dirty:
                try:
                    await self._tell(org_id)
                except Exception:
                    log.exception("what moved could not be read")
                    await asyncio.sleep(RECONNECT_SECONDS)
                    self._mark([org_id])
            told_at = loop.time()

    async def _tell(self, org_id: int) -> None:
        told = self._told.get(org_id)
        if told is None:
            # The first page is still asking what it missed, and marks the organization then.
            return
        moved = await self.threads.read(lambda: _moved(org_id, told))
        if org_id not in self._subscribers:
            return
        self._told[org_id] = moved.posted_at
        if moved.is_nothing:
            return
        for subscriber in list(self._subscribers[org_id]):
            if moved.posted_at > subscriber.known and not subscriber.tell(moved):
                subscriber.end()
                # A page that was gone before its stream began would never leave by itself.
                self.leave(subscriber)


def _moved(org_id: int, after: datetime | None) -> Moved:
    with edge.reading():
        return moved_since(edge.caller_scope(org_id, "live"), after)


hub = Hub()
