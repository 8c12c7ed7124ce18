"""Retention's erasures, as the gateway reads them, small and in memory."""

from __future__ import annotations

from typing import Any

from chassis.rpc.server import Registration
from stripsession.retention.v1 import (
    closing_service_pb2_grpc,
    export_service_pb2_grpc,
    privacy_request_service_pb2_grpc,
    retention_service_pb2,
    retention_service_pb2_grpc,
)
from tests.integration.gateway.fake_closings import FakeClosings
from tests.integration.gateway.fake_exports import FakeExports
from tests.integration.gateway.fake_requests import FakeRequests


class FakeRetention(retention_service_pb2_grpc.RetentionServiceServicer):
    def __init__(self) -> None:
        self.closings = FakeClosings()
        self.exports = FakeExports()
        self.requests = FakeRequests()
        self.erasures: dict[str, list[retention_service_pb2.Erasure]] = {}
        self.tracks: dict[str, list[retention_service_pb2.TrackErasure]] = {}

    def registrations(self) -> list[Registration]:
        return [
            lambda server: retention_service_pb2_grpc.add_RetentionServiceServicer_to_server(self, server),
            lambda server: export_service_pb2_grpc.add_ExportServiceServicer_to_server(self.exports, server),
            lambda server: privacy_request_service_pb2_grpc.add_PrivacyRequestServiceServicer_to_server(
                self.requests, server
            ),
            lambda server: closing_service_pb2_grpc.add_ClosingServiceServicer_to_server(self.closings, server),
        ]

    async def ListErasures(self, request: Any, context: Any) -> retention_service_pb2.ListErasuresResponse:
        return retention_service_pb2.ListErasuresResponse(erasures=self.erasures.get(request.owner_id, []))

    async def ListReceipts(self, request: Any, context: Any) -> retention_service_pb2.ListReceiptsResponse:
        uploads = [retention_service_pb2.Receipt(upload=one) for one in self.erasures.get(request.owner_id, [])]
        tracks = [retention_service_pb2.Receipt(track=one) for one in self.tracks.get(request.owner_id, [])]
        return retention_service_pb2.ListReceiptsResponse(receipts=tracks + uploads)
