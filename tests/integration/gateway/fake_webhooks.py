"""The library's webhook endpoints, in memory; nothing is sent."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import grpc

from stripsession.library.v1 import webhook_service_pb2 as pb
from stripsession.library.v1 import webhook_service_pb2_grpc
from tests.integration.gateway.fakes import missing, refused

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
SECRET = "whsec_" + "RUVF" * 10 + "RUU="
ENDPOINTS_MAX = 5


class FakeWebhooks(webhook_service_pb2_grpc.WebhookServiceServicer):
    def __init__(self) -> None:
        self.by_owner: dict[str, dict[str, pb.WebhookEndpoint]] = {}
        self.deliveries: dict[str, list[pb.WebhookDelivery]] = {}
        self.requests: dict[tuple[str, str, str], tuple[bytes, str]] = {}

    def add(self, owner_id: str, url: str, *events: str, endpoint_id: str = "") -> pb.WebhookEndpoint:
        endpoint = pb.WebhookEndpoint(
            endpoint_id=endpoint_id or f"whe_{uuid.uuid4().hex}", url=url, event_types=events or ["track.ready"]
        )
        endpoint.created_at.FromDatetime(NOW)
        self.by_owner.setdefault(owner_id, {})[endpoint.endpoint_id] = endpoint
        return endpoint

    def add_delivery(self, endpoint_id: str, event: str, delivery_id: str = "") -> pb.WebhookDelivery:
        delivery = pb.WebhookDelivery(
            delivery_id=delivery_id or f"whd_{uuid.uuid4().hex}",
            message_id=f"msg_{uuid.uuid4().hex}",
            event_type=event,
            status="waiting",
        )
        delivery.created_at.FromDatetime(NOW)
        delivery.due_at.FromDatetime(NOW)
        self.deliveries.setdefault(endpoint_id, []).insert(0, delivery)
        return delivery

    async def CreateWebhookEndpoint(self, request: Any, context: Any) -> pb.CreateWebhookEndpointResponse:
        if "://10." in request.url or not request.url.startswith("https://"):
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "WEBHOOK_URL_INVALID", "Not there.")
        if not request.event_types:
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "WEBHOOK_EVENTS_INVALID", "Name at least one event.")
        if known := self._known("create", request):
            raise _told(known)
        if len(self.by_owner.get(request.owner_id, {})) >= ENDPOINTS_MAX:
            raise refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_WEBHOOKS", "Too many.")
        endpoint = self.add(request.owner_id, request.url, *request.event_types)
        self._remember("create", request, endpoint.endpoint_id)
        return pb.CreateWebhookEndpointResponse(endpoint=endpoint, secret=SECRET)

    async def ListWebhookEndpoints(self, request: Any, context: Any) -> pb.ListWebhookEndpointsResponse:
        return pb.ListWebhookEndpointsResponse(endpoints=self.by_owner.get(request.owner_id, {}).values())

    async def UpdateWebhookEndpoint(self, request: Any, context: Any) -> pb.UpdateWebhookEndpointResponse:
        endpoint = self._endpoint(request)
        if request.HasField("url") and not request.url.startswith("https://"):
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "WEBHOOK_URL_INVALID", "Not there.")
        if request.enabled and endpoint.disabled_reason == "reclaimed" and not request.HasField("url"):
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "WEBHOOK_URL_NEEDED", "Say its address.")
        endpoint.url = request.url if request.HasField("url") else endpoint.url
        if request.event_types:
            endpoint.event_types[:] = request.event_types
        if request.HasField("enabled") and request.enabled:
            endpoint.ClearField("disabled_at")
            endpoint.disabled_reason = ""
        elif request.HasField("enabled") and not endpoint.HasField("disabled_at"):
            endpoint.disabled_at.FromDatetime(NOW)
            endpoint.disabled_reason = "asked"
        return pb.UpdateWebhookEndpointResponse(endpoint=endpoint)

    async def DeleteWebhookEndpoint(self, request: Any, context: Any) -> pb.DeleteWebhookEndpointResponse:
        endpoint = self._endpoint(request)
        del self.by_owner[request.owner_id][endpoint.endpoint_id]
        return pb.DeleteWebhookEndpointResponse()

    async def RotateWebhookSecret(self, request: Any, context: Any) -> pb.RotateWebhookSecretResponse:
        endpoint = self._endpoint(request)
        if known := self._known("rotate", request):
            raise _told(known)
        self._remember("rotate", request, endpoint.endpoint_id)
        endpoint.old_secret_until.FromDatetime(NOW + datetime.timedelta(days=1))
        return pb.RotateWebhookSecretResponse(endpoint=endpoint, secret=SECRET)

    async def SendTestWebhook(self, request: Any, context: Any) -> pb.SendTestWebhookResponse:
        endpoint = self._enabled(request)
        known = self._known("test", request)
        log = self.deliveries.get(endpoint.endpoint_id, [])
        found = next((each for each in log if each.delivery_id == known), None)
        delivery = found or self.add_delivery(endpoint.endpoint_id, "webhook.test")
        self._remember("test", request, delivery.delivery_id)
        return pb.SendTestWebhookResponse(delivery=delivery)

    async def ListWebhookDeliveries(self, request: Any, context: Any) -> pb.ListWebhookDeliveriesResponse:
        endpoint = self._endpoint(request)
        if request.page_token and not request.page_token.isdigit():
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID", "There is no such page.")
        first = int(request.page_token or 0)
        log = self.deliveries.get(endpoint.endpoint_id, [])
        rest = first + request.page_size
        return pb.ListWebhookDeliveriesResponse(
            deliveries=log[first:rest], next_page_token=str(rest) if len(log) > rest else ""
        )

    async def ReplayWebhookDelivery(self, request: Any, context: Any) -> pb.ReplayWebhookDeliveryResponse:
        endpoint = self._enabled(request)
        log = self.deliveries.get(endpoint.endpoint_id, [])
        found = next((each for each in log if each.delivery_id == request.delivery_id), None)
        if found is None:
            raise missing("WEBHOOK_DELIVERY")
        if not self._known("replay", request):
            found.status = "waiting"
            found.due_at.FromDatetime(NOW)
        self._remember("replay", request, request.delivery_id)
        return pb.ReplayWebhookDeliveryResponse(delivery=found)

    def _endpoint(self, request: Any) -> pb.WebhookEndpoint:
        endpoint = self.by_owner.get(request.owner_id, {}).get(request.endpoint_id)
        if endpoint is None:
            raise missing("WEBHOOK")
        return endpoint

    def _enabled(self, request: Any) -> pb.WebhookEndpoint:
        endpoint = self._endpoint(request)
        if endpoint.HasField("disabled_at"):
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "WEBHOOK_DISABLED", "Enable it first.")
        return endpoint

    def _known(self, operation: str, request: Any) -> str:
        content = request.SerializeToString(deterministic=True)
        known = self.requests.get((operation, request.owner_id, request.idempotency_key))
        if known is None or not request.idempotency_key:
            return ""
        if known[0] != content:
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED", "It was used for another.")
        return known[1]

    def _remember(self, operation: str, request: Any, made_id: str) -> None:
        content = request.SerializeToString(deterministic=True)
        self.requests[operation, request.owner_id, request.idempotency_key] = (content, made_id)


def _told(endpoint_id: str) -> Exception:
    facts = {"endpoint_id": endpoint_id}
    return refused(grpc.StatusCode.ALREADY_EXISTS, "SECRET_TOLD", "It was told.", facts=facts)
