"""An upload that breaks off goes on where it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.gateway import Gateway
from cli.signin import create_link
from cli.uploads import Memory, upload
from tests.stories.house import PATIENCE_S, House, Listener, until
from tests.stories.songs import noise_wav

_ENOUGH_BYTES = 3_000_000


class Interrupted(Exception):
    """The person pressed Ctrl-C."""


async def test_command_line_resumes_an_interrupted_upload(house: House, tmp_path: Path) -> None:
    """A second run of an interrupted upload sends only what is missing, and what arrives is the file."""
    song = tmp_path / "long.wav"
    song.write_bytes(noise_wav(60, seed=7))
    memory = tmp_path / "uploads.json"
    seen: list[int] = []

    def until_enough(sent: int) -> None:
        if sent > _ENOUGH_BYTES:
            raise Interrupted

    with pytest.raises(Interrupted):
        await _upload(house, song, memory, until_enough)
    upload_id = await _upload(house, song, memory, seen.append)
    assert 0 < seen[0] < song.stat().st_size
    assert seen[-1] == song.stat().st_size
    assert upload_id


async def _upload(house: House, song: Path, memory: Path, progress: Callable[[int], None]) -> str:
    gateway = Gateway(house.url)
    try:
        link = await create_link(house.data)
        await gateway.redeem_link(link.code)
        location = Memory(memory).recall(song)
        async with asyncio.timeout(PATIENCE_S):
            # The server notices that the first run has gone, and stores what it had sent.
            while location is not None and await _stored_bytes(gateway, location) == 0:  # noqa: ASYNC110 no event tells
                await asyncio.sleep(0)
        return await upload(gateway, song, Memory(memory), progress)
    finally:
        await gateway.close()


async def _stored_bytes(gateway: Gateway, location: str) -> int:
    answer = await gateway.call("HEAD", location, headers={"Tus-Resumable": "1.0.0"})
    return int(answer.headers["upload-offset"])


def test_bytes_of_a_broken_request_are_kept(listener: Listener) -> None:
    """A request that breaks off in the middle of its body leaves what arrived, and the rest completes the song."""
    song = noise_wav(20, seed=8)
    tus = {"Tus-Resumable": "1.0.0"}
    made = listener.http.post("/v1/uploads", headers={**tus, "Upload-Length": str(len(song))})
    location = made.headers["location"]
    kind = {"Content-Type": "application/offset+octet-stream"}

    def half() -> Iterator[bytes]:
        yield song[: len(song) // 2]
        raise Interrupted

    with pytest.raises(Interrupted):
        listener.http.patch(location, content=half(), headers={**tus, **kind, "Upload-Offset": "0"})
    offset = until(lambda: _offset(listener, location), PATIENCE_S, "what arrived to be stored")
    assert offset <= len(song) // 2
    rest = listener.http.patch(location, content=song[offset:], headers={**tus, **kind, "Upload-Offset": str(offset)})
    assert rest.status_code == 204
    answer = listener.http.post("/v1/tracks", json={"upload_id": location.rsplit("/", 1)[-1]})
    assert answer.status_code == 201
    track = listener.wait(answer.json()["track_id"])
    assert track["audio"]["length_samples"] == 20 * 44_100


def _offset(listener: Listener, location: str) -> int:
    return int(listener.http.head(location, headers={"Tus-Resumable": "1.0.0"}).headers["upload-offset"])
