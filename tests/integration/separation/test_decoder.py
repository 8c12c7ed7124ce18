"""The decoder child through the whole socket path: every sample as it was, wherever decoding begins."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from services.separation.clients.decoder import Decoders
from services.separation.domain.errors import AudioRefused
from services.separation.domain.remark import Remark
from tests.integration.separation.decoder_files import decode_all, encoded, wav, written


@pytest.mark.parametrize(("container", "subtype"), [("WAV", "PCM_24"), ("FLAC", "PCM_24"), ("AIFF", "PCM_24")])
async def test_24_bit_files_are_exact(decoders: Decoders, container: str, subtype: str) -> None:
    """Every 24-bit sample comes out as it went in, across block boundaries."""
    samples = np.random.default_rng(1).integers(-(1 << 23), 1 << 23, (150_001, 2), dtype=np.int32)
    properties, decoded, summary = await decode_all(decoders, written(samples << 8, container, subtype, 96000))
    assert (properties.depth, properties.sample_rate, properties.declared_samples) == (24, 96000, 150_001)
    assert np.array_equal(decoded, samples)
    assert summary.clipped_samples == 0
    assert summary.remarks == ()


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


async def test_one_sample_is_enough(decoders: Decoders) -> None:
    """A file of a single sample is accepted and comes back as that sample."""
    _, samples, _ = await decode_all(decoders, wav(struct.pack("<hh", 5, -5)))
    assert samples.tolist() == [[5, -5]]


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
    assert Remark("CHANNELS_CHANGED", "changes its number of channels on the way") in summary.remarks
