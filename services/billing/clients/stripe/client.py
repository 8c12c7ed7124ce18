"""Stripe, by its own SDK."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

import stripe

from services.billing.app.payment_ports import CustomerPage, EventPage, Ordered
from services.billing.app.people_ports import Ended
from services.billing.clients.stripe import reading, webhooks
from services.billing.clients.stripe.asking import (
    PAGE,
    ends,
    every,
    named_failures,
    names_missing_customer,
    quieten,
    told,
)
from services.billing.clients.stripe.reading import Told
from services.billing.domain.errors import InvoiceNotPaid, SubscribedAlready
from services.billing.domain.payments import CustomerState, Invoice, Price, ReceivedEvent

_TIMEOUT_S = 20.0
_RETRIES = 2
_CLOCKS_APART = datetime.timedelta(minutes=10)
_ENDED = frozenset({"canceled", "incomplete_expired"})
_ORDER = "order"
"""Under which a page's metadata names what it was ordered by."""


@dataclasses.dataclass(frozen=True)
class Keys:
    """How to reach the account. `api_url` is empty for Stripe itself."""

    secret_key: str = dataclasses.field(repr=False)
    webhook_secrets: tuple[str, ...] = dataclasses.field(repr=False)
    api_url: str = ""
    public_url: str = ""
    """Where people find us, and come back to."""


