"""What people do about their sessions, password and address: map, call one verb, map."""

from __future__ import annotations

import datetime
import itertools
import logging
from collections.abc import AsyncIterator

from chassis import logs
from services.auth.api.mapping import session_message, timestamp
from services.auth.app.change_password import change_password
from services.auth.app.describe_mailed_link import describe_mailed_link
from services.auth.app.end_other_sessions import end_other_sessions
from services.auth.app.end_session import end_session
from services.auth.app.list_ended_sessions import list_ended_sessions
from services.auth.app.list_sessions import list_sessions
from services.auth.app.ports import Ports
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.request_verification import request_verification
from services.auth.app.reset_password import reset_password
from services.auth.app.verify_email import verify_email
from services.auth.domain.email_address import masked
from services.auth.domain.email_code import MailedAct
from services.auth.domain.errors import CodeSpent
from stripsession.auth.v1 import account_security_service_pb2 as pb
from stripsession.auth.v1 import account_security_service_pb2_grpc as pb_grpc

_log = logging.getLogger(__name__)

MESSAGE_SESSIONS_MAX = 1000
"""Ended sessions in one message of the stream: far below what a message may hold."""


_ACTS = {
    pb.MAILED_ACT_VERIFY: MailedAct.VERIFY,
    pb.MAILED_ACT_RESET: MailedAct.RESET,
    pb.MAILED_ACT_CHANGE: MailedAct.CHANGE,
    pb.MAILED_ACT_UNDO: MailedAct.UNDO,
    pb.MAILED_ACT_CONFIRM: MailedAct.CONFIRM,
}


class AccountSecurityServicer(pb_grpc.AccountSecurityServiceServicer):
    """What the gateway asks on behalf of people, and for itself."""

    def __init__(self, ports: Ports) -> None:
        """Callers are held by the contract's rules, not here."""
        self._ports = ports

    async def ListSessions(self, request: pb.ListSessionsRequest, context: object) -> pb.ListSessionsResponse:
        """The living sessions of a person."""
        sessions = await list_sessions(self._ports, request.user_id)
        return pb.ListSessionsResponse(sessions=[session_message(session) for session in sessions])

    async def EndSession(self, request: pb.EndSessionRequest, context: object) -> pb.EndSessionResponse:
        """Ends one session of a person."""
        await end_session(self._ports, request.user_id, request.session_id)
        logs.event(_log, logging.INFO, "session ended by its owner", user_id=request.user_id)
        return pb.EndSessionResponse()

    async def EndOtherSessions(
        self, request: pb.EndOtherSessionsRequest, context: object
    ) -> pb.EndOtherSessionsResponse:
        """Ends every session of a person but one."""
        ended = await end_other_sessions(self._ports, request.user_id, request.kept_session_id)
        logs.event(_log, logging.INFO, "other sessions ended", user_id=request.user_id, count=ended)
        return pb.EndOtherSessionsResponse(ended=ended)

    async def ChangePassword(self, request: pb.ChangePasswordRequest, context: object) -> pb.ChangePasswordResponse:
        """Changes the password of a person and ends their other sessions."""
        ended = await change_password(
            self._ports,
            request.user_id,
            request.session_id,
            request.present_password,
            request.new_password,
            request.language,
        )
        logs.event(_log, logging.INFO, "credentials changed", user_id=request.user_id, count=ended)
        return pb.ChangePasswordResponse(ended=ended)

    async def RequestVerification(
        self, request: pb.RequestVerificationRequest, context: object
    ) -> pb.RequestVerificationResponse:
        """Mails a person a link to confirm their address."""
        await request_verification(self._ports, request.user_id, request.language)
        return pb.RequestVerificationResponse()

    async def VerifyEmail(self, request: pb.VerifyEmailRequest, context: object) -> pb.VerifyEmailResponse:
        """Takes the code of such a link."""
        await verify_email(self._ports, request.code)
        return pb.VerifyEmailResponse()

    async def RequestPasswordReset(
        self, request: pb.RequestPasswordResetRequest, context: object
    ) -> pb.RequestPasswordResetResponse:
        """Mails whoever reads an address a link to choose a new password."""
        await request_password_reset(self._ports, request.email, request.language)
        return pb.RequestPasswordResetResponse()

    async def ResetPassword(self, request: pb.ResetPasswordRequest, context: object) -> pb.ResetPasswordResponse:
        """Takes the code of such a link and a new password, and ends every session."""
        account = await reset_password(self._ports, request.code, request.password, request.language)
        logs.event(_log, logging.INFO, "credentials chosen anew by mail", user_id=account.user_id)
        return pb.ResetPasswordResponse()

    async def DescribeMailedLink(
        self, request: pb.DescribeMailedLinkRequest, context: object
    ) -> pb.DescribeMailedLinkResponse:
        """What the code of a link is for."""
        act = _ACTS.get(request.act)
        if act is None:
            # No link does that.
            raise CodeSpent
        link = await describe_mailed_link(self._ports, act, request.code)
        return pb.DescribeMailedLinkResponse(masked_account=masked(link.account), masked_email=masked(link.email))

    async def ListEndedSessions(
        self, request: pb.ListEndedSessionsRequest, context: object
    ) -> AsyncIterator[pb.ListEndedSessionsResponse]:
        """Sessions that ended while access tokens of them may live."""
        since = request.since.ToDatetime(datetime.UTC) if request.HasField("since") else None
        ended = await list_ended_sessions(self._ports, since)
        messages = (
            pb.EndedSession(session_id=session_id, access_until=timestamp(until))
            for session_id, until in ended.access_until.items()
        )
        while batch := list(itertools.islice(messages, MESSAGE_SESSIONS_MAX)):
            yield pb.ListEndedSessionsResponse(sessions=batch)
        yield pb.ListEndedSessionsResponse(read_at=timestamp(ended.read_at))
