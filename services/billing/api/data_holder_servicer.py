"""DataHolderService: map, call one verb, map."""

from __future__ import annotations

from collections.abc import AsyncIterator

from chassis.rpc.census import Census, census_response
from chassis.rpc.export import Exporter
from chassis.rpc.interceptors import Context
from chassis.rpc.purge import Purger
from services.billing.app.erase_payer import erase_payer
from services.billing.app.payment_ports import PaymentPorts
from stripsession.privacy.v1 import data_holder_service_pb2 as pb
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as pb_grpc


class DataHolderServicer(pb_grpc.DataHolderServiceServicer):
    """What retention asks about people."""

    def __init__(self, ports: PaymentPorts, census: Census, exporter: Exporter, purger: Purger) -> None:
        """Serve with these.

        `census` counts what is held of a person, `exporter` gives it, and `purger` removes what is past its life.
        """
        self._ports = ports
        self._census = census
        self._exporter = exporter
        self._purger = purger

    async def Erase(self, request: pb.EraseRequest, context: Context) -> pb.EraseResponse:
        """What they pay, what is set aside for them, and what is known of them."""
        erased = await erase_payer(self._ports, request.user_id)
        kinds = [pb.ErasedKind(kind=kind, count=count) for kind, count in erased.counts.items()]
        return pb.EraseResponse(finished=erased.is_finished, erased=kinds)

    async def Census(self, request: pb.CensusRequest, context: Context) -> pb.CensusResponse:
        """What is held of a person, by kind."""
        return await census_response(self._census, request)

    def Export(self, request: pb.ExportRequest, context: Context) -> AsyncIterator[pb.ExportResponse]:
        """What is held of a person, for them to keep."""
        return self._exporter.responses(request)

    async def Purge(self, request: pb.PurgeRequest, context: Context) -> pb.PurgeResponse:
        """What is past its life, whosever it was."""
        return await self._purger.response(request)
