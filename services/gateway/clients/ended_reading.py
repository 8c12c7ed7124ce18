"""Which sessions have ended, read from auth: all that matter at first, then what came since."""

from __future__ import annotations

import asyncio
import datetime
import logging
from typing import TYPE_CHECKING

import grpc

from chassis import logs
from services.gateway.domain.ended_sessions import EndedSessions
from stripsession.auth.v1 import account_security_service_pb2 as security_pb2

if TYPE_CHECKING:
    from stripsession.auth.v1.account_security_service_pb2_grpc import AccountSecurityServiceAsyncStub

_log = logging.getLogger(__name__)

READ_EVERY_S = 2.0
"""A fact that NATS loses, or brings to nobody because it is away, is found after this."""
OVERLAP = datetime.timedelta(seconds=60)
"""Read again: an end may be committed somewhat after the moment that it bears."""
DEADLINE_S = 10.0


class EndedReading:
    """Keeps what is known of ended sessions complete; facts on NATS only make it faster."""

    def __init__(self, auth: AccountSecurityServiceAsyncStub, ended: EndedSessions) -> None:
        """`known` is set after the first reading."""
        self._auth = auth
        self._ended = ended
        self._read_at: datetime.datetime | None = None
        self.known = asyncio.Event()

    async def read(self) -> None:
        """One reading. Raises grpc.RpcError while auth is away: what is known stays."""
        request = security_pb2.ListEndedSessionsRequest()
        if self._read_at is not None:
            request.since.FromDatetime(self._read_at - OVERLAP)
        read_at = self._read_at
        try:
            async for answer in self._auth.ListEndedSessions(request, timeout=DEADLINE_S, wait_for_ready=True):
                now = datetime.datetime.now(datetime.UTC)
                for session in answer.sessions:
                    self._ended.note(session.session_id, session.access_until.ToDatetime(datetime.UTC), now)
                if answer.HasField("read_at"):
                    read_at = answer.read_at.ToDatetime(datetime.UTC)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNIMPLEMENTED:
                raise
            # An auth from before sessions were told of: as good as it was then.
            logs.event(_log, logging.WARNING, "auth does not tell of ended sessions yet")
        self._read_at = read_at
        self.known.set()
