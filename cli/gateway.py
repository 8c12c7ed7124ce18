"""The gateway's HTTP interface, as the command line uses it: signed in, patient with restarts, plain about refusals."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from cli.exits import NOT_RUNNING, CommandFault

PATIENCE_S = 60.0
"""How long a gateway that is being restarted is waited for."""
_PAUSE_S = 0.5
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)

Json = dict[str, Any]
"""A JSON object of the gateway; its shape is the OpenAPI document's."""


class Refused(Exception):
    """The gateway refused a request for a reason that asking again will not change; the text is for people."""

    def __init__(self, status: int, problem: Mapping[str, object]) -> None:
        """`problem` is the RFC 9457 document."""
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP {status}"))
        self.status = status
        self.reason = str(problem.get("reason", ""))


@dataclasses.dataclass
class Tokens:
    """What a signed-in client holds."""

    access: str
    refresh: str


class Gateway:
    """One signed-in client."""

    def __init__(self, address: str) -> None:
        """`address` is the web address of StripSession."""
        self.address = address.rstrip("/")
        self._http = httpx.AsyncClient(base_url=self.address, timeout=_TIMEOUT)
        self._tokens: Tokens | None = None
        self._refreshing = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def redeem_link(self, code: str) -> None:
        """Sign in with a one-time code. Raises Refused."""
        answer = await self._patiently("POST", "/v1/auth/link", json={"code": code})
        self._hold(answer.json())

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in with a password. Raises Refused."""
        answer = await self._patiently("POST", "/v1/auth/login", json={"email": email, "password": password})
        self._hold(answer.json())

    async def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, json: object = None
    ) -> httpx.Response:
        """One signed request, tried again while the gateway is away or busy. Raises Refused and CommandFault."""
        return await self._patiently(method, path, headers=self._signed(headers), json=json)

    async def send_once(
        self, method: str, path: str, *, headers: Mapping[str, str], content: AsyncIterator[bytes]
    ) -> httpx.Response:
        """One signed request whose body cannot be repeated. Raises Refused and httpx.HTTPError."""
        answer = await self._http.request(method, path, headers=self._signed(headers), content=content)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            await self._refresh()
        if answer.is_error and answer.status_code != httpx.codes.UNAUTHORIZED:
            raise Refused(answer.status_code, _problem(answer))
        return answer

    async def json(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, json: object = None
    ) -> Json:
        """The same, for an answer in JSON."""
        answer = await self.call(method, path, headers=headers, json=json)
        document: Json = answer.json()
        return document

    @contextlib.asynccontextmanager
    async def stream(self, path: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[httpx.Response]:
        """The body of a GET as it arrives, once. Raises Refused, and httpx.HTTPError when the connection breaks."""
        for attempt in range(2):
            async with self._http.stream("GET", path, headers=self._signed(headers)) as answer:
                if answer.status_code == httpx.codes.UNAUTHORIZED and attempt == 0:
                    await self._refresh()
                    continue
                if answer.is_error:
                    await answer.aread()
                    raise Refused(answer.status_code, _problem(answer))
                yield answer
                return

    async def events(self, path: str) -> AsyncIterator[Json]:
        """The events of a server-sent stream; the stream is opened again when it breaks."""
        while True:
            try:
                async with self.stream(path, {"Accept": "text/event-stream"}) as answer:
                    async for line in answer.aiter_lines():
                        if line.startswith("data:"):
                            event: Json = json.loads(line[5:])
                            yield event
            except httpx.HTTPError:
                pass
            except Refused as refusal:
                if refusal.status < httpx.codes.INTERNAL_SERVER_ERROR:
                    raise
            await asyncio.sleep(_PAUSE_S)

    async def _patiently(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, json: object = None
    ) -> httpx.Response:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_S
        refreshed = False
        while True:
            pause_s = _PAUSE_S
            try:
                answer = await self._http.request(method, path, headers=headers, json=json)
            except httpx.HTTPError as error:
                if loop.time() > deadline:
                    text = f"StripSession does not answer at {self.address}; start it with `stripsession up`"
                    raise CommandFault(text, NOT_RUNNING) from error
                await asyncio.sleep(pause_s)
                continue
            if answer.is_success:
                return answer
            if answer.status_code == httpx.codes.UNAUTHORIZED and self._tokens is not None and not refreshed:
                await self._refresh()
                headers = self._signed(headers)
                refreshed = True
                continue
            waits = answer.status_code in (429, 502, 503, 504)
            if not waits or loop.time() > deadline:
                raise Refused(answer.status_code, _problem(answer))
            with contextlib.suppress(ValueError):
                pause_s = float(answer.headers.get("retry-after", pause_s))
            await asyncio.sleep(pause_s)

    async def _refresh(self) -> None:
        spent = self._tokens
        async with self._refreshing:
            # Several requests may find the token expired at once; the first renews it for all.
            if self._tokens is not spent or spent is None:
                return
            self._tokens = None
            answer = await self._patiently("POST", "/v1/auth/refresh", json={"refresh_token": spent.refresh})
            self._hold(answer.json())

    def _hold(self, document: Json) -> None:
        self._tokens = Tokens(access=str(document["access_token"]), refresh=str(document["refresh_token"]))

    def _signed(self, headers: Mapping[str, str] | None) -> dict[str, str]:
        signed = dict(headers or {})
        if self._tokens is not None:
            signed["Authorization"] = f"Bearer {self._tokens.access}"
        return signed


def _problem(answer: httpx.Response) -> Mapping[str, object]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
