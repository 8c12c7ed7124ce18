"""Erasures that an operator asks for: map, call one verb, map."""

from __future__ import annotations

from collections.abc import Callable

from chassis.rpc.interceptors import Context
from services.retention.api.mapping import erasure_message, progress_message
from services.retention.app.account_ports import AccountPorts
from services.retention.app.get_erasure import get_erasure
from services.retention.app.request_erasure import erase_person
from stripsession.retention.v1 import erasure_administration_service_pb2 as pb
from stripsession.retention.v1 import erasure_administration_service_pb2_grpc as pb_grpc


class ErasureAdministrationServicer(pb_grpc.ErasureAdministrationServiceServicer):
    """What an operator asks."""

    def __init__(self, ports: AccountPorts, erase: Callable[[], None]) -> None:
        """`erase` wakes the timer."""
        self._ports = ports
        self._erase = erase

    async def ErasePerson(self, request: pb.ErasePersonRequest, context: Context) -> pb.ErasePersonResponse:
        """Begins the erasure of a person, or says how far it is."""
        noted = await erase_person(self._ports, request.user_id, anew=request.again)
        if noted.is_new:
            self._erase()
        return erasure_message(noted)

    async def GetErasure(self, request: pb.GetErasureRequest, context: Context) -> pb.GetErasureResponse:
        """How far the erasure of a person is."""
        return progress_message(await get_erasure(self._ports, request.user_id))
