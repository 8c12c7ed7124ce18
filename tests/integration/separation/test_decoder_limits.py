"""The decoder child and files that lie: what they declare is checked, and what they cost is bounded."""

from __future__ import annotations

import asyncio
import io
import struct
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from services.separation.clients.decoder import Decoders, DecoderSession
from services.separation.domain.errors import AudioRefused
from tests.integration.separation.decoder_files import (
    LONGEST_S,
    NOT_AUDIO,
    Held,
    decode_all,
    encoded,
    flac_of_unknown_length,
    wav,
    written,
)


def resident_peak_bytes(session: DecoderSession) -> int:
    """The child's peak resident memory (Linux)."""
    status = Path(f"/proc/{session.child.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (wav(bytes(4000), rate_hz=0), NOT_AUDIO | {"unsupported_rate"}),
        (wav(bytes(4000), rate_hz=4_000_000_000), NOT_AUDIO | {"unsupported_rate"}),
        (wav(bytes(4000), rate_hz=3999), {"unsupported_rate"}),
        (wav(bytes(4000), channels=65535), NOT_AUDIO | {"unsupported_channels"}),
        (wav(bytes(3600), channels=9), {"unsupported_channels"}),
        (wav(bytes(4000), bits=0), NOT_AUDIO),
        (wav(b""), {"too_short"} | NOT_AUDIO),
        (b"ffconcat version 1.0\nfile neighbour.wav\n", {"not_audio"}),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n", {"not_audio"}),
        (b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + bytes(60_000), NOT_AUDIO),
    ],
)
async def test_lying_headers_are_refused(decoders: Decoders, content: bytes, reasons: set[str]) -> None:
    """A header that asks for the impossible is refused at once, for a named reason."""
    async with decoders.open(Held(content), LONGEST_S) as session, asyncio.timeout(2):
        with pytest.raises(AudioRefused) as refusal:
            await session.inspect()
    assert refusal.value.reason in reasons


async def test_video_without_sound_is_refused(decoders: Decoders) -> None:
    """A film without a sound track is told so."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        output.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8), format="rgb24")))
        output.mux(stream.encode(None))
    async with decoders.open(Held(file.getvalue()), LONGEST_S) as session:
        with pytest.raises(AudioRefused) as refusal:
            await session.inspect()
    assert refusal.value.reason == "no_audio_stream"


async def test_an_untold_length_is_counted(decoders: Decoders) -> None:
    """Raw AAC and a FLAC without a length are measured at inspection."""
    content = encoded("adts", "aac", 3)
    properties, samples, _ = await decode_all(decoders, content)
    assert properties.counted
    assert properties.declared_samples == len(samples)
    properties, samples, _ = await decode_all(decoders, flac_of_unknown_length(20))
    assert properties.counted
    assert properties.declared_samples == len(samples) == 20 * 44100


async def test_a_bomb_of_untold_length_is_refused_in_little_memory(decoders: Decoders) -> None:
    """Half an hour of silence that hides its length is stopped at a minute, quickly and in little memory."""
    async with decoders.open(Held(flac_of_unknown_length(1800, 8000)), 60) as session, asyncio.timeout(4):
        with pytest.raises(AudioRefused) as refusal:
            await session.inspect()
        assert refusal.value.reason == "too_long"
        assert "limit of 1 minute." in refusal.value.message
        if sys.platform.startswith("linux"):
            assert resident_peak_bytes(session) < 150 << 20


async def test_a_limit_is_kept_to_the_sample(decoders: Decoders) -> None:
    """A file of exactly the longest length passes; one sample more is too long."""
    longest_s = 44100 / 44100
    properties, _, _ = await decode_all(decoders, wav(bytes(4 * 44100)), longest_s=longest_s)
    assert properties.declared_samples == 44100
    with pytest.raises(AudioRefused) as refusal:
        await decode_all(decoders, wav(bytes(4 * 44101)), longest_s=longest_s)
    assert refusal.value.reason == "too_long"


async def test_a_length_that_was_understated_is_stopped_while_decoding(decoders: Decoders) -> None:
    """A FLAC that declares a second and holds a minute is stopped at the limit, not decoded to its end."""
    content = bytearray(written(np.zeros(60 * 8000, dtype=np.int16), "FLAC", "PCM_16", 8000))
    content[21] &= 0xF0
    content[22:26] = struct.pack(">I", 8000)
    received = 0
    async with decoders.open(Held(bytes(content)), 10) as session:
        assert (await session.inspect()).declared_seconds == 1
        blocks = session.decode()
        received += len(await anext(blocks))
        with pytest.raises(AudioRefused) as refusal:
            await anext(blocks)
    assert refusal.value.reason == "too_long"
    assert received <= 80_000


async def test_memory_does_not_grow_with_length(decoders: Decoders) -> None:
    """Decoding ten minutes of sound leaves the child's peak memory where any file leaves it."""
    async with decoders.open(Held(flac_of_unknown_length(600)), 700) as session:
        await session.inspect()
        total = 0
        peak_bytes = 0
        async for block in session.decode():
            total += len(block)
            if sys.platform.startswith("linux") and total > 599 * 44100:
                peak_bytes = max(peak_bytes, resident_peak_bytes(session))
    assert total == 600 * 44100
    assert peak_bytes < 150 << 20
