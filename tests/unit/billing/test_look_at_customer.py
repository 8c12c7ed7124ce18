"""What is left of a look that a newer one overtook."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import cast

from chassis.testing.clock import ManualClock
from services.billing.app.look_at_customer import look_at_customer
from services.billing.app.payment_ports import CustomerRecord, PaymentPorts, PaymentStore, Provider
from services.billing.app.ports import Ports, Store
from services.billing.domain.paid_periods import Terms
from services.billing.domain.payments import CustomerState, Invoice, Line, Subscription
from services.billing.domain.plans import catalogue
from tests.unit.billing.fake_ledger import FakeStore

NOW = datetime.datetime(2030, 1, 20, 8, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
ENDS = NOW + 16 * DAY


class Overtaken:
    """Records of one person that a newer look has been kept in."""

    async def next_look(self) -> int:
        return 1

    async def owner_of(self, customer_id: str) -> str:
        return "usr_1"

    async def is_erased(self, owner_id: str) -> bool:
        return False

    async def name_customer(self, owner_id: str, customer_id: str, at: datetime.datetime) -> str:
        return customer_id

    async def keep_look(self, look: int, record: CustomerRecord, invoices: Sequence[Invoice]) -> bool:
        return False


class Paid:
    """A provider whose one customer has paid for a month."""

    async def customer(self, customer_id: str) -> CustomerState:
        line = Line("stripsession_pro_monthly", 1200, 1, ENDS - 31 * DAY, ENDS, is_proration=False)
        began_at = line.starts_at
        invoice = Invoice("in_1", "A-1", "paid", False, began_at, began_at, 1200, "usd", "", (line,), "sub_1")
        subscription = Subscription("sub_1", "si_1", "active", line.price_key, began_at, False, None)
        return CustomerState(customer_id, "usr_1", subscriptions=(subscription,), invoices=(invoice,))


async def test_a_look_that_was_overtaken_is_due_again_when_the_period_ends() -> None:
    """The newer one, as a change of plan makes it, wishes for none: the end of the period must not be missed."""
    store = FakeStore()
    ledger = Ports(cast("Store", store), ManualClock(NOW), catalogue("free"))
    ports = PaymentPorts(ledger, cast("PaymentStore", Overtaken()), Terms(7 * DAY), cast("Provider", Paid()))
    due_at = await look_at_customer(ports, "cus_1")
    assert due_at is not None
    assert ENDS < due_at < ENDS + DAY
    assert store.accounts["usr_1"].plan is None
