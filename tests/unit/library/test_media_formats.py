"""The table of formats, and tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.media.errors import FormatUnavailable
from services.library.media.formats import FORMATS, mix_assembly, stem_assembly
from services.library.media.segments import StreamShape
from services.library.media.tags import TAG_CHARACTERS_MAX, Tags, clean_text, id3v2, riff_info, vorbis_comment
from tests.unit.library.stems import BLOCK, collect, make_stem, music

_SHAPE = StreamShape(44_100, 1, 16)
_STEM = make_stem(music(BLOCK * 2 + 1, _SHAPE, 1), _SHAPE, 1)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_states_its_size(name: str) -> None:
    """Each format of the table makes a stem, of the size it stated, under the source number it was given."""
    assembly = stem_assembly(name, 0, _STEM.plan, Tags("a", "b"))
    assert len(collect(assembly, [_STEM])) == assembly.total_bytes
    assert {ref.source for ref in stem_assembly(name, 9, _STEM.plan).segments_for(0, assembly.total_bytes - 99)} == {9}


def test_what_cannot_be_made_is_refused() -> None:
    """An unknown format, and FLAC of a true mix, are refused by name; FLAC of one audible stem is that stem's."""
    stems = {0: _STEM.plan, 1: _STEM.plan}
    with pytest.raises(FormatUnavailable):
        stem_assembly("ogg", 0, _STEM.plan)
    for gains in ({0: 1.0, 1: 1.0}, {0: 0.5}):
        with pytest.raises(FormatUnavailable):
            mix_assembly("flac", stems, gains)
    alone = mix_assembly("flac", stems, {0: 1.0, 1: 0.0})
    assert collect(alone, [_STEM]) == collect(stem_assembly("flac", 0, _STEM.plan), [_STEM])


@given(title=st.text(), artist=st.text(st.characters()))
def test_tags_of_any_text_make_sound_chunks(title: str, artist: str) -> None:
    """Whatever is typed, every container's tag is well-formed and bounded."""
    tags = Tags(title, artist)
    assert len(clean_text(title)) <= TAG_CHARACTERS_MAX
    comment, info, id3 = vorbis_comment(tags), riff_info(tags), id3v2(tags)
    count = sum(bool(clean_text(text)) for text in (title, artist))
    assert int.from_bytes(comment[16:20], "little") == count
    assert len(info) % 2 == 0
    assert not info or int.from_bytes(info[4:8], "little") == len(info) - 8
    size = sum(byte << shift for byte, shift in zip(id3[6:10], (21, 14, 7, 0), strict=False))
    assert not id3 or size == len(id3) - 10
