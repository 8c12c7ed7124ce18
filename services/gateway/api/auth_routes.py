"""Signing up, in and out, with tokens or with cookies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.admission import Admission, require_same_origin
from services.gateway.api.age_routes import CONFIRMS_AGE
from services.gateway.api.calls import ask
from services.gateway.api.cookies import ACCESS_COOKIE, REFRESH_COOKIE
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, json_answer, nothing
from services.gateway.api.mapping import account_json, moment
from services.gateway.api.opened_session import (
    OPENED,
    TRANSPORT,
    device,
    is_by_cookie,
    opening_body,
    session_answer,
)
from services.gateway.api.problems import unsigned
from services.gateway.api.schema import Body, Text
from stripsession.auth.v1 import account_pb2, auth_service_pb2

if TYPE_CHECKING:
    from stripsession.auth.v1.auth_service_pb2_grpc import AuthServiceAsyncStub

HASHING_S = 15.0
"""Deadline of a call that hashes a password: auth lets only a few do that at once."""

EMAIL = Text(
    "email",
    "Address of the account, at most 254 characters.",
    required=True,
    length_min=3,
    length_max=254,
    pattern=r"^[^@\x00-\x1F\x7F]+@[^@\x00-\x1F\x7F]+$",
    fault="must be an e-mail address",
    reason="INVALID_EMAIL",
)
PASSWORD = Text(
    "password",
    "The password; a new one has 8 to 256 characters and is none of those that are guessed first.",
    required=True,
    length_min=1,
    length_max=1024,
)
_NAME = Text("display_name", "Name to show, at most 100 characters.", length_max=100)
LANGUAGE = Text("language", "Of mail, e.g. de; English where it is absent or none of ours.", length_max=20)
MAILED_CODE = Text("code", "The code of the link, which works once.", required=True, length_min=1, length_max=200)
SIGN_UP = Body(
    "SignUp",
    "A new account.",
    (EMAIL, PASSWORD, _NAME, CONFIRMS_AGE, LANGUAGE, TRANSPORT),
    {
        "email": "grace@example.org",
        "password": "nineteen-cellos",
        "display_name": "Grace",
        "confirms_age": True,
        "transport": "token",
    },
)
CONFIRMATION = Body(
    "SignUpConfirmation",
    "The code of the mail, and the password that was chosen when signing up.",
    (MAILED_CODE, PASSWORD, TRANSPORT),
    {"code": "cWq9bH4xT1eU7oI3zA6lGy2k", "password": "nineteen-cellos", "transport": "token"},
)
SIGN_IN = Body(
    "SignIn",
    "Who signs in.",
    (EMAIL, PASSWORD, TRANSPORT),
    {"email": "ada@example.org", "password": "seventeen-violins", "transport": "token"},
)
LINK = Body(
    "SignInLink",
    "A one-time link.",
    (MAILED_CODE, TRANSPORT),
    {"code": "gWm3kT0ZbQ7vXy2sN5rL8cJf", "transport": "token"},
)
_TOKEN = Text("refresh_token", "The token to spend; absent takes the cookie.", length_max=1000)
REFRESH = Body(
    "Refresh",
    "Which session; it keeps its transport.",
    (_TOKEN, TRANSPORT),
    {"refresh_token": "ref_2mV7cQ1xZb8nR5tK0sLwYp"},
)
PROFILE = Body("Profile", "What is to change.", (_NAME,), {"display_name": "Ada L."})
_MORE = {
    "signUp": " An account is for people of 13 or older: without `confirms_age` there is none, and nothing is kept."
    " Who signs up accepts the privacy policy in force, which is noted (getPolicyAcceptance): show it to them."
    " Where this server confirms sign-ups by mail, the answer is 202 whether or not there is an account with"
    " this address, and the mail has a link whose code `confirmSignUp` takes.",
    "confirmSignUp": " The password keeps whoever opens a mail that a stranger caused from making an account to which"
    " the stranger knows the password.",
    "signIn": " After some wrong passwords for one account, whether or not there is such an account, each further try"
    " has to wait, longer each time. A browser that was signed in to the account by cookies before has some tries of"
    " its own, whatever strangers do. Whoever has a second factor is answered 202, with a challenge for"
    " answerChallenge.",
}
_LATER = {
    "signUp": (Answer(202, "A mail has to be read first.", "SignUpPending"),),
    "signIn": (Answer(202, "A second factor has to be shown.", "SignInChallenge"),),
}
_OWN_REFUSALS = {
    "signUp": ("AGE_NOT_CONFIRMED", "BUSY", "DISPLAY_NAME_TOO_LONG", "EMAIL_TAKEN", "INVALID_EMAIL", "WEAK_PASSWORD"),
    "signIn": ("BUSY", "INVALID_EMAIL", "WRONG_CREDENTIALS"),
    "confirmSignUp": ("BUSY", "CODE_SPENT", "WRONG_PASSWORD"),
    "redeemLink": ("LINK_SPENT",),
}


class AuthRoutes:
    """What people do about their sessions and account."""

    def __init__(self, auth: AuthServiceAsyncStub, admission: Admission) -> None:
        """`admission` writes the cookies."""
        self._auth = auth
        self._admission = admission

    def endpoints(self) -> list[Endpoint]:
        """The routes."""

        def opening(path: str, name: str, summary: str, body: Body, status: int) -> Endpoint:
            handle = {
                "signUp": self.sign_up,
                "confirmSignUp": self.confirm_sign_up,
                "signIn": self.sign_in,
                "redeemLink": self.redeem_link,
            }[name]
            answers = (Answer(status, "The account and its session.", "Session"), *_LATER.get(name, ()))
            return Endpoint(
                *("POST", path, name, summary, handle, answers, Access.PUBLIC, Rate.SIGN_IN),
                body=body,
                tag="auth",
                description=OPENED + _MORE.get(name, ""),
                refusals=(*_OWN_REFUSALS[name], "CROSS_SITE"),
            )

        return [
            opening("/v1/auth/signup", "signUp", "Make an account and sign it in.", SIGN_UP, 201),
            opening("/v1/auth/signup/confirm", "confirmSignUp", "Make the account of a sign-up.", CONFIRMATION, 201),
            opening("/v1/auth/login", "signIn", "Sign in with e-mail and password.", SIGN_IN, 200),
            opening("/v1/auth/link", "redeemLink", "Sign in with the code of a one-time link.", LINK, 200),
            Endpoint(
                "POST",
                "/v1/auth/refresh",
                "refreshSession",
                "Exchange a refresh token, from the body or the cookie, for the next pair.",
                self.refresh,
                (Answer(200, "The session with new tokens, without its account.", "Session"),),
                Access.RENEWING,
                body=REFRESH,
                tag="auth",
                description="Once for each refresh token: a second use ends the session, because somebody else"
                " may hold it. Where the answer is lost, sign in again. The next tokens come the way the spent"
                " one came.",
                refusals=("CROSS_SITE", "SESSION_ENDED", "UNAUTHENTICATED"),
            ),
            Endpoint(
                "POST",
                "/v1/auth/logout",
                "signOut",
                "End the session of a refresh token, from the body or the cookie. Idempotent.",
                self.sign_out,
                (Answer(204, "It has ended."),),
                Access.RENEWING,
                body=REFRESH,
                tag="auth",
                description="Its cookies go, too. Access tokens of it are refused within a second.",
                refusals=("CROSS_SITE",),
            ),
            Endpoint(
                *("GET", "/v1/me", "getAccount", "Your account.", self.me, (Answer(200, "The account.", "Account"),)),
                tag="account",
                refusals=("ACCOUNT_NOT_FOUND",),
            ),
            Endpoint(
                *("PATCH", "/v1/me", "updateAccount"),
                "Change your account.",
                self.update_me,
                (Answer(200, "The changed account.", "Account"),),
                body=PROFILE,
                tag="account",
                description="What is absent stays.",
                refusals=("ACCOUNT_NOT_FOUND", "DISPLAY_NAME_TOO_LONG"),
            ),
        ]

    async def sign_up(self, call: Call) -> Response:
        """Make an account."""
        body = await opening_body(call)
        request = auth_service_pb2.SignUpRequest(
            email=body["email"],
            password=body["password"],
            display_name=body.get("display_name", ""),
            confirms_age=body.get("confirms_age", False),
            device=device(call),
            language=body.get("language", ""),
        )
        answer = await ask(self._auth.SignUp, request, deadline_s=HASHING_S)
        if not answer.HasField("account"):
            return json_answer({"confirmation": "mail"}, 202)
        return self._opened(call, body, answer.account, answer.tokens, 201)

    async def confirm_sign_up(self, call: Call) -> Response:
        """Make the account that waits for its mail."""
        body = await opening_body(call)
        request = auth_service_pb2.ConfirmSignUpRequest(
            code=body["code"], password=body["password"], device=device(call)
        )
        answer = await ask(self._auth.ConfirmSignUp, request, deadline_s=HASHING_S)
        return self._opened(call, body, answer.account, answer.tokens, 201)

    async def sign_in(self, call: Call) -> Response:
        """Open a session."""
        body = await opening_body(call)
        request = auth_service_pb2.SignInRequest(email=body["email"], password=body["password"], device=device(call))
        with self._admission.try_of(body["email"], call.request):
            answer = await ask(self._auth.SignIn, request, deadline_s=HASHING_S)
        if answer.HasField("challenge"):
            challenge = answer.challenge
            told = {
                "challenge": challenge.challenge,
                "expires_at": moment(challenge.expires_at),
                "methods": list(challenge.methods),
            }
            return json_answer(told, 202)
        return self._opened(call, body, answer.account, answer.tokens, 200)

    async def redeem_link(self, call: Call) -> Response:
        """Open a session with a link's code."""
        body = await opening_body(call)
        request = auth_service_pb2.RedeemSignInLinkRequest(code=body["code"], device=device(call))
        answer = await ask(self._auth.RedeemSignInLink, request)
        return self._opened(call, body, answer.account, answer.tokens, 200)

    async def refresh(self, call: Call) -> Response:
        """Renew a session, the way it is held."""
        token, by_cookie = await self._refresh_token(call)
        if not token:
            raise unsigned("There is no refresh token in the body or the cookie.")
        answer = await ask(self._auth.RefreshSession, auth_service_pb2.RefreshSessionRequest(refresh_token=token))
        return session_answer(self._admission, call, None, answer.tokens, by_cookie=by_cookie, status=200)

    async def sign_out(self, call: Call) -> Response:
        """End a session."""
        token, by_cookie = await self._refresh_token(call)
        if token:
            await ask(self._auth.SignOut, auth_service_pb2.SignOutRequest(refresh_token=token))
        response = nothing()
        if by_cookie or ACCESS_COOKIE in call.request.cookies:
            self._admission.clear_cookies(response, call.request)
        return response

    async def me(self, call: Call) -> Response:
        """The account."""
        answer = await ask(self._auth.GetAccount, auth_service_pb2.GetAccountRequest(user_id=call.owner_id))
        return json_answer(account_json(answer.account))

    async def update_me(self, call: Call) -> Response:
        """Change the account."""
        body = await call.body()
        request = auth_service_pb2.UpdateAccountRequest(user_id=call.owner_id)
        if "display_name" in body:
            request.display_name = body["display_name"]
        answer = await ask(self._auth.UpdateAccount, request)
        return json_answer(account_json(answer.account))

    async def _refresh_token(self, call: Call) -> tuple[str, bool]:
        body = await call.body()
        if body.get("refresh_token"):
            return body["refresh_token"], False
        token = call.request.cookies.get(REFRESH_COOKIE, "")
        if token:
            require_same_origin(call.request)
        return token, bool(token)

    def _opened(
        self,
        call: Call,
        body: Mapping[str, str],
        account: account_pb2.Account,
        tokens: account_pb2.SessionTokens,
        status: int,
    ) -> Response:
        by_cookie = is_by_cookie(body)
        return session_answer(self._admission, call, account, tokens, by_cookie=by_cookie, status=status)
