"""What answers about payments hold, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import Schema, count, list_of, moment, of, one_of, or_null, structure, text, yes_no

_NEXT = or_null(text("`cursor` of the next page; null on the last."))
_AMOUNT: Schema = {
    "type": "integer",
    "format": "int64",
    "description": "In the smallest unit of the currency, e.g. cents.",
}
_CHANGE: Schema = {
    "type": "integer",
    "format": "int64",
    "description": "Seconds that are left to you after this more than before.",
}
_SECONDS: Schema = {
    "type": "integer",
    "format": "int64",
    "description": "Seconds given, set aside, charged, given back, ended or taken back.",
}

BILLING_SCHEMAS: Mapping[str, Schema] = {
    "PaymentState": one_of(
        "none: no subscription; trial: not paid for yet; active: paid; ending: paid, and ends with that; grace: the"
        " last payment failed, and the plan stays until `usable_until`; lapsed: it is gone until it is paid;"
        " unspecified: newer than this gateway.",
        *("unspecified", "none", "trial", "active", "ending", "grace", "lapsed"),
    ),
    "Card": structure(
        "What is charged. More of a card is not kept.",
        type=text("Whose network it is of, e.g. visa."),
        last4=text("Its last four digits."),
    ),
    "Payments": structure(
        "How you stand with what you pay for.",
        is_set_up=yes_no("Whether anything can be bought here."),
        is_test=yes_no("Whether no money moves."),
        state=of("PaymentState"),
        plan=or_null(text("Name of the plan that is paid for; null for none.")),
        next_plan=or_null(text("Name of the plan that follows it; null where nothing changes.")),
        paid_until=or_null(moment("Until when it is paid.")),
        usable_until=or_null(moment("Until when the plan stays without a payment; in grace alone.")),
        card=or_null(of("Card"), "What is charged; null for none."),
    ),
    "OfferPrice": structure(
        "What something on offer costs.",
        price=text("What startCheckout and changePlan take."),
        plan=or_null(text("Name of the plan that it is for.")),
        pack=or_null(text("Name of the pack that it is for.")),
        amount=_AMOUNT,
        currency=text("ISO 4217, in small letters."),
        interval=or_null(text("month or year; null for what is paid once.")),
        trial_days=count("Days of trial before the first payment, once for each person."),
    ),
    "OfferPrices": structure("The prices.", prices=list_of("OfferPrice", "Empty where nothing can be bought.")),
    "Invoice": structure(
        "What was asked for.",
        invoice_id=text("Names the invoice."),
        number=or_null(text("Its number; null while it is a draft.")),
        created_at=moment("When it was made."),
        total=_AMOUNT,
        currency=text("ISO 4217, in small letters."),
        state=text("draft, open, paid, void, uncollectible, refunded or disputed."),
        url=or_null(text("Where it can be read and paid.")),
    ),
    "InvoicePage": structure(
        "Some of the invoices.",
        invoices=list_of("Invoice", "At most as many as were asked for, newest first."),
        next_cursor=_NEXT,
    ),
    "LedgerEntryKind": one_of(
        "grant: given; reserve: set aside for a song; settle: the song was charged; release: given back; expire:"
        " what was left ended; retract: taken back; unspecified: newer than this gateway.",
        *("unspecified", "grant", "reserve", "settle", "release", "expire", "retract"),
    ),
    "LedgerEntry": structure(
        "What was done to your minutes. Entries are added, never changed.",
        number=count("Its number; later entries have larger ones."),
        kind=of("LedgerEntryKind"),
        job_id=or_null(text("For which separation; null for none.")),
        seconds=_SECONDS,
        balance_change_s=_CHANGE,
        at=moment("When."),
    ),
    "LedgerPage": structure(
        "Some of the entries.",
        entries=list_of("LedgerEntry", "At most as many as were asked for, newest first."),
        next_cursor=_NEXT,
    ),
    "HostedPage": structure("A page of the payment provider.", url=text("Send the person there.")),
}

EXAMPLES: Mapping[str, object] = {
    "Payments": {
        "is_set_up": True,
        "is_test": False,
        "state": "active",
        "plan": "pro",
        "next_plan": None,
        "paid_until": "2030-06-04T09:30:00.000Z",
        "usable_until": None,
        "card": {"type": "visa", "last4": "4242"},
    },
    "OfferPrices": {
        "prices": [
            {
                "price": "stripsession_pro_monthly",
                "plan": "pro",
                "pack": None,
                "amount": 1200,
                "currency": "usd",
                "interval": "month",
                "trial_days": 0,
            }
        ]
    },
    "InvoicePage": {
        "invoices": [
            {
                "invoice_id": "in_1RkT8sB7vXy2sN5r",
                "number": "A1B2C3D4-0001",
                "created_at": "2030-05-04T09:30:00.000Z",
                "total": 1200,
                "currency": "usd",
                "state": "paid",
                "url": "https://invoice.stripe.example/i/1RkT8sB7",
            }
        ],
        "next_cursor": None,
    },
    "LedgerPage": {
        "entries": [
            {
                "number": 42,
                "kind": "settle",
                "job_id": "job_5tK0sLwYp2mV7cQ1",
                "seconds": 196,
                "balance_change_s": 0,
                "at": "2030-05-04T09:35:00.000Z",
            }
        ],
        "next_cursor": None,
    },
    "HostedPage": {"url": "https://checkout.stripe.example/c/pay/cs_5tK0sLwYp2mV7cQ1"},
}
