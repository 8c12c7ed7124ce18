"""Facts about tracks, fanned out inside the process to those who watch them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Woken:
    """What one watcher waits for."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Anything happened."""
    turn: asyncio.Event = field(default_factory=asyncio.Event)
    """The track itself changed, or can be played from now on."""

    def clear(self) -> None:
        """Wait for what comes next."""
        self.news.clear()
        self.turn.clear()


class TrackWakes:
    """Who waits for news of which track. A lost fact costs a second at most: watchers also poll."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._waiting: dict[str, set[Woken]] = {}

    def wake(self, track_id: str, *, is_turn: bool) -> None:
        """Tell every watcher of a track that it has a segment more or, at a turn, its first one or another state."""
        for woken in self._waiting.get(track_id, ()):
            woken.news.set()
            if is_turn:
                woken.turn.set()

    @contextlib.contextmanager
    def watching(self, track_id: str) -> Iterator[Woken]:
        """What is set whenever the track changes, for as long as the block runs."""
        woken = Woken()
        self._waiting.setdefault(track_id, set()).add(woken)
        try:
            yield woken
        finally:
            self._waiting[track_id].discard(woken)
            if not self._waiting[track_id]:
                del self._waiting[track_id]
