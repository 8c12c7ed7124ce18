"""Random histories of a customer: whatever they do, the account's money adds up."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from stack.stripe import (
    catalogue,
    customers,
    failures,
    invoicing,
    passing,
    payment_methods,
    refunds,
    standing,
    subscribing,
    subscriptions,
)
from stack.stripe import subscription_changes as changes
from stack.stripe.cards import BY_NAME
from stack.stripe.clock import DAY_S, Clock
from stack.stripe.parameters import Parameters
from stack.stripe.world import World

PRICES = ("price_pro_monthly", "price_pro_yearly", "price_studio_monthly", "price_studio_yearly")
CARDS = ("success", "fails_at_renewal", "customer_fail", "disputed")


class Customers(RuleBasedStateMachine):
    """One customer with one plan at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Clock(lambda: 0, frozen_at=1_800_000_000), seed="machine", address="http://test")
        catalogue.seed(self.world, catalogue.read(catalogue.DEFAULT))
        self.customer = customers.make(self.world, email="listener@example.com")
        self.change_card("success")

    def _living(self) -> list[dict[str, object]]:
        found = self.world.all("subscription", customer=self.customer["id"])
        return [each for each in found if each["status"] not in standing.ENDED]

    @rule(card=st.sampled_from(CARDS))
    def change_card(self, card: str) -> None:
        method = payment_methods.make(self.world, BY_NAME[card], None, self.customer["id"])
        customers.set_default_card(self.world, self.customer, method)

    @precondition(lambda self: not self._living())
    @rule(
        price=st.sampled_from(PRICES),
        days=st.sampled_from([0, 0, 7]),
        coupon=st.sampled_from(["", "three-months-twenty"]),
    )
    def subscribe(self, price: str, days: int, coupon: str) -> None:
        made = subscribing.make(
            self.world,
            customer=self.customer["id"],
            ordered=[subscribing.Ordered(self.world.get("price", price))],
            trial_end=self.world.now() + days * DAY_S if days else None,
            chosen=[(self.world.get("coupon", coupon), None)] if coupon else (),
        )
        invoice = self.world.get("invoice", made["latest_invoice"])
        if invoice["status"] == "open":
            invoicing.pay(self.world, invoice, on_session=True)

    @precondition(lambda self: self._living())
    @rule(price=st.sampled_from(PRICES), behavior=st.sampled_from(changes.PRORATIONS))
    def change_plan(self, price: str, behavior: str) -> None:
        subscription = self._living()[0]
        item = subscription["items"]["data"][0]["id"]  # type: ignore[index]  # plain JSON
        given = Parameters({"items": {"0": {"id": item, "price": price}}})
        changes.apply(
            self.world, subscription, changes.read_changes(self.world, subscription, given), behavior=behavior
        )

    @precondition(lambda self: self._living())
    @rule(at_once=st.booleans(), prorates=st.booleans())
    def cancel(self, at_once: bool, prorates: bool) -> None:
        subscription = self._living()[0]
        if at_once:
            changes.cancel(self.world, subscription, prorates=prorates, invoices_now=prorates)
        else:
            subscriptions.set_cancel_at_period_end(self.world, subscription, wanted=True)

    @rule(part=st.integers(1, 3))
    def refund(self, part: int) -> None:
        for charge in self.world.all("charge", status="succeeded"):
            try:
                refunds.make(self.world, charge, amount=max(1, charge["amount"] // part))
            except failures.Refused:
                continue

    @rule(days=st.integers(1, 45))
    def wait(self, days: int) -> None:
        to = self.world.clock.now() + days * DAY_S
        passing.pass_until(self.world, to)
        self.world.clock.move_to(to)

    @invariant()
    def invoices_add_up(self) -> None:
        for invoice in self.world.all("invoice"):
            lines = invoice["lines"]["data"]
            off = sum(each["amount"] for each in invoice["total_discount_amounts"])
            assert invoice["subtotal"] == sum(each["amount"] for each in lines)
            assert invoice["total"] == invoice["subtotal"] - off
            assert invoice["amount_due"] == max(0, invoice["total"] + invoice["starting_balance"])
            assert invoice["amount_paid"] in {0, invoice["amount_due"]}
            if invoice["status"] == "paid":
                assert invoice["amount_remaining"] == 0

    @invariant()
    def every_invoice_is_paid_once(self) -> None:
        taken = sum(each["amount"] for each in self.world.all("charge", status="succeeded"))
        assert taken == sum(each["amount_paid"] for each in self.world.all("invoice"))

    @invariant()
    def refunds_stay_within_charges(self) -> None:
        for charge in self.world.all("charge"):
            given = sum(each["amount"] for each in self.world.all("refund", charge=charge["id"]))
            assert given == charge["amount_refunded"] <= charge["amount"]
            assert charge["refunded"] == (charge["amount_refunded"] == charge["amount"])

    @invariant()
    def no_period_is_invoiced_twice(self) -> None:
        cycles = [
            (line["subscription"], line["period"]["start"])
            for invoice in self.world.all("invoice", billing_reason="subscription_cycle")
            for line in invoice["lines"]["data"]
            if not line["parent"]["subscription_item_details"]["proration"]
        ]
        assert len(cycles) == len(set(cycles))


TestCustomers = Customers.TestCase
# A step passes weeks and tells dozens of events: fewer, longer histories than of smaller things, in the long run too.
TestCustomers.settings = settings(max_examples=settings().max_examples // 5, stateful_step_count=20)
