"""Erase every upload whose time has come."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from services.retention.app.ports import Ports
from services.retention.domain.erasure import Duty, Erasure, retry_after
from services.retention.domain.errors import ErasureFailed, LibraryAway
from services.retention.domain.facts import UploadErased

CLAIM_LIFE = datetime.timedelta(seconds=30)
"""A duty taken by a process that died is taken again after this; longer than the library's client waits."""
_AT_ONCE = 8
_CONCLUDED_AGAIN = 2
"""How often evidence is noted again that could not be: as often as its claim surely lasts, whatever it waited for."""


@dataclasses.dataclass(frozen=True)
class Round:
    """What one round did."""

    erased: Sequence[Erasure]
    failed: Sequence[str]
    """Uploads that could not be erased this time."""
    unnoted: Mapping[str, str]
    """Upload -> the kind of error for which nothing could be noted of it."""
    library_away: bool


async def erase_due(ports: Ports) -> Round:
    """Erase until nothing is due or the library is away. What fails is tried again later, what succeeds is evidence."""
    erased: list[Erasure] = []
    failed: list[str] = []
    unnoted: dict[str, str] = {}
    library_away = False
    while not library_away and not unnoted and (duties := await _claim(ports)):
        # What one cannot keep must not cost what others did.
        outcomes = await asyncio.gather(*(_erase(ports, duty) for duty in duties), return_exceptions=True)
        for duty, outcome in zip(duties, outcomes, strict=True):
            if isinstance(outcome, Erasure):
                erased.append(outcome)
            elif isinstance(outcome, LibraryAway | ErasureFailed):
                failed.append(duty.upload_id)
                library_away |= isinstance(outcome, LibraryAway)
            elif isinstance(outcome, Exception):
                unnoted[duty.upload_id] = type(outcome).__name__
            elif outcome is not None:
                raise outcome
    return Round(erased, failed, unnoted, library_away)


async def lateness_s(ports: Ports) -> float:
    """Seconds by which the oldest upload still to be erased is past its deadline; 0 when none is."""
    async with ports.store.transaction() as work:
        oldest = await work.oldest_upload()
    if oldest is None:
        return 0.0
    return max(0.0, (ports.clock.now() - oldest - ports.upload_life).total_seconds())


async def _claim(ports: Ports) -> Sequence[Duty]:
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        return await work.claim(now, now + CLAIM_LIFE, _AT_ONCE)


async def _erase(ports: Ports, duty: Duty) -> Erasure | LibraryAway | ErasureFailed | None:
    try:
        objects = await ports.library.erase(duty.upload_id)
    except (LibraryAway, ErasureFailed) as error:
        # A library that is away is asked again at the next round; one that refuses this upload is given time.
        delay = datetime.timedelta() if isinstance(error, LibraryAway) else retry_after(duty.tries)
        async with ports.store.transaction() as work:
            await work.postpone(duty.upload_id, ports.clock.now() + delay)
        return error
    erasure = duty.done(ports.clock.now(), objects)
    for _ in range(_CONCLUDED_AGAIN):
        # What the library took away it tells once: asked anew it says 0, and so would a receipt, for ever.
        with contextlib.suppress(Exception):
            return await _conclude(ports, erasure)
    return await _conclude(ports, erasure)


async def _conclude(ports: Ports, erasure: Erasure) -> Erasure | None:
    async with ports.store.transaction() as work:
        is_new = await work.conclude(erasure)
        if is_new:
            await work.publish(UploadErased(erasure.upload_id, erasure.owner_id, erasure.erased_at))
    return erasure if is_new else None
