"""What auth says about people of other issuers, made up."""

from __future__ import annotations

from typing import Any

import grpc

from stripsession.auth.v1 import federation_service_pb2 as pb
from stripsession.auth.v1 import federation_service_pb2_grpc
from tests.integration.gateway.fakes import refused
from tests.integration.gateway.webhook_bodies import is_object


class FakeFederation(federation_service_pb2_grpc.FederationServiceServicer):
    def __init__(self) -> None:
        self.issuers: list[pb.SessionIssuer] = []
        self.persons: dict[tuple[str, str], str] = {}
        self.listed = 0
        self.resolved = 0
        self.received: list[pb.ReceiveClerkWebhookRequest] = []
        self.is_away = False

    async def ListSessionIssuers(self, request: Any, context: Any) -> pb.ListSessionIssuersResponse:
        self.listed += 1
        self._answer()
        return pb.ListSessionIssuersResponse(issuers=self.issuers)

    async def ResolveIdentity(self, request: Any, context: Any) -> pb.ResolveIdentityResponse:
        self.resolved += 1
        self._answer()
        user_id = self.persons.get((request.issuer, request.subject))
        if user_id is None:
            raise refused(grpc.StatusCode.UNAUTHENTICATED, "IDENTITY_ENDED", "This account has been closed.")
        return pb.ResolveIdentityResponse(user_id=user_id)

    async def ReceiveClerkWebhook(self, request: Any, context: Any) -> pb.ReceiveClerkWebhookResponse:
        if not request.signature:
            raise refused(grpc.StatusCode.UNAUTHENTICATED, "WEBHOOK_REFUSED", "The message is not signed.")
        if not is_object(request.body):
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "WEBHOOK_UNREADABLE", "The message says nothing.")
        self.received.append(request)
        return pb.ReceiveClerkWebhookResponse()

    def _answer(self) -> None:
        if self.is_away:
            raise refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE", "Away.")
