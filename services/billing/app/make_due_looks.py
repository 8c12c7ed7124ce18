"""Make every look that is due."""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Callable

from services.billing.app.look_at_customer import look_at_subject
from services.billing.app.payment_ports import DueLook, PaymentPorts
from services.billing.domain.errors import PaymentsAway

_log = logging.getLogger(__name__)
CLAIM = datetime.timedelta(minutes=5)
ATTEMPTS_MAX = 8
_FIRST_WAIT_S = 5
_LAST_WAIT_S = 3600


@dataclasses.dataclass(frozen=True)
class Told:
    """Who hears how looks went."""

    made: Callable[[str], None] = lambda result: None
    """Called with made, failed or parked."""
    waiting: Callable[[int, int], None] = lambda due, parked: None


async def make_due_looks(ports: PaymentPorts, told: Told | None = None) -> None:
    """Make them until none is left, routine ones last, else the longest due first. Several processes may do it."""
    told = told or Told()
    if ports.given_provider is None:
        return
    while look := await ports.store.claim_look(ports.now(), ports.now() + CLAIM):
        told.made(await _make(ports, look))
    told.waiting(*await ports.store.looks_waiting(ports.now()))


async def _make(ports: PaymentPorts, look: DueLook) -> str:
    try:
        again_at = await look_at_subject(ports, look.subject)
    except Exception as error:  # noqa: BLE001 - one customer's trouble must not keep the others waiting
        # The provider being away is nobody's fault, however long; anything else is given up for somebody to see.
        parked = look.attempts >= ATTEMPTS_MAX and not isinstance(error, PaymentsAway)
        wait_s = min(_FIRST_WAIT_S * 2 ** min(look.attempts - 1, 20), _LAST_WAIT_S)
        again_at = ports.now() + datetime.timedelta(seconds=wait_s)
        # The kind alone: an error's words may hold what a provider or a database was told of a person.
        await ports.store.fail_look(look, type(error).__name__, again_at, parked=parked)
        _log.warning("a look at a customer failed", extra={"fields": {"reason": type(error).__name__}})
        return "parked" if parked else "failed"
    await ports.store.finish_look(look, again_at)
    return "made"
