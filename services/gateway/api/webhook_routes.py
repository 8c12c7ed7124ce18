"""What others tell us: bodies are handed on byte for byte, because their signatures are over the bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, nothing, read_json_bytes
from services.gateway.api.schema import Header
from stripsession.auth.v1 import federation_service_pb2

if TYPE_CHECKING:
    from stripsession.auth.v1.federation_service_pb2_grpc import FederationServiceAsyncStub

_HEADERS = (
    Header("svix-id", "Names the message; it is the same when the message comes again.", "msg_2mV7cQ1xZb8nR5tK0sLwYp"),
    Header("svix-timestamp", "Second at which it was sent, in Unix time.", "1893456000"),
    Header(
        "svix-signature", "`v1,` and an HMAC in base64, or several of these.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9"
    ),
)


class WebhookRoutes:
    """Routes for senders of webhooks."""

    def __init__(self, federation: FederationServiceAsyncStub) -> None:
        """Who sent a message is for the service to say that knows the sender's secret."""
        self._federation = federation

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                "POST",
                "/v1/webhooks/clerk",
                "receiveClerkWebhook",
                "Clerk tells what became of a person.",
                self.clerk,
                (Answer(204, "It is taken; what it says has been done."),),
                Access.PUBLIC,
                headers=_HEADERS,
                body_media_type="application/json",
                body_media_required=True,
                tag="webhooks",
                description="user.created, user.updated and user.deleted, as Svix signs them; anything else is taken"
                " and left. Five minutes old and five ahead are the most. A message that comes twice counts once.",
                refusals=(
                    *("BODY_CUT_OFF", "BODY_TOO_LARGE", "BODY_TOO_SLOW", "NOT_JSON"),
                    *("WEBHOOK_REFUSED", "WEBHOOK_UNKNOWN", "WEBHOOK_UNREADABLE"),
                ),
            )
        ]

    async def clerk(self, call: Call) -> Response:
        """Hand a message on."""
        body, headers = await read_json_bytes(call.request), call.request.headers
        request = federation_service_pb2.ReceiveClerkWebhookRequest(
            body=body,
            message_id=headers.get("svix-id", ""),
            timestamp=headers.get("svix-timestamp", ""),
            signature=headers.get("svix-signature", ""),
        )
        await ask(self._federation.ReceiveClerkWebhook, request)
        return nothing()
