"""Answers that are given before the whole of a request's body came reach whoever is still sending it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from services.gateway.api.early_answers import Bounds, EarlyAnswers
from services.gateway.api.http_server import HttpServer
from tests.integration.gateway.conftest import Door, running
from tests.integration.gateway.test_http_server import answer_to
from tests.integration.gateway.test_routes import TUS
from tests.integration.gateway.test_uploads import CHUNK, create

MIB = 1024 * 1024
ENDLESS = 256 * MIB
"""What a test sends at most to a server that never hangs up; buffers on the way take some MiB."""


def head_of(method: str, path: str, **headers: str) -> bytes:
    lines = (f"{name}: {value}" for name, value in {"Host": "localhost", **headers}.items())
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()


async def read_after_sending(port: int, head: bytes, body: bytes) -> bytes:
    """All that comes back to a client which sends all and looks at nothing before."""

    def exchange() -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head + body)
            answer = b""
            while part := connection.recv(65_536):
                answer += part
            return answer

    return await asyncio.to_thread(exchange)


async def sent_until_cut(port: int, head: bytes, piece: bytes) -> int:
    """How many bytes of an endless body go out before the connection breaks."""

    def exchange() -> int:
        sent = 0
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head)
            with contextlib.suppress(ConnectionError):
                while sent < ENDLESS:
                    connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
                    sent += len(piece)
        return sent

    return await asyncio.to_thread(exchange)


def check_whole(answer: bytes, status: int, reason: str) -> None:
    """A whole problem, which says that nothing more is taken."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), head
    assert b"\r\ncontent-type: application/problem+json" in head
    assert b"\r\nconnection: close" in head
    assert json.loads(body)["reason"] == reason


@contextlib.asynccontextmanager
async def refusing(bounds: Bounds, *, drain_s: float = 1) -> AsyncIterator[int]:
    """The port of a server that looks at no body; X-Sender says who sends it."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["address"] = Headers(scope=scope).get("x-sender", "")
        await PlainTextResponse("no", status_code=403)(scope, receive, send)

    draining = asyncio.Event()
    app = EarlyAnswers(refuse, draining, bounds)
    server = HttpServer(app, "127.0.0.1:0", draining=draining, drain_s=drain_s, header_read_s=5)
    async with running(server):
        yield server.port


async def test_a_picture_that_is_too_large_is_told_so(door: Door) -> None:
    """Whoever sends too large a body to its end, and only then reads, reads why it was not taken."""
    data = bytes(16 * MIB)
    head = head_of("PUT", f"/v1/tracks/trk_{'0' * 32}/cover", **door.bearer(), **{"Content-Length": str(len(data))})
    check_whole(await read_after_sending(door.gateway.http.port, head, data), 413, "BODY_TOO_LARGE")


async def test_an_upload_that_nobody_signed_is_told_so(door: Door) -> None:
    """An upload that is refused before its body was looked at is answered whole, and the connection ends with it."""
    data = bytes(8 * MIB)
    headers = {**TUS, **CHUNK, "Upload-Offset": "0", "Content-Length": str(len(data))}
    head = head_of("PATCH", f"/v1/uploads/upl_{'0' * 32}", **headers)
    check_whole(await read_after_sending(door.gateway.http.port, head, data), 401, "UNAUTHENTICATED")


async def test_an_upload_that_is_refused_on_its_way_is_told_so(door: Door) -> None:
    """An upload that the library refuses in the middle of its body is answered whole."""
    location = await create(door, 10)
    data = bytes(8 * MIB)
    headers = {**door.bearer(), **TUS, **CHUNK, "Upload-Offset": "7", "Content-Length": str(len(data))}
    answer = await read_after_sending(door.gateway.http.port, head_of("PATCH", location, **headers), data)
    check_whole(answer, 409, "UPLOAD_OFFSET_MISMATCH")


async def test_a_body_without_an_end_is_cut() -> None:
    """Whoever goes on sending after the answer is hung up on once the bound of bytes is reached."""
    async with refusing(Bounds(bytes_max=MIB, total_s=20, silence_s=10)) as port:
        head = head_of("POST", "/", **{"Transfer-Encoding": "chunked"})
        assert await sent_until_cut(port, head, bytes(65_536)) < ENDLESS


async def test_a_body_that_goes_on_for_long_is_cut() -> None:
    """Whoever goes on sending after the answer is hung up on once the bound of seconds is reached."""
    async with refusing(Bounds(bytes_max=2 * ENDLESS, total_s=0.2, silence_s=10)) as port:
        head = head_of("POST", "/", **{"Content-Length": "100000000000"})
        assert await sent_until_cut(port, head, bytes(1024)) < ENDLESS


async def test_a_body_that_falls_silent_is_cut() -> None:
    """Whoever neither sends the rest nor hangs up gets the answer, and is hung up on after the bound of silence."""
    async with refusing(Bounds(bytes_max=MIB, total_s=20, silence_s=0.05, first_s=0.05)) as port:
        for length in ("10", "1000000"):
            head = head_of("POST", "/", **{"Content-Length": length})
            answer = await read_after_sending(port, head, b"some")
            assert b"connection: close" in answer
            assert answer.endswith(b"\r\n\r\nno")


LONG = Bounds(bytes_max=2 * ENDLESS, total_s=600, silence_s=600, at_once_per_address=1, at_once=2)
"""Nothing but its sender ends a body within a test."""


@contextlib.asynccontextmanager
async def begun(port: int, sender: str) -> AsyncIterator[asyncio.StreamReader]:
    """The way back of somebody who has begun a large body, was answered, and sends nothing more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head_of("POST", "/", **{"Content-Length": str(ENDLESS), "X-Sender": sender}) + b"some")
    async with asyncio.timeout(10):
        assert b"connection: close" in await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"no"
    try:
        yield reader
    finally:
        writer.close()


