"""Read a customer anew, and let their minutes and plan follow."""

from __future__ import annotations

import datetime

from services.billing.app.assign_plan import assign_plan
from services.billing.app.grant_seconds import grant_seconds
from services.billing.app.payment_ports import CustomerRecord, PaymentPorts
from services.billing.app.ports import Ports
from services.billing.app.replace_grant import replace_grant
from services.billing.app.retract_grant import retract_grant
from services.billing.domain.errors import GrantEnded, GrantMismatch, GrantNotFound, GrantReplaced
from services.billing.domain.grants import Order, Renewal, Source
from services.billing.domain.paid_periods import Give, GiveBack, Step, Take, steps
from services.billing.domain.payments import CustomerState
from services.billing.domain.standing import Standing, standing

_CHARGE = "ch_"
# The provider's own clock may be behind ours, and what follows a period's end takes it a while.
_AFTER_CHANGE = datetime.timedelta(minutes=5)


async def look_at_subject(ports: PaymentPorts, subject: str) -> datetime.datetime | None:
    """`look_at_customer` of a customer, or of whoever paid a charge."""
    customer_id: str | None = subject
    if subject.startswith(_CHARGE):
        customer_id = await ports.provider.customer_of_charge(subject)
    return await look_at_customer(ports, customer_id) if customer_id else None


async def look_at_customer(ports: PaymentPorts, customer_id: str) -> datetime.datetime | None:
    """Let everything follow from what the provider says now; when it is to be looked at again by itself.

    Idempotent, and the same whatever was looked at before: order, duplicates and losses of events make no difference.
    Raises PaymentsAway, PaymentRefused, PaymentsNotSetUp.
    """
    # Before the provider is asked: a look that began earlier never overwrites one that began later.
    look = await ports.store.next_look()
    customer = await ports.provider.customer(customer_id)
    owner_id = await ports.store.owner_of(customer_id) or customer.owner_id
    if not owner_id:
        # The account at the provider may have customers that are none of ours.
        return None
    if await ports.store.is_erased(owner_id):
        # Paid for on a page that was open, or made in that very moment: it ends as the others did.
        await ports.provider.end_customer(customer_id)
        await ports.store.keep_invoices(look, owner_id, customer.invoices)
        return None
    kept_id = await ports.store.name_customer(owner_id, customer_id, ports.now())
    stands = standing(customer, ports.ledger.plans, ports.terms, ports.now())
    for step in steps(owner_id, customer, ports.ledger.plans, ports.terms):
        await _take(ports.ledger, owner_id, step)
    # What a second customer of one person paid counts; how they stand is told by the first.
    if kept_id != customer_id:
        return None
    if await _keep(ports, look, owner_id, customer, stands):
        await _assign(ports.ledger, owner_id, stands)
    # Also of one that a newer look overtook: that may be a change of plan's own, which makes none due.
    changes_at = stands.changes_at
    return changes_at + _AFTER_CHANGE if changes_at and changes_at > ports.now() else None


async def _keep(ports: PaymentPorts, look: int, owner_id: str, customer: CustomerState, stands: Standing) -> bool:
    record = CustomerRecord(
        owner_id=owner_id,
        customer_id=customer.customer_id,
        asked_at=ports.now(),
        state=stands.state,
        plan=stands.plan.name if stands.plan else None,
        next_plan=stands.next_plan.name if stands.next_plan else None,
        paid_until=stands.paid_until,
        usable_until=stands.usable_until,
        had_subscription=bool(customer.subscriptions),
        card=customer.card,
    )
    return await ports.store.keep_look(look, record, customer.invoices)


async def _assign(ports: Ports, owner_id: str, stands: Standing) -> None:
    async with ports.store.transaction() as work:
        account = await work.account(owner_id)
    if stands.plan is not None:
        if (account.plan, account.renewal) != (stands.plan.name, Renewal.SUBSCRIPTION):
            await assign_plan(ports, owner_id, stands.plan.name, Renewal.SUBSCRIPTION)
    elif account.renewal is Renewal.SUBSCRIPTION:
        # Only what a subscription gave ends with it: an operator's own choice stays.
        await assign_plan(ports, owner_id, ports.plans.default.name)


async def _take(ports: Ports, owner_id: str, step: Step) -> None:
    match step:
        case Give():
            await _give(ports, step)
        case Take():
            await retract_grant(ports, owner_id, step.grant_id)
        case GiveBack():
            await _give_back(ports, owner_id, step)


async def _give(ports: Ports, step: Give) -> None:
    try:
        if step.replaces_id is not None and await _replace(ports, step, step.replaces_id):
            return
        await grant_seconds(ports, step.order)
    except GrantMismatch:
        # Paid for before the catalogue said something else: what was given then stays.
        return


async def _replace(ports: Ports, step: Give, replaced_id: str) -> bool:
    async with ports.store.transaction() as work:
        old = await work.sheet(replaced_id)
    kept_s = min(step.kept_s, old.grant.nominal_s) if old else 0
    try:
        await replace_grant(ports, replaced_id, step.order, kept_s)
    except (GrantNotFound, GrantEnded, GrantReplaced):
        # Nothing was advanced, or it is over: what was paid is due in its own right.
        return False
    return True


async def _give_back(ports: Ports, owner_id: str, step: GiveBack) -> None:
    async with ports.store.transaction() as work:
        sheet = await work.sheet(step.grant_id)
        replaced_by = await work.successor(step.grant_id)
    if sheet is None or replaced_by is not None or not sheet.retracted_s:
        return
    grant = sheet.grant
    reference = f"{step.dispute_id}:{step.grant_id}"
    order = Order(
        *(owner_id, Source.CORRECTION, reference, sheet.retracted_s, grant.starts_at, grant.expires_at, grant.plan)
    )
    try:
        await grant_seconds(ports, order)
    except GrantMismatch:
        # Given back already. What jobs gave back to the taken grant since then made its sum larger.
        return
