"""Auth's API keys, in memory."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import grpc

from stripsession.auth.v1 import api_key_service_pb2 as pb
from stripsession.auth.v1 import api_key_service_pb2_grpc
from tests.integration.gateway.fakes import missing, refused

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


class FakeApiKeys(api_key_service_pb2_grpc.ApiKeyServiceServicer):
    def __init__(self) -> None:
        self.by_secret: dict[str, tuple[str, pb.ApiKey]] = {}
        self.requests: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.verified = 0
        self.is_away = False

    def add(self, user_id: str, *scopes: str, name: str = "backup") -> tuple[str, str]:
        """Id and secret of a new key."""
        key = pb.ApiKey(key_id=f"key_{uuid.uuid4().hex}", name=name, scopes=scopes, ending="2Xq9")
        key.created_at.FromDatetime(NOW)
        secret = f"sks_live_{uuid.uuid4().hex}"
        self.by_secret[secret] = (user_id, key)
        return key.key_id, secret

    async def CreateApiKey(self, request: Any, context: Any) -> pb.CreateApiKeyResponse:
        content = request.SerializeToString(deterministic=True)
        if request.idempotency_key:
            known = self.requests.get((request.user_id, request.idempotency_key))
            if known is not None and known[0] != content:
                raise refused(grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED", "It was used for another.")
            if known is not None:
                facts = {"key_id": known[1]}
                raise refused(grpc.StatusCode.ALREADY_EXISTS, "SECRET_TOLD", "It was told.", facts=facts)
        if not request.scopes:
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "SCOPES_INVALID", "Name at least one scope.")
        key_id, secret = self.add(request.user_id, *request.scopes, name=request.name)
        key = self.by_secret[secret][1]
        if not request.never_expires:
            key.expires_at.FromDatetime(NOW + datetime.timedelta(days=request.life_days or 90))
        if request.idempotency_key:
            self.requests[request.user_id, request.idempotency_key] = (content, key_id)
        return pb.CreateApiKeyResponse(key=key, secret=secret)

    async def ListApiKeys(self, request: Any, context: Any) -> pb.ListApiKeysResponse:
        return pb.ListApiKeysResponse(keys=[key for user, key in self.by_secret.values() if user == request.user_id])

    async def RevokeApiKey(self, request: Any, context: Any) -> pb.RevokeApiKeyResponse:
        mine = {key.key_id for user, key in self.by_secret.values() if user == request.user_id}
        if request.key_id not in mine:
            raise missing("API_KEY")
        self.by_secret = {s: each for s, each in self.by_secret.items() if each[1].key_id != request.key_id}
        return pb.RevokeApiKeyResponse()

    async def VerifyApiKey(self, request: Any, context: Any) -> pb.VerifyApiKeyResponse:
        self.verified += 1
        if self.is_away:
            raise refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE", "The database is away.")
        if request.secret not in self.by_secret:
            raise refused(grpc.StatusCode.UNAUTHENTICATED, "API_KEY_REFUSED", "This key does not exist, or no longer.")
        user_id, key = self.by_secret[request.secret]
        return pb.VerifyApiKeyResponse(key_id=key.key_id, user_id=user_id, scopes=key.scopes)
