"""What the verbs need of programs: the keys that they show, and those that wait for somebody's approval."""

from __future__ import annotations

import datetime
from typing import Protocol

from services.auth.domain.api_key import ApiKey, Request
from services.auth.domain.device import DeviceSignIn


class ApiKeys(Protocol):
    """API keys within a unit of work."""

    async def locked(self, user_id: str) -> bool:
        """Whether there is such a person; nobody else makes keys of theirs until the work commits."""
        ...

    async def add(self, key: ApiKey, key_hash: bytes, request: Request | None) -> None:
        """Store a new key of a locked person, with the request that made it."""
        ...

    async def made_by(self, user_id: str, name_hash: bytes, since: datetime.datetime) -> tuple[str, bytes] | None:
        """The key that a request of this name made since then, and the request's content_hash.

        What an older request of this name made loses the name, so that it can be given again.
        """
        ...

    async def of_person(self, user_id: str) -> list[ApiKey]:
        """Those that are not revoked, expired ones too, newest first."""
        ...

    async def revoke(self, user_id: str, key_id: str, at: datetime.datetime) -> bool | None:
        """Whether it worked until now; an earlier end stands. None when the person has no such key."""
        ...

    async def revoke_all(self, user_id: str, at: datetime.datetime) -> list[str]:
        """End every key of a person; the ids of those that were not revoked before."""
        ...

    async def of_hash(self, key_hash: bytes) -> ApiKey | None:
        """One key, revoked or not."""
        ...

    async def note_use(self, key_id: str, day: datetime.date) -> None:
        """Remember the day of its last use."""
        ...

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` keys that expired or were revoked before then; the number removed."""
        ...


class DeviceSignIns(Protocol):
    """Programs that wait for somebody's approval, within a unit of work."""

    async def add(self, sign_in: DeviceSignIn) -> bool:
        """Store a new one; false when its user code is taken."""
        ...

    async def of_user_code(self, user_code_hash: bytes) -> DeviceSignIn | None:
        """One, whose row nobody else changes until the work commits."""
        ...

    async def owner(self, device_hash: bytes) -> str | None:
        """Who looked at one or answered it; it is not locked by this."""
        ...

    async def of_device(self, device_hash: bytes) -> DeviceSignIn | None:
        """One, whose row nobody else changes until the work commits."""
        ...

    async def change(self, sign_in: DeviceSignIn) -> None:
        """Store what became of a locked one."""
        ...

    async def remove(self, device_hash: bytes) -> None:
        """Forget one, whose codes open nothing any more."""
        ...

    async def remove_of(self, user_id: str) -> None:
        """Forget all that a person looked at or answered."""
        ...

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` that expired before then; the number removed."""
        ...
