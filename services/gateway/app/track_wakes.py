"""Facts about tracks, fanned out inside the process to those who watch them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator


class TrackWakes:
    """Who waits for news of which track. A lost fact costs a second at most: watchers also poll."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def wake(self, track_id: str) -> None:
        """Tell every watcher of a track that it changed."""
        for event in self._waiting.get(track_id, ()):
            event.set()

    @contextlib.contextmanager
    def watching(self, track_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the track changes, for as long as the block runs."""
        event = asyncio.Event()
        self._waiting.setdefault(track_id, set()).add(event)
        try:
            yield event
        finally:
            self._waiting[track_id].discard(event)
            if not self._waiting[track_id]:
                del self._waiting[track_id]
