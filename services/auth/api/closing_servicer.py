"""AccountClosingService: map, call one verb, map."""

from __future__ import annotations

from collections.abc import Callable

from chassis.rpc.interceptors import Context
from services.auth.app.close_account import close_account
from services.auth.app.ports import Ports
from stripsession.auth.v1 import account_closing_service_pb2 as pb
from stripsession.auth.v1 import account_closing_service_pb2_grpc as pb_grpc


class AccountClosingServicer(pb_grpc.AccountClosingServiceServicer):
    """What retention asks before it has a person erased."""

    def __init__(self, ports: Ports, post: Callable[[], None]) -> None:
        """`post` wakes what sends mail: the last one to a person is of use until they are erased alone."""
        self._ports = ports
        self._post = post

    async def CloseAccount(self, request: pb.CloseAccountRequest, context: Context) -> pb.CloseAccountResponse:
        """Ends every way in."""
        await close_account(self._ports, request.user_id)
        self._post()
        return pb.CloseAccountResponse()
