"""Resumable uploads by tus 1.0; an upload that was interrupted, even by a reboot, goes on where it stopped."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import fcntl
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx

from cli.exits import CommandFault
from cli.gateway import Gateway, Refused

_BLOCK_BYTES = 256 * 1024
_TUS = {"Tus-Resumable": "1.0.0"}
_TRIES = 20
_REMEMBERED_MAX = 10_000


class Memory:
    """What became of which file, kept in a small file between runs: its upload, then its track."""

    def __init__(self, path: Path, scope: str = "", earlier: str | None = None) -> None:
        """`path` need not exist. Files are remembered apart for each `scope`, e.g. an address and an account.

        What was remembered for the `earlier` scope counts until it is written over.
        """
        self._path = path
        self._scopes = (scope,) if earlier is None else (scope, earlier)

    def recall(self, song: Path) -> str | None:
        """The upload's path on the gateway, if this very file was begun before."""
        return self._entry(song).get("upload")

    def remember(self, song: Path, location: str | None) -> None:
        """Note the upload of a file; None forgets it."""
        self._write(song, {} if location is None else {"upload": location})

    def asked(self, song: Path) -> str | None:
        """Id of the whole upload that a track was asked for, when the answer was never heard."""
        return self._entry(song).get("asked")

    def remember_asking(self, song: Path, upload_id: str) -> None:
        """Note that the upload is whole and a track of it is being asked for."""
        self._write(song, {"asked": upload_id})

    def track(self, song: Path) -> str | None:
        """The track that this very file became."""
        return self._entry(song).get("track")

    def remember_track(self, song: Path, track_id: str) -> None:
        """Note the track; its upload is needed no more."""
        self._write(song, {"track": track_id})

    def _entry(self, song: Path) -> dict[str, str]:
        known = self._read()
        return next((known[key] for key in self._keys(song) if key in known), {})

    def _write(self, song: Path, entry: dict[str, str]) -> None:
        with self._alone():
            # Read again: another run may have noted another file.
            known = self._read()
            keys = self._keys(song)
            for key in keys:
                known.pop(key, None)
            if entry:
                known[keys[0]] = entry
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(dict(list(known.items())[-_REMEMBERED_MAX:])))
            fresh.replace(self._path)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, dict[str, str]]:
        with contextlib.suppress(OSError, ValueError):
            known = json.loads(self._path.read_text())
            if isinstance(known, dict):
                return {key: entry for key, entry in known.items() if isinstance(entry, dict)}
        return {}

    def _keys(self, song: Path) -> list[str]:
        facts = song.stat()
        texts = [f"{scope}\0{song.resolve()}\0{facts.st_size}\0{facts.st_mtime_ns}" for scope in self._scopes]
        return [hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest() for text in texts]


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
