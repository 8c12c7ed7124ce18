"""Calls to Stripe: their failures named, lists read to their end within bounds, and nothing of them in our logs."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import stripe

from chassis import logs
from services.billing.clients.stripe.reading import Told
from services.billing.domain.errors import CustomerMissing, PaymentDeclined, PaymentRefused, PaymentsAway

PAGE = 100
LIST_MAX = 5_000
"""More of one kind than any customer has."""
_MISSING = "resource_missing"
_log = logging.getLogger(__name__)


def quieten() -> None:
    """The SDK and its transport write whole requests to their logs, what people are called included."""
    for name in ("stripe", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@contextlib.contextmanager
def named_failures() -> Iterator[None]:
    """Stripe's failures in our words; of theirs only codes are kept.

    Raises PaymentDeclined, PaymentsAway, PaymentRefused.
    """
    try:
        yield
    except stripe.CardError:
        raise PaymentDeclined from None
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        _note(error)
        raise PaymentRefused(error.code or "") from None
    except stripe.StripeError as error:
        # Away, too busy, or our key is not taken: each may be mended without anything being asked differently.
        _note(error)
        raise PaymentsAway(error.code or type(error).__name__) from None


@contextlib.contextmanager
def names_missing_customer() -> Iterator[None]:
    """Around the call that asks for a customer: nothing else that is missing means that. Raises CustomerMissing."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.code == _MISSING:
            raise CustomerMissing(_MISSING) from None
        raise


@contextlib.contextmanager
def ends() -> Iterator[None]:
    """Around a call that ends something: what is not there any more ended before, by a try whose answer was lost."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.code != _MISSING:
            raise


def told(answer: stripe.StripeObject) -> Told:
    """An answer as plain values."""
    return answer.to_dict()


async def every(
    ask: Callable[[Any], Awaitable[stripe.ListObject[Any]]], params: dict[str, Any], most: int = LIST_MAX
) -> Sequence[Told]:
    """All that a list holds, page by page. Raises PaymentRefused for more than `most`, which would be a wrong list."""
    found: list[Told] = []
    place: dict[str, Any] = {}
    while True:
        page = await ask({**params, "limit": PAGE, **place})
        found += [told(each) for each in page.data]
        if not page.has_more or not page.data:
            return found
        if len(found) >= most:
            raise PaymentRefused("list_too_long")
        place = {"starting_after": found[-1]["id"]}


def _note(error: stripe.StripeError) -> None:
    logs.event(
        _log,
        logging.WARNING,
        "payment provider refused",
        kind=type(error).__name__,
        code=error.code or "",
        status=error.http_status or 0,
        request=error.request_id or "",
    )
