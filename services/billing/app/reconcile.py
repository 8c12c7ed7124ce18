"""Look for whatever the provider's events did not bring."""

from __future__ import annotations

import dataclasses
import datetime

from services.billing.app.payment_ports import PaymentPorts, Reconciling

EVERY = datetime.timedelta(days=1)
EVENTS_KEPT = datetime.timedelta(days=40)
_CLAIM = datetime.timedelta(minutes=5)
# Stripe keeps events for thirty days, and may list one a little after a later one.
_EVENTS_BACK = datetime.timedelta(days=29)
_OVERLAP = datetime.timedelta(hours=1)
# Looks are spread, so that a large account's do not take all of what the provider allows in a second.
_BETWEEN_LOOKS = datetime.timedelta(milliseconds=50)


async def reconcile(ports: PaymentPorts, *, now: bool = False) -> bool:
    """Whether it came to its end here. It begins once a day, or `now`; one that was cut off goes on where it was.

    Page by page, each kept before the next is asked for: events since the last time, then every customer, each of
    whom is looked at anew, behind whoever is looked at for a reason of their own. The looks are made by whoever makes
    due looks. Raises PaymentsAway, PaymentRefused.
    """
    if ports.given_provider is None:
        return False
    state = await ports.store.claim_reconciliation(ports.now(), ports.now() + _CLAIM)
    if state is None:
        return False
    try:
        if state.phase == "idle":
            if not now and state.began_at is not None and ports.now() - state.began_at < EVERY:
                return False
            state = dataclasses.replace(state, phase="events", place="", began_at=ports.now())
        while state.phase != "idle":
            until = ports.now() + _CLAIM
            if not await ports.store.keep_reconciliation(state, until):
                # A page took so long that another process goes on with it.
                return False
            state = dataclasses.replace(state, claimed_until=until)
            state = await (_events(ports, state) if state.phase == "events" else _customers(ports, state))
        await ports.store.forget(ports.now() - EVENTS_KEPT)
        return True
    finally:
        await ports.store.keep_reconciliation(state, None)


async def _events(ports: PaymentPorts, state: Reconciling) -> Reconciling:
    earliest = ports.now() - _EVENTS_BACK
    since = max(state.since - _OVERLAP, earliest) if state.since else earliest
    page = await ports.provider.events(since, state.place)
    await ports.store.receive(page.events, ports.now())
    if page.next_place:
        return dataclasses.replace(state, place=page.next_place)
    return dataclasses.replace(state, phase="customers", place="")


async def _customers(ports: PaymentPorts, state: Reconciling) -> Reconciling:
    page = await ports.provider.customers(state.place)
    due_at = max(ports.now(), state.next_look_at or ports.now())
    for customer_id, _ in page.customers:
        await ports.store.want_looks([customer_id], due_at, is_routine=True)
        due_at += _BETWEEN_LOOKS
    if page.next_place:
        return dataclasses.replace(state, place=page.next_place, next_look_at=due_at)
    return dataclasses.replace(state, phase="idle", place="", since=state.began_at, ended_at=ports.now())
