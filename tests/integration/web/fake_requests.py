"""The fake gateway's requests about privacy: sent, listed, and followed by whoever has no account."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, problem, told

NUMBER, TOKEN = "PR-7K2M9QX4TD", "Vb4nLq8sXw2eRk6tYp0mUz7cAf3hGj9dIo5vN1bQxEs"
DUE_ON = "2031-06-04"
LONG = "A reason that goes on for a while, with a-word-that-no-line-of-a-narrow-page-can-hold-in-one-piece. " * 2


class FakeRequests:
    """One person's, and one of somebody without an account."""

    def __init__(self) -> None:
        """Nothing was sent."""
        self.requests: list[dict[str, Any]] = []
        """Newest first."""
        self.sent: list[tuple[dict[str, str], str]] = []
        """Body and key of each."""
        self.refusal = ""
        """Why nothing is taken, where it is not."""
        self.followed = self.made("question", "Do you hold anything of me?")

    def routes(self) -> list[Route]:
        """Those that ask who is calling."""
        path = "/v1/privacy/requests"
        return [Route(path, self._list, methods=["GET"]), Route(path, self._send, methods=["POST"])]

    def open_routes(self) -> list[Route]:
        """Those for whoever has no account."""
        path = "/v1/privacy/requests"
        return [
            Route(f"{path}/unsigned", self._send_unsigned, methods=["POST"]),
            Route(f"{path}/open", self._follow, methods=["POST"]),
        ]

    def made(self, kind: str, text: str, **more: object) -> dict[str, Any]:
        """One that waits, or is as `more` says."""
        return {
            "number": NUMBER,
            "kind": kind,
            "text": text,
            "received_at": MOMENT,
            "due_on": DUE_ON,
            "extended_at": None,
            "extension": "",
            "state": "open",
            "answer": "",
            "ended_at": None,
            "ending": None,
        } | more

    def of_each_state(self) -> list[dict[str, Any]]:
        """One that waits, one that takes longer, an answered one, and a closed one."""
        ended = {"ended_at": MOMENT}
        return [
            self.made("access", "What do you hold?", number="PR-0000000001"),
            self.made("object", LONG, number="PR-0000000002", extended_at=MOMENT, extension=LONG),
            self.made("question", "Why?", number="PR-0000000003", state="answered", answer=LONG, **ended),
            self.made("child", "My son.", number="PR-0000000004", state="closed", ending="duplicate", **ended),
        ]

    async def _list(self, _: Request) -> Response:
        return told("PrivacyRequestList", {"requests": self.requests})

    async def _send(self, request: Request) -> Response:
        if self.refusal:
            return problem(409, self.refusal, "Five of your requests wait.")
        body = await request.json()
        self.sent.append((body, request.headers["idempotency-key"]))
        self.requests.insert(0, self.made(body["kind"], body["text"]))
        return told("PrivacyRequest", self.requests[0], 201)

    async def _send_unsigned(self, request: Request) -> Response:
        body = await request.json()
        self.sent.append((body, ""))
        self.followed = self.made(body["kind"], body["text"])
        more = {"token": TOKEN, "path": f"/#/request/{NUMBER}/{TOKEN}"}
        return told("SentStrangersRequest", self.followed | more, 201)

    async def _follow(self, request: Request) -> Response:
        if (await request.json()) != {"number": NUMBER, "token": TOKEN}:
            return problem(404, "REQUEST_NOT_FOUND", "This link leads nowhere.")
        return told("PrivacyRequest", self.followed)
