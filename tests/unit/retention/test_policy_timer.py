"""Auth is told the policy's versions: as soon as it answers, and again by the clock."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from services.retention.domain.errors import HolderFailed
from services.retention.domain.policy import Policy
from services.retention.events.policy_timer import TELL_EVERY, PolicyTimer
from services.retention.store.policy_files import read_policies

POLICIES = read_policies()


class Keeper:
    """Auth, which may be away."""

    def __init__(self) -> None:
        self.told: list[list[int]] = []
        self.is_away = False

    async def keep(self, policies: Collection[Policy]) -> None:
        if self.is_away:
            raise HolderFailed("UNAVAILABLE")
        self.told.append([policy.version for policy in policies])


async def test_every_version_is_told_at_once_and_again_each_minute() -> None:
    """Auth may have come back from a backup, which knows fewer."""
    keeper = Keeper()
    timer = PolicyTimer(keeper, POLICIES.values())
    for _ in range(2 * TELL_EVERY):
        await timer.tell()
    assert keeper.told == [sorted(POLICIES)] * 2


async def test_while_auth_is_away_it_is_tried_again_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """It is told with the next try after it came back; a minute without it is a warning, and no more than one."""
    keeper = Keeper()
    keeper.is_away = True
    timer = PolicyTimer(keeper, POLICIES.values())
    for _ in range(3 * TELL_EVERY):
        await timer.tell()
    assert len(caplog.records) == 1
    keeper.is_away = False
    await timer.tell()
    assert keeper.told == [sorted(POLICIES)]
