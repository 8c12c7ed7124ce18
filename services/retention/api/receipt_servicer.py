"""Signed receipts: a person's own to them, the chain and the keys to everybody."""

from __future__ import annotations

from chassis.rpc.interceptors import Context
from services.retention.app.read_receipts import get_receipt, read_chain, read_keys
from services.retention.app.receipt_ports import ReceiptPorts
from stripsession.retention.v1 import receipt_service_pb2 as pb
from stripsession.retention.v1 import receipt_service_pb2_grpc as pb_grpc


class ReceiptServicer(pb_grpc.ReceiptServiceServicer):
    """What the gateway asks, and gives on byte for byte."""

    def __init__(self, ports: ReceiptPorts) -> None:
        """Answers from these."""
        self._ports = ports

    async def GetReceipt(self, request: pb.GetReceiptRequest, context: Context) -> pb.GetReceiptResponse:
        """One signed receipt of a person."""
        document = await get_receipt(self._ports, request.owner_id, request.sequence)
        return pb.GetReceiptResponse(document=document)

    async def GetReceiptChain(self, request: pb.GetReceiptChainRequest, context: Context) -> pb.GetReceiptChainResponse:
        """A page of the chain."""
        document = await read_chain(self._ports, request.start, request.page_size)
        return pb.GetReceiptChainResponse(document=document)

    async def GetReceiptKeys(self, request: pb.GetReceiptKeysRequest, context: Context) -> pb.GetReceiptKeysResponse:
        """Every key that ever signed."""
        return pb.GetReceiptKeysResponse(document=await read_keys(self._ports))
