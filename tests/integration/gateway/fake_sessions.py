"""Auth's sessions, small and in memory, behind real sockets with mTLS."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Any

import grpc

from chassis.rpc.errors import RpcRefused
from stripsession.auth.v1 import account_security_service_pb2 as security_pb2
from stripsession.auth.v1 import account_security_service_pb2_grpc
from tests.integration.gateway.fakes import FakeAuth, missing, refused

ACCESS = datetime.timedelta(minutes=15)


class FakeSessions(account_security_service_pb2_grpc.AccountSecurityServiceServicer):
    def __init__(self, auth: FakeAuth) -> None:
        self.auth = auth
        self.codes: dict[str, str] = {}
        self.mailed: list[tuple[str, str]] = []
        self.described: list[int] = []
        self.refusal: RpcRefused | None = None
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

    async def ChangePassword(self, request: Any, context: Any) -> security_pb2.ChangePasswordResponse:
        if self.auth.password_of(request.user_id) != request.present_password:
            raise refused(grpc.StatusCode.PERMISSION_DENIED, "WRONG_PASSWORD", "The password is wrong.")
        self._choose(request.user_id, request.new_password)
        return security_pb2.ChangePasswordResponse(ended=2)

    async def RequestVerification(self, request: Any, context: Any) -> security_pb2.RequestVerificationResponse:
        self.auth.account(request.user_id)
        self._may_mail()
        self.mailed.append((request.user_id, request.language))
        return security_pb2.RequestVerificationResponse()

    async def VerifyEmail(self, request: Any, context: Any) -> security_pb2.VerifyEmailResponse:
        self.auth.account(self._spent(request.code)).email_verified = True
        return security_pb2.VerifyEmailResponse()

    async def DescribeMailedLink(self, request: Any, context: Any) -> security_pb2.DescribeMailedLinkResponse:
        user_id = self._spent(request.code)
        self.codes[request.code] = user_id
        self.described.append(request.act)
        is_waiting = request.act == security_pb2.MAILED_ACT_CONFIRM
        account = "" if is_waiting else "a\u2022\u2022\u2022@example.org"
        return security_pb2.DescribeMailedLinkResponse(
            masked_account=account, masked_email="g\u2022\u2022\u2022@new.example"
        )

    async def RequestPasswordReset(self, request: Any, context: Any) -> security_pb2.RequestPasswordResetResponse:
        self._may_mail()
        self.mailed.append((request.email, request.language))
        return security_pb2.RequestPasswordResetResponse()

    async def ResetPassword(self, request: Any, context: Any) -> security_pb2.ResetPasswordResponse:
        user_id = self.codes.get(request.code, "")
        if user_id:
            self._choose(user_id, request.password)
        self._spent(request.code)
        return security_pb2.ResetPasswordResponse()

    def _may_mail(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    def _spent(self, code: str) -> str:
        user_id = self.codes.pop(code, None)
        if user_id is None:
            raise refused(grpc.StatusCode.NOT_FOUND, "CODE_SPENT", "The link has run out.")
        return user_id

    def _choose(self, user_id: str, password: str) -> None:
        if len(password) < 8:
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "WEAK_PASSWORD", "The password is too short.")
        self.auth.passwords[self.auth.account(user_id).email] = password

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
