"""What the verbs need of the privacy policy: its versions, who accepted which, and who was told of one."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Protocol

from services.auth.domain.account import Account
from services.auth.domain.policy_version import Acceptance, PolicyVersion, Telling, Way


@dataclasses.dataclass(frozen=True)
class Walk:
    """How far the announcing of a version has come: to whom, in the order of identifiers; empty where it begins."""

    policy: PolicyVersion
    walked_to: str


class PolicyRows(Protocol):
    """Versions of the policy, and people's part in them, within a unit of work."""

    async def versions(self) -> list[PolicyVersion]:
        """Every version that auth was told of."""
        ...

    async def keep(self, versions: Sequence[PolicyVersion], now: datetime.datetime) -> None:
        """Know these from now on; one that is known stays as it is."""
        ...

    async def accept(self, user_id: str, acceptance: Acceptance) -> Acceptance:
        """What is noted of that version now: an earlier acceptance stands."""
        ...

    async def acceptances(self, user_id: str) -> list[Acceptance]:
        """All of a person's."""
        ...

    async def name(self, versions: Sequence[PolicyVersion], limit: int) -> int:
        """Give at most `limit` acceptances and tellings without a version that of their moment; how many."""
        ...

    async def tell(self, user_id: str, version: int, way: Way, at: datetime.datetime) -> bool:
        """Whether they were not told that way before; they have been from now on."""
        ...

    async def tellings(self, user_id: str) -> list[Telling]:
        """All of a person's."""
        ...

    async def walk(self, versions: Sequence[int], again_before: datetime.datetime) -> Walk | None:
        """The announcing that is to go on, which nobody else does until the work commits; None where none is.

        The first of these versions that is under way, or that was last through before then.
        """
        ...

    async def walked(self, version: int, walked_to: str, at: datetime.datetime) -> None:
        """It has come so far; with an empty name it is through."""
        ...

    async def give_up_walks(self, but: Sequence[int]) -> None:
        """Forget how far the announcing of any version but these has come, which names somebody."""
        ...

    async def unmailed(self, version: int, after: str, made_before: datetime.datetime, limit: int) -> list[Account]:
        """The next accounts of before then with an address and without a mail of that version, in their order.

        Nobody closes them until the work commits.
        """
        ...
