"""The same work without the platform: decode, network, overlap-add, FLAC. What `overhead.py` compares the road with.

    python -m tests.bench.bare MODEL_FOLDER --instances N --threads N

Run in the environment of `make eval`, whose numpy, SciPy and OpenVINO are Triton's. It reads requests from its standard
input, a line of JSON each (`song`, `folder`), and answers each with a line of figures.

The door, the chunks and their joining, the decoding and the encoder's settings are the service's own, so that both do
the same work. There is no exact sum, no analysis, no segments, seal, database, bus or server. One process, pipelined by
threads: one decodes and cuts, one for each instance of the model separates, one joins, one for each stem encodes. The
heavy calls of all of these let go of Python's lock. Queues are short, so that memory does not grow either.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from inference.door.separator import Separator
from inference.evaluation.road import open_model
from services.separation.audio.chunking import Chunk, Chunker, ChunkGrid
from services.separation.audio.overlap_add import OverlapAdd
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.resampling import Resampling
from services.separation.audio.sample_buffer import SampleBuffer
from services.separation.audio.segments import FLAC_BLOCK_SAMPLES
from services.separation.decoder.opening import OPTIONS
from services.separation.decoder.pcm import Damage, canonical_pieces, decoded_frames, in_blocks, shape_of

Floats = NDArray[np.float32]
# As services/separation/audio/flac_segments.py has it.
_COMPRESSION_LEVEL = 5
_WAITING_MAX = 2
_FINISHED: None = None
_LOOK_AGAIN_S = 0.5


class Broken(Exception):
    """Another thread failed; what it raised comes out in its place."""


@dataclass
class Stages:
    """Seconds by the clock that the threads of each stage worked; they overlap."""

    seconds: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count the block."""
        began = time.perf_counter()
        yield
        took = time.perf_counter() - began
        with self._lock:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + took


@dataclass(frozen=True)
class Asked:
    """A chunk on its way."""

    answer: Future[Floats]
    shift_samples: int
    total_samples: int | None
    """Of the song, with its last chunk alone."""


class Bare:
    """One model in as many instances as Triton has of it."""

    def __init__(self, engines: list[Separator], model: ModelProperties) -> None:
        self._model = model
        self._engines: queue.SimpleQueue[Separator] = queue.SimpleQueue()
        for engine in engines:
            self._engines.put(engine)
        self._instances = len(engines)

    def separate(self, song: Path, folder: Path) -> Stages:
        """Write each stem of a file into the folder as FLAC, of the file's own rate, channels and depth."""
        stages = Stages()
        folder.mkdir(parents=True, exist_ok=True)
        with av.open(str(song), options=dict(OPTIONS | {"protocol_whitelist": "file"})) as container:
            stream = container.streams.audio[0]
            damage = Damage()
            frames = decoded_frames(container, stream, damage)
            first = next(frames)
            shape = shape_of(first)
            properties = AudioProperties(shape.rate_hz, shape.channels, shape.depth)
            pieces = canonical_pieces(_with(first, frames), shape, damage)
            line = _Line(properties, self._model, folder, stages, open_max=2 * self._instances)
            blocks = in_blocks(pieces, shape.rate_hz)
            with ThreadPoolExecutor(self._instances) as engines, line:
                for chunk, shift_samples, total_samples in line.chunks(_timed(blocks, stages)):
                    line.asked.put(Asked(engines.submit(self._infer, chunk, stages), shift_samples, total_samples))
        return stages

    def _infer(self, chunk: Chunk, stages: Stages) -> Floats:
        engine = self._engines.get()
        try:
            with stages.timed("infer"):
                return engine.separate(chunk.samples)
        finally:
            self._engines.put(engine)


