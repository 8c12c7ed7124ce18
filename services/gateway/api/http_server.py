"""uvicorn as a part of the process: starts, drains, stops, and waits for nobody's headers for ever."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis import logs
from chassis.listening import listening_at
from services.gateway.api.problems import Problem

_log = logging.getLogger(__name__)

HEADER_BYTES_MAX = 64 * 1024
_KEEP_ALIVE_S = 65
"""Longer than a load balancer's 60 s, so that it is the one that closes."""
_CANCEL_S = 2.0


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits on how long and how large a request's head may be."""

    header_read_s = 15.0
    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for a head from the first moment."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head that is not whole yet."""
        if self._in_head:
            self._head_bytes += len(data)
            self._start_timer()
        super().data_received(data)
        if self._in_head and self._head_bytes > HEADER_BYTES_MAX and not self.transport.is_closing():
            self.send_400_response("The headers are too long.")

    def on_headers_complete(self) -> None:
        """The head is whole: what follows is body."""
        self._stop_timer()
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What follows is the next request."""
        super().on_message_complete()
        self._in_head = True
        self._head_bytes = 0

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or too much of it, and close."""
        answer = Problem(400, "MALFORMED_HTTP", msg).response(f"req_{secrets.token_hex(11)}")
        head = [b"HTTP/1.1 400 Bad Request", *(name + b": " + value for name, value in answer.raw_headers)]
        self.transport.write(b"\r\n".join([*head, b"connection: close", b"", bytes(answer.body)]))
        self.transport.close()

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.header_read_s, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class HttpServer:
    """Answers HTTP on one address until stopped, then lets requests under way end."""

    name = "http server"

    def __init__(
        self, app: ASGIApp, listen: str, *, draining: asyncio.Event, drain_s: float, header_read_s: float
    ) -> None:
        """`draining` is set first when stopping, so that streams without an end of their own find one."""
        self._listen = listen
        self._draining = draining
        self._drain_s = drain_s
        self._config = uvicorn.Config(
            app,
            http=type("Protocol", (BoundedProtocol,), {"header_read_s": header_read_s}),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=max(1, round(drain_s)),
        )
        self._server = uvicorn.Server(self._config)
        self._ticking: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None
        self.port = 0

    async def start(self) -> None:
        """Open the port and answer. Raises RuntimeError when it cannot listen."""
        self._socket = listening_at(self._listen)
        self.port = self._socket.getsockname()[1]
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        await self._server.startup(sockets=[self._socket])
        self._ticking = asyncio.create_task(self._server.main_loop(), name="http dates")
        logs.event(_log, logging.INFO, "http served", listen=self._listen, port=self.port)

    async def stop(self) -> None:
        """Take no new connections, end event streams, wait for the rest, for at most the drain time."""
        self._draining.set()
        self._server.should_exit = True
        if self._ticking is not None:
            await self._ticking
        tasks = list(self._server.server_state.tasks)
        await self._server.shutdown(sockets=[self._socket] if self._socket is not None else [])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CANCEL_S):
                await asyncio.gather(*tasks, return_exceptions=True)
