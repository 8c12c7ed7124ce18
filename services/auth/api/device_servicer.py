"""DeviceService: map, call one verb, map."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from services.auth.api.mapping import account_message, timestamp, tokens_message
from services.auth.app.answer_device_sign_in import answer_device_sign_in
from services.auth.app.describe_device_sign_in import describe_device_sign_in
from services.auth.app.ports import Ports
from services.auth.app.redeem_device_sign_in import redeem_device_sign_in
from services.auth.app.start_device_sign_in import start_device_sign_in
from stripsession.auth.v1 import device_service_pb2 as pb
from stripsession.auth.v1 import device_service_pb2_grpc

_log = logging.getLogger(__name__)


class DeviceServicer(device_service_pb2_grpc.DeviceServiceServicer):
    """What the gateway asks for programs, and for the people who approve them."""

    def __init__(self, ports: Ports) -> None:
        """Callers are held by the contract, not here."""
        self._ports = ports

    async def StartDeviceSignIn(
        self, request: pb.StartDeviceSignInRequest, context: object
    ) -> pb.StartDeviceSignInResponse:
        """Begins."""
        codes = await start_device_sign_in(self._ports, request.client_name, request.address)
        return pb.StartDeviceSignInResponse(
            device_code=codes.device_code,
            user_code=codes.user_code,
            expires_at=timestamp(codes.expires_at),
            interval_s=codes.interval_s,
        )

    async def DescribeDeviceSignIn(
        self, request: pb.DescribeDeviceSignInRequest, context: object
    ) -> pb.DescribeDeviceSignInResponse:
        """What a code was asked for."""
        found = await describe_device_sign_in(self._ports, request.user_id, request.user_code)
        return pb.DescribeDeviceSignInResponse(
            client_name=found.client_name,
            address=found.address,
            started_at=timestamp(found.created_at),
            expires_at=timestamp(found.expires_at),
        )

    async def AnswerDeviceSignIn(
        self, request: pb.AnswerDeviceSignInRequest, context: object
    ) -> pb.AnswerDeviceSignInResponse:
        """Approves or refuses."""
        await answer_device_sign_in(self._ports, request.user_id, request.user_code, approve=request.approve)
        logs.event(_log, logging.INFO, "device answered", user_id=request.user_id)
        return pb.AnswerDeviceSignInResponse()

    async def RedeemDeviceSignIn(
        self, request: pb.RedeemDeviceSignInRequest, context: object
    ) -> pb.RedeemDeviceSignInResponse:
        """A session."""
        account, tokens = await redeem_device_sign_in(self._ports, request.device_code)
        metrics.SIGN_INS.labels("signed_in").inc()
        return pb.RedeemDeviceSignInResponse(account=account_message(account), tokens=tokens_message(tokens))
