"""Routes of invoices, their lines, their payments, and pending items."""

from __future__ import annotations

from stack.stripe import charging, discounts, failures, invoice_lines, invoicing, listing, payment_methods
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource, empty_list
from stack.stripe.world import World

_STATUSES = ("draft", "open", "paid", "uncollectible", "void")


def payments_of(world: World, invoice: Resource) -> Resource:
    """An invoice's payments as a list."""
    data = list(world.all("invoice_payment", invoice=invoice["id"]))
    return empty_list(f"/v1/invoice_payments?invoice={invoice['id']}") | {"data": data}


def confirmation_secret_of(world: World, invoice: Resource) -> Resource | None:
    """What a browser would confirm an open invoice's payment with."""
    for settled in world.all("invoice_payment", invoice=invoice["id"], status="open"):
        payment = world.get("payment_intent", settled["payment"]["payment_intent"])
        return {"client_secret": payment["client_secret"], "type": "payment_intent"}
    return None


def _create(call: Call) -> Resource:
    world, params = call.world, call.params
    customer = world.get("customer", params.required("customer"), "customer")["id"]
    subscription = params.text("subscription")
    chosen = discounts.read(world, params, customer, 0)
    return invoicing.draft(
        world,
        invoicing.Wanted(
            customer=customer,
            reason="manual",
            currency=(params.text("currency") or "usd").lower(),
            subscription=world.get("subscription", subscription, "subscription") if subscription else None,
            auto_advance=params.flag("auto_advance") is True,
            takes_pending=params.choice("pending_invoice_items_behavior", ("include", "exclude")) != "exclude",
            metadata=params.metadata(),
            description=params.text("description"),
            discount_ids=[discounts.make(world, each, customer=customer)["id"] for each in chosen],
        ),
    )


def _update(call: Call) -> Resource:
    world, params, invoice = call.world, call.params, call.named("invoice")
    fields: Resource = {"metadata": params.metadata(invoice["metadata"])}
    if params.has("description"):
        fields["description"] = params.text("description")
    if params.has("auto_advance"):
        fields["auto_advance"] = params.flag("auto_advance")
    if params.has("default_payment_method"):
        given = params.text("default_payment_method")
        param = "default_payment_method"
        method = payment_methods.named(world, given, param, invoice["customer"]) if given else None
        fields[param] = method["id"] if method else None
    if set(params.names()) - {"metadata", "auto_advance", "default_payment_method", "expand"}:
        invoicing.require(invoice, ("draft",), "changed")
    world.update(invoice, "invoice.updated", **fields)
    return invoice


def _finalize(call: Call) -> Resource:
    invoice = call.named("invoice")
    invoicing.finalize(call.world, invoice)
    return invoice


def _pay(call: Call) -> Resource:
    world, params, invoice = call.world, call.params, call.named("invoice")
    if invoice["status"] == "draft":
        invoicing.finalize(world, invoice)
    if params.flag("paid_out_of_band"):
        raise failures.not_supported("payments out of band")
    given = params.text("payment_method")
    method = payment_methods.named(world, given, "payment_method", invoice["customer"]) if given else None
    if invoice["status"] == "paid" and invoice["amount_due"] == 0:
        return invoice
    decline, payment = invoicing.pay(world, invoice, on_session=params.flag("off_session") is False, method=method)
    if decline is None:
        return invoice
    if payment is None or payment["latest_charge"] is None:
        message = (
            "Cannot charge a customer that has no active card. Attach a payment method to the customer, and set it as "
            "its default."
        )
        raise failures.refused(message, "missing")
    raise charging.refusal(decline, payment)


def _void(call: Call) -> Resource:
    invoice = call.named("invoice")
    invoicing.void(call.world, invoice)
    return invoice


def _mark_uncollectible(call: Call) -> Resource:
    invoice = call.named("invoice")
    invoicing.mark_uncollectible(call.world, invoice)
    return invoice


def _delete(call: Call) -> Resource:
    world, invoice = call.world, call.named("invoice")
    if invoice["status"] != "draft" or invoice["parent"] is not None:
        message = "You can only delete draft invoices that belong to no subscription."
        raise failures.refused(message, "invoice_not_editable")
    for each in world.all("invoiceitem", invoice=invoice["id"]):
        each["invoice"] = None
    world.emit("invoice.deleted", invoice)
    world.remove("invoice", invoice["id"])
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def _list(call: Call) -> Resource:
    params = call.params
    customer, status, subscription = (
        params.text("customer"),
        params.choice("status", _STATUSES),
        params.text("subscription"),
    )
    found = [
        each
        for each in call.world.all("invoice")
        if (customer is None or each["customer"] == customer)
        and (status is None or each["status"] == status)
        and (subscription is None or _names(each, subscription))
    ]
    return listing.page(found, params, "/v1/invoices")


