"""Auth's public keys, kept here so that a request needs no call to be verified."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING

import grpc
import jwt

from chassis import logs
from chassis.rpc.errors import from_error
from services.gateway.domain.errors import BackendAway
from stripsession.auth.v1 import auth_service_pb2

if TYPE_CHECKING:
    from stripsession.auth.v1.auth_service_pb2_grpc import AuthServiceAsyncStub

_log = logging.getLogger(__name__)

DEADLINE_S = 5.0
KNOWN_DEADLINE_S = 1.0
"""Shorter while there are keys to go on with: an auth that is away must not make every request slow."""
FRESH_S = 300.0
"""A withdrawn key is forgotten after this."""
REFETCH_S = 10.0
"""Shortest time between fetches for unknown key ids; else any stranger's token would cost auth a call."""
RETRY_S = 1.0
"""Shortest time between fetches after one that failed."""


class KeySet:
    """The newest key set that auth told us."""

    def __init__(self, auth: AuthServiceAsyncStub) -> None:
        """Nothing is fetched until a token comes."""
        self._auth = auth
        self._keys: dict[str, jwt.PyJWK] = {}
        self._lock = asyncio.Lock()
        self._fetched_at = self._tried_at = float("-inf")
        self.document = ""
        self.issuer = ""
        self.audience = ""

    async def published(self) -> str:
        """The JSON Web Key Set document. Raises BackendAway."""
        await self._ensure_fresh()
        return self.document

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """The key of this id; None when auth does not know it either. Raises BackendAway."""
        await self._ensure_fresh()
        if kid not in self._keys and self._age(self._tried_at) >= REFETCH_S:
            await self._fetch(older_than_s=REFETCH_S)
        return self._keys.get(kid)

    async def _ensure_fresh(self) -> None:
        if self._age(self._fetched_at) < FRESH_S:
            return
        try:
            await self._fetch(older_than_s=REFETCH_S if self._keys else RETRY_S)
        except BackendAway:
            # Old keys stay good while auth is away: tokens signed with them end by themselves.
            if not self._keys:
                raise
        if not self._keys:
            raise BackendAway

    async def _fetch(self, *, older_than_s: float) -> None:
        async with self._lock:
            if self._age(self._tried_at) < older_than_s:
                return
            try:
                answer = await self._auth.GetKeySet(
                    auth_service_pb2.GetKeySetRequest(),
                    timeout=KNOWN_DEADLINE_S if self._keys else DEADLINE_S,
                    wait_for_ready=True,
                )
            except grpc.RpcError as error:
                logs.event(_log, logging.WARNING, "key set not fetched", reason=from_error(error).reason)
                raise BackendAway from error
            finally:
                self._tried_at = asyncio.get_running_loop().time()
            self._keys = _signing_keys(answer.key_set_json)
            self.document, self.issuer, self.audience = answer.key_set_json, answer.issuer, answer.audience
            self._fetched_at = self._tried_at

    def _age(self, at_s: float) -> float:
        return asyncio.get_running_loop().time() - at_s


def _signing_keys(document: str) -> dict[str, jwt.PyJWK]:
    keys = {}
    for entry in json.loads(document)["keys"]:
        if entry.get("use", "sig") == "sig" and entry.get("kid"):
            key = jwt.PyJWK(entry)
            keys[str(entry["kid"])] = key
    return keys
