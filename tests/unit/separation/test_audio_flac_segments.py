from __future__ import annotations

import io
import struct

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.separation.audio.flac_segments import EncodedSegment, encode_segment, encode_stem
from services.separation.audio.peaks import segment_peaks
from services.separation.audio.properties import AudioProperties
from services.separation.audio.segments import FLAC_BLOCK_SAMPLES, Segment
from tests.unit.separation.audio_fixtures import STEMS, noise

FORMATS = st.builds(
    AudioProperties,
    st.sampled_from([4000, 8000, 11_025, 22_050, 44_100, 44_101, 48_000, 96_000, 96_001, 192_000, 384_000]),
    st.sampled_from([1, 2]),
    st.sampled_from([16, 24]),
)
LENGTHS = st.integers(1, 20_000) | st.sampled_from([1, 2, 15, 16, 17, 4095, 4096, 4097, 4111, 8192])


def by_libflac(encoded: EncodedSegment, properties: AudioProperties) -> tuple[NDArray[np.int32], int]:
    samples, rate_hz = soundfile.read(io.BytesIO(encoded.data), dtype="int32", always_2d=True)
    return samples >> (32 - properties.depth_bits), rate_hz


def by_ffmpeg(encoded: EncodedSegment, properties: AudioProperties) -> NDArray[np.int32]:
    blocks = []
    with av.open(io.BytesIO(encoded.data), mode="r", format="flac") as container:
        for frame in container.decode(audio=0):
            block = frame.to_ndarray().reshape(-1, properties.channels).astype(np.int32)
            blocks.append(block >> 8 if properties.depth_bits == 24 else block)
    return np.concatenate(blocks)


def metadata(data: bytes) -> tuple[bytes, bytes, bytes]:
    """STREAMINFO, SEEKTABLE and the frames."""
    assert data[:4] == b"fLaC"
    assert data[4] == 0
    assert data[5:8] == (34).to_bytes(3, "big")
    assert data[42] == 0x80 | 3
    table_bytes = int.from_bytes(data[43:46], "big")
    return data[8:42], data[46 : 46 + table_bytes], data[46 + table_bytes :]


@given(FORMATS, LENGTHS, st.sampled_from([0.0, 0.001, 0.5]))
def test_two_decoders_give_back_every_bit(properties: AudioProperties, length: int, level: float) -> None:
    """libFLAC and FFmpeg decode any segment, one of a single sample included, to the integers that went in."""
    samples = noise(properties, length, level=level)
    encoded = encode_stem("vocals", samples, properties)
    decoded, rate_hz = by_libflac(encoded, properties)
    np.testing.assert_array_equal(decoded, samples)
    assert rate_hz == properties.rate_hz
    np.testing.assert_array_equal(by_ffmpeg(encoded, properties), samples)
    assert (encoded.stem, encoded.samples, encoded.frames) == ("vocals", length, -(-length // FLAC_BLOCK_SAMPLES))


@pytest.mark.parametrize("depth_bits", [16, 24])
@pytest.mark.parametrize("channels", [1, 2])
def test_streaminfo_tells_the_segment(depth_bits: int, channels: int) -> None:
    """Block and frame sizes, rate, channels, depth and length are the segment's own; the MD5 is declared unknown."""
    properties = AudioProperties(44_100, channels, depth_bits)
    samples = noise(properties, 10_000)
    encoded = encode_stem("drums", samples, properties)
    streaminfo, table, frames = metadata(encoded.data)
    points = list(struct.iter_unpack(">QQH", table))
    sizes = np.diff([offset for _, offset, _ in points] + [len(frames)])
    assert struct.unpack(">HH", streaminfo[:4]) == (4096, 4096)
    assert int.from_bytes(streaminfo[4:7], "big") == sizes.min()
    assert int.from_bytes(streaminfo[7:10], "big") == sizes.max()
    packed = int.from_bytes(streaminfo[10:18], "big")
    assert packed >> 44 == 44_100
    assert (packed >> 41 & 7) + 1 == channels
    assert (packed >> 36 & 31) + 1 == depth_bits
    assert packed & (1 << 36) - 1 == 10_000
    assert streaminfo[18:] == bytes(16)


def test_each_seek_point_is_a_frame_of_fixed_size_numbered_from_zero() -> None:
    """Seek points name every frame's first sample, byte offset and length; headers say fixed blocks 0, 1, 2..."""
    properties = AudioProperties(48_000, 2, 24)
    encoded = encode_stem("bass", noise(properties, 200 * 4096 + 5), properties)
    _, table, frames = metadata(encoded.data)
    assert encoded.frame_bytes == len(frames)
    points = list(struct.iter_unpack(">QQH", table))
    assert len(points) == encoded.frames == 201
    for number, (first, offset, length) in enumerate(points):
        assert first == number * 4096
        assert length == (5 if number == 200 else 4096)
        assert frames[offset : offset + 2] == b"\xff\xf8"
        coded = frames[offset + 4 : offset + 4 + (1 if number < 128 else 2)]
        assert coded.decode("utf-8") == chr(number)


def test_a_decoder_seeks_by_the_table() -> None:
    """libFLAC seeks into a segment and reads the right samples."""
    properties = AudioProperties(44_100, 2, 16)
    samples = noise(properties, 50_000)
    encoded = encode_stem("other", samples, properties)
    with soundfile.SoundFile(io.BytesIO(encoded.data)) as reader:
        reader.seek(33_333)
        np.testing.assert_array_equal(reader.read(100, dtype="int16"), samples[33_333:33_433])


def test_every_stem_of_a_segment_is_encoded_under_its_name() -> None:
    """One FLAC a stem in the model's order; the same samples always give the same bytes."""
    properties = AudioProperties(44_100, 2, 16)
    stems = np.stack([noise(properties, 5000, seed) for seed in range(4)])
    segment = Segment(3, 0, stems, stems.sum(axis=0, dtype=np.int32))
    encoded = encode_segment(segment, STEMS, properties)
    assert tuple(one.stem for one in encoded) == STEMS
    for one, samples in zip(encoded, segment.stems, strict=True):
        np.testing.assert_array_equal(by_libflac(one, properties)[0], samples)
    assert encode_segment(segment, STEMS, properties) == encoded


def test_an_empty_segment_is_refused() -> None:
    """There is no FLAC stream of nothing."""
    with pytest.raises(ValueError, match="at least one sample"):
        encode_stem("vocals", np.zeros((0, 2), np.int32), AudioProperties(44_100, 2, 16))


def test_peaks_are_full_at_the_rails_and_nothing_only_for_silence() -> None:
    """One byte for each 1024 samples: 255 at either rail, 0 for digital silence alone, a short last block included."""
    properties = AudioProperties(44_100, 2, 16)
    stems = np.zeros((2, 2500, 2), np.int32)
    stems[0, 1023, 1] = -32_768
    stems[0, 1024, 0] = 1
    stems[1, 2499, 1] = 32_767
    assert segment_peaks(stems, properties).tolist() == [[255, 1, 0], [0, 0, 255]]
