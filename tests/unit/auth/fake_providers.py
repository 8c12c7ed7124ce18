"""Browsers on their way to a provider, in memory, and a provider that says what a test has it say."""

from __future__ import annotations

import datetime
from pathlib import Path

from services.auth.app.provider_ports import Connection, Offered, Providers
from services.auth.domain.identity import NEVER
from services.auth.domain.provider import Provider
from services.auth.domain.provider_errors import ProviderAnswerRefused
from services.auth.domain.provider_sign_in import ProviderSignIn, Told
from tests.unit.auth.fake_rows import Rows


class FakeProviderSignIns:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, sign_in: ProviderSignIn) -> None:
        self._rows.provider_sign_ins[sign_in.state_hash] = sign_in

    async def of_state(self, state_hash: bytes) -> ProviderSignIn | None:
        return self._rows.provider_sign_ins.get(state_hash)

    async def of_browser(self, browser_hash: bytes) -> ProviderSignIn | None:
        found = (each for each in self._rows.provider_sign_ins.values() if each.browser_hash == browser_hash)
        return next(found, None)

    async def change(self, sign_in: ProviderSignIn) -> None:
        self._rows.provider_sign_ins[sign_in.state_hash] = sign_in

    async def remove(self, state_hash: bytes) -> None:
        self._rows.provider_sign_ins.pop(state_hash, None)

    async def connections(self, user_id: str) -> list[Connection]:
        theirs = [each for each in self._rows.identities.values() if each.user_id == user_id and each.ended_at is None]
        made = [Connection(each.issuer, self._rows.claimed[each.issuer, each.subject]) for each in theirs]
        return sorted(made, key=lambda each: (each.connected_at, each.issuer))

    async def disconnect(self, user_id: str, issuer: str) -> bool:
        theirs = [
            key
            for key, each in self._rows.identities.items()
            if (each.user_id, each.issuer) == (user_id, issuer) and each.ended_at is None
        ]
        for key in theirs:
            del self._rows.identities[key]
        return bool(theirs)

    async def disconnect_all(self, user_id: str) -> None:
        for key, each in list(self._rows.identities.items()):
            if each.user_id == user_id and each.told_at == NEVER and each.ended_at is None:
                del self._rows.identities[key]

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        over = [key for key, each in self._rows.provider_sign_ins.items() if each.expires_at < expired_before][:limit]
        for state_hash in over:
            del self._rows.provider_sign_ins[state_hash]
        left = [key for key, each in self._rows.identities.items() if each.is_new][:limit]
        for identity in left:
            del self._rows.identities[identity]
        return max(len(over), len(left))


class SayingProvider:
    """A road whose other end is the test."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.told: Told | Exception = Told("subject-1")
        self.away: Exception | None = None
        self.asked: list[tuple[str, str, str]] = []
        """State, nonce and challenge of each start."""
        self.redeemed: list[str] = []
        self.asks_anew = False

    async def authorization_url(self, state: str, nonce: str, challenge: str, *, again: bool) -> str:
        if self.away is not None:
            raise self.away
        self.asks_anew = again
        self.asked.append((state, nonce, challenge))
        return f"{self.issuer}/authorize?state={state}"

    async def check_issuer(self, issuer: str) -> None:
        if issuer not in ("", self.issuer):
            raise ProviderAnswerRefused("iss")

    async def redeem(self, code: str, sign_in: ProviderSignIn) -> Told:
        self.redeemed.append(code)
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


def offering(*roads: SayingProvider) -> Providers:
    """Providers named one, two and so on by their roads' issuers."""
    offered = {}
    for number, road in enumerate(roads):
        name = ("one", "two", "three")[number]
        provider = Provider(name, "oidc", name.title(), road.issuer, "client", Path("unread"))
        offered[name] = Offered(provider, road)
    return Providers(offered)
