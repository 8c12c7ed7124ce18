"""Who is calling, and whether they may call now: bearer tokens, cookies, same-origin, rates, known browsers."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import math
import secrets
import time
from collections.abc import Container, Iterator, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.cookies import ACCESS_COOKIE, REFRESH_COOKIE, device_cookie, put_cookie
from services.gateway.api.endpoint import Call, Rate
from services.gateway.api.problems import Refused, refuse, unsigned
from services.gateway.app.ports import KeyVerifier, TokenVerifier
from services.gateway.domain.bulkhead import Bulkhead, HolderIsFull
from services.gateway.domain.device_stamps import LIFE_S, DeviceStamps
from services.gateway.domain.errors import BackendAway, TokenRefused
from services.gateway.domain.identity import Identity
from services.gateway.domain.pace import Buckets, Pace
from services.gateway.domain.sign_in_tries import AccountTries, Patience

API_KEY_PREFIX = "sks_"
"""What tells a key from an access token; what follows is auth's."""
_WRONG = frozenset({"WRONG_CREDENTIALS", "WRONG_PASSWORD"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclasses.dataclass(frozen=True)
class Paces:
    """How fast people may call, and how many requests of one person may be answered at once."""

    requests: Pace
    sign_ins: Pace
    at_once_per_user: int
    tries: Patience


class Admission:
    """Decides about every request before its handler runs."""

    def __init__(
        self,
        verifier: TokenVerifier,
        paces: Paces,
        *,
        keys: KeyVerifier | None = None,
        ended: Container[str] = frozenset(),
        cookie_secure: str = "auto",
        stamps: DeviceStamps | None = None,
    ) -> None:
        """`keys` verifies what begins as an API key does, `ended` has the sessions that are over.

        `cookie_secure` is auto, always or never. Without `stamps` no browser is known by where it signed in before.
        """
        self._verifier = verifier
        self._keys = keys
        self._ended = ended
        self._cookie_secure = cookie_secure
        self._stamps = stamps
        self._by_address = Buckets(paces.requests)
        self._by_person = Buckets(paces.requests)
        self._by_key = Buckets(paces.requests)
        self._sign_ins = Buckets(paces.sign_ins)
        self._tries = AccountTries(paces.tries, secrets.token_bytes(32))
        self._at_once = Bulkhead(paces.at_once_per_user)

    def pace_address(self, request: Request, rate: Rate) -> None:
        """Count a request against its address. Raises Refused."""
        if rate is Rate.FREE:
            return
        address = request.state.address
        _take(request, "address", self._by_address, address)
        if rate is Rate.SIGN_IN:
            _take(request, "sign-in", self._sign_ins, address)

    def pace_person(self, request: Request, caller: Identity) -> None:
        """Count a request against its person, and against the key that speaks for them. Raises Refused."""
        if caller.key_id:
            _take(request, "key", self._by_key, caller.key_id)
        _take(request, "person", self._by_person, caller.user_id)

    @contextlib.contextmanager
    def try_of(self, email: str, request: Request | None = None) -> Iterator[None]:
        """Around a try to sign in to an account, whether or not there is one. Raises Refused.

        A wrong password, and a caller who leaves before the answer, count as failed; any other refusal is no verdict.
        `request` may show by its cookie that its browser was signed in to the account before.
        """
        shown = "" if request is None else self._device(request, email)
        wait_s, device = self._tries.begin(email, shown, _now_s())
        if wait_s > 0:
            detail = "That is too many tries with this e-mail address in a short time."
            raise refuse(429, "TOO_FAST", detail, Retry_After=str(math.ceil(wait_s)))
        try:
            yield
        except Refused as error:
            if error.problem.reason not in _WRONG:
                self._tries.unheard(email, device, _now_s())
            raise
        self._tries.succeeded(email, device, _now_s())

    @contextlib.contextmanager
    def held(self, call: Call) -> Iterator[None]:
        """Around the whole answer: one reader's slow downloads must not fill the gateway. Raises Refused."""
        holder = ""
        if call.caller is not None:
            holder = call.caller.user_id
        elif call.endpoint.rate is Rate.GUEST:
            holder = call.request.state.address
        if not holder:
            yield
            return
        with contextlib.ExitStack() as place:
            try:
                place.enter_context(self._at_once.place(holder))
            except HolderIsFull as error:
                detail = "Too many of your requests are being answered."
                raise refuse(429, "TOO_MANY_AT_ONCE", detail, Retry_After="1") from error
            yield

    async def identify(self, request: Request) -> Identity:
        """The signed-in person; a failure counts against the address. Raises Refused."""
        try:
            return await self._identified(request)
        except Refused:
            self.pace_address(request, Rate.NORMAL)
            raise

    async def _identified(self, request: Request) -> Identity:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer" or not token.strip():
                raise unsigned("The Authorization header holds no bearer token.", error="invalid_request")
            # Of keys the header alone is heeded: a browser sends cookies by itself.
            if self._keys is not None and token.strip().startswith(API_KEY_PREFIX):
                return await self._verified(token.strip(), self._keys, "API key")
            return await self._verified(token.strip(), self._verifier)
        token = request.cookies.get(ACCESS_COOKIE, "")
        if not token:
            raise unsigned()
        if request.method not in _READING:
            require_same_origin(request)
        return await self._verified(token, self._verifier)

    async def require_still(self, request: Request, caller: Identity) -> None:
        """Whether what let `caller` in has not ended since; a token that ran out meanwhile has not. Raises Refused."""
        if caller.session_id and caller.session_id in self._ended:
            raise unsigned("The session has ended meanwhile.", error="invalid_token")
        if not caller.key_id or self._keys is None:
            return
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        try:
            await self._keys.require_still(token, caller)
        except TokenRefused as error:
            raise unsigned("The API key was revoked meanwhile.", error="invalid_token") from error

    async def _verified(self, token: str, verifier: TokenVerifier, kind: str = "access token") -> Identity:
        try:
            return await verifier.verify(token)
        except TokenRefused as error:
            remedy = " Make another on the account's page." if kind == "API key" else ""
            raise unsigned(f"The {kind} is not valid, or no longer.{remedy}", error="invalid_token") from error
        except BackendAway as error:
            raise refuse(503, "UNREACHABLE", "Sign-in is not available right now.", Retry_After="2") from error

    def set_cookies(self, response: Response, request: Request, tokens: Mapping[str, tuple[str, int]]) -> None:
        """Put what each cookie holds, and for how long, into the answer."""
        for name, (value, life_s) in tokens.items():
            put_cookie(response, name, value, life_s=life_s, is_secure=self._is_secure(request))

    def remember_device(self, response: Response, request: Request, email: str) -> None:
        """Have the browser known from now on as one that was signed in to this account. Signing out changes nothing."""
        if self._stamps is None or not email:
            return
        is_secure = self._is_secure(request)
        name = device_cookie(is_secure=is_secure)
        value = self._stamps.stamped(request.cookies.get(name, ""), email, time.time())
        put_cookie(response, name, value, life_s=LIFE_S, is_secure=is_secure)

    def follow_address(self, response: Response, request: Request, old_email: str, email: str) -> None:
        """Have a browser that is known by an account's old address known by its new one; no other."""
        # Whoever reads the mail may be on a machine where nobody ever signed in.
        if old_email and self._device(request, old_email):
            self.remember_device(response, request, email)

    def _device(self, request: Request, email: str) -> str:
        if self._stamps is None:
            return ""
        name = device_cookie(is_secure=self._is_secure(request))
        return self._stamps.device(request.cookies.get(name, ""), email, time.time())

    def clear_cookies(self, response: Response, request: Request) -> None:
        """Take both cookies away."""
        self.set_cookies(response, request, {ACCESS_COOKIE: ("", 0), REFRESH_COOKIE: ("", 0)})

    def _is_secure(self, request: Request) -> bool:
        return self._cookie_secure == "always" or (self._cookie_secure == "auto" and bool(request.state.is_https))


def require_same_origin(request: Request) -> None:
    """A request that changes something and rides on a cookie must come from our own page. Raises Refused."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        is_ours = site == "same-origin"
    else:
        origin = request.headers.get("origin", "")
        is_ours = bool(origin) and urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    if not is_ours:
        raise refuse(403, "CROSS_SITE", "This request did not come from our own pages.")


def _take(request: Request, policy: str, buckets: Buckets, key: str) -> None:
    """Take a token, and tell in the answer's headers where that leaves the key. Raises Refused."""
    standing, pace = buckets.take(key, _now_s()), buckets.pace
    # draft-ietf-httpapi-ratelimit-headers-11: lists of a policy's name with its parameters.
    told = {
        "RateLimit-Policy": f'"{policy}";q={pace.burst};w={pace.window_s}',
        "RateLimit": f'"{policy}";r={standing.left};t={math.ceil(standing.next_s)}',
    }
    headers = request.scope["state"]["headers"]
    for name, item in told.items():
        headers[name] = f"{headers[name]}, {item}" if name in headers else item
    if standing.wait_s > 0:
        detail, wait = "That is too many requests in a short time.", str(math.ceil(standing.wait_s))
        raise refuse(429, "TOO_FAST", detail, Retry_After=wait)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
