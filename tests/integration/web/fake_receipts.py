"""Signed receipts, as the real gateway gives them: the same for every number."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.evidence.canonical import canonical
from services.gateway.api.receipt_examples import RECEIPT_EXAMPLES

SIGNED_RECEIPT = canonical(RECEIPT_EXAMPLES["SignedReceipt"])


async def _receipt(_: Request) -> Response:
    return Response(SIGNED_RECEIPT, media_type="application/json")


def signed_receipt() -> Route:
    """One of its own for each gateway, which asks its own sessions who is calling."""
    return Route("/v1/privacy/receipts/{sequence}", _receipt)
