"""From a stream of mix samples to finished segments: a synchronous state machine the worker drives.

    separation = Separation(properties, model, first_segment=committed)
    # decode from separation.first_sample_needed on
    for block in decoded: infer(separation.feed(block))
    infer(separation.finish())
    # as each inference returns, in any order:
    for segment in separation.accept(index, stems): encode_segment(segment, ...)

Every output sample is a function of the song and the model alone. The split into blocks, the order of results and the
segment a run resumes at change no bit. Not thread-safe: one owner calls it.

Memory: `bytes_held` is what is held now. With at most K chunks open, fed in blocks of B samples, it is at most
`bytes_held_max(K, B)` whatever the song's length; the caller keeps to K by not feeding while `chunks_open` is K, in
blocks of at most `block_samples_max`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.chunking import Chunk, Chunker, ChunkGrid
from services.separation.audio.exact_sum import (
    ENERGY_BLOCK_SAMPLES,
    Energies,
    block_energy,
    sound_stems,
    spread_residual,
)
from services.separation.audio.overlap_add import OverlapAdd
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.resampling import Resampling
from services.separation.audio.sample_buffer import SampleBuffer
from services.separation.audio.segments import Segment, segment_samples


class Separation:
    """One song on its way through a model, from `first_segment` on.

    Raises ValueError if the model's segment is too short for the song's rate.
    """

    def __init__(self, properties: AudioProperties, model: ModelProperties, first_segment: int = 0) -> None:
        self._properties = properties
        self._model = model
        self._grid = ChunkGrid.of(properties.rate_hz, model)
        self._segment_samples = segment_samples(properties.rate_hz)
        self._next_segment = first_segment
        # One block of stems before the first segment: its energy takes part in the first shares of the residual.
        begin = max(0, first_segment * self._segment_samples - ENERGY_BLOCK_SAMPLES)
        first_chunk = self._grid.first_chunk(begin)
        self._resampling = Resampling(properties, model, self._grid.edge_samples, self._grid.usable_samples)
        self._chunker = Chunker(self._grid, properties, self._resampling, first_chunk)
        self._overlap_add = OverlapAdd(self._grid, len(model.stems), properties.channels, begin)
        self._first_sample_needed = self._chunker.first_sample_needed
        self._mix = SampleBuffer((properties.channels,), np.int32, self._first_sample_needed)
        self._stems = SampleBuffer((len(model.stems), properties.channels), np.float32, begin)
        self._waiting: dict[int, NDArray[np.float32]] = {}
        self._total_samples: int | None = None
        # By segment: each chunk's count goes to the segment that its own stretch begins in, whichever attempt makes it.
        self._unsound_values: dict[int, int] = {}

    @property
    def first_sample_needed(self) -> int:
        """The sample of the song, at the upload's rate, that the first block fed must begin with."""
        return self._first_sample_needed

    @property
    def block_samples_max(self) -> int:
        """The longest block that opens no more than one chunk."""
        return self._grid.hop_samples

    @property
    def samples_fed(self) -> int:
        """The song's position after the last block fed; its length once finished."""
        return self._mix.end

    @property
    def chunks_open(self) -> int:
        """Chunks from the oldest one not accepted to the newest handed out: what the caller bounds by K.

        Answers that wait for an older one are counted, since they are held; feeding past them would grow memory.
        """
        return self._chunker.next_chunk - self._overlap_add.next_chunk

    @property
    def chunks_total(self) -> int | None:
        """Chunks the whole song has; None until finished."""
        return None if self._total_samples is None else self._grid.chunk_count(self._total_samples)

    @property
    def complete(self) -> bool:
        """Every segment of the song has been returned."""
        return self._total_samples is not None and self._segment_start >= self._total_samples

    @property
    def bytes_held(self) -> int:
        """Bytes held between calls, answers waiting for their turn included."""
        waiting = sum(stems.nbytes for stems in self._waiting.values())
        return self._mix.bytes_held + self._stems.bytes_held + self._overlap_add.bytes_held + waiting

    def bytes_held_max(self, chunks_open: int, block_samples: int) -> int:
        """The bound of `bytes_held` between calls; within one, a few chunks' worth of temporaries come on top."""
        grid, stems = self._grid, len(self._model.stems)
        frame_bytes = 4 * self._properties.channels
        ahead = chunks_open * grid.hop_samples + grid.window_samples + block_samples
        behind = grid.usable_samples + self._segment_samples + 2 * ENERGY_BLOCK_SAMPLES
        buffered = 2 * (ahead + behind) * frame_bytes
        joined = 2 * (grid.hop_samples + behind) * frame_bytes * stems
        adding = grid.usable_samples * (frame_bytes * stems + 12)
        waiting = chunks_open * self._model.segment_samples * 8 * stems
        return buffered + joined + adding + waiting

    def feed(self, block: NDArray[np.int32]) -> list[Chunk]:
        """Take the next int32 `[n, channels]` of the mix; return the chunks now ready to infer.

        Raises ValueError for a wrong shape, type or range, or after `finish`.
        """
        if self._total_samples is not None:
            raise ValueError("the song is finished")
        if block.ndim != 2 or block.shape[1] != self._properties.channels or block.dtype != np.int32:
            raise ValueError(f"a block is int32 [n, {self._properties.channels}], not {block.dtype} {block.shape}")
        if not len(block):
            return []
        if block.min() < self._properties.sample_min or block.max() > self._properties.sample_max:
            raise ValueError(f"a sample is outside {self._properties.depth_bits} bits")
        self._mix.append(block.T)
        ready = self._chunker.take_ready(self._mix)
        self._forget_mix()
        return ready

    def finish(self) -> list[Chunk]:
        """The song ends here; return its remaining chunks: at least one if any segment is still to come."""
        if self._total_samples is not None:
            raise ValueError("the song is finished")
        self._total_samples = self._mix.end
        if self.complete:
            return []
        return self._chunker.finish(self._mix)

    def accept(self, chunk_index: int, stems: NDArray[np.float32]) -> list[Segment]:
        """Take the model's answer, float32 `[stems, 2, segment_samples]`, and return the segments it completes.

        Answers may come in any order; the array is kept until its turn and must not be changed. Raises ValueError for
        a wrong shape or type, or a chunk that is not in flight.
        """
        expected = (len(self._model.stems), 2, self._model.segment_samples)
        if stems.shape != expected or stems.dtype != np.float32:
            raise ValueError(f"an answer is float32 {expected}, not {stems.dtype} {stems.shape}")
        in_flight = self._overlap_add.next_chunk <= chunk_index < self._chunker.next_chunk
        if not in_flight or chunk_index in self._waiting:
            raise ValueError(f"chunk {chunk_index} is not in flight")
        self._waiting[chunk_index] = stems
        # Joined, an answer is let go before segments are made of it, where its caller keeps none.
        del stems
        segments = []
        while self._overlap_add.next_chunk in self._waiting:
            self._join(self._waiting.pop(self._overlap_add.next_chunk))
            segments += self._completed_segments()
        return segments

    @property
    def _segment_start(self) -> int:
        return self._next_segment * self._segment_samples

    def _join(self, answer: NDArray[np.float32]) -> None:
        sound, changed = sound_stems(answer)
        index = self._overlap_add.next_chunk
        if changed:
            segment = index * self._grid.hop_samples // self._segment_samples
            self._unsound_values[segment] = self._unsound_values.get(segment, 0) + changed
        part = self._resampling.to_upload(sound, self._grid.shift_samples(index, self._total_samples))
        last = self.chunks_total is not None and index == self.chunks_total - 1
        self._stems.append(self._overlap_add.add(part, self._total_samples if last else None))

    def _completed_segments(self) -> list[Segment]:
        segments = []
        while (segment := self._completed_segment()) is not None:
            segments.append(segment)
            self._next_segment += 1
            self._stems.drop_before(self._segment_start - ENERGY_BLOCK_SAMPLES)
            self._forget_mix()
        return segments

    def _completed_segment(self) -> Segment | None:
        start, stop = self._segment_start, self._segment_start + self._segment_samples
        context = stop + ENERGY_BLOCK_SAMPLES
        if self._total_samples is not None:
            stop, context = min(stop, self._total_samples), min(context, self._total_samples)
        if stop <= start or self._stems.end < context:
            return None
        mix = self._mix.read(start, stop)
        exact = spread_residual(
            mix,
            self._stems.read(start, stop),
            self._properties,
            before=self._energy(max(0, start - ENERGY_BLOCK_SAMPLES), start),
            after=self._energy(stop, context),
        )
        unsound_values = self._unsound_values.pop(self._next_segment, 0)
        # A copy: the buffer that `mix` looks into goes on.
        return Segment(self._next_segment, start, exact.stems, mix.T.copy(), exact.residual_energy, unsound_values)

    def _energy(self, start: int, stop: int) -> Energies | None:
        return block_energy(self._stems.read(start, stop)) if start < stop else None

    def _forget_mix(self) -> None:
        self._mix.drop_before(min(self._segment_start, self._chunker.first_sample_needed))
