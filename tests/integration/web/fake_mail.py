"""What begins with a mail, in the small gateway: every code is good but `spent`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.integration.web.fake_sessions import FakeSessions
from tests.integration.web.told import problem, told

SPENT = "spent"
MASKED, NEW_MASKED = "a\u2022\u2022\u2022@example.org", "n\u2022\u2022\u2022@new.example"
"""The account of every link, and the address that a change gives it, which an undo takes away."""


class FakeMail:
    """What was asked of it; nothing is mailed."""

    def __init__(
        self, sign_up: Callable[[Request], Awaitable[Response]], with_session: Callable[[Response], Response]
    ) -> None:
        """`sign_up` is that without mail; `with_session` signs in whoever gets the answer."""
        self.sessions = FakeSessions()
        self._sign_up_now = sign_up
        self._with_session = with_session
        self.confirms_sign_ups = False
        self.asked: list[dict[str, str]] = []
        self.refusal: tuple[int, str] | None = None
        """Of every act, and of the question what a link is for."""

    def open_routes(self) -> list[Route]:
        """Those for whoever is not signed in."""
        return [
            Route("/v1/auth/signup", self._sign_up, methods=["POST"]),
            Route("/v1/auth/password-reset", self._done, methods=["POST"]),
            Route("/v1/auth/password-reset/confirm", self._done, methods=["POST"]),
            Route("/v1/auth/email/verify", self._done, methods=["POST"]),
            Route("/v1/auth/email/change/confirm", self._done, methods=["POST"]),
            Route("/v1/auth/email/change/undo", self._done, methods=["POST"]),
            Route("/v1/auth/mailed-link", self._describe, methods=["POST"]),
            Route("/v1/auth/signup/confirm", self._confirm, methods=["POST"]),
        ]

    def signed_routes(self) -> list[Route]:
        """Those for whoever is."""
        return [
            Route("/v1/auth/sessions", self.sessions.all, methods=["GET", "DELETE"]),
            Route("/v1/auth/sessions/{session_id}", self.sessions.one, methods=["DELETE"]),
            Route("/v1/auth/email/verification", self._done, methods=["POST"]),
            Route("/v1/auth/password", self._change, methods=["POST"]),
        ]

    async def _sign_up(self, request: Request) -> Response:
        if not (await request.json()).get("confirms_age"):
            return problem(409, "AGE_NOT_CONFIRMED", "An account is for people of 13 or older.")
        if self.confirms_sign_ups:
            return told("SignUpPending", {"confirmation": "mail"}, 202)
        return await self._sign_up_now(request)

    async def _confirm(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        if body["password"] == "wrong":
            return problem(403, "WRONG_PASSWORD", "The password is wrong.")
        return self._with_session(JSONResponse({}, status_code=201))

    async def _describe(self, request: Request) -> Response:
        body = await request.json()
        if self.refusal is not None:
            return problem(self.refusal[0], self.refusal[1], "No.")
        if body["code"] == SPENT:
            return problem(404, "CODE_SPENT", "This link was used or has run out.")
        account = {"confirm": None, "undo": NEW_MASKED}.get(body["act"], MASKED)
        return told("MailedLink", {"account": account, "email": NEW_MASKED if body["act"] == "change" else MASKED})

    async def _done(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        if self.refusal is not None:
            status, reason = self.refusal
            return problem(status, reason, "No.")
        if body.get("code") == SPENT:
            return problem(404, "CODE_SPENT", "This link was used or has run out.")
        return Response(status_code=204)

    async def _change(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        if body["present_password"] == "wrong":
            return problem(403, "WRONG_PASSWORD", "The password is wrong.")
        return told("EndedSessions", {"ended": 2})
