"""Access tokens: short-lived JWTs that the gateway verifies without asking."""

from __future__ import annotations

import datetime
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.auth.clients.signing_keys import key_id
from services.auth.domain.session import AccessToken

ALGORITHM = "EdDSA"


class JwtSigner:
    """Signs with one Ed25519 key."""

    def __init__(self, key: Ed25519PrivateKey, *, issuer: str, audience: str, life: datetime.timedelta) -> None:
        """`issuer` and `audience` are the `iss` and `aud` claims of every token."""
        self._key = key
        self._header = {"kid": key_id(key.public_key())}
        self._issuer = issuer
        self._audience = audience
        self._life = life

    def sign(self, user_id: str, session_id: str, now: datetime.datetime) -> AccessToken:
        """A token that speaks for this person; its times are whole seconds."""
        issued_at = now.replace(microsecond=0)
        expires_at = issued_at + self._life
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": user_id,
            "sid": session_id,
            "jti": uuid.uuid4().hex,
            "iat": issued_at,
            "nbf": issued_at,
            "exp": expires_at,
        }
        return AccessToken(jwt.encode(claims, self._key, ALGORITHM, headers=self._header), expires_at)
