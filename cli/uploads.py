"""Resumable uploads by tus 1.0; an upload that was interrupted, even by a reboot, goes on where it stopped."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx

from cli.exits import CommandFault
from cli.gateway import Gateway, Refused

_BLOCK_BYTES = 256 * 1024
_TUS = {"Tus-Resumable": "1.0.0"}
_TRIES = 20


class Memory:
    """Which file has been uploaded where, kept in a small file between runs."""

    def __init__(self, path: Path) -> None:
        """`path` need not exist."""
        self._path = path

    def recall(self, song: Path) -> str | None:
        """The upload's path on the gateway, if this very file was begun before."""
        return self._read().get(_fingerprint(song))

    def remember(self, song: Path, location: str | None) -> None:
        """Note the upload of a file; None forgets it."""
        known = self._read()
        if location is None:
            known.pop(_fingerprint(song), None)
        else:
            known[_fingerprint(song)] = location
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(known))
        fresh.replace(self._path)

    def _read(self) -> dict[str, str]:
        with contextlib.suppress(OSError, ValueError):
            known: dict[str, str] = json.loads(self._path.read_text())
            return known
        return {}


async def upload(gateway: Gateway, song: Path, memory: Memory, progress: Callable[[int], None]) -> str:
    """Send a file, resuming what was begun; its upload id. Raises Refused and CommandFault."""
    size = song.stat().st_size
    location = memory.recall(song)
    offset = await _offset(gateway, location) if location is not None else None
    if offset is None:
        location, offset = await _create(gateway, song, size), 0
        memory.remember(song, location)
    assert location is not None
    tries = 0
    while offset < size:
        progress(offset)
        try:
            await _send(gateway, location, song, offset, progress)
        except (httpx.HTTPError, Refused) as error:
            if isinstance(error, Refused) and not _can_go_on(error):
                raise
            tries += 1
            if tries > _TRIES:
                raise CommandFault(
                    f"the upload of {song.name} keeps breaking off; run the same command again"
                ) from error
            await asyncio.sleep(min(0.2 * 2**tries, 5.0))
        found = await _offset(gateway, location)
        if found is None:
            memory.remember(song, None)
            raise CommandFault(f"the upload of {song.name} was given up by the server; run the same command again")
        if found > offset:
            tries = 0
        offset = found
    progress(size)
    return location.rsplit("/", 1)[-1]


def _can_go_on(refusal: Refused) -> bool:
    # What was sent is kept: a service that restarts, or another's bytes in the way, cost only another look.
    return refusal.status in (408, 409, 423, 429) or refusal.status >= httpx.codes.INTERNAL_SERVER_ERROR


async def _create(gateway: Gateway, song: Path, size: int) -> str:
    name = base64.b64encode(song.name.encode("utf-8", "surrogateescape")).decode()
    headers = {**_TUS, "Upload-Length": str(size), "Upload-Metadata": f"filename {name}"}
    answer = await gateway.call("POST", "/v1/uploads", headers=headers)
    return httpx.URL(answer.headers["location"]).path


async def _offset(gateway: Gateway, location: str) -> int | None:
    try:
        answer = await gateway.call("HEAD", location, headers=_TUS)
    except Refused as refusal:
        if refusal.status in (403, 404, 410):
            return None
        raise
    return int(answer.headers["upload-offset"])


async def _send(gateway: Gateway, location: str, song: Path, offset: int, progress: Callable[[int], None]) -> None:
    async def blocks() -> AsyncIterator[bytes]:
        sent = offset
        with song.open("rb") as file:
            file.seek(offset)
            while block := await asyncio.to_thread(file.read, _BLOCK_BYTES):
                yield block
                sent += len(block)
                progress(sent)

    headers = {
        **_TUS,
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(song.stat().st_size - offset),
    }
    await gateway.send_once("PATCH", location, headers=headers, content=blocks())


def _fingerprint(song: Path) -> str:
    facts = song.stat()
    text = f"{song.resolve()}\0{facts.st_size}\0{facts.st_mtime_ns}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
