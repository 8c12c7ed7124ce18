"""What payments need of the world, beside the ledger."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Protocol

from services.billing.app.people_ports import Ended, People
from services.billing.app.ports import Ports
from services.billing.domain.errors import PaymentsNotSetUp
from services.billing.domain.paid_periods import Terms
from services.billing.domain.payments import Card, CustomerState, Invoice, Price, ReceivedEvent
from services.billing.domain.standing import PaymentState


@dataclasses.dataclass(frozen=True)
class Ordered:
    """What is to be paid on the provider's page."""

    owner_id: str
    customer_id: str
    price_id: str
    is_recurring: bool
    trial_days: int
    idempotency_key: str


@dataclasses.dataclass(frozen=True)
class Page:
    """Things of the provider, and where the next page begins; None on the last."""

    next_place: str | None


@dataclasses.dataclass(frozen=True)
class EventPage(Page):
    """Events, newest first."""

    events: Sequence[ReceivedEvent]


@dataclasses.dataclass(frozen=True)
class CustomerPage(Page):
    """Customers with the people that their records name, newest first."""

    customers: Sequence[tuple[str, str]]


class Provider(Protocol):
    """The payment provider. Everything raises PaymentsAway and PaymentRefused."""

    @property
    def is_test(self) -> bool:
        """Whether no money moves."""
        ...

    def read_event(self, body: bytes, signature: str, at: datetime.datetime) -> ReceivedEvent:
        """An event as it arrived. Raises SignatureInvalid."""
        ...

    async def customer(self, customer_id: str) -> CustomerState:
        """All of a customer, as it is now. Raises CustomerMissing."""
        ...

    async def customer_of_charge(self, charge_id: str) -> str | None:
        """Who paid a charge."""
        ...

    async def make_customer(self, owner_id: str, idempotency_key: str) -> str:
        """A new customer's id."""
        ...

    async def made_customer(self, owner_id: str, since: datetime.datetime) -> str | None:
        """The customer that was made for a person since then, by an answer that was lost."""
        ...

    async def prices(self, lookup_keys: Sequence[str]) -> Sequence[Price]:
        """The active prices of these keys."""
        ...

    async def checkout(self, ordered: Ordered) -> str:
        """Address of the page on which to pay; one for a plan closes the others. Raises SubscribedAlready."""
        ...

    async def portal(self, customer_id: str) -> str:
        """Address of the page on which to change card and address."""
        ...

    async def change_price(self, subscription_id: str, item_id: str, price_id: str, *, at_once: bool) -> None:
        """Another price: `at_once` pays the difference now, else it counts from the next invoice.

        Raises PaymentDeclined.
        """
        ...

    async def set_ending(self, subscription_id: str, *, ending: bool) -> None:
        """Let a subscription end with what is paid, or go on."""
        ...

    async def end_customer(self, customer_id: str) -> Ended:
        """Close their open pages, end their subscriptions now, and remove them with all but what was paid. Idempotent.

        Nothing is paid back by it. Raises CustomerMissing.
        """
        ...

    async def refund(self, invoice_id: str) -> None:
        """Pay an invoice back in full; once, however often it is asked. Raises InvoiceNotPaid."""
        ...

    async def events(self, since: datetime.datetime, place: str) -> EventPage:
        """A page of what happened since then."""
        ...

    async def customers(self, place: str) -> CustomerPage:
        """A page of all customers."""
        ...


@dataclasses.dataclass(frozen=True)
class CustomerRecord:
    """What is kept of a customer; None of what is not known yet."""

    owner_id: str
    customer_id: str | None
    asked_at: datetime.datetime
    state: PaymentState = PaymentState.NONE
    plan: str | None = None
    next_plan: str | None = None
    paid_until: datetime.datetime | None = None
    usable_until: datetime.datetime | None = None
    had_subscription: bool = False
    card: Card | None = None


@dataclasses.dataclass(frozen=True)
class KeptInvoice:
    """An invoice as it is listed."""

    invoice_id: str
    number: str
    created_at: datetime.datetime
    total: int
    currency: str
    state: str
    url: str


@dataclasses.dataclass(frozen=True)
class InvoicePlace:
    """Where a page of invoices begins: after this one."""

    created_at: datetime.datetime
    invoice_id: str


@dataclasses.dataclass(frozen=True)
class DueLook:
    """A look that was claimed. `wanted` tells whether it was wished for again meanwhile."""

    subject: str
    wanted: int
    attempts: int
    claimed_until: datetime.datetime
    """Whose claim it is: that of a later claim is later."""


