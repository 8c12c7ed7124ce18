"""The decoder child through the whole socket path: every awkward file, exactness, limits, and death."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from services.separation.clients.decoder import (
    AudioProperties,
    DecoderLimits,
    Decoders,
    DecoderSession,
    DecodeSummary,
)
from services.separation.domain.errors import AudioRefused, DecoderFailed

AWKWARD = Path(__file__).resolve().parents[4] / "shared" / "data" / "audio" / "awkward"
needs_awkward = pytest.mark.skipif(
    not AWKWARD.is_dir(), reason="the folder of awkward files is not beside this checkout"
)
LONGEST_S = 600.0
NOT_AUDIO = {"not_audio", "damaged"}
# name: (channels, depth, samples as decoded)
ACCEPTED = {
    "20ms.wav": (2, 16, 882),
    "alac.m4a": (2, 16, 88200),
    "bitrot.mp3": (2, 24, 94848),
    "cbr128_48k.mp3": (2, 24, 96000),
    "clipped_24dB.wav": (2, 16, 88200),
    "dc_offset.wav": (2, 16, 88200),
    "float_over_full_scale.wav": (2, 24, 88200),
    "half_second.wav": (2, 16, 22050),
    "hires_96k_24bit.flac": (2, 24, 192000),
    "huge_declared_length.wav": (2, 16, 15000),
    "left_only.wav": (2, 16, 88200),
    "low_22050.wav": (2, 16, 44100),
    "m4a_named.flac": (2, 24, 88200),
    "mono_44k.wav": (1, 16, 88200),
    "nan_inf_float.wav": (2, 24, 44100),
    "näme with spaces ☃ & 'quote'.wav": (2, 16, 88200),
    "opus.opus": (2, 24, 96000),
    "opus.webm": (2, 24, 96000),
    "phone_8k_mono.wav": (1, 16, 16000),
    "silent.wav": (2, 16, 88200),
    "stereo_48k.wav": (2, 16, 96000),
    "surround_5.1.flac": (2, 16, 88200),
    "truncated.flac": (2, 24, 16384),
    "truncated.mp3": (2, 24, 34607),
    "truncated.wav": (2, 16, 37480),
    "vbr_aac.m4a": (2, 24, 88200),
    "vbr_id3_art.mp3": (2, 24, 88200),
    "video.mp4": (2, 24, 88200),
    "vorbis.ogg": (2, 24, 88200),
}
REFUSED = {
    "bomb_1h_silence.flac": {"too_long"},
    "concat_lfi.wav": {"not_audio"},
    "header_only.wav": NOT_AUDIO,
    "playlist_ssrf.m3u8": {"not_audio"},
    "random.mp3": NOT_AUDIO,
    "rate_1Hz.wav": {"unsupported_rate"},
    "script.flac": NOT_AUDIO,
    "text.mp3": {"not_audio"},
    "truncated_no_moov.m4a": NOT_AUDIO,
    "zero_channels.wav": NOT_AUDIO,
    "zero_length.mp3": {"not_audio"},
    "zeros.wav": {"not_audio"},
    "zip_named.mp3": {"not_audio"},
}


class Held:
    """A ByteSource over bytes held in memory; `served` counts the bytes asked of it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.served = 0

    @property
    def size_bytes(self) -> int:
        """The whole length."""
        return len(self.content)

    async def read(self, offset: int, length: int) -> bytes:
        """The bytes asked for."""
        self.served += length
        return self.content[offset : offset + length]


@pytest.fixture
async def decoders() -> AsyncIterator[Decoders]:
    """A pool with its spare child."""
    async with Decoders() as pool:
        yield pool


async def decode_all(
    decoders: Decoders, content: bytes, first_sample: int = 0, longest_s: float = LONGEST_S
) -> tuple[AudioProperties, NDArray[np.int32], DecodeSummary]:
    """Inspect and decode to the end."""
    async with decoders.open(Held(content), longest_s) as session:
        properties = await session.inspect()
        blocks = [block async for block in session.decode(first_sample)]
        empty = np.zeros((0, properties.channels), dtype=np.int32)
        return properties, np.concatenate([empty, *blocks]), session.summary


