"""The first phase: what the file is, how long, and whether it really decodes."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from .covers import cover, has_pictures
from .opening import Refused, declared_seconds, first_audio_stream, open_container, tag
from .pcm import PADDED_CODECS, Damage, Shape, decoded_frames, shape_of
from .reading import ServedFile

# Enough frames to tell sound from noise that happens to look like a frame header.
FRAMES_TRIED: Final = 8
PACKETS_BAD_MAX: Final = 50
TAGS: Final = ("title", "artist", "album", "track", "date", "genre")
PICTURES: Final = ("mjpeg", "png", "bmp", "gif", "webp", "tiff")


class Inspection:
    """What inspecting found, kept for decoding."""

    def __init__(
        self,
        shape: Shape,
        samples: int,
        counted: bool,
        codec: str,
        report: dict[str, object],
        picture: bytes | None = None,
    ) -> None:
        self.shape = shape
        self.picture = picture
        self.samples = samples
        self.counted = counted
        self.report = report
        # Only MP4 declares where the sound ends inside the last AAC frame.
        trims = codec in PADDED_CODECS and not counted and str(report["container"]).startswith("mov")
        self.trim_to_samples = samples if trims else None


def inspect(file: ServedFile, size_bytes: int, longest_s: float) -> Inspection:
    """Open, decode the beginning, establish the length. Raises Refused with the reason."""
    with open_container(file, size_bytes) as container:
        stream = first_audio_stream(container)
        # An MP3's header is found by reading on, which would cost the trial its first packet.
        reopen = container.format.name == "mp3"
        declared = None if reopen else declared_seconds(container, stream, file, size_bytes)
        shape = try_decoding(container, stream)
        is_pictured = has_pictures(container)
        others = _other_streams(container, stream)
        codec = stream.codec_context.name
        report: dict[str, object] = {
            "container": container.format.name,
            "codec": codec,
            "bitrate": container.bit_rate or 0,
            **{name: tag(container, stream, name) for name in TAGS},
        }
    picture = cover(file, size_bytes) if is_pictured else None
    others["ignored_pictures"] -= picture is not None
    warnings: list[dict[str, object]] = [{"code": code, "number": number} for code, number in others.items() if number]
    if reopen:
        with open_container(file, size_bytes) as container:
            declared = declared_seconds(container, first_audio_stream(container), file, size_bytes)
    longest_samples = int(longest_s * shape.rate_hz)
    counted = declared is None
    samples = (
        count_samples(file, size_bytes, shape, longest_samples) if declared is None else round(declared * shape.rate_hz)
    )
    if samples > longest_samples:
        raise Refused("too_long", longest_s)
    if samples == 0:
        raise Refused("too_short")
    if shape.channels_source > 2:
        warnings.append({"code": "downmixed", "number": shape.channels_source})
    report |= {
        "sample_rate": shape.rate_hz,
        "channels_source": shape.channels_source,
        "channels": shape.channels,
        "depth": shape.depth,
        "samples": samples,
        "counted": counted,
        "warnings": warnings,
    }
    return Inspection(shape, samples, counted, codec, report, picture)


def try_decoding(container: InputContainer, stream: AudioStream) -> Shape:
    """The shape of the first frame; raises Refused when nothing, or more noise than sound, comes out."""
    damage = Damage()
    first: AudioFrame | None = None
    for frame in islice(decoded_frames(container, stream, damage, PACKETS_BAD_MAX), FRAMES_TRIED):
        first = first or frame
    if first is None:
        context = stream.codec_context
        if context.sample_rate and context.channels and not damage.packets_bad:
            raise Refused("too_short")
        raise Refused("not_audio")
    shape = shape_of(first)
    if damage.packets_bad > damage.packets_good:
        raise Refused("damaged")
    return shape


def count_samples(file: ServedFile, size_bytes: int, shape: Shape, longest_samples: int) -> int:
    """The length of a file that does not tell it, by its packets' durations where they have them, else by decoding.

    Stops once past `longest_samples`: the answer is then some figure above it.
    """
    with open_container(file, size_bytes) as container:
        stream = first_audio_stream(container)
        ticks = 0
        timed = stream.time_base is not None
        tick = stream.time_base or Fraction(1)
        limit_s = Fraction(longest_samples, shape.rate_hz)
        ticks_enough = (limit_s + 1) / tick
        try:
            for packet in container.demux(stream):
                if packet.size == 0:
                    continue
                if not packet.duration:
                    timed = False
                if not timed or ticks > ticks_enough:
                    break
                ticks += packet.duration or 0
        except av.FFmpegError:
            pass  # a broken end: what came before it counts
        total_s = ticks * tick
    if timed and not limit_s < total_s <= limit_s + 1:
        return round(total_s * shape.rate_hz)
    # No durations, or too near the limit for packets (which include an encoder's padding) to decide.
    return _count_by_decoding(file, size_bytes, longest_samples)


def _count_by_decoding(file: ServedFile, size_bytes: int, longest_samples: int) -> int:
    with open_container(file, size_bytes) as container:
        samples = 0
        for frame in decoded_frames(container, first_audio_stream(container), Damage()):
            samples += frame.samples
            if samples > longest_samples:
                break
        return samples


def _other_streams(container: InputContainer, chosen: AudioStream) -> dict[str, int]:
    streams = container.streams
    videos = list(streams.video)
    pictures = [video for video in videos if video.codec_context.name in PICTURES]
    others = [stream for stream in streams.audio if stream.index != chosen.index]
    return {
        "ignored_pictures": len(pictures),
        "ignored_video": len(videos) - len(pictures),
        "ignored_tracks": len(others),
    }