@dataclasses.dataclass(frozen=True)
class Reconciling:
    """How far the reconciliation that is claimed has come."""

    phase: str
    """idle, events or customers."""
    place: str
    since: datetime.datetime | None
    """Events before this were looked for before."""
    began_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    claimed_until: datetime.datetime
    """Whose claim it is: that of a later claim is later."""
    next_look_at: datetime.datetime | None = None
    """When the next customer may be looked at; not kept, so that one that was cut off goes on with now."""


class PaymentStore(People, Protocol):
    """Where the records of payments are. Each call is one transaction."""

    async def record_of(self, owner_id: str) -> CustomerRecord | None:
        """A person's record."""
        ...

    async def owner_of(self, customer_id: str) -> str | None:
        """Whose customer that is."""
        ...

    async def ask_customer(self, owner_id: str, at: datetime.datetime) -> CustomerRecord:
        """A person's record, made where there is none. Raises AccountNotFound for somebody who was erased."""
        ...

    async def name_customer(self, owner_id: str, customer_id: str, at: datetime.datetime) -> str:
        """Keep a person's customer, unless there is one; the one that is kept. Raises AccountNotFound."""
        ...

    async def next_look(self) -> int:
        """A number higher than that of any look before."""
        ...

    async def keep_look(self, look: int, record: CustomerRecord, invoices: Sequence[Invoice]) -> bool:
        """Keep what a look saw; False where a newer one has been kept, and nothing is changed."""
        ...

    async def invoices(self, owner_id: str, after: InvoicePlace | None, limit: int) -> Sequence[KeptInvoice]:
        """A person's invoices, newest first."""
        ...

    async def invoice_named(self, name: str) -> tuple[str, str] | None:
        """Id and customer of the invoice with this id, or with this number, as people read it on the invoice."""
        ...

    async def receive(self, events: Sequence[ReceivedEvent], at: datetime.datetime) -> int:
        """Keep events and the looks that they ask for, together; how many of them were new."""
        ...

    async def want_looks(self, subjects: Sequence[str], at: datetime.datetime, *, is_routine: bool = False) -> None:
        """Let these be looked at from then on; those given up as well. Routine ones wait behind all others."""
        ...

    async def claim_look(self, at: datetime.datetime, until: datetime.datetime) -> DueLook | None:
        """A look that is due and that nobody else makes before `until`."""
        ...

    async def finish_look(self, look: DueLook, again_at: datetime.datetime | None) -> None:
        """It was made. It is due again when wished for meanwhile, or at `again_at`; never if the claim is lost."""
        ...

    async def fail_look(self, look: DueLook, fault: str, again_at: datetime.datetime, *, parked: bool) -> None:
        """It failed. It is due at `again_at`, or when it was wished for meanwhile; never if the claim is lost."""
        ...

    async def looks_waiting(self, at: datetime.datetime) -> tuple[int, int]:
        """How many looks are due, and how many were given up."""
        ...

    async def order_checkout(
        self, owner_id: str, request_key: str, price_key: str, at: datetime.datetime
    ) -> str | None:
        """Keep what a request's key asks for; the page that it had before.

        Raises IdempotencyKeyReused, AccountNotFound.
        """
        ...

    async def keep_checkout(self, owner_id: str, request_key: str, url: str) -> None:
        """Keep the page that a request's key had."""
        ...

    async def claim_reconciliation(self, at: datetime.datetime, until: datetime.datetime) -> Reconciling | None:
        """The reconciliation, where nobody else is at it."""
        ...

    async def keep_reconciliation(self, state: Reconciling, until: datetime.datetime | None) -> bool:
        """How far it has come; None lets go of it. False where the claim was lost, and nothing is changed."""
        ...

    async def forget(self, before: datetime.datetime) -> None:
        """Remove events and requests that are older."""
        ...


@dataclasses.dataclass(frozen=True)
class PaymentPorts:
    """Everything that a verb of payments may need."""

    ledger: Ports
    store: PaymentStore
    terms: Terms
    given_provider: Provider | None = None
    """None where payments are not set up."""

    @property
    def provider(self) -> Provider:
        """The payment provider. Raises PaymentsNotSetUp."""
        if self.given_provider is None:
            raise PaymentsNotSetUp
        return self.given_provider

    def now(self) -> datetime.datetime:
        """The present moment."""
        return self.ledger.clock.now()
