"""The connection to NATS, which comes back by itself, and the streams it needs."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Sequence
from typing import Any

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

from chassis import logs
from chassis.identity import Certificates, dns_name
from chassis.lifecycle import Background

_log = logging.getLogger(__name__)

DEDUPE_S = 120
_READY_S = 30.0
"""How long a server that is just starting may take until JetStream answers."""
_READY_PAUSE_S = 0.25
_DRAIN_S = 5.0
_CANCEL_AGAIN_S = 0.1

FACTS_LIFE_S = 24 * 3600
FACTS_MAX = 1_000_000
WORK_MAX = 1_000_000


@dataclasses.dataclass(frozen=True)
class Stream:
    """A JetStream stream as this service needs it."""

    name: str
    subjects: tuple[str, ...]
    is_work_queue: bool = False

    def config(self, replicas: int) -> StreamConfig:
        """What the server is told. A full work queue refuses, it never forgets."""
        return StreamConfig(
            name=self.name,
            subjects=list(self.subjects),
            storage=StorageType.FILE,
            num_replicas=replicas,
            duplicate_window=DEDUPE_S,
            retention=RetentionPolicy.WORK_QUEUE if self.is_work_queue else RetentionPolicy.LIMITS,
            discard=DiscardPolicy.NEW if self.is_work_queue else DiscardPolicy.OLD,
            max_msgs=WORK_MAX if self.is_work_queue else FACTS_MAX,
            max_age=0 if self.is_work_queue else FACTS_LIFE_S,
        )


class Bus:
    """NATS for one process."""

    name = "bus"

    def __init__(
        self, url: str, certificates: Certificates | None, *, streams: Sequence[Stream] = (), replicas: int = 1
    ) -> None:
        """`streams` are made when missing, also after the server lost its storage. No certificates means no TLS."""
        self._url = url
        self._certificates = certificates
        self._streams = streams
        self._replicas = replicas
        self._client: Client | None = None
        self.connected = asyncio.Event()
        """Set while there is a connection."""
        self.connections = 0
        """How many times a connection was made: who sees it change asks the server anew for what it relies on."""
        self._stopping = False

    @property
    def client(self) -> Client:
        """The connection. Raises RuntimeError before start."""
        if self._client is None:
            raise RuntimeError("the bus is not started")
        return self._client

    @property
    def jetstream(self) -> JetStreamContext:
        """JetStream on the connection."""
        return self.client.jetstream(timeout=5)

    async def start(self) -> None:
        """Connect, waiting for a server that is just starting, and make the streams.

        Several servers are given with commas. Raises nats.errors.Error when JetStream does not answer.
        """
        client = Client()
        connecting = asyncio.create_task(self._connect(client))
        try:
            await asyncio.wait((connecting,))
            connecting.result()
        except BaseException:
            try:
                await _given_up(connecting)
            finally:
                # Stopped while it was still connecting, too, and again while that was given up: a socket that nobody
                # knows of would stay open.
                await client.close()
            raise

    async def _connect(self, client: Client) -> None:
        await client.connect(self._url.split(","), **self._options())
        self._client = client
        self._note_connection()
        await self._make_streams()

    def _options(self) -> dict[str, Any]:
        tls = {}
        if self._certificates is not None:
            tls = {"tls": self._certificates.ssl_context(), "tls_hostname": dns_name("nats")}
        return tls | {
            "max_reconnect_attempts": -1,
            "reconnect_time_wait": 0.25,
            "connect_timeout": 5,
            "ping_interval": 5,
            "max_outstanding_pings": 2,
            "error_cb": _quiet,
            "disconnected_cb": self._disconnected,
            "reconnected_cb": self._reconnected,
            "drain_timeout": _DRAIN_S,
        }

    async def stop(self) -> None:
        """Send what is buffered and close."""
        self._stopping = True
        if self._client is not None and not self._client.is_closed:
            try:
                await self._client.drain()
            except (nats.errors.Error, TimeoutError, OSError):
                await self._client.close()

    async def ensure_streams(self) -> None:
        """Make or adapt every stream; safe to repeat and to run from several processes."""
        for stream in self._streams:
            config = stream.config(self._replicas)
            try:
                await self.jetstream.update_stream(config)
            except nats.js.errors.NotFoundError:
                await self.jetstream.add_stream(config)

    async def _make_streams(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _READY_S
        while True:
            try:
                return await self.ensure_streams()
            except (nats.js.errors.ServiceUnavailableError, nats.errors.NoRespondersError, TimeoutError):
                if loop.time() > until:
                    raise
            await asyncio.sleep(_READY_PAUSE_S)

    def _note_connection(self) -> None:
        self.connections += 1
        self.connected.set()

    async def _disconnected(self) -> None:
        self.connected.clear()
        if not self._stopping:
            logs.event(_log, logging.WARNING, "nats connection lost; reconnecting")

    async def _reconnected(self) -> None:
        self._note_connection()
        logs.event(_log, logging.INFO, "nats connection is back")


class Connecting(Background):
    """The bus as a part that holds up nobody's start: a service whose truth is elsewhere answers while NATS is away."""

    def __init__(self, bus: Bus) -> None:
        """Takes the place of `bus` among the parts; relays and consumers wait for the connection by themselves."""
        super().__init__("bus connection", self._connect)
        self._bus = bus

    async def stop(self) -> None:
        """Give up connecting, send what is buffered and close."""
        await super().stop()
        await self._bus.stop()

    async def _connect(self) -> None:
        await self._bus.start()
        await asyncio.Event().wait()


async def _given_up(connecting: asyncio.Task[None]) -> None:
    # Python 3.11's wait_for, within the client, answers with what came about just as it was cancelled, and the client
    # would go on knocking at a server that is away, or wait for the words of one that is there; so it is repeated.
    while not connecting.done():
        connecting.cancel()
        await asyncio.wait((connecting,), timeout=_CANCEL_AGAIN_S)
    if not connecting.cancelled():
        connecting.exception()


async def _quiet(error: Exception) -> None:
    logs.event(_log, logging.DEBUG, "nats error", reason=repr(error))
