"""Follow a track until it ends."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable

from services.gateway.app.ports import ProgressReading
from services.gateway.app.track_wakes import TrackWakes
from services.gateway.domain.errors import BackendAway, TrackGone
from services.gateway.domain.progress import Progress


@dataclasses.dataclass(frozen=True)
class WatchTimes:
    """Seconds between the things a watcher does."""

    poll_s: float = 1.0
    """Between readings, when no fact comes."""
    rest_s: float = 1.0
    """Least between two readings while nothing but further segments comes: a fast machine makes three a second, and
    every reading costs three services some work."""
    heartbeat_s: float = 15.0
    """Longest silence."""
    life_s: float = 3600.0
    """After this the stream ends, and its reader connects again with a fresh token."""


async def watch_track(
    reading: ProgressReading,
    wakes: TrackWakes,
    *,
    owner_id: str,
    track_id: str,
    stopping: asyncio.Event,
    times: WatchTimes,
    is_over: Callable[[], bool] = lambda: False,
) -> AsyncGenerator[Progress | None, None]:
    """Yield a whole reading at once, then after facts, at each turn of the track at once, and each poll.

    None is a heartbeat.

    Ends after a terminal state, when the track is deleted, when the process stops, at the end of the stream's life, and
    at the first step at which `is_over`.
    Raises TrackGone and BackendAway for the first reading only.
    """
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + times.life_s
    with wakes.watching(track_id) as woken:
        progress = await reading.read(owner_id, track_id)
        yield progress
        said_at = loop.time()
        while not progress.is_terminal:
            await _first_of(woken.news, stopping, deadline_s=min(times.poll_s, max(0.0, ends_at - loop.time())))
            if woken.news.is_set():
                await _first_of(woken.turn, stopping, deadline_s=max(0.0, said_at + times.rest_s - loop.time()))
            if stopping.is_set() or is_over() or loop.time() >= ends_at:
                return
            woken.clear()
            try:
                progress = await reading.read(owner_id, track_id)
            except TrackGone:
                return
            except BackendAway:
                # The reading itself waits for a backend that restarts; here a long absence is only bridged.
                if loop.time() - said_at >= times.heartbeat_s:
                    said_at = loop.time()
                    yield None
                continue
            yield progress
            said_at = loop.time()


async def _first_of(woken: asyncio.Event, stopping: asyncio.Event, *, deadline_s: float) -> None:
    if woken.is_set() or stopping.is_set():
        return
    waiting = {asyncio.ensure_future(woken.wait()), asyncio.ensure_future(stopping.wait())}
    try:
        await asyncio.wait(waiting, timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
