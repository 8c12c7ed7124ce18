"""The fake gateway's closing of the account: asked for, told of, taken back, and followed by its link."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.fake_exports import FakeExports
from tests.integration.web.fake_receipts import SIGNED_RECEIPT
from tests.integration.web.fake_requests import FakeRequests
from tests.integration.web.told import MOMENT, problem, told

WINDOW_S = 604_800
TOKEN = "Jq0vYk2LrWc8mXe1sUb7dPf9aGh3jKi5oRy6tSuAn4T"
DUE_AT = "2031-05-11T09:30:00Z"
HOLDERS = ("sign-in", "library", "separation", "billing", "auth")


class FakeClosing:
    """One person's."""

    def __init__(self, stale: Callable[[], Response | None]) -> None:
        """`stale` refuses who has not just shown who they are."""
        self._stale = stale
        self.exports = FakeExports(stale)
        """What whoever goes may take along."""
        self.requests = FakeRequests()
        """What they may write instead."""
        self.state = ""
        """Of the closing; empty for none."""
        self.asked: list[tuple[str, bool]] = []
        """Key and wish of each request."""
        self.window_s = WINDOW_S
        self.followed = "waiting"
        """What whoever holds the link is told."""
        self.is_signed = True
        """Whether the receipt of one that is over is."""
        self.due_at = DUE_AT
        self.refusal = ""
        """Why nothing is taken back, where it is not."""
        self._withdrawn = ""
        """Key of the one that was taken back last."""

    def routes(self) -> list[Route]:
        """Those that ask who is calling."""
        path = "/v1/account/closing"
        return [
            Route(path, self._get, methods=["GET"]),
            Route(path, self._ask, methods=["POST"]),
            Route(path, self._keep, methods=["DELETE"]),
            *self.exports.routes(),
            *self.requests.routes(),
        ]

    def open_routes(self) -> list[Route]:
        """Those for whoever holds the link."""
        return [Route("/v1/privacy/closings/open", self._follow, methods=["POST"]), *self.requests.open_routes()]

    def _closing(self, at_once: bool = False) -> dict[str, object]:
        return {"state": self.state, "asked_at": MOMENT, "due_at": self.due_at, "at_once": at_once}

    async def _get(self, _: Request) -> Response:
        closing = self._closing() if self.state else None
        return told("AccountClosing", {"closing": closing, "window_s": self.window_s})

    async def _ask(self, request: Request) -> Response:
        if refusal := self._stale():
            return refusal
        at_once, key = (await request.json())["at_once"], request.headers["idempotency-key"]
        self.asked.append((key, at_once))
        if key == self._withdrawn:
            return problem(409, "CLOSING_WITHDRAWN", "It was taken back since.")
        self.state = "waiting"
        answer = self._closing(at_once) | {"token": TOKEN, "path": f"/#/closing/{TOKEN}"}
        return told("NewClosing", answer, 201)

    async def _keep(self, _: Request) -> Response:
        if self.refusal:
            self.state = "erasing"
            return problem(409, self.refusal, "It is being erased.")
        self.state, self._withdrawn = "", self.asked[-1][0] if self.asked else ""
        return Response(status_code=204)

    async def _follow(self, request: Request) -> Response:
        if (await request.json())["token"] != TOKEN:
            return problem(404, "CLOSING_NOT_FOUND", "This link leads nowhere.")
        is_over = self.followed == "over"
        holders = [self._holder(name, is_over=is_over) for name in HOLDERS]
        answer = {
            "state": self.followed,
            "due_at": self.due_at,
            "finished_at": MOMENT if is_over else None,
            "holders": holders if self.followed in ("erasing", "over") else [],
            "receipt": SIGNED_RECEIPT.decode() if is_over and self.is_signed else None,
        }
        return told("FollowedClosing", answer)

    def _holder(self, name: str, *, is_over: bool) -> dict[str, object]:
        erased = {"library": [{"kind": "tracks", "count": 1200}, {"kind": "usage_events", "count": 3}]}
        is_done = is_over or name in ("sign-in", "library")
        return {
            "holder": name,
            "asked_again": not is_over and name == "billing",
            "finished_at": MOMENT if is_done else None,
            "erased": erased.get(name, []) if is_over else [],
        }
