"""Tokens of issuers that auth trusts, and how seldom auth is asked about them."""

from __future__ import annotations

import time
from typing import Any

import grpc
import pytest

from chassis.rpc.errors import RpcRefused
from chassis.tokens.keys import Times
from chassis.tokens.rules import clerk
from services.gateway.clients.key_set import KeySet
from services.gateway.clients.session_issuers import KNOWN_S, SessionIssuers
from services.gateway.clients.token_verifier import KeySetVerifier
from services.gateway.domain.errors import BackendAway, TokenRefused
from stripsession.auth.v1 import federation_service_pb2 as pb
from tests.integration.gateway.conftest import OWNER
from tests.integration.gateway.fake_federation import FakeFederation
from tests.integration.gateway.fakes import FakeAuth
from tests.integration.gateway.test_token_verifier import AuthStub
from tests.unit.chassis.tokens.makers import CLERK, PAGE, Maker, rsa_key


class FederationStub:
    """Calls the fake without a wire."""

    def __init__(self, federation: FakeFederation) -> None:
        self._federation = federation

    async def ListSessionIssuers(self, request: Any, **_: Any) -> Any:
        return await _wired(self._federation.ListSessionIssuers(request, None))

    async def ResolveIdentity(self, request: Any, **_: Any) -> Any:
        return await _wired(self._federation.ResolveIdentity(request, None))


async def _wired(call: Any) -> Any:
    """What a refusal is on the other side of a wire."""
    try:
        return await call
    except RpcRefused as error:
        raise grpc.aio.AioRpcError(
            error.refusal.code, grpc.aio.Metadata(), grpc.aio.Metadata(), error.refusal.message
        ) from error


class World:
    """A verifier, all that is behind it, and its clock."""

    def __init__(self) -> None:
        self.federation = FakeFederation()
        self.auth = FakeAuth()
        self.now_s = 0.0
        self.maker = clerk_maker()
        self.trust()
        self.federation.persons = {(CLERK, "user_2abc"): OWNER}
        issuers: Any = FederationStub(self.federation)
        built_in: Any = AuthStub(self.auth)
        known = SessionIssuers(issuers, Times(), now_s=lambda: self.now_s)
        self.verifier = KeySetVerifier(KeySet(built_in), known)

    def trust(self, *parties: str) -> None:
        told = pb.SessionIssuer(issuer=CLERK, authorized_parties=parties or (PAGE,), key_set_json=self.maker.document())
        self.federation.issuers = [told]


def clerk_maker() -> Maker:
    now = int(time.time())
    more = {"azp": PAGE, "nbf": now, "sid": "sess_1"}
    return Maker(clerk(CLERK, frozenset({PAGE})), "RS256", rsa_key(), more=more, now=now)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_trusted_issuers_person_is_who_auth_says(world: World) -> None:
    """The token's subject becomes our own user id, asked for once in a minute."""
    for _ in range(2):
        await world.verifier.verify(world.maker.token())
    identity = await world.verifier.verify(world.maker.token())
    assert (identity.user_id, identity.session_id) == (OWNER, "sess_1")
    assert (world.federation.resolved, world.auth.key_set_calls) == (1, 1)
    world.now_s = KNOWN_S
    await world.verifier.verify(world.maker.token())
    assert world.federation.resolved == 2


async def test_our_own_tokens_ask_nobody_about_others(world: World) -> None:
    """Who signs in with us costs no call about other issuers."""
    await world.verifier.verify(world.auth.token(OWNER))
    assert (world.federation.listed, world.federation.resolved) == (0, 0)


async def test_without_a_trusted_issuer_its_tokens_are_nothing(world: World) -> None:
    """A token of Clerk where Clerk is not set up is refused, and a thousand of them cost auth one call."""
    world.federation.issuers = []
    for _ in range(1000):
        with pytest.raises(TokenRefused):
            await world.verifier.verify(world.maker.token())
    assert world.federation.listed == 1
    world.trust()
    world.now_s = 10.0
    assert (await world.verifier.verify(world.maker.token())).user_id == OWNER


async def test_whom_the_issuer_deleted_is_refused(world: World) -> None:
    """When what was remembered of somebody is a minute old, their token is worth nothing any more."""
    await world.verifier.verify(world.maker.token())
    world.federation.persons = {}
    await world.verifier.verify(world.maker.token())
    world.now_s = KNOWN_S
    with pytest.raises(TokenRefused):
        await world.verifier.verify(world.maker.token())


async def test_pages_that_are_trusted_may_change(world: World) -> None:
    """Another list of pages holds after five minutes, without a new start."""
    await world.verifier.verify(world.maker.token())
    world.trust("https://other.example")
    world.now_s = 300.0
    with pytest.raises(TokenRefused, match="azp"):
        await world.verifier.verify(world.maker.token())


async def test_auths_absence_refuses_nobody(world: World) -> None:
    """Before auth has said whom it trusts nobody can be told apart; after, who is known comes in without it."""
    world.federation.is_away = True
    with pytest.raises(BackendAway):
        await world.verifier.verify(world.maker.token())
    world.federation.is_away, world.now_s = False, 1.0
    await world.verifier.verify(world.maker.token())
    world.federation.is_away, world.now_s = True, 30.0
    await world.verifier.verify(world.maker.token())
    world.now_s = 400.0
    with pytest.raises(BackendAway):
        await world.verifier.verify(world.maker.token())


async def test_a_signature_comes_before_any_question(world: World) -> None:
    """A stranger's signature under a trusted name makes no account and asks nothing about its subject."""
    stranger = Maker(world.maker.rules, "RS256", rsa_key(1), more=world.maker.more, now=world.maker.now)
    with pytest.raises(TokenRefused, match="signature"):
        await world.verifier.verify(stranger.token())
    assert world.federation.resolved == 0
