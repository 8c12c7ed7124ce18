"""Downloads that go on where they stopped, within one run and over runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import httpx

from cli.exits import CommandFault
from cli.gateway import Gateway, Refused

_TRIES = 8
Tell = Callable[[int], None]
"""Hears how many bytes are here."""


async def download(gateway: Gateway, path: str, target: Path, tell: Tell | None = None) -> None:
    """Fetch to a file beside the target, going on where an earlier try or run stopped; then rename.

    What came before is kept only while its ETag, noted beside it, is still the server's. Raises Refused, CommandFault
    and OSError.
    """
    partial = _Partial(target, path)
    for tries in range(_TRIES):
        try:
            async with gateway.stream(path, partial.rest()) as answer:
                goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
                with partial.path.open("ab" if goes_on else "wb") as file:
                    # Only now: the bytes of another version are gone.
                    partial.note(answer.headers.get("etag", ""))
                    async for block in answer.aiter_bytes():
                        file.write(block)
                        if tell is not None:
                            tell(file.tell())
            partial.finish()
            return
        except httpx.HTTPError:
            await asyncio.sleep(min(0.25 * 2**tries, 5.0))
        except Refused as refusal:
            if refusal.status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                partial.drop()
                continue
            if refusal.status < httpx.codes.INTERNAL_SERVER_ERROR and refusal.status != httpx.codes.TOO_MANY_REQUESTS:
                raise
            await asyncio.sleep(min(0.25 * 2**tries, 5.0))
    raise CommandFault(f"{target.name} could not be downloaded; run the same command again")


class _Partial:
    """What has come of a download, and which version of it."""

    def __init__(self, target: Path, source: str) -> None:
        self.path = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.etag")
        self._target = target
        self._source = source

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
