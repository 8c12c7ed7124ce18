"""What the gateway asks about people of other issuers: map, call one verb, map."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Sequence
from typing import Protocol

from chassis import logs
from services.auth.app.federation_ports import Federation
from services.auth.app.receive_clerk_webhook import receive_clerk_webhook
from services.auth.app.resolve_identity import resolve_identity
from services.auth.domain.webhook_signature import SignedMessage
from stripsession.auth.v1 import federation_service_pb2 as pb
from stripsession.auth.v1 import federation_service_pb2_grpc

_log = logging.getLogger(__name__)


class PublishedIssuer(Protocol):
    """An issuer as a verifier has to know it."""

    @property
    def issuer(self) -> str:
        """The `iss` claim of its tokens."""
        ...

    @property
    def parties(self) -> tuple[str, ...]:
        """The only values of their `azp` claim."""
        ...

    def document(self, kid: str) -> Awaitable[str]:
        """Its key set, asked for anew where it may hold this key by now; empty while nothing of it is known."""
        ...


class FederationServicer(federation_service_pb2_grpc.FederationServiceServicer):
    """People of other issuers."""

    def __init__(self, federation: Federation, issuers: Sequence[PublishedIssuer]) -> None:
        """`issuers` are those whose session tokens are taken."""
        self._federation = federation
        self._issuers = issuers

    async def ListSessionIssuers(
        self, request: pb.ListSessionIssuersRequest, context: object
    ) -> pb.ListSessionIssuersResponse:
        """The issuers whose session tokens are taken, and their keys."""
        return pb.ListSessionIssuersResponse(
            issuers=[
                pb.SessionIssuer(
                    issuer=each.issuer,
                    authorized_parties=each.parties,
                    key_set_json=await each.document(request.key_id),
                )
                for each in self._issuers
            ]
        )

    async def ResolveIdentity(self, request: pb.ResolveIdentityRequest, context: object) -> pb.ResolveIdentityResponse:
        """The person whom a verified token speaks for."""
        user_id = await resolve_identity(self._federation, request.issuer, request.subject)
        return pb.ResolveIdentityResponse(user_id=user_id)

    async def ReceiveClerkWebhook(
        self, request: pb.ReceiveClerkWebhookRequest, context: object
    ) -> pb.ReceiveClerkWebhookResponse:
        """Takes what Clerk tells of a person's account."""
        message = SignedMessage(request.body, request.message_id, request.timestamp, request.signature)
        is_new = await receive_clerk_webhook(self._federation, message)
        logs.event(_log, logging.INFO, "webhook taken", sender="clerk", message_id=request.message_id, is_new=is_new)
        return pb.ReceiveClerkWebhookResponse()
