"""Issuers of each kind, with keys of their own, that sign whatever a test asks for."""

from __future__ import annotations

import base64
import dataclasses
import functools
import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.tokens import rules as pinned
from chassis.tokens.keys import Keys
from chassis.tokens.rules import Rules

NOW = 1_900_000_000
NONCE = "n-0S6_WzA2Mj"
PAGE = "https://stripsession.example"
BUILT_IN, CLERK, OPENID = "https://us.example", "https://clerk.us.example", "https://accounts.example"
CLIENT = "stripsession-web"


@functools.cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Made once a run: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclasses.dataclass(frozen=True)
class Maker:
    """One issuer, and what a good token of it says."""

    rules: Rules
    algorithm: str
    key: Any
    kid: str = "key-1"
    more: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    now: int = NOW
    life_s: int = 60

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Good claims, but for what is changed; `None` takes one away."""
        body: dict[str, Any] = {
            "iss": self.rules.issuer,
            "sub": "user_2abc",
            "iat": self.now,
            "exp": self.now + self.life_s,
            **self.more,
        }
        return {name: value for name, value in (body | changed).items() if value is not None}

    def token(self, claims: Any = None, headers: Mapping[str, Any] | None = None) -> str:
        """These claims under this issuer's own signature."""
        return self.signed(json.dumps(self.claims() if claims is None else claims), headers)

    def signed(self, payload: str | bytes, headers: Mapping[str, Any] | None = None, *, key: Any = None) -> str:
        """Any bytes at all, properly signed. A header of None is left out."""
        header = {"alg": self.algorithm, "typ": "JWT", "kid": self.kid} | dict(headers or {})
        return self.signed_raw(json.dumps({k: v for k, v in header.items() if v is not None}), payload, key=key)

    def signed_raw(self, header: str | bytes, payload: str | bytes, *, key: Any = None) -> str:
        """The signature is over what is given, whatever that is."""
        content = f"{encoded(header)}.{encoded(payload)}"
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        return f"{content}.{encoded(algorithm.sign(content.encode(), key or self.key))}"

    def document(self) -> str:
        """Its key set."""
        return json.dumps({"keys": [self.entry()]})

    def entry(self, **changed: Any) -> dict[str, Any]:
        """Its key as it is published."""
        algorithm: Any = jwt.get_algorithm_by_name(self.algorithm)
        entry: dict[str, Any] = json.loads(algorithm.to_jwk(self.key.public_key()))
        entry.pop("key_ops", None)
        return entry | {"kid": self.kid, "use": "sig", "alg": self.algorithm} | changed

    def keys(self) -> Keys:
        """A cache of its keys."""

        async def fetch(deadline_s: float, kid: str) -> str:
            return self.document()

        return Keys(fetch, self.rules.algorithms, issuer=self.rules.issuer)


def encoded(part: str | bytes) -> str:
    data = part.encode() if isinstance(part, str) else part
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def built_in() -> Maker:
    more = {"aud": "stripsession", "nbf": NOW, "sid": "ses_1", "jti": "1"}
    return Maker(pinned.built_in(BUILT_IN, "stripsession"), "EdDSA", Ed25519PrivateKey.generate(), more=more)


def clerk() -> Maker:
    more = {"azp": PAGE, "nbf": NOW, "sid": "sess_1", "sts": "active", "v": 2, "fva": [0, -1]}
    return Maker(pinned.clerk(CLERK, frozenset({PAGE})), "RS256", rsa_key(), more=more)


def openid() -> Maker:
    more = {"aud": CLIENT, "nonce": NONCE, "email": "ada@example.org", "email_verified": True}
    return Maker(pinned.id_token(OPENID, CLIENT), "ES256", ec.generate_private_key(ec.SECP256R1()), more=more)


MAKERS = {"built-in": built_in, "clerk": clerk, "openid": openid}
