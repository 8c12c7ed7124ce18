"""Access tokens and the keys they are signed with."""

from __future__ import annotations

import base64
import concurrent.futures
import datetime
import json
import stat
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chassis.signing_keys import SigningKeyUnusable, key_id, load_or_make, load_public
from services.auth.clients.signing_keys import key_set
from services.auth.clients.token_signing import JwtSigner
from services.auth.domain.session import Session

LIFE = datetime.timedelta(minutes=10)


def test_token_carries_its_claims() -> None:
    """A token verifies against the published key and says who, for whom, by whom, and from when to when."""
    key = Ed25519PrivateKey.generate()
    now = datetime.datetime.now(datetime.UTC)
    signer = JwtSigner(key, issuer="https://us.example", audience="stripsession", life=LIFE)
    session = Session("ses_1", "usr_1", now, now, now + LIFE, None, "", now - LIFE, ("password", "totp"))
    token = signer.sign(session, now)
    published = jwt.PyJWKSet.from_json(key_set([key.public_key()]))
    header = jwt.get_unverified_header(token.text)
    assert (header["alg"], header["kid"]) == ("EdDSA", key_id(key.public_key()))
    claims = jwt.decode(
        token.text,
        published[header["kid"]],
        algorithms=["EdDSA"],
        issuer="https://us.example",
        audience="stripsession",
        options={"require": ["iss", "sub", "aud", "exp", "nbf", "iat", "sid", "jti"], "strict_aud": True},
    )
    assert (claims["sub"], claims["sid"]) == ("usr_1", "ses_1")
    assert (claims["auth_time"], claims["amr"]) == (int((now - LIFE).timestamp()), ["password", "totp"])
    assert claims["iat"] == claims["nbf"] == int(now.timestamp())
    assert claims["exp"] == claims["iat"] + 600 == int(token.expires_at.timestamp())


def test_tokens_differ() -> None:
    """Two tokens of one session in one second are still two tokens."""
    signer = JwtSigner(Ed25519PrivateKey.generate(), issuer="i", audience="a", life=LIFE)
    now = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    session = Session("ses_1", "usr_1", now, now, now + LIFE)
    assert signer.sign(session, now).text != signer.sign(session, now).text


def test_a_token_of_a_session_that_nobody_proved_says_so() -> None:
    """Where nobody showed who they are, a token names neither a time nor a way of it."""
    signer = JwtSigner(Ed25519PrivateKey.generate(), issuer="i", audience="a", life=LIFE)
    now = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    token = signer.sign(Session("ses_1", "usr_1", now, now, now + LIFE), now)
    claims = jwt.decode(token.text, options={"verify_signature": False})
    assert claims.keys().isdisjoint({"auth_time", "amr"})


def test_key_id_is_the_standard_thumbprint() -> None:
    """The thumbprint of RFC 8037's example key is the one printed there (appendix A.3)."""
    raw = base64.urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    assert key_id(Ed25519PublicKey.from_public_bytes(raw)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_key_set_holds_no_private_part() -> None:
    """Published keys have exactly the members a verifier needs."""
    (entry,) = json.loads(key_set([Ed25519PrivateKey.generate().public_key()]))["keys"]
    assert set(entry) == {"kty", "crv", "x", "use", "alg", "kid"}


def test_key_file_is_made_once(tmp_path: Path) -> None:
    """The first start makes a key that only its owner reads; later starts find the same, and nothing else is left."""
    path = tmp_path / "secrets" / "key.pem"
    made = load_or_make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make(path).private_bytes_raw() == made.private_bytes_raw()
    assert [each.name for each in path.parent.iterdir()] == ["key.pem"]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    """Several first starts at once end with one key."""
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        keys = {key.private_bytes_raw() for key in threads.map(load_or_make, [tmp_path / "key.pem"] * 8)}
    assert len(keys) == 1


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_unusable_key_file(tmp_path: Path, content: bytes) -> None:
    """A file that holds no key is refused by name, and left as it is."""
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    for load in (load_or_make, load_public):
        with pytest.raises(SigningKeyUnusable, match=r"key\.pem"):
            load(path)
    assert path.read_bytes() == content


def test_key_of_another_kind(tmp_path: Path) -> None:
    """A key that is not Ed25519 is refused."""
    path = tmp_path / "key.pem"
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    for load in (load_or_make, load_public):
        with pytest.raises(SigningKeyUnusable, match="not an Ed25519 key"):
            load(path)


def test_retired_key_in_either_form(tmp_path: Path) -> None:
    """A retired key's public half is read from its private or its public file."""
    key = load_or_make(tmp_path / "private.pem")
    (tmp_path / "public.pem").write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    expected = key.public_key().public_bytes_raw()
    assert load_public(tmp_path / "private.pem").public_bytes_raw() == expected
    assert load_public(tmp_path / "public.pem").public_bytes_raw() == expected
