"""The songs that are measured with."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
import soundfile

from tests.bench.songs import MP3_BITS_PER_S, MP3_FRAME_SAMPLES, make_flac, make_mp3


def test_flac_is_as_long_as_asked(tmp_path: Path) -> None:
    """The FLAC has the length asked for to the sample, beyond the bundled song's own."""
    facts = soundfile.info(make_flac(tmp_path / "song.flac", 45.5))
    assert (facts.frames, facts.samplerate, facts.subtype) == (int(45.5 * 44_100), 44_100, "PCM_16")


@pytest.mark.parametrize("seconds", [5, 60])
def test_mp3_says_its_length_and_has_it(tmp_path: Path, seconds: int) -> None:
    """The MP3 declares the length asked for, holds as many frames, each decodes, and its bit rate is the stated one."""
    path = make_mp3(tmp_path / "song.mp3", seconds)
    assert [other for other in tmp_path.iterdir() if other != path] == []
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        assert stream.time_base is not None
        assert stream.duration is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(seconds, abs=0.1)
        samples = sum(frame.samples for packet in file.demux(stream) for frame in packet.decode())
    assert samples == pytest.approx(seconds * 44_100, abs=3 * MP3_FRAME_SAMPLES)
    assert path.stat().st_size == pytest.approx(MP3_BITS_PER_S / 8 * seconds, rel=0.02)
