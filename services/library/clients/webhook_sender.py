"""Sends webhooks to addresses that strangers name: looked up once, judged, and connected to as judged.

A URL is a stranger's way to have this process ask for something from inside. So its name is looked up here, every
address that it stands for is judged, and the connection is made to the very address that was judged: whatever the name
stands for a moment later changes nothing. Redirects are answers, not ways on. Of an answer its status is read, no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from services.library.domain.errors import WebhookUrlInvalid
from services.library.domain.webhook import Fault, Heard
from services.library.domain.webhook_target import Address, Target, may_reach, target_of

TRY_S = 10.0
"""Longest try: connecting, sending and the answer's first line together."""
LOOKUP_S = 5.0
"""Longest wait for what a name stands for."""
_LOOKUP_S_MAX = 40.0
"""Longest wait for a lookup that nobody needs any more; shorter than the lease of an endpoint."""
_LINE_BYTES_MAX = 1024
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n")
_INFORMING = range(100, 200)
_LINES_MAX = 100
_TAKEN = range(200, 300)
_REDIRECTING = range(300, 400)
_USER_AGENT = "StripSession-Webhooks/1"

Stream: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Name and port -> every address that the name stands for now. It has an end; raises OSError and TimeoutError."""
Connect: TypeAlias = Callable[[Address, Target], Awaitable[Stream]]
"""A connection to this very address. Raises OSError."""
Look: TypeAlias = Callable[[str, int], Sequence[Address]]


class AddressForbidden(Exception):
    """A name stands for an address that no webhook may reach."""


class PinnedSender:
    """Sends to what was judged, and to nothing else."""

    def __init__(
        self,
        *,
        loopback: bool,
        resolve: Resolve,
        trust: ssl.SSLContext | None = None,
        connect: Connect | None = None,
        try_s: float = TRY_S,
    ) -> None:
        """`loopback` lets messages go to this machine; `trust` says whose certificates are believed."""
        self._loopback = loopback
        self._trust = trust or ssl.create_default_context()
        self._resolve = resolve
        self._connect = connect or self._connected
        self._try_s = try_s

    def require_url(self, url: str) -> None:
        """Raises WebhookUrlInvalid for an address that nothing is ever sent to."""
        target_of(url, loopback=self._loopback)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Heard:
        """One try. Whatever goes wrong is in what is heard: it raises nothing."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        status, fault = await self._tried(url, headers, body)
        return Heard(round((loop.time() - began_s) * 1000), status, fault)

    async def _tried(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, Fault | None]:
        status: int | None = None
        fault: Fault | None = None
        try:
            # The rules may be stricter than they were when the address was taken.
            target = target_of(url, loopback=self._loopback)
            addresses = await self._resolve(target.host, target.port)
            # One that leads inside condemns the name: it is an attack, or a mistake that its owner should see.
            if not addresses or not all(may_reach(address, loopback=self._loopback) for address in addresses):
                raise AddressForbidden
            async with asyncio.timeout(self._try_s):
                status = await self._answered(target, addresses, _request(target, headers, body))
        except TimeoutError:
            fault = Fault.TIMEOUT
        except (AddressForbidden, WebhookUrlInvalid):
            fault = Fault.ADDRESS_FORBIDDEN
        except socket.gaierror:
            fault = Fault.NAME_UNKNOWN
        except ssl.SSLError:
            fault = Fault.TLS
        except OSError:
            fault = Fault.UNREACHABLE
        except (ValueError, EOFError):
            fault = Fault.ANSWER_INVALID
        if status is not None and status not in _TAKEN:
            fault = Fault.REDIRECTED if status in _REDIRECTING else Fault.REFUSED
        return status, fault

    async def _answered(self, target: Target, addresses: Sequence[Address], request: bytes) -> int:
        """The answer's status. Raises OSError, ValueError and EOFError."""
        reader, writer = await self._reached(target, addresses)
        try:
            writer.write(request)
            await writer.drain()
            return await _status(reader)
        finally:
            # Nobody waits for a stranger to agree that this is over.
            writer.transport.abort()

    async def _reached(self, target: Target, addresses: Sequence[Address]) -> Stream:
        # One of each family: a machine that lacks one of them reaches whoever is there by the other.
        families: dict[int, Address] = {}
        for address in addresses:
            families.setdefault(address.version, address)
        first, *others = families.values()
        if not others:
            return await self._connect(first, target)
        try:
            # One that swallows what is sent to it leaves the other half of the time.
            async with asyncio.timeout(self._try_s / 2):
                return await self._connect(first, target)
        except ssl.SSLError:
            # Reached, and whoever is there is not who they should be: that is told, not tried elsewhere.
            raise
        except OSError:
            return await self._connect(others[0], target)

    async def _connected(self, address: Address, target: Target) -> Stream:
        return await asyncio.open_connection(
            str(address),
            target.port,
            limit=_LINE_BYTES_MAX,
            ssl=self._trust if target.is_https else None,
            # The certificate is the name's, though the connection is the address's.
            server_hostname=target.host if target.is_https else None,
        )


