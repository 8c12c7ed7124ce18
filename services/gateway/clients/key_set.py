"""Auth's public keys, kept here so that a request needs no call to be verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from chassis.rpc.errors import from_error
from chassis.tokens.errors import KeysAway
from chassis.tokens.keys import Keys, Times
from chassis.tokens.rules import Rules, built_in
from services.gateway.domain.errors import BackendAway
from stripsession.auth.v1 import auth_service_pb2

if TYPE_CHECKING:
    from stripsession.auth.v1.auth_service_pb2_grpc import AuthServiceAsyncStub

_ALGORITHMS = built_in("", "").algorithms


class KeySet:
    """The newest key set that auth told us, and what else its tokens must say."""

    def __init__(self, auth: AuthServiceAsyncStub, times: Times | None = None) -> None:
        """Nothing is fetched until a token comes."""
        self._auth = auth
        self.rules = built_in("", "")
        self.keys = Keys(self._fetch, _ALGORITHMS, issuer="auth", times=times)

    async def published(self) -> str:
        """The JSON Web Key Set document. Raises BackendAway."""
        try:
            return await self.keys.document()
        except KeysAway as error:
            raise BackendAway from error

    async def known_rules(self) -> Rules:
        """The rules, once auth has told issuer and audience over mTLS. Raises KeysAway."""
        await self.keys.ensure()
        return self.rules

    async def _fetch(self, deadline_s: float, kid: str) -> str:
        try:
            answer = await self._auth.GetKeySet(
                auth_service_pb2.GetKeySetRequest(), timeout=deadline_s, wait_for_ready=True
            )
        except grpc.RpcError as error:
            raise KeysAway(from_error(error).reason) from error
        self.rules = built_in(answer.issuer, answer.audience)
        return answer.key_set_json
