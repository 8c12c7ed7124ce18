"""tus 1.0.0 over real HTTP: create, resume, refuse, break off, give up."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator

import pytest

from tests.integration.gateway.conftest import OWNER, Door, OpenDoor
from tests.integration.gateway.test_routes import TUS, check_problem

CHUNK = {"Content-Type": "application/offset+octet-stream"}


async def create(door: Door, length: int, **headers: str) -> str:
    answer = await door.http.post(
        "/v1/uploads", headers={**door.bearer(), **TUS, "Upload-Length": str(length), **headers}
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["upload-expires"].endswith("GMT")
    return answer.headers["location"]


async def test_options_tell_what_is_spoken(door: Door) -> None:
    """OPTIONS needs no token and names version, extensions and the largest size."""
    for path in ("/v1/uploads", "/v1/uploads/upl_00000000000000000000000000000000"):
        answer = await door.http.options(path)
        assert answer.status_code == 204
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert answer.headers["tus-version"] == "1.0.0"
        assert "creation-with-upload" in answer.headers["tus-extension"]
        assert int(answer.headers["tus-max-size"]) == 2 * 1024**3


async def test_a_file_arrives_in_pieces(door: Door) -> None:
    """An upload goes on where HEAD says, piece after piece, byte for byte."""
    data = os.urandom(3_000_000)
    name = base64.b64encode("Ünïcode/../song.flac".encode()).decode()
    location = await create(door, len(data), **{"Upload-Metadata": f"filename {name},is_final"})
    upload_id = location.rsplit("/", 1)[1]
    assert door.library.uploads[upload_id].file_name == "Ünïcode_.._song.flac"
    offset = 0
    for stop in (1, 700_000, 2_000_001, len(data)):
        head = await door.http.head(location, headers={**door.bearer(), **TUS})
        assert head.headers["upload-offset"] == str(offset)
        assert head.headers["upload-length"] == str(len(data))
        assert head.headers["cache-control"] == "no-store"
        headers = {**door.bearer(), **TUS, **CHUNK, "Upload-Offset": str(offset)}
        answer = await door.http.patch(location, content=data[offset:stop], headers=headers)
        assert answer.status_code == 204, answer.text
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert answer.headers["upload-offset"] == str(stop)
        offset = stop
    assert bytes(door.library.contents[upload_id]) == data


async def test_first_bytes_may_come_with_creation(door: Door) -> None:
    """creation-with-upload stores the body of POST."""
    headers = {**door.bearer(), **TUS, **CHUNK, "Upload-Length": "10"}
    answer = await door.http.post("/v1/uploads", content=b"12345", headers=headers)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "5")
    assert bytes(door.library.contents[answer.json()["upload_id"]]) == b"12345"


async def test_wrong_requests_are_refused(door: Door) -> None:
    """Version, type, offset, length and metadata are each checked, with the status tus asks for."""
    location = await create(door, 10)
    signed = door.bearer()
    patch = {**signed, **TUS, **CHUNK, "Upload-Offset": "0"}

    async def patched(**changed: str | None) -> int:
        headers = {name: value for name, value in (patch | changed).items() if value is not None}
        answer = await door.http.patch(location, content=b"1", headers=headers)
        assert answer.headers["tus-resumable"] == "1.0.0"
        check_problem(answer, answer.status_code)
        return answer.status_code

    assert await patched(**{"Tus-Resumable": None}) == 412
    assert await patched(**{"Tus-Resumable": "0.2.2"}) == 412
    assert await patched(**{"Content-Type": "application/octet-stream"}) == 415
    assert await patched(**{"Upload-Offset": "3"}) == 409
    assert await patched(**{"Upload-Offset": "-1"}) == 400
    assert await patched(**{"Upload-Offset": None}) == 400
    for length, status in (("0", 422), (str(2**40), 413), ("x", 400), ("-5", 400)):
        check_problem(await door.http.post("/v1/uploads", headers={**signed, **TUS, "Upload-Length": length}), status)
    odd = {**signed, **TUS, "Upload-Length": "5", "Upload-Metadata": "filename ?"}
    check_problem(await door.http.post("/v1/uploads", headers=odd), 400, "MALFORMED_METADATA")
    overrun = await door.http.patch(location, content=b"x" * 11, headers=patch)
    check_problem(overrun, 422, "UPLOAD_OVERRUN")
    assert (await door.http.head(location, headers={**signed, **TUS})).headers["upload-offset"] == "0"


async def test_an_upload_can_be_given_up(door: Door) -> None:
    """DELETE erases it, also as POST with X-HTTP-Method-Override, and it is 404 afterwards."""
    signed = {**door.bearer(), **TUS}
    for method, more in (("DELETE", {}), ("POST", {"X-HTTP-Method-Override": "DELETE"})):
        location = await create(door, 10)
        assert (await door.http.request(method, location, headers={**signed, **more})).status_code == 204
        assert (await door.http.head(location, headers=signed)).status_code == 404


@pytest.mark.parametrize("sent", [0, 1, 100_000, 2_000_000])
async def test_what_came_before_a_broken_connection_is_kept(door: Door, sent: int) -> None:
    """A sender that goes away in the middle of a body finds every byte it sent, and goes on from there."""
    data = os.urandom(4_000_000)
    location = await create(door, len(data))
    upload_id = location.rsplit("/", 1)[1]
    door.library.append_ended.clear()
    _, writer = await asyncio.open_connection("127.0.0.1", door.gateway.http.port)
    head = [
        f"PATCH {location} HTTP/1.1",
        "Host: here",
        f"Authorization: {door.bearer()['Authorization']}",
        "Tus-Resumable: 1.0.0",
        "Upload-Offset: 0",
        f"Content-Type: {CHUNK['Content-Type']}",
        f"Content-Length: {len(data)}",
    ]
    writer.write("\r\n".join([*head, "", ""]).encode() + data[:sent])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await asyncio.wait_for(door.library.append_ended.wait(), 10)
    assert bytes(door.library.contents[upload_id]) == data[:sent]
    headers = {**door.bearer(), **TUS, **CHUNK, "Upload-Offset": str(sent)}
    assert (await door.http.patch(location, content=data[sent:], headers=headers)).status_code == 204
    assert bytes(door.library.contents[upload_id]) == data


async def test_a_silent_sender_is_not_waited_for(open_door: OpenDoor) -> None:
    """A body that falls silent ends the append in order, and what came is kept."""
    async with open_door(body_idle_s=0.2) as door:
        location = await create(door, 10)
        never = asyncio.Event()

        async def stalling() -> AsyncIterator[bytes]:
            yield b"1234"
            await never.wait()

        headers = {**door.bearer(), **TUS, **CHUNK, "Upload-Offset": "0", "Content-Length": "10"}
        sending = asyncio.create_task(door.http.patch(location, content=stalling(), headers=headers))
        await asyncio.wait_for(door.library.append_ended.wait(), 10)
        assert bytes(door.library.contents[location.rsplit("/", 1)[1]]) == b"1234"
        never.set()
        await asyncio.gather(sending, return_exceptions=True)


async def test_a_refused_body_is_not_read_to_its_end(door: Door) -> None:
    """A mismatch is answered while most of the body is still unsent."""
    location = await create(door, 500_000_000)
    headers = {**door.bearer(), **TUS, **CHUNK, "Upload-Offset": "7", "Content-Length": "400000000"}
    reader, writer = await asyncio.open_connection("127.0.0.1", door.gateway.http.port)
    lines = [f"PATCH {location} HTTP/1.1", "Host: here", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode() + b"x" * 65536)
    status = await asyncio.wait_for(reader.readline(), 10)
    assert b" 409 " in status
    writer.close()


async def test_an_upload_of_another_is_not_there(door: Door) -> None:
    """HEAD of another's upload is 404."""
    location = await create(door, 10)
    assert door.library.uploads[location.rsplit("/", 1)[1]].owner_id == OWNER
    stranger = {**door.bearer("usr_other"), **TUS}
    assert (await door.http.head(location, headers=stranger)).status_code == 404