async def test_no_more_bodies_are_read_to_their_end_than_one_address_may_send() -> None:
    """Of one sender's refused bodies one is read on, and what comes beside it ends with its answer; not another's."""
    async with refusing(LONG) as port, begun(port, "ada") as first, asyncio.timeout(10):
        for _ in range(3):
            async with begun(port, "ada") as more:
                assert await more.read() == b""
        async with begun(port, "bob") as other:
            # The third comes after both are being read.
            async with begun(port, "eve") as third:
                assert await third.read() == b""
            assert not first.at_eof()
            assert not other.at_eof()


async def test_a_body_that_has_ended_makes_room_for_the_next() -> None:
    """Bodies of one sender that come one after the other are each read to their end."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("no", status_code=403)(scope, receive, send)

    async def ignore(message: Message) -> None:
        pass

    app = EarlyAnswers(refuse, asyncio.Event(), LONG)
    for _ in range(3):
        coming: list[Message] = [
            {"type": "http.request", "body": b"some", "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive(coming: list[Message] = coming) -> Message:
            return coming.pop(0)

        scope = {"type": "http", "headers": [(b"content-length", b"1000000")], "client": ("203.0.113.7", 1)}
        await app(scope, receive, ignore)
        assert not coming


async def test_a_stop_waits_for_nobodys_refused_body() -> None:
    """Whoever still sends what nobody wants does not hold up a server that is to stop."""
    async with asyncio.timeout(10), contextlib.AsyncExitStack() as senders:
        async with refusing(LONG, drain_s=600) as port:
            reader = await senders.enter_async_context(begun(port, "ada"))
        assert await reader.read() == b""


async def test_nobody_is_told_to_go_on_with_a_refused_body() -> None:
    """Whoever asks before sending is refused without a word of going on."""
    async with refusing(Bounds(silence_s=0.05)) as port:
        head = head_of("POST", "/", **{"Content-Length": "10", "Expect": "100-continue"})
        answer = await read_after_sending(port, head, b"")
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"connection: close" in answer


@pytest.mark.parametrize(
    "framing", [{"Content-Length": "4"}, {"Transfer-Encoding": "chunked"}], ids=["told", "chunked"]
)
async def test_a_small_body_keeps_its_connection(door: Door, framing: dict[str, str]) -> None:
    """A refusal that overtakes a small body leaves the connection to the next request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.gateway.http.port)
    body = b"{  }" if "Content-Length" in framing else b"4\r\n{  }\r\n0\r\n\r\n"
    for piece in (head_of("POST", "/v1/tracks", **framing), body[:2], body[2:]):
        writer.write(piece)
        await writer.drain()
    refused = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    assert refused.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" not in refused
    writer.write(head_of("GET", "/healthz", Connection="close"))
    rest = await asyncio.wait_for(reader.read(), 5)
    assert b"HTTP/1.1 200 " in rest
    assert rest.endswith(b'{"status":"live"}')
    writer.close()


async def test_a_request_without_a_body_keeps_its_connection(door: Door) -> None:
    """A refusal of a request that has no body says nothing of its connection's end."""
    two = head_of("GET", "/v1/tracks") + head_of("GET", "/healthz", Connection="close")
    answer = await answer_to(door, two)
    assert answer.count(b"connection: close") == 1
    assert b"HTTP/1.1 401 " in answer
    assert answer.endswith(b'{"status":"live"}')
