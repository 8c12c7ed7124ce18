"""What auth needs to sign people in by OpenID providers."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Protocol

from services.auth.domain.provider import Provider
from services.auth.domain.provider_sign_in import ProviderSignIn, Told


@dataclasses.dataclass(frozen=True)
class Connection:
    """An identity of a person's, by its issuer, and since when."""

    issuer: str
    connected_at: datetime.datetime


class ProviderSignIns(Protocol):
    """Browsers on their way, and the identities that they came to be connected by, within a unit of work."""

    async def add(self, sign_in: ProviderSignIn) -> None:
        """Store a new one."""
        ...

    async def of_state(self, state_hash: bytes) -> ProviderSignIn | None:
        """One, which nobody else changes until the work commits."""
        ...

    async def of_browser(self, browser_hash: bytes) -> ProviderSignIn | None:
        """One, which nobody else changes until the work commits."""
        ...

    async def change(self, sign_in: ProviderSignIn) -> None:
        """Store what became of one."""
        ...

    async def remove(self, state_hash: bytes) -> None:
        """Forget one."""
        ...

    async def connections(self, user_id: str) -> list[Connection]:
        """Identities of a person that have not ended, the oldest first."""
        ...

    async def disconnect(self, user_id: str, issuer: str) -> bool:
        """Forget a person's identity of an issuer; false where there is none that has not ended."""
        ...

    async def disconnect_all(self, user_id: str) -> None:
        """Forget every identity that a person came to by a provider."""
        ...

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove `limit` that expired before then at most; the number removed.

        As many identities go with them whose account was erased, where no issuer tells of them any more.
        """
        ...


class ProviderRoad(Protocol):
    """The way to a provider and back."""

    async def authorization_url(self, state: str, nonce: str, challenge: str, *, again: bool) -> str:
        """Its page, with all that is asked of it; `again` has it ask who somebody is anew. Raises ProviderAway."""
        ...

    async def check_issuer(self, issuer: str) -> None:
        """Whether an answer with this `iss`, or with an empty one, can be this provider's. Raises as `redeem` does."""
        ...

    async def redeem(self, code: str, sign_in: ProviderSignIn) -> Told:
        """Whom the code stands for, asked anew where that was to be. Raises ProviderAway or ProviderAnswerRefused."""
        ...


@dataclasses.dataclass(frozen=True)
class Offered:
    """A provider that is set up, and the way to it."""

    provider: Provider
    road: ProviderRoad


@dataclasses.dataclass(frozen=True)
class Providers:
    """All that are set up, by their names in their order."""

    offered: Mapping[str, Offered] = dataclasses.field(default_factory=dict)
    other_issuers: Sequence[str] = ()
    """Further issuers whose people can sign in without a password of ours."""
    takes_passkeys: bool = False
    """Whether this server has a name that passkeys are bound to, so that they sign in as well."""

    def of_issuer(self, issuer: str) -> Provider | None:
        """The provider of an identity; None for one that is not set up."""
        return next((each.provider for each in self.offered.values() if each.provider.issuer == issuer), None)
