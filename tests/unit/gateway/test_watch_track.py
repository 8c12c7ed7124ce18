from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from services.gateway.app.track_wakes import TrackWakes
from services.gateway.app.watch_track import WatchTimes, watch_track
from services.gateway.domain.progress import Progress

BEGUN = Progress("separating", 0, 882_000, 44_100, 0, 0, None, (), None)
RESTS_LONG = WatchTimes(poll_s=3600.0, rest_s=3600.0)


@dataclass
class Track:
    """What a reading finds."""

    now: Progress = BEGUN
    readings: list[Progress] = field(default_factory=list)

    async def read(self, owner_id: str, track_id: str) -> Progress:
        self.readings.append(self.now)
        return self.now


@asynccontextmanager
async def watched(track: Track, wakes: TrackWakes, times: WatchTimes) -> AsyncIterator[asyncio.Queue[Progress | None]]:
    """What a watcher is told; it is heard from once, so that it waits."""
    told: asyncio.Queue[Progress | None] = asyncio.Queue()
    begun = asyncio.Event()

    async def watch() -> None:
        stream = watch_track(track, wakes, owner_id="usr_1", track_id="trk_1", stopping=asyncio.Event(), times=times)
        async for progress in stream:
            told.put_nowait(progress)
            begun.set()

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch())
        await begun.wait()
        yield told
        watching.cancel()


async def turns(count: int) -> None:
    """Let everybody who can go on do so."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_segments_that_come_thick_are_read_together_and_the_end_at_once() -> None:
    """However many segments are told while a watcher rests, they cost no reading; the track's end is told at once."""
    track, wakes = Track(), TrackWakes()
    async with watched(track, wakes, RESTS_LONG) as told:
        assert told.get_nowait() == BEGUN
        for segment in range(1, 40):
            track.now = replace(BEGUN, segments=segment)
            wakes.wake("trk_1", is_turn=False)
            await turns(10)
        assert len(track.readings) == 1
        track.now = replace(BEGUN, state="ready", segments=40)
        wakes.wake("trk_1", is_turn=True)
        last = await asyncio.wait_for(told.get(), 10)
        assert last is not None
        assert (last.state, last.segments, len(track.readings)) == ("ready", 40, 2)


async def test_a_segment_after_a_rest_is_told_at_once() -> None:
    """Whoever has rested long enough hears of each segment, and of nobody else's."""
    track, wakes = Track(), TrackWakes()
    async with watched(track, wakes, WatchTimes(poll_s=3600.0, rest_s=0.0)) as told:
        assert told.get_nowait() == BEGUN
        wakes.wake("trk_2", is_turn=True)
        await turns(10)
        assert len(track.readings) == 1
        for segment in range(1, 5):
            track.now = replace(BEGUN, segments=segment)
            wakes.wake("trk_1", is_turn=False)
            assert await asyncio.wait_for(told.get(), 10) == track.now
