"""The one interface of every download: a known size, the segments a byte range needs, and a push-style run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from services.library.media.errors import SegmentsMissing


class SegmentRef(NamedTuple):
    """Segment number `segment` of the stem that the caller knows as `source`."""

    source: int
    segment: int


@dataclass
class RunReport:
    """What a run learned on its way; complete when the run is finished.

    `clipped_samples` counts samples of a mix that left the depth's range; `crc32_by_member` holds the CRC-32 of each
    zip member that was produced whole, which lets a later range skip that member.
    """

    clipped_samples: int = 0
    crc32_by_member: dict[str, int] = field(default_factory=dict)


class Run(Protocol):
    """Turns segments, fed in the order of `segments_for`, into the bytes of the range."""

    report: RunReport

    def feed(self, segment: bytes) -> bytes:
        """Take the next segment's bytes and give the output they complete, perhaps none."""
        ...

    def finish(self) -> bytes:
        """Give what is left. Raises SegmentsMissing when a segment was not fed."""
        ...


OPEN_END = (1 << 63) - 1
"""The end of a file whose size is not known."""


class Assembly(Protocol):
    """A downloadable file. Ranges are half-open and validated; that of a file of unknown size may end at OPEN_END."""

    @property
    def total_bytes(self) -> int | None:
        """The size of the whole file in bytes; None when only making it tells."""
        ...

    def segments_for(self, start: int, stop: int) -> list[SegmentRef]:
        """The segments that bytes [start, stop) need, in the order in which a run takes them."""
        ...

    def run(self, start: int, stop: int) -> Run:
        """A fresh run that gives exactly bytes [start, stop)."""
        ...


@dataclass(frozen=True)
class Window:
    """The half-open byte range [start, stop) of a file that a run is asked for."""

    start: int
    stop: int

    def cut(self, position: int, piece: bytes) -> bytes:
        """The part of `piece`, which lies at byte `position` of the file, that is inside the window."""
        if position >= self.start and position + len(piece) <= self.stop:
            return piece
        return piece[max(0, self.start - position) : max(0, self.stop - position)]

    def overlaps(self, position: int, length: int) -> bool:
        """Whether any of the `length` bytes at `position` is inside the window."""
        return position < self.stop and position + length > self.start and self.start < self.stop


# A producer yields the output so far whenever it needs the next segment, and returns the last of the output.
Producer = Generator[bytes, bytes, bytes]


def next_segments(count: int, out: bytes) -> Generator[bytes, bytes, list[bytes]]:
    """The next `count` segments, at least one: a producer's step, which gives `out` with the first demand."""
    segments = []
    for _ in range(count):
        segments.append((yield out))
        out = b""
    return segments


class SegmentRun:
    """A Run over a producer."""

    def __init__(self, produce: Callable[[RunReport], Producer]) -> None:
        self.report = RunReport()
        self._producer = produce(self.report)
        self._ended = False
        self._held = b""
        self._held = self._advance(None)

    def _advance(self, segment: bytes | None) -> bytes:
        held, self._held = self._held, b""
        try:
            made = next(self._producer) if segment is None else self._producer.send(segment)
        except StopIteration as end:
            self._ended = True
            made = end.value
        return held + made if held else made

    def feed(self, segment: bytes) -> bytes:
        """Take the next segment. Raises SegmentsMissing when the run had already ended: its caller lost count."""
        if self._ended:
            raise SegmentsMissing("a segment was fed after the range was complete")
        return self._advance(segment)

    def finish(self) -> bytes:
        """Give what is left. Raises SegmentsMissing when a segment was not fed."""
        if not self._ended:
            raise SegmentsMissing("the range needs more segments than were fed")
        held, self._held = self._held, b""
        return held


def check_range(start: int, stop: int, total_bytes: int | None) -> None:
    """Raises ValueError unless 0 <= start <= stop <= total_bytes, as the gateway should have seen to."""
    if not 0 <= start <= stop <= (OPEN_END if total_bytes is None else total_bytes):
        raise ValueError(f"range [{start}, {stop}) is outside a file of {total_bytes} bytes")


class RangedFile(ABC):
    """An Assembly by two answers: which segments a window of its bytes needs, and what is produced from them."""

    total_bytes: int | None

    @abstractmethod
    def _needed(self, window: Window) -> list[SegmentRef]:
        """The segments that a window needs, in the order in which `_produce` takes them."""

    @abstractmethod
    def _produce(self, window: Window, report: RunReport) -> Producer:
        """Exactly the window's bytes."""

    def segments_for(self, start: int, stop: int) -> list[SegmentRef]:
        """The segments that bytes [start, stop) need, in the order in which a run takes them."""
        check_range(start, stop, self.total_bytes)
        return self._needed(Window(start, stop))

    def run(self, start: int, stop: int) -> SegmentRun:
        """A fresh run that gives exactly bytes [start, stop)."""
        check_range(start, stop, self.total_bytes)
        return SegmentRun(lambda report: self._produce(Window(start, stop), report))
