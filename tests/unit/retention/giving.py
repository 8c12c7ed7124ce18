"""Holders that give what they are told to, in memory, and may fail on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator, Callable, Iterator

from services.retention.domain.errors import HolderFailed, PartGone
from services.retention.domain.export import Given

PIECE = 64 * 1024


@dataclasses.dataclass
class Has:
    """A part: what is said of it, and its bytes from one on."""

    given: Given
    read: Callable[[int], Iterator[bytes]]


def document(name: str, content: bytes, kind: str = "tracks") -> Has:
    """One that may say something else the next time."""
    return Has(Given(name, kind, "application/json", "[{name: text}]"), lambda offset: iter([content[offset:]]))


def file(name: str, content: bytes, version: str = "1") -> Has:
    """One that stays the same."""

    def read(offset: int) -> Iterator[bytes]:
        for at in range(offset, len(content), PIECE):
            yield content[at : at + PIECE]

    return Has(Given(name, "stem_files", "audio/flac", "", version, len(content)), read)


class Giver:
    """Gives its parts; `fails_in` fails once in the middle of the part of that name, and always in those `lost`."""

    def __init__(self, *parts: Has) -> None:
        self.parts = list(parts)
        self.fails_in = ""
        self.lost: set[str] = set()
        """Names of files of which it has no more than the first byte."""
        self.unreadable: set[str] = set()
        """Names of files that it cannot even begin to give."""
        self.given: list[str] = []
        """Names of the parts that it began to give, in order."""
        self.pieces_out: list[int] = []
        """Sizes of the pieces that it gave."""

    async def give(self, user_id: str, after: str) -> AsyncGenerator[Given | bytes, None]:
        names = [part.given.name for part in self.parts]
        for part in self.parts[names.index(after) + 1 if after in names else 0 :]:
            if part.given.name in self.unreadable:
                raise HolderFailed("PART_GONE", is_gone=True)
            self.given.append(part.given.name)
            yield part.given
            for piece in part.read(0):
                if part.given.name == self.fails_in:
                    self.fails_in = ""
                    yield piece[:1]
                    raise HolderFailed("UNREACHABLE")
                if part.given.name in self.lost:
                    yield piece[:1]
                    raise HolderFailed("PART_GONE", is_gone=True)
                self.pieces_out.append(len(piece))
                yield piece

    async def read(self, user_id: str, part: Given, offset: int) -> AsyncGenerator[bytes, None]:
        known = next((each for each in self.parts if each.given == part), None)
        if known is None:
            raise PartGone
        if self.fails_in == part.name:
            raise HolderFailed("UNREACHABLE")
        for piece in known.read(offset):
            self.pieces_out.append(len(piece))
            yield piece