async def decode_killing(session: DecoderSession, fatal: signal.Signals) -> None:
    """Decode on, the child having been sent `fatal` after the first block."""
    async for _ in session.decode():
        if session.child.process.returncode is None:
            os.kill(session.child.process.pid, fatal)


def resident_peak_bytes(session: DecoderSession) -> int:
    """The child's peak resident memory (Linux)."""
    status = Path(f"/proc/{session.child.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024


def wav(samples: bytes, rate_hz: int = 44100, channels: int = 2, bits: int = 16, code: int = 1) -> bytes:
    """A WAV file with the header fields given, sensible or not."""
    width = max(1, channels * bits // 8) & 0xFFFF
    form = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, code, channels, rate_hz & 0xFFFFFFFF, rate_hz * width & 0xFFFFFFFF, width, bits
    )
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def written(samples: NDArray[np.generic], container: str, subtype: str, rate_hz: int = 44100) -> bytes:
    """A file made by libsndfile."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format=container, subtype=subtype)
    return file.getvalue()


def encoded(container: str, codec: str, seconds: float, rate_hz: int = 44100, layout: str = "mono") -> bytes:
    """A tone encoded by FFmpeg."""
    file = io.BytesIO()
    tone = (0.3 * np.sin(np.arange(int(seconds * rate_hz)) * 0.05)).astype(np.float32)
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate_hz, layout=layout)
        assert isinstance(stream, av.AudioStream)
        samples = np.repeat(tone[np.newaxis], stream.codec_context.layout.nb_channels, axis=0)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate = rate_hz
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def flac_of_unknown_length(seconds: int, rate_hz: int = 44100) -> bytes:
    """Silence whose STREAMINFO does not tell its length."""
    content = bytearray(written(np.zeros(seconds * rate_hz, dtype=np.int16), "FLAC", "PCM_16", rate_hz))
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    return bytes(content)


@needs_awkward
@pytest.mark.parametrize("name", sorted(ACCEPTED))
async def test_awkward_files_are_accepted_at_their_true_length(decoders: Decoders, name: str) -> None:
    """Each readable file decodes to exactly the samples it holds, encoder delay removed."""
    channels, depth, length_samples = ACCEPTED[name]
    properties, samples, summary = await decode_all(decoders, (AWKWARD / name).read_bytes())
    assert (properties.channels, properties.depth) == (channels, depth)
    assert samples.shape == (length_samples, channels)
    assert summary.total_samples == length_samples


@needs_awkward
@pytest.mark.parametrize("name", sorted(REFUSED))
async def test_awkward_files_are_refused_with_a_reason(decoders: Decoders, name: str) -> None:
    """Each unreadable or hostile file is refused for its own reason, in words, within two seconds."""
    async with decoders.open(Held((AWKWARD / name).read_bytes()), LONGEST_S) as session, asyncio.timeout(2):
        with pytest.raises(AudioRefused) as refusal:
            await session.inspect()
    assert refusal.value.reason in REFUSED[name]
    assert refusal.value.message.endswith(".")


@needs_awkward
def test_no_awkward_file_is_left_out() -> None:
    """A file added to the folder must be given an expectation here."""
    present = {path.name for path in AWKWARD.iterdir() if path.suffix != ".md"}
    assert present <= set(ACCEPTED) | set(REFUSED)


@needs_awkward
async def test_tags_and_pictures(decoders: Decoders) -> None:
    """Title and artist arrive whole, the cover picture is ignored and that is said."""
    properties, _, _ = await decode_all(decoders, (AWKWARD / "vbr_id3_art.mp3").read_bytes())
    assert "☃ 日本語" in (properties.title or "")
    assert properties.artist == "A&B <script>alert(1)</script>"
    assert properties.warnings == ("ignored 1 picture(s)",)


@needs_awkward
async def test_damage_and_shortfall_are_told(decoders: Decoders) -> None:
    """A truncated and a rotten file are decoded as far as they go, and the summary says what is missing."""
    _, _, truncated = await decode_all(decoders, (AWKWARD / "truncated.mp3").read_bytes())
    assert truncated.warnings == ("ends 1.3 s earlier than it declares",)
    _, _, rotten = await decode_all(decoders, (AWKWARD / "bitrot.mp3").read_bytes())
    assert "skipped 1 damaged piece(s)" in rotten.warnings


@pytest.mark.parametrize(("container", "subtype"), [("WAV", "PCM_24"), ("FLAC", "PCM_24"), ("AIFF", "PCM_24")])
async def test_24_bit_files_are_exact(decoders: Decoders, container: str, subtype: str) -> None:
    """Every 24-bit sample comes out as it went in, across block boundaries."""
    samples = np.random.default_rng(1).integers(-(1 << 23), 1 << 23, (150_001, 2), dtype=np.int32)
    properties, decoded, summary = await decode_all(decoders, written(samples << 8, container, subtype, 96000))
    assert (properties.depth, properties.sample_rate, properties.declared_samples) == (24, 96000, 150_001)
    assert np.array_equal(decoded, samples)
    assert summary.clipped_samples == 0
    assert summary.warnings == ()


@pytest.mark.parametrize("container", ["WAV", "FLAC", "AIFF"])
async def test_16_bit_files_are_exact(decoders: Decoders, container: str) -> None:
    """Every 16-bit sample comes out as it went in, at depth 16."""
    samples = np.random.default_rng(2).integers(-(1 << 15), 1 << 15, (70_000, 1), dtype=np.int16)
    properties, decoded, _ = await decode_all(decoders, written(samples, container, "PCM_16", 8000))
    assert (properties.depth, properties.channels) == (16, 1)
    assert np.array_equal(decoded, samples)


async def test_float_over_full_scale_is_clipped_and_counted(decoders: Decoders) -> None:
    """Floats are rounded to 24 bits; those above full scale are clipped, never wrapped, and each is counted."""
    samples = np.random.default_rng(3).uniform(-2, 2, (50_000, 2)).astype(np.float32)
    samples[7, 0], samples[8, 1] = np.nan, -np.inf
    _, decoded, summary = await decode_all(decoders, written(samples, "WAV", "FLOAT"))
    exact = np.rint(np.nan_to_num(samples.astype(np.float64), nan=0, neginf=-1) * (1 << 23))
    assert np.array_equal(decoded, np.clip(exact, -(1 << 23), (1 << 23) - 1))
    assert summary.clipped_samples == np.count_nonzero((exact >= 1 << 23) | (exact < -(1 << 23)))
    assert summary.nonfinite_samples == 2


@pytest.mark.parametrize(
    ("container", "codec"), [("mp3", "mp3"), ("adts", "aac"), ("ogg", "libopus"), ("wav", "pcm_s24le")]
)
async def test_decoding_resumes_at_any_sample(decoders: Decoders, container: str, codec: str) -> None:
    """Decoding from a sample on gives exactly the tail of decoding from the start."""
    content = encoded(container, codec, 4, 48000)
    _, whole, summary = await decode_all(decoders, content)
    for first_sample in (1, 65536, 100_001, len(whole) - 1, len(whole), len(whole) + 5):
        _, tail, again = await decode_all(decoders, content, first_sample)
        assert np.array_equal(tail, whole[first_sample:])
        assert again == summary


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


async def test_one_sample_is_enough(decoders: Decoders) -> None:
    """A file of a single sample is accepted and comes back as that sample."""
    _, samples, _ = await decode_all(decoders, wav(struct.pack("<hh", 5, -5)))
    assert samples.tolist() == [[5, -5]]


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


async def test_a_change_of_rate_on_the_way_is_refused(decoders: Decoders) -> None:
    """Two Ogg streams of different rates in one file are refused as damaged, with what to do."""
    content = written(np.zeros(20_000), "OGG", "VORBIS", 44100) + written(np.zeros(20_000), "OGG", "VORBIS", 22050)
    with pytest.raises(AudioRefused) as refusal:
        await decode_all(decoders, content)
    assert refusal.value.reason == "damaged"


async def test_a_change_of_channels_on_the_way_is_mapped(decoders: Decoders) -> None:
    """A raw AAC that turns from mono to stereo keeps its first number of channels, and that is said."""
    properties, samples, summary = await decode_all(
        decoders, encoded("adts", "aac", 1) + encoded("adts", "aac", 1, layout="stereo")
    )
    assert properties.channels == samples.shape[1] == 1
    assert len(samples) > 80_000
    assert "changes its number of channels on the way" in summary.warnings


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


async def test_a_killed_child_is_not_the_files_fault(decoders: Decoders) -> None:
    """A child killed from outside mid-decode raises DecoderFailed, and the next file gets a fresh child."""
    content = wav(np.random.default_rng(4).bytes(4 * 44100 * 60))
    async with decoders.open(Held(content), LONGEST_S) as session:
        await session.inspect()
        with pytest.raises(DecoderFailed):
            await decode_killing(session, signal.SIGKILL)
    properties, _, _ = await decode_all(decoders, wav(bytes(400)))
    assert properties.declared_samples == 100


@pytest.mark.parametrize("fatal", [signal.SIGSEGV, signal.SIGXCPU])
async def test_a_crash_is_the_files_fault(decoders: Decoders, fatal: signal.Signals) -> None:
    """A child that dies as a hostile file would make it die refuses the file: trying again would not help."""
    content = wav(np.random.default_rng(5).bytes(4 * 44100 * 60))
    async with decoders.open(Held(content), LONGEST_S) as session:
        await session.inspect()
        with pytest.raises(AudioRefused) as refusal:
            await decode_killing(session, fatal)
    assert refusal.value.reason == "damaged"


async def test_a_dead_spare_is_replaced(decoders: Decoders) -> None:
    """A spare that died while it waited is not given to a file."""
    assert decoders._spare is not None
    spare = await asyncio.shield(decoders._spare)
    spare.process.kill()
    await spare.process.wait()
    properties, _, _ = await decode_all(decoders, wav(bytes(400)))
    assert properties.declared_samples == 100


async def test_a_failing_source_is_told_as_itself(decoders: Decoders) -> None:
    """An error of the object store passes through; a short read is the infrastructure's failure."""

    class Failing(Held):
        async def read(self, offset: int, length: int) -> bytes:
            raise ConnectionError("store is away")

    class Short(Held):
        async def read(self, offset: int, length: int) -> bytes:
            return self.content[offset : offset + length - 1]

    with pytest.raises(ConnectionError):
        async with decoders.open(Failing(wav(bytes(400))), LONGEST_S) as session:
            await session.inspect()
    with pytest.raises(DecoderFailed):
        async with decoders.open(Short(wav(bytes(400))), LONGEST_S) as session:
            await session.inspect()


async def test_a_stopped_child_is_starved_not_slow() -> None:
    """A child that got no processor time within its bound raises DecoderFailed: the file may be tried again."""
    async with (
        Decoders(DecoderLimits(inspect_s=0.2)) as decoders,
        decoders.open(Held(wav(bytes(400))), LONGEST_S) as session,
    ):
        os.kill(session.child.process.pid, signal.SIGSTOP)
        with pytest.raises(DecoderFailed):
            await session.inspect()


async def test_a_slow_consumer_holds_the_decoder_back(decoders: Decoders) -> None:
    """Reads of the source stop while nobody takes blocks, so what waits in memory is bounded."""
    source = Held(wav(np.random.default_rng(6).bytes(4 * 44100 * 120)))
    async with decoders.open(source, LONGEST_S) as session:
        await session.inspect()
        blocks = session.decode()
        await anext(blocks)
        await anext(blocks)
        assert source.served < 4 << 20
        assert sum([len(block) async for block in blocks]) == 44100 * 120 - 2 * 65536


async def test_the_sandbox_reports_itself(decoders: Decoders) -> None:
    """Every measure is applied, or says why it is not."""
    report = await decoders.sandbox()
    assert json.dumps(report)
    assert {"seccomp", "landlock", "namespaces", "memory", "dies_with_parent"} <= set(report)
    assert all(state == "applied" or state.startswith("unavailable: ") for state in report.values())
