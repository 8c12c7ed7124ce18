"""The parent's side of the conversation, against a child that has been taken over."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.separation.clients.decoder_child import ChildGone, DecoderChild, DecoderLimits
from services.separation.clients.decoder_session import DecoderSession
from services.separation.decoder.framing import (
    PAYLOAD_BYTES_MAX,
    PCM_BLOCK_FRAMES,
    READ_REQUEST,
    SOURCE_BLOCK_BYTES,
    FramingBroken,
    Kind,
    frame,
    frame_json,
)
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


FOUND = (Kind.PROPERTIES, frame_json(Kind.PROPERTIES, dict(PROPERTIES))[5:])


class Time:
    """A clock that goes on when it is told."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class ScriptedChild:
    """Says its lines in order, whatever it is asked, then hangs up as if killed from outside.

    Each line takes it `pace_s` of `clock`.
    """

    def __init__(self, lines: list[tuple[Kind, bytes]], clock: Time | None = None, pace_s: float = 0.0) -> None:
        self.lines = list(lines)
        self.clock = clock or Time()
        self.pace_s = pace_s
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
        self.clock.now_s += self.pace_s
        return self.lines.pop(0)

    async def ended_by_input(self) -> bool:
        """No: killed from outside."""
        return False


class Source:
    """Zeros, a kibibyte unless it is told, that refuse to be read outside themselves."""

    def __init__(self, size_bytes: int = 1024) -> None:
        self.size_bytes = size_bytes
        self.asked = 0

    async def read(self, offset: int, length: int) -> bytes:
        """Fails the test when the session lets an impossible read through."""
        self.asked += 1
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


