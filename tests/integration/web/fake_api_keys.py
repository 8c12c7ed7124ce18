"""The fake gateway's API keys: made, listed and revoked by whoever is signed in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, problem, told


class FakeApiKeys:
    """Keys in the order in which they were made."""

    def __init__(self) -> None:
        """Nobody has any."""
        self.made: list[dict[str, object]] = []

    def routes(self) -> list[Route]:
        """Those that ask who is calling."""
        return [
            Route("/v1/api-keys", self._all, methods=["GET", "POST"]),
            Route("/v1/api-keys/{key_id}", self._revoke, methods=["DELETE"]),
        ]

    async def _all(self, request: Request) -> Response:
        if request.method == "GET":
            return told("ApiKeys", {"keys": list(reversed(self.made))})
        body = await request.json()
        if body["name"] == "one too many":
            return problem(409, "TOO_MANY_API_KEYS", "You have as many keys as you may have.")
        never, days = body.get("never_expires", False), body.get("expires_in_days", 90)
        number = len(self.made) + 1
        key = {
            "key_id": f"key_{number}",
            "name": body["name"],
            "scopes": body["scopes"],
            "ending": f"{number:04}",
            "created_at": MOMENT,
            "expires_at": None if never else MOMENT.replace("2024", "2124" if days > 30 else "2023"),
            "last_used_on": "2024-01-02" if number % 2 else None,
        }
        self.made.append(key)
        return told("NewApiKey", key | {"secret": f"sks_live_{'x' * 45}{number:04}"}, 201)

    async def _revoke(self, request: Request) -> Response:
        self.made = [key for key in self.made if key["key_id"] != request.path_params["key_id"]]
        return Response(status_code=204)
