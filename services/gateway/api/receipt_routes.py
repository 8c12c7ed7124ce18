"""Signed receipts: a person's own as a file to keep, and for everybody what they are verified with.

What retention gives is signed byte for byte, so nothing here reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint
from services.gateway.api.schema import Number
from stripsession.retention.v1 import receipt_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.retention.v1.receipt_service_pb2_grpc import ReceiptServiceAsyncStub

_FROM = Number("from", "The first entry that is wanted.", 1, 2**31 - 1, 1)
_LIMIT = Number("limit", "Most entries of a page, 1 to 200.", 1, 200, 100)
_VERIFYING = " `stripsession privacy verify` verifies it, and docs/receipts.md says how another program does."


class ReceiptRoutes:
    """What was deleted, proved."""

    def __init__(self, receipts: ReceiptServiceAsyncStub) -> None:
        """Retention signs them."""
        self._receipts = receipts

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                "GET",
                "/v1/privacy/receipts/{sequence}",
                "getReceipt",
                "One of your receipts, signed, as a file to keep.",
                self.receipt,
                (Answer(200, "The receipt.", "SignedReceipt", headers=("Content-Disposition",)),),
                tag="privacy",
                description="Keep the bytes as they are: a receipt that was written anew is none. Without `about`"
                " nobody can tell whom it is about." + _VERIFYING,
                refusals=("RECEIPT_NOT_FOUND",),
            ),
            Endpoint(
                "GET",
                "/v1/privacy/receipt-keys",
                "getReceiptKeys",
                "Every key that ever signed a receipt.",
                self.keys,
                (Answer(200, "The keys, signed by the one in force.", "ReceiptKeys"),),
                Access.PUBLIC,
                tag="privacy",
                description="Keep a copy beside your receipts: whoever compares two copies sees what was changed.",
                refusals=("RECEIPTS_UNSIGNED",),
            ),
            Endpoint(
                "GET",
                "/v1/privacy/receipt-chain",
                "getReceiptChain",
                "The chain of all receipts, page by page.",
                self.chain,
                (Answer(200, "A page.", "ReceiptChain"),),
                Access.PUBLIC,
                query=(_FROM, _LIMIT),
                tag="privacy",
                description="In which nobody is named, and from which nothing can be taken without its being seen."
                " `next` is the `from` of the next page, and null where the chain ends." + _VERIFYING,
            ),
        ]

    async def receipt(self, call: Call) -> Response:
        """The caller's own."""
        sequence = call.path["sequence"]
        request = pb.GetReceiptRequest(owner_id=call.owner_id, sequence=int(sequence))
        answer = await ask(self._receipts.GetReceipt, request)
        name = f'attachment; filename="receipt-{sequence}.json"'
        return _document(answer.document, "no-store", {"Content-Disposition": name})

    async def keys(self, _: Call) -> Response:
        """Of the whole installation."""
        answer = await ask(self._receipts.GetReceiptKeys, pb.GetReceiptKeysRequest())
        return _document(answer.document, "public, max-age=300")

    async def chain(self, call: Call) -> Response:
        """From an entry on."""
        request = pb.GetReceiptChainRequest(start=call.number("from"), page_size=call.number("limit"))
        answer = await ask(self._receipts.GetReceiptChain, request)
        # A full page never changes; what is not full yet may grow at any moment.
        return _document(answer.document, "public, max-age=60")


def _document(data: bytes, kept: str, headers: dict[str, str] | None = None) -> Response:
    return Response(data, media_type="application/json", headers={"Cache-Control": kept, **(headers or {})})
