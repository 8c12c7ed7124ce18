"""JSON over HTTPS from issuers: with a deadline and a limit on its size, and without following anybody elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import httpx

from services.auth.domain.errors import IssuerAway

DEADLINE_S = 10.0
BYTES_MAX = 8 * 1024 * 1024


class HttpDocuments:
    """One client for all issuers, as a part of the process."""

    name = "issuers"

    def __init__(self) -> None:
        """Connections are made when they are first needed."""
        self._http = httpx.AsyncClient(follow_redirects=False, timeout=DEADLINE_S)

    async def start(self) -> None:
        """Nothing to wait for."""

    async def stop(self) -> None:
        """Close what is open."""
        await self._http.aclose()

    async def text(self, url: str, *, deadline_s: float = DEADLINE_S, bytes_max: int = BYTES_MAX) -> str:
        """A public document. Raises IssuerAway."""
        status, _, body = await self.ask("GET", url, deadline_s=deadline_s, bytes_max=bytes_max)
        if status != httpx.codes.OK:
            raise IssuerAway
        try:
            return body.decode()
        except UnicodeDecodeError as error:
            raise IssuerAway from error

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        deadline_s: float = DEADLINE_S,
        bytes_max: int = BYTES_MAX,
    ) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers and body of an answer. Raises IssuerAway."""
        data = bytearray()
        try:
            async with (
                asyncio.timeout(deadline_s),
                self._http.stream(method, url, headers=headers, data=form) as answer,
            ):
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    if len(data) > bytes_max:
                        raise IssuerAway
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise IssuerAway from error
        return answer.status_code, answer.headers, bytes(data)


def json_of(body: bytes) -> object:
    """The value in a body. Raises IssuerAway for what is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise IssuerAway from error
