"""Auth's sessions, small and in memory, behind real sockets with mTLS."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Any

from stripsession.auth.v1 import account_security_service_pb2 as security_pb2
from stripsession.auth.v1 import account_security_service_pb2_grpc
from tests.integration.gateway.fakes import missing

ACCESS = datetime.timedelta(minutes=15)


class FakeSessions(account_security_service_pb2_grpc.AccountSecurityServiceServicer):
    def __init__(self) -> None:
        self.sessions: dict[str, tuple[str, security_pb2.SignedInSession]] = {}
        self.ended: dict[str, datetime.datetime] = {}
        self.asked_since: list[datetime.datetime | None] = []

    def add(self, user_id: str, session_id: str, device: str = "") -> None:
        session = security_pb2.SignedInSession(session_id=session_id, device=device)
        session.created_at.FromDatetime(datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
        session.last_used_at.FromDatetime(datetime.datetime(2030, 1, 2, tzinfo=datetime.UTC))
        self.sessions[session_id] = (user_id, session)

    def end(self, session_id: str) -> None:
        self.sessions.pop(session_id, None)
        self.ended[session_id] = datetime.datetime.now(datetime.UTC) + ACCESS

    async def ListSessions(self, request: Any, context: Any) -> security_pb2.ListSessionsResponse:
        theirs = [session for user_id, session in self.sessions.values() if user_id == request.user_id]
        return security_pb2.ListSessionsResponse(sessions=theirs)

    async def EndSession(self, request: Any, context: Any) -> security_pb2.EndSessionResponse:
        if self.sessions.get(request.session_id, ("",))[0] != request.user_id:
            raise missing("SESSION")
        self.end(request.session_id)
        return security_pb2.EndSessionResponse()

    async def EndOtherSessions(self, request: Any, context: Any) -> security_pb2.EndOtherSessionsResponse:
        others = [name for name, (user_id, _) in self.sessions.items() if user_id == request.user_id]
        others = [name for name in others if name != request.kept_session_id]
        for name in others:
            self.end(name)
        return security_pb2.EndOtherSessionsResponse(ended=len(others))

    async def ListEndedSessions(
        self, request: Any, context: Any
    ) -> AsyncIterator[security_pb2.ListEndedSessionsResponse]:
        since = request.since.ToDatetime(datetime.UTC) if request.HasField("since") else None
        self.asked_since.append(since)
        for session_id, until in self.ended.items():
            ended = security_pb2.EndedSession(session_id=session_id)
            ended.access_until.FromDatetime(until)
            yield security_pb2.ListEndedSessionsResponse(sessions=[ended])
        last = security_pb2.ListEndedSessionsResponse()
        last.read_at.FromDatetime(datetime.datetime.now(datetime.UTC))
        yield last
