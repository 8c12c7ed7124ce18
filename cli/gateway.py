"""The gateway's HTTP interface, as the command line uses it: signed in, patient with restarts, plain about refusals."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import platform
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Protocol

import httpx

from cli.addresses import is_loopback
from cli.exits import NOT_RUNNING, CommandFault
from cli.silence import Silence

PATIENCE_S = 60.0
"""How long a gateway that is being restarted is waited for."""
_PAUSE_S = 0.5
_CONNECT_S = 5.0
_ANSWER_S = 30.0
_OVERDUE_S = 3.0
"""How long a usual answer may take before a person should know what is waited for."""
_EVENT_OVERDUE_S = 20.0
"""Longer than the pause between two signs of life of an event stream, which is 15 s."""
_WISHED_PAUSE_S_MAX = 30.0
"""Longest pause that a server's Retry-After is believed for: whatever stands on the way may say anything."""
_PARTING_S = 5.0
"""How long a command that ends waits to have its session ended."""
_BUSY = frozenset({429, 502, 503, 504})

Json = dict[str, Any]
"""A JSON object of the gateway; its shape is the OpenAPI document's."""


class Refused(Exception):
    """The gateway refused a request for a reason that asking again will not change; the text is for people."""

    def __init__(self, status: int, problem: Mapping[str, object]) -> None:
        """`problem` is the RFC 9457 document."""
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP {status}"))
        self.status = status
        self.reason = str(problem.get("reason", ""))
        facts = problem.get("facts")
        self.facts: Mapping[str, str] = facts if isinstance(facts, Mapping) else {}


@dataclasses.dataclass
class Tokens:
    """What a signed-in client holds."""

    access: str
    refresh: str


