"""The fake gateway's webhooks: made, turned off and on, tried, looked at, removed; nothing is sent."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, problem, told

SECRET = "whsec_" + "RUVF" * 10 + "RUU="
REFUSED_URL = "https://10.0.0.1/"
TRIES = [
    {"began_at": MOMENT, "duration_ms": 10_000, "http_status": None, "fault": "timeout"},
    {"began_at": MOMENT, "duration_ms": 31, "http_status": 503, "fault": "refused"},
]


class FakeWebhooks:
    """Endpoints in the order in which they were made, and what was sent to each, the newest first."""

    def __init__(self) -> None:
        """Nobody has any."""
        self.made: list[dict[str, Any]] = []
        self.log: dict[str, list[dict[str, Any]]] = {}

    def routes(self) -> list[Route]:
        """Those that ask who is calling."""
        one = "/v1/webhook-endpoints/{endpoint_id}"
        return [
            Route("/v1/webhook-endpoints", self._all, methods=["GET", "POST"]),
            Route(one, self._one, methods=["PATCH", "DELETE"]),
            Route(one + "/secret", self._rotate, methods=["POST"]),
            Route(one + "/test", self._test, methods=["POST"]),
            Route(one + "/deliveries", self._deliveries),
            Route(one + "/deliveries/{delivery_id}/replay", self._replay, methods=["POST"]),
        ]

    def fail(self) -> None:
        """Every endpoint took nothing for a day, and was given up."""
        for endpoint in self.made:
            endpoint |= {"disabled_at": MOMENT, "disabled_reason": "failing"}
        for delivery in (each for log in self.log.values() for each in log):
            delivery |= {"status": "failed", "due_at": None, "attempts": TRIES}

    async def _all(self, request: Request) -> Response:
        if request.method == "GET":
            return told("WebhookEndpoints", {"endpoints": self.made})
        body = await request.json()
        if body["url"] == REFUSED_URL:
            return problem(422, "WEBHOOK_URL_INVALID", "A webhook's address leads to a public host.")
        endpoint = {
            "endpoint_id": f"whe_{len(self.made) + 1}",
            "url": body["url"],
            "events": body["events"],
            "created_at": MOMENT,
            "disabled_at": None,
            "disabled_reason": None,
            "old_secret_until": None,
        }
        self.made.append(endpoint)
        return told("NewWebhookEndpoint", endpoint | {"secret": SECRET}, 201)

    async def _one(self, request: Request) -> Response:
        endpoint = self._endpoint(request)
        if request.method == "DELETE":
            self.made.remove(endpoint)
            return Response(status_code=204)
        body = await request.json()
        is_on = body["enabled"]
        if is_on and endpoint["disabled_reason"] == "reclaimed" and "url" not in body:
            return problem(409, "WEBHOOK_URL_NEEDED", "Send its address with the wish to enable it.")
        endpoint["url"] = body.get("url", endpoint["url"])
        endpoint |= {"disabled_at": None if is_on else MOMENT, "disabled_reason": None if is_on else "asked"}
        return told("WebhookEndpoint", endpoint)

    async def _rotate(self, request: Request) -> Response:
        endpoint = self._endpoint(request)
        endpoint["old_secret_until"] = MOMENT.replace("2024", "2124")
        return told("NewWebhookEndpoint", endpoint | {"secret": SECRET}, 201)

    async def _test(self, request: Request) -> Response:
        log = self.log.setdefault(self._endpoint(request)["endpoint_id"], [])
        delivery: dict[str, Any] = {
            "delivery_id": f"whd_{len(log) + 1}",
            "message_id": f"msg_{len(log) + 1}",
            "event": "webhook.test",
            "track_id": None,
            "status": "waiting",
            "created_at": MOMENT,
            "due_at": MOMENT,
            "attempts": [],
        }
        log.insert(0, delivery)
        return told("WebhookDelivery", delivery, 202)

    async def _deliveries(self, request: Request) -> Response:
        log = self.log.get(self._endpoint(request)["endpoint_id"], [])
        return told("WebhookDeliveryPage", {"deliveries": log, "next_cursor": None})

    async def _replay(self, request: Request) -> Response:
        log = self.log[self._endpoint(request)["endpoint_id"]]
        delivery = next(each for each in log if each["delivery_id"] == request.path_params["delivery_id"])
        delivery |= {"status": "waiting", "due_at": MOMENT}
        return told("WebhookDelivery", delivery, 202)

    def _endpoint(self, request: Request) -> dict[str, Any]:
        return next(each for each in self.made if each["endpoint_id"] == request.path_params["endpoint_id"])
