"""Run every check that is due, and keep what it found."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Sequence

from services.retention.app.check_ports import CheckPorts
from services.retention.domain.errors import ExaminationFailed
from services.retention.domain.finding import Before, Figures, Finding, Reason, cannot_say, due_again, found

_AT_ONCE = 4
HISTORY_LIFE = datetime.timedelta(days=730)
"""How long findings are kept."""
_FORGOTTEN = 1_000


@dataclasses.dataclass(frozen=True)
class Looked:
    """What one run found, and what was known before it."""

    finding: Finding
    before: Before


async def run_checks(ports: CheckPorts) -> Sequence[Looked]:
    """Run until none is due; what each found. One that hangs or fails cannot say, and stops no other."""
    names = [name for name, check in ports.checks.items() if check.is_built]
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        await work.enrol(names, now)
    done: list[Looked] = []
    while (claim := await _claim(ports, names)).names:
        done += await asyncio.gather(*(_run(ports, name, claim.until) for name in claim.names))
    return done


async def hasten_checks(ports: CheckPorts) -> None:
    """Have all of them run at once, by whichever process comes first."""
    names = [name for name, check in ports.checks.items() if check.is_built]
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        await work.enrol(names, now)
        await work.hasten(names, now)


async def forget_findings(ports: CheckPorts) -> int:
    """Remove from the history what is older than two years; how many."""
    before, removed, count = ports.clock.now() - HISTORY_LIFE, 0, _FORGOTTEN
    while count >= _FORGOTTEN:
        async with ports.store.transaction() as work:
            count = await work.forget(before, _FORGOTTEN)
        removed += count
    return removed


@dataclasses.dataclass(frozen=True)
class _Claim:
    names: Sequence[str]
    until: datetime.datetime


async def _claim(ports: CheckPorts, names: Sequence[str]) -> _Claim:
    now = ports.clock.now()
    # A claim outlives the longest run: whoever died with one has it taken over then.
    until = now + datetime.timedelta(seconds=2 * ports.deadline_s)
    async with ports.store.transaction() as work:
        return _Claim(await work.claim(names, now, until, _AT_ONCE), until)


async def _run(ports: CheckPorts, name: str, claimed: datetime.datetime) -> Looked:
    check, began = ports.checks[name], ports.clock.now()
    finding = await _finding(ports, name, began)
    async with ports.store.transaction() as work:
        return Looked(finding, await work.keep(finding, due_again(check, finding), claimed))


async def _finding(ports: CheckPorts, name: str, began: datetime.datetime) -> Finding:
    check = ports.checks[name]
    try:
        async with asyncio.timeout(ports.deadline_s):
            told = await asyncio.gather(*(_ask(ports, service, name) for service in check.asks))
    except TimeoutError:
        return cannot_say(name, Reason.TOO_SLOW, began)
    except ExaminationFailed as error:
        return cannot_say(name, error.reason, began, error.service, error.fault)
    return found(name, check, dict(zip(check.asks, told, strict=True)), ports.listed_parties(began.date()), began)


async def _ask(ports: CheckPorts, service: str, name: str) -> Figures:
    if service not in ports.examiners:
        raise ExaminationFailed(service, Reason.NOT_CONFIGURED)
    try:
        return await ports.examiners[service].examine(name)
    except ExaminationFailed as error:
        raise ExaminationFailed(service, error.reason, error.fault) from error
    except Exception as error:
        # Whatever is wrong with one, the promise is not proved, and the others are run.
        raise ExaminationFailed(service, Reason.FAILED, type(error).__name__) from error
