"""A counter at which people pay: billing's own verbs on PostgreSQL, with Stripe's SDK before the stand-in."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
from collections.abc import AsyncIterator
from typing import Any

from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from services.billing.app.get_payments import get_payments
from services.billing.app.get_usage import Usage, get_usage
from services.billing.app.look_at_customer import look_at_customer
from services.billing.app.make_due_looks import make_due_looks
from services.billing.app.payment_ports import CustomerRecord, PaymentPorts
from services.billing.app.ports import Ports
from services.billing.app.receive_event import receive_event
from services.billing.app.release_seconds import release_seconds
from services.billing.app.reserve_seconds import reserve_seconds
from services.billing.app.settle_seconds import settle_seconds
from services.billing.app.start_checkout import start_checkout
from services.billing.clients.stripe.client import Keys, StripeProvider
from services.billing.domain.paid_periods import Terms
from services.billing.domain.plans import Catalogue, catalogue
from services.billing.events.envelopes import encode
from services.billing.store.ledger import LedgerStore
from services.billing.store.payments import PaymentStore
from services.billing.wiring import MIGRATIONS
from stack.stripe import signing
from tests.integration.stripe.shop import KEY, SECRET, Shop, opened

OWNER = "usr_ada"
PRO, STUDIO = "stripsession_pro_monthly", "stripsession_studio_monthly"
PRO_YEARLY, STUDIO_YEARLY = "stripsession_pro_yearly", "stripsession_studio_yearly"
HOUR = "stripsession_pack_hour"
PRO_S, STUDIO_S, FREE_S = 60_000, 360_000, 3_600
GRACE = datetime.timedelta(days=7)


class ShopClock:
    """The stand-in's time."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def now(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self._shop.world.clock.now(), datetime.UTC)


@dataclasses.dataclass
class Counter:
    """Everything that a story of payments needs."""

    shop: Shop
    ports: PaymentPorts
    provider: StripeProvider

    async def pay(self, price_key: str, owner_id: str = OWNER, **filled: Any) -> None:
        """Choose an offer and pay for it on the hosted page. Nobody has told us of it yet."""
        url = await start_checkout(self.ports, owner_id, price_key, "")
        session = url.partition("/pay/")[2].partition("#")[0]
        await self.shop.control("pay", **{"session": session, "card": "success", "email": "ada@example.com", **filled})

    async def customer_id(self, owner_id: str = OWNER) -> str:
        record = await self.ports.store.record_of(owner_id)
        assert record is not None
        assert record.customer_id is not None
        return record.customer_id

    async def look(self, owner_id: str = OWNER) -> None:
        await look_at_customer(self.ports, await self.customer_id(owner_id))

    async def events(self) -> list[dict[str, Any]]:
        """All that happened, oldest first, as it is delivered."""
        return [dict(each) for each in self.shop.world.all("event")]

    async def deliver(self, event: dict[str, Any], secret: str = SECRET) -> bool:
        """Bring one event, signed now."""
        body = json.dumps(event).encode()
        signature = signing.signature(body, [secret], self.shop.world.clock.now())
        return await receive_event(self.ports, body, signature)

    async def work(self) -> None:
        await make_due_looks(self.ports)

    async def pass_days(self, days: float, *, work: bool = True) -> None:
        """Let time pass a day at a time; what is due is looked at unless nobody works."""
        while days > 0:
            await self.shop.control("clock/advance", seconds=round(min(days, 1) * 86_400))
            days -= 1
            if work:
                await self.work()

    async def separate(self, seconds: int, job_id: str, owner_id: str = OWNER) -> None:
        """A song of so many seconds, in pieces that every plan takes."""
        pieces = 0
        while seconds > 0:
            piece_s = min(seconds, 600)
            await reserve_seconds(self.ports.ledger, owner_id, f"{job_id}_{pieces}", piece_s)
            await settle_seconds(self.ports.ledger, f"{job_id}_{pieces}", piece_s)
            seconds, pieces = seconds - piece_s, pieces + 1

    async def hold(self, seconds: int, job_id: str, owner_id: str = OWNER) -> None:
        await reserve_seconds(self.ports.ledger, owner_id, job_id, seconds)

    async def let_go(self, job_id: str) -> None:
        await release_seconds(self.ports.ledger, job_id)

    async def usage(self, owner_id: str = OWNER) -> Usage:
        return await get_usage(self.ports.ledger, owner_id)

    async def record(self, owner_id: str = OWNER) -> CustomerRecord:
        record = (await get_payments(self.ports, owner_id)).record
        assert record is not None
        return record

    async def stands(self, owner_id: str = OWNER) -> tuple[str, str, int]:
        """The state of payments, the plan that counts, and the seconds that are left."""
        usage = await self.usage(owner_id)
        return (await self.record(owner_id)).state.value, usage.state.plan.name, usage.left_s


@contextlib.asynccontextmanager
async def counter(postgres: PostgresServer, plans: Catalogue | None = None) -> AsyncIterator[Counter]:
    """A counter on a database of its own, its clock standing."""
    async with (
        postgres.database("billing", MIGRATIONS) as database,
        opened() as shop,
        at_counter(shop, database, plans) as made,
    ):
        yield made


@contextlib.asynccontextmanager
async def at_counter(shop: Shop, database: Database, plans: Catalogue | None = None) -> AsyncIterator[Counter]:
    """A counter before this shop, which may have others."""
    ledger = Ports(LedgerStore(database, encode), ShopClock(shop), plans or catalogue("free"))
    provider = StripeProvider(Keys(KEY, (SECRET,), shop.address, "http://strip.example"))
    try:
        yield Counter(shop, PaymentPorts(ledger, PaymentStore(database), Terms(GRACE), provider), provider)
    finally:
        await provider.stop()
