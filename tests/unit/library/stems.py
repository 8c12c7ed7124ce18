"""Stems as the separation writes them: FLAC segments with one seek point for each frame, numbered from 0."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from services.library.media.assembly import OPEN_END, Assembly
from services.library.media.segments import SegmentFacts, StemPlan, StreamShape

BLOCK = 4096


@dataclass(frozen=True)
class MadeStem:
    """A stem's samples [samples, channels], its plan, and its segments' bytes."""

    samples: NDArray[np.int32]
    plan: StemPlan
    segments: list[bytes]


def make_segment(samples: NDArray[np.int32], shape: StreamShape) -> tuple[bytes, SegmentFacts]:
    """One self-contained FLAC segment of `samples` [samples, channels]."""
    layout, kind = ("stereo" if shape.channels == 2 else "mono"), ("s16" if shape.depth == 16 else "s32")
    encoder = av.AudioCodecContext.create("flac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = shape.sample_rate, layout, kind
    encoder.time_base = Fraction(1, shape.sample_rate)
    encoder.options = {"frame_size": str(BLOCK), "compression_level": "2"}
    encoder.open()
    wide = samples.astype(np.int16) if shape.depth == 16 else samples.astype(np.int32) << 8
    packets = []
    for at in range(0, len(wide), BLOCK):
        block = np.ascontiguousarray(wide[at : at + BLOCK]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format=kind, layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = shape.sample_rate, at, Fraction(1, shape.sample_rate)
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets = [packet for packet in [*packets, *map(bytes, encoder.encode(None))] if packet]
    offset, points = 0, b""
    for index, packet in enumerate(packets):
        points += struct.pack(">QQH", index * BLOCK, offset, min(BLOCK, len(samples) - index * BLOCK))
        offset += len(packet)
    packed = shape.sample_rate << 44 | (shape.channels - 1) << 41 | (shape.depth - 1) << 36 | len(samples)
    info = struct.pack(">HH6xQ16x", BLOCK, BLOCK, packed)
    metadata = b"fLaC\x00" + len(info).to_bytes(3, "big") + info + b"\x83" + len(points).to_bytes(3, "big") + points
    return metadata + b"".join(packets), SegmentFacts(len(samples), len(packets), offset)


def music(length: int, shape: StreamShape, seed: int) -> NDArray[np.int32]:
    """Noise-laden tones [samples, channels] at half of full scale."""
    rng = np.random.default_rng(seed)
    time = np.arange(length)[:, None] / shape.sample_rate
    tones = np.sin(2 * np.pi * time * rng.uniform(100, 900, (1, shape.channels))) * 0.35
    noise = rng.normal(0, 0.02, (length, shape.channels))
    full = 1 << (shape.depth - 1)
    return np.clip(np.rint((tones + noise) * full), -full, full - 1).astype(np.int32)


def make_stem(samples: NDArray[np.int32], shape: StreamShape, segment_frames: int) -> MadeStem:
    """`samples` cut into segments of `segment_frames` blocks, the last one shorter."""
    step = segment_frames * BLOCK
    made = [make_segment(samples[at : at + step], shape) for at in range(0, len(samples), step)]
    return MadeStem(samples, StemPlan(shape, [facts for _, facts in made]), [segment for segment, _ in made])


def collect(assembly: Assembly, stems: Sequence[MadeStem], start: int = 0, stop: int | None = None) -> bytes:
    """Bytes [start, stop) of an assembly, driven as a servicer drives it."""
    if stop is None:
        stop = OPEN_END if assembly.total_bytes is None else assembly.total_bytes
    run = assembly.run(start, stop)
    pieces = [run.feed(stems[ref.source].segments[ref.segment]) for ref in assembly.segments_for(start, stop)]
    return b"".join(pieces) + run.finish()
