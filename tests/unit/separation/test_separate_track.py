"""One attempt at a song, its surroundings in memory: bounded, stopped at once, gone on with, spread over servers."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from services.separation.app import separate_track
from services.separation.app.cancel_job import cancel_job
from services.separation.app.chunk_calls import Spent, Turn
from services.separation.app.hearing import Hearing
from services.separation.app.ports import Engine
from services.separation.app.workshop import WorkLimits
from services.separation.audio.arrays import ModelInput, ModelOutput
from services.separation.audio.chunking import Chunk
from services.separation.audio.pipeline import Separation
from services.separation.audio.properties import AudioProperties
from services.separation.clients.engine_replicas import EngineReplicas
from services.separation.domain.errors import DependencyAway, EngineFailed
from services.separation.domain.findings import Findings
from services.separation.domain.job import PAUSES_S, Job, JobState, SealedStem
from tests.unit.separation.audio_fixtures import noise
from tests.unit.separation.memory_jobs import MemoryJobs, MemoryWork
from tests.unit.separation.song_bench import (
    QUIET,
    RATE_HZ,
    SEGMENT_SAMPLES,
    SHAPE,
    Bench,
    MemoryObjects,
    Shelf,
    SongEngine,
)

PROPERTIES = AudioProperties(RATE_HZ, 2, 16)
SONG = noise(PROPERTIES, 3 * SEGMENT_SAMPLES + 10_001)
CHUNKS = -(-len(SONG) // SHAPE.hop_samples)


async def undisturbed() -> Bench:
    bench = Bench(SONG, PROPERTIES)
    assert (await bench.run()).state is JobState.COMPLETED
    return bench


async def test_a_cancelled_job_is_let_go_with_its_chunks_at_the_engine() -> None:
    """Within a heartbeat of its end the work stops: no chunk is waited for, and none is asked any more."""
    bench = Bench(SONG, PROPERTIES)
    engine = bench.own_engine
    engine.let.clear()
    limits = replace(QUIET, heartbeat_s=0.01)
    running = asyncio.create_task(bench.run(limits))
    await engine.until_asked(limits.chunks_in_flight)
    await cancel_job(bench.jobs, lambda: None, "job_1", "usr_1")
    await asyncio.wait_for(running, 30)
    assert (bench.job.state, engine.busy) == (JobState.CANCELLED, 0)
    assert engine.asked == limits.chunks_in_flight
    assert (bench.materials.segments, bench.ledger.settled) == ([], {})


@pytest.mark.parametrize("done", [1, 2])
async def test_a_cancelled_job_does_not_outlive_its_next_segment(done: int) -> None:
    """Even between two heartbeats nothing is committed after the segment that was on its way."""
    bench = Bench(SONG, PROPERTIES)
    bench.materials.hold_from = done
    running = asyncio.create_task(bench.run())
    await bench.materials.until_committed(done)
    await cancel_job(bench.jobs, lambda: None, "job_1", "usr_1")
    bench.materials.let.set()
    await asyncio.wait_for(running, 30)
    assert bench.job.state is JobState.CANCELLED
    assert len(bench.materials.segments) <= done + 1
    assert (bench.materials.findings, bench.ledger.settled) == ([], {})


async def test_what_takes_memory_is_done_one_thing_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hearing, joining and encoding of an attempt run in one thread that ends with it: their peaks never meet."""
    threads: dict[str, set[threading.Thread]] = {}

    def watched(name: str, work: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object) -> object:
            threads.setdefault(name, set()).add(threading.current_thread())
            return work(*given)

        return call

    for owner, name in (
        (Separation, "feed"),
        (Separation, "accept"),
        (Separation, "finish"),
        (Hearing, "feed"),
        (Hearing, "finish"),
        (separate_track, "encode_segment"),
    ):
        monkeypatch.setattr(owner, name, watched(f"{owner.__name__}.{name}", getattr(owner, name)))
    await undisturbed()
    assert len(threads) == 6
    (thread,) = set.union(*threads.values())
    assert thread is not threading.main_thread()
    await asyncio.to_thread(thread.join, 30)
    assert not thread.is_alive()


@pytest.mark.parametrize("block_samples", [1000, 4096, 65_536])
@pytest.mark.parametrize("chunks_in_flight", [1, 2, 4])
async def test_the_engine_holds_the_decoder_back(
    monkeypatch: pytest.MonkeyPatch, chunks_in_flight: int, block_samples: int
) -> None:
    """However large the decoder's blocks, it is never further ahead than the chunks in flight, which are bounded."""
    chunks_open, feed = [0], Separation.feed

    def fed(separation: Separation, block: NDArray[np.int32]) -> list[Chunk]:
        chunks = feed(separation, block)
        chunks_open.append(separation.chunks_open)
        return chunks

    monkeypatch.setattr(Separation, "feed", fed)
    bench = Bench(SONG, PROPERTIES, block_samples=block_samples)
    engine, ahead_samples = bench.own_engine, [0]
    answered = engine.separate

    async def separate(model: str, chunk: ModelInput, spent: Spent, its_turn: Turn) -> ModelOutput:
        # What has been decoded beyond the chunks answered, each time that the engine has more to do.
        decoding = bench.decoders.last
        assert decoding is not None
        ahead_samples.append(decoding.decoded - (engine.asked - engine.busy) * SHAPE.hop_samples)
        return await answered(model, chunk, spent, its_turn)

    engine.separate = separate  # type: ignore[method-assign]  # watched from within
    job = await bench.run(replace(QUIET, chunks_in_flight=chunks_in_flight))
    assert job.state is JobState.COMPLETED
    assert engine.asked == CHUNKS
    assert engine.busy_max <= chunks_in_flight
    assert max(chunks_open) <= chunks_in_flight
    bound = chunks_in_flight * SHAPE.hop_samples + SHAPE.segment_samples + 2 * block_samples
    assert max(ahead_samples) <= bound
    assert bench.stems() == (await undisturbed()).stems()


