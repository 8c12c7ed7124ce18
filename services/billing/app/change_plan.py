"""Change the plan of a subscription: a larger one at once, a smaller one at the end of what is paid."""

from __future__ import annotations

from services.billing.app.get_payments import Payments, get_payments
from services.billing.app.look_at_customer import look_at_customer
from services.billing.app.payment_ports import PaymentPorts
from services.billing.domain.errors import (
    NotSubscribed,
    OtherInterval,
    PaymentDeclined,
    PaymentPending,
    PriceMissing,
    UnknownOffer,
)
from services.billing.domain.paid_periods import plan_sold_as
from services.billing.domain.payments import OWING, CustomerState, Price, Subscription
from services.billing.domain.standing import standing


async def change_plan(ports: PaymentPorts, owner_id: str, price_key: str) -> Payments:
    """How the person stands after it. Asking twice changes once.

    Raises UnknownOffer, NotSubscribed, OtherInterval, PriceMissing, PaymentDeclined, PaymentPending, PaymentsAway,
    PaymentRefused, PaymentsNotSetUp.
    """
    provider = ports.provider
    record = await ports.store.record_of(owner_id)
    if plan_sold_as(ports.ledger.plans, price_key) is None:
        raise UnknownOffer
    if record is None or record.customer_id is None:
        raise NotSubscribed
    customer = await provider.customer(record.customer_id)
    subscription = customer.subscription
    paid = standing(customer, ports.ledger.plans, ports.terms, ports.now()).plan
    if subscription is None or paid is None:
        raise NotSubscribed
    if subscription.price_key != price_key:
        keys = [key for plan in ports.ledger.plans.plans for key in plan.price_lookup_keys]
        prices = {price.lookup_key: price for price in await provider.prices(keys)}
        if price_key not in prices:
            raise PriceMissing
        await _change(ports, customer, paid.name, prices, price_key)
    await look_at_customer(ports, record.customer_id)
    return await get_payments(ports, owner_id)


async def _change(
    ports: PaymentPorts, customer: CustomerState, paid_plan: str, prices: dict[str, Price], price_key: str
) -> None:
    provider, plans = ports.provider, ports.ledger.plans
    names = [plan.name for plan in plans.plans]
    subscription = customer.subscription
    assert subscription is not None
    wanted, here = plan_sold_as(plans, price_key), prices.get(subscription.price_key)
    assert wanted is not None
    is_longer = here is not None and here.interval == "month" and prices[price_key].interval == "year"
    is_as_long = here is not None and here.interval == prices[price_key].interval
    rank, paid_rank = names.index(wanted.name), names.index(paid_plan)
    item = (subscription.subscription_id, subscription.item_id)
    if rank < paid_rank or not (is_as_long or is_longer):
        if not is_as_long:
            # The provider begins another interval at once, and would pay back what is left of this one.
            raise OtherInterval
        await provider.change_price(*item, prices[price_key].price_id, at_once=False)
    elif rank == paid_rank and is_as_long:
        # What was to become smaller stays after all: it is paid for.
        await provider.change_price(*item, prices[price_key].price_id, at_once=False)
    elif subscription.status == OWING:
        # The difference alone would bring the larger plan: what it is counted from was never paid.
        raise PaymentDeclined
    elif customer.is_renewing(ports.now()):
        # Neither was it yet while the renewal is being paid: the provider leaves its invoice a draft for an hour.
        raise PaymentPending
    else:
        await _enlarge(ports, subscription, paid_plan, prices, price_key)


async def _enlarge(
    ports: PaymentPorts, subscription: Subscription, paid_plan: str, prices: dict[str, Price], price_key: str
) -> None:
    provider, plans = ports.provider, ports.ledger.plans
    at_present, here = plan_sold_as(plans, subscription.price_key), prices.get(subscription.price_key)
    item = (subscription.subscription_id, subscription.item_id)
    back = None
    if at_present is not None and at_present.name != paid_plan and here is not None:
        # A smaller plan was to follow: what is given back is what was paid, not what would have been.
        same = [key for key in plans.named(paid_plan).price_lookup_keys if key in prices]
        back = next((prices[key] for key in same if prices[key].interval == here.interval), None)
    if back is not None:
        await provider.change_price(*item, back.price_id, at_once=False)
    try:
        await provider.change_price(*item, prices[price_key].price_id, at_once=True)
    except PaymentDeclined:
        if back is not None and here is not None:
            # Nothing was changed: the smaller plan is to follow, and no more is to be paid for it.
            await provider.change_price(*item, here.price_id, at_once=False)
        raise
