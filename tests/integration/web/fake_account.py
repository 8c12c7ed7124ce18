"""The account of the one person of the small gateway."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.fake_acceptance import FakeAcceptance
from tests.integration.web.told import problem, told


class FakeAccount:
    """Told, and asked once whether its person is old enough."""

    def __init__(self, account: dict[str, object], acceptance: FakeAcceptance) -> None:
        """Both are as a test wants them told."""
        self._account = account
        self._acceptance = acceptance

    def routes(self) -> list[Route]:
        """For whoever is signed in."""
        return [
            Route("/v1/me", self._me),
            Route("/v1/account/age", self._confirm, methods=["POST"]),
            *self._acceptance.routes(),
        ]

    async def _me(self, _: Request) -> Response:
        return told("Account", self._account)

    async def _confirm(self, request: Request) -> Response:
        if await request.json() != {"confirms_age": True}:
            return problem(409, "AGE_NOT_CONFIRMED", "An account is for people of 13 or older.")
        self._account["age_confirmed"] = True
        return told("Account", self._account)
