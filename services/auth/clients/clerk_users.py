"""Clerk's backend API: its list of users, which is the truth that webhooks only hurry along."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote, urlencode

import httpx

from services.auth.clients.http_documents import HttpDocuments, json_of
from services.auth.domain.clerk_user import read_user
from services.auth.domain.errors import IssuerAway, WebhookUnreadable
from services.auth.domain.identity import Profile

PAGE = 100
PAUSE_S = 0.2
"""Between pages: a list of everybody is in no hurry, and others use the same quota."""
_TRIES_MAX = 4
_WAIT_S_MAX = 60.0


class ClerkUsers:
    """Reads users with the secret key."""

    def __init__(
        self,
        http: HttpDocuments,
        api_url: str,
        secret_key: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`api_url` has no slash at its end."""
        self._http = http
        self._api_url = api_url
        self._headers = {"Authorization": f"Bearer {secret_key}"}
        self._sleep = sleep

    async def page(self, offset: int) -> Sequence[Profile]:
        """The people from this one on, oldest first; empty after the last. Raises IssuerAway."""
        if offset:
            await self._sleep(PAUSE_S)
        query = urlencode({"limit": PAGE, "offset": offset, "order_by": "+created_at"})
        status, body = await self._patiently(f"/v1/users?{query}")
        users = json_of(body) if status == httpx.codes.OK else None
        if not isinstance(users, list):
            raise IssuerAway
        return [_profile(user) for user in users]

    async def profile(self, subject: str) -> Profile | None:
        """One of them; None when Clerk says that there is no such user. Raises IssuerAway."""
        status, body = await self._patiently(f"/v1/users/{quote(subject, safe='')}", waits=False)
        if status == httpx.codes.NOT_FOUND and _is_clerks(body):
            return None
        if status != httpx.codes.OK:
            raise IssuerAway
        return _profile(json_of(body))

    async def _patiently(self, path: str, *, waits: bool = True) -> tuple[int, bytes]:
        """Status and body, once Clerk is no longer asked too much. Who waits for an answer is not kept waiting."""
        for left in range(_TRIES_MAX if waits else 1, 0, -1):
            status, headers, body = await self._http.ask("GET", self._api_url + path, headers=self._headers)
            if status != httpx.codes.TOO_MANY_REQUESTS:
                return status, body
            if left > 1:
                await self._sleep(_wait_s(headers.get("retry-after", "")))
        raise IssuerAway


def _wait_s(text: str) -> float:
    return min(float(text), _WAIT_S_MAX) if text.isascii() and text.isdigit() else 1.0


def _is_clerks(body: bytes) -> bool:
    """Whether a 404 is Clerk's own word on a user and not that of something on the way."""
    said = json_of(body)
    errors = said.get("errors") if isinstance(said, dict) else None
    return isinstance(errors, list) and any(
        isinstance(each, dict) and each.get("code") == "resource_not_found" for each in errors
    )


def _profile(user: object) -> Profile:
    if not isinstance(user, dict):
        raise IssuerAway
    try:
        return read_user(user)
    except WebhookUnreadable as error:
        raise IssuerAway from error
