"""What an attempt at a song holds of it at a time."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from services.separation.app import separate_track
from services.separation.app.chunk_calls import Spent, Turn
from services.separation.audio.arrays import ModelInput, ModelOutput
from services.separation.audio.flac_segments import EncodedSegment, encode_segment
from services.separation.audio.properties import AudioProperties
from services.separation.audio.segments import Segment
from services.separation.domain.job import JobState
from tests.unit.separation.audio_fixtures import noise
from tests.unit.separation.song_bench import QUIET, RATE_HZ, SEGMENT_SAMPLES, SHAPE, Bench, SongEngine

PROPERTIES = AudioProperties(RATE_HZ, 2, 16)
SONG = noise(PROPERTIES, 3 * SEGMENT_SAMPLES + 10_001)
CHUNKS = -(-len(SONG) // SHAPE.hop_samples)


class HeldEngine(SongEngine):
    """Answers so many chunks, and the others when it is let; knows which of its answers somebody holds."""

    def __init__(self, answered: int) -> None:
        super().__init__()
        self._answered = answered
        self.held = asyncio.Event()
        self.waiting = 0
        self.answers: list[weakref.ref[ModelOutput]] = []
        self.held_at_answer: list[int] = []
        """How many were held when each was made."""

    async def separate(self, model: str, chunk: ModelInput, spent: Spent, its_turn: Turn) -> ModelOutput:
        if self.asked >= self._answered:
            async with self.was_asked:
                self.waiting += 1
                self.was_asked.notify_all()
            await self.held.wait()
        answer = await super().separate(model, chunk, spent, its_turn)
        self.held_at_answer.append(sum(other() is not None for other in self.answers))
        self.answers.append(weakref.ref(answer))
        return answer

    async def until_held(self, count: int) -> None:
        async with asyncio.timeout(30), self.was_asked:
            await self.was_asked.wait_for(lambda: self.waiting >= count)


async def test_nothing_large_is_held_while_the_next_chunk_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers that were joined and the segments that were encoded are let go, not kept until the next comes."""
    engine, segments = HeldEngine(answered=4), list[weakref.ref[NDArray[np.int32]]]()

    def encode(segment: Segment, stems: Sequence[str], properties: AudioProperties) -> tuple[EncodedSegment, ...]:
        segments.append(weakref.ref(segment.stems))
        return encode_segment(segment, stems, properties)

    monkeypatch.setattr(separate_track, "encode_segment", encode)
    bench = Bench(SONG, PROPERTIES, engine=engine)
    running = asyncio.create_task(bench.run())
    await bench.materials.until_committed(1)
    gc.collect()
    assert [answer() is None for answer in engine.answers] == [True] * 4
    assert [segment() is None for segment in segments] == [True]
    engine.held.set()
    await asyncio.wait_for(running, 30)
    assert bench.job.state is JobState.COMPLETED


async def test_answers_are_brought_in_one_after_another() -> None:
    """However many chunks are done at once, no answer enters this process before the one ahead of it is joined."""
    engine = HeldEngine(answered=0)
    bench = Bench(SONG, PROPERTIES, engine=engine)
    running = asyncio.create_task(bench.run())
    await engine.until_held(QUIET.chunks_in_flight)
    engine.held.set()
    await asyncio.wait_for(running, 30)
    assert bench.job.state is JobState.COMPLETED
    assert engine.held_at_answer == [0] * CHUNKS
