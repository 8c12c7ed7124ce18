"""A picture that a listener sends: what it is is read in its bytes, and none is decoded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.domain.errors import CoverTooLarge, CoverUnreadable
from services.library.domain.file_tags import COVER_BYTES_MAX
from services.library.domain.picture import SIDE_PIXELS_MAX, sent_cover
from tests.unit.library.pictures import (
    canvas_chunk,
    jpeg,
    lossless_chunk,
    lossy_chunk,
    png,
    png_chunk,
    riff,
    webp_chunk,
    webp_extended,
    webp_lossless,
    webp_lossy,
)

MADE = {
    "image/png": [png],
    "image/jpeg": [jpeg],
    "image/webp": [webp_lossy, webp_lossless, webp_extended],
}


@pytest.mark.parametrize("media_type", MADE)
@pytest.mark.parametrize("size", [(1, 1), (640, 480), (SIDE_PIXELS_MAX, SIDE_PIXELS_MAX)])
def test_its_kind_is_found_in_its_bytes(media_type: str, size: tuple[int, int]) -> None:
    """A JPEG, PNG or WebP is told by what it is, and kept byte for byte."""
    for make in MADE[media_type]:
        cover = sent_cover(make(*size))
        assert (cover.media_type, cover.data) == (media_type, make(*size))


@pytest.mark.parametrize("media_type", MADE)
@pytest.mark.parametrize("size", [(SIDE_PIXELS_MAX + 1, 1), (1, SIDE_PIXELS_MAX + 1)])
def test_one_of_too_many_pixels_is_refused(media_type: str, size: tuple[int, int]) -> None:
    """Few bytes that would be many pixels are refused, whatever their kind."""
    for make in MADE[media_type]:
        with pytest.raises(CoverTooLarge):
            sent_cover(make(*size))


def test_one_of_too_many_bytes_is_refused() -> None:
    """Four MiB are taken, and a byte more is not."""
    head, tail = png(9, 9)[:-12], png(9, 9)[-12:]
    room = COVER_BYTES_MAX - len(head) - len(tail) - 12
    whole = head + png_chunk(b"teXt", bytes(room)) + tail
    assert len(sent_cover(whole).data) == COVER_BYTES_MAX
    with pytest.raises(CoverTooLarge):
        sent_cover(head + png_chunk(b"teXt", bytes(room + 1)) + tail)


_START, _FRAME = 20, 39
"""Where a made JPEG's frame begins, and its scan."""


def _before_frame(added: bytes) -> bytes:
    whole = jpeg(9, 9)
    return whole[:_START] + added + whole[_START:]


def _as(marker: bytes) -> bytes:
    return jpeg(9, 9).replace(b"\xff\xc0", marker)


def _bits(frame: bytes, at: int, bits: int) -> bytes:
    """With more bits in the byte there."""
    return frame[:at] + bytes([frame[at] | bits]) + frame[at + 1 :]


SOUND = {
    "a progressive JPEG": (_as(b"\xff\xc2"), "image/jpeg"),
    "a progressive JPEG of two scans": (
        _as(b"\xff\xc2")[:-2] + _as(b"\xff\xc2")[_FRAME:],
        "image/jpeg",
    ),
    "an extended JPEG": (_as(b"\xff\xc1"), "image/jpeg"),
    "a JPEG of markers without a length": (_before_frame(b"\xff\x01\xff\xd0\xff\xd7"), "image/jpeg"),
    "a JPEG with filling before a marker": (_before_frame(b"\xff\xff\xff"), "image/jpeg"),
    "a JPEG with zeros behind its end": (jpeg(9, 9) + bytes(9), "image/jpeg"),
    "a PNG in two pieces, with words behind them": (
        png(9, 9)[:-12] + png_chunk(b"IDAT", b"\0") + png_chunk(b"tEXt", b"a\0b") + png(9, 9)[-12:],
        "image/png",
    ),
    "a PNG of an empty piece before its pixels": (
        png(9, 9)[:33] + png_chunk(b"IDAT", b"") + png(9, 9)[33:],
        "image/png",
    ),
    "a lossy WebP that asks to be shown larger": (
        riff(webp_chunk(b"VP8 ", _bits(_bits(lossy_chunk(9, 9)[8:], 7, 0x40), 9, 0xC0))),
        "image/webp",
    ),
    "a lossless WebP that is see-through": (
        riff(webp_chunk(b"VP8L", _bits(lossless_chunk(9, 9)[8:-1], 4, 0x10))),
        "image/webp",
    ),
    "a lossless WebP with a profile of an odd length": (
        riff(canvas_chunk(9, 9, flags=0x20), webp_chunk(b"ICCP", b"abc"), lossless_chunk(9, 9)),
        "image/webp",
    ),
}


@pytest.mark.parametrize("what", SOUND)
def test_whatever_browsers_show_is_taken(what: str) -> None:
    """What cameras and programs write besides the plainest picture is taken as well."""
    data, media_type = SOUND[what]
    assert (sent_cover(data).media_type, sent_cover(data).data) == (media_type, data)


