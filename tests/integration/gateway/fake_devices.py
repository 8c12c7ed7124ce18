"""Auth's programs that wait, in memory."""

from __future__ import annotations

import datetime
import secrets
from typing import Any

import grpc

from stripsession.auth.v1 import device_service_pb2 as pb
from stripsession.auth.v1 import device_service_pb2_grpc
from tests.integration.gateway.fakes import FakeAuth, missing, refused

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


class FakeDevices(device_service_pb2_grpc.DeviceServiceServicer):
    def __init__(self, auth: FakeAuth) -> None:
        self.waiting: dict[str, pb.StartDeviceSignInRequest] = {}
        """By user code."""
        self.answers: dict[str, str] = {}
        """By device code: who approved, or "" for a refusal."""
        self.device_codes: dict[str, str] = {}
        self._auth = auth

    def add(self, user_code: str, device_code: str, client_name: str = "cli", address: str = "203.0.113.7") -> None:
        self.waiting[user_code] = pb.StartDeviceSignInRequest(client_name=client_name, address=address)
        self.device_codes[device_code] = user_code

    async def StartDeviceSignIn(self, request: Any, context: Any) -> pb.StartDeviceSignInResponse:
        device_code, user_code = secrets.token_urlsafe(32), f"WDJB-{len(self.waiting):04}"
        self.add(user_code, device_code, request.client_name, request.address)
        answer = pb.StartDeviceSignInResponse(device_code=device_code, user_code=user_code, interval_s=5)
        answer.expires_at.FromDatetime(NOW + datetime.timedelta(minutes=10))
        return answer

    async def DescribeDeviceSignIn(self, request: Any, context: Any) -> pb.DescribeDeviceSignInResponse:
        if request.user_code not in self.waiting:
            raise missing("DEVICE_CODE")
        asked = self.waiting[request.user_code]
        answer = pb.DescribeDeviceSignInResponse(client_name=asked.client_name, address=asked.address)
        answer.started_at.FromDatetime(NOW)
        answer.expires_at.FromDatetime(NOW + datetime.timedelta(minutes=10))
        return answer

    async def AnswerDeviceSignIn(self, request: Any, context: Any) -> pb.AnswerDeviceSignInResponse:
        if request.user_code not in self.waiting:
            raise missing("DEVICE_CODE")
        del self.waiting[request.user_code]
        code = next(device for device, user in self.device_codes.items() if user == request.user_code)
        self.answers[code] = request.user_id if request.approve else ""
        return pb.AnswerDeviceSignInResponse()

    async def RedeemDeviceSignIn(self, request: Any, context: Any) -> pb.RedeemDeviceSignInResponse:
        if request.device_code not in self.device_codes:
            raise missing("DEVICE_CODE")
        if request.device_code not in self.answers:
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "DEVICE_PENDING", "Nobody has answered yet.")
        user_id = self.answers[request.device_code]
        if not user_id:
            raise refused(grpc.StatusCode.PERMISSION_DENIED, "DEVICE_REFUSED", "It was refused.")
        del self.device_codes[request.device_code]
        return pb.RedeemDeviceSignInResponse(account=self._auth.accounts[user_id], tokens=self._auth.tokens(user_id))
