"""The test cards: what each is called and how it behaves. Nobody types a number here, so none can be kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Decline:
    """What the bank says when it refuses."""

    code: str
    decline_code: str
    message: str


@dataclass(frozen=True)
class Card:
    """A test card. `first` is what a payment gets while its owner looks on, `later` one without them."""

    name: str
    token: str
    brand: str
    last4: str
    title: str
    first: Decline | None = None
    later: Decline | None = None
    refused_when_attached: bool = False
    disputed: bool = False


_DECLINED = Decline("card_declined", "generic_decline", "Your card was declined.")
_NO_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
_EXPIRED = Decline("expired_card", "", "Your card has expired.")
_WRONG_CVC = Decline("incorrect_cvc", "", "Your card's security code is incorrect.")
_PROCESSING = Decline(
    "processing_error", "", "An error occurred while processing your card. Try again in a little bit."
)
_AUTHENTICATION = Decline(
    "card_declined",
    "authentication_required",
    "Your card was declined. This transaction requires authentication, which test mode here cannot play.",
)

CARDS = (
    Card("success", "visa", "visa", "4242", "Visa ending 4242: pays"),
    Card("mastercard", "mastercard", "mastercard", "4444", "Mastercard ending 4444: pays"),
    Card("amex", "amex", "amex", "8431", "American Express ending 8431: pays"),
    Card(
        "declined", "chargeDeclined", "visa", "0002", "Visa ending 0002: declined", _DECLINED, _DECLINED,
        refused_when_attached=True,
    ),
    Card(
        "insufficient_funds", "chargeDeclinedInsufficientFunds", "visa", "9995", "Visa ending 9995: insufficient funds",
        _NO_FUNDS, _NO_FUNDS, refused_when_attached=True,
    ),
    Card(
        "expired", "chargeDeclinedExpiredCard", "visa", "0069", "Visa ending 0069: expired", _EXPIRED, _EXPIRED,
        refused_when_attached=True,
    ),
    Card(
        "incorrect_cvc", "chargeDeclinedIncorrectCvc", "visa", "0127", "Visa ending 0127: wrong security code",
        _WRONG_CVC, _WRONG_CVC, refused_when_attached=True,
    ),
    Card(
        "processing_error", "chargeDeclinedProcessingError", "visa", "0119", "Visa ending 0119: processing error",
        _PROCESSING, _PROCESSING, refused_when_attached=True,
    ),
    Card(
        "requires_action", "authenticationRequired", "visa", "3184", "Visa ending 3184: wants authentication, refused",
        _AUTHENTICATION, _AUTHENTICATION,
    ),
    Card(
        "fails_at_renewal", "failsAtRenewal", "visa", "0341", "Visa ending 0341: pays now, declined at each renewal",
        None, _DECLINED,
    ),
    Card(
        "customer_fail", "chargeCustomerFail", "visa", "0341", "Visa ending 0341: kept, then declined",
        _DECLINED, _DECLINED,
    ),
    Card("disputed", "createDispute", "visa", "0259", "Visa ending 0259: pays, then disputes", disputed=True),
)  # fmt: skip

BY_NAME = {card.name: card for card in CARDS}
BY_TOKEN = {f"{prefix}{card.token}": card for card in CARDS for prefix in ("pm_card_", "tok_")}
OFFERED = tuple(card for card in CARDS if card.name not in {"customer_fail", "mastercard", "amex"})
"""What the hosted pages let people choose from."""
EXPIRY_MONTH = 12
EXPIRY_YEARS_AHEAD = 8
