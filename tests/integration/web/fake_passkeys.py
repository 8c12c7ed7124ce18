"""The fake gateway's passkeys: kept by whoever is signed in, and bound to localhost."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, problem, told

_CHALLENGE = {"challenge": "a" * 43, "timeout": 300_000}


class FakePasskeys:
    """Two passkeys."""

    def __init__(self) -> None:
        """One of them was used."""
        self.kept: dict[str, dict[str, object]] = {}
        for name, used in (("Pixel 9", MOMENT), ("YubiKey 5C", None)):
            passkey_id = f"pky_{len(self.kept) + 1:08}"
            self.kept[passkey_id] = {
                "passkey_id": passkey_id,
                "name": name,
                "created_at": MOMENT,
                "last_used_at": used,
            }

    def routes(self) -> list[Route]:
        """Those that ask who is calling."""
        return [
            Route("/v1/auth/passkeys/options", self._creation, methods=["POST"]),
            Route("/v1/auth/passkeys", self._all),
            Route("/v1/auth/passkeys/{passkey_id}", self._one, methods=["PATCH", "DELETE"]),
        ]

    def open_routes(self) -> list[Route]:
        """Those of whoever is not signed in."""
        return [Route("/v1/auth/passkey/options", self._request, methods=["POST"])]

    async def _creation(self, request: Request) -> Response:
        who = {
            "rp": {"id": "localhost", "name": "StripSession"},
            "user": {"id": "b3BhcXVl", "name": "ada@example.org", "displayName": "Ada"},
        }
        return told("PasskeyQuestion", {"options": _CHALLENGE | who})

    async def _request(self, request: Request) -> Response:
        return told("PasskeyQuestion", {"options": _CHALLENGE | {"rpId": "localhost"}})

    async def _all(self, request: Request) -> Response:
        return told("PasskeyList", {"passkeys": list(self.kept.values()), "is_offered": True})

    async def _one(self, request: Request) -> Response:
        passkey_id = request.path_params["passkey_id"]
        if passkey_id not in self.kept:
            return problem(404, "PASSKEY_NOT_FOUND", "There is no such passkey.")
        if request.method == "DELETE":
            del self.kept[passkey_id]
            return Response(status_code=204)
        self.kept[passkey_id]["name"] = (await request.json())["name"]
        return told("Passkey", self.kept[passkey_id])
