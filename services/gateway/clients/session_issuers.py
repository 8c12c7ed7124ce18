"""Issuers besides our own whose session tokens are taken, as auth tells of them; and who their people are here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import grpc

from chassis.rpc.errors import from_error
from chassis.tokens.errors import KeysAway, TokenRefused
from chassis.tokens.keys import Keys, Times
from chassis.tokens.rules import Rules, clerk
from chassis.tokens.verifying import Verified
from stripsession.auth.v1 import federation_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.federation_service_pb2_grpc import FederationServiceAsyncStub

DEADLINE_S = 8.0
"""Of a person's first request: auth may have to ask their issuer about them."""
KNOWN_S = 60.0
"""How long it is remembered who somebody is. Whom their issuer deleted is felt after this and the token's own life."""
KNOWN_MAX = 20_000


class SessionIssuers:
    """The issuers that auth trusts. Asked for when a token of none that is known comes, every ten seconds at most."""

    def __init__(
        self,
        federation: FederationServiceAsyncStub,
        times: Times | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is fetched until a token of another issuer comes."""
        self._federation = federation
        self._times = times or Times()
        self._now_s = now_s
        self._known: Mapping[str, tuple[Rules, Keys]] = {}
        self._lock = asyncio.Lock()
        self._fetched_at = self._tried_at = float("-inf")
        self._persons: dict[tuple[str, str], tuple[str, float]] = {}

    async def found(self, issuer: str) -> tuple[Rules, Keys] | None:
        """Rules and keys of an issuer; None for one that is not trusted. Raises KeysAway."""
        age = self._now_s() - self._fetched_at
        if age >= self._times.fresh_s or (issuer not in self._known and age >= self._times.refetch_s):
            await self._fetch()
        return self._known.get(issuer)

    async def user_of(self, verified: Verified) -> str:
        """Who the bearer of a verified token is here. Raises TokenRefused for nobody, or KeysAway."""
        name = (verified.issuer, verified.subject)
        user_id, until_s = self._persons.get(name, ("", 0.0))
        if user_id and self._now_s() < until_s:
            return user_id
        request = pb.ResolveIdentityRequest(issuer=verified.issuer, subject=verified.subject)
        try:
            answer = await self._federation.ResolveIdentity(request, timeout=DEADLINE_S, wait_for_ready=True)
        except grpc.RpcError as error:
            self._persons.pop(name, None)
            refusal = from_error(error)
            if refusal.code in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.NOT_FOUND):
                raise TokenRefused(refusal.reason) from error
            raise KeysAway(refusal.reason) from error
        if len(self._persons) >= KNOWN_MAX:
            self._persons.pop(next(iter(self._persons)))
        self._persons[name] = (answer.user_id, self._now_s() + KNOWN_S)
        return answer.user_id

    async def _fetch(self) -> None:
        async with self._lock:
            if self._now_s() - self._tried_at < self._times.retry_s:
                self._require()
                return
            is_known = self._fetched_at > float("-inf")
            try:
                answer = await self._asked("", self._times.known_deadline_s if is_known else self._times.deadline_s)
            except KeysAway:
                self._require()
                return
            finally:
                self._tried_at = self._now_s()
            self._known = {each.issuer: (_rules(each), self._keys_of(each.issuer)) for each in answer.issuers}
            self._fetched_at = self._tried_at

    def _require(self) -> None:
        """While auth is away, what it said before goes on; before it said anything nobody can be told apart."""
        if self._fetched_at == float("-inf"):
            raise KeysAway("auth")

    def _keys_of(self, issuer: str) -> Keys:
        """Those that are cached already, which outlive what is told of an issuer's pages, or none yet."""
        if issuer in self._known:
            return self._known[issuer][1]

        async def fetch(deadline_s: float, kid: str) -> str:
            for each in (await self._asked(kid, deadline_s)).issuers:
                if each.issuer == issuer and each.key_set_json:
                    return each.key_set_json
            raise KeysAway(issuer)

        return Keys(fetch, clerk(issuer, frozenset()).algorithms, issuer=issuer, times=self._times)

    async def _asked(self, kid: str, deadline_s: float) -> pb.ListSessionIssuersResponse:
        request = pb.ListSessionIssuersRequest(key_id=kid)
        try:
            return await self._federation.ListSessionIssuers(request, timeout=deadline_s, wait_for_ready=True)
        except grpc.RpcError as error:
            refusal = from_error(error)
            if refusal.code is grpc.StatusCode.UNIMPLEMENTED:
                # An auth that is older than this gateway trusts nobody else.
                return pb.ListSessionIssuersResponse()
            raise KeysAway(refusal.reason) from error


def _rules(told: pb.SessionIssuer) -> Rules:
    return clerk(told.issuer, frozenset(told.authorized_parties))
