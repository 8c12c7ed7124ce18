"""What can go wrong in billing, named for the listener or the service that has to act on it; the text is shown."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from services.billing.domain.durations import spoken


class AccountNotFound(Exception):
    """There is no such account."""


class UnknownPlan(Exception):
    """There is no such plan."""


class IdentifierMissing(Exception):
    """A person or a job must be named."""


class SecondsInvalid(Exception):
    """Seconds must be a positive number."""


class ReservationNotFound(Exception):
    """Nothing was set aside for this job."""


class ReservationMismatch(Exception):
    """This job's seconds were set aside for another person."""


class ReservationReleased(Exception):
    """This job's seconds were given back."""


class ReservationSettled(Exception):
    """This job's seconds were charged."""


class PageTokenInvalid(Exception):
    """The page token is not one of ours. Start at the first page."""


class GrantInvalid(Exception):
    """A grant needs a person, a reference, seconds and an end after its start, and keeps no more than there was."""


class GrantMismatch(Exception):
    """This reference was granted on other terms."""


class GrantNotFound(Exception):
    """There is no such grant."""


class GrantEnded(Exception):
    """This grant has ended or was refunded, so nothing of it can be carried on."""


class GrantReplaced(Exception):
    """This grant was replaced by another one."""


class PaymentsNotSetUp(Exception):
    """Payments are not set up on this installation, so nothing can be bought here."""


class PaymentsAway(Exception):
    """The payment provider cannot be reached just now; please try again."""

    def __init__(self, code: str = "") -> None:
        """`code` is the provider's word for the log; its sentences, which may name people, are not kept."""
        super().__init__(self.__doc__)
        self.code = code


class PaymentDeclined(Exception):
    """The card was declined. Change the card in the customer portal, then try again."""


class PaymentPending(Exception):
    """Your plan is being renewed just now. Once that is paid, within a few hours, you can change to a larger one."""


class PaymentRefused(Exception):
    """The payment provider refused what we asked: a fault of ours, or of the account's settings there."""

    def __init__(self, code: str = "") -> None:
        """`code` is the provider's word."""
        super().__init__(f"The payment provider refused: {code or 'unknown'}")
        self.code = code


class CustomerMissing(PaymentRefused):
    """The payment provider never had this customer, or not for these keys."""


class SignatureInvalid(Exception):
    """The event is not signed by the payment provider, or not now."""


class UnknownOffer(Exception):
    """There is no such plan or pack on offer."""


class PriceMissing(Exception):
    """This offer has no price yet. Tell whoever runs this installation."""


class SubscribedAlready(Exception):
    """There is a subscription already. Change its plan instead."""


class NotSubscribed(Exception):
    """There is no subscription to change. Choose a plan first."""


class OtherInterval(Exception):
    """A smaller plan cannot be paid by another interval. End the subscription, then choose the plan anew."""


class IdempotencyKeyReused(Exception):
    """This idempotency key was used for another offer."""


class InvoiceNotFound(Exception):
    """There is no such invoice."""


class InvoiceNotPaid(Exception):
    """This invoice has no payment that could be given back."""


class TooLong(Exception):
    """The song is longer than the plan takes."""

    def __init__(self, seconds: int, longest_song_s: int, plan: str, plan_title: str) -> None:
        """`plan` is the plan's name for programs, `plan_title` the one for people."""
        super().__init__(
            f"This song lasts {spoken(seconds)}; the {plan_title} plan takes songs of up to {spoken(longest_song_s)}."
        )
        self.facts: Mapping[str, str] = {
            "seconds": str(seconds),
            "longest_song_s": str(longest_song_s),
            "plan": plan,
        }


class MinutesExhausted(Exception):
    """The person has too few minutes left."""

    def __init__(
        self, seconds: int, left_s: int, renews_at: datetime.datetime | None, plan: str, plan_title: str
    ) -> None:
        """`plan` is the plan's name for programs, `plan_title` the one for people; None renews when it is paid for."""
        when = f"on {renews_at.day} {renews_at:%B %Y}" if renews_at else "once the subscription is paid"
        super().__init__(
            f"This song needs {spoken(seconds)}, and you have {spoken(left_s)} left on the {plan_title} plan."
            f" New minutes come {when}."
        )
        self.facts: Mapping[str, str] = {
            "seconds": str(seconds),
            "left_s": str(left_s),
            **({"renews_at": renews_at.isoformat()} if renews_at else {}),
            "plan": plan,
        }
