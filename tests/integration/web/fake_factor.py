"""The fake gateway's second factor, proofs and change of address. Whether one is fresh is up to the test."""

from __future__ import annotations

from collections.abc import Callable

import segno
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, problem, told

CODE = "492039"
RECOVERY = [f"7Q2M-X4KD-90VB-EHT{number}" for number in range(10)]
_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
_URI = f"otpauth://totp/StripSession:ada%40example.org?digits=6&secret={_SECRET}&issuer=StripSession"


class FakeFactor:
    """One person's."""

    def __init__(self, with_session: Callable[[Response], Response]) -> None:
        """`with_session` signs in whoever gets the answer."""
        self._with_session = with_session
        self.is_set = False
        self.has_password = True
        self.is_fresh = True
        """Otherwise dangerous acts are refused until somebody shows who they are."""
        self.only_by = ""
        """How alone somebody can show who they are, where it is not the password or a code."""
        self.proofs: list[dict[str, str]] = []
        self.asked: list[dict[str, str]] = []
        """What was asked of changes of address."""

    def open_routes(self) -> list[Route]:
        """Those for whoever is not signed in."""
        return [Route("/v1/auth/login/second-step", self._answer, methods=["POST"])]

    def signed_routes(self) -> list[Route]:
        """Those for whoever is."""
        factor = "/v1/auth/second-factor"
        return [
            Route(factor, self._get, methods=["GET"]),
            Route(factor, self._begin, methods=["POST"]),
            Route(factor, self._remove, methods=["DELETE"]),
            Route(f"{factor}/confirm", self._confirm, methods=["POST"]),
            Route(f"{factor}/recovery-codes", self._make_codes, methods=["POST"]),
            Route("/v1/auth/step-up", self._step_up, methods=["POST"]),
            Route("/v1/auth/email/change", self._change, methods=["POST"]),
        ]

    def challenge(self) -> Response:
        """What a right password gives."""
        answer = {"challenge": "challenge-1", "expires_at": MOMENT, "methods": ["totp", "recovery_code"]}
        return told("SignInChallenge", answer, 202)

    def stale(self) -> Response | None:
        """The refusal of a dangerous act, where it is one."""
        if self.is_fresh:
            return None
        methods = self.only_by or ("totp recovery_code" if self.is_set else "password")
        return problem(403, "STEP_UP_REQUIRED", "Show who you are.", facts={"methods": methods})

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        return self._wrong(body) or self._with_session(JSONResponse({}))

    async def _get(self, _: Request) -> Response:
        state = {"set_at": MOMENT, "recovery_codes_left": 9} if self.is_set else {"set_at": None}
        return told("SecondFactor", {"recovery_codes_left": 0, "is_offered": self.has_password, **state})

    async def _begin(self, _: Request) -> Response:
        rows = ["".join("1" if module else "0" for module in row) for row in segno.make(_URI, micro=False).matrix]
        return self.stale() or told("NewSecondFactor", {"secret": _SECRET, "uri": _URI, "qr_rows": rows}, 201)

    async def _confirm(self, request: Request) -> Response:
        if refusal := self._wrong(await request.json()):
            return refusal
        self.is_set = True
        return told("RecoveryCodes", {"recovery_codes": RECOVERY})

    async def _remove(self, _: Request) -> Response:
        if refusal := self.stale():
            return refusal
        self.is_set = False
        return Response(status_code=204)

    async def _make_codes(self, _: Request) -> Response:
        return self.stale() or told("RecoveryCodes", {"recovery_codes": RECOVERY}, 201)

    async def _step_up(self, request: Request) -> Response:
        body = await request.json()
        self.proofs.append(body)
        if body.get("password") == "wrong":
            return problem(403, "WRONG_PASSWORD", "The password is wrong.")
        if "code" in body and (refusal := self._wrong(body)):
            return refusal
        self.is_fresh = True
        return told("SteppedUp", {"access_expires_at": MOMENT})

    async def _change(self, request: Request) -> Response:
        if refusal := self.stale():
            return refusal
        self.asked.append(await request.json())
        return Response(status_code=204)

    def _wrong(self, body: dict[str, str]) -> Response | None:
        if body["code"] in (CODE, *RECOVERY):
            return None
        return problem(403, "WRONG_CODE", "The code is wrong, or was used already.")
