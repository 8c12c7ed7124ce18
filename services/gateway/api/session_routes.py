"""Where a person is signed in, and ending that from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer, nothing
from services.gateway.api.mapping import moment
from stripsession.auth.v1 import account_security_service_pb2 as security_pb2

if TYPE_CHECKING:
    from stripsession.auth.v1.account_security_service_pb2_grpc import AccountSecurityServiceAsyncStub

_FELT = "Its access tokens are refused within a second, and its refresh token at once."


class SessionRoutes:
    """A person's sessions."""

    def __init__(self, auth: AccountSecurityServiceAsyncStub) -> None:
        """Auth owns them."""
        self._auth = auth

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                "GET",
                "/v1/auth/sessions",
                "listSessions",
                "Where you are signed in, the last used first.",
                self.list,
                (Answer(200, "At most 100 sessions.", "SessionList"),),
                tag="auth",
                description="A session is known by its program and system, or by the name that was approved; no"
                " address or place is kept."
                " `is_current` marks the one that asks.",
            ),
            Endpoint(
                "DELETE",
                "/v1/auth/sessions/{session_id}",
                "endSession",
                "End one of your sessions.",
                self.end,
                (Answer(204, "It has ended."),),
                tag="auth",
                description=_FELT,
                refusals=("SESSION_NOT_FOUND",),
            ),
            Endpoint(
                "DELETE",
                "/v1/auth/sessions",
                "endOtherSessions",
                "End every session of yours but the one that asks.",
                self.end_others,
                (Answer(200, "How many have ended.", "EndedSessions"),),
                tag="auth",
                description=_FELT,
                refusals=("SESSION_NOT_FOUND",),
            ),
        ]

    async def list(self, call: Call) -> Response:
        """All of them."""
        answer = await ask(self._auth.ListSessions, security_pb2.ListSessionsRequest(user_id=call.owner_id))
        return json_answer(
            {
                "sessions": [
                    {
                        "session_id": session.session_id,
                        "device": session.device,
                        "created_at": moment(session.created_at),
                        "last_used_at": moment(session.last_used_at),
                        "is_current": session.session_id == call.session_id,
                    }
                    for session in answer.sessions
                ]
            }
        )

    async def end(self, call: Call) -> Response:
        """One of them."""
        request = security_pb2.EndSessionRequest(user_id=call.owner_id, session_id=call.path["session_id"])
        await ask(self._auth.EndSession, request)
        return nothing()

    async def end_others(self, call: Call) -> Response:
        """All but the one that asks."""
        request = security_pb2.EndOtherSessionsRequest(user_id=call.owner_id, kept_session_id=call.session_id)
        answer = await ask(self._auth.EndOtherSessions, request)
        return json_answer({"ended": answer.ended})
