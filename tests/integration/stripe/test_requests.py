"""Requests: keys, errors, idempotency, lists and expansion, as the SDK meets them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import stripe

from tests.integration.stripe.shop import DAY_S, START, Shop, client_of


@pytest.mark.parametrize(
    "given", ["", "Bearer sk_test_another", "Bearer sk_live_never", "Basic c2tfdGVzdF9hbm90aGVyOg=="]
)
async def test_key_is_asked_for(shop: Shop, given: str) -> None:
    """Who shows no key of the account's, or another, is answered 401 in Stripe's shape, and never with the key."""
    answer = await shop.http.get("/v1/customers", headers={"Authorization": given})
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert "sk_test_another" not in answer.text
    control = await shop.http.post("/_test/clock", headers={"Authorization": given})
    assert control.status_code == 401


async def test_sdk_knows_the_refusal_of_a_key(shop: Shop) -> None:
    """The SDK raises its own error of authentication for a wrong key."""
    async with client_of(shop.address, "sk_test_wrong") as client:
        with pytest.raises(stripe.AuthenticationError) as refused:
            await client.v1.customers.list_async()
    assert refused.value.request_id


async def test_request_ids_differ(shop: Shop) -> None:
    """Every answer has an id of its own, and events name the request that caused them."""
    first, second = await shop.http.post("/v1/customers"), await shop.http.post("/v1/customers")
    assert first.headers["request-id"] != second.headers["request-id"]
    told = (await shop.events(type="customer.created"))[0]
    assert told.request.id == first.headers["request-id"]


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "code", "param"),
    [
        ("GET", "/v1/customers/cus_nosuch", "", 404, "resource_missing", "id"),
        ("POST", "/v1/subscriptions", "customer=cus_nosuch", 400, "resource_missing", "customer"),
        ("POST", "/v1/subscriptions", "", 400, "parameter_missing", "customer"),
        ("POST", "/v1/customers", "nmae=Typo", 400, "parameter_unknown", "nmae"),
        ("POST", "/v1/prices", "product=prod_pro&unit_amount=x", 400, "parameter_invalid_integer", "unit_amount"),
        ("POST", "/v1/payment_intents", "amount=10&currency=usd", 400, "amount_too_small", "amount"),
        ("POST", "/v1/customers", "name=a&name=b", 400, None, None),
        ("POST", "/v1/customers", "address[line1", 400, None, None),
        ("POST", "/v1/customers", "email=%FF", 400, None, None),
        ("GET", "/v1/nosuch", "", 404, None, None),
        ("GET", "/v1/customers?limit=1000", "", 400, "parameter_invalid_integer", "limit"),
        ("GET", "/v1/customers?starting_after=cus_nosuch", "", 400, "resource_missing", "starting_after"),
        ("GET", "/v1/products/prod_pro?expand[]=nosuch", "", 400, None, "expand"),
        ("GET", "/v1/products/prod_pro?expand[]=name", "", 400, None, "expand"),
    ],
)  # fmt: skip
async def test_refusals(
    shop: Shop, method: str, path: str, form: str, status: int, code: str | None, param: str | None
) -> None:
    """What cannot be done is refused with Stripe's status, code and the parameter at fault."""
    answer = await shop.http.request(method, path, content=form)
    error = answer.json()["error"]
    assert (answer.status_code, error.get("code"), error.get("param")) == (status, code, param)


async def test_card_numbers_are_refused(shop: Shop) -> None:
    """A card number is not taken, and not kept anywhere."""
    number = "4242" * 4
    card: Any = {"type": "card", "card": {"number": number, "exp_month": 1, "exp_year": 2030}}
    with pytest.raises(stripe.InvalidRequestError, match="unsafe"):
        await shop.client.v1.payment_methods.create_async(card)
    assert number not in str(shop.world.tables)


async def test_declined_card(shop: Shop) -> None:
    """The bank's refusal is the SDK's card error, with code, decline code and the intent."""
    with pytest.raises(stripe.CardError) as refused:
        await shop.client.v1.payment_intents.create_async(
            {
                "amount": 500,
                "currency": "usd",
                "payment_method": "pm_card_chargeDeclinedInsufficientFunds",
                "confirm": True,
            }
        )
    error = refused.value
    assert (error.http_status, error.code) == (402, "card_declined")
    body: Any = error.json_body
    assert body["error"]["decline_code"] == "insufficient_funds"
    assert body["error"]["payment_intent"]["status"] == "requires_payment_method"


async def test_answers_are_replayed(shop: Shop) -> None:
    """The same key with the same parameters gets the first answer again, and nothing is done twice."""
    form, key = {"email": "a@example.com"}, {"Idempotency-Key": "k1"}
    first = await shop.http.post("/v1/customers", data=form, headers=key)
    second = await shop.http.post("/v1/customers", data=form, headers=key)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["idempotent-replayed"] == "true"
    assert len((await shop.client.v1.customers.list_async()).data) == 1


async def test_failures_are_replayed(shop: Shop) -> None:
    """A 500 and a declined card are replayed like any other answer, as they are by Stripe."""
    await shop.control("fail", kind="after", status=500)
    options: Any = {"idempotency_key": "k1"}
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await shop.client.v1.customers.create_async({}, options)
    assert len((await shop.client.v1.customers.list_async()).data) == 1
    customer = await shop.customer("pm_card_chargeCustomerFail")
    payment: Any = {"customer": customer.id, "amount": 500, "currency": "usd", "confirm": True}
    payment["payment_method"] = (await shop.client.v1.payment_methods.list_async({"customer": customer.id})).data[0].id
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await shop.client.v1.payment_intents.create_async(payment, {"idempotency_key": "k2"})
    assert len((await shop.client.v1.charges.list_async({"customer": customer.id})).data) == 1


