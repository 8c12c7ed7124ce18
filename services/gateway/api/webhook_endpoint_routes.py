"""Where a person's programs hear of tracks: endpoints made, changed, tried and removed, and what was sent there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.answer_examples import IDEMPOTENCY_KEY
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer, nothing
from services.gateway.api.idempotency import idempotency_header, idempotency_key
from services.gateway.api.listing_routes import CURSOR, LIMIT
from services.gateway.api.schema import Body, Text, Texts, YesNo
from services.gateway.api.webhook_json import delivery_json, endpoint_json
from services.gateway.api.webhook_schemas import EVENT_TEXT, EVENT_WORDS
from stripsession.library.v1 import webhook_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.library.v1.webhook_service_pb2_grpc import WebhookServiceAsyncStub

URL_CHARACTERS_MAX = 500


def _url(*, required: bool) -> Text:
    summary = "https, port 443 or 8443, of a host that the whole internet reaches; 1 to 500 characters of ASCII."
    fault = "must be an address in ASCII without spaces"
    return Text("url", summary, required, 1, URL_CHARACTERS_MAX, pattern=r"^[!-~]*$", fault=fault)


NEW_ENDPOINT = Body(
    "WebhookEndpointRequest",
    "Where to send, and what to tell of.",
    (
        _url(required=True),
        Texts("events", "What to tell of; at least one.", EVENT_TEXT, len(EVENT_WORDS), required=True),
    ),
    {"url": "https://example.org/hooks/stripsession", "events": ["track.ready", "track.failed"]},
)
CHANGED_ENDPOINT = Body(
    "WebhookEndpointChange",
    "What to change; what is absent stays.",
    (
        _url(required=False),
        Texts("events", "What to tell of from now on; none leaves it as it is.", EVENT_TEXT, len(EVENT_WORDS)),
        YesNo("enabled", "False sends nothing more there, and gives up what waits; true begins again from now on."),
    ),
    {"enabled": True},
)
_ALL = "/v1/webhook-endpoints"
_ONE = f"{_ALL}/{{endpoint_id}}"
_MISSING = "WEBHOOK_NOT_FOUND"
_NAMED = ("IDEMPOTENCY_KEY_REUSED", "MALFORMED_HEADER")
_TOLD_ONCE = idempotency_header(
    "Sending the same again within 24 hours makes nothing more: it is answered SECRET_TOLD, with the `endpoint_id` in"
    " facts, for a secret is told once. With another body it is refused.",
    IDEMPOTENCY_KEY,
)
_SENT_ONCE = idempotency_header(
    "Sending the same again within 24 hours sends nothing more: it is answered with what the first one sent.",
    IDEMPOTENCY_KEY,
)


class WebhookEndpointRoutes:
    """What people do with their endpoints."""

    def __init__(self, webhooks: WebhookServiceAsyncStub) -> None:
        """The library has them."""
        self._webhooks = webhooks

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [*self._of_all(), *self._of_one(), *self._of_sending()]

    def _of_all(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                _ALL,
                "createWebhookEndpoint",
                "Let a program hear of your tracks. The secret is told once.",
                self.create,
                (Answer(201, "The endpoint and its secret.", "NewWebhookEndpoint"),),
                headers=(_TOLD_ONCE,),
                body=NEW_ENDPOINT,
                tag="notifications",
                description="Each event is a POST of a WebhookMessage, signed as Standard Webhooks 1.0.0 has it, in the"
                " headers webhook-id, webhook-timestamp and webhook-signature. Answer 2xx within ten seconds. What is"
                " not answered so is sent again, 13 times in about a day. A message may come twice, and late ones after"
                " newer ones: go by webhook-id, and read the track. Redirects are not followed; 410 ends the endpoint."
                " At most five of a person. Takes a session: what a key began would outlive it.",
                refusals=(
                    *(*_NAMED, "ACCOUNT_NOT_FOUND", "SECRET_TOLD", "TOO_MANY_WEBHOOKS", "WEBHOOK_EVENTS_INVALID"),
                    "WEBHOOK_URL_INVALID",
                ),
            ),
            Endpoint(
                "GET",
                _ALL,
                "listWebhookEndpoints",
                "Your endpoints, without their secrets.",
                self.list,
                (Answer(200, "All of them.", "WebhookEndpoints"),),
                tag="notifications",
            ),
        ]

    def _of_one(self) -> list[Endpoint]:
        return [
            Endpoint(
                "PATCH",
                _ONE,
                "updateWebhookEndpoint",
                "Send elsewhere, tell of other events, stop or begin again.",
                self.update,
                (Answer(200, "The endpoint as it is now.", "WebhookEndpoint"),),
                body=CHANGED_ENDPOINT,
                tag="notifications",
                description="What waits goes to the new address. Of what happens while it is disabled nothing is told"
                " later. One whose `disabled_reason` is reclaimed is enabled with its `url` alone: whoever had your"
                " account may have changed that, so send the address that you know.",
                refusals=(_MISSING, "WEBHOOK_EVENTS_INVALID", "WEBHOOK_URL_INVALID", "WEBHOOK_URL_NEEDED"),
            ),
            Endpoint(
                "DELETE",
                _ONE,
                "deleteWebhookEndpoint",
                "Remove an endpoint with its log.",
                self.delete,
                (Answer(204, "Nothing more is sent there."),),
                tag="notifications",
                refusals=(_MISSING,),
            ),
            Endpoint(
                "POST",
                f"{_ONE}/secret",
                "rotateWebhookSecret",
                "Change the secret. The new one is told once.",
                self.rotate,
                (Answer(201, "The endpoint and its new secret.", "NewWebhookEndpoint"),),
                headers=(_TOLD_ONCE,),
                tag="notifications",
                description="For 24 hours messages carry a signature by each of both, so that none is missed.",
                refusals=(*_NAMED, "SECRET_TOLD", _MISSING),
            ),
        ]

    def _of_sending(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                f"{_ONE}/test",
                "testWebhookEndpoint",
                "Send a message that tells of nothing.",
                self.test,
                (Answer(202, "It waits to be sent.", "WebhookDelivery"),),
                headers=(_SENT_ONCE,),
                tag="notifications",
                description="Its `type` is webhook.test. What came of it stands in the log.",
                refusals=(*_NAMED, "WEBHOOK_DISABLED", "WEBHOOK_FULL", _MISSING),
            ),
            Endpoint(
                "GET",
                f"{_ONE}/deliveries",
                "listWebhookDeliveries",
                "What was sent in the last 14 days, the newest first, with every try.",
                self.deliveries,
                (Answer(200, "A page.", "WebhookDeliveryPage"),),
                query=(CURSOR, LIMIT),
                tag="notifications",
                description="Of answers the status is kept, and nothing else.",
                refusals=("PAGE_TOKEN_INVALID", _MISSING),
            ),
            Endpoint(
                "POST",
                f"{_ONE}/deliveries/{{delivery_id}}/replay",
                "replayWebhookDelivery",
                "Send a message again, under its own webhook-id.",
                self.replay,
                (Answer(202, "It waits to be sent.", "WebhookDelivery"),),
                headers=(_SENT_ONCE,),
                tag="notifications",
                description="One that waits already is not sent twice for this.",
                refusals=(*_NAMED, "WEBHOOK_DELIVERY_NOT_FOUND", "WEBHOOK_DISABLED", "WEBHOOK_FULL", _MISSING),
            ),
        ]

    async def create(self, call: Call) -> Response:
        """Make one."""
        name = idempotency_key(call)
        body = await call.body()
        request = pb.CreateWebhookEndpointRequest(
            owner_id=call.owner_id, url=body["url"], event_types=body["events"], idempotency_key=name
        )
        made = await ask(self._webhooks.CreateWebhookEndpoint, request)
        return json_answer(endpoint_json(made.endpoint) | {"secret": made.secret}, 201)

    async def list(self, call: Call) -> Response:
        """All of them."""
        request = pb.ListWebhookEndpointsRequest(owner_id=call.owner_id)
        answer = await ask(self._webhooks.ListWebhookEndpoints, request)
        return json_answer({"endpoints": [endpoint_json(endpoint) for endpoint in answer.endpoints]})

    async def update(self, call: Call) -> Response:
        """Change one."""
        body = await call.body()
        request = pb.UpdateWebhookEndpointRequest(
            owner_id=call.owner_id,
            endpoint_id=call.path["endpoint_id"],
            url=body.get("url"),
            event_types=body.get("events", ()),
            enabled=body.get("enabled"),
        )
        answer = await ask(self._webhooks.UpdateWebhookEndpoint, request)
        return json_answer(endpoint_json(answer.endpoint))

    async def delete(self, call: Call) -> Response:
        """Remove one."""
        request = pb.DeleteWebhookEndpointRequest(owner_id=call.owner_id, endpoint_id=call.path["endpoint_id"])
        await ask(self._webhooks.DeleteWebhookEndpoint, request)
        return nothing()

    async def rotate(self, call: Call) -> Response:
        """Change a secret."""
        request = pb.RotateWebhookSecretRequest(
            owner_id=call.owner_id, endpoint_id=call.path["endpoint_id"], idempotency_key=idempotency_key(call)
        )
        made = await ask(self._webhooks.RotateWebhookSecret, request)
        return json_answer(endpoint_json(made.endpoint) | {"secret": made.secret}, 201)

    async def test(self, call: Call) -> Response:
        """Try one."""
        request = pb.SendTestWebhookRequest(
            owner_id=call.owner_id, endpoint_id=call.path["endpoint_id"], idempotency_key=idempotency_key(call)
        )
        answer = await ask(self._webhooks.SendTestWebhook, request)
        return json_answer(delivery_json(answer.delivery), 202)

    async def deliveries(self, call: Call) -> Response:
        """A page of the log."""
        request = pb.ListWebhookDeliveriesRequest(
            owner_id=call.owner_id,
            endpoint_id=call.path["endpoint_id"],
            page_size=call.number("limit"),
            page_token=call.text("cursor"),
        )
        answer = await ask(self._webhooks.ListWebhookDeliveries, request)
        told = [delivery_json(delivery) for delivery in answer.deliveries]
        return json_answer({"deliveries": told, "next_cursor": answer.next_page_token or None})

    async def replay(self, call: Call) -> Response:
        """Send one again."""
        request = pb.ReplayWebhookDeliveryRequest(
            owner_id=call.owner_id,
            endpoint_id=call.path["endpoint_id"],
            delivery_id=call.path["delivery_id"],
            idempotency_key=idempotency_key(call),
        )
        answer = await ask(self._webhooks.ReplayWebhookDelivery, request)
        return json_answer(delivery_json(answer.delivery), 202)
