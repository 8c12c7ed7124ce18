"""What requests about privacy need of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.retention.app.account_ports import AccountWork
from services.retention.app.ports import Clock
from services.retention.domain.account_erasure import AccountErasure
from services.retention.domain.privacy_request import PrivacyRequest, Untold


@dataclasses.dataclass(frozen=True)
class RequestPlace:
    """Where a page begins: after the request with this day or moment, and this number."""

    at: datetime.datetime
    number: str


class RequestWork(AccountWork, Protocol):
    """One unit of work on requests, and on the erasures that a report of a child begins."""

    async def sending(self, user_id: str) -> None:
        """Hold what decides whether one more may be sent, until the work commits; nobody's are those of strangers."""
        ...

    async def add_request(self, request: PrivacyRequest, token_hash: bytes | None) -> None:
        """Note a new one."""
        ...

    async def request_by_key(self, user_id: str, idempotency_key: str) -> PrivacyRequest | None:
        """The one that a person sent under this key."""
        ...

    async def open_count(self, user_id: str) -> int:
        """How many of a person wait; of strangers for nobody."""
        ...

    async def requests_of(self, user_id: str, limit: int) -> Sequence[PrivacyRequest]:
        """A person's, newest first."""
        ...

    async def followed(self, number: str, token_hash: bytes) -> PrivacyRequest | None:
        """The one of this number, where it is followed by this token."""
        ...

    async def request(self, number: str) -> PrivacyRequest | None:
        """As it was committed last."""
        ...

    async def locked_request(self, number: str) -> PrivacyRequest | None:
        """One, which nobody else changes until the work commits."""
        ...

    async def save_request(self, request: PrivacyRequest, tell_at: datetime.datetime) -> None:
        """Store the changes of a locked one; where anything is to be told, it is tried from that moment on."""
        ...

    async def open_page(self, after: RequestPlace | None, limit: int) -> Sequence[PrivacyRequest]:
        """Those that wait, soonest due first."""
        ...

    async def ended_page(self, after: RequestPlace | None, limit: int) -> Sequence[PrivacyRequest]:
        """Those that ended, last ended first."""
        ...

    async def claim_untold(
        self, now: datetime.datetime, until: datetime.datetime, limit: int
    ) -> Sequence[PrivacyRequest]:
        """Those of which somebody is to be told now; they are left alone by others until then."""
        ...

    async def empty_requests(self, ended_before: datetime.datetime, limit: int) -> int:
        """Remove what was written, and whose it was, from so many that ended before then; the number of them."""
        ...

    async def forget_requests(self, ended_before: datetime.datetime, limit: int) -> int:
        """Remove at most so many that ended before then; the number removed."""
        ...

    async def soonest_due(self) -> datetime.date | None:
        """The first legal day of those that wait."""
        ...

    async def oldest_untold(self) -> datetime.datetime | None:
        """When the first was answered or extended of which nobody could be told yet."""
        ...

    async def note_child(self, user_id: str) -> None:
        """Keep with an erasure that it is of a child."""
        ...


class Requests(Protocol):
    """Where they are."""

    def transaction(self) -> AbstractAsyncContextManager[RequestWork]:
        """A unit of work."""
        ...


class Notices(Protocol):
    """Whoever can write to people."""

    async def tell(self, request: PrivacyRequest, what: Untold) -> None:
        """Let a mail wait for whoever sent it. Idempotent. Raises HolderFailed."""
        ...


@dataclasses.dataclass(frozen=True)
class RequestPorts:
    """Everything that these verbs may need."""

    requests: Requests
    notices: Notices | None
    """None where this installation does not name auth: what is to be told waits."""
    clock: Clock


@dataclasses.dataclass(frozen=True)
class ReportedChild:
    """The erasure of a child, and whether it was begun just now."""

    erasure: AccountErasure
    is_new: bool
