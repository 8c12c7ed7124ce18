"""Which bytes of a file a request asks for, and whether it has them already (RFC 9110 §13 and §14)."""

from __future__ import annotations

import dataclasses
import re

_SINGLE = re.compile(r"bytes\s*=\s*([0-9]{0,30})\s*-\s*([0-9]{0,30})", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


class RangeUnsatisfiable(Exception):
    """The range asked for begins past the end of the file."""


@dataclasses.dataclass(frozen=True)
class ByteRange:
    """Bytes `start` to `stop`, without `stop`."""

    start: int
    stop: int

    @property
    def size_bytes(self) -> int:
        """How many bytes it holds."""
        return self.stop - self.start


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """The one range asked for, cut to the file; None means the whole file, as for several ranges or a malformed header.

    Raises RangeUnsatisfiable.
    """
    match = _SINGLE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        if int(last) == 0:
            raise RangeUnsatisfiable
        return ByteRange(max(0, size_bytes - int(last)), size_bytes) if size_bytes else None
    start = int(first)
    if last != "" and int(last) < start:
        return None
    if start >= size_bytes:
        raise RangeUnsatisfiable
    return ByteRange(start, size_bytes if last == "" else min(int(last) + 1, size_bytes))


def has_already(if_none_match: str | None, etag: str) -> bool:
    """Whether If-None-Match names this entity tag, compared weakly."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return _strong(etag) in {_strong(tag) for tag in _TAG.findall(if_none_match)}


def range_still_valid(if_range: str | None, etag: str) -> bool:
    """Whether If-Range lets a range be served: strong comparison; we send no dates, so a date never matches."""
    return if_range is None or (if_range.strip() == etag and not etag.startswith("W/"))


def _strong(tag: str) -> str:
    return tag.removeprefix("W/")
