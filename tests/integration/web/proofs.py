"""Promises as retention tells them after a look at a made-up installation, without a wire between."""

from __future__ import annotations

from chassis.clock import SystemClock
from services.gateway.api.promise_routes import promises_json
from services.retention.api.promise_servicer import Promises
from services.retention.app.check_ports import CheckPorts
from services.retention.app.run_checks import run_checks
from services.retention.domain.checks import CHECKS, EVERYBODY
from services.retention.store.policy_files import read_policies
from tests.integration.examined import LISTED, WELL
from tests.unit.retention.fake_checks import FakeCheckStore, FakeExaminer, away


async def proved(**figures: int) -> dict[str, object]:
    """All is well but for these figures; and separation is away from whatever it is asked for."""
    examiners = {name: FakeExaminer({**dict.fromkeys(WELL, 0), "uploads_erased": 3, **figures}) for name in EVERYBODY}
    examiners["separation"].fault = away()
    ports = CheckPorts(FakeCheckStore(), examiners, SystemClock(), lambda _: LISTED, CHECKS)
    await run_checks(ports)
    # The one that the page shows as in force (`published`), whatever day it is.
    number, policy = max(read_policies().items())
    return promises_json(await Promises(ports, {number: policy}, "eu-central").told())