class StripeProvider:
    """The payment provider of `app/payment_ports.py`."""

    name = "stripe"

    def __init__(self, keys: Keys) -> None:
        """Nothing is asked yet."""
        quieten()
        self._keys = keys
        # Loopback needs no authorities, and loading them takes longer than most calls.
        is_here = keys.api_url.startswith("http://127.0.0.1:")
        self._http = stripe.HTTPXClient(timeout=_TIMEOUT_S, verify_ssl_certs=not is_here)
        client = stripe.StripeClient(
            keys.secret_key,
            base_addresses={"api": keys.api_url} if keys.api_url else None,
            http_client=self._http,
            max_network_retries=_RETRIES,
        )
        self._v1: Any = client.v1
        """Parameters are assembled here, which the SDK's typed dictionaries do not follow."""
        self._price_keys: dict[str, str] = {}

    async def start(self) -> None:
        """Nothing: a provider that is away keeps nobody from starting."""

    async def stop(self) -> None:
        """Let go of connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK left it so

    @property
    def is_test(self) -> bool:
        """Whether no money moves."""
        return "_test_" in self._keys.secret_key[:8]

    def read_event(self, body: bytes, signature: str, at: datetime.datetime) -> ReceivedEvent:
        """An event as it arrived. Raises SignatureInvalid."""
        return webhooks.read_event(body, signature, self._keys.webhook_secrets, at)

    # ---- Reading ----

    async def customer(self, customer_id: str) -> CustomerState:
        """All of a customer, as it is now."""
        with named_failures():
            expand = ["invoice_settings.default_payment_method"]
            with names_missing_customer():
                record = told(await self._v1.customers.retrieve_async(customer_id, {"expand": expand}))
            whose = {"customer": customer_id}
            subscriptions = await every(self._v1.subscriptions.list_async, {**whose, "status": "all"})
            invoices = await every(self._v1.invoices.list_async, {**whose, "expand": ["data.payments"]})
            charges = await every(self._v1.charges.list_async, whose)
            disputes = [each for charge in charges if charge["disputed"] for each in await self._disputes(charge)]
            # Of a customer that was deleted there are invoices, charges and ended subscriptions alone.
            is_gone = bool(record.get("deleted"))
            held = [] if is_gone else await every(self._v1.entitlements.active_entitlements.list_async, whose)
            methods = [] if is_gone else await self._methods(record, subscriptions)
            await self._learn_prices(reading.price_ids(invoices, subscriptions))
            return CustomerState(
                customer_id=customer_id,
                owner_id=(record.get("metadata") or {}).get(reading.OWNER) or "",
                card=reading.card(methods),
                subscriptions=tuple(reading.subscription(each, self._key_of) for each in subscriptions),
                invoices=tuple([await self._invoice(each, charges, disputes) for each in invoices]),
                entitlements=tuple(sorted(each["lookup_key"] for each in held)),
            )

    async def customer_of_charge(self, charge_id: str) -> str | None:
        """Who paid a charge."""
        with named_failures():
            found = told(await self._v1.charges.retrieve_async(charge_id)).get("customer")
        return found if isinstance(found, str) else None

    async def events(self, since: datetime.datetime, place: str) -> EventPage:
        """A page of what happened since then."""
        params: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        with named_failures():
            page = await self._v1.events.list_async(params | ({"starting_after": place} if place else {}))
        found = [reading.event(told(each)) for each in page.data]
        return EventPage(found[-1].event_id if page.has_more and found else None, found)

    async def customers(self, place: str) -> CustomerPage:
        """A page of all customers."""
        params: dict[str, Any] = {"limit": PAGE} | ({"starting_after": place} if place else {})
        with named_failures():
            page = await self._v1.customers.list_async(params)
        found = [_named(told(each)) for each in page.data]
        return CustomerPage(found[-1][0] if page.has_more and found else None, found)

    async def prices(self, lookup_keys: Sequence[str]) -> Sequence[Price]:
        """The active prices of these keys."""
        found: list[Price] = []
        with named_failures():
            # Stripe takes ten keys at a time.
            for first in range(0, len(lookup_keys), 10):
                params = {"lookup_keys": list(lookup_keys[first : first + 10]), "active": True}
                found += [reading.price(each) for each in await every(self._v1.prices.list_async, params)]
        return found

    # ---- Writing ----

    async def make_customer(self, owner_id: str, idempotency_key: str) -> str:
        """A new customer's id. The e-mail is asked for on Stripe's page; we neither send nor keep one."""
        params = {"metadata": {reading.OWNER: owner_id}}
        with named_failures():
            made = await self._v1.customers.create_async(params, {"idempotency_key": idempotency_key})
        return str(made.id)

    async def made_customer(self, owner_id: str, since: datetime.datetime) -> str | None:
        """The customer that was made for a person since then, by an answer that was lost."""
        params = {"created": {"gte": int((since - _CLOCKS_APART).timestamp())}}
        with named_failures():
            found = [_named(each) for each in await every(self._v1.customers.list_async, params)]
        return next((customer_id for customer_id, whose in reversed(found) if whose == owner_id), None)

    async def checkout(self, ordered: Ordered) -> str:
        """Address of the page on which to pay; one for a plan closes the others. Raises SubscribedAlready."""
        params: dict[str, Any] = {
            "mode": "subscription" if ordered.is_recurring else "payment",
            "customer": ordered.customer_id,
            "client_reference_id": ordered.owner_id,
            "line_items": [{"price": ordered.price_id, "quantity": 1}],
            "success_url": f"{self._keys.public_url}/?paid#/account/plan",
            "cancel_url": f"{self._keys.public_url}/#/account/plan",
            "allow_promotion_codes": True,
            "tax_id_collection": {"enabled": True},
            "customer_update": {"name": "auto", "address": "auto"},
            "billing_address_collection": "auto",
            "metadata": {_ORDER: ordered.idempotency_key},
        }
        if not ordered.is_recurring:
            # Packs are invoices like all else that is paid, so that minutes follow from invoices alone.
            params["invoice_creation"] = {"enabled": True}
        elif ordered.trial_days:
            params["subscription_data"] = {"trial_period_days": ordered.trial_days}
        with named_failures():
            if ordered.is_recurring:
                await self._close_others(ordered)
            options = {"idempotency_key": ordered.idempotency_key}
            session = await self._v1.checkout.sessions.create_async(params, options)
        return str(session.url)

    async def portal(self, customer_id: str) -> str:
        """Address of the page on which to change card and address."""
        params = {"customer": customer_id, "return_url": f"{self._keys.public_url}/#/account/plan"}
        with named_failures():
            session = await self._v1.billing_portal.sessions.create_async(params)
        return str(session.url)

    async def change_price(self, subscription_id: str, item_id: str, price_id: str, *, at_once: bool) -> None:
        """Another price: `at_once` pays the difference now, else it counts from the next invoice.

        Raises PaymentDeclined.
        """
        params: dict[str, Any] = {"items": [{"id": item_id, "price": price_id}], "proration_behavior": "none"}
        if at_once:
            # A larger plan is never had for a difference that was declined.
            params |= {"proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete"}
        with named_failures():
            await self._v1.subscriptions.update_async(subscription_id, params)

    async def set_ending(self, subscription_id: str, *, ending: bool) -> None:
        """Let a subscription end with what is paid, or go on."""
        with named_failures():
            await self._v1.subscriptions.update_async(subscription_id, {"cancel_at_period_end": ending})

    async def end_customer(self, customer_id: str) -> Ended:
        """Close open pages, end subscriptions now, and remove the customer; invoices and charges stay at Stripe."""
        whose = {"customer": customer_id}
        with named_failures():
            with names_missing_customer():
                record = told(await self._v1.customers.retrieve_async(customer_id))
            if record.get("deleted"):
                return Ended()
            # Pages first: none of them can be paid after its subscriptions were listed.
            pages = 0
            for each in await every(self._v1.checkout.sessions.list_async, {**whose, "status": "open"}):
                pages += await self._expire(each["id"])
            listed = await every(self._v1.subscriptions.list_async, {**whose, "status": "all"})
            living = [each["id"] for each in listed if each["status"] not in _ENDED]
            for subscription_id in living:
                with ends():
                    await self._v1.subscriptions.cancel_async(subscription_id, {"invoice_now": False, "prorate": False})
            with ends():
                await self._v1.customers.delete_async(customer_id)
        return Ended(pages, len(living), 1)

    async def refund(self, invoice_id: str) -> None:
        """Pay an invoice back in full; once, however often it is asked. Raises InvoiceNotPaid."""
        with named_failures():
            invoice = told(await self._v1.invoices.retrieve_async(invoice_id, {"expand": ["payments"]}))
            intents = reading.intents_of(invoice)
            if not intents:
                raise InvoiceNotPaid
            for intent in sorted(intents):
                charges = await every(self._v1.charges.list_async, {"payment_intent": intent})
                # What is left of it is asked first: a key of Stripe's is forgotten after a day, a refund is not.
                left = sum(each["amount"] - each["amount_refunded"] for each in charges if each["paid"])
                if left > 0:
                    options = {"idempotency_key": f"refund:{intent}:{left}"}
                    await self._v1.refunds.create_async({"payment_intent": intent, "amount": left}, options)

    # ---- Parts of a customer ----

    async def _invoice(self, invoice: Told, charges: Sequence[Told], disputes: Sequence[Told]) -> Invoice:
        lines: Sequence[Told] = invoice["lines"]["data"]
        if invoice["lines"].get("has_more"):
            listed = self._v1.invoices.line_items.list_async
            lines = await every(lambda params: listed(invoice["id"], params), {})
            await self._learn_prices(reading.price_ids([{"lines": {"data": lines}}], []))
        intents = reading.intents_of(invoice)
        of_it = [each for each in charges if each.get("payment_intent") in intents and each["paid"]]
        disputed = [each for each in disputes if each.get("payment_intent") in intents]
        return reading.invoice(invoice, lines, self._key_of, *reading.returned(of_it, disputed))

    async def _close_others(self, ordered: Ordered) -> None:
        """Two pages that are open at once, in two tabs, could both be paid, and would be two subscriptions."""
        sessions, whose = self._v1.checkout.sessions, {"customer": ordered.customer_id, "status": "open"}
        for each in await every(sessions.list_async, whose):
            # One of the same order is the page whose answer was lost.
            if each["mode"] == "subscription" and (each.get("metadata") or {}).get(_ORDER) != ordered.idempotency_key:
                await self._close(each["id"])

    async def _close(self, session_id: str) -> None:
        if await self._expire(session_id):
            return
        # Another request closed it a moment before, or it was paid.
        if told(await self._v1.checkout.sessions.retrieve_async(session_id))["status"] != "expired":
            raise SubscribedAlready

    async def _expire(self, session_id: str) -> bool:
        """Close a page; false when it was closed or paid a moment before."""
        try:
            await self._v1.checkout.sessions.expire_async(session_id)
        except stripe.InvalidRequestError:
            return False
        return True

    async def _disputes(self, charge: Told) -> Sequence[Told]:
        return await every(self._v1.disputes.list_async, {"charge": charge["id"]})

    async def _methods(self, record: Told, subscriptions: Sequence[Told]) -> list[Told]:
        """What is charged, the first that counts first."""
        chosen = (record.get("invoice_settings") or {}).get("default_payment_method")
        named = [each["default_payment_method"] for each in subscriptions if each.get("default_payment_method")]
        if named and not chosen:
            return [told(await self._v1.payment_methods.retrieve_async(named[0]))]
        return [chosen] if chosen else []

    async def _learn_prices(self, price_ids: set[str]) -> None:
        for price_id in sorted(price_ids - self._price_keys.keys()):
            self._price_keys[price_id] = reading.price_key(told(await self._v1.prices.retrieve_async(price_id)))

    def _key_of(self, price_id: str) -> str:
        return self._price_keys.get(price_id, "")


def _named(customer: Told) -> tuple[str, str]:
    return customer["id"], (customer.get("metadata") or {}).get(reading.OWNER) or ""
