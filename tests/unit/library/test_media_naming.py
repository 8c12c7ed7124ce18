"""Names of downloads."""

from __future__ import annotations

import re
import unicodedata
from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.media.naming import NAME_BYTES_MAX, content_disposition, distinct_names, file_name

_HOSTILE = st.one_of(
    st.text(st.characters()),
    st.text(st.sampled_from("\"'\\/\r\n\0;=%*.:<>|? \u202e\u2066\u200b\u200d\ud800eé🎵é\u0301\uff23\uff2f\uff2e")),
    st.sampled_from(["CON", "nul.txt", "COM1", "lpt9 .x", "..", ".", "", " ", "a" * 5000, "🎵" * 900, "Aux", "COM¹"]),
)
_TOKEN = r"[A-Za-z0-9!#$&+.^_`|~%-]+"
_HEADER = re.compile(rf"attachment; filename=\"[A-Za-z0-9 ._()-]+\"; filename\*=UTF-8''{_TOKEN}")


@given(title=_HOSTILE, part=st.sampled_from(["", "vocals"]))
def test_a_name_never_breaks_out(title: str, part: str) -> None:
    """Whatever the title, the name is one safe path component and the header keeps its grammar and carries the name."""
    name = file_name(title, "flac", part)
    assert name.endswith(".flac")
    assert len(name) > len(".flac")
    assert len(name.encode()) <= NAME_BYTES_MAX
    assert not set(name) & set('<>:"/\\|?*')
    assert name.strip(" .") == name
    for character in name:
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.category(character) != "Cf" or character in "\u200c\u200d"
    assert not re.match(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", name)
    header = content_disposition(name)
    assert _HEADER.fullmatch(header)
    assert unquote(header.rpartition("''")[2]) == name
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"


@given(name=_HOSTILE)
def test_a_header_is_safe_for_any_name(name: str) -> None:
    """Even a name that was not made by file_name cannot leave the header."""
    if name:
        assert _HEADER.fullmatch(content_disposition(name))


@given(names=st.lists(_HOSTILE, max_size=8))
def test_distinct_names_are_distinct(names: list[str]) -> None:
    """As many names as asked for, none the same where case is ignored."""
    made = distinct_names(names)
    assert len({name.casefold() for name in made}) == len(names)
    assert all(len(name.encode()) <= NAME_BYTES_MAX for name in made)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Plain Song", "Plain Song - bass.wav"),
        ('AC/DC: "Live"', "AC_DC_ _Live_ - bass.wav"),
        ("evil\r\nSet-Cookie: a=b", "evil Set-Cookie_ a=b - bass.wav"),
        ("\u202egnp.exe", "gnp.exe - bass.wav"),
        ("CON", "CON - bass.wav"),
        ("con.x", "_con.x - bass.wav"),
        ("...", "track - bass.wav"),
        ("Cafe\u0301 👩‍🎤", "Café 👩‍🎤 - bass.wav"),
    ],
)
def test_examples(title: str, name: str) -> None:
    """What a person would expect of everyday and hostile titles."""
    assert file_name(title, "wav", "bass") == name


def test_the_ascii_name_keeps_what_it_can() -> None:
    """Accents fall off; a name with nothing left is named track."""
    assert 'filename="Cafe.wav"' in content_disposition("Café.wav")
    assert 'filename="track.wav"' in content_disposition("東京.wav")
