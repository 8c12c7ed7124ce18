"""The policy's versions, and people's part in them, in memory."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from services.auth.app.policy_ports import Walk
from services.auth.domain.account import Account
from services.auth.domain.policy_version import UNNAMED, Acceptance, PolicyVersion, Telling, Way, named, number_in_force
from tests.unit.auth.fake_rows import Rows


class NobodysRow(Exception):
    """A row that no account has, or of no version."""


class FakePolicies:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def versions(self) -> list[PolicyVersion]:
        return [self._rows.policies[version] for version in sorted(self._rows.policies)]

    async def keep(self, versions: Sequence[PolicyVersion], now: datetime.datetime) -> None:
        if any(each.version <= UNNAMED for each in versions):
            raise NobodysRow
        for each in versions:
            self._rows.policies.setdefault(each.version, each)

    async def accept(self, user_id: str, acceptance: Acceptance) -> Acceptance:
        self._require(user_id)
        return self._rows.acceptances.setdefault((user_id, acceptance.version), acceptance)

    async def acceptances(self, user_id: str) -> list[Acceptance]:
        return [each for (owner, _), each in sorted(self._rows.acceptances.items()) if owner == user_id]

    async def name(self, versions: Sequence[PolicyVersion], limit: int) -> int:
        if not versions:
            return 0
        nameless = [key for key in self._rows.acceptances if key[1] == UNNAMED][:limit]
        for key in nameless:
            acceptance = named(self._rows.acceptances.pop(key), versions)
            self._rows.acceptances.setdefault((key[0], acceptance.version), acceptance)
        untold = [key for key in self._rows.tellings if key[1] == UNNAMED][: limit - len(nameless)]
        for user_id, version, way in untold:
            at = self._rows.tellings.pop((user_id, version, way))
            self._rows.tellings.setdefault((user_id, number_in_force(versions, at), way), at)
        return len(nameless) + len(untold)

    async def tell(self, user_id: str, version: int, way: Way, at: datetime.datetime) -> bool:
        self._require(user_id)
        is_new = (user_id, version, way) not in self._rows.tellings
        self._rows.tellings.setdefault((user_id, version, way), at)
        return is_new

    async def tellings(self, user_id: str) -> list[Telling]:
        return [Telling(version, way) for owner, version, way in sorted(self._rows.tellings) if owner == user_id]

    async def walk(self, versions: Sequence[int], again_before: datetime.datetime) -> Walk | None:
        for version in (each for each in versions if each in self._rows.policies):
            walked_to, at = self._rows.walks.get(version, ("", None))
            if at is None or at <= again_before or walked_to:
                return Walk(self._rows.policies[version], walked_to)
        return None

    async def walked(self, version: int, walked_to: str, at: datetime.datetime) -> None:
        if version in self._rows.policies:
            self._rows.walks[version] = (walked_to, at)

    async def give_up_walks(self, but: Sequence[int]) -> None:
        for version in self._rows.walks.keys() - set(but):
            self._rows.walks[version] = ("", self._rows.walks[version][1])

    async def unmailed(self, version: int, after: str, made_before: datetime.datetime, limit: int) -> list[Account]:
        accounts = sorted(self._rows.accounts.values(), key=lambda each: each.user_id)
        living = [each for each in accounts if each.user_id not in self._rows.closed and each.email.key]
        before = [each for each in living if each.user_id > after and each.created_at < made_before]
        untold = [each for each in before if (each.user_id, version, Way.MAIL) not in self._rows.tellings]
        return [dataclasses.replace(each) for each in untold][:limit]

    def _require(self, user_id: str) -> None:
        if user_id not in self._rows.accounts:
            raise NobodysRow
