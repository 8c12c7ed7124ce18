"""Passwords and addresses: what is changed with the present password, and what by the link of a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.admission import Admission
from services.gateway.api.auth_routes import EMAIL, HASHING_S, LANGUAGE, MAILED_CODE, PASSWORD
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, json_answer, nothing
from services.gateway.api.schema import Body, Text
from stripsession.auth.v1 import account_security_service_pb2 as security_pb2

if TYPE_CHECKING:
    from stripsession.auth.v1.account_security_service_pb2_grpc import AccountSecurityServiceAsyncStub

_PRESENT = Text("present_password", "The password as it is.", required=True, length_min=1, length_max=1024)
CHANGE = Body(
    "PasswordChange",
    "A new password, and the present one.",
    (_PRESENT, PASSWORD, LANGUAGE),
    {"present_password": "seventeen-violins", "password": "eighteen-violas"},
)
RESET = Body("PasswordResetRequest", "Whose password.", (EMAIL, LANGUAGE), {"email": "ada@example.org"})
CHOICE = Body(
    "PasswordReset",
    "A new password, and the code of the mail.",
    (MAILED_CODE, PASSWORD, LANGUAGE),
    {"code": "rKp2sV8yQ4mX1tB6nZ9cLw3d", "password": "eighteen-violas"},
)
VERIFICATION = Body("VerificationRequest", "In which language.", (LANGUAGE,), {"language": "en"})
VERIFY = Body("Verification", "The code of the mail.", (MAILED_CODE,), {"code": "vTg5hN2kR7wY4jD8fM1pSx6a"})
_ACTS = {
    "verify": security_pb2.MAILED_ACT_VERIFY,
    "reset": security_pb2.MAILED_ACT_RESET,
    "change": security_pb2.MAILED_ACT_CHANGE,
    "undo": security_pb2.MAILED_ACT_UNDO,
    "confirm": security_pb2.MAILED_ACT_CONFIRM,
}
LOOKUP = Body(
    "MailedLinkLookup",
    "A link of a mail.",
    (MAILED_CODE, Text("act", "The word before its code.", required=True, options=tuple(_ACTS), shared="MailedAct")),
    {"code": "vTg5hN2kR7wY4jD8fM1pSx6a", "act": "verify"},
)
_ENDS = "Ends every session, API key and passkey, and disconnects providers; sign in with the new password then."
_TOLD = "The person is told by mail, where this server sends any."


class MailRoutes:
    """Passwords and addresses."""

    def __init__(self, auth: AccountSecurityServiceAsyncStub, admission: Admission) -> None:
        """`admission` holds off whoever guesses at a password."""
        self._auth = auth
        self._admission = admission

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                "POST",
                "/v1/auth/password",
                "changePassword",
                "Change your password.",
                self.change,
                (Answer(200, "It is changed; how many sessions have ended.", "EndedSessions"),),
                body=CHANGE,
                tag="auth",
                description=f"Ends every session but the one that asks. {_TOLD} After some wrong passwords each"
                " further try has to wait.",
                refusals=("ACCOUNT_NOT_FOUND", "BUSY", "SESSION_NOT_FOUND", "WEAK_PASSWORD", "WRONG_PASSWORD"),
            ),
            self._opened(
                "/v1/auth/password-reset",
                "requestPasswordReset",
                "Mail a link to choose a new password.",
                RESET,
                "The answer is the same whether or not there is an account, and whether or not the address was sent"
                " as many mails as it gets in an hour.",
                *("INVALID_EMAIL", "MAIL_OFF"),
            ),
            self._opened(
                "/v1/auth/password-reset/confirm",
                "resetPassword",
                "Choose a new password with the code of a mail.",
                CHOICE,
                f"{_ENDS} {_TOLD} A weak password spends no code.",
                *("BUSY", "CODE_SPENT", "WEAK_PASSWORD"),
            ),
            Endpoint(
                "POST",
                "/v1/auth/email/verification",
                "requestVerification",
                "Mail a link to confirm your address.",
                self.request_verification,
                (Answer(204, "It is under way; nothing is, where the address is confirmed already."),),
                body=VERIFICATION,
                tag="auth",
                description="A few an hour.",
                refusals=("ACCOUNT_NOT_FOUND", "MAIL_OFF", "TOO_MANY_MAILS"),
            ),
            self._opened(
                "/v1/auth/email/verify",
                "verifyEmail",
                "Confirm an address with the code of a mail.",
                VERIFY,
                "Signed in or not: the code says whose address it is.",
                "CODE_SPENT",
            ),
            self._lookup(),
        ]

    def _opened(self, path: str, name: str, summary: str, body: Body, description: str, *refusals: str) -> Endpoint:
        handle = {
            "requestPasswordReset": self.request_reset,
            "resetPassword": self.reset,
            "verifyEmail": self.verify,
        }[name]
        answers = (Answer(204, "Done."),)
        return Endpoint(
            *("POST", path, name, summary, handle, answers, Access.PUBLIC, Rate.SIGN_IN),
            body=body,
            tag="auth",
            description=description,
            refusals=refusals,
        )

    def _lookup(self) -> Endpoint:
        return Endpoint(
            *(
                "POST",
                "/v1/auth/mailed-link",
                "describeMailedLink",
                "What the link of a mail is for.",
                self.describe,
            ),
            *((Answer(200, "Whose account it changes.", "MailedLink"),), Access.PUBLIC, Rate.SIGN_IN),
            body=LOOKUP,
            tag="auth",
            description="Show it before the link is used, so that nobody changes an account which they cannot see."
            " The code works afterwards as before.",
            refusals=("CODE_SPENT",),
        )

    async def change(self, call: Call) -> Response:
        """With the present password."""
        body = await call.body()
        request = security_pb2.ChangePasswordRequest(
            user_id=call.owner_id,
            session_id=call.session_id,
            present_password=body["present_password"],
            new_password=body["password"],
            language=body.get("language", ""),
        )
        with self._admission.try_of(call.owner_id):
            answer = await ask(self._auth.ChangePassword, request, deadline_s=HASHING_S)
        return json_answer({"ended": answer.ended})

    async def request_reset(self, call: Call) -> Response:
        """Of whichever address."""
        body = await call.body()
        request = security_pb2.RequestPasswordResetRequest(email=body["email"], language=body.get("language", ""))
        await ask(self._auth.RequestPasswordReset, request)
        return nothing()

    async def reset(self, call: Call) -> Response:
        """With a code."""
        body = await call.body()
        request = security_pb2.ResetPasswordRequest(
            code=body["code"], password=body["password"], language=body.get("language", "")
        )
        await ask(self._auth.ResetPassword, request, deadline_s=HASHING_S)
        return nothing()

    async def request_verification(self, call: Call) -> Response:
        """Of one's own address."""
        body = await call.body()
        request = security_pb2.RequestVerificationRequest(user_id=call.owner_id, language=body.get("language", ""))
        await ask(self._auth.RequestVerification, request)
        return nothing()

    async def verify(self, call: Call) -> Response:
        """With a code."""
        body = await call.body()
        await ask(self._auth.VerifyEmail, security_pb2.VerifyEmailRequest(code=body["code"]))
        return nothing()

    async def describe(self, call: Call) -> Response:
        """With a code, which stays good."""
        body = await call.body()
        request = security_pb2.DescribeMailedLinkRequest(code=body["code"], act=_ACTS[body["act"]])
        link = await ask(self._auth.DescribeMailedLink, request)
        return json_answer({"account": link.masked_account or None, "email": link.masked_email})
