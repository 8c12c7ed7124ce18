"""Ask every holder what it holds of a person."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol

from services.retention.app.ports import Clock
from services.retention.domain.census import ASKED, Census, Holding, KindsInWords, told
from services.retention.domain.errors import HolderFailed
from services.retention.domain.policy import Policy, in_force


class CountingHolder(Protocol):
    """Whoever can say what they hold of a person."""

    async def census(self, user_id: str) -> Sequence[Holding]:
        """By kind. Raises HolderFailed."""
        ...


@dataclasses.dataclass(frozen=True)
class CensusPorts:
    """What this verb needs."""

    holders: Mapping[str, CountingHolder]
    """By name; one that this installation does not name cannot be asked."""
    words: KindsInWords
    policies: Mapping[int, Policy]
    """Every version; the one in force has the words."""
    clock: Clock
    patience_s: float = 5.0
    """How long one holder may take; the gateway waits longer, so that it hears of whoever was too slow."""


async def take_census(ports: CensusPorts, user_id: str) -> Census:
    """All holders at once. One that fails is named, and the rest is told: half of an answer is worth having."""
    asked_at = ports.clock.now()
    answers = await asyncio.gather(*(_ask(ports, holder, user_id) for holder in ASKED))
    policy = in_force(ports.policies, asked_at.date())
    held = [
        told(holder, holding, ports.words, policy)
        for holder, holdings in zip(ASKED, answers, strict=True)
        for holding in (() if isinstance(holdings, str) else holdings)
        if holding.count
    ]
    away = {holder: word for holder, word in zip(ASKED, answers, strict=True) if isinstance(word, str)}
    return Census(asked_at, held, away)


async def _ask(ports: CensusPorts, holder: str, user_id: str) -> Sequence[Holding] | str:
    """What it holds, or one word for why it does not say."""
    if holder not in ports.holders:
        return "NOT_CONFIGURED"
    try:
        async with asyncio.timeout(ports.patience_s):
            return await ports.holders[holder].census(user_id)
    except HolderFailed as error:
        return error.word
    except TimeoutError:
        return "TOO_SLOW"
