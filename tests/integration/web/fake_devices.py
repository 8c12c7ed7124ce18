"""The fake gateway's programs that wait to be approved."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, problem, told

USER_CODE = "WDJB-MJHT"


class FakeDevices:
    """One program waits, and its code is USER_CODE."""

    def __init__(self) -> None:
        """Nobody has answered."""
        self.answers: list[bool] = []

    def routes(self) -> list[Route]:
        """Those that ask who is calling."""
        return [
            Route("/v1/auth/device/lookup", self._lookup, methods=["POST"]),
            Route("/v1/auth/device/answer", self._answer, methods=["POST"]),
        ]

    async def _lookup(self, request: Request) -> Response:
        if not self._is_waiting(await request.json()):
            return problem(404, "DEVICE_CODE_NOT_FOUND", "This code has run out, was answered, or never was.")
        shown = {"client_name": "stripsession@ada-laptop", "address": "203.0.113.7"}
        return told("DeviceSignIn", shown | {"started_at": MOMENT, "expires_at": MOMENT})

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        if not self._is_waiting(body):
            return problem(404, "DEVICE_CODE_NOT_FOUND", "This code has run out, was answered, or never was.")
        self.answers.append(body["approve"])
        return Response(status_code=204)

    def _is_waiting(self, body: dict[str, object]) -> bool:
        return str(body["user_code"]).upper() == USER_CODE and not self.answers
