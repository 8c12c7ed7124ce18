"""Know the versions of the privacy policy that are published."""

from __future__ import annotations

from collections.abc import Sequence

from services.auth.app.ports import Ports
from services.auth.domain.policy_version import PolicyVersion

BATCH = 500


async def keep_policy_versions(ports: Ports, versions: Sequence[PolicyVersion]) -> None:
    """Idempotent. Whoever signed up before any was known is said to have accepted the one of that moment."""
    async with ports.store.transaction() as work:
        await work.policies.keep(versions, ports.clock.now())
    named = BATCH
    while named >= BATCH:
        async with ports.store.transaction() as work:
            named = await work.policies.name(await work.policies.versions(), BATCH)
