"""What a file says of itself and shows, through the sandboxed decoder."""

from __future__ import annotations

import struct

import pytest

from services.library.media.formats import mix_assembly
from services.library.media.mix import StemMix
from services.library.media.segments import StreamShape
from services.library.media.tags import CoverArt, Tags
from services.separation.clients.decoder import Decoders
from services.separation.domain.file_tags import FileTags
from services.separation.domain.remark import Remark
from tests.integration.separation.decoder_files import LONGEST_S, Held, decode_all
from tests.unit.library.stems import BLOCK, collect, make_stem, music

SHAPE = StreamShape(44_100, 2, 16)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 5000
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40


def _file(name: str, cover: CoverArt | None) -> bytes:
    stem = make_stem(music(BLOCK * 9 + 7, SHAPE, 4), SHAPE, 4)
    tags = Tags("Tü 🎵", "Ärtist", "Album", "3/12", "1999", "Jazz", cover)
    return collect(mix_assembly(name, StemMix({0: stem.plan}, {0: 1.0}), tags), [stem])


async def _tags(decoders: Decoders, file: bytes) -> tuple[FileTags, tuple[Remark, ...], int]:
    async with decoders.open(Held(file), LONGEST_S) as session:
        found = await session.inspect(wants_cover=True)
        blocks = [block async for block in session.decode()]
        return found.tags, found.remarks, sum(map(len, blocks))


@pytest.mark.parametrize(("cover", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg")], ids=["png", "jpeg"])
@pytest.mark.parametrize("name", ["flac", "wav", "mp3", "m4a", "opus"])
async def test_every_format_of_ours_can_be_sent_again(decoders: Decoders, name: str, cover: bytes, kind: str) -> None:
    """Tags, cover and length of a download arrive whole when it is uploaded, a cover of more than one message too."""
    tags, remarks, samples = await _tags(decoders, _file(name, CoverArt(kind, cover)))
    assert (tags.title, tags.artist, tags.album) == ("Tü 🎵", "Ärtist", "Album")
    assert (tags.track_number, tags.year, tags.genre) == ("3/12", "1999", "Jazz")
    assert (tags.cover, tags.cover_type) == (cover, kind)
    assert remarks == ()
    length = BLOCK * 9 + 7
    assert samples == (-(-length * 48_000 // 44_100) if name == "opus" else length)


async def test_a_cover_is_sent_only_where_it_is_wanted(decoders: Decoders) -> None:
    """The worker, which inspects as well, is not sent the picture."""
    properties, samples, _ = await decode_all(decoders, _file("mp3", CoverArt("image/png", PNG)))
    assert properties.tags.cover == b""
    assert len(samples) == BLOCK * 9 + 7


@pytest.mark.parametrize(
    "cover",
    [b"\x89PNG\r\n\x1a\n" + bytes(4 * 1024 * 1024), b"<svg onload=alert(1)>", b"GIF89a" + bytes(50), b""],
    ids=["large", "text", "gif", "empty"],
)
@pytest.mark.parametrize("name", ["flac", "mp3", "m4a", "opus"])
async def test_what_is_no_cover_is_left_behind(decoders: Decoders, name: str, cover: bytes) -> None:
    """A picture over 4 MiB, or one that does not begin as what it claims to be, costs nothing but itself."""
    tags, _, samples = await _tags(decoders, _file(name, CoverArt("image/png", cover)))
    assert (tags.title, tags.cover, tags.cover_type) == ("Tü 🎵", b"", "")
    assert samples > 0


async def test_a_picture_of_false_size_is_no_way_out(decoders: Decoders) -> None:
    """An ID3 picture that claims gigabytes leaves the file as readable as it is, or refused, and never hangs."""
    sound = _file("mp3", None)
    at = 10 + sum(byte << shift for byte, shift in zip(sound[6:10], (21, 14, 7, 0), strict=True))
    frame = b"APIC" + struct.pack(">I", 0x7FFFFFF0) + b"\0\0\0image/png\0\x03\0" + PNG[:64]
    size = len(frame)
    head = b"ID3\x03\x00\x00" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    tags, _, samples = await _tags(decoders, head + frame + sound[at:])
    assert (tags.cover, samples > 0) == (b"", True)