HOSTILE = {
    "nothing": b"",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a drawing": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a GIF": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "another file of RIFF": b"RIFF\x04\x00\x00\x00WAVE",
    "a PNG that is cut off": png(9, 9)[:-5],
    "a PNG with a page behind it": png(9, 9) + b"<script>",
    "a PNG of no pixels": png(0, 9),
    "a PNG whose header is not whole": png(9, 9)[:20],
    "a PNG whose header was changed": png(9, 9).replace(b"IHDR\0", b"IHDR\1"),
    "a JPEG that is cut off": jpeg(9, 9)[:-2],
    "a JPEG without a frame": b"\xff\xd8\xff\xda\x00\x02\xff\xd9",
    "a JPEG whose marker has no length": b"\xff\xd8\xff\xe0\x00\x01\xff\xd9",
    "a JPEG of no lines": jpeg(9, 0),
    "a JPEG of a frame that no browser shows": jpeg(9, 9).replace(b"\xff\xc0", b"\xff\xc3"),
    "a PNG of a million pieces": png(9, 9)[:-12] + bytes(12) * 300_000 + png(9, 9)[-12:],
    "a JPEG of a million fillings": b"\xff" * 3_999_999 + jpeg(9, 9)[1:],
    "a WebP shorter than it says": webp_lossy(9, 9)[:-2],
    "a WebP with a page behind it": webp_lossless(9, 9) + b"<script>",
    "a WebP whose frame does not begin": webp_lossy(9, 9).replace(b"\x9d\x01\x2a", b"\x9d\x01\x2b"),
    "a WebP of a kind unknown": webp_lossy(9, 9).replace(b"VP8 ", b"VP9 "),
    "a PNG of a header and an end": png(9, 9)[:33] + png(9, 9)[-12:],
    "a PNG of pixels of no bytes": png(9, 9)[:33] + png_chunk(b"IDAT", b"") + png(9, 9)[-12:],
    "a PNG that moves": png(9, 9)[:33] + png_chunk(b"acTL", bytes(8)) + png(9, 9)[33:],
    "a JPEG of a frame and an end": jpeg(9, 9)[: jpeg(9, 9).index(b"\xff\xda")] + b"\xff\xd9",
    "a JPEG whose scan is empty": jpeg(9, 9)[:-10] + b"\xff\xd9",
    "a JPEG whose scan does not begin": jpeg(9, 9)[: jpeg(9, 9).index(b"\xff\xda") + 4] + b"\xff\xd9",
    "a JPEG of two frames": jpeg(9, 9)[:20] + jpeg(99, 99)[20:39] + jpeg(9, 9)[20:],
    "a WebP of a canvas alone": riff(canvas_chunk(9, 9)),
    "a WebP whose canvas is another's": riff(canvas_chunk(9, 9), lossless_chunk(99, 99)),
    "a WebP of two canvases": riff(canvas_chunk(9, 9), canvas_chunk(9, 9), lossy_chunk(9, 9)),
    "a WebP that says that it moves": riff(canvas_chunk(9, 9, flags=0x02), lossy_chunk(9, 9)),
    "a WebP that moves": riff(canvas_chunk(9, 9), webp_chunk(b"ANMF", bytes(16)), lossy_chunk(9, 9)),
    "a WebP that says how it moves": riff(canvas_chunk(9, 9), webp_chunk(b"ANIM", bytes(6)), lossy_chunk(9, 9)),
    "a WebP whose frame is cut off": riff(canvas_chunk(9, 9), lossy_chunk(9, 9)[:-2]),
    "a WebP of a frame that needs another": webp_lossy(9, 9).replace(b"\x10\x00\x00\x9d", b"\x11\x00\x00\x9d"),
    "a WebP of a million pieces": riff(canvas_chunk(9, 9), bytes(8) * 500_000, lossy_chunk(9, 9)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_sound_picture_is_refused(what: str) -> None:
    """Whatever is no whole JPEG, PNG or WebP is refused as unreadable."""
    with pytest.raises(CoverUnreadable):
        sent_cover(HOSTILE[what])


_BEGINNINGS = st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", png(9, 9), jpeg(9, 9), webp_extended(9, 9)])


@given(beginning=_BEGINNINGS, cut=st.integers(0, 80), rest=st.binary(max_size=200))
def test_any_bytes_are_judged(beginning: bytes, cut: int, rest: bytes) -> None:
    """Any bytes at all are a bounded picture or refused in words: nothing else comes of them."""
    try:
        cover = sent_cover(beginning[: len(beginning) - cut] + rest)
    except (CoverUnreadable, CoverTooLarge):
        return
    assert cover.media_type in MADE


@given(
    make=st.sampled_from([make for makes in MADE.values() for make in makes]), side=st.integers(1, 99), data=st.data()
)
def test_whatever_is_cut_off_is_refused(make: Callable[[int, int], bytes], side: int, data: st.DataObject) -> None:
    """A picture of which the last bytes are missing, however many, is refused."""
    whole = make(side, side)
    left = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(CoverUnreadable):
        sent_cover(whole[:left])
