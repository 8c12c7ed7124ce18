"""Auth's passkeys, in memory: any answer of a browser is as good as its first word."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

import grpc

from stripsession.auth.v1 import passkey_service_pb2 as pb
from stripsession.auth.v1 import passkey_service_pb2_grpc
from tests.integration.gateway.fakes import FakeAuth, missing, refused

OPTIONS = {"challenge": "kP3xT9mB2vQ7", "rpId": "us.example"}


class FakePasskeys(passkey_service_pb2_grpc.PasskeyServiceServicer):
    def __init__(self, auth: FakeAuth) -> None:
        self.passkeys: dict[str, tuple[str, pb.Passkey]] = {}
        self.credentials: dict[str, str] = {}
        """By the id that a browser tells: whose it is."""
        self.asked: list[Any] = []
        self._auth = auth

    def add(self, user_id: str, passkey_id: str = "", name: str = "This phone") -> pb.Passkey:
        passkey = pb.Passkey(passkey_id=passkey_id or f"pky_{uuid.uuid4().hex}", name=name)
        passkey.created_at.FromDatetime(datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
        self.passkeys[passkey.passkey_id] = (user_id, passkey)
        return passkey

    async def BeginPasskey(self, request: Any, context: Any) -> pb.BeginPasskeyResponse:
        return pb.BeginPasskeyResponse(options_json=json.dumps(OPTIONS | {"user": {"id": "b3BhcXVl"}}))

    async def CreatePasskey(self, request: Any, context: Any) -> pb.CreatePasskeyResponse:
        self.asked.append(request)
        self.credentials[_named(request)] = request.user_id
        return pb.CreatePasskeyResponse(passkey=self.add(request.user_id, name=request.name))

    async def ListPasskeys(self, request: Any, context: Any) -> pb.ListPasskeysResponse:
        mine = [passkey for user_id, passkey in self.passkeys.values() if user_id == request.user_id]
        return pb.ListPasskeysResponse(passkeys=mine, is_offered=True)

    async def RenamePasskey(self, request: Any, context: Any) -> pb.RenamePasskeyResponse:
        passkey = self._mine(request)
        passkey.name = request.name
        return pb.RenamePasskeyResponse(passkey=passkey)

    async def RemovePasskey(self, request: Any, context: Any) -> pb.RemovePasskeyResponse:
        self.asked.append(request)
        del self.passkeys[self._mine(request).passkey_id]
        return pb.RemovePasskeyResponse()

    async def BeginPasskeySignIn(self, request: Any, context: Any) -> pb.BeginPasskeySignInResponse:
        return pb.BeginPasskeySignInResponse(options_json=json.dumps(OPTIONS))

    async def SignInWithPasskey(self, request: Any, context: Any) -> pb.SignInWithPasskeyResponse:
        self.asked.append(request)
        user_id = self.credentials.get(_named(request))
        if user_id is None:
            raise refused(grpc.StatusCode.UNAUTHENTICATED, "PASSKEY_REFUSED", "This passkey opens nothing here.")
        return pb.SignInWithPasskeyResponse(account=self._auth.accounts[user_id], tokens=self._auth.tokens(user_id))

    async def BeginPasskeyProof(self, request: Any, context: Any) -> pb.BeginPasskeyProofResponse:
        if not any(user_id == request.user_id for user_id, _ in self.passkeys.values()):
            raise missing("PASSKEY")
        return pb.BeginPasskeyProofResponse(options_json=json.dumps(OPTIONS))

    def _mine(self, request: Any) -> pb.Passkey:
        user_id, passkey = self.passkeys.get(request.passkey_id, ("", pb.Passkey()))
        if user_id != request.user_id:
            raise missing("PASSKEY")
        return passkey


def _named(request: Any) -> str:
    return str(json.loads(request.credential_json).get("id"))
