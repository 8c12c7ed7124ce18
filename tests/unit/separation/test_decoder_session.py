"""The parent's side of the conversation, against a child that has been taken over."""

from __future__ import annotations

import struct
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.separation.clients.decoder_child import ChildGone, DecoderChild, DecoderLimits
from services.separation.clients.decoder_session import DecoderSession
from services.separation.decoder.framing import READ_REQUEST, SOURCE_BLOCK_BYTES, FramingBroken, Kind, frame_json
from services.separation.domain.errors import AudioRefused, DecoderFailed

PROPERTIES = {
    "container": "wav",
    "codec": "pcm_s16le",
    "sample_rate": 8000,
    "channels_source": 1,
    "depth": 16,
    "samples": 8000,
    "counted": False,
    "bitrate": 0,
    "warnings": [],
}


class ScriptedChild:
    """Says its lines in order, whatever it is asked, then hangs up as if killed from outside."""

    def __init__(self, lines: list[tuple[Kind, bytes]]) -> None:
        self.lines = list(lines)
        self.process = self
        self.returncode = -9

    def cpu_s(self) -> float | None:
        """Not known."""
        return None

    async def send(self, message: bytes) -> None:
        """Heard, not answered."""

    async def receive(self) -> tuple[Kind, bytes]:
        """The next line."""
        if not self.lines:
            raise ChildGone
        return self.lines.pop(0)

    async def ended_by_input(self) -> bool:
        """No: killed from outside."""
        return False


class Source:
    """A kibibyte of zeros that refuses to be read outside itself."""

    size_bytes = 1024

    async def read(self, offset: int, length: int) -> bytes:
        """Fails the test when the session lets an impossible read through."""
        assert 0 <= offset < offset + length <= self.size_bytes
        return bytes(length)


def line(kind: Kind, report: dict[str, object]) -> tuple[Kind, bytes]:
    """A scripted JSON message."""
    return kind, frame_json(kind, report)[5:]


def session_with(*lines: tuple[Kind, bytes]) -> DecoderSession:
    """A session whose child says these lines."""
    return DecoderSession(cast(DecoderChild, ScriptedChild(list(lines))), Source(), 2.0, DecoderLimits())


@given(st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=40)), max_size=6))
async def test_nothing_a_child_says_escapes_as_anything_else(lines: list[tuple[Kind, bytes]]) -> None:
    """Whatever arrives, inspecting ends in a refusal or a retryable failure, and reads stay inside the file."""
    with pytest.raises((AudioRefused, DecoderFailed)):
        await session_with(*lines).inspect(wants_cover=bool(len(lines) % 2))


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 0), (0, 1025), (1024, 1), (1 << 60, 1), (0, SOURCE_BLOCK_BYTES + 1)]
)
async def test_a_read_outside_the_file_condemns_it(offset: int, length: int) -> None:
    """A child that asks for bytes the file does not have is refused and given none."""
    with pytest.raises(AudioRefused):
        await session_with((Kind.READ, READ_REQUEST.pack(offset, length))).inspect()


async def test_endless_reading_is_refused() -> None:
    """A child that reads the same bytes for ever is cut off."""
    again = (Kind.READ, READ_REQUEST.pack(0, 1024))
    with pytest.raises(AudioRefused) as refusal:
        await session_with(*[again] * 20_000).inspect()
    assert isinstance(refusal.value.__cause__, FramingBroken)


@pytest.mark.parametrize(
    "block", [b"\0", struct.pack("<i", 1 << 15), struct.pack("<i", -(1 << 15) - 1), bytes(4 * 16_001)]
)
async def test_impossible_blocks_are_refused(block: bytes) -> None:
    """Half a sample, a sample outside the depth, or more samples than the limit never reach the consumer."""
    session = session_with(line(Kind.PROPERTIES, dict(PROPERTIES)), (Kind.PCM, block))
    await session.inspect()
    with pytest.raises(AudioRefused):
        await anext(session.decode())


async def test_an_early_hang_up_is_retryable() -> None:
    """A child that ends without a verdict, and not by the input's doing, leaves the file undecided."""
    with pytest.raises(DecoderFailed):
        await session_with().inspect()


async def test_a_cover_arrives_in_pieces() -> None:
    """Pieces are joined, and the picture's first bytes say what it is."""
    pieces = [(Kind.COVER, piece) for piece in (b"\xff\xd8\xff", b"abc")]
    found = await session_with(*pieces, line(Kind.PROPERTIES, dict(PROPERTIES))).inspect(wants_cover=True)
    assert (found.tags.cover, found.tags.cover_type) == (b"\xff\xd8\xffabc", "image/jpeg")


@pytest.mark.parametrize("wants_cover", [True, False])
@pytest.mark.parametrize("pieces", [[b"\xff\xd8\xff"] * 9, [b"<svg/>"]], ids=["endless", "no picture"])
async def test_an_impossible_cover_condemns_the_file(pieces: list[bytes], *, wants_cover: bool) -> None:
    """More than a cover may have, something that is no picture, or one that nobody asked for is the word of a liar."""
    lines = [(Kind.COVER, piece) for piece in pieces]
    with pytest.raises(AudioRefused):
        await session_with(*lines, line(Kind.PROPERTIES, dict(PROPERTIES))).inspect(wants_cover=wants_cover)
