"""What no well-behaved client sends."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.gateway.conftest import Door, OpenDoor


async def answer_to(door: Door, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.gateway.http.port)
    try:
        writer.write(data)
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\nHost: he"])
async def test_a_head_that_never_ends_is_hung_up_on(open_door: OpenDoor, data: bytes) -> None:
    """A connection that does not finish its request's head in time is closed."""
    async with open_door(header_read_s=0.1) as door:
        assert await answer_to(door, data) == b""


@pytest.mark.parametrize("data", [b"\x16\x03\x01 hello\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 70_000])
async def test_what_is_no_http_is_a_problem(door: Door, data: bytes) -> None:
    """Noise and endless headers are answered with a problem, and the connection closed."""
    answer = await answer_to(door, data)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in answer
    assert b"MALFORMED_HTTP" in answer


async def test_a_connection_serves_many_requests(open_door: OpenDoor) -> None:
    """The limit on heads does not touch a connection that is kept alive and used again."""
    async with open_door(header_read_s=0.2) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.gateway.http.port)
        deadline = asyncio.get_running_loop().time() + 0.5
        while asyncio.get_running_loop().time() < deadline:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            assert head.startswith(b"HTTP/1.1 200")
            await reader.readexactly(len(b'{"status":"live"}'))
        writer.close()


async def test_too_many_requests_at_once_are_told_to_come_back(open_door: OpenDoor) -> None:
    """Past the bound a request is 503 with Retry-After, and health is still answered."""
    async with open_door(requests_in_flight_max=0) as door:
        answer = await door.http.get("/v1/tracks")
        assert (answer.status_code, answer.json()["reason"], answer.headers["retry-after"]) == (503, "BUSY", "2")
        assert (await door.http.get("/healthz")).status_code == 200
