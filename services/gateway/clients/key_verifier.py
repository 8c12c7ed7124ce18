"""API keys, verified by asking auth, and remembered for less than anybody waits for a revocation."""

from __future__ import annotations

import asyncio
import collections
import datetime
import hashlib
import logging
import math
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
STILL_DEADLINE_S = 1.0
"""Of looking again, which goes on without an answer."""
AWAY_S = 5.0
"""How long nobody looks again after auth was found away."""
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
        self._away_until_s = -math.inf
        self._kept: collections.OrderedDict[bytes, tuple[float, Identity]] = collections.OrderedDict()

    async def verify(self, token: str) -> Identity:
        """The person, and what the key is for. Raises TokenRefused, or BackendAway when auth cannot be asked."""
        return await self._verified(token, DEADLINE_S)

    async def _verified(self, token: str, deadline_s: float) -> Identity:
        if not _SHAPE.fullmatch(token):
            raise TokenRefused("shape")
        digest, now_s = hashlib.sha256(token.encode()).digest(), asyncio.get_running_loop().time()
        asked_s, identity = self._kept.get(digest, (float("-inf"), None))
        if identity is not None and now_s - asked_s < KEPT_S:
            return identity
        # Kept from before the question on: what was revoked while auth answered is not known for longer either.
        identity = await self._asked(token, deadline_s)
        self._kept[digest] = (now_s, identity)
        self._kept.move_to_end(digest)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return identity

    async def require_still(self, token: str, caller: Identity) -> None:
        """Go on unless the key was revoked since it let `caller` in. Raises TokenRefused.

        An auth that is away revokes nothing either, and a long upload must neither break off for its restart nor wait
        for it with each piece: that it is away is remembered for seconds.
        """
        now_s = asyncio.get_running_loop().time()
        if now_s < self._away_until_s:
            return
        if self._away_until_s > -math.inf:
            # One alone looks whether it is back; what arrives meanwhile does not wait for that.
            self._away_until_s = now_s + AWAY_S
        try:
            await self._verified(token, STILL_DEADLINE_S)
        except TokenRefused:
            self._away_until_s = -math.inf
            # Auth knows a key that ran out as little as one that was revoked.
            if caller.key_ends_at is None or datetime.datetime.now(datetime.UTC) < caller.key_ends_at:
                raise
        except BackendAway:
            self._away_until_s = asyncio.get_running_loop().time() + AWAY_S
        else:
            self._away_until_s = -math.inf

    def forget(self, key_id: str) -> None:
        """A key was revoked: the next request that shows it asks auth, which is there."""
        self._away_until_s = -math.inf
        for digest in [digest for digest, (_, identity) in self._kept.items() if identity.key_id == key_id]:
            del self._kept[digest]

    async def _asked(self, token: str, deadline_s: float) -> Identity:
        request = api_key_service_pb2.VerifyApiKeyRequest(secret=token)
        try:
            answer = await self._keys.VerifyApiKey(request, timeout=deadline_s, wait_for_ready=True)
        except grpc.RpcError as error:
            refusal = from_error(error)
            if refusal.code == grpc.StatusCode.UNAUTHENTICATED:
                raise TokenRefused(refusal.reason) from error
            logs.event(_log, logging.WARNING, "API key not verified", reason=refusal.reason)
            raise BackendAway from error
        ends_at = datetime.datetime.now(datetime.UTC) + STREAM_LIFE
        key_ends_at = answer.expires_at.ToDatetime(datetime.UTC) if answer.HasField("expires_at") else None
        return Identity(
            user_id=answer.user_id,
            session_id="",
            expires_at=min(ends_at, key_ends_at) if key_ends_at is not None else ends_at,
            key_id=answer.key_id,
            key_ends_at=key_ends_at,
            scopes=frozenset(answer.scopes),
        )
