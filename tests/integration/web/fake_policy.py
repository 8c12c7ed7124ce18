"""The fake gateway's privacy policy: the one in force, and, where a test has one, a version that is announced."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.api.policy_routes import policy_json
from tests.integration.gateway.test_policy import published
from tests.integration.web.fake_acceptance import FakeAcceptance
from tests.integration.web.proofs import proved
from tests.integration.web.told import problem, told

NEXT_DATE = "2031-05-01"


async def version_in_force() -> int:
    """Its number, which each new version that is published moves on."""
    return (await published()).policy.version.version


class FakePolicy:
    """Anybody reads it."""

    def __init__(self) -> None:
        """What is published."""
        self.has_next = False
        """Whether a version after the one in force is announced."""
        self.acceptance = FakeAcceptance()

    def open_routes(self) -> list[Route]:
        """Those of the contract."""
        return [Route("/v1/privacy/policy", self._policy), Route("/v1/privacy/promises", self._promises)]

    async def _promises(self, request: Request) -> Response:
        return told("Promises", await proved())

    async def _policy(self, request: Request) -> Response:
        in_force: dict[str, Any] = policy_json(await published())
        numbers = [each["version"] for each in in_force["versions"]]
        versions: dict[int, dict[str, Any]] = {number: policy_json(await published(number)) for number in numbers}
        if self.has_next:
            number = in_force["version"]["version"] + 1
            coming = {**in_force["version"], "version": number, "date": NEXT_DATE, "is_coming": True}
            versions[number] = {**in_force, "version": coming}
            told_of = [coming, *in_force["versions"]]
            versions = {each: {**text, "versions": told_of} for each, text in versions.items()}
        asked = int(request.query_params["version"]) or in_force["version"]["version"]
        if asked not in versions:
            return problem(404, "POLICY_VERSION_NOT_FOUND", "There is no such version of the policy.")
        return told("Policy", versions[asked])
