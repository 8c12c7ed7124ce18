"""The decoder child and every awkward file: taken at its true length, or refused for its own reason."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.separation.clients.decoder import Decoders
from services.separation.domain.errors import AudioRefused
from services.separation.domain.remark import Remark
from tests.integration.separation.decoder_files import LONGEST_S, NOT_AUDIO, Held, decode_all

AWKWARD = Path(__file__).resolve().parents[4] / "shared" / "data" / "audio" / "awkward"
needs_awkward = pytest.mark.skipif(
    not AWKWARD.is_dir(), reason="the folder of awkward files is not beside this checkout"
)
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
    """Title and artist arrive whole, and so does the cover where it is wanted."""
    properties, _, _ = await decode_all(decoders, (AWKWARD / "vbr_id3_art.mp3").read_bytes())
    assert "☃ 日本語" in properties.tags.title
    assert properties.tags.artist == "A&B <script>alert(1)</script>"
    assert (properties.remarks, properties.tags.cover) == ((), b"")
    async with decoders.open(Held((AWKWARD / "vbr_id3_art.mp3").read_bytes()), LONGEST_S) as session:
        tags = (await session.inspect(wants_cover=True)).tags
    assert tags.cover.startswith(b"\x89PNG" if tags.cover_type == "image/png" else b"\xff\xd8\xff")


@needs_awkward
async def test_damage_and_shortfall_are_told(decoders: Decoders) -> None:
    """A truncated and a rotten file are decoded as far as they go, and the summary says what is missing."""
    _, _, truncated = await decode_all(decoders, (AWKWARD / "truncated.mp3").read_bytes())
    assert truncated.remarks == (Remark("ENDS_EARLY", "ends 1.3 s earlier than it declares", (("missing_s", "1.3"),)),)
    _, _, rotten = await decode_all(decoders, (AWKWARD / "bitrot.mp3").read_bytes())
    assert Remark("DAMAGE_SKIPPED", "skipped 1 damaged piece(s)", (("count", "1"),)) in rotten.remarks
