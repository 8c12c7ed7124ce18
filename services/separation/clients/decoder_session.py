"""One file's conversation with one child: serve its reads, check its answers, keep its clock."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.separation.clients.decoder_child import ChildGone, DecoderChild, DecoderLimits
from services.separation.clients.decoder_reports import (
    AudioProperties,
    ByteSource,
    DecodeSummary,
    properties,
    refusal,
    refused,
    summary,
)
from services.separation.decoder.framing import (
    COVER_BYTES_MAX,
    PAYLOAD_BYTES_MAX,
    PCM_BLOCK_FRAMES,
    READ_REQUEST,
    SOURCE_BLOCK_BYTES,
    FramingBroken,
    Kind,
    frame,
    frame_json,
    parse_json,
)
from services.separation.domain.errors import AudioRefused, DecoderFailed

REREAD_ALLOWANCE_BYTES: Final = 64 * SOURCE_BLOCK_BYTES
COVER_MESSAGES_MAX: Final = COVER_BYTES_MAX // PAYLOAD_BYTES_MAX
# A child that used less than this share of its time on the processor was starved, not slow.
STARVED_SHARE: Final = 0.5


class DecoderSession:
    """inspect() once, then decode() once. Errors of the source itself pass through unchanged."""

    def __init__(
        self,
        child: DecoderChild,
        source: ByteSource,
        longest_s: float,
        limits: DecoderLimits,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` is a steady clock in seconds."""
        self.child = child
        self._source = source
        self._longest_s = longest_s
        self._limits = limits
        self._now = now
        self._whole = _ChildsTime(child, limits.whole_s, now)
        self._served_bytes = 0
        self._properties: AudioProperties | None = None
        self._summary: DecodeSummary | None = None

    @property
    def summary(self) -> DecodeSummary:
        """What decoding came to; raises LookupError before decode() has run to its end."""
        if self._summary is None:
            raise LookupError("decoding has not ended")
        return self._summary

    async def inspect(self, *, wants_cover: bool = False) -> AudioProperties:
        """What the file is. Raises AudioRefused when it is not accepted, DecoderFailed when that is not known."""
        request: dict[str, object] = {
            "size_bytes": self._source.size_bytes,
            "longest_s": self._longest_s,
            "wants_cover": wants_cover,
        }
        cover: list[bytes] = []
        kinds = {Kind.PROPERTIES, Kind.COVER} if wants_cover else {Kind.PROPERTIES}
        try:
            await self._tell(frame_json(Kind.INSPECT, request), self._limits.inspect_s)
            while True:
                kind, payload = await self._next_of(kinds, self._limits.inspect_s)
                if kind is Kind.PROPERTIES:
                    break
                cover.append(payload)
                if len(cover) > COVER_MESSAGES_MAX:
                    raise FramingBroken("a cover of another size")
            self._properties = properties(parse_json(payload), self._longest_s, b"".join(cover))
        except (ChildGone, FramingBroken) as failure:
            raise await self._blame(failure) from failure
        return self._properties

    async def decode(self, first_sample: int = 0) -> AsyncIterator[NDArray[np.int32]]:
        """Blocks int32 [frames, channels] from `first_sample` on, at most PCM_BLOCK_FRAMES frames each.

        The child decodes no further ahead than the socket and one reader buffer hold. Raises as inspect() does.
        """
        expected = self._properties
        if expected is None:
            raise LookupError("inspect first")
        received = block_at = 0
        is_last = False
        longest_samples = int(self._longest_s * expected.sample_rate)
        try:
            await self._tell(frame_json(Kind.DECODE, {"first_sample": first_sample}), self._limits.stall_s)
            while True:
                kind, payload = await self._next_of({Kind.PCM, Kind.END}, self._limits.stall_s)
                if kind is Kind.END:
                    break
                block = _block(payload, expected)
                # Blocks lie in the song every PCM_BLOCK_FRAMES, each less what comes before `first_sample`, so one that
                # is skipped is empty; only the last is short. Whoever has the clock begin anew has thus brought the
                # song a block further, and cannot live on by saying nothing, or a sample, now and again.
                block_at += PCM_BLOCK_FRAMES
                wanted = min(PCM_BLOCK_FRAMES, max(0, block_at - first_sample))
                if is_last or len(block) > wanted:
                    raise FramingBroken("a block out of its place")
                is_last = len(block) < wanted
                received += len(block)
                if received > longest_samples:
                    raise FramingBroken("more samples than allowed")
                if len(block):
                    yield block
            report = parse_json(payload)
            # With nothing received the child's own total stands: the file ended before `first_sample`.
            total = received + first_sample if received else _total(report, first_sample)
            self._summary = summary(report, expected, total)
        except (ChildGone, FramingBroken) as failure:
            raise await self._blame(failure) from failure

    async def _next_of(self, kinds: set[Kind], within_s: float) -> tuple[Kind, bytes]:
        """The next message of `kinds`, reads served on the way; the child's own time is bounded by `within_s`."""
        left = _ChildsTime(self.child, within_s, self._now)
        while True:
            async with self._whole.running(), left.running():
                kind, payload = await self.child.receive()
            if kind in kinds:
                return kind, payload
            if kind is Kind.REFUSED:
                raise refusal(parse_json(payload))
            if kind is not Kind.READ:
                raise FramingBroken(f"{kind.name} is out of turn")
            block = await self._read(payload)
            # On the same clock: a child that asks and never reads lets the socket fill, and would be waited for.
            async with self._whole.running(), left.running():
                await self.child.send(frame(Kind.DATA, block))

    async def _tell(self, message: bytes, within_s: float) -> None:
        async with self._whole.running(), _ChildsTime(self.child, within_s, self._now).running():
            await self.child.send(message)

    async def _read(self, payload: bytes) -> bytes:
        if len(payload) != READ_REQUEST.size:
            raise FramingBroken("a read request of another size")
        offset, length = READ_REQUEST.unpack(payload)
        size_bytes = self._source.size_bytes
        if not 0 < length <= SOURCE_BLOCK_BYTES or offset + length > size_bytes:
            raise FramingBroken("a read outside the file")
        # As a whole block, which is what our child asks for: reads of a byte each would not come to an end.
        self._served_bytes += SOURCE_BLOCK_BYTES
        if self._served_bytes > size_bytes * self._limits.rereads_max + REREAD_ALLOWANCE_BYTES:
            raise FramingBroken("a file that is read over and over")
        block = await self._source.read(offset, length)
        if len(block) != length:
            raise DecoderFailed(f"the source gave {len(block)} of {length} bytes")
        return block

    async def _blame(self, failure: ChildGone | FramingBroken) -> AudioRefused | DecoderFailed:
        """A child that talks nonsense, or dies of what it reads, condemns the input; one killed from outside not."""
        if isinstance(failure, FramingBroken) or await self.child.ended_by_input():
            return refused("damaged")
        return DecoderFailed(f"the decoder ended with status {self.child.process.returncode}")


