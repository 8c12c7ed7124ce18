"""What the one person of the small gateway accepted of the privacy policy, and is still to be told."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, problem, told

COMING_FROM = "2031-05-01T00:00:00.000Z"
CHANGES = {"en": "It names one thing more that is kept.", "de": "Sie nennt ein Ding mehr, das bleibt."}


class FakeAcceptance:
    """Version 2 is in force, and was accepted by signing up; a test may have it otherwise."""

    def __init__(self) -> None:
        """Nothing is to be told."""
        self.in_force = 2
        self.coming: int | None = None
        self.accepted: dict[int, bool] = {2: True}
        """Version -> whether by signing up."""
        self.noticed: set[int] = set()

    def routes(self) -> list[Route]:
        """For whoever is signed in."""
        return [
            Route("/v1/privacy/acceptance", self._read),
            Route("/v1/privacy/acceptance", self._accept, methods=["POST"]),
            Route("/v1/privacy/notices", self._note, methods=["POST"]),
        ]

    async def _read(self, _: Request) -> Response:
        return self._told()

    async def _accept(self, request: Request) -> Response:
        version = (await request.json())["version"]
        if version != self.in_force:
            return problem(409, "POLICY_NOT_IN_FORCE", "This version of the policy is not the one in force.")
        self.accepted.setdefault(version, False)
        return self._told()

    async def _note(self, request: Request) -> Response:
        body = await request.json()
        # As auth does: what a notice told of is noted only as long as it is still that.
        if body["version"] == (self.in_force if body["asked"] else self.coming):
            self.noticed.add(body["version"])
        return self._told()

    def _told(self) -> Response:
        is_accepted = self.in_force in self.accepted
        coming = {"version": self.coming, "in_force_from": COMING_FROM, "changes": CHANGES} if self.coming else None
        answer = {
            "in_force": {"version": self.in_force, "in_force_from": MOMENT, "changes": CHANGES},
            "is_accepted": is_accepted,
            "is_asked": not is_accepted and self.in_force not in self.noticed,
            "coming": coming,
            "is_told": self.coming is not None and self.coming not in self.noticed,
            "accepted": [
                {"version": version, "accepted_at": MOMENT, "at_sign_up": at_sign_up}
                for version, at_sign_up in sorted(self.accepted.items(), reverse=True)
            ],
        }
        return told("PolicyAcceptance", answer)
