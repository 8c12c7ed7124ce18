"""State machines against a model: appends to one upload, and attempts at one track."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chassis.testing.postgres import PostgresServer
from services.library.app.append_upload import append_upload
from services.library.app.cancel_track import cancel_track
from services.library.app.conclude_track import conclude_track
from services.library.app.create_track import create_track
from services.library.app.create_upload import create_upload
from services.library.app.get_manifest import get_manifest
from services.library.app.open_track import open_track
from services.library.app.read_segment import read_segment
from services.library.app.read_tracks import get_track
from services.library.app.retry_track import retry_track
from services.library.domain.errors import (
    AttemptFenced,
    SegmentOutOfOrder,
    TrackNotRetryable,
    TrackNotSeparating,
    UploadOffsetMismatch,
    UploadOverrun,
)
from services.library.domain.track import Outcome, TrackState
from tests.integration.library.world import OWNER, STEMS, World, make_world, pieces

LENGTH = 4_000
STEPS = settings(max_examples=15, stateful_step_count=20)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture
def resident(postgres: PostgresServer, tmp_path: Path, runner: asyncio.Runner) -> Iterator[World]:
    """One world for all examples, on the machine's own loop."""
    stack = contextlib.AsyncExitStack()
    world = runner.run(stack.enter_async_context(make_world(postgres, tmp_path / "objects")))
    # Every example leaves a song behind, all of them one listener's.
    yield dataclasses.replace(world, limits=dataclasses.replace(world.limits, open_uploads_max=1_000_000))
    runner.run(stack.aclose())


class Appends(RuleBasedStateMachine):
    """The model is the bytes that should be stored."""

    numbers = itertools.count()
    world: World
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.owner_id = f"usr_{next(self.numbers)}"
        self.stored = b""
        self.upload_id = ""

    @initialize()
    def create(self) -> None:
        upload = self.runner.run(create_upload(self.world.ports, self.world.limits, self.owner_id, LENGTH, ""))
        self.upload_id = upload.upload_id

    @rule(
        sizes=st.lists(st.integers(0, 1_500), max_size=4), skew=st.sampled_from([0, 0, 0, 1, -1]), breaks=st.booleans()
    )
    def append(self, sizes: list[int], skew: int, breaks: bool) -> None:
        chunks = [bytes([len(self.stored) % 251]) * size for size in sizes]
        data = b"".join(chunks)
        offset = len(self.stored) + skew
        expected: type[Exception] | None = ConnectionResetError if breaks else None
        if skew:
            expected, data = UploadOffsetMismatch, b""
        elif offset + len(data) > LENGTH:
            expected = UploadOverrun
        with pytest.raises(expected) if expected else contextlib.nullcontext():
            self.runner.run(self._append(offset, chunks, breaks))
        self.stored = (self.stored + data)[:LENGTH]

    async def _append(self, offset: int, chunks: list[bytes], breaks: bool) -> None:
        async def stream() -> AsyncIterator[bytes]:
            async for chunk in pieces(chunks):
                yield chunk
            if breaks:
                raise ConnectionResetError

        await append_upload(self.world.ports, self.world.limits, self.owner_id, self.upload_id, offset, stream())

    @invariant()
    def reads_back(self) -> None:
        if self.upload_id:
            assert self.runner.run(self._content()) == self.stored

    async def _content(self) -> bytes:
        async with self.world.ports.store.transaction() as work:
            upload = await work.uploads.get(self.owner_id, self.upload_id)
            assert upload is not None
            assert upload.offset_bytes == len(self.stored)
            key = await work.uploads.key(upload)
            parts = await work.uploads.parts(self.upload_id)
        assert key is not None
        return b"".join([await self.world.objects.get(key, part.object_name) for part in parts])


