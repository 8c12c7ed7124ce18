"""ApiKeyService: map, call one verb, map."""

from __future__ import annotations

import logging

from chassis import logs
from services.auth.api.mapping import timestamp
from services.auth.app.create_api_key import create_api_key
from services.auth.app.list_api_keys import list_api_keys
from services.auth.app.ports import Ports
from services.auth.app.revoke_api_key import revoke_api_key
from services.auth.app.verify_api_key import verify_api_key
from services.auth.domain.api_key import ApiKey
from stripsession.auth.v1 import api_key_service_pb2 as pb
from stripsession.auth.v1 import api_key_service_pb2_grpc

_log = logging.getLogger(__name__)


class ApiKeyServicer(api_key_service_pb2_grpc.ApiKeyServiceServicer):
    """What the gateway asks about keys."""

    def __init__(self, ports: Ports) -> None:
        """Callers are held by the contract, not here."""
        self._ports = ports

    async def CreateApiKey(self, request: pb.CreateApiKeyRequest, context: object) -> pb.CreateApiKeyResponse:
        """Makes a key."""
        key, secret = await create_api_key(
            self._ports,
            request.user_id,
            request.name,
            request.scopes,
            request.life_days,
            never=request.never_expires,
            idempotency_key=request.idempotency_key,
        )
        logs.event(_log, logging.INFO, "API key made", user_id=key.user_id, key_id=key.key_id)
        return pb.CreateApiKeyResponse(key=_message(key), secret=secret)

    async def ListApiKeys(self, request: pb.ListApiKeysRequest, context: object) -> pb.ListApiKeysResponse:
        """A person's keys."""
        keys = await list_api_keys(self._ports, request.user_id)
        return pb.ListApiKeysResponse(keys=[_message(key) for key in keys])

    async def RevokeApiKey(self, request: pb.RevokeApiKeyRequest, context: object) -> pb.RevokeApiKeyResponse:
        """Ends a key."""
        await revoke_api_key(self._ports, request.user_id, request.key_id)
        logs.event(_log, logging.INFO, "API key revoked", user_id=request.user_id, key_id=request.key_id)
        return pb.RevokeApiKeyResponse()

    async def VerifyApiKey(self, request: pb.VerifyApiKeyRequest, context: object) -> pb.VerifyApiKeyResponse:
        """Whom a key speaks for."""
        key = await verify_api_key(self._ports, request.secret)
        answer = pb.VerifyApiKeyResponse(key_id=key.key_id, user_id=key.user_id, scopes=key.scopes)
        if key.expires_at is not None:
            answer.expires_at.CopyFrom(timestamp(key.expires_at))
        return answer


def _message(key: ApiKey) -> pb.ApiKey:
    message = pb.ApiKey(
        key_id=key.key_id,
        name=key.name,
        scopes=key.scopes,
        ending=key.ending,
        created_at=timestamp(key.created_at),
        last_used_on=key.last_used_on.isoformat() if key.last_used_on is not None else "",
    )
    if key.expires_at is not None:
        message.expires_at.CopyFrom(timestamp(key.expires_at))
    return message
