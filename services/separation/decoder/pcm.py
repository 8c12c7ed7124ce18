"""The stream of canonical blocks: decode, survive damage, trim, count, stop at the limit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from .canonical import DEPTH_OF_FORMAT, downmix_matrix, to_canonical
from .opening import CHANNELS_MAX, RATE_MAX_HZ, RATE_MIN_HZ, Refused

# Encoders pad the last packet of an MP4 to a whole frame; two of the longest AAC frames (HE-AAC, 2048) bound that.
PADDING_SAMPLES_MAX: Final = 4096
PADDED_CODECS: Final = ("aac",)


@dataclass
class Damage:
    """What decoding had to get over."""

    packets_good: int = 0
    packets_bad: int = 0
    samples_clipped: int = 0
    samples_nonfinite: int = 0
    channels_changed: bool = False


@dataclass
class Shape:
    """What the first decoded frame says: the truth about rate, channels and depth, whatever the header claims."""

    rate_hz: int
    channels_source: int
    depth: int
    matrix: NDArray[np.float64] | None = field(default=None)

    @property
    def channels(self) -> int:
        """1 or 2."""
        return min(self.channels_source, 2)


def shape_of(frame: AudioFrame) -> Shape:
    """Raises Refused unsupported_rate or unsupported_channels."""
    rate_hz, channels = frame.sample_rate, frame.layout.nb_channels
    if not RATE_MIN_HZ <= rate_hz <= RATE_MAX_HZ:
        raise Refused("unsupported_rate", rate_hz)
    matrix = downmix_matrix(tuple(channel.name for channel in frame.layout.channels)) if channels > 2 else None
    if not 1 <= channels <= CHANNELS_MAX or (channels > 2 and matrix is None):
        raise Refused("unsupported_channels", channels)
    return Shape(rate_hz, channels, DEPTH_OF_FORMAT[frame.format.name.removesuffix("p")], matrix)


def decoded_frames(
    container: InputContainer, stream: AudioStream, damage: Damage, packets_bad_max: float = math.inf
) -> Iterator[AudioFrame]:
    """Every frame that decodes; packets that do not are counted and passed over, and a broken container ends it.

    More than `packets_bad_max` of them end it too.

    Raises Refused rate_changed for a chained file whose next link FFmpeg cannot join to the first.
    """
    stream.codec_context.thread_count = 1
    packets = container.demux(stream)
    while damage.packets_bad <= packets_bad_max:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.PatchWelcomeError:
            raise Refused("rate_changed") from None
        except av.FFmpegError:
            damage.packets_bad += 1
            return
        try:
            frames = packet.decode()
        except av.EOFError:
            return
        except av.FFmpegError:
            damage.packets_bad += 1
            continue
        damage.packets_good += 1 if frames else 0
        for frame in frames:
            if frame.samples:
                yield frame


def interleaved(frame: AudioFrame) -> NDArray[np.generic]:
    """[frames, channels] in FFmpeg's own sample type."""
    array = frame.to_ndarray()
    if frame.format.is_planar:
        return array.T
    return array.reshape(-1, frame.layout.nb_channels)


def canonical_pieces(frames: Iterator[AudioFrame], shape: Shape, damage: Damage) -> Iterator[NDArray[np.int32]]:
    """int32 [frames, shape.channels] pieces of whatever size FFmpeg's frames have.

    Raises Refused rate_changed when the sample rate changes on the way; other channels are mapped to the first ones.
    """
    for frame in frames:
        channels = frame.layout.nb_channels
        if frame.sample_rate != shape.rate_hz:
            raise Refused("rate_changed")
        matrix = shape.matrix
        if channels != shape.channels_source:
            damage.channels_changed = True
            matrix = shape_of(frame).matrix
        canonical = to_canonical(interleaved(frame), shape.depth, matrix)
        damage.samples_clipped += canonical.clipped
        damage.samples_nonfinite += canonical.nonfinite
        samples = canonical.samples
        if samples.shape[1] < shape.channels:
            samples = np.repeat(samples, shape.channels, axis=1)
        elif samples.shape[1] > shape.channels:
            samples = (samples.sum(axis=1, keepdims=True, dtype=np.int64) >> 1).astype(np.int32)
        yield samples


def without_padding(pieces: Iterator[NDArray[np.int32]], declared_samples: int | None) -> Iterator[NDArray[np.int32]]:
    """The pieces less what an encoder added after `declared_samples`; a longer surplus is sound, and stays."""
    if declared_samples is None:
        yield from pieces
        return
    passed = 0
    held: list[NDArray[np.int32]] = []
    held_samples = 0
    for piece in pieces:
        sure = max(0, min(len(piece), declared_samples - passed))
        passed += len(piece)
        if sure:
            yield piece[:sure]
        if sure < len(piece):
            held.append(piece[sure:])
            held_samples += len(piece) - sure
        if held_samples > PADDING_SAMPLES_MAX:
            yield from held
            held.clear()
    # Once the surplus is past the limit `held` is emptied at each turn, so what is left here is padding.


def in_blocks(pieces: Iterator[NDArray[np.int32]], block_frames: int) -> Iterator[NDArray[np.int32]]:
    """The same samples in C-ordered blocks of exactly `block_frames`, the last one shorter."""
    waiting: list[NDArray[np.int32]] = []
    waiting_frames = 0
    for piece in pieces:
        waiting.append(piece)
        waiting_frames += len(piece)
        if waiting_frames >= block_frames:
            joined = np.concatenate(waiting)
            whole = waiting_frames - waiting_frames % block_frames
            for start in range(0, whole, block_frames):
                yield np.ascontiguousarray(joined[start : start + block_frames])
            waiting = [joined[whole:].copy()]
            waiting_frames -= whole
    if waiting_frames:
        yield np.ascontiguousarray(np.concatenate(waiting))
