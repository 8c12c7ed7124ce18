"""A model that is replaced while a song is under way: no song is made of two networks, and nobody pays for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from services.separation.audio.properties import AudioProperties
from services.separation.clients.engine_replicas import EngineReplicas
from services.separation.domain.errors import DependencyAway
from services.separation.domain.job import JobState
from services.separation.domain.models import ModelShape
from tests.unit.separation.song_bench import QUIET, RATE_HZ, SEGMENT_SAMPLES, SHAPE, Bench, SongEngine

PROPERTIES = AudioProperties(RATE_HZ, 2, 16)
FIRST = replace(SHAPE, weights_sha256="a" * 64)
OTHER = replace(SHAPE, weights_sha256="b" * 64)


@pytest.fixture
def bench() -> Bench:
    """A song of three segments and a bit, of noise."""
    song = np.random.default_rng(8).integers(-9000, 9000, (3 * SEGMENT_SAMPLES + 77, 2), dtype=np.int32)
    return Bench(song, PROPERTIES, shape=FIRST)


async def broken_off(bench: Bench, after_segments: int) -> None:
    """A first attempt that is ended, and handed back, once so many segments are committed."""
    bench.materials.hold_from = after_segments
    if not after_segments:
        bench.own_engine.let.clear()
    await bench.submit()
    attempt = asyncio.create_task(bench.run())
    if after_segments:
        await bench.materials.until_committed(after_segments)
    else:
        await bench.own_engine.until_asked(1)
    attempt.cancel()
    await asyncio.wait([attempt])
    bench.materials.hold_from = None
    bench.own_engine.let.set()
    assert (bench.job.state, bench.job.attempt) == (JobState.QUEUED, 1)


async def test_a_song_that_was_begun_goes_on_with_its_own_weights_alone(bench: Bench) -> None:
    """A song with a segment of one network is not continued by another: it fails, is free, and can be tried again."""
    await broken_off(bench, after_segments=1)
    assert bench.job.weights_sha256 == FIRST.weights_sha256
    bench.own_engine.shape = OTHER
    job = await bench.run(worker="worker-2")
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert (job.failure.reason, job.failure.retryable) == ("MODEL_CHANGED", True)
    assert "Nothing was charged" in job.failure.message
    assert bench.materials.attempts == [1]
    assert bench.materials.concluded == ["job_1"]
    assert (bench.ledger.settled, bench.ledger.released) == ({}, ["job_1"])


async def test_the_same_weights_go_on(bench: Bench) -> None:
    """A successor with the same weights goes on at the next segment, under another version and on another device."""
    await broken_off(bench, after_segments=2)
    bench.own_engine.shape = replace(FIRST, version="2", device="gpu")
    job = await bench.run(worker="worker-2")
    assert job.state is JobState.COMPLETED
    assert bench.materials.attempts == [1, 1, 2, 2]
    assert bench.materials.findings[0].making.weights_sha256 == FIRST.weights_sha256


async def test_a_song_of_which_nothing_is_there_yet_takes_the_new_network(bench: Bench) -> None:
    """Where no segment is committed nothing can be mixed: the song is made of the new network, and says so."""
    await broken_off(bench, after_segments=0)
    bench.own_engine.shape = OTHER
    job = await bench.run(worker="worker-2")
    assert (job.state, job.weights_sha256) == (JobState.COMPLETED, OTHER.weights_sha256)
    assert set(bench.materials.attempts) == {2}
    assert bench.materials.findings[0].making.weights_sha256 == OTHER.weights_sha256


async def test_a_song_of_before_weights_were_noted_goes_on(bench: Bench) -> None:
    """A job begun before its weights were kept is finished, and keeps them from then on."""
    bench.own_engine.shape = SHAPE
    await broken_off(bench, after_segments=1)
    assert bench.job.weights_sha256 == ""
    bench.own_engine.shape = FIRST
    job = await bench.run(worker="worker-2")
    assert (job.state, job.weights_sha256) == (JobState.COMPLETED, FIRST.weights_sha256)


async def test_other_stems_are_another_model(bench: Bench) -> None:
    """A model that makes other stems by now is not taken, even where nothing is committed."""
    await broken_off(bench, after_segments=0)
    bench.own_engine.shape = replace(OTHER, stems=("vocals", "other"))
    job = await bench.run(worker="worker-2")
    assert job.failure is not None
    assert job.failure.reason == "MODEL_CHANGED"


class Replaced(SongEngine):
    """An engine that is asked how the model is, once when an attempt begins and then before each segment is kept."""

    def __init__(self, answers: list[ModelShape | DependencyAway]) -> None:
        super().__init__(FIRST)
        self.answers = answers

    async def describe(self, model: str) -> ModelShape:
        answer = self.answers.pop(0)
        if isinstance(answer, DependencyAway):
            raise answer
        return answer


async def test_a_server_that_comes_back_with_another_network_ends_the_attempt(bench: Bench) -> None:
    """A segment is kept only while the server still has the weights that the attempt began with."""
    bench.engine = Replaced([FIRST, FIRST, OTHER])
    job = await bench.run()
    assert job.failure is not None
    assert job.failure.reason == "MODEL_CHANGED"
    assert bench.materials.attempts == [1]
    assert bench.ledger.released == ["job_1"]


async def test_a_server_that_is_away_holds_no_finished_segment_up(bench: Bench) -> None:
    """A segment whose answers are all there is kept while the server is away."""
    bench.engine = Replaced([FIRST, DependencyAway("inference"), FIRST, DependencyAway("inference"), FIRST])
    assert (await bench.run()).state is JobState.COMPLETED
    assert len(bench.materials.segments) == 4


async def test_servers_replaced_one_after_another_make_no_song_together(bench: Bench) -> None:
    """While one server has the new network and one still the old, no segment that both may have answered is kept."""
    bench.engine = EngineReplicas([SongEngine(FIRST), Replaced([FIRST, FIRST, OTHER])])
    job = await bench.run()
    assert job.failure is not None
    assert job.failure.reason == "MODEL_CHANGED"
    assert bench.materials.attempts == [1]
    assert bench.ledger.released == ["job_1"]


async def test_no_song_is_begun_while_servers_are_replaced(bench: Bench) -> None:
    """A song waits until every server has the same network, and is then made of that one."""
    old, new = SongEngine(FIRST), SongEngine(OTHER)
    bench.engine = EngineReplicas([old, new])
    hasty = replace(QUIET, dependency_patience_s=0.0)
    assert (await bench.run(hasty)).state is JobState.QUEUED
    assert (old.asked, new.asked, bench.job.tries) == (0, 0, 0)
    old.shape = OTHER
    job = await bench.run(worker="worker-2")
    assert (job.state, job.weights_sha256) == (JobState.COMPLETED, OTHER.weights_sha256)


async def test_a_song_under_way_outlasts_a_replacement_that_is_taken_back(bench: Bench) -> None:
    """A song with a segment waits while the servers differ, and goes on if all have its own network again."""
    await broken_off(bench, after_segments=1)
    other = SongEngine(OTHER)
    bench.engine = EngineReplicas([bench.own_engine, other])
    job = await bench.run(replace(QUIET, dependency_patience_s=0.0), worker="worker-2")
    assert (job.state, job.failure) == (JobState.QUEUED, None)
    other.shape = FIRST
    assert (await bench.run(worker="worker-3")).state is JobState.COMPLETED


async def test_a_server_that_is_away_does_not_keep_the_others_from_going_on(bench: Bench) -> None:
    """Of several servers one may be gone for good: the song is made by those that are there."""
    away = DependencyAway("inference")
    bench.engine = EngineReplicas([Replaced([FIRST, *[away] * 4]), SongEngine(FIRST)])
    assert (await bench.run()).state is JobState.COMPLETED
