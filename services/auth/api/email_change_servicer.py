"""Changes of address: map, call one verb, map."""

from __future__ import annotations

import logging

from chassis import logs
from services.auth.app.confirm_email_change import confirm_email_change
from services.auth.app.ports import Ports
from services.auth.app.request_email_change import request_email_change
from services.auth.app.undo_email_change import undo_email_change
from stripsession.auth.v1 import email_change_service_pb2 as pb
from stripsession.auth.v1 import email_change_service_pb2_grpc as pb_grpc

_log = logging.getLogger(__name__)


class EmailChangeServicer(pb_grpc.EmailChangeServiceServicer):
    """What the gateway asks on behalf of people."""

    def __init__(self, ports: Ports) -> None:
        """Callers are held by the contract's rules, not here."""
        self._ports = ports

    async def RequestEmailChange(
        self, request: pb.RequestEmailChangeRequest, context: object
    ) -> pb.RequestEmailChangeResponse:
        """Mails a link to the new address."""
        await request_email_change(self._ports, request.user_id, request.email, request.language)
        return pb.RequestEmailChangeResponse()

    async def ConfirmEmailChange(
        self, request: pb.ConfirmEmailChangeRequest, context: object
    ) -> pb.ConfirmEmailChangeResponse:
        """Takes the code of such a link."""
        account, email = await confirm_email_change(self._ports, request.code, request.language)
        logs.event(_log, logging.INFO, "address changed", user_id=account.user_id)
        return pb.ConfirmEmailChangeResponse(email=email.typed, old_email=account.email.typed)

    async def UndoEmailChange(self, request: pb.UndoEmailChangeRequest, context: object) -> pb.UndoEmailChangeResponse:
        """Takes the code of the old address's mail."""
        account = await undo_email_change(self._ports, request.code, request.language)
        logs.event(_log, logging.WARNING, "change of address taken back by its owner", user_id=account.user_id)
        return pb.UndoEmailChangeResponse()