class Attempts(RuleBasedStateMachine):
    """The model is the job, its newest attempt, its state, and which attempt made each segment."""

    world: World
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.track_id = self.job_id = ""
        self.attempt = 0
        self.state = TrackState.SEPARATING
        self.makers: list[int] = []

    @initialize()
    def create(self) -> None:
        upload = self.runner.run(self.world.uploaded())
        track = self.runner.run(create_track(self.world.ports, OWNER, upload.upload_id, "", "", ""))
        self.track_id, self.job_id = track.track_id, track.job_id

    @rule(ahead=st.integers(-1, 2), job=st.sampled_from(["", "", "job_old"]))
    def open(self, ahead: int, job: str) -> None:
        attempt = self.attempt + ahead
        expected: type[Exception] | None = None
        if job or attempt < max(self.attempt, 1):
            expected = AttemptFenced
        elif self.state is not TrackState.SEPARATING:
            expected = TrackNotSeparating
        with pytest.raises(expected) if expected else contextlib.nullcontext():
            _, track = self.runner.run(open_track(self.world.ports, self.track_id, job or self.job_id, attempt, STEMS))
            assert track.segments == len(self.makers)
        if expected is None:
            self.attempt = attempt

    @rule(ahead=st.sampled_from([0, 0, 0, -1, 1]), lag=st.sampled_from([0, 0, 0, 1, -1]))
    def commit(self, ahead: int, lag: int) -> None:
        attempt, index = self.attempt + ahead, max(len(self.makers) - lag, 0)
        expected: type[Exception] | None = None
        if ahead or not self.attempt:
            expected = AttemptFenced
        elif self.state is not TrackState.SEPARATING:
            expected = TrackNotSeparating
        elif index > len(self.makers):
            expected = SegmentOutOfOrder
        track = self.runner.run(get_track(self.world.ports, OWNER, self.track_id))
        with pytest.raises(expected) if expected else contextlib.nullcontext():
            repeats = index < len(self.makers) and self.makers[index] == attempt
            committed = self.runner.run(self.world.commit(track, index, attempt=attempt, stores=not repeats))
            assert committed.playable_samples == committed.segments * 4096
        if expected is None and index == len(self.makers):
            self.makers.append(attempt)

    @rule(outcome=st.sampled_from(list(Outcome)))
    def conclude(self, outcome: Outcome) -> None:
        ends = {
            Outcome.COMPLETED: TrackState.READY,
            Outcome.FAILED: TrackState.FAILED,
            Outcome.CANCELLED: TrackState.CANCELLED,
        }
        if outcome is Outcome.COMPLETED and not self.makers:
            return
        fits = (self.state is TrackState.READY) == (outcome is Outcome.COMPLETED)
        refused = self.state is not TrackState.SEPARATING and not fits
        with pytest.raises(TrackNotSeparating) if refused else contextlib.nullcontext():
            length = len(self.makers) * 4096
            self.runner.run(conclude_track(self.world.ports, self.track_id, self.job_id, outcome, None, length, ()))
        if self.state is TrackState.SEPARATING:
            self.state = ends[outcome]

    @rule()
    def cancel(self) -> None:
        refused = self.state in (TrackState.READY, TrackState.FAILED)
        with pytest.raises(TrackNotSeparating) if refused else contextlib.nullcontext():
            self.runner.run(cancel_track(self.world.ports, OWNER, self.track_id))
            self.state = TrackState.CANCELLED

    @rule()
    def retry(self) -> None:
        refused = self.state is TrackState.READY
        with pytest.raises(TrackNotRetryable) if refused else contextlib.nullcontext():
            track = self.runner.run(retry_track(self.world.ports, OWNER, self.track_id))
            if self.state is not TrackState.SEPARATING:
                assert track.job_id != self.job_id
                self.job_id, self.attempt, self.makers = track.job_id, 0, []
            self.state = TrackState.SEPARATING

    @invariant()
    def readable(self) -> None:
        if self.track_id:
            self.runner.run(self._readable())

    async def _readable(self) -> None:
        track, segments = await get_manifest(self.world.ports, OWNER, self.track_id, 0)
        assert (track.state, track.segments, track.attempt) == (self.state, len(self.makers), self.attempt)
        assert [segment.index for segment in segments] == list(range(len(self.makers)))
        for index, maker in enumerate(self.makers):
            data = await read_segment(self.world.ports, OWNER, self.track_id, "vocals", index)
            assert data == f"vocals {index} of attempt {maker}".encode()


@pytest.mark.timeout(300)
def test_appends(resident: World, runner: asyncio.Runner) -> None:
    """Whatever is sent, in whatever pieces and breaking off where it may, the upload holds the bytes in their order."""

    class Resident(Appends):
        pass

    Resident.world, Resident.runner = resident, runner
    run_state_machine_as_test(Resident, settings=STEPS)


@pytest.mark.timeout(300)
def test_attempts(resident: World, runner: asyncio.Runner) -> None:
    """Whatever attempts, jobs and listeners do, the track moves lawfully, and what is committed stays readable."""

    class Resident(Attempts):
        pass

    Resident.world, Resident.runner = resident, runner
    run_state_machine_as_test(Resident, settings=STEPS)
