"""Keys, e-mails, names, addresses and card data are nowhere in what billing writes: not in logs, errors or tables."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from services.billing.app.change_plan import change_plan
from services.billing.app.list_invoices import list_invoices
from services.billing.app.make_due_looks import make_due_looks
from services.billing.app.payment_ports import PaymentPorts
from services.billing.app.receive_event import receive_event
from services.billing.app.refund_invoice import refund_invoice
from services.billing.app.start_checkout import start_checkout
from services.billing.clients.stripe.client import Keys, StripeProvider
from services.billing.settings import StripeKeys
from services.billing.wiring import MIGRATIONS
from tests.integration.billing.counter import HOUR, OWNER, PRO, STUDIO, Counter, at_counter
from tests.integration.stripe.shop import KEY, SECRET, opened

EMAIL, NAME, STREET, TAX_ID = "ada.lovelace@example.com", "Ada Lovelace-Byron", "12 St. James's Square", "DE123456789"
PLANTED = (KEY, SECRET, EMAIL, NAME, STREET, TAX_ID, "rk_live_another_key", "example.com", "payment_method_details")


async def _failing(at: Counter) -> list[str]:
    """Whatever can go wrong, goes wrong; the texts of the errors."""
    wrong = StripeProvider(Keys("rk_live_another_key", (SECRET,), at.shop.address, "http://strip.example"))
    keyless = PaymentPorts(at.ports.ledger, at.ports.store, at.ports.terms, wrong)
    away = StripeProvider(Keys(KEY, (SECRET,), "http://127.0.0.1:9", "http://strip.example"))
    gone = PaymentPorts(at.ports.ledger, at.ports.store, at.ports.terms, away)
    customer_id = await at.customer_id()
    await at.ports.store.want_looks([customer_id], at.ports.now())
    await make_due_looks(keyless)
    body = json.dumps((await at.events())[-1]).encode()
    subscription = (await at.provider.customer(customer_id)).subscriptions[0]
    await at.shop.control("card", customer=customer_id, card="customer_fail")
    tries: list[Callable[[], Coroutine[Any, Any, object]]] = [
        lambda: start_checkout(keyless, "usr_other", PRO, EMAIL),
        lambda: start_checkout(gone, "usr_other", PRO, ""),
        lambda: change_plan(at.ports, OWNER, STUDIO),
        lambda: receive_event(at.ports, body, f"t=1,v1={SECRET}"),
        lambda: at.provider.change_price(subscription.subscription_id, EMAIL, "price_none", at_once=True),
        lambda: refund_invoice(at.ports, EMAIL),
        lambda: at.provider.customer(f"cus_{EMAIL}"),
    ]
    told = []
    for one in tries:
        with pytest.raises(Exception) as raised:  # noqa: PT011 - any of them, as what it says is what is looked at
            await one()
        told += [str(raised.value), repr(raised.value), repr(raised.value.__cause__)]
    await wrong.stop()
    await away.stop()
    return told


async def _written(database: Database) -> str:
    """All that is in billing's tables."""
    async with database.pool.acquire() as connection:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'billing'")
        tables = [await connection.fetch(f"SELECT t::text FROM billing.{row['tablename']} t") for row in names]  # noqa: S608 - names of tables that PostgreSQL told
    assert len(tables) > 8
    return "\n".join(str(row[0]) for rows in tables for row in rows)


async def test_nothing_that_is_planted_comes_up(postgres: PostgresServer, caplog: pytest.LogCaptureFixture) -> None:
    """At the most talkative level, through payments, refusals and outages, what is planted is written nowhere."""
    caplog.set_level(logging.DEBUG)
    async with postgres.database("billing", MIGRATIONS) as database, opened() as shop, at_counter(shop, database) as at:
        filled: dict[str, Any] = {
            "email": EMAIL,
            "name": NAME,
            "address": {"line1": STREET, "country": "DE"},
            "tax_id": {"type": "eu_vat", "value": TAX_ID},
        }
        await at.pay(PRO, **filled)
        await at.pay(HOUR, **filled)
        for event in await at.events():
            await at.deliver(event)
        await at.work()
        assert len((await list_invoices(at.ports, OWNER, None, 0)).invoices) == 2
        told = await _failing(at)
        tables = await _written(database)
    logged = "\n".join(
        f"{record.getMessage()} {record.__dict__.get('fields', '')} {record.exc_text or ''} {record.args}"
        for record in caplog.records
        if not record.name.startswith(("stack.", "uvicorn"))
    )
    for planted in PLANTED:
        where = [name for name, text in (("errors", "\n".join(told)), ("tables", tables)) if planted in text]
        assert (planted, where) == (planted, [])
        assert planted not in logged, planted
    assert KEY not in repr(Keys(KEY, (SECRET,))) + repr(StripeKeys(KEY, (SECRET,)))
    assert SECRET not in repr(Keys(KEY, (SECRET,))) + repr(StripeKeys(KEY, (SECRET,)))
    assert "4242" in tables
