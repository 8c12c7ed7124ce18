"""The receipts of the document's examples, as retention signs them."""

from __future__ import annotations

from typing import Any

import grpc

from chassis.evidence.canonical import canonical
from chassis.rpc.server import Registration
from services.gateway.api.receipt_examples import RECEIPT_EXAMPLES
from stripsession.retention.v1 import policy_service_pb2_grpc, promise_service_pb2_grpc, receipt_service_pb2_grpc
from stripsession.retention.v1 import receipt_service_pb2 as pb
from tests.integration.gateway.fake_policies import FakePolicies
from tests.integration.gateway.fake_promises import FakePromises
from tests.integration.gateway.fakes import refused


class FakeReceipts(receipt_service_pb2_grpc.ReceiptServiceServicer):
    async def GetReceipt(self, request: Any, context: Any) -> pb.GetReceiptResponse:
        if request.sequence != 1:
            raise refused(grpc.StatusCode.NOT_FOUND, "RECEIPT_NOT_FOUND", "You have no signed receipt of that number.")
        return pb.GetReceiptResponse(document=canonical(RECEIPT_EXAMPLES["SignedReceipt"]))

    async def GetReceiptChain(self, request: Any, context: Any) -> pb.GetReceiptChainResponse:
        document = canonical(
            {"entries": [], "form": "stripsession-receipt-chain-1", "from": request.start, "next": None}
        )
        if request.start == 1:
            document = canonical(RECEIPT_EXAMPLES["ReceiptChain"])
        return pb.GetReceiptChainResponse(document=document)

    async def GetReceiptKeys(self, request: Any, context: Any) -> pb.GetReceiptKeysResponse:
        return pb.GetReceiptKeysResponse(document=canonical(RECEIPT_EXAMPLES["ReceiptKeys"]))


def published() -> list[Registration]:
    """All that retention tells everybody."""
    return [
        lambda server: policy_service_pb2_grpc.add_PolicyServiceServicer_to_server(FakePolicies(), server),
        lambda server: promise_service_pb2_grpc.add_PromiseServiceServicer_to_server(FakePromises(), server),
        lambda server: receipt_service_pb2_grpc.add_ReceiptServiceServicer_to_server(FakeReceipts(), server),
    ]
