"""File names in headers."""

from __future__ import annotations

import re
import unicodedata
from email.message import Message
from urllib.parse import unquote

from hypothesis import example, given
from hypothesis import strategies as st

from services.gateway.domain.disposition import NAME_CHARACTERS_MAX, content_disposition, plain_name

HEADER = re.compile(
    r'attachment; filename="[A-Za-z0-9 ._()\[\]&+,=@~#-]+"'
    r"(?:; filename\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+))?"
)


@given(st.text())
@example('a"; filename="b.exe')
@example("x\r\nSet-Cookie: a=b")
@example("../../etc/passwd")
@example("\u202egnp.exe")
@example("é\u0301")
@example("100%25.wav")
def test_any_name_makes_one_wellformed_header(name: str) -> None:
    """The header is ASCII of the RFC's grammar, and its extended form decodes to the plain name."""
    header = content_disposition(name)
    match = HEADER.fullmatch(header)
    assert match is not None, header
    if match[1] is not None:
        assert unquote(match[1], errors="strict") == plain_name(name)
    else:
        assert f'filename="{plain_name(name)}"' in header


@given(st.text())
def test_a_plain_name_is_safe_and_stays_so(name: str) -> None:
    """No folder, control, surrogate or direction mark is left; doing it twice changes nothing."""
    plain = plain_name(name)
    assert 0 < len(plain) <= NAME_CHARACTERS_MAX
    assert not set("/\\") & set(plain)
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs") for character in plain)
    assert plain not in (".", "..")
    assert plain_name(plain) == plain


def test_ordinary_names_stay_whole() -> None:
    """ASCII needs no extended form; other scripts keep theirs, with a readable fallback."""
    assert content_disposition("Song - vocals.flac") == 'attachment; filename="Song - vocals.flac"'
    header = content_disposition("Größe.flac")
    assert header == "attachment; filename=\"Groe.flac\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.flac"
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_filename() in ("Groe.flac", "Größe.flac")
