"""What the payment provider says of a customer: read anew each time, never remembered from a message."""

from __future__ import annotations

import dataclasses
import datetime
import enum

LIVE = frozenset({"trialing", "active", "past_due", "unpaid", "paused"})
"""States of a subscription that has begun and not ended."""
DUNNED = frozenset({"active", "past_due"})
"""States in which a payment that is late may still come."""
OWING = "past_due"
"""The state in which one is late."""
UNPAID = frozenset({"draft", "open"})
"""States of an invoice whose money may still come."""


class Returned(enum.Enum):
    """What became of the money of an invoice."""

    KEPT = "kept"
    REFUNDED = "refunded"
    """All of it. Part of it is the operator's kindness, and costs no minutes."""
    DISPUTED = "disputed"
    """The bank has it back, or may have."""
    DISPUTE_WON = "dispute_won"


@dataclasses.dataclass(frozen=True)
class Card:
    """All that is kept of a card."""

    kind: str
    last4: str


@dataclasses.dataclass(frozen=True)
class Line:
    """What an invoice asks money for. `amount` is in the currency's smallest unit; below zero gives back."""

    price_key: str
    amount: int
    quantity: int
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    is_proration: bool


@dataclasses.dataclass(frozen=True)
class Invoice:
    """One invoice; `status` is the provider's word."""

    invoice_id: str
    number: str
    status: str
    is_renewal: bool
    created_at: datetime.datetime
    paid_at: datetime.datetime | None
    total: int
    currency: str
    url: str
    lines: tuple[Line, ...]
    subscription_id: str | None = None
    returned: Returned = Returned.KEPT
    dispute_id: str = ""

    @property
    def is_paid(self) -> bool:
        """Whether its money came and stayed."""
        return self.status == "paid" and self.returned in {Returned.KEPT, Returned.DISPUTE_WON}

    @property
    def state(self) -> str:
        """Its status, or what became of it after that."""
        return self.status if self.status != "paid" or self.is_paid else self.returned.value


@dataclasses.dataclass(frozen=True)
class Subscription:
    """One subscription; `status` is the provider's word, and `price_key` what its next invoice will be for."""

    subscription_id: str
    item_id: str
    status: str
    price_key: str
    created_at: datetime.datetime
    is_ending: bool
    trial_ends_at: datetime.datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it has begun and not ended."""
        return self.status in LIVE


@dataclasses.dataclass(frozen=True)
class CustomerState:
    """Everything about one customer that minutes and plans follow from."""

    customer_id: str
    owner_id: str
    """As the customer's own record at the provider names them; empty for none of ours."""
    card: Card | None = None
    subscriptions: tuple[Subscription, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    entitlements: tuple[str, ...] = ()
    """Features that are active now, by their lookup keys."""

    @property
    def subscription(self) -> Subscription | None:
        """The one that counts: the newest of those that are live."""
        live = [each for each in self.subscriptions if each.is_live]
        return max(live, key=lambda each: (each.created_at, each.subscription_id), default=None)

    def is_renewing(self, at: datetime.datetime) -> bool:
        """Whether the period of that moment has begun and is still to be paid."""
        return any(
            invoice.is_renewal
            and invoice.status in UNPAID
            and self.subscription is not None
            and invoice.subscription_id == self.subscription.subscription_id
            and any(line.starts_at <= at < line.ends_at for line in invoice.lines)
            for invoice in self.invoices
        )

    @property
    def oldest_first(self) -> list[Invoice]:
        """Invoices in the order in which they were made."""
        return sorted(self.invoices, key=lambda each: (each.created_at, each.invoice_id))


@dataclasses.dataclass(frozen=True)
class ReceivedEvent:
    """What is taken from an event: its name, and whose state is to be read anew. Its object is never believed."""

    event_id: str
    kind: str
    created_at: datetime.datetime
    subject: str | None
    """A customer's id or a charge's; None for an event that nothing follows from."""


@dataclasses.dataclass(frozen=True)
class Price:
    """A price at the provider."""

    price_id: str
    lookup_key: str
    amount: int
    currency: str
    interval: str
    """month, year, or empty for what is paid once."""
