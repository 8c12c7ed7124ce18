"""The evidence, for the people it is about."""

from __future__ import annotations

from chassis.rpc.interceptors import Context
from services.retention.api.mapping import page_message, place_of, receipts_message
from services.retention.app.list_erasures import list_erasures
from services.retention.app.list_receipts import list_receipts
from services.retention.app.ports import Ports
from services.retention.domain.errors import IdentifierMissing
from stripsession.retention.v1 import retention_service_pb2 as pb
from stripsession.retention.v1 import retention_service_pb2_grpc as pb_grpc


class RetentionServicer(pb_grpc.RetentionServiceServicer):
    """What the gateway asks."""

    def __init__(self, ports: Ports) -> None:
        """Answers from these."""
        self._ports = ports

    async def ListErasures(self, request: pb.ListErasuresRequest, context: Context) -> pb.ListErasuresResponse:
        """A page of the erasures done for a person, newest first."""
        if not request.owner_id:
            raise IdentifierMissing
        place = place_of(request.page_token)
        return page_message(await list_erasures(self._ports, request.owner_id, place, request.page_size))

    async def ListReceipts(self, request: pb.ListReceiptsRequest, context: Context) -> pb.ListReceiptsResponse:
        """A page of all that was erased for a person, newest first."""
        if not request.owner_id:
            raise IdentifierMissing
        place = place_of(request.page_token)
        return receipts_message(await list_receipts(self._ports, request.owner_id, place, request.page_size))
