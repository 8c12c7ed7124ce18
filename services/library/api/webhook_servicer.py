"""WebhookService: map, call one verb, map."""

from __future__ import annotations

from typing import Any

import grpc

from services.library.api.mapping import timestamp
from services.library.app.create_webhook_endpoint import create_webhook_endpoint
from services.library.app.list_webhook_deliveries import list_webhook_deliveries
from services.library.app.list_webhook_endpoints import list_webhook_endpoints
from services.library.app.ports import Ports
from services.library.app.rotate_webhook_secret import rotate_webhook_secret
from services.library.app.send_test_webhook import replay_webhook_delivery, send_test_webhook
from services.library.app.update_webhook_endpoint import delete_webhook_endpoint, update_webhook_endpoint
from services.library.domain.webhook import Attempt, Delivery, Endpoint
from stripsession.library.v1 import webhook_service_pb2 as pb
from stripsession.library.v1 import webhook_service_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class WebhookServicer(webhook_service_pb2_grpc.WebhookServiceServicer):
    """What the gateway asks for the owner of endpoints."""

    def __init__(self, ports: Ports) -> None:
        """Serve with these."""
        self._ports = ports

    async def CreateWebhookEndpoint(
        self, request: pb.CreateWebhookEndpointRequest, context: Context
    ) -> pb.CreateWebhookEndpointResponse:
        """Make an endpoint."""
        endpoint, secret = await create_webhook_endpoint(
            self._ports, request.owner_id, request.url, request.event_types, request.idempotency_key
        )
        return pb.CreateWebhookEndpointResponse(endpoint=_endpoint(endpoint), secret=secret)

    async def ListWebhookEndpoints(
        self, request: pb.ListWebhookEndpointsRequest, context: Context
    ) -> pb.ListWebhookEndpointsResponse:
        """All of a person's."""
        endpoints = await list_webhook_endpoints(self._ports, request.owner_id)
        return pb.ListWebhookEndpointsResponse(endpoints=[_endpoint(endpoint) for endpoint in endpoints])

    async def UpdateWebhookEndpoint(
        self, request: pb.UpdateWebhookEndpointRequest, context: Context
    ) -> pb.UpdateWebhookEndpointResponse:
        """Change what is given."""
        endpoint = await update_webhook_endpoint(
            self._ports,
            request.owner_id,
            request.endpoint_id,
            url=request.url if request.HasField("url") else None,
            events=request.event_types,
            enabled=request.enabled if request.HasField("enabled") else None,
        )
        return pb.UpdateWebhookEndpointResponse(endpoint=_endpoint(endpoint))

    async def DeleteWebhookEndpoint(
        self, request: pb.DeleteWebhookEndpointRequest, context: Context
    ) -> pb.DeleteWebhookEndpointResponse:
        """Remove an endpoint."""
        await delete_webhook_endpoint(self._ports, request.owner_id, request.endpoint_id)
        return pb.DeleteWebhookEndpointResponse()

    async def RotateWebhookSecret(
        self, request: pb.RotateWebhookSecretRequest, context: Context
    ) -> pb.RotateWebhookSecretResponse:
        """Give an endpoint a new secret."""
        endpoint, secret = await rotate_webhook_secret(
            self._ports, request.owner_id, request.endpoint_id, request.idempotency_key
        )
        return pb.RotateWebhookSecretResponse(endpoint=_endpoint(endpoint), secret=secret)

    async def SendTestWebhook(self, request: pb.SendTestWebhookRequest, context: Context) -> pb.SendTestWebhookResponse:
        """Send a message that tells of nothing."""
        delivery = await send_test_webhook(self._ports, request.owner_id, request.endpoint_id, request.idempotency_key)
        return pb.SendTestWebhookResponse(delivery=_delivery(delivery))

    async def ListWebhookDeliveries(
        self, request: pb.ListWebhookDeliveriesRequest, context: Context
    ) -> pb.ListWebhookDeliveriesResponse:
        """What was sent to an endpoint."""
        deliveries, token = await list_webhook_deliveries(
            self._ports, request.owner_id, request.endpoint_id, request.page_size, request.page_token
        )
        return pb.ListWebhookDeliveriesResponse(
            deliveries=[_delivery(delivery) for delivery in deliveries], next_page_token=token
        )

    async def ReplayWebhookDelivery(
        self, request: pb.ReplayWebhookDeliveryRequest, context: Context
    ) -> pb.ReplayWebhookDeliveryResponse:
        """Send a message again."""
        delivery = await replay_webhook_delivery(
            self._ports, request.owner_id, request.endpoint_id, request.delivery_id, request.idempotency_key
        )
        return pb.ReplayWebhookDeliveryResponse(delivery=_delivery(delivery))


def _endpoint(endpoint: Endpoint) -> pb.WebhookEndpoint:
    return pb.WebhookEndpoint(
        endpoint_id=endpoint.endpoint_id,
        url=endpoint.url,
        event_types=[event.value for event in endpoint.events],
        created_at=timestamp(endpoint.created_at),
        disabled_at=timestamp(endpoint.disabled_at) if endpoint.disabled_at else None,
        disabled_reason=endpoint.disabled_reason.value if endpoint.disabled_reason else "",
        old_secret_until=timestamp(endpoint.old_secret_until) if endpoint.old_secret_until else None,
    )


def _delivery(delivery: Delivery) -> pb.WebhookDelivery:
    return pb.WebhookDelivery(
        delivery_id=delivery.delivery_id,
        message_id=delivery.message_id,
        event_type=delivery.event.value,
        track_id=delivery.track_id,
        status=delivery.status.value,
        created_at=timestamp(delivery.created_at),
        due_at=timestamp(delivery.due_at) if delivery.due_at else None,
        attempts=[_attempt(attempt) for attempt in delivery.attempts],
    )


def _attempt(attempt: Attempt) -> pb.WebhookAttempt:
    return pb.WebhookAttempt(
        began_at=timestamp(attempt.began_at),
        duration_ms=attempt.heard.duration_ms,
        http_status=attempt.heard.http_status or 0,
        fault=attempt.heard.fault.value if attempt.heard.fault else "",
    )
