"""The threads of the streams keep their connections, and get others where those broke."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.databases import Database

Read = Callable[[Callable[[], object]], Awaitable[object]]


@pytest.fixture
def read(committed: Database) -> Iterator[Read]:
    """Reads in threads of its own."""
    from paceline.live.threads import Threads

    threads = Threads()
    yield threads.read
    threads.end()


def backend() -> int:
    """The server's process behind this thread's connection."""
    from paceline import edge

    with edge.reading():
        (number,) = edge.raw_connection().execute("SELECT pg_backend_pid()").fetchone() or (0,)
    return number


def test_connections_are_kept(read: Read) -> None:
    from paceline.live.threads import THREADS

    async def story() -> list[object]:
        return [await read(backend) for _ in range(6)] + list(await asyncio.gather(*(read(backend) for _ in range(6))))

    assert 1 <= len(set(asyncio.run(story()))) <= THREADS


def test_a_connection_that_broke_is_replaced(read: Read, committed: Database) -> None:
    async def story() -> tuple[set[object], set[object]]:
        before = set(await asyncio.gather(*(read(backend) for _ in range(8))))
        with committed.connect(autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::integer[]) pid", [sorted(before)])  # type: ignore[type-var]
        return before, {await read(backend) for _ in range(8)}

    before, after = asyncio.run(story())
    assert before
    assert after
    assert not before & after


def test_what_fails_again_is_told(read: Read) -> None:
    import psycopg

    tries: list[int] = []

    def broken() -> None:
        tries.append(backend())
        raise psycopg.OperationalError("the server closed the connection")

    def wrong() -> None:
        raise ValueError("no fault of the connection")

    async def story() -> None:
        with pytest.raises(psycopg.OperationalError):
            await read(broken)
        with pytest.raises(ValueError, match="no fault"):
            await read(wrong)
        assert await read(backend) not in tries

    asyncio.run(story())
    assert len(set(tries)) == 2