def _names(invoice: Resource, subscription: str) -> bool:
    parent = invoice["parent"]
    return parent is not None and parent["subscription_details"]["subscription"] == subscription


def _list_lines(call: Call) -> Resource:
    # Lines come in their own order, not newest first.
    lines = list(reversed(call.named("invoice")["lines"]["data"]))
    return listing.page(lines, call.params, call.url)


def _list_payments(call: Call) -> Resource:
    world, params = call.world, call.params
    invoice, payment = params.text("invoice"), params.group("payment")
    payment.refuse_unknown(("type", "payment_intent"))
    intent, status = payment.text("payment_intent"), params.text("status")
    found = [
        each
        for each in world.all("invoice_payment")
        if (invoice is None or each["invoice"] == invoice)
        and (intent is None or each["payment"]["payment_intent"] == intent)
        and (status is None or each["status"] == status)
    ]
    return listing.page(found, params, "/v1/invoice_payments")


def _create_item(call: Call) -> Resource:
    world, params = call.world, call.params
    customer = world.get("customer", params.required("customer"), "customer")["id"]
    pricing = params.group("pricing")
    pricing.refuse_unknown(("price",))
    quantity = params.integer("quantity", at_least=0)
    quantity = 1 if quantity is None else quantity
    price = world.get("price", pricing.required("price"), "pricing[price]") if params.has("pricing") else None
    amount = params.integer("amount") if price is None else price["unit_amount"] * quantity
    if amount is None:
        raise failures.parameter_missing("amount")
    subscription, invoice = params.text("subscription"), params.text("invoice")
    drafted = world.get("invoice", invoice, "invoice") if invoice else None
    if drafted is not None:
        invoicing.require(drafted, ("draft",), "changed")
    item = invoice_lines.pending_item(
        world,
        invoice_lines.Priced(
            amount=amount,
            currency=price["currency"] if price is not None else params.required("currency").lower(),
            description=params.text("description"),
            price=price,
            quantity=quantity,
            metadata=params.metadata(),
        ),
        customer=customer,
        subscription=world.get("subscription", subscription, "subscription")["id"] if subscription else None,
    )
    if drafted is not None:
        item["invoice"] = drafted["id"]
        invoicing.add_lines(world, drafted, [invoice_lines.of_pending_item(world, item)])
        world.emit("invoice.updated", drafted, {})
    return item


def _delete_item(call: Call) -> Resource:
    item = call.named("invoiceitem")
    if item["invoice"] is not None:
        raise failures.refused("An item that an invoice took up cannot be deleted.", "invoice_not_editable")
    call.world.emit("invoiceitem.deleted", item)
    call.world.remove("invoiceitem", item["id"])
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


def _list_items(call: Call) -> Resource:
    params = call.params
    customer, pending, invoice = params.text("customer"), params.flag("pending"), params.text("invoice")
    found = [
        each
        for each in call.world.all("invoiceitem")
        if (customer is None or each["customer"] == customer)
        and (pending is None or (each["invoice"] is None) is pending)
        and (invoice is None or each["invoice"] == invoice)
    ]
    return listing.page(found, params, "/v1/invoiceitems")


ROUTES = (
    Route(
        "POST",
        "/v1/invoices",
        _create,
        "customer subscription auto_advance metadata description currency discounts pending_invoice_items_behavior "
        "collection_method",
    ),
    Route("GET", "/v1/invoices", _list, f"customer status subscription collection_method {listing.PARAMETERS}"),
    Route("GET", "/v1/invoices/{id}", lambda call: call.named("invoice")),
    Route("POST", "/v1/invoices/{id}", _update, "metadata description auto_advance default_payment_method"),
    Route("DELETE", "/v1/invoices/{id}", _delete),
    Route("POST", "/v1/invoices/{id}/finalize", _finalize, "auto_advance"),
    Route("POST", "/v1/invoices/{id}/pay", _pay, "payment_method off_session paid_out_of_band"),
    Route("POST", "/v1/invoices/{id}/void", _void),
    Route("POST", "/v1/invoices/{id}/mark_uncollectible", _mark_uncollectible),
    Route("GET", "/v1/invoices/{id}/lines", _list_lines, listing.PARAMETERS),
    Route("GET", "/v1/invoice_payments", _list_payments, f"invoice payment status {listing.PARAMETERS}"),
    Route("GET", "/v1/invoice_payments/{id}", lambda call: call.named("invoice_payment")),
    Route(
        "POST",
        "/v1/invoiceitems",
        _create_item,
        "customer amount currency description metadata pricing quantity subscription invoice",
    ),
    Route("GET", "/v1/invoiceitems", _list_items, f"customer pending invoice {listing.PARAMETERS}"),
    Route("GET", "/v1/invoiceitems/{id}", lambda call: call.named("invoiceitem")),
    Route("DELETE", "/v1/invoiceitems/{id}", _delete_item),
)