class _Line:
    """From blocks to chunks, and from answers to files. `with` it runs; its end waits for the last byte."""

    def __init__(
        self, properties: AudioProperties, model: ModelProperties, folder: Path, stages: Stages, *, open_max: int
    ) -> None:
        """`open_max` chunks may be asked for and not yet joined."""
        self.asked: queue.Queue[Asked | None] = queue.Queue()
        self._room = threading.Semaphore(open_max)
        # One thread's failure ends them all, rather than leave the others waiting for it.
        self._broken = threading.Event()
        self._properties = properties
        self._stages = stages
        self._grid = ChunkGrid.of(properties.rate_hz, model)
        self._resampling = Resampling(properties, model, self._grid.edge_samples, self._grid.usable_samples)
        self._joiner = OverlapAdd(self._grid, len(model.stems), properties.channels, 0)
        self._files: list[queue.Queue[NDArray[np.int32] | None]] = [queue.Queue(_WAITING_MAX) for _ in model.stems]
        self._threads = ThreadPoolExecutor(1 + len(model.stems))
        self._working: list[Future[None]] = []
        self._paths = [folder / f"{stem}.flac" for stem in model.stems]

    def __enter__(self) -> _Line:
        for path, waiting in zip(self._paths, self._files, strict=True):
            self._working.append(self._threads.submit(self._working_on, self._encode, path, waiting))
        self._working.append(self._threads.submit(self._working_on, self._join))
        return self

    def __exit__(self, *_: object) -> None:
        self.asked.put(_FINISHED)
        self._threads.shutdown()
        for working in self._working:
            working.result()

    def chunks(self, blocks: Iterator[NDArray[np.int32]]) -> Iterator[tuple[Chunk, int, int | None]]:
        """Each chunk, how far its window was moved, and with the last one the song's length."""
        chunker = Chunker(self._grid, self._properties, self._resampling, 0)
        mix = SampleBuffer((self._properties.channels,), np.int32, 0)
        for block in blocks:
            mix.append(block.T)
            for chunk in chunker.take_ready(mix):
                self._take_room()
                yield chunk, 0, None
            mix.drop_before(chunker.first_sample_needed)
        total = mix.end
        rest = chunker.finish(mix)
        for chunk in rest:
            self._take_room()
            yield chunk, self._grid.shift_samples(chunk.index, total), total if chunk is rest[-1] else None

    def _take_room(self) -> None:
        self._room.acquire()
        if self._broken.is_set():
            raise Broken

    def _working_on(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except BaseException:
            self._broken.set()
            self._room.release()
            raise

    def _join(self) -> None:
        try:
            while (asked := self.asked.get()) is not None:
                answer = asked.answer.result()
                with self._stages.timed("overlap_add"):
                    part = self._resampling.to_upload(answer, asked.shift_samples)
                    stems = self._whole(self._joiner.add(part, asked.total_samples))
                self._room.release()
                for stem, waiting in zip(stems, self._files, strict=True):
                    self._put(waiting, stem)
        finally:
            for waiting in self._files:
                self._put(waiting, _FINISHED)

    def _put(self, waiting: queue.Queue[NDArray[np.int32] | None], stem: NDArray[np.int32] | None) -> None:
        while not self._broken.is_set():
            with contextlib.suppress(queue.Full):
                waiting.put(stem, timeout=_LOOK_AGAIN_S)
                return

    def _next_stem(self, waiting: queue.Queue[NDArray[np.int32] | None]) -> NDArray[np.int32] | None:
        while not self._broken.is_set():
            with contextlib.suppress(queue.Empty):
                return waiting.get(timeout=_LOOK_AGAIN_S)
        return _FINISHED

    def _whole(self, stems: Floats) -> NDArray[np.int32]:
        properties = self._properties
        scaled = np.rint(stems * np.float32(properties.full_scale))
        whole: NDArray[np.int32] = np.clip(scaled, properties.sample_min, properties.sample_max).astype(np.int32)
        return whole

    def _encode(self, path: Path, waiting: queue.Queue[NDArray[np.int32] | None]) -> None:
        with av.open(str(path), "w") as file:
            stream = self._flac_stream(file)
            written, left, more = 0, np.zeros((self._properties.channels, 0), np.int32), True
            while more:
                stem = self._next_stem(waiting)
                more = stem is not None
                with self._stages.timed("encode"):
                    left = left if stem is None else np.concatenate([left, stem], axis=1)
                    whole = left.shape[1] - left.shape[1] % FLAC_BLOCK_SAMPLES if more else left.shape[1]
                    for frame in self._frames(left[:, :whole], written):
                        file.mux(stream.encode(frame))
                    written, left = written + whole, left[:, whole:]
            file.mux(stream.encode(None))

    def _flac_stream(self, file: av.container.OutputContainer) -> av.AudioStream:
        options = {
            "compression_level": str(_COMPRESSION_LEVEL),
            "frame_size": str(FLAC_BLOCK_SAMPLES),
            "bits_per_raw_sample": str(self._properties.depth_bits),
        }
        stream = file.add_stream("flac", rate=self._properties.rate_hz, options=options)
        stream.format = "s16" if self._properties.depth_bits == 16 else "s32"
        stream.layout = self._layout
        return stream

    @property
    def _layout(self) -> str:
        return "mono" if self._properties.channels == 1 else "stereo"

    def _frames(self, samples: NDArray[np.int32], position: int) -> Iterator[av.AudioFrame]:
        is_16 = self._properties.depth_bits == 16
        packed = samples.T.astype(np.int16) if is_16 else samples.T << 8
        for at in range(0, len(packed), FLAC_BLOCK_SAMPLES):
            block = np.ascontiguousarray(packed[at : at + FLAC_BLOCK_SAMPLES]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16" if is_16 else "s32", layout=self._layout)
            frame.sample_rate = self._properties.rate_hz
            frame.pts = position + at
            yield frame


def _with(first: av.AudioFrame, rest: Iterator[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    yield first
    yield from rest


def _timed(blocks: Iterator[NDArray[np.int32]], stages: Stages) -> Iterator[NDArray[np.int32]]:
    while True:
        with stages.timed("decode"):
            block = next(blocks, None)
        if block is None:
            return
        yield block


def opened(folder: Path, instances: int, threads: int) -> Bare:
    """The model in as many instances, each of which has run once, as Triton's warm-up does."""
    pairs = [open_model(folder, threads) for _ in range(instances)]
    model = pairs[0][1]
    noise = np.random.default_rng(1).standard_normal((2, model.segment_samples)).astype(np.float32)
    for engine, _ in pairs:
        engine.separate(noise)
    return Bare([engine for engine, _ in pairs], model)


def main() -> int:
    """Answer until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="its folder")
    parser.add_argument("--instances", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    bare = opened(arguments.model, arguments.instances, arguments.threads)
    say({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        began, processor_began = time.perf_counter(), time.process_time()
        stages = bare.separate(Path(request["song"]), Path(request["folder"]))
        wall_s, processor_s = time.perf_counter() - began, time.process_time() - processor_began
        say({"wall_s": wall_s, "processor_s": processor_s, "stages": stages.seconds})
    return 0


def say(answer: dict[str, object]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
