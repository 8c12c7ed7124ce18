"""What auth needs to take in people of other issuers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from services.auth.app.ports import Ports
from services.auth.domain.identity import Profile


class IssuerUsers(Protocol):
    """An issuer's own list of its people. Each method may raise IssuerAway."""

    async def page(self, offset: int) -> Sequence[Profile]:
        """The people from this one on, oldest first; empty after the last."""
        ...

    async def profile(self, subject: str) -> Profile | None:
        """One of them; None when the issuer has no such person."""
        ...


@dataclasses.dataclass(frozen=True)
class Clerk:
    """Clerk, where it is set up."""

    issuer: str
    users: IssuerUsers
    webhook_key: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Federation:
    """Auth's ports, and the issuers besides itself."""

    ports: Ports
    clerk: Clerk | None = None
