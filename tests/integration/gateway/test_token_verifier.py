"""The gateway's verifier on auth's own answers: what it takes from auth, and how it bears with auth's absence."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.tokens.keys import Times
from services.gateway.clients.key_set import KeySet
from services.gateway.clients.token_verifier import KeySetVerifier
from services.gateway.domain.errors import BackendAway, TokenRefused
from stripsession.auth.v1 import auth_service_pb2
from tests.integration.gateway.fakes import FakeAuth

PROMPT = Times(refetch_s=0.0, retry_s=0.0, unknown_s=0.0)


class AuthStub:
    """Calls the fake without a wire."""

    def __init__(self, auth: FakeAuth) -> None:
        self.auth = auth
        self.is_away = False

    async def GetKeySet(self, request: Any, **_: Any) -> auth_service_pb2.GetKeySetResponse:
        if self.is_away:
            raise grpc.RpcError
        return await self.auth.GetKeySet(request, None)


@pytest.fixture
def stub() -> AuthStub:
    return AuthStub(FakeAuth())


def verifier_of(stub: AuthStub, times: Times | None = None) -> KeySetVerifier:
    return KeySetVerifier(KeySet(stub, times))  # type: ignore[arg-type]  # the stub has the one call that is made


async def test_a_token_of_ours_is_believed(stub: AuthStub) -> None:
    """A fresh token names its person and session, and the keys are fetched once."""
    verifier = verifier_of(stub)
    for _ in range(3):
        await verifier.verify(stub.auth.token("usr_1"))
    identity = await verifier.verify(stub.auth.token("usr_1"))
    assert (identity.user_id, identity.session_id) == ("usr_1", "ses_1")
    assert stub.auth.key_set_calls == 1


@pytest.mark.parametrize("claims", [{"iss": "https://elsewhere.example"}, {"aud": "elsewhere"}], ids=str)
async def test_issuer_and_audience_are_those_that_auth_told(stub: AuthStub, claims: dict[str, Any]) -> None:
    """Our own signature does not help a token that is made by or for another."""
    with pytest.raises(TokenRefused):
        await verifier_of(stub).verify(stub.auth.token("usr_1", **claims))


async def test_a_new_key_is_found(stub: AuthStub) -> None:
    """After a rotation the first token by the new key is believed once the refetch is due."""
    patient, prompt = verifier_of(stub), verifier_of(stub, PROMPT)
    for verifier in (patient, prompt):
        await verifier.verify(stub.auth.token("usr_1"))
    stub.auth.signing_key, stub.auth.kid = Ed25519PrivateKey.generate(), "key-2"
    with pytest.raises(TokenRefused):
        await patient.verify(stub.auth.token("usr_1"))
    assert (await prompt.verify(stub.auth.token("usr_1"))).user_id == "usr_1"


async def test_known_keys_outlast_auths_absence(stub: AuthStub) -> None:
    """While auth is away its known keys go on; without any, nobody can be told apart."""
    stub.is_away = True
    verifier = verifier_of(stub, Times(fresh_s=0.0, retry_s=0.0, refetch_s=0.0))
    with pytest.raises(BackendAway):
        await verifier.verify(stub.auth.token("usr_1"))
    stub.is_away = False
    await verifier.verify(stub.auth.token("usr_1"))
    stub.is_away = True
    assert (await verifier.verify(stub.auth.token("usr_1"))).user_id == "usr_1"
