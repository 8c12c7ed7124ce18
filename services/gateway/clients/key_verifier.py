"""API keys, verified by asking auth, and remembered for less than anybody waits for a revocation."""

from __future__ import annotations

import asyncio
import collections
import datetime
import hashlib
import logging
import re
from typing import TYPE_CHECKING

import grpc

from chassis import logs
from chassis.rpc.errors import from_error
from services.gateway.domain.errors import BackendAway, TokenRefused
from services.gateway.domain.identity import Identity
from stripsession.auth.v1 import api_key_service_pb2

if TYPE_CHECKING:
    from stripsession.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceAsyncStub

_log = logging.getLogger(__name__)

DEADLINE_S = 5.0
KEPT_S = 1.0
"""How long an answer is gone by, from when it was asked for: a revocation is felt after this, its fact lost or not."""
KEPT_MAX = 10_000
STREAM_LIFE = datetime.timedelta(minutes=10)
"""What lasts longer than a request ends after this, as it does with an access token."""
_SHAPE = re.compile(r"sks_[A-Za-z0-9_]{20,200}")


class AuthKeyVerifier:
    """Verifies API keys."""

    def __init__(self, keys: ApiKeyServiceAsyncStub) -> None:
        """Auth knows them."""
        self._keys = keys
        self._kept: collections.OrderedDict[bytes, tuple[float, Identity]] = collections.OrderedDict()

    async def verify(self, token: str) -> Identity:
        """The person, and what the key is for. Raises TokenRefused, or BackendAway when auth cannot be asked."""
        if not _SHAPE.fullmatch(token):
            raise TokenRefused("shape")
        digest, now_s = hashlib.sha256(token.encode()).digest(), asyncio.get_running_loop().time()
        asked_s, identity = self._kept.get(digest, (float("-inf"), None))
        if identity is not None and now_s - asked_s < KEPT_S:
            return identity
        # Kept from before the question on: what was revoked while auth answered is not known for longer either.
        identity = await self._asked(token)
        self._kept[digest] = (now_s, identity)
        self._kept.move_to_end(digest)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return identity

    def forget(self, key_id: str) -> None:
        """A key was revoked: the next request that shows it asks auth."""
        for digest in [digest for digest, (_, identity) in self._kept.items() if identity.key_id == key_id]:
            del self._kept[digest]

    async def _asked(self, token: str) -> Identity:
        request = api_key_service_pb2.VerifyApiKeyRequest(secret=token)
        try:
            answer = await self._keys.VerifyApiKey(request, timeout=DEADLINE_S, wait_for_ready=True)
        except grpc.RpcError as error:
            refusal = from_error(error)
            if refusal.code == grpc.StatusCode.UNAUTHENTICATED:
                raise TokenRefused(refusal.reason) from error
            logs.event(_log, logging.WARNING, "API key not verified", reason=refusal.reason)
            raise BackendAway from error
        ends_at = datetime.datetime.now(datetime.UTC) + STREAM_LIFE
        if answer.HasField("expires_at"):
            ends_at = min(ends_at, answer.expires_at.ToDatetime(datetime.UTC))
        return Identity(
            user_id=answer.user_id,
            session_id="",
            expires_at=ends_at,
            key_id=answer.key_id,
            scopes=frozenset(answer.scopes),
        )
