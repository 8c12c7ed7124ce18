"""The hosted invoice, as a page and as a PDF, and a payment's receipt."""

from __future__ import annotations

from html import escape

from starlette.responses import Response

from stack.stripe import failures, html, invoicing, payment_methods
from stack.stripe.cards import BY_NAME, OFFERED
from stack.stripe.parameters import Parameters
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_OFFERED = {card.name for card in OFFERED}


def show(invoice: Resource, *, alert: str = "", notice: str = "") -> Response:
    """The invoice, with a way to pay it while it is open."""
    if invoice["status"] == "draft":
        return html.page("This invoice is not ready", status=404)
    currency = invoice["currency"]
    rows = [[escape(each["description"]), html.money(each["amount"], currency)] for each in invoice["lines"]["data"]]
    rows += [[escape(words), html.money(amount, currency)] for words, amount in _sums(invoice)]
    parts = [
        f"<p>{escape(invoice['customer_name'] or '')} {escape(invoice['customer_email'] or '')}</p>",
        f"<p>{html.date(invoice['effective_at'])}. Status: {escape(invoice['status'])}.</p>",
        html.table(["What", "Amount"], rows, f"Invoice {invoice['number']}"),
        f'<p><a href="/invoices/{escape(invoice["id"])}/pdf">As a PDF</a></p>',
    ]
    if invoice["status"] == "open":
        parts.append(html.form(f"/invoices/{invoice['id']}", html.card_choices(), html.button("Pay", "pay")))
    title = f"Invoice {invoice['number']}"
    return html.page(title, *parts, alert=alert, notice=notice, status=402 if alert else 200)


def act(world: World, invoice: Resource, params: Parameters) -> Response:
    """Pay an open invoice with the card that was chosen."""
    name = params.text("card") or ""
    if name not in _OFFERED:
        return show(invoice, alert="Choose a card.")
    owner = world.get("customer", invoice["customer"])
    billing = {"email": owner["email"], "name": owner["name"], "address": owner["address"]}
    try:
        invoicing.require(invoice, ("open",), "paid")
        method = payment_methods.make(world, BY_NAME[name], billing, owner["id"])
        decline, _ = invoicing.pay(world, invoice, on_session=True, method=method)
    except failures.Refused as error:
        return show(invoice, alert=str(error))
    if decline is not None:
        return show(invoice, alert=decline.message)
    return html.away(f"/invoices/{invoice['id']}")


def receipt(charge: Resource) -> Response:
    """What a charge came to."""
    card = charge["payment_method_details"]["card"]
    refunded = (
        f"<p>Refunded: {html.money(charge['amount_refunded'], charge['currency'])}</p>"
        if charge["amount_refunded"]
        else ""
    )
    return html.page(
        "Receipt",
        f"<p>{html.money(charge['amount'], charge['currency'])} on {html.date(charge['created'])}, "
        f"{escape(card['brand'].title())} ending {escape(card['last4'])}.</p>",
        refunded,
    )


def _sums(invoice: Resource) -> list[tuple[str, int]]:
    sums = [("Subtotal", invoice["subtotal"])]
    discount = sum(each["amount"] for each in invoice["total_discount_amounts"])
    if discount:
        sums.append(("Discount", -discount))
    sums.append(("Total", invoice["total"]))
    if invoice["starting_balance"]:
        sums.append(("Balance used", invoice["amount_due"] - invoice["total"]))
    return [*sums, ("Amount due", invoice["amount_due"]), ("Paid", invoice["amount_paid"])]


def pdf(invoice: Resource) -> bytes:
    """The invoice as one page of plain PDF."""
    lines = [html.LABEL, "", f"Invoice {invoice['number']}", html.date(invoice["effective_at"]), ""]
    lines += [str(invoice["customer_name"] or ""), str(invoice["customer_email"] or ""), ""]
    for each in invoice["lines"]["data"]:
        lines.append(f"{each['description']}   {_plain(each['amount'], invoice['currency'])}")
    lines += ["", *(f"{words}: {_plain(amount, invoice['currency'])}" for words, amount in _sums(invoice))]
    text = "\n".join(f"({_pdf_text(line)}) Tj T*" for line in lines)
    stream = f"BT /F1 11 Tf 15 TL 56 780 Td\n{text}\nET".encode("cp1252", "replace")
    fonts = b"<< /Font << /F1 4 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources %s >>" % fonts,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    made, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def _plain(amount: int, currency: str) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d} {currency.upper()}"


def _pdf_text(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").replace("\r", " ").replace("\n", " ")
