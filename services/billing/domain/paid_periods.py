"""Which grants follow from a customer's invoices.

The same invoices give the same steps, in the same order, whatever was heard of them before: steps are idempotent, so
all of them are taken each time.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Sequence

from services.billing.domain.grants import Order, Source, grant_id_of, prorated
from services.billing.domain.instalments import Span, months_in
from services.billing.domain.payments import DUNNED, UNPAID, CustomerState, Invoice, Line, Returned, Subscription
from services.billing.domain.plans import Catalogue, Pack, Plan

_MONTH = datetime.timedelta(days=30)
_ADVANCE = ":advance"


@dataclasses.dataclass(frozen=True)
class Give:
    """A grant, in the place of another one where there is one that it can replace."""

    order: Order
    replaces_id: str | None = None
    kept_s: int = 0

    @property
    def grant_id(self) -> str:
        """Its name."""
        return grant_id_of(self.order.source, self.order.reference)


@dataclasses.dataclass(frozen=True)
class Take:
    """A grant of which what is unused goes."""

    grant_id: str


@dataclasses.dataclass(frozen=True)
class GiveBack:
    """What was taken of a grant for a dispute comes back, as the dispute was won."""

    grant_id: str
    dispute_id: str


Step = Give | Take | GiveBack


@dataclasses.dataclass(frozen=True)
class Terms:
    """How late a payment may come."""

    grace: datetime.timedelta


def plan_sold_as(plans: Catalogue, key: str, entitlements: Sequence[str] = ()) -> Plan | None:
    """The plan that a price is of; for a price that no plan names, the one that the customer is entitled to."""
    sold = [plan for plan in plans.plans if plan.price_lookup_keys]
    by_price = next((plan for plan in sold if key and key in plan.price_lookup_keys), None)
    return by_price or next((plan for plan in reversed(sold) if f"plan-{plan.name}" in entitlements), None)


def pack_sold_as(plans: Catalogue, key: str) -> Pack | None:
    """The pack that a price is of."""
    return next((pack for pack in plans.packs if key and pack.price_lookup_key == key), None)


def steps(owner_id: str, customer: CustomerState, plans: Catalogue, terms: Terms) -> list[Step]:
    """What to give and to take, the oldest first."""
    return list(_Steps(owner_id, customer, plans, terms).all())


class _Steps:
    def __init__(self, owner_id: str, customer: CustomerState, plans: Catalogue, terms: Terms) -> None:
        self._owner_id = owner_id
        self._customer = customer
        self._plans = plans
        self._terms = terms
        self._present: dict[str, list[tuple[Give, Span]]] = {}
        """Subscription -> grants of its present period, with the whole month of each, which a change replaces."""

    def all(self) -> Iterator[Step]:
        """Every step."""
        back: list[Take | GiveBack] = []
        replaced: set[str] = set()
        for invoice in self._customer.oldest_first:
            given: list[Step] = list(self._of(invoice))
            yield from given
            names = [each.grant_id for each in given if isinstance(each, Give)]
            replaced |= {each.grant_id for each in given if isinstance(each, Take)}
            if invoice.returned is Returned.DISPUTE_WON:
                back += [GiveBack(name, invoice.dispute_id) for name in names]
            elif invoice.returned is not Returned.KEPT:
                back += [Take(name) for name in names]
        # What a change took is in what it gave, and taken already, whatever became of the money that came before.
        yield from (each for each in back if each.grant_id not in replaced)

    def _of(self, invoice: Invoice) -> Iterator[Step]:
        if invoice.status == "paid":
            for number, line in enumerate(invoice.lines):
                yield from self._of_line(invoice, line, number)
        elif invoice.is_renewal and invoice.status in UNPAID and self._may_come(invoice):
            yield from self._advance(invoice)

    def _of_line(self, invoice: Invoice, line: Line, number: int) -> Iterator[Step]:
        pack = pack_sold_as(self._plans, line.price_key)
        if pack is not None:
            starts_at = invoice.paid_at or invoice.created_at
            ends_at = starts_at + datetime.timedelta(days=pack.life_days)
            reference = invoice.invoice_id + (f":{number}" if number else "")
            seconds = pack.seconds * line.quantity
            yield Give(Order(self._owner_id, Source.TOP_UP, reference, seconds, starts_at, ends_at))
            return
        if invoice.subscription_id is None or line.amount < 0 or line.starts_at >= line.ends_at:
            return
        plan = plan_sold_as(self._plans, line.price_key, self._customer.entitlements)
        if plan is None:
            return
        if not line.is_proration:
            yield from self._period(invoice, line, plan)
        elif not invoice.is_renewal:
            yield from self._change(invoice, line, plan)

    def _period(self, invoice: Invoice, line: Line, plan: Plan) -> Iterator[Step]:
        """A period, whole. Another one that is under way ends, as when a yearly price takes a monthly one's place."""
        source, seconds = Source.PLAN_PERIOD, plan.seconds_a_month
        if self._is_trial(invoice, line):
            source = Source.TRIAL
            seconds = prorated(seconds, line.starts_at, line.starts_at + _MONTH, line.ends_at)
        spans = months_in(line.starts_at, line.ends_at)
        yield from self._in_place(invoice, plan, source, [(span, span, seconds) for span in spans])

    def _change(self, invoice: Invoice, line: Line, plan: Plan) -> Iterator[Step]:
        """Another plan for the rest of a period: of this month its part, of the months to come all."""
        under_way = self._live(invoice, line.starts_at)
        months = [month for _, month in under_way if month.ends_at <= line.ends_at]
        worth = []
        for month in months or months_in(line.starts_at, line.ends_at):
            gone_s = prorated(plan.seconds_a_month, month.starts_at, month.ends_at, line.starts_at)
            span = Span(max(month.starts_at, line.starts_at), month.ends_at)
            worth.append((span, month, plan.seconds_a_month - gone_s))
        is_trial = bool(under_way) and under_way[0][0].order.source is Source.TRIAL
        source = Source.TRIAL if is_trial else Source.PLAN_PERIOD
        yield from self._in_place(invoice, plan, source, worth)

    def _in_place(
        self, invoice: Invoice, plan: Plan, source: Source, worth: Sequence[tuple[Span, Span, int]]
    ) -> Iterator[Step]:
        """Grants of these spans, each of a month, in the place of what the subscription has from the first one on."""
        starts_at = worth[0][0].starts_at
        replaced = [give for give, _ in self._live(invoice, starts_at)]
        current = next((each for each in replaced if each.order.starts_at < starts_at), None)
        given = []
        for number, (span, _, seconds) in enumerate(worth):
            reference = invoice.invoice_id + (f":{number}" if number else "")
            order = Order(self._owner_id, source, reference, seconds, span.starts_at, span.ends_at, plan.name)
            given.append(Give(order))
        if current is not None:
            old = current.order
            kept_s = prorated(old.seconds, old.starts_at, old.expires_at, starts_at)
            given[0] = dataclasses.replace(given[0], replaces_id=current.grant_id, kept_s=kept_s)
        elif invoice.is_renewal:
            # What was advanced while the payment was late counts as part of the period.
            advanced = grant_id_of(Source.PLAN_PERIOD, _advance_of(invoice))
            given[0] = dataclasses.replace(given[0], replaces_id=advanced)
        yield from given
        yield from (Take(each.grant_id) for each in replaced if each is not current)
        months = [month for _, month, _ in worth]
        self._present[invoice.subscription_id or ""] = list(zip(given, months, strict=True))

    def _advance(self, invoice: Invoice) -> Iterator[Step]:
        """A renewal that is not paid yet: its grace is worth its share of a month."""
        for line in invoice.lines:
            plan = plan_sold_as(self._plans, line.price_key, self._customer.entitlements)
            if plan is None or line.is_proration or line.amount <= 0:
                continue
            ends_at = min(line.starts_at + self._terms.grace, line.ends_at)
            if ends_at <= line.starts_at:
                return
            seconds = prorated(plan.seconds_a_month, line.starts_at, line.starts_at + _MONTH, ends_at)
            reference = _advance_of(invoice)
            order = Order(self._owner_id, Source.PLAN_PERIOD, reference, seconds, line.starts_at, ends_at, plan.name)
            yield Give(order)
            return

    def _live(self, invoice: Invoice, at: datetime.datetime) -> list[tuple[Give, Span]]:
        given = self._present.get(invoice.subscription_id or "", [])
        return [each for each in given if each[0].order.expires_at > at]

    def _subscription_of(self, invoice: Invoice) -> Subscription | None:
        named = (each for each in self._customer.subscriptions if each.subscription_id == invoice.subscription_id)
        return next(named, None)

    def _may_come(self, invoice: Invoice) -> bool:
        subscription = self._subscription_of(invoice)
        return subscription is not None and subscription.status in DUNNED

    def _is_trial(self, invoice: Invoice, line: Line) -> bool:
        subscription = self._subscription_of(invoice)
        # A whole discount leaves a line its amount; a trial has none.
        return line.amount == 0 and subscription is not None and subscription.trial_ends_at == line.ends_at


def is_advance(grant_id: str) -> bool:
    """Whether a grant is what a late payment's grace is worth: its end brings nothing new."""
    return grant_id.endswith(_ADVANCE)


def _advance_of(invoice: Invoice) -> str:
    return f"{invoice.invoice_id}{_ADVANCE}"
