"""The second step of signing in, and showing again who one is."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.admission import Admission
from services.gateway.api.auth_routes import HASHING_S, LANGUAGE
from services.gateway.api.calls import ask
from services.gateway.api.cookies import ACCESS_COOKIE
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, json_answer, nothing
from services.gateway.api.mapping import moment
from services.gateway.api.opened_session import (
    OPENED,
    TRANSPORT,
    cookie_life_s,
    is_by_cookie,
    language,
    opening_body,
    session_answer,
)
from services.gateway.api.passkey_routes import ANSWERED
from services.gateway.api.problems import refuse
from services.gateway.api.schema import Body, Text
from stripsession.auth.v1 import second_factor_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.second_factor_service_pb2_grpc import SecondFactorServiceAsyncStub

_FACTOR = "/v1/auth/second-factor"
_CODE = Text(
    "code",
    "Six digits of the authenticator, or a recovery code; gaps and case make no difference.",
    required=True,
    length_min=1,
    length_max=60,
)
CONFIRM = Body("SecondFactorConfirmation", "What it shows.", (_CODE, LANGUAGE), {"code": "492039", "language": "en"})
CHALLENGE = Body(
    "SignInChallengeAnswer",
    "The challenge of a right password, and a code.",
    (
        Text("challenge", "As signIn gave it.", required=True, length_min=1, length_max=200),
        _CODE,
        LANGUAGE,
        TRANSPORT,
    ),
    {"challenge": "cHq7mV2xZ9tK4wR1bN6yL3sD", "code": "492039", "transport": "token"},
)
STEP_UP = Body(
    "StepUp",
    "The password, a code, or a passkey's answer: one of those that the refusal named.",
    (
        Text("password", "Your password.", length_min=1, length_max=1024),
        Text("code", "Six digits of the authenticator, or a recovery code.", length_min=1, length_max=60),
        ANSWERED,
        LANGUAGE,
    ),
    {"password": "seventeen-violins"},
)
_HELD_OFF = " After some wrong codes none is looked at for a while, longer each time: TOO_MANY_CODES."
_NEVER_HELD_OFF = " A recovery code always is."
_TOLD = " The person is told by mail, where this server sends any."


class FactorRoutes:
    """What people do about their second factor."""

    def __init__(self, factors: SecondFactorServiceAsyncStub, admission: Admission) -> None:
        """Auth has them; `admission` writes the cookies, and holds off whoever guesses."""
        self._factors = factors
        self._admission = admission

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [*self._of_signing_in(), *self._of_the_factor()]

    async def methods(self, user_id: str) -> Sequence[str]:
        """How a person can show who they are. Raises Refused."""
        return (await ask(self._factors.ListProofs, pb.ListProofsRequest(user_id=user_id))).methods

    def _of_signing_in(self) -> list[Endpoint]:
        return [
            Endpoint(
                *("POST", "/v1/auth/login/second-step", "answerChallenge", "Sign in with a second factor."),
                *(self.answer, (Answer(200, "The account and its session.", "Session"),)),
                *(Access.PUBLIC, Rate.SIGN_IN),
                body=CHALLENGE,
                tag="auth",
                description=f"{OPENED} A challenge works once and for five minutes.{_HELD_OFF}{_NEVER_HELD_OFF} A used"
                " one is told by mail.",
                refusals=("CHALLENGE_SPENT", "CROSS_SITE", "TOO_MANY_CODES", "WRONG_CODE"),
            ),
            Endpoint(
                *("POST", "/v1/auth/step-up", "stepUp", "Show again who you are, before a dangerous act."),
                *(self.step_up, (Answer(200, "A token that says so.", "SteppedUp"),)),
                body=STEP_UP,
                tag="auth",
                description="What refuses with STEP_UP_REQUIRED names the ways in `facts.methods`, with gaps between"
                " them: passkey, password, totp, recovery_code, or provider, for startProviderSignIn with `again`. What"
                " startPasskeyProof gives, a passkey answers. With a second factor the password alone counts no"
                " more. For ten minutes from then on such acts are let through, with the token of this answer and"
                " those that it is renewed to. Whoever asks with the cookie gets the token in the cookie."
                f"{_HELD_OFF}{_NEVER_HELD_OFF}",
                refusals=(
                    *("ACCOUNT_NOT_FOUND", "BUSY", "PASSKEYS_OFF", "PROOF_NOT_TAKEN", "SESSION_NOT_FOUND"),
                    *("TOO_MANY_CODES", "WRONG_CODE", "WRONG_PASSKEY", "WRONG_PASSWORD"),
                ),
            ),
        ]

    def _of_the_factor(self) -> list[Endpoint]:
        return [
            Endpoint(
                *("GET", _FACTOR, "getSecondFactor", "Whether you have a second factor.", self.get),
                (Answer(200, "What you have.", "SecondFactor"),),
                tag="auth",
                refusals=("ACCOUNT_NOT_FOUND",),
            ),
            Endpoint(
                *("POST", _FACTOR, "startSecondFactor", "Make a secret for an authenticator.", self.start),
                (Answer(201, "The secret, as text and as a QR code.", "NewSecondFactor"),),
                tag="auth",
                description="Nothing is asked of anybody before confirmSecondFactor was shown a code of it. It goes"
                " with a password: whoever has none here is refused.",
                refusals=("ACCOUNT_NOT_FOUND", "PASSWORD_MISSING", "SECOND_FACTOR_SET"),
            ),
            Endpoint(
                *("DELETE", _FACTOR, "removeSecondFactor", "Take your second factor away.", self.remove),
                (Answer(204, "Signing in takes the password alone."),),
                tag="auth",
                description=f"With its recovery codes.{_TOLD}",
                refusals=("ACCOUNT_NOT_FOUND",),
            ),
            Endpoint(
                *("POST", f"{_FACTOR}/confirm", "confirmSecondFactor"),
                *("Set your second factor, with a code that shows that the authenticator has it.", self.confirm),
                (Answer(200, "Ten recovery codes, told this once.", "RecoveryCodes"),),
                body=CONFIRM,
                tag="auth",
                description=f"Each recovery code works once in place of the authenticator.{_TOLD}{_HELD_OFF}",
                refusals=("ACCOUNT_NOT_FOUND", "SECOND_FACTOR_NOT_STARTED", "TOO_MANY_CODES", "WRONG_CODE"),
            ),
            Endpoint(
                *("POST", f"{_FACTOR}/recovery-codes", "makeRecoveryCodes"),
                *("Make ten recovery codes in place of all before.", self.make_codes),
                (Answer(201, "The codes, told this once.", "RecoveryCodes"),),
                tag="auth",
                description=_TOLD.strip(),
                refusals=("SECOND_FACTOR_NOT_SET",),
            ),
        ]

    async def answer(self, call: Call) -> Response:
        """Open a session."""
        body = await opening_body(call)
        request = pb.AnswerChallengeRequest(
            challenge=body["challenge"], code=body["code"], language=body.get("language", "")
        )
        answer = await ask(self._factors.AnswerChallenge, request)
        by_cookie = is_by_cookie(body)
        return session_answer(self._admission, call, answer.account, answer.tokens, by_cookie=by_cookie, status=200)

    async def step_up(self, call: Call) -> Response:
        """A fresh token, the way the stale one came."""
        body = await call.body()
        shown = {name: body[name] for name in ("password", "code", "credential") if body.get(name)}
        if len(shown) != 1:
            raise refuse(
                409, "PROOF_NOT_TAKEN", "Give a password, a code or a passkey's answer, and one of them alone."
            )
        request = pb.StepUpRequest(
            user_id=call.owner_id,
            session_id=call.session_id,
            password=shown.get("password", ""),
            code=shown.get("code", ""),
            credential_json=shown.get("credential", ""),
            language=body.get("language", ""),
        )
        # Wrong codes are counted by auth, wherever they are shown.
        guessing = self._admission.try_of(call.owner_id) if "password" in shown else contextlib.nullcontext()
        with guessing:
            answer = await ask(self._factors.StepUp, request, deadline_s=HASHING_S)
        told = {"access_expires_at": moment(answer.access_expires_at)}
        if "authorization" in call.request.headers:
            return json_answer(told | {"token_type": "Bearer", "access_token": answer.access_token})
        response = json_answer(told)
        cookie = (answer.access_token, cookie_life_s(answer.access_expires_at))
        self._admission.set_cookies(response, call.request, {ACCESS_COOKIE: cookie})
        return response

    async def get(self, call: Call) -> Response:
        """What there is."""
        state = await ask(self._factors.GetSecondFactor, pb.GetSecondFactorRequest(user_id=call.owner_id))
        return json_answer(
            {
                "set_at": moment(state.set_at) if state.HasField("set_at") else None,
                "recovery_codes_left": state.recovery_codes_left,
                "is_offered": state.is_offered,
            }
        )

    async def start(self, call: Call) -> Response:
        """A secret."""
        made = await ask(self._factors.StartTotp, pb.StartTotpRequest(user_id=call.owner_id))
        return json_answer({"secret": made.secret, "uri": made.uri, "qr_rows": list(made.qr_rows)}, 201)

    async def confirm(self, call: Call) -> Response:
        """In force from now on."""
        body = await call.body()
        request = pb.ConfirmTotpRequest(user_id=call.owner_id, code=body["code"], language=body.get("language", ""))
        answer = await ask(self._factors.ConfirmTotp, request)
        return json_answer({"recovery_codes": list(answer.recovery_codes)})

    async def remove(self, call: Call) -> Response:
        """Away."""
        request = pb.RemoveTotpRequest(user_id=call.owner_id, language=language(call))
        await ask(self._factors.RemoveTotp, request)
        return nothing()

    async def make_codes(self, call: Call) -> Response:
        """Other ones."""
        request = pb.MakeRecoveryCodesRequest(user_id=call.owner_id, language=language(call))
        answer = await ask(self._factors.MakeRecoveryCodes, request)
        return json_answer({"recovery_codes": list(answer.recovery_codes)}, 201)