class Keeping(Protocol):
    """Where a session is kept between commands."""

    def read(self) -> Tokens | None:
        """The session; None when there is none."""
        ...

    def write(self, tokens: Tokens) -> None:
        """Keep a session."""
        ...

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Nobody else renews meanwhile. Blocks."""
        ...


class Gateway:
    """One signed-in client."""

    def __init__(self, address: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`address` is the web address of StripSession; `transport` stands in for the network."""
        self.address = address.rstrip("/")
        self._http = httpx.AsyncClient(
            base_url=self.address,
            timeout=httpx.Timeout(_ANSWER_S, connect=_CONNECT_S),
            # By this a person knows the session, under "where you are signed in".
            headers={"User-Agent": f"stripsession ({platform.system()})"},
            transport=transport,
            # No proxy reaches this machine's own loopback.
            trust_env=not is_loopback(httpx.URL(self.address).host),
        )
        self._tokens: Tokens | None = None
        self._kept: Keeping | None = None
        self._is_for_now = False
        self._sign_in_again: Callable[[], Awaitable[None]] | None = None
        self._renewing = asyncio.Lock()
        self._silence = Silence()

    async def close(self) -> None:
        """Close the connections; a session that was opened for this command alone ends first, if it can be told."""
        try:
            if self._is_for_now:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PARTING_S):
                        await self.sign_out()
        finally:
            await self._http.aclose()

    async def redeem_link(self, code: str) -> None:
        """Sign in with a one-time code, until this is closed. Raises Refused."""
        answer = await self._patiently("POST", "/v1/auth/link", json={"code": code}, signed=False)
        self._hold(answer.json())
        self._is_for_now = True

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in with a password, until this is closed. Raises Refused."""
        body = {"email": email, "password": password}
        answer = await self._patiently("POST", "/v1/auth/login", json=body, signed=False)
        if answer.status_code == httpx.codes.ACCEPTED:
            # Nobody is here to read a code: what runs by itself has a key, and a person a page.
            detail = "This account asks for a second step. Sign in with `stripsession login`, or use an API key."
            raise Refused(answer.status_code, {"detail": detail, "reason": "SECOND_STEP_NEEDED"})
        self._hold(answer.json())
        self._is_for_now = True

    def use_key(self, key: str) -> None:
        """Act by an API key."""
        self._tokens = Tokens(access=key, refresh="")

    def keep_session(self, kept: Keeping) -> bool:
        """Act by the session that is kept there, and keep there what it is renewed to; whether there is one."""
        tokens = kept.read()
        if tokens is None:
            return False
        self._tokens, self._kept = tokens, kept
        return True

    def tokens(self) -> Tokens:
        """The session. Raises RuntimeError before there is one."""
        if self._tokens is None:
            raise RuntimeError("nobody is signed in")
        return self._tokens

    async def start_device(self, client_name: str) -> Json:
        """The codes of a program that wants to be signed in. Raises Refused."""
        answer = await self._patiently("POST", "/v1/auth/device", json={"client_name": client_name}, signed=False)
        codes: Json = answer.json()
        return codes

    async def redeem_device(self, device_code: str) -> Json:
        """The session, once it is approved; being too soon is waited for. Raises Refused."""
        body = {"device_code": device_code}
        answer = await self._patiently("POST", "/v1/auth/device/token", json=body, signed=False)
        session: Json = answer.json()
        self._hold(session)
        return session

    async def prove(self, shown: Mapping[str, str]) -> None:
        """Show again who one is, by password or code: dangerous acts are let through for a while. Raises Refused."""
        access = str((await self.json("POST", "/v1/auth/step-up", json=dict(shown)))["access_token"])
        if self._kept is None:
            self._tokens = Tokens(access, self.tokens().refresh)
            return
        async with _alone_with(self._kept):
            # Another command may have renewed the session meanwhile, or ended it: what it spent must not come back.
            newest = self._kept.read()
            self._tokens = Tokens(access, (newest or self.tokens()).refresh)
            if newest is not None:
                self._kept.write(self._tokens)

    async def sign_out(self) -> bool:
        """End the session, if the gateway can be told; false where it could not be."""
        if self._tokens is None:
            return True
        body = {"refresh_token": self._tokens.refresh}
        self._tokens = None
        try:
            return (await self._http.post("/v1/auth/logout", json=body)).is_success
        except httpx.HTTPError:
            return False

    def when_session_ends(self, sign_in_again: Callable[[], Awaitable[None]]) -> None:
        """What opens a new session when the present one cannot be renewed; without it that is a CommandFault."""
        self._sign_in_again = sign_in_again

    def when_silent(self, tell: Callable[[bool], None]) -> None:
        """`tell` hears True when an answer is overdue, and False when none is any more."""
        self._silence.tell = tell

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        answer_s: float = _ANSWER_S,
    ) -> httpx.Response:
        """One signed request, tried again while the gateway is away or busy. Raises Refused and CommandFault.

        `answer_s` is the longest wait for the answer of one try.
        """
        return await self._patiently(method, path, headers=headers, json=json, answer_s=answer_s)

    async def send_once(
        self, method: str, path: str, *, headers: Mapping[str, str], content: AsyncIterator[bytes]
    ) -> httpx.Response:
        """One signed request whose body cannot be repeated; after 401 the session is a new one.

        Raises Refused, CommandFault and httpx.HTTPError.
        """
        tokens = self._tokens
        answer = await self._http.request(method, path, headers=_signed(headers, tokens), content=content)
        if answer.status_code == httpx.codes.UNAUTHORIZED and tokens is not None:
            await self._renew(tokens)
        elif answer.is_error:
            raise Refused(answer.status_code, _problem(answer))
        return answer

    async def json(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        answer_s: float = _ANSWER_S,
    ) -> Json:
        """The same as `call`, for an answer in JSON."""
        answer = await self.call(method, path, headers=headers, json=json, answer_s=answer_s)
        document: Json = answer.json()
        return document

    @contextlib.asynccontextmanager
    async def stream(self, path: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[httpx.Response]:
        """The body of a GET as it arrives, once. Raises Refused, and httpx.HTTPError when the connection breaks."""
        for attempt in range(2):
            tokens = self._tokens
            async with self._http.stream("GET", path, headers=_signed(headers, tokens)) as answer:
                if answer.status_code == httpx.codes.UNAUTHORIZED and attempt == 0 and tokens is not None:
                    await self._renew(tokens)
                    continue
                if answer.is_error:
                    await answer.aread()
                    raise Refused(answer.status_code, _problem(answer))
                yield answer
                return

    async def events(self, path: str) -> AsyncIterator[Json]:
        """The events of a server-sent stream, which is opened again when it breaks. Raises Refused and CommandFault."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_S
        with self._silence.watch(_OVERDUE_S) as watch:
            while True:
                try:
                    async with self.stream(path, {"Accept": "text/event-stream"}) as answer:
                        async for line in answer.aiter_lines():
                            watch.expect(_EVENT_OVERDUE_S)
                            if line.startswith("data:"):
                                event: Json = json.loads(line[5:])
                                yield event
                            deadline = loop.time() + PATIENCE_S
                except httpx.HTTPError as error:
                    if loop.time() > deadline:
                        raise self._silent(error) from error
                except Refused as refusal:
                    waits = refusal.status in _BUSY or refusal.status >= httpx.codes.INTERNAL_SERVER_ERROR
                    if not waits or loop.time() > deadline:
                        raise
                await asyncio.sleep(_PAUSE_S)

    async def _patiently(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        signed: bool = True,
        answer_s: float = _ANSWER_S,
    ) -> httpx.Response:
        # Whoever allows much time knows why, and says what is done meanwhile.
        with self._silence.watch(_OVERDUE_S if answer_s <= _ANSWER_S else answer_s):
            return await self._tried_again(method, path, headers, json, signed, answer_s)

    async def _tried_again(
        self, method: str, path: str, headers: Mapping[str, str] | None, json: object, signed: bool, answer_s: float
    ) -> httpx.Response:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + max(PATIENCE_S, answer_s)
        timeout = httpx.Timeout(answer_s, connect=_CONNECT_S)
        renewed = False
        while True:
            tokens = self._tokens if signed else None
            try:
                answer = await self._http.request(
                    method, path, headers=_signed(headers, tokens), json=json, timeout=timeout
                )
            except httpx.HTTPError as error:
                if loop.time() > deadline:
                    raise self._silent(error) from error
                await asyncio.sleep(_PAUSE_S)
                continue
            if answer.is_success:
                return answer
            if answer.status_code == httpx.codes.UNAUTHORIZED and tokens is not None and not renewed:
                await self._renew(tokens)
                renewed = True
                continue
            if answer.status_code not in _BUSY or loop.time() > deadline:
                raise Refused(answer.status_code, _problem(answer))
            await asyncio.sleep(_wished_pause_s(answer))

    async def _renew(self, spent: Tokens) -> None:
        async with self._renewing:
            # Several requests may find the same token expired; the first renews it for all.
            if self._tokens is not spent:
                return
            if not spent.refresh:
                text = "the API key in STRIPSESSION_API_KEY is not valid, or no longer; make another in your account"
                raise CommandFault(text)
            if self._kept is None:
                await self._spend(spent)
                return
            async with _alone_with(self._kept):
                # Another command may have renewed it: a refresh token shown twice ends its session.
                newest = self._kept.read()
                if newest is not None and newest.refresh != spent.refresh:
                    self._tokens = newest
                    return
                await self._spend(spent)
                self._kept.write(self.tokens())

    async def _spend(self, spent: Tokens) -> None:
        body = {"refresh_token": spent.refresh}
        try:
            answer = await self._patiently("POST", "/v1/auth/refresh", json=body, signed=False)
        except Refused as refusal:
            if refusal.status != httpx.codes.UNAUTHORIZED:
                raise
            # Also when an answer was lost on its way: a refresh token shown twice ends its session.
            if self._sign_in_again is None:
                anew = (
                    "sign in anew with `stripsession login`"
                    if self._kept
                    else "run the same command again to sign in anew"
                )
                raise CommandFault(f"the session has ended; {anew}") from refusal
            await self._sign_in_again()
            return
        self._hold(answer.json())

    def _hold(self, document: Json) -> None:
        self._tokens = Tokens(access=str(document["access_token"]), refresh=str(document["refresh_token"]))

    def _silent(self, error: httpx.HTTPError) -> CommandFault:
        if not is_loopback(httpx.URL(self.address).host):
            text = f"nothing answers at {self.address}; check the address and the connection"
        elif isinstance(error, httpx.ConnectError):
            text = f"StripSession is not running at {self.address}; start it with `stripsession up`"
        else:
            text = f"StripSession runs at {self.address} but does not answer; ask `stripsession doctor` what is wrong"
        return CommandFault(text, NOT_RUNNING)


@contextlib.asynccontextmanager
async def _alone_with(kept: Keeping) -> AsyncIterator[None]:
    lock = kept.locked()
    await asyncio.to_thread(lock.__enter__)
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _wished_pause_s(answer: httpx.Response) -> float:
    """As long as Retry-After says, within reason; the usual pause where it says no number of seconds."""
    wished = answer.headers.get("retry-after", "").strip()
    if not (wished.isascii() and wished.isdigit()):
        return _PAUSE_S
    # Of digits without end, float makes infinity and int a fault.
    return min(max(float(wished), _PAUSE_S), _WISHED_PAUSE_S_MAX)


def _signed(headers: Mapping[str, str] | None, tokens: Tokens | None) -> dict[str, str]:
    signed = dict(headers or {})
    if tokens is not None:
        signed["Authorization"] = f"Bearer {tokens.access}"
    return signed


def _problem(answer: httpx.Response) -> Mapping[str, object]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
