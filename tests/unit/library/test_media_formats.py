"""The table of formats, and tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.media.errors import FormatUnavailable
from services.library.media.formats import (
    FORMATS,
    STEM_FILE,
    mix_assembly,
    stem_assembly,
    stem_file,
    stem_parts,
)
from services.library.media.mix import StemMix
from services.library.media.segments import StreamShape
from services.library.media.tags import TAG_CHARACTERS_MAX, Tags, clean_text, id3v2, riff_info, vorbis_comment
from tests.unit.library.stems import BLOCK, collect, make_stem, music

_SHAPE = StreamShape(44_100, 1, 16)
_STEM = make_stem(music(BLOCK * 2 + 1, _SHAPE, 1), _SHAPE, 1)


@pytest.mark.parametrize("name", [one.name for one in FORMATS.values() if not one.is_whole])
def test_every_format_states_its_size(name: str) -> None:
    """Each format of the table makes a stem, of the size it stated, under the source number it was given."""
    assembly = stem_assembly(name, 0, _STEM.plan, Tags("a", "b"))
    assert assembly.total_bytes is not None
    assert len(collect(assembly, [_STEM])) == assembly.total_bytes
    assert {ref.source for ref in stem_assembly(name, 9, _STEM.plan).segments_for(0, assembly.total_bytes - 99)} == {9}


def test_what_cannot_be_made_is_refused() -> None:
    """An unknown format, a lossless preview, a depth of anything but wav, and a stem file of one stem are refused."""
    alone = StemMix({0: _STEM.plan}, {0: 1.0})
    for name in ("ogg", STEM_FILE):
        with pytest.raises(FormatUnavailable, match="is made as flac, wav, mp3, m4a, opus"):
            mix_assembly(name, alone)
    for name in ("flac", "wav"):
        with pytest.raises(FormatUnavailable, match="preview"):
            mix_assembly(name, alone, speed=2)
    with pytest.raises(FormatUnavailable, match="depth"):
        mix_assembly("mp3", alone, wav_depth="24")
    with pytest.raises(FormatUnavailable, match="four stems, and this song has 2"):
        stem_file({0: _STEM.plan, 1: _STEM.plan}, ("vocals", "other"))


def test_flac_of_one_audible_stem_is_that_stem() -> None:
    """Muting all but one stem gives the very file of that stem, and its size is known."""
    alone = mix_assembly("flac", StemMix({0: _STEM.plan, 1: _STEM.plan}, {0: 1.0, 1: 0.0}))
    assert collect(alone, [_STEM]) == collect(stem_assembly("flac", 0, _STEM.plan), [_STEM])


@pytest.mark.parametrize(
    ("stems", "parts"),
    [
        (("vocals", "drums", "bass", "other"), [("drums", [1]), ("bass", [2]), ("other", [3]), ("vocals", [0])]),
        (("a", "b", "c", "d"), [("a", [0]), ("b", [1]), ("c", [2]), ("d", [3])]),
        (
            ("drums", "bass", "other", "vocals", "guitar", "piano"),
            [("drums", [0]), ("bass", [1]), ("other", [2, 4, 5]), ("vocals", [3])],
        ),
        (
            ("drums", "bass", "vocals", "guitar", "piano"),
            [("drums", [0]), ("bass", [1]), ("other", [3, 4]), ("vocals", [2])],
        ),
        (("vocals", "instrumental"), None),
        (("one", "two", "three", "four", "five"), None),
    ],
)
def test_a_stem_file_has_four_parts(stems: tuple[str, ...], parts: list[tuple[str, list[int]]] | None) -> None:
    """Four stems are its parts; of more, all but drums, bass and vocals are summed as other; else it is refused."""
    if parts is None:
        with pytest.raises(FormatUnavailable, match=f"this song has {len(stems)}"):
            stem_parts(stems)
    else:
        assert stem_parts(stems) == parts


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
