"""Where to pay for a plan or a pack."""

from __future__ import annotations

import hashlib
import secrets

from services.billing.app.customer_of import customer_of
from services.billing.app.payment_ports import Ordered, PaymentPorts
from services.billing.domain.errors import PriceMissing, SubscribedAlready, UnknownOffer
from services.billing.domain.paid_periods import pack_sold_as, plan_sold_as


async def start_checkout(ports: PaymentPorts, owner_id: str, price_key: str, request_key: str) -> str:
    """Address of the provider's page. The same request key and offer give the same page.

    Raises UnknownOffer, PriceMissing, SubscribedAlready, IdempotencyKeyReused, PaymentsAway, PaymentRefused,
    PaymentsNotSetUp.
    """
    provider = ports.provider
    plan = plan_sold_as(ports.ledger.plans, price_key)
    if plan is None and pack_sold_as(ports.ledger.plans, price_key) is None:
        raise UnknownOffer
    # A caller's words may be anything, an address even, and two people may choose the same: neither we nor the provider
    # keep more of them than this.
    name = hashlib.sha256(f"{owner_id} {request_key}".encode()).hexdigest() if request_key else secrets.token_hex(32)
    if request_key:
        there = await ports.store.order_checkout(owner_id, name, price_key, ports.now())
        if there is not None:
            return there
    customer_id = await customer_of(ports, owner_id)
    trial_days = 0
    if plan is not None:
        # Asked of the provider, not of our record: two subscriptions would both be paid.
        customer = await provider.customer(customer_id)
        if customer.subscription is not None:
            raise SubscribedAlready
        trial_days = plan.trial_days if not customer.subscriptions else 0
    prices = await provider.prices([price_key])
    if not prices:
        raise PriceMissing
    ordered = Ordered(owner_id, customer_id, prices[0].price_id, plan is not None, trial_days, f"checkout:{name}")
    url = await provider.checkout(ordered)
    if request_key:
        await ports.store.keep_checkout(owner_id, name, url)
    return url
