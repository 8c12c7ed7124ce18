"""What the verifier lets in, and everything it does not."""

from __future__ import annotations

import base64
import datetime
import json
from typing import Any

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.gateway.clients.key_set import KeySet
from services.gateway.clients.token_verifier import KeySetVerifier
from services.gateway.domain.errors import BackendAway, TokenRefused
from stripsession.auth.v1 import auth_service_pb2
from tests.integration.gateway.fakes import AUDIENCE, ISSUER, FakeAuth


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


@pytest.fixture
def verifier(stub: AuthStub) -> KeySetVerifier:
    return KeySetVerifier(KeySet(stub))  # type: ignore[arg-type]  # the stub has the one call that is made


def now_s() -> int:
    return int(datetime.datetime.now(datetime.UTC).timestamp())


async def test_a_token_of_ours_is_believed(stub: AuthStub, verifier: KeySetVerifier) -> None:
    """A fresh token names its person and session, and the keys are fetched once."""
    for _ in range(3):
        await verifier.verify(stub.auth.token("usr_1"))
    identity = await verifier.verify(stub.auth.token("usr_1"))
    assert (identity.user_id, identity.session_id) == ("usr_1", "ses_1")
    assert stub.auth.key_set_calls == 1


WRONG_CLAIMS: list[dict[str, Any]] = [
    {"iss": "https://elsewhere.example"},
    {"iss": None},
    {"aud": "elsewhere"},
    {"aud": [AUDIENCE, "elsewhere"]},
    {"aud": None},
    {"exp": None},
    {"exp": 1},
    {"nbf": None},
    {"nbf": 2**33},
    {"iat": None},
    {"iat": 2**33},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sid": None},
    {"sid": ""},
    {"sid": ["x"]},
]


@pytest.mark.parametrize("claims", WRONG_CLAIMS, ids=str)
async def test_a_wrong_or_missing_claim_is_refused(
    stub: AuthStub, verifier: KeySetVerifier, claims: dict[str, Any]
) -> None:
    """Our own signature does not help a token whose claims are not exactly ours."""
    with pytest.raises(TokenRefused):
        await verifier.verify(_signed(stub.auth, claims))


def _signed(auth: FakeAuth, claims: dict[str, Any]) -> str:
    now = now_s()
    body = {"iss": ISSUER, "aud": AUDIENCE, "sub": "usr_1", "sid": "ses_1", "iat": now, "nbf": now, "exp": now + 60}
    body = {name: value for name, value in (body | claims).items() if value is not None}
    encode = jwt.api_jws.encode
    return encode(json.dumps(body).encode(), auth.signing_key, algorithm="EdDSA", headers={"kid": auth.kid})


def _claims() -> dict[str, Any]:
    now = now_s()
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "usr_1", "sid": "ses_1", "iat": now, "nbf": now, "exp": now + 60}


def _encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def test_no_algorithm_of_the_tokens_choice_is_taken(stub: AuthStub, verifier: KeySetVerifier) -> None:
    """`none`, an HMAC keyed with the public key, another curve and a critical header are refused."""
    public = stub.auth.signing_key.public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    header = {"alg": "none", "kid": stub.auth.kid, "typ": "JWT"}
    with pytest.raises(TokenRefused):
        await verifier.verify(f"{_encoded(header)}.{_encoded(_claims())}.")
    for algorithm in ("HS256", "HS512"):
        key = raw.ljust(64, b"\0")
        token = jwt.encode(_claims(), key, algorithm=algorithm, headers={"kid": stub.auth.kid})
        with pytest.raises(TokenRefused):
            await verifier.verify(token)
    curve = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(TokenRefused):
        await verifier.verify(jwt.encode(_claims(), curve, algorithm="ES256", headers={"kid": stub.auth.kid}))
    critical = {"kid": stub.auth.kid, "crit": ["exp"]}
    with pytest.raises(TokenRefused):
        await verifier.verify(jwt.encode(_claims(), stub.auth.signing_key, algorithm="EdDSA", headers=critical))


async def test_another_key_and_a_changed_body_are_refused(stub: AuthStub, verifier: KeySetVerifier) -> None:
    """A signature must be by the named key over these very bytes."""
    forged = jwt.encode(_claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": stub.auth.kid})
    head, _, signature = stub.auth.token("usr_1").split(".")
    changed = f"{head}.{_encoded({**_claims(), 'sub': 'usr_2'})}.{signature}"
    for token in (forged, changed, "x", "", "a.b.c", "e" * 9000):
        with pytest.raises(TokenRefused):
            await verifier.verify(token)


async def test_unknown_key_ids_cost_auth_one_call_in_a_while(stub: AuthStub, verifier: KeySetVerifier) -> None:
    """A hundred tokens with invented key ids cause at most one further fetch."""
    await verifier.verify(stub.auth.token("usr_1"))
    for number in range(100):
        token = jwt.encode(_claims(), stub.auth.signing_key, algorithm="EdDSA", headers={"kid": f"no-{number}"})
        with pytest.raises(TokenRefused):
            await verifier.verify(token)
    assert stub.auth.key_set_calls <= 2


async def test_a_new_key_is_found(stub: AuthStub, verifier: KeySetVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a rotation the first token by the new key is believed once the refetch is due."""
    await verifier.verify(stub.auth.token("usr_1"))
    stub.auth.signing_key, stub.auth.kid = Ed25519PrivateKey.generate(), "key-2"
    with pytest.raises(TokenRefused):
        await verifier.verify(stub.auth.token("usr_1"))
    monkeypatch.setattr("services.gateway.clients.key_set.REFETCH_S", 0.0)
    assert (await verifier.verify(stub.auth.token("usr_1"))).user_id == "usr_1"


async def test_known_keys_outlast_auths_absence(
    stub: AuthStub, verifier: KeySetVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While auth is away its known keys go on; without any, nobody can be told apart."""
    stub.is_away = True
    with pytest.raises(BackendAway):
        await verifier.verify(stub.auth.token("usr_1"))
    stub.is_away = False
    monkeypatch.setattr("services.gateway.clients.key_set.RETRY_S", 0.0)
    await verifier.verify(stub.auth.token("usr_1"))
    stub.is_away = True
    monkeypatch.setattr("services.gateway.clients.key_set.FRESH_S", 0.0)
    assert (await verifier.verify(stub.auth.token("usr_1"))).user_id == "usr_1"