@contextlib.asynccontextmanager
async def deaf(said: bytes) -> AsyncIterator[DecoderChild]:
    """A child on a real socket that has said all this and reads nothing any more."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    theirs.sendall(said)
    reader, writer = await asyncio.open_unix_connection(sock=ours, limit=PAYLOAD_BYTES_MAX)
    child = DecoderChild(cast(asyncio.subprocess.Process, Process()), reader, writer)
    try:
        yield child
    finally:
        writer.transport.abort()
        theirs.close()


class Process:
    """A process of which nothing is known."""

    pid = -1
    returncode = None


@pytest.mark.parametrize("wants_samples", [False, True], ids=["inspecting", "decoding"])
async def test_a_child_that_reads_no_answer_holds_nobody(*, wants_samples: bool) -> None:
    """A child that asks again and again and never reads is given up in its own time, however full the socket is."""
    source = Source(16 * SOURCE_BLOCK_BYTES)
    reads = frame(Kind.READ, READ_REQUEST.pack(0, SOURCE_BLOCK_BYTES)) * 100
    found = frame(*FOUND) if wants_samples else b""
    async with asyncio.timeout(60), deaf(found + reads) as child:
        session = DecoderSession(child, source, 2.0, DecoderLimits(inspect_s=5 if wants_samples else 0.2, stall_s=0.2))
        if wants_samples:
            await session.inspect()
        with pytest.raises(AudioRefused, match="took too long"):
            await (anext(session.decode()) if wants_samples else session.inspect())
    assert source.asked < 100


async def test_a_child_that_need_not_be_waited_for_has_no_more_time() -> None:
    """The clock counts what is there already too: answers that come at once, but for ever, come to an end."""
    clock = Time()
    again = (Kind.READ, READ_REQUEST.pack(0, 1024))
    child = ScriptedChild([again] * 50, clock, 1.0)
    session = DecoderSession(cast(DecoderChild, child), Source(), 2.0, DecoderLimits(inspect_s=4.0), clock)
    with pytest.raises(AudioRefused, match="took too long"):
        await session.inspect()
    assert len(child.lines) == 46


async def test_small_reads_are_counted_as_whole_ones() -> None:
    """No honest child reads less than a block: one that reads byte by byte is cut off as soon as any other."""
    child = ScriptedChild([(Kind.READ, READ_REQUEST.pack(at, 1)) for at in range(1024)])
    session = DecoderSession(cast(DecoderChild, child), Source(), 2.0, DecoderLimits())
    with pytest.raises(AudioRefused) as refusal:
        await session.inspect()
    assert isinstance(refusal.value.__cause__, FramingBroken)
    assert child.lines


@pytest.mark.parametrize("size", [0, 4], ids=["nothing", "one sample"])
async def test_blocks_that_bring_a_song_no_further_are_refused(size: int) -> None:
    """Every block but the last is full: nothing at all, or one sample at a time, does not keep a child alive."""
    child = ScriptedChild([FOUND, *[(Kind.PCM, bytes(size))] * 20])
    session = DecoderSession(cast(DecoderChild, child), Source(), 2.0, DecoderLimits())
    await session.inspect()
    with pytest.raises(AudioRefused) as refusal:
        [block async for block in session.decode()]
    assert isinstance(refusal.value.__cause__, FramingBroken)
    assert len(child.lines) == 18


@pytest.mark.parametrize("first_sample", [0, 1, PCM_BLOCK_FRAMES, 2 * PCM_BLOCK_FRAMES + 7, 150_000, 200_000])
@pytest.mark.parametrize("total_samples", [1, PCM_BLOCK_FRAMES, 150_000])
async def test_an_honest_child_may_skip(first_sample: int, total_samples: int) -> None:
    """A child that leaves out what lies before the first sample sends empty blocks for it, and is believed."""
    song = np.arange(total_samples, dtype="<i4") % 1000
    blocks = [
        song[max(at, min(first_sample, at + PCM_BLOCK_FRAMES)) : at + PCM_BLOCK_FRAMES]
        for at in range(0, total_samples, PCM_BLOCK_FRAMES)
    ]
    end: dict[str, object] = {
        "total_samples": total_samples,
        "clipped_samples": 0,
        "nonfinite_samples": 0,
        "damaged_packets": 0,
    }
    child = ScriptedChild([FOUND, *((Kind.PCM, block.tobytes()) for block in blocks), line(Kind.END, end)])
    session = DecoderSession(cast(DecoderChild, child), Source(), 30.0, DecoderLimits())
    await session.inspect()
    found = [block async for block in session.decode(first_sample)]
    assert all(map(len, found))
    assert np.array_equal(np.concatenate([*found, np.zeros((0, 1), np.int32)])[:, 0], song[first_sample:])
    assert session.summary.total_samples == total_samples


async def test_a_block_that_has_more_than_was_left_is_refused() -> None:
    """A child that sends what lies before the first sample is none of ours."""
    child = ScriptedChild([FOUND, (Kind.PCM, bytes(4 * PCM_BLOCK_FRAMES))])
    session = DecoderSession(cast(DecoderChild, child), Source(), 30.0, DecoderLimits())
    await session.inspect()
    with pytest.raises(AudioRefused):
        await anext(session.decode(1))


async def test_a_song_has_its_time_as_a_whole() -> None:
    """A child that stays just within the limit for a block, block after block, is given up all the same."""
    clock = Time()
    child = ScriptedChild([FOUND, *[(Kind.PCM, bytes(4 * PCM_BLOCK_FRAMES))] * 20], clock, 14.0)
    limits = DecoderLimits(inspect_s=15.0, stall_s=15.0, whole_s=100.0)
    session = DecoderSession(cast(DecoderChild, child), Source(), 1000.0, limits, clock)
    await session.inspect()
    taken: list[int] = []

    async def take() -> None:
        async for block in session.decode():
            taken.append(len(block))
            # What is done with the samples is not the child's time.
            clock.now_s += 1000.0

    with pytest.raises(AudioRefused, match="took too long"):
        await take()
    assert taken == [PCM_BLOCK_FRAMES] * 7
