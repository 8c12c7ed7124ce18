"""Another address in place of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.admission import Admission
from services.gateway.api.auth_routes import EMAIL, LANGUAGE, MAILED_CODE
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, nothing
from services.gateway.api.schema import Body
from stripsession.auth.v1 import email_change_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.email_change_service_pb2_grpc import EmailChangeServiceAsyncStub

CHANGE = Body("EmailChange", "The new address.", (EMAIL, LANGUAGE), {"email": "ada@new.example.org", "language": "en"})
CONFIRM = Body(
    "EmailChangeConfirmation",
    "The code of the mail to the new address.",
    (MAILED_CODE, LANGUAGE),
    {"code": "xNc4vB8zQ2mW6kT1jH5rP9yS"},
)
UNDO = Body(
    "EmailChangeUndoing",
    "The code of the mail to the old address.",
    (MAILED_CODE, LANGUAGE),
    {"code": "uDq3wE7rT1yU5iO9pA4sF8gH"},
)


class EmailChangeRoutes:
    """Changes of address."""

    def __init__(self, changes: EmailChangeServiceAsyncStub, admission: Admission) -> None:
        """Auth has the addresses; `admission` knows the browsers that they were used in."""
        self._changes = changes
        self._admission = admission

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        done, path = (Answer(204, "Done."),), "/v1/auth/email/change"
        return [
            Endpoint(
                *("POST", path, "requestEmailChange", "Mail your new address a link.", self.request),
                (Answer(204, "A mail is under way."),),
                body=CHANGE,
                tag="auth",
                description="The answer is the same whether or not another account has the address; its reader alone"
                " learns that. The old address counts until confirmEmailChange. Five an hour, and five to one"
                " address.",
                refusals=("ACCOUNT_NOT_FOUND", "EMAIL_KEPT_ELSEWHERE", "INVALID_EMAIL", "MAIL_OFF", "TOO_MANY_MAILS"),
            ),
            Endpoint(
                *("POST", f"{path}/confirm", "confirmEmailChange", "Change your address with the code of a mail."),
                *(self.confirm, done, Access.PUBLIC, Rate.SIGN_IN),
                body=CONFIRM,
                tag="auth",
                description="Signed in or not: the code says whose address it is. Sessions stay. The old address is"
                " mailed a link for undoEmailChange, which works for seven days.",
                refusals=("CODE_SPENT",),
            ),
            Endpoint(
                *("POST", f"{path}/undo", "undoEmailChange", "Take a change of your address back."),
                *(self.undo, done, Access.PUBLIC, Rate.SIGN_IN),
                body=UNDO,
                tag="auth",
                description="The old address counts again. Every session, API key, passkey and the password end,"
                " providers are disconnected, and a link for a new password is mailed to it. A second factor stays.",
                refusals=("CODE_SPENT", "MAIL_OFF"),
            ),
        ]

    async def request(self, call: Call) -> Response:
        """A mail."""
        body = await call.body()
        request = pb.RequestEmailChangeRequest(
            user_id=call.owner_id, email=body["email"], language=body.get("language", "")
        )
        await ask(self._changes.RequestEmailChange, request)
        return nothing()

    async def confirm(self, call: Call) -> Response:
        """The new address."""
        body = await call.body()
        request = pb.ConfirmEmailChangeRequest(code=body["code"], language=body.get("language", ""))
        changed = await ask(self._changes.ConfirmEmailChange, request)
        response = nothing()
        self._admission.follow_address(response, call.request, changed.old_email, changed.email)
        return response

    async def undo(self, call: Call) -> Response:
        """The old one."""
        body = await call.body()
        request = pb.UndoEmailChangeRequest(code=body["code"], language=body.get("language", ""))
        await ask(self._changes.UndoEmailChange, request)
        return nothing()
