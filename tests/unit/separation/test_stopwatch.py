"""How a worker's seconds are counted."""

from __future__ import annotations

import time
from typing import Any

import pytest

from services.separation.app import separate_track
from services.separation.app.chunk_calls import Spent, Turn
from services.separation.app.stopwatch import Stopwatch
from services.separation.audio.arrays import ModelInput, ModelOutput
from services.separation.audio.properties import AudioProperties
from services.separation.domain.job import JobState
from tests.unit.separation.audio_fixtures import noise
from tests.unit.separation.song_bench import RATE_HZ, SEGMENT_SAMPLES, SHAPE, Bench, SongEngine

PROPERTIES = AudioProperties(RATE_HZ, 2, 16)
SONG = noise(PROPERTIES, 2 * SEGMENT_SAMPLES + 10_001)
CHUNKS = -(-len(SONG) // SHAPE.hop_samples)


def test_overlapping_work_counts_once() -> None:
    """Busy seconds are those in which anything goes on; laps add up to the whole, also across a lap in mid-work."""
    now = [100.0]
    watch = Stopwatch(lambda: now[0])
    now[0] = 101.0
    with watch.busy():
        now[0] = 102.0
        with watch.busy():
            now[0] = 104.0
        now[0] = 105.0
        assert watch.lap() == (4.0, 5.0)
        now[0] = 107.0
    now[0] = 110.0
    assert watch.lap() == (2.0, 5.0)
    assert watch.lap() == (0.0, 0.0)


def test_what_the_engine_tells_counts_in_place_of_waiting_for_it() -> None:
    """Once seconds of work are told, these are added up, whatever queue the work stood in; laps sum to the whole."""
    now = [100.0]
    watch = Stopwatch(lambda: now[0])
    with watch.busy():
        now[0] = 150.0
        watch.spent(1.5)
    with watch.busy():
        watch.spent(2.0)
        now[0] = 160.0
        assert watch.lap() == (3.5, 60.0)
        watch.spent(0.25)
    assert watch.lap() == (0.25, 0.0)
    assert watch.lap() == (0.0, 0.0)


async def test_a_songs_engine_seconds_are_those_that_the_engine_tells() -> None:
    """They are added up over its chunks, each once; an engine that tells none is counted while it has a chunk."""
    bench = Bench(SONG, PROPERTIES)
    bench.own_engine.chunk_s = 60.0
    assert (await bench.run()).state is JobState.COMPLETED
    assert engine_s(bench) == CHUNKS * 60.0
    plain = Bench(SONG, PROPERTIES)
    assert (await plain.run()).state is JobState.COMPLETED
    assert engine_s(plain) < CHUNKS * 60.0


class Prompt(SongEngine):
    """A server that takes a second for each chunk, and whose first answer waits until the second chunk is done, too."""

    def __init__(self, now_s: list[float]) -> None:
        super().__init__()
        self.now_s = now_s
        self.in_line = 0

    async def separate(self, model: str, chunk: ModelInput, spent: Spent, its_turn: Turn) -> ModelOutput:
        is_first = self.asked == 0
        self.now_s[0] += 1.0

        async def in_line() -> None:
            if is_first:
                await self.until_asked(2)
            self.in_line += 1
            await its_turn()
            self.in_line -= 1

        return await super().separate(model, chunk, spent, in_line)


async def test_the_time_that_a_chunk_waits_for_its_turn_is_not_the_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk that is done while an earlier one is being joined is counted until it was done, and no longer."""
    now_s, waited, inferred_s = [100.0], [0], [0.0]
    bench = Bench(SONG, PROPERTIES, engine=(engine := Prompt(now_s)))
    line: Any = separate_track._Line
    accepted = line._accepted

    async def joined_slowly(*given: object) -> object:
        waited[0] = max(waited[0], engine.in_line)
        now_s[0] += 100.0
        return await accepted(*given)

    def told(stage: str, seconds: float) -> None:
        inferred_s[0] += seconds if stage == "infer" else 0.0

    monkeypatch.setattr(line, "_accepted", joined_slowly)
    monkeypatch.setattr(separate_track, "Stopwatch", lambda: Stopwatch(lambda: now_s[0]))
    monkeypatch.setattr(time, "perf_counter", lambda: now_s[0])
    monkeypatch.setattr(bench.measures, "stage", told)
    assert (await bench.run()).state is JobState.COMPLETED
    assert waited[0] > 0
    assert engine_s(bench) == CHUNKS * 1.0
    # The first one stood beside the second for as long as that took.
    assert inferred_s[0] == CHUNKS + 1.0


def engine_s(bench: Bench) -> float:
    (findings,) = bench.materials.findings
    return sum(effort.engine_s for effort in bench.materials.efforts) + findings.making.engine_s
