"""Payments at the gateway: what is asked goes on as it is, and the provider's events byte for byte."""

from __future__ import annotations

import pytest

from services.gateway.api.billing_routes import EVENT_BYTES_MAX
from tests.integration.gateway.conftest import OWNER, Door


@pytest.mark.parametrize("path", ["payments", "prices", "invoices", "ledger"])
async def test_what_is_paid_can_be_read(door: Door, path: str) -> None:
    """Each answers its owner with what the document says, and nobody without a token."""
    answer = await door.http.get(f"/v1/billing/{path}", headers=door.bearer())
    assert answer.status_code == 200, answer.text
    assert (await door.http.get(f"/v1/billing/{path}")).status_code == 401


async def test_payments_are_told_in_words(door: Door) -> None:
    """A state and a card are told by the document's words; what is not known is null."""
    told = (await door.http.get("/v1/billing/payments", headers=door.bearer())).json()
    assert (told["state"], told["plan"], told["next_plan"], told["paid_until"]) == ("active", "pro", None, None)
    assert told["card"] == {"type": "", "last4": "4242"}


async def test_checkout_keeps_its_key(door: Door) -> None:
    """The caller's key, their id and the price go on; a key that no header may hold is refused."""
    headers = {**door.bearer(), "Idempotency-Key": "click-1"}
    body = {"price": "stripsession_pro_monthly"}
    answer = await door.http.post("/v1/billing/checkout", json=body, headers=headers)
    assert answer.json() == {"url": "https://checkout.example/c/1"}
    (asked,) = door.payments.asked
    assert (asked.owner_id, asked.price_lookup_key, asked.idempotency_key) == (OWNER, body["price"], "click-1")
    spaced = await door.http.post("/v1/billing/checkout", json=body, headers=headers | {"Idempotency-Key": "a b"})
    assert (spaced.status_code, spaced.json()["reason"]) == (400, "MALFORMED_HEADER")
    assert (await door.http.post("/v1/billing/checkout", json={}, headers=headers)).status_code == 422


async def test_changes_answer_how_one_stands(door: Door) -> None:
    """Change, cancel and resume answer with the payments after it."""
    change = await door.http.post("/v1/billing/change", json={"price": "x"}, headers=door.bearer())
    assert change.json()["plan"] == "pro"
    for verb in ("cancel", "resume"):
        assert (await door.http.post(f"/v1/billing/{verb}", headers=door.bearer())).json()["state"] == "active"
    assert (await door.http.post("/v1/billing/portal", headers=door.bearer())).json()["url"].startswith("https://")


async def test_pages_of_other_sites_cannot_change_plans(door: Door) -> None:
    """A cookie alone, from another site, changes nothing."""
    cookies = {"stripsession_access": door.auth.token(OWNER)}
    sent = {"Sec-Fetch-Site": "cross-site", "Cookie": f"stripsession_access={cookies['stripsession_access']}"}
    answer = await door.http.post("/v1/billing/cancel", headers=sent)
    assert (answer.status_code, answer.json()["reason"]) == (403, "CROSS_SITE")


async def test_events_go_on_byte_for_byte(door: Door) -> None:
    """Neither spaces nor the order of a body is touched, and one that is too large is not read to its end."""
    body = b'{ "id" :\t"evt_1", "a":1.0 }\r\n'
    headers = {"Stripe-Signature": "t=1,v1=abc", "Content-Type": "application/json; charset=utf-8"}
    assert (await door.http.post("/v1/webhooks/stripe", content=body, headers=headers)).status_code == 204
    (asked,) = door.payments.asked
    assert (asked.body, asked.signature) == (body, "t=1,v1=abc")
    large = await door.http.post("/v1/webhooks/stripe", content=b" " * (EVENT_BYTES_MAX + 1), headers=headers)
    assert (large.status_code, large.json()["reason"]) == (413, "BODY_TOO_LARGE")
