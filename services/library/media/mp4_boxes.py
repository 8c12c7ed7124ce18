"""Boxes of an MP4 file (ISO/IEC 14496-12, -14) for AAC streams that begin with priming, and iTunes' tags."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from services.library.media.aac import FRAME_SAMPLES, PRIMING_SAMPLES, audio_specific_config
from services.library.media.tags import VENDOR, Tags

_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_UINT32_MAX = 0xFFFFFFFF
_IN_USE, _IN_MOVIE, _IN_PREVIEW = 1, 2, 4
_TEXT = 1
_PICTURES = {"image/jpeg": 13, "image/png": 14}
# "und" in three times five bits.
_LANGUAGE = 0x55C4


def box(kind: bytes, *content: bytes) -> bytes:
    """One box with a 32-bit size."""
    return (8 + sum(map(len, content))).to_bytes(4, "big") + kind + b"".join(content)


def full_box(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    """One box with a version and flags."""
    return box(kind, (version << 24 | flags).to_bytes(4, "big"), *content)


@dataclass(frozen=True)
class Track:
    """One AAC stream: `sizes` is each packet's bytes, `offsets` each chunk's place, as big-endian numbers.

    A chunk holds `chunk_packets` packets, the last one what is left. Only an enabled track plays by itself.
    """

    rate: int
    channels: int
    length_samples: int
    packets: int
    chunk_packets: int
    sizes: bytes
    offsets: bytes
    bit_rate: int
    name: str = ""
    is_enabled: bool = True


def movie(tracks: Sequence[Track], is_far: bool, user_data: bytes) -> bytes:
    """The moov box; where `is_far`, chunk offsets have 64 bits.

    Times count samples, so that the edit that skips the priming is exact.
    """
    first = tracks[0]
    version, length = _length(first.length_samples)
    times = struct.pack(">QQI" if version else ">III", 0, 0, first.rate) + length
    # Full speed, full volume, no turning; at the end the number that a next track would have.
    rest = struct.pack(">IH10x", 0x10000, 0x100) + _UNITY + bytes(24) + struct.pack(">I", len(tracks) + 1)
    head = full_box(b"mvhd", version, 0, times, rest)
    traks = [_track(number, track, is_far) for number, track in enumerate(tracks, 1)]
    return box(b"moov", head, *traks, user_data)


def _length(samples: int) -> tuple[int, bytes]:
    version = int(samples > _UINT32_MAX)
    return version, samples.to_bytes(8 if version else 4, "big")


def _track(number: int, track: Track, is_far: bool) -> bytes:
    version, length = _length(track.length_samples)
    flags = _IN_MOVIE | _IN_PREVIEW | (_IN_USE if track.is_enabled else 0)
    times = struct.pack(">QQI4x" if version else ">III4x", 0, 0, number) + length
    # All of one alternate group: a player chooses the enabled one.
    head = full_box(b"tkhd", version, flags, times, struct.pack(">8xhhH2x", 0, 1, 0x100), _UNITY, bytes(8))
    edit = length + PRIMING_SAMPLES.to_bytes(8 if version else 4, "big") + struct.pack(">hh", 1, 0)
    edits = box(b"edts", full_box(b"elst", version, 0, struct.pack(">I", 1), edit))
    media_version, media_length = _length(PRIMING_SAMPLES + track.length_samples)
    times = struct.pack(">QQI" if media_version else ">III", 0, 0, track.rate) + media_length
    media_head = full_box(b"mdhd", media_version, 0, times, struct.pack(">HH", _LANGUAGE, 0))
    handler = full_box(b"hdlr", 0, 0, bytes(4), b"soun", bytes(12), (track.name or "Sound").encode(), b"\0")
    data = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    information = box(b"minf", full_box(b"smhd", 0, 0, bytes(4)), data, _sample_table(track, is_far))
    name = box(b"udta", box(b"name", track.name.encode())) if track.name else b""
    return box(b"trak", head, edits, box(b"mdia", media_head, handler, information), name)


def _sample_table(track: Track, is_far: bool) -> bytes:
    packets = track.packets
    last_samples = PRIMING_SAMPLES + track.length_samples - (packets - 1) * FRAME_SAMPLES
    runs = [(packets - 1, FRAME_SAMPLES), (1, last_samples)]
    durations = b"".join(struct.pack(">II", *run) for run in runs)
    whole, rest = divmod(packets, track.chunk_packets)
    chunks = [(1, track.chunk_packets)] * bool(whole) + [(whole + 1, rest)] * bool(rest)
    layout = b"".join(struct.pack(">III", first, count, 1) for first, count in chunks)
    places = -(-packets // track.chunk_packets)
    # Every packet needs the one before it: roll distance -1.
    rolls = full_box(b"sgpd", 1, 0, b"roll", struct.pack(">IIh", 2, 1, -1))
    rolls += full_box(b"sbgp", 0, 0, b"roll", struct.pack(">III", 1, packets, 1))
    return box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), _sample_entry(track)),
        full_box(b"stts", 0, 0, struct.pack(">I", len(runs)), durations),
        full_box(b"stsc", 0, 0, struct.pack(">I", len(chunks)), layout),
        full_box(b"stsz", 0, 0, struct.pack(">II", 0, packets), track.sizes),
        full_box(b"co64" if is_far else b"stco", 0, 0, struct.pack(">I", places), track.offsets),
        rolls,
    )


def _sample_entry(track: Track) -> bytes:
    def descriptor(kind: int, content: bytes) -> bytes:
        return bytes((kind, 0x80, 0x80, 0x80, len(content))) + content

    specific = descriptor(5, audio_specific_config(track.rate, track.channels))
    # AAC, an audio stream, a buffer of 6144 bits a channel, no highest rate stated.
    buffer_bytes = 768 * track.channels
    config = struct.pack(">BB", 0x40, 0x15) + buffer_bytes.to_bytes(3, "big") + struct.pack(">II", 0, track.bit_rate)
    stream = descriptor(3, struct.pack(">HB", 0, 0) + descriptor(4, config + specific) + descriptor(6, b"\x02"))
    head = struct.pack(">6xH8xHH4xI", 1, track.channels, 16, track.rate << 16 if track.rate <= 0xFFFF else 0)
    return box(b"mp4a", head, full_box(b"esds", 0, 0, stream))


def user_data(tags: Tags, length_samples: int, packets: int, *others: bytes) -> bytes:
    """The udta box: iTunes' list of tags with the gapless figures, and `others`."""
    items = [
        box(name.encode("latin-1"), _data(_TEXT, value.encode()))
        for name, value in tags.words("©nam", "©ART", "©alb", "trkn", "©day", "©gen")
        if name != "trkn"
    ]
    items += [box(b"trkn", _data(0, number)) for number in _track_number(tags)]
    items.append(box("©too".encode("latin-1"), _data(_TEXT, VENDOR)))
    # The format has no number for a WebP, and a player would take its bytes for something else.
    if tags.cover is not None and tags.cover.media_type in _PICTURES:
        items.append(box(b"covr", _data(_PICTURES[tags.cover.media_type], tags.cover.data)))
    padding = packets * FRAME_SAMPLES - PRIMING_SAMPLES - length_samples
    figures = f" 00000000 {PRIMING_SAMPLES:08X} {padding:08X} {length_samples:016X}" + " 00000000" * 8
    name = full_box(b"mean", 0, 0, b"com.apple.iTunes") + full_box(b"name", 0, 0, b"iTunSMPB")
    items.append(box(b"----", name, _data(_TEXT, figures.encode())))
    handler = full_box(b"hdlr", 0, 0, bytes(4), b"mdirappl", bytes(9))
    return box(b"udta", full_box(b"meta", 0, 0, handler, box(b"ilst", *items)), *others)


def _data(kind: int, value: bytes) -> bytes:
    return box(b"data", struct.pack(">II", kind, 0), value)


def _track_number(tags: Tags) -> list[bytes]:
    number, _, total = tags.cleaned().track_number.partition("/")
    if not number.isdecimal() or not (total or "0").isdecimal():
        return []
    return [struct.pack(">HHHH", 0, int(number) & 0xFFFF, int(total or "0") & 0xFFFF, 0)]
