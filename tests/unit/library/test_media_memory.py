"""How much a download holds while it is made."""

from __future__ import annotations

import tracemalloc

import pytest

from services.library.media.assembly import OPEN_END, Assembly
from services.library.media.formats import mix_assembly, stem_file
from services.library.media.mix import StemMix
from services.library.media.segments import StemPlan, StreamShape
from tests.unit.library.stems import BLOCK, make_segment, music

_SHAPE = StreamShape(8_000, 1, 16)
_SEGMENT, _FACTS = make_segment(music(BLOCK * 4, _SHAPE, 1) // 4, _SHAPE)
# Packet sizes, of which an MP4's index has 4 bytes each, and the index itself.
_INDEX_BYTES_PER_S = 5 * 16


def _made(name: str, segments: int) -> Assembly:
    plans = {number: StemPlan(_SHAPE, [_FACTS] * segments) for number in range(4)}
    if name == "stem.mp4":
        return stem_file(plans, ("drums", "bass", "other", "vocals"))
    return mix_assembly(name, StemMix(plans, dict.fromkeys(plans, 1.0)))


def _peak_bytes(name: str, segments: int) -> int:
    tracemalloc.start()
    try:
        assembly = _made(name, segments)
        end = OPEN_END if assembly.total_bytes is None else assembly.total_bytes
        run = assembly.run(0, end)
        for _ in assembly.segments_for(0, end):
            run.feed(_SEGMENT)
        run.finish()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["flac", "wav", "mp3", "m4a", "opus", "stem.mp4"])
def test_a_longer_song_takes_no_more_memory(name: str) -> None:
    """Eight times as long, a download holds as much as before, and an MP4 its index of a few bytes a packet."""
    short, long = _peak_bytes(name, 3), _peak_bytes(name, 24)
    more_s = 21 * _FACTS.samples / _SHAPE.sample_rate
    allowed = 100_000 + (_INDEX_BYTES_PER_S * 4 * more_s if name in ("m4a", "stem.mp4") else 0)
    assert long - short < allowed
