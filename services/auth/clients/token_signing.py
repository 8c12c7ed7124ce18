"""Access tokens: short-lived JWTs that the gateway verifies without asking."""

from __future__ import annotations

import datetime
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.signing_keys import key_id
from services.auth.domain.session import AccessToken, Session

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

    def sign(self, session: Session, now: datetime.datetime) -> AccessToken:
        """A token that speaks for the session's person; its times are whole seconds.

        `auth_time` (OpenID Connect Core, 2) and `amr` (RFC 8176) say when and how they last showed who they are; a
        token of a session in which nobody did has neither. The words of `amr` are Method's: one vocabulary is enough.
        """
        issued_at = now.replace(microsecond=0)
        expires_at = issued_at + self._life
        claims: dict[str, object] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": session.user_id,
            "sid": session.session_id,
            "jti": uuid.uuid4().hex,
            "iat": issued_at,
            "nbf": issued_at,
            "exp": expires_at,
        }
        if session.authenticated_at is not None:
            claims |= {"auth_time": int(session.authenticated_at.timestamp()), "amr": list(session.methods)}
        return AccessToken(jwt.encode(claims, self._key, ALGORITHM, headers=self._header), expires_at)
