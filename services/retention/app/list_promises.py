"""How every promise of the policy in force stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from services.retention.app.check_ports import CheckPorts
from services.retention.domain.checks import Check
from services.retention.domain.finding import Standing, standing
from services.retention.domain.policy import Clause, Policy


@dataclasses.dataclass(frozen=True)
class Promise:
    """One clause, its check, and what is known of it."""

    clause: Clause
    check: Check
    standing: Standing


async def list_promises(ports: CheckPorts, policy: Policy) -> Sequence[Promise]:
    """Each clause, in its order."""
    known = await _standings(ports)
    return [Promise(clause, ports.checks[clause.check], known[clause.check]) for clause in policy.clauses]


async def list_standings(ports: CheckPorts) -> Mapping[str, Standing]:
    """How each check that is built stands, by its name."""
    known = await _standings(ports)
    return {name: known[name] for name, check in ports.checks.items() if check.is_built}


async def _standings(ports: CheckPorts) -> Mapping[str, Standing]:
    async with ports.store.transaction() as work:
        known = await work.known()
    now = ports.clock.now()
    return {name: standing(check, known.get(name), now) for name, check in ports.checks.items()}
