"""The hub of a process: slow readers are dropped, changes gathered, pages counted, and nothing falls between."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from django.db import transaction

from tests.api.stage import Stage, close
from tests.databases import Database
from tests.plan.cast import ORGANIZATION, give, quarter, won

Play = Callable[..., Awaitable[None]]
SECONDS = 10


@pytest.fixture
def play(stage: Stage, committed: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[[Play], int]:
    """Plays a story with a hub of its own that listens to the test's database; Acme's own assignment is there."""
    from paceline.live import hub as room

    monkeypatch.setattr(room.postgres, "ready", lambda: committed.parameters)
    with transaction.atomic():
        scope = stage.scope
        share = give(scope, quarter(scope), ORGANIZATION, 1_00)

    def run(story: Play) -> int:
        async def told() -> None:
            hub = room.Hub()
            try:
                await asyncio.wait_for(story(hub), SECONDS)
            finally:
                hub.close()
                await asyncio.gather(*hub._tasks, return_exceptions=True)

                await asyncio.to_thread(hub.threads.end)

        asyncio.run(told())
        return share

    return run


async def post(stage: Stage, number: int) -> None:
    """A deal of Sam's, written elsewhere."""

    def write() -> None:
        try:
            with transaction.atomic():
                won(stage.scope, f"D{number}", "Sam", 10, 1_00)
        finally:
            close()

    await asyncio.to_thread(write)


async def next_of(subscriber):
    return await asyncio.wait_for(subscriber.queue.get(), SECONDS)


def test_a_page_that_does_not_read_is_dropped_and_catches_up(
    stage: Stage, play: Callable[[Play], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from paceline.live import hub as room

    seen: list[tuple[int, ...]] = []

    async def story(hub) -> None:
        slow, quick = (
            await hub.subscribe(stage.cast.scope.org_id, None),
            await hub.subscribe(stage.cast.scope.org_id, None),
        )
        slow.queue = asyncio.Queue(2)
        known = slow.known
        for number in range(3):
            await post(stage, number)
            assert (await next_of(quick)).assignment_ids
        # The third did not fit: what waited is dropped with it, and the stream ends.
        assert await next_of(slow) is None
        assert (slow.queue.qsize(), hub.streams) == (0, 1)
        back = await hub.subscribe(stage.cast.scope.org_id, known)
        seen.append((await next_of(back)).assignment_ids)
        hub.leave(quick)
        hub.leave(back)
        hub.leave(slow)
        assert hub.streams == 0

    share = play(story)
    assert seen == [(share,)]
    assert room.EVENTS_WAITING_MAX > 2


def test_changes_that_come_together_are_one_event(
    stage: Stage, play: Callable[[Play], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paceline.live.hub.GATHER_SECONDS", 1.0)
    seen: list[tuple[int, ...]] = []

    async def story(hub) -> None:
        page = await hub.subscribe(stage.cast.scope.org_id, None)
        for number in range(5):
            await post(stage, number)
        last = await hub.threads.read(lambda: known_now(stage))
        # One that was told at once, at most, and one of all that followed.
        events = [await next_of(page)]
        while events[-1].posted_at < last:
            events.append(await next_of(page))
        assert len(events) <= 2
        seen.append(events[-1].assignment_ids)

    share = play(story)
    assert seen == [(share,)]


def known_now(stage: Stage):
    """The stamp of Acme's last posting."""
    from paceline import edge
    from paceline.facts import clock

    with edge.reading():
        return clock.known_now(stage.scope)


def test_the_first_change_after_a_silence_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from paceline.live import hub as room

    gather_seconds = 0.2
    monkeypatch.setattr(room, "GATHER_SECONDS", gather_seconds)
    told: list[float] = []

    async def story() -> None:
        loop = asyncio.get_running_loop()
        hub = room.Hub()

        async def tell(_: int) -> None:
            told.append(loop.time())

        monkeypatch.setattr(hub, "_tell", tell)
        hub._subscribers[1].add(room.Subscriber(1))
        pump = asyncio.create_task(hub._pump())
        for _ in range(2):
            before = len(told)
            hub._mark([1])
            # No timer runs out in these turns of the loop.
            for _ in range(5):
                await asyncio.sleep(0)
            assert len(told) == before + 1
            for _ in range(3):
                hub._mark([1])
                await asyncio.sleep(0)
            await asyncio.sleep(gather_seconds * 2.5)
            assert len(told) == before + 2
            assert told[-1] - told[-2] > gather_seconds * 0.9
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)

    asyncio.run(story())


def test_a_process_has_only_so_many_pages(
    stage: Stage, play: Callable[[Play], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from paceline.live import hub as room

    monkeypatch.setattr(room, "STREAMS_MAX", 2)

    async def story(hub) -> None:
        pages = [await hub.subscribe(stage.cast.scope.org_id, None) for _ in range(2)]
        with pytest.raises(room.TooManyStreams):
            await hub.subscribe(stage.cast.scope.org_id, None)
        hub.leave(pages[0])
        await hub.subscribe(stage.cast.abroad.org_id, None)
        hub.close()
        assert await next_of(pages[1]) is None
        with pytest.raises(room.TooManyStreams):
            await hub.subscribe(stage.cast.scope.org_id, None)

    play(story)


def test_a_page_that_cannot_be_told_what_it_missed_is_not_left_behind(
    stage: Stage, play: Callable[[Play], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from paceline.live import hub as room

    def fail(*_: object) -> None:
        raise RuntimeError("gone")

    async def story(hub) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(room, "_moved", fail)
            with pytest.raises(RuntimeError, match="gone"):
                await hub.subscribe(stage.cast.scope.org_id, None)
        assert hub.streams == 0
        page = await hub.subscribe(stage.cast.scope.org_id, None)
        await post(stage, 1)
        assert (await next_of(page)).assignment_ids

    play(story)


def test_reading_that_fails_once_is_done_again(
    stage: Stage, play: Callable[[Play], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from paceline.live import hub as room

    really, failures = room._moved, [RuntimeError("for a moment")]

    def moved(org_id: int, after: object):
        if after is not None and failures:
            raise failures.pop()
        return really(org_id, after)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "_moved", moved)
    monkeypatch.setattr(room, "RECONNECT_SECONDS", 0.05)

    async def story(hub) -> None:
        page = await hub.subscribe(stage.cast.scope.org_id, None)
        await post(stage, 1)
        assert (await next_of(page)).assignment_ids
        assert failures == []

    play(story)
