"""One attempt at a track: decode, infer, join, encode, store and commit, all at once and a bounded step apart."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator

from services.separation.app.patience import PatientSource, patiently
from services.separation.app.ports import Decoding, StoredSegment, StoredStem
from services.separation.app.workshop import Workshop
from services.separation.audio.arrays import ModelOutput
from services.separation.audio.chunking import Chunk
from services.separation.audio.flac_segments import EncodedSegment, encode_segment
from services.separation.audio.peaks import segment_peaks
from services.separation.audio.pipeline import Separation
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.segments import Segment
from services.separation.domain.errors import DecoderFailed, LeaseLost, LengthOverrun, ModelChanged
from services.separation.domain.job import Ending, Job, JobState

# The decoder stops a file that runs on for ever; well beyond what the overrun check lets pass.
_DECODER_SLACK_S = 60.0
# Finished segments that may wait between two stages.
_WAITING_MAX = 2


async def separate_track(shop: Workshop, job: Job, boundary: asyncio.Lock) -> Ending:
    """Work from the first segment not committed to the song's end. `boundary` is held while a segment is committed.

    Raises, singly or in groups: LeaseLost, AttemptFenced, TrackGone, UploadGone, AudioRefused, LengthOverrun,
    ModelChanged, DecoderFailed, DependencyAway.
    """
    patience_s = shop.limits.dependency_patience_s
    opened = await patiently(lambda: shop.materials.open_track(job), patience_s)
    await _note_progress(shop, job, opened.committed_samples, resumed=True)
    shape = await patiently(lambda: shop.engine.describe(job.model), patience_s)
    if shape.stems != job.stems:
        raise ModelChanged
    model = ModelProperties(shape.sample_rate_hz, shape.segment_samples, shape.hop_samples, shape.stems)
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
        await _Line(shop, job, properties, separation, boundary).run(decoding)
        summary = decoding.summary
    warnings = summary.warnings
    if separation.unsound_values:
        warnings = (*warnings, f"the model gave {separation.unsound_values} value(s) that had to be replaced")
    return Ending(JobState.COMPLETED, counted_samples=summary.total_samples, warnings=warnings)


async def _note_progress(shop: Workshop, job: Job, done_samples: int, *, resumed: bool = False) -> Job:
    async def note() -> Job | None:
        async with shop.jobs.transaction() as work:
            return await work.progress(job.job_id, job.attempt, done_samples, resumed=resumed)

    noted = await patiently(note, shop.limits.dependency_patience_s)
    if noted is None:
        raise LeaseLost
    return noted


class _Line:
    """The stages of one attempt, joined by bounded queues; None at a queue's end says that nothing more comes."""

    def __init__(
        self, shop: Workshop, job: Job, properties: AudioProperties, separation: Separation, boundary: asyncio.Lock
    ) -> None:
        self._shop = shop
        self._job = job
        self._properties = properties
        self._separation = separation
        self._boundary = boundary
        self._patience_s = shop.limits.dependency_patience_s
        # The separation is used by one thread at a time.
        self._owner = asyncio.Lock()
        self._room = asyncio.Condition()
        self._engine_places = asyncio.Semaphore(shop.limits.chunks_in_flight)
        self._answers: asyncio.Queue[tuple[int, asyncio.Task[ModelOutput]] | None] = asyncio.Queue()
        self._segments: asyncio.Queue[Segment | None] = asyncio.Queue(_WAITING_MAX)
        self._stored: asyncio.Queue[StoredSegment | None] = asyncio.Queue(_WAITING_MAX)

    async def run(self, decoding: Decoding) -> None:
        """All stages, until the last segment is committed."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._decode(decoding, tasks), name="decode")
            tasks.create_task(self._join(), name="join")
            tasks.create_task(self._encode(), name="encode")
            tasks.create_task(self._commit(), name="commit")

    async def _decode(self, decoding: Decoding, tasks: asyncio.TaskGroup) -> None:
        longest = (self._job.reserved_s + self._shop.limits.overrun_s_max) * self._properties.rate_hz
        blocks = aiter(decoding.decode(self._separation.first_sample_needed))
        while True:
            with self._timed("decode"):
                block = await anext(blocks, None)
            if block is None:
                break
            await self._wait_for_room()
            async with self._owner:
                chunks = await asyncio.to_thread(self._separation.feed, block)
            if self._separation.samples_fed > longest:
                raise LengthOverrun
            self._ask(chunks, tasks)
        await self._wait_for_room()
        async with self._owner:
            chunks = await asyncio.to_thread(self._separation.finish)
        self._ask(chunks, tasks)
        self._answers.put_nowait(None)

    async def _wait_for_room(self) -> None:
        async with self._room:
            await self._room.wait_for(lambda: self._separation.chunks_open < self._shop.limits.chunks_in_flight)

    def _ask(self, chunks: list[Chunk], tasks: asyncio.TaskGroup) -> None:
        for chunk in chunks:
            self._answers.put_nowait((chunk.index, tasks.create_task(self._infer(chunk), name="infer")))

    async def _infer(self, chunk: Chunk) -> ModelOutput:
        engine, model = self._shop.engine, self._job.model
        async with self._engine_places:
            with self._timed("infer"):
                return await patiently(lambda: engine.separate(model, chunk.samples), self._patience_s)

    async def _join(self) -> None:
        while (answer := await self._answers.get()) is not None:
            index, inferring = answer
            stems = await inferring
            with self._timed("overlap_add"):
                async with self._owner:
                    segments = await asyncio.to_thread(self._separation.accept, index, stems)
            async with self._room:
                self._room.notify_all()
            for segment in segments:
                await self._segments.put(segment)
        await self._segments.put(None)

    async def _encode(self) -> None:
        while (segment := await self._segments.get()) is not None:
            with self._timed("encode"):
                encoded, peaks = await asyncio.to_thread(self._encoded, segment)
            with self._timed("store"):
                async with asyncio.TaskGroup() as tasks:
                    puts = [
                        tasks.create_task(self._store(segment.index, stem, stem_peaks))
                        for stem, stem_peaks in zip(encoded, peaks, strict=True)
                    ]
            stems = tuple(put.result() for put in puts)
            await self._stored.put(StoredSegment(segment.index, segment.start, segment.length_samples, stems))
        await self._stored.put(None)

    def _encoded(self, segment: Segment) -> tuple[tuple[EncodedSegment, ...], list[bytes]]:
        encoded = encode_segment(segment, self._job.stems, self._properties)
        return encoded, [bytes(row) for row in segment_peaks(segment.stems, self._properties)]

    async def _store(self, index: int, encoded: EncodedSegment, peaks: bytes) -> StoredStem:
        # Job and attempt are in the name, so that nobody ever writes over what another attempt has committed.
        job = self._job
        name = f"stems/{job.track_id}/{job.job_id}.{job.attempt}/{index:06d}/{encoded.stem}"
        key, size_bytes = await patiently(lambda: self._shop.objects.put(name, encoded.data), self._patience_s)
        return StoredStem(encoded.stem, name, key, size_bytes, encoded.frames, encoded.frame_bytes, peaks)

    async def _commit(self) -> None:
        while (segment := await self._stored.get()) is not None:
            async with self._boundary:
                with self._timed("commit"):
                    await self._commit_one(segment)

    async def _commit_one(self, segment: StoredSegment) -> None:
        await patiently(lambda: self._shop.materials.commit_segment(self._job, segment), self._patience_s)
        noted = await _note_progress(self._shop, self._job, segment.first_sample + segment.length_samples)
        if segment.index == 0:
            self._shop.measures.first_segment(noted.read_at - noted.created_at)

    @contextlib.contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._shop.measures.stage(stage, time.perf_counter() - began)
