"""Pages on which to pay for a plan: of a person's, one can be paid at a time."""

from __future__ import annotations

import asyncio
import dataclasses

from services.billing.app.payment_ports import Ordered
from services.billing.clients.stripe.client import Keys, StripeProvider
from tests.integration.stripe.shop import KEY, SECRET, opened

PRO, HOUR = "stripsession_pro_monthly", "stripsession_pack_hour"


async def test_only_the_last_page_for_a_plan_can_be_paid() -> None:
    """Two pages in two tabs are not two subscriptions; a lost answer is the same page, and packs are left alone."""
    async with opened() as shop:
        provider = StripeProvider(Keys(KEY, (SECRET,), shop.address, "http://strip.example"))

        def states() -> list[str]:
            return [session["status"] for session in shop.world.all("checkout.session")]

        try:
            customer_id = await provider.make_customer("usr_ada", "customer:usr_ada")
            plan, pack = await provider.prices([PRO]), await provider.prices([HOUR])
            first = Ordered("usr_ada", customer_id, plan[0].price_id, True, 0, "checkout:1")
            await provider.checkout(dataclasses.replace(first, price_id=pack[0].price_id, is_recurring=False))
            first = dataclasses.replace(first, idempotency_key="checkout:2")
            assert await provider.checkout(first) == await provider.checkout(first)
            assert states() == ["open", "open"]
            again = await provider.checkout(dataclasses.replace(first, idempotency_key="checkout:3"))
            assert states() == ["open", "expired", "open"]
            assert again == list(shop.world.all("checkout.session"))[-1]["url"]
            await asyncio.gather(
                *(provider.checkout(dataclasses.replace(first, idempotency_key=f"checkout:{n}")) for n in range(4, 7))
            )
            assert states()[:3] == ["open", "expired", "expired"]
        finally:
            await provider.stop()