async def test_lost_answer_is_found_again(shop: Shop) -> None:
    """When an answer is lost on its way, the SDK's own second try with the same key gets what was done."""
    await shop.control("fail", kind="lost", status=503)
    async with client_of(shop.address, retries=2) as client:
        made = await client.v1.customers.create_async({"email": "a@example.com"})
    assert [each.id for each in (await shop.client.v1.customers.list_async()).data] == [made.id]


async def test_failure_before_anything_is_done(shop: Shop) -> None:
    """A fault set for the start of a request leaves nothing behind it but the failure."""
    await shop.control("fail", kind="before", status=500, times=2, path="/v1/customers")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await shop.client.v1.customers.create_async({})
    assert await shop.events() == []
    assert (await shop.client.v1.customers.create_async({})).id


async def test_key_with_other_parameters(shop: Shop) -> None:
    """A key that comes back with other parameters is refused, and refused parameters use no key up."""
    options: Any = {"idempotency_key": "k1"}
    unknown: Any = {"customer": "x", "nosuch": 1}
    with pytest.raises(stripe.InvalidRequestError):
        await shop.client.v1.subscriptions.create_async(unknown, options)
    await shop.client.v1.customers.create_async({"email": "a@example.com"}, options)
    with pytest.raises(stripe.IdempotencyError):
        await shop.client.v1.customers.create_async({"email": "b@example.com"}, options)
    await shop.control("clock/advance", days=1)
    assert (await shop.client.v1.customers.create_async({"email": "b@example.com"}, options)).email == "b@example.com"


async def test_key_in_use(shop: Shop) -> None:
    """A second request with the key of one that is under way is answered 409, and the first goes through."""
    await shop.control("hold", path="/v1/customers")
    key = {"Idempotency-Key": "k1"}
    first = asyncio.create_task(shop.http.post("/v1/customers", headers=key))
    await shop.control("held", path="/v1/customers")
    second: httpx.Response = await shop.http.post("/v1/customers", headers=key)
    assert (second.status_code, second.json()["error"]["code"]) == (409, "idempotency_key_in_use")
    await shop.control("release")
    assert (await first).status_code == 200
    assert (await shop.http.post("/v1/customers", headers=key)).content == (await first).content


async def test_pages_of_a_list(shop: Shop) -> None:
    """A list is told newest first, a page at a time, and the SDK walks all of it without gaps or repeats."""
    made = [(await shop.customer(None)).id for _ in range(7)]
    page = await shop.client.v1.customers.list_async({"limit": 3})
    assert [each.id for each in page.data] == made[:-4:-1]
    assert page.has_more
    walked = [each.id async for each in page.auto_paging_iter()]
    assert walked == list(reversed(made))
    last = await shop.client.v1.customers.list_async({"limit": 3, "starting_after": made[1]})
    assert ([each.id for each in last.data], last.has_more) == ([made[0]], False)
    before = await shop.client.v1.customers.list_async({"limit": 2, "ending_before": made[2]})
    assert ([each.id for each in before.data], before.has_more) == ([made[4], made[3]], True)


async def test_events_by_type_and_time(shop: Shop) -> None:
    """Events are listed by type and time, and those older than thirty days no more."""
    await shop.customer(None)
    await shop.control("clock/advance", days=20)
    await shop.customer(None)
    created = await shop.events(type="customer.created")
    assert [each.created for each in created] == [START, START + 20 * DAY_S]
    later = await shop.events(created={"gte": START + DAY_S})
    assert [each.created for each in later] == [START + 20 * DAY_S]
    await shop.control("clock/advance", days=15)
    assert [each.created for each in await shop.events()] == [START + 20 * DAY_S]


async def test_expansion(shop: Shop) -> None:
    """Ids are told as objects where asked for, through lists and several levels."""
    customer = await shop.customer()
    made = await shop.subscription(
        customer.id, expand=["customer", "items.data.price.product", "latest_invoice.payments"]
    )
    whole: Any = made
    assert whole.customer.email == "listener@example.com"
    assert whole["items"].data[0].price.product.name == "StripSession Pro"
    assert whole.latest_invoice.payments.data[0].status == "paid"
    listed: Any = await shop.client.v1.subscriptions.list_async({"expand": ["data.customer"]})
    assert listed.data[0].customer.id == customer.id
    again = await shop.client.v1.subscriptions.retrieve_async(made.id)
    assert again.customer == customer.id


async def test_refused_customer_leaves_nothing(shop: Shop) -> None:
    """A customer that is refused for a tax id or a card is not there, and no event tells of one."""
    refused: list[Any] = [
        {"tax_id_data": [{"type": "eu_vat", "value": "12"}]},
        {"payment_method": "pm_card_chargeDeclined", "tax_id_data": [{"type": "eu_vat", "value": "DE123456789"}]},
    ]
    for params in refused:
        with pytest.raises(stripe.StripeError):
            await shop.client.v1.customers.create_async(params)
    assert (await shop.client.v1.customers.list_async()).data == []
    assert await shop.events() == []


async def test_metadata(shop: Shop) -> None:
    """Metadata is merged by name, an empty value removes one, and names may be numbers."""
    customer = await shop.customer(None, metadata={"0": "zero", "a": "b"})
    update = shop.client.v1.customers.update_async
    changed = await update(customer.id, {"metadata": {"a": "", "c": "d"}})
    assert changed.to_dict()["metadata"] == {"0": "zero", "c": "d"}
    told = (await shop.events(type="customer.updated"))[-1]
    assert told.data.previous_attributes.to_dict()["metadata"] == {"0": "zero", "a": "b"}
