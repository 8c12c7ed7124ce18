"""Compare the catalogue with the provider's prices."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.billing.app.payment_ports import PaymentPorts
from services.billing.domain.payments import Price
from services.billing.domain.plans import Pack, Plan


@dataclasses.dataclass(frozen=True)
class PriceCheck:
    """One offer, of a plan or a pack, and the provider's price for it; None where it has none."""

    lookup_key: str
    price: Price | None
    plan: Plan | None = None
    pack: Pack | None = None


async def check_prices(ports: PaymentPorts) -> Sequence[PriceCheck]:
    """Every offer in the catalogue's order. Raises PaymentsAway, PaymentRefused, PaymentsNotSetUp."""
    plans = ports.ledger.plans
    offers: list[tuple[str, Plan | None, Pack | None]] = []
    offers += [(key, plan, None) for plan in plans.plans for key in plan.price_lookup_keys]
    offers += [(pack.price_lookup_key, None, pack) for pack in plans.packs]
    found = await ports.provider.prices([key for key, _, _ in offers])
    prices = {price.lookup_key: price for price in found}
    return [PriceCheck(key, prices.get(key), plan, pack) for key, plan, pack in offers]
