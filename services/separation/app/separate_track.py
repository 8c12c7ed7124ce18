"""One attempt at a track: decode, infer, join, encode, store and commit, all at once and a bounded step apart."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from traceback import extract_tb
from typing import TypeVar, TypeVarTuple

from services.separation.app.hearing import Hearing
from services.separation.app.one_network import begin_with_network, require_network
from services.separation.app.patience import PatientSource, patiently
from services.separation.app.ports import Decoding, Effort, OpenedTrack, StoredSegment, StoredStem
from services.separation.app.stopwatch import Stopwatch
from services.separation.app.workshop import Workshop
from services.separation.audio.arrays import MixBlock, ModelOutput
from services.separation.audio.chunking import Chunk
from services.separation.audio.figures import SegmentFigures, measured
from services.separation.audio.flac_segments import EncodedSegment, encode_segment
from services.separation.audio.peaks import flat_peaks, segment_peaks
from services.separation.audio.pipeline import Separation
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.segments import Segment
from services.separation.audio.shelter import Shelter
from services.separation.domain.errors import DecoderFailed, FindingsRefused, LeaseLost, LengthOverrun
from services.separation.domain.findings import Findings, Making
from services.separation.domain.job import Ending, Job, JobState
from services.separation.domain.models import ModelShape
from services.separation.domain.remark import Remark, RemarkCode, remark
from services.separation.domain.rooms import STEMS

_log = logging.getLogger(__name__)
_Given = TypeVarTuple("_Given")
_Made = TypeVar("_Made")

# The decoder stops a file that runs on for ever; well beyond what the overrun check lets pass.
_DECODER_SLACK_S = 60.0
# Blocks of the mix, and segments, that may wait between two stages. An encoded one is several megabytes.
_WAITING_MAX = 2
_MADE_WAITING_MAX = 1


async def separate_track(shop: Workshop, job: Job, boundary: asyncio.Lock) -> Ending:
    """Work from the first segment not committed to the song's end. `boundary` is held while a segment is committed.

    Raises, singly or in groups: LeaseLost, AttemptFenced, TrackGone, UploadGone, AudioRefused, LengthOverrun,
    ModelChanged, DecoderFailed, DependencyAway.
    """
    patience_s = shop.limits.dependency_patience_s
    opened = await patiently(lambda: shop.materials.open_track(job), patience_s)
    await _note_progress(shop, job, opened.committed_samples, resumed=True)
    shape = await begin_with_network(shop, job, opened.committed_segments)
    model = ModelProperties(
        shape.sample_rate_hz, shape.segment_samples, shape.hop_samples, shape.stems, shape.placement
    )
    properties = AudioProperties(job.audio.rate_hz, job.audio.channels, job.audio.depth_bits)
    source = PatientSource(shop.uploads.open(opened.upload), patience_s)
    async with shop.decoders.open(source, job.reserved_s + _DECODER_SLACK_S) as decoding:
        found = await decoding.inspect()
        if (found.sample_rate, found.channels, found.depth) != (
            properties.rate_hz,
            properties.channels,
            properties.depth_bits,
        ):
            raise DecoderFailed("the decoder finds other properties than when the song was taken in")
        separation = Separation(properties, model, first_segment=opened.committed_segments)
        line = _Line(shop, job, properties, separation, boundary, opened, weights_sha256=shape.weights_sha256)
        await line.run(decoding)
        summary = decoding.summary
    findings = Findings(_making(job, shape, line.effort(), summary.remarks), line.hearing.analysis())
    try:
        await patiently(lambda: shop.materials.record_findings(job, findings), patience_s)
    except FindingsRefused as refused:
        # Every segment is stored and can be played: a song without a report is better than none.
        line.give_up("report", refused)
    remarks = summary.remarks
    if line.unsound_values:
        told = "the model gave values that had to be replaced"
        remarks = (*remarks, remark(RemarkCode.MODEL_VALUES_REPLACED, told, count=line.unsound_values))
    return Ending(JobState.COMPLETED, counted_samples=summary.total_samples, remarks=remarks)


def _making(job: Job, shape: ModelShape, effort: Effort, of_decoder: tuple[Remark, ...]) -> Making:
    return Making(
        job.model,
        shape.version,
        shape.weights_sha256,
        shape.device,
        job.created_at,
        effort.engine_s,
        effort.worker_s,
        tuple(each.text for each in of_decoder),
    )


async def _note_progress(shop: Workshop, job: Job, done_samples: int, *, resumed: bool = False) -> Job:
    async def note() -> Job | None:
        async with shop.jobs.transaction() as work:
            return await work.progress(job.job_id, job.attempt, done_samples, resumed=resumed)

    noted = await patiently(note, shop.limits.dependency_patience_s)
    if noted is None:
        raise LeaseLost
    return noted


@dataclass(frozen=True, slots=True)
class _MadeSegment:
    """A segment encoded, drawn and measured; its samples are let go, a tenth of them is left."""

    index: int
    first_sample: int
    length_samples: int
    stems: tuple[EncodedSegment, ...]
    peaks: tuple[bytes, ...]
    figures: SegmentFigures


class _Line:
    """The stages of one attempt, joined by bounded queues; None at a queue's end says that nothing more comes."""

    def __init__(
        self,
        shop: Workshop,
        job: Job,
        properties: AudioProperties,
        separation: Separation,
        boundary: asyncio.Lock,
        opened: OpenedTrack,
        *,
        weights_sha256: str,
    ) -> None:
        self._shop = shop
        self._job = job
        self._weights_sha256 = weights_sha256
        self._properties = properties
        self._separation = separation
        self._boundary = boundary
        self._patience_s = shop.limits.dependency_patience_s
        # One thread makes all that takes memory, step after step: peaks do not meet, and the separation has one owner.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="attempt")
        self._room = asyncio.Condition()
        self._engine_places = asyncio.Semaphore(shop.limits.chunks_in_flight)
        self._answers: asyncio.Queue[tuple[int, asyncio.Task[ModelOutput]] | None] = asyncio.Queue()
        self._asked = self._joined = 0
        self._made: asyncio.Queue[_MadeSegment | None] = asyncio.Queue(_MADE_WAITING_MAX)
        self._stored: asyncio.Queue[StoredSegment | None] = asyncio.Queue(_WAITING_MAX)
        self._unheard: asyncio.Queue[MixBlock | None] = asyncio.Queue(_WAITING_MAX)
        self._given_up: set[str] = set()
        self._watch = Stopwatch()
        self.hearing = Hearing(properties, job.stems, opened, self.give_up)
        self.unsound_values = 0

    async def run(self, decoding: Decoding) -> None:
        """All stages, until the last segment is committed."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._decode(decoding, tasks), name="decode")
                tasks.create_task(self._hear(), name="hear")
                tasks.create_task(self._join(), name="join")
                tasks.create_task(self._store(), name="store")
                tasks.create_task(self._commit(), name="commit")
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    def effort(self) -> Effort:
        """What has been spent since the last segment."""
        engine_s, worker_s = self._watch.lap()
        return Effort(round(engine_s, 3), round(worker_s, 3))

    def give_up(self, part: str, fault: Exception) -> None:
        """Tell, once in an attempt, that a part of what is found beside the stems failed. May be called in a thread."""
        if part in self._given_up:
            return
        self._given_up.add(part)
        self._shop.measures.given_up(part)
        # Its kind and its place alone: an exception's text may hold something of the song.
        place = extract_tb(fault.__traceback__)[-1]
        fields = {
            "job_id": self._job.job_id,
            "attempt": self._job.attempt,
            "part": part,
            "reason": type(fault).__name__,
            "where": f"{PurePath(place.filename).name}:{place.lineno}",
        }
        _log.warning("given up beside the stems", extra={"fields": fields})

    async def _decode(self, decoding: Decoding, tasks: asyncio.TaskGroup) -> None:
        longest = (self._job.reserved_s + self._shop.limits.overrun_s_max) * self._properties.rate_hz
        first_needed, position = self._separation.first_sample_needed, 0
        # From the first sample in every attempt: it costs little, and what is heard is then heard in the whole song.
        blocks = aiter(decoding.decode())
        while True:
            with self._timed("decode"):
                block = await anext(blocks, None)
            if block is None:
                break
            await self._unheard.put(block)
            needed = block[max(0, first_needed - position) :]
            position += len(block)
            if position > longest:
                raise LengthOverrun
            for at in range(0, len(needed), self._separation.block_samples_max):
                await self._wait_for_room()
                piece = needed[at : at + self._separation.block_samples_max]
                self._ask(await self._in_thread(self._separation.feed, piece), tasks)
        await self._unheard.put(None)
        await self._wait_for_room()
        self._ask(await self._in_thread(self._separation.finish), tasks)
        self._answers.put_nowait(None)

    async def _hear(self) -> None:
        while (block := await self._unheard.get()) is not None:
            with self._timed("hear"):
                await self._in_thread(self.hearing.feed, block)
        with self._timed("hear"):
            await self._in_thread(self.hearing.finish)

    async def _wait_for_room(self) -> None:
        async with self._room:
            await self._room.wait_for(lambda: self._separation.chunks_open < self._shop.limits.chunks_in_flight)

    def _ask(self, chunks: list[Chunk], tasks: asyncio.TaskGroup) -> None:
        for chunk in chunks:
            inferring = tasks.create_task(self._infer(chunk, self._asked), name="infer")
            self._asked += 1
            self._answers.put_nowait((chunk.index, inferring))

    async def _infer(self, chunk: Chunk, number: int) -> ModelOutput:
        engine, model = self._shop.engine, self._job.model
        async with self._engine_places:
            with contextlib.ExitStack() as inferring:
                inferring.enter_context(self._timed("infer"))
                inferring.enter_context(self._watch.busy())

                async def its_turn() -> None:
                    # The engine has done its part: whatever is waited for from here on is not its time.
                    inferring.close()
                    await self._turn_of(number)

                return await patiently(
                    lambda: engine.separate(model, chunk.samples, self._watch.spent, its_turn), self._patience_s
                )

    async def _turn_of(self, number: int) -> None:
        # One answer at a time is ours: several that wait for each other would take 11 MB each.
        async with self._room:
            await self._room.wait_for(lambda: self._joined == number)

    async def _join(self) -> None:
        while (answer := await self._answers.get()) is not None:
            index, inferring = answer
            stems = [await inferring]
            # An answer and its segments are megabytes each: none is held longer than it is worked on.
            del answer, inferring
            segments = await self._accepted(index, stems)
            while segments:
                await self._made.put(await self._encode(segments.pop(0)))
        await self._made.put(None)

    async def _accepted(self, index: int, stems: list[ModelOutput]) -> list[Segment]:
        with self._timed("overlap_add"):
            # Popped in the thread, whose queue holds what it was given for a moment after the call.
            segments = await self._in_thread(lambda: self._separation.accept(index, stems.pop()))
        async with self._room:
            self._joined += 1
            self._room.notify_all()
        return segments

    async def _encode(self, segment: Segment) -> _MadeSegment:
        with self._timed("encode"):
            return await self._in_thread(self._encoded, segment)

    async def _store(self) -> None:
        while (made := await self._made.get()) is not None:
            with self._timed("store"):
                stored = await self._stored_segment(made)
            await self._stored.put(stored)
        await self._stored.put(None)

    def _encoded(self, segment: Segment) -> _MadeSegment:
        encoded = encode_segment(segment, self._job.stems, self._properties)
        figures = measured(segment, self._properties, self.hearing.pitches(segment))
        return _MadeSegment(
            segment.index, segment.start, segment.length_samples, encoded, self._peaks(segment), figures
        )

    def _peaks(self, segment: Segment) -> tuple[bytes, ...]:
        # A shelter for each segment: one that cannot be drawn says nothing of the next.
        drawn = Shelter("peaks", self.give_up).tried(
            partial(segment_peaks, segment.stems, self._properties), flat_peaks(segment.stems)
        )
        return tuple(bytes(row) for row in drawn)

    async def _stored_segment(self, made: _MadeSegment) -> StoredSegment:
        clipped = made.figures.stems_clipped_samples
        async with asyncio.TaskGroup() as tasks:
            puts = [
                tasks.create_task(self._stored_stem(made.index, *stem))
                for stem in zip(made.stems, made.peaks, clipped, strict=True)
            ]
        stems = tuple(put.result() for put in puts)
        return StoredSegment(made.index, made.first_sample, made.length_samples, stems, made.figures)

    async def _stored_stem(self, index: int, encoded: EncodedSegment, peaks: bytes, clipped: int) -> StoredStem:
        # Job and attempt are in the name, so that nobody ever writes over what another attempt has committed.
        job = self._job
        name = f"{STEMS}/{job.track_id}/{job.job_id}.{job.attempt}/{index:06d}/{encoded.stem}"
        # Sealed once for all tries: the storage may apply one late that was taken for failed.
        sealed = await self._shop.objects.seal(name, encoded.data)
        await patiently(lambda: self._shop.objects.put(sealed), self._patience_s)
        return StoredStem(
            encoded.stem,
            name,
            sealed.object_key,
            sealed.size_bytes,
            encoded.frames,
            encoded.frame_bytes,
            peaks,
            clipped,
        )

    async def _commit(self) -> None:
        while (segment := await self._stored.get()) is not None:
            await require_network(self._shop, self._job, self._weights_sha256)
            async with self._boundary:
                with self._timed("commit"):
                    await self._commit_one(segment)

    async def _commit_one(self, segment: StoredSegment) -> None:
        effort = self.effort()
        await patiently(lambda: self._shop.materials.commit_segment(self._job, segment, effort), self._patience_s)
        self.hearing.committed(segment.figures.pitch_classes)
        self.unsound_values += segment.figures.unsound_values
        noted = await _note_progress(self._shop, self._job, segment.first_sample + segment.length_samples)
        if segment.index == 0:
            self._shop.measures.first_segment(noted.read_at - noted.created_at)

    async def _in_thread(self, work: Callable[[*_Given], _Made], *given: *_Given) -> _Made:
        # As asyncio.to_thread, with a thread of its own: what is logged there belongs to the attempt.
        called = partial(copy_context().run, work, *given)
        return await asyncio.get_running_loop().run_in_executor(self._thread, called)

    @contextlib.contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._shop.measures.stage(stage, time.perf_counter() - began)
