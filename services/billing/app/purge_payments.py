"""Remove the payment records of people whose erasure was finished seven years ago."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import time
from collections.abc import Mapping
from typing import Protocol

STEP = 1_000
"""Records that one transaction removes."""
_PATIENCE_S = 10.0
"""Retention waits longer than this for an answer, and asks again for what is left then."""


class Records(Protocol):
    """Where payment records are, so far as their end goes. Each call is one transaction."""

    async def purge_some(self, older_than: datetime.datetime, limit: int) -> Mapping[str, int] | None:
        """Remove up to so many records of one person whose life ended before then; None once nobody is to be found.

        Whom another process is at is left to it.
        """
        ...

    async def holds_any(self, older_than: datetime.datetime) -> bool:
        """Whether any record is left whose life ended before then, also where another process is at it."""
        ...


@dataclasses.dataclass(frozen=True)
class Purged:
    """How far it has come, and what this call removed, by kind."""

    is_finished: bool
    counts: Mapping[str, int]


async def purge_payments(records: Records, older_than: datetime.datetime) -> Purged:
    """Remove what is past its life, step by step. Idempotent: it is asked again until it is finished.

    A crash keeps what was removed, and the next call goes on. Several at once share the people.
    """
    total: collections.Counter[str] = collections.Counter()
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        step = await records.purge_some(older_than, STEP)
        if step is None:
            return Purged(not await records.holds_any(older_than), +total)
        total.update(step)
    return Purged(False, +total)
