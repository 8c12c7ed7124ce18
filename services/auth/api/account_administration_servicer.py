"""What an operator looks up: map, call one verb, map."""

from __future__ import annotations

from services.auth.app.find_account import find_account
from services.auth.app.ports import Ports
from stripsession.auth.v1 import account_administration_service_pb2 as pb
from stripsession.auth.v1 import account_administration_service_pb2_grpc as pb_grpc


class AccountAdministrationServicer(pb_grpc.AccountAdministrationServiceServicer):
    """Accounts by what people tell of them."""

    def __init__(self, ports: Ports) -> None:
        """Callers and their roles are held by the server."""
        self._ports = ports

    async def FindAccount(self, request: pb.FindAccountRequest, context: object) -> pb.FindAccountResponse:
        """Whose account an address is, or whether an identifier is anybody's."""
        return pb.FindAccountResponse(user_id=await find_account(self._ports, request.email, request.user_id))