@pytest.mark.parametrize("done", [1, 2, 3])
async def test_a_successor_begins_after_the_last_committed_segment(done: int) -> None:
    """A worker that ends in mid-song is succeeded without doing again what is done, and every file is the same."""
    whole, bench = await undisturbed(), Bench(SONG, PROPERTIES)
    bench.materials.hold_from = done
    await bench.submit()
    doomed = asyncio.create_task(bench.run())
    await bench.materials.until_committed(done)
    doomed.cancel()
    await asyncio.wait([doomed])
    assert (bench.job.state, bench.job.tries) == (JobState.QUEUED, 0)
    bench.materials.hold_from = None
    asked = bench.own_engine.asked
    assert (await bench.run(worker="worker-2")).state is JobState.COMPLETED
    assert bench.materials.attempts == [1] * done + [2] * (4 - done)
    # Two chunks at most cover what joins on to the segment before.
    assert bench.own_engine.asked - asked <= CHUNKS - done * SEGMENT_SAMPLES // SHAPE.hop_samples + 2
    assert bench.stems() == whole.stems()
    assert bench.analysis == whole.analysis


async def test_a_worker_that_slept_past_its_lease_harms_nothing() -> None:
    """Its successor finishes the song; what the sleeper still wants to commit is refused, and it ends quietly."""
    whole, bench = await undisturbed(), Bench(SONG, PROPERTIES)
    bench.materials.hold_from = 1
    await bench.submit()
    sleeper = asyncio.create_task(bench.run())
    await bench.materials.until_committed(1)
    bench.jobs.clock.advance(seconds=QUIET.lease_s + 1)
    bench.materials.hold_from = None
    assert (await bench.run(worker="worker-2")).state is JobState.COMPLETED
    bench.materials.let.set()
    await asyncio.wait_for(sleeper, 30)
    assert bench.materials.attempts[1:] == [2, 2, 2]
    assert len(bench.materials.findings) == 1
    assert bench.stems() == whole.stems()


class Mortal(SongEngine):
    """A server that answers so many chunks, and after that only fails."""

    def __init__(self, answers: int, fault: Exception) -> None:
        super().__init__()
        self.answers = answers
        self.fault = fault

    async def separate(self, model: str, chunk: ModelInput, spent: Spent, its_turn: Turn) -> ModelOutput:
        answer = await super().separate(model, chunk, spent, its_turn)
        if self.asked > self.answers:
            raise self.fault
        return answer


@pytest.mark.parametrize("fault", [DependencyAway("inference", "gone"), EngineFailed("device lost")])
@pytest.mark.parametrize("answers", [0, 1, 2])
async def test_a_server_that_dies_in_mid_song_is_not_noticed(answers: int, fault: Exception) -> None:
    """Its chunks go to the others at once: one attempt, the same stems, and the dead are asked no more for a while."""
    dying, *living = servers = [Mortal(answers, fault), SongEngine(), SongEngine()]
    for server in servers:
        server.let.clear()
    bench = Bench(SONG, PROPERTIES, engine=replicas_of(servers))
    running = asyncio.create_task(bench.run())
    # Each has a chunk at hand when the first one dies, or soon does.
    await asyncio.gather(*(server.until_asked(1) for server in servers))
    for server in servers:
        server.let.set()
    job = await running
    assert (job.state, job.attempt) == (JobState.COMPLETED, 1)
    assert bench.stems() == (await undisturbed()).stems()
    assert sum(server.asked for server in living) == CHUNKS - answers
    assert dying.asked <= answers + QUIET.chunks_in_flight


async def test_one_songs_chunks_are_spread_over_all_servers() -> None:
    """Each of several servers works at the song, none with more than its share at once."""
    servers = [SongEngine() for _ in range(3)]
    for server in servers:
        server.let.clear()
    bench = Bench(SONG, PROPERTIES, engine=replicas_of(servers))
    running = asyncio.create_task(bench.run(WorkLimits(lease_s=1000.0, heartbeat_s=500.0, chunks_in_flight=6)))
    await asyncio.gather(*(server.until_asked(2) for server in servers))
    assert [server.busy for server in servers] == [2, 2, 2]
    for server in servers:
        server.let.set()
    assert (await running).state is JobState.COMPLETED
    assert bench.stems() == (await undisturbed()).stems()