class _ChildsTime:
    """The time that a child has for one thing; what the source takes meanwhile, or a consumer, is not counted."""

    def __init__(self, child: DecoderChild, within_s: float, now: Callable[[], float]) -> None:
        self._child = child
        self._within_s = within_s
        self._left_s = within_s
        self._now = now
        self._cpu_s_before = child.cpu_s()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Counts and bounds what is done in it. Raises AudioRefused, or DecoderFailed where the child was starved."""
        started_s = self._now()
        try:
            # asyncio ends only what waits; what is always there at once has to be stopped here.
            if self._left_s <= 0:
                raise TimeoutError
            async with asyncio.timeout(self._left_s):
                yield
        except TimeoutError:
            raise self._too_slow() from None
        self._left_s -= self._now() - started_s

    def _too_slow(self) -> AudioRefused | DecoderFailed:
        cpu_s, before_s = self._child.cpu_s(), self._cpu_s_before
        if cpu_s is not None and before_s is not None and cpu_s - before_s < self._within_s * STARVED_SHARE:
            return DecoderFailed("the decoder was starved of processor time")
        return refused("unmeasurable")


def _block(payload: bytes, expected: AudioProperties) -> NDArray[np.int32]:
    """Raises FramingBroken for a block that is not whole, too long, or out of the depth's range."""
    frame_bytes = 4 * expected.channels
    if len(payload) % frame_bytes or len(payload) > PCM_BLOCK_FRAMES * frame_bytes:
        raise FramingBroken("a block of another size")
    block = np.frombuffer(payload, dtype="<i4").astype(np.int32, copy=False).reshape(-1, expected.channels)
    limit = 1 << (expected.depth - 1)
    if len(block) and (int(block.max()) >= limit or int(block.min()) < -limit):
        raise FramingBroken("samples out of range")
    return block


def _total(report: dict[str, object], first_sample: int) -> int:
    total = report.get("total_samples")
    if not isinstance(total, int) or total > first_sample:
        raise FramingBroken("total_samples")
    return total