class Names:
    """Looks names up in threads of its own: a stranger's silent name server keeps nobody else's threads.

    They hold up no end of the process, either: what a name stands for is worth no waiting.
    """

    def __init__(self, look: Look | None = None, *, lookup_s: float = LOOKUP_S) -> None:
        """`look` waits as it asks."""
        self._look = look or _looked_up
        self._lookup_s = lookup_s

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        """Every address that a name stands for now. Raises OSError, and TimeoutError once its thread has ended."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Sequence[Address]] = loop.create_future()

        def settle(addresses: Sequence[Address], error: OSError | None) -> None:
            if found.cancelled():
                return
            if error is None:
                found.set_result(addresses)
            else:
                found.set_exception(error)

        def look() -> None:
            addresses: Sequence[Address] = ()
            fault: OSError | None = None
            try:
                addresses = self._look(host, port)
            except OSError as error:
                fault = error
            # Nobody is there any more when the process ends.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, addresses, fault)

        threading.Thread(target=look, name="webhook-name", daemon=True).start()
        in_time, _ = await asyncio.wait((found,), timeout=self._lookup_s)
        if not in_time:
            # Whoever has such a name holds one thread and one place, not one thread more with each try.
            await asyncio.wait((found,), timeout=_LOOKUP_S_MAX)
            found.cancel()
            raise TimeoutError
        return found.result()


def _looked_up(host: str, port: int) -> Sequence[Address]:
    found = socket.getaddrinfo(_to_its_end(host), port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(ipaddress.ip_address(address[0]) for *_, address in found))


def _to_its_end(host: str) -> str:
    """The name as it stands from the root: without its dot this machine's search domains would be tried on it.

    Of ours alone: certificates, SNI and the header Host have names without it.
    """
    is_name = ":" not in host and not host.replace(".", "").isdigit() and host != "localhost"
    return f"{host}." if is_name else host


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = {
        "Host": target.authority,
        "User-Agent": _USER_AGENT,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


async def _status(reader: asyncio.StreamReader) -> int:
    """The status of the answer. Raises ValueError for what is none, EOFError and OSError."""
    status = await _status_line(reader)
    lines = 0
    while status in _INFORMING:
        # What only informs is passed over, with its headers, up to the answer itself.
        while (await _line(reader)).strip():
            lines += 1
            if lines > _LINES_MAX:
                raise ValueError("an answer that does not come to its point")
        lines += 1
        status = await _status_line(reader)
    return status


async def _status_line(reader: asyncio.StreamReader) -> int:
    match = _STATUS_LINE.fullmatch(await _line(reader))
    if match is None:
        raise ValueError("no answer of HTTP")
    return int(match[1])


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError as error:
        raise ValueError("a line without an end") from error