async def test_with_every_server_away_the_song_waits_its_turn() -> None:
    """When patience ends the job goes back to the queue, and the try is not held against it."""
    servers = [Mortal(2, DependencyAway("inference", "gone")) for _ in range(2)]
    bench = Bench(SONG, PROPERTIES, engine=replicas_of(servers))
    job = await bench.run(replace(QUIET, dependency_patience_s=0.2))
    assert (job.state, job.tries, job.failure) == (JobState.QUEUED, 0, None)


async def test_a_machines_short_fault_does_not_use_up_the_tries() -> None:
    """A job whose try failed rests unannounced, whoever is told of it, and is done once the fault is over."""
    bench = Bench(SONG, PROPERTIES, engine=(engine := Mortal(0, EngineFailed("device lost"))))
    job = await bench.run()
    assert (job.state, job.tries) == (JobState.QUEUED, 1)
    asked = engine.asked
    for _ in range(QUIET.attempts_max):
        assert (await bench.run()).tries == 1
    assert engine.asked == asked
    assert bench.jobs.facts == []
    bench.jobs.clock.advance(seconds=PAUSES_S[0])
    engine.answers = asked + CHUNKS
    assert (await bench.run()).state is JobState.COMPLETED


class Unreturning(MemoryJobs):
    """A database on which a heartbeat hangs, and its rolling back fails, once the song is done."""

    def __init__(self, plain: MemoryJobs, is_done: asyncio.Event) -> None:
        super().__init__(plain.clock)
        self.is_done = is_done
        self.is_asked = asyncio.Event()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryWork]:
        task = asyncio.current_task()
        if self.is_done.is_set() and task is not None and task.get_name() == "lease":
            self.is_asked.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise DependencyAway("database", "closed in the middle of an operation") from None
        async with super().transaction() as work:
            yield work


class LastShelf(Shelf):
    """A library that takes the findings when the database hangs."""

    is_done: asyncio.Event
    is_asked: asyncio.Event

    async def record_findings(self, job: Job, findings: Findings) -> None:
        await super().record_findings(job, findings)
        self.is_done.set()
        await self.is_asked.wait()


async def test_a_heartbeat_that_hangs_does_not_keep_a_finished_song() -> None:
    """A song that is done is ended, though the heartbeat under way then can be neither finished nor rolled back."""
    bench = Bench(SONG, PROPERTIES)
    is_done = asyncio.Event()
    bench.jobs = jobs = Unreturning(bench.jobs, is_done)
    bench.materials = shelf = LastShelf()
    shelf.is_done, shelf.is_asked = is_done, jobs.is_asked
    job = await asyncio.wait_for(bench.run(replace(QUIET, heartbeat_s=0.5)), 30)
    assert job.state is JobState.COMPLETED


class Tardy(MemoryObjects):
    """A storage whose first try at each object fails, and is applied long after."""

    def __init__(self) -> None:
        super().__init__()
        self.late: dict[str, SealedStem] = {}

    async def put(self, stem: SealedStem) -> None:
        if stem.object_name not in self.late:
            self.late[stem.object_name] = stem
            raise DependencyAway("object storage", "timed out")
        await super().put(stem)


async def test_a_stored_stem_opens_whichever_try_is_applied_last() -> None:
    """What the storage applies after the client gave it up opens under the key that the library was given."""
    bench = Bench(SONG, PROPERTIES)
    bench.objects = storage = Tardy()
    assert (await bench.run()).state is JobState.COMPLETED
    for late in storage.late.values():
        await MemoryObjects.put(storage, late)
    stems = [stem for segment in bench.materials.segments for stem in segment.stems]
    assert [storage.keys[stem.object_name] for stem in stems] == [stem.object_key for stem in stems]


def replicas_of(servers: Sequence[SongEngine]) -> Engine:
    return EngineReplicas(servers, lambda: 100.0)


@pytest.mark.parametrize(
    "song",
    [
        pytest.param(np.zeros((SEGMENT_SAMPLES + 5, 1), np.int32), id="silence"),
        pytest.param(np.full((SEGMENT_SAMPLES + 5, 1), 12_345, np.int32), id="DC"),
        pytest.param(np.full((1, 1), -32_768, np.int32), id="one sample"),
    ],
)
async def test_songs_without_music_are_songs(song: NDArray[np.int32]) -> None:
    """Silence, a constant and a single sample are separated and reported like any other, nothing given up."""
    bench = Bench(song, AudioProperties(RATE_HZ, 1, 16))
    assert (await bench.run()).state is JobState.COMPLETED
    assert (bench.analysis.bpm, bench.analysis.key) == (None, "")
    assert bench.measures.parts_given_up == []
    figures = [segment.figures for segment in bench.materials.segments]
    assert sum(segment.length_samples for segment in bench.materials.segments) == len(song)
    assert [(told.differing_samples, told.unsound_values) for told in figures] == [(0, 0)] * len(figures)
