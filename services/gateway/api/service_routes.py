"""What the gateway says of itself: live, ready, its keys, its contract."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, json_answer
from services.gateway.api.problems import refuse
from services.gateway.api.refusals import OF_ASKING
from services.gateway.domain.errors import BackendAway


class Readiness:
    """Ready between start and drain. Never depends on other services: one fault would take every gateway down."""

    name = "readiness"

    def __init__(self) -> None:
        """Not ready until started."""
        self.is_ready = False

    async def start(self) -> None:
        """Take requests."""
        self.is_ready = True

    async def stop(self) -> None:
        """Say so before the server drains, so that callers go elsewhere."""
        self.is_ready = False


class ServiceRoutes:
    """Routes about the gateway."""

    def __init__(
        self,
        readiness: Readiness,
        key_set: Callable[[], Awaitable[str]],
        document: Callable[[], dict[str, object]],
    ) -> None:
        """`key_set` gives auth's public keys as JSON, `document` the OpenAPI document of every route."""
        self._readiness = readiness
        self._key_set = key_set
        self._document = document

    def endpoints(self) -> list[Endpoint]:
        """The routes."""

        def public(path: str, name: str, summary: str, schema: str, rate: Rate) -> Endpoint:
            handle = {
                "isLive": self.live,
                "isReady": self.ready,
                "getKeySet": self.keys,
                "getContract": self.contract,
            }[name]
            refusals = {"isReady": ("NOT_READY",), "getKeySet": OF_ASKING}.get(name, ())
            answers = (Answer(200, summary, schema),)
            return Endpoint(
                *("GET", path, name, summary, handle, answers, Access.PUBLIC, rate),
                tag="service",
                refusals=refusals,
                asks=False,
            )

        return [
            public("/healthz", "isLive", "Whether the process runs.", "Status", Rate.FREE),
            public("/readyz", "isReady", "Whether it takes requests.", "Status", Rate.FREE),
            public("/.well-known/jwks.json", "getKeySet", "Keys that sign access tokens.", "KeySet", Rate.NORMAL),
            public("/openapi.json", "getContract", "This document.", "Document", Rate.NORMAL),
        ]

    async def live(self, _: Call) -> Response:
        """Always, when it can answer at all."""
        return json_answer({"status": "live"})

    async def ready(self, _: Call) -> Response:
        """Until it drains."""
        if not self._readiness.is_ready:
            raise refuse(503, "NOT_READY", "This process takes no requests now.", Retry_After="1")
        return json_answer({"status": "ready"})

    async def keys(self, _: Call) -> Response:
        """Auth's public keys."""
        try:
            document = await self._key_set()
        except BackendAway as error:
            raise refuse(503, "UNREACHABLE", "Sign-in is not available right now.", Retry_After="2") from error
        return Response(document, media_type="application/json", headers={"Cache-Control": "public, max-age=300"})

    async def contract(self, _: Call) -> Response:
        """The OpenAPI document."""
        body = json.dumps(self._document(), ensure_ascii=False)
        return Response(body, media_type="application/json", headers={"Cache-Control": "public, max-age=300"})
