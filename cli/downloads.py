"""Downloads that go on where they stopped, within one run and over runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

import httpx

from cli.exits import CommandFault
from cli.gateway import Gateway, Refused

_TRIES = 8
_PASSING = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE)
Tell = Callable[[int], None]
"""Hears how many bytes are here."""


async def download(
    gateway: Gateway, path: str, target: Path, tell: Tell | None = None, *, is_private: bool = False
) -> None:
    """Fetch to a file beside the target, going on where an earlier try or run stopped; then rename.

    What came before is kept only while its ETag, noted beside it, is still the server's. A private one can be read by
    this user alone. It gives up after eight breaks in a row that brought nothing. Raises Refused, CommandFault and
    OSError.
    """
    partial = _Partial(target, path, is_private=is_private)
    tries, why = 0, ""
    while tries < _TRIES:
        had = partial.size()
        try:
            await _receive(gateway, path, partial, tell)
            return
        except httpx.HTTPError as error:
            why = "the connection broke off" if isinstance(error, httpx.TransportError) else str(error)
        except Refused as refusal:
            if refusal.status in (httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE, httpx.codes.GONE):
                # What came is of a file that is no more: nothing of it is gone on with.
                partial.drop()
            if refusal.status < httpx.codes.INTERNAL_SERVER_ERROR and refusal.status not in _PASSING:
                raise
            why = str(refusal)
        tries = 1 if partial.size() > had else tries + 1
        await asyncio.sleep(min(0.125 * 2**tries, 5.0))
    text = f"{target.name} could not be downloaded: {why.rstrip('.')}; run the same command again, which goes on"
    raise CommandFault(text)


async def _receive(gateway: Gateway, path: str, partial: _Partial, tell: Tell | None) -> None:
    """As much as one answer brings; raises httpx.HTTPError where that is not all."""
    async with gateway.stream(path, partial.rest()) as answer:
        with partial.opened(goes_on=answer.status_code == httpx.codes.PARTIAL_CONTENT) as file:
            # Only now: the bytes of another version are gone.
            partial.note(answer.headers.get("etag", ""))
            async for block in answer.aiter_bytes():
                file.write(block)
                if tell is not None:
                    tell(file.tell())
    partial.finish()


class _Partial:
    """What has come of a download, and which version of it."""

    def __init__(self, target: Path, source: str, *, is_private: bool) -> None:
        self.path = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.etag")
        self._target = target
        self._source = source
        self._is_private = is_private
        self._mode = 0o600 if is_private else 0o666

    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def opened(self, *, goes_on: bool) -> IO[bytes]:
        return open(self.path, "ab" if goes_on else "wb", opener=self._open)

    def _open(self, path: str, flags: int) -> int:
        opened = os.open(path, flags, self._mode)
        if self._is_private:
            # What came before may have been written for everybody.
            os.fchmod(opened, 0o600)
        return opened

    def rest(self) -> dict[str, str]:
        """Headers that ask for what is missing; none when everything is."""
        with contextlib.suppress(OSError, ValueError):
            noted = json.loads(self._note.read_text())
            have = self.path.stat().st_size
            if have and isinstance(noted, dict) and noted.get("source") == self._source and noted.get("etag"):
                return {"Range": f"bytes={have}-", "If-Range": str(noted["etag"])}
        return {}

    def note(self, etag: str) -> None:
        self._note.write_text(json.dumps({"source": self._source, "etag": etag}))

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def finish(self) -> None:
        self.path.replace(self._target)
        self._note.unlink(missing_ok=True)
