"""One standard FLAC file out of independent segments, without encoding, its size and offsets known in advance."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate, pairwise

from services.library.media.assembly import Producer, RangedFile, RunReport, SegmentRef, Window
from services.library.media.errors import SegmentMismatch
from services.library.media.flac_frames import coded_bytes_below, renumbered
from services.library.media.flac_mix import metadata_head, tag_blocks
from services.library.media.segments import BLOCK_SAMPLES, SEEK_POINT, StemPlan, open_segment, pack_streaminfo
from services.library.media.tags import Tags

# A metadata block's length has 24 bits.
_SEEK_POINTS_MAX = ((1 << 24) - 1) // SEEK_POINT.size


class SplicedFlac(RangedFile):
    """A stem as one FLAC stream: STREAMINFO, SEEKTABLE (a point a segment), tags, renumbered frames."""

    def __init__(self, plan: StemPlan, source: int = 0, tags: Tags | None = None) -> None:
        self._plan = plan
        self._source = source
        self._first_frames = tuple(accumulate((facts.frames for facts in plan.segments), initial=0))
        sizes = (
            facts.frame_bytes
            + coded_bytes_below(first + facts.frames)
            - coded_bytes_below(first)
            - coded_bytes_below(facts.frames)
            for facts, first in zip(plan.segments, self._first_frames, strict=False)
        )
        offsets = tuple(accumulate(sizes, initial=0))
        self._header = self._metadata(offsets, tags or Tags())
        self._offsets = tuple(len(self._header) + offset for offset in offsets)
        self.total_bytes: int = self._offsets[-1]

    @cached_property
    def segment_offsets(self) -> tuple[int, ...]:
        """The byte at which each segment's frames begin in the file, and the file's size last."""
        return self._offsets

    def _metadata(self, offsets: tuple[int, ...], tags: Tags) -> bytes:
        starts, last = self._plan.starts, self._plan.segments[-1]
        lengths = [BLOCK_SAMPLES] * (len(starts) - 2) + [min(BLOCK_SAMPLES, last.samples)]
        points = [SEEK_POINT.pack(*point) for point in zip(starts, offsets, lengths, strict=False)]
        blocks = [(0, pack_streaminfo(self._plan.shape, self._plan.length_samples))]
        if len(points) <= _SEEK_POINTS_MAX:
            blocks.append((3, b"".join(points)))
        return metadata_head([*blocks, *tag_blocks(tags)])

    def _span(self, start: int, stop: int) -> range:
        if stop <= max(start, self._offsets[0]):
            return range(0)
        first = max(0, bisect_right(self._offsets, start) - 1)
        return range(first, bisect_left(self._offsets, stop))

    def _needed(self, window: Window) -> list[SegmentRef]:
        return [SegmentRef(self._source, index) for index in self._span(window.start, window.stop)]

    def _produce(self, window: Window, _report: RunReport) -> Producer:
        out = window.cut(0, self._header)
        for index in self._span(window.start, window.stop):
            segment = yield out
            out = window.cut(self._offsets[index], self._spliced(index, segment))
        return out

    def _spliced(self, index: int, segment: bytes) -> bytes:
        opened = open_segment(segment, self._plan.shape, self._plan.segments[index])
        first = self._first_frames[index]
        if first == 0:
            return bytes(opened.body)
        pieces: list[bytes | memoryview] = []
        for number, (start, stop) in enumerate(pairwise(opened.bounds)):
            pieces += renumbered(opened.body[start:stop], number, first + number)
        spliced = b"".join(pieces)
        if len(spliced) != self._offsets[index + 1] - self._offsets[index]:
            raise SegmentMismatch("the spliced segment is not as long as its facts foretold")
        return spliced
