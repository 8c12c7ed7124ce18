"""What the verbs need of people who are erased."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Protocol


class People(Protocol):
    """People who are erased, within a unit of work."""

    async def erase(self, user_id: str, at: datetime.datetime, ended_before: datetime.datetime) -> bool:
        """Remove all of a closed account but sessions that ended later than that, which hold the account's empty row.

        Whether nothing was left. The identity of another issuer stays as ended, and leads to nobody.
        """
        ...

    async def end_identities(self, user_id: str, at: datetime.datetime) -> None:
        """From now on no other issuer speaks for a person; those that had ended stay as they were."""
        ...

    async def counts(self, user_id: str) -> Mapping[str, int]:
        """What was removed, by kind."""
        ...

    async def closed(self, before: datetime.datetime, limit: int) -> list[tuple[str, datetime.datetime]]:
        """People whose account was closed before then and is still there, and when it was; the longest first."""
        ...
