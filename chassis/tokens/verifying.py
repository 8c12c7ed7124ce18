"""One verifier for every issuer: the rules say what must hold, and a token chooses nothing.

PyJWT checks the signature. The claims are checked here, because libraries take times as texts and booleans, audiences
among others, and go without what was not asked for by name.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from typing import Protocol

import jwt

from chassis.tokens import compact
from chassis.tokens.errors import TokenRefused
from chassis.tokens.key_document import KEY_ID
from chassis.tokens.rules import Rules

_ALWAYS = ("exp", "iat", "iss", "sub")
# Each would bring a key along, or change how the rest is read.
_HEADER_REFUSED = ("b64", "crit", "cty", "enc", "jku", "jwk", "x5c", "x5u", "zip")
# OpenID Connect allows a subject 255 characters of ASCII. What cannot be seen would make two people look like one.
_NAME = re.compile(r"[\x21-\x7e]{1,255}")
_SECONDS_MAX = 2**40
_signatures = jwt.PyJWS()


class KeySource(Protocol):
    """Where an issuer's keys are."""

    async def key(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        """The key, or None. Raises KeysAway."""
        ...


@dataclasses.dataclass(frozen=True)
class Verified:
    """Who a believed token speaks for."""

    issuer: str
    subject: str
    session_id: str
    """Empty for a token that stands for no session."""
    expires_at: datetime.datetime
    claims: Mapping[str, object]
    """All of them, signed; what their values are is for whoever reads one to check."""


def claimed_issuer(token: str) -> str:
    """Whose token it says it is, to choose the rules by and for nothing else. Raises TokenRefused."""
    issuer = compact.read(token).claims.get("iss")
    if not isinstance(issuer, str):
        raise TokenRefused("iss")
    return issuer


async def verify(token: str, rules: Rules, keys: KeySource, *, now_s: float, nonce: str = "") -> Verified:
    """What a token of this source says. `now_s` is Unix time, `nonce` the one that an id token must carry.

    Raises TokenRefused, or KeysAway when the keys cannot be had.
    """
    unverified = compact.read(token)
    # Looked at before the signature, so that a token which cannot hold asks no issuer for keys.
    algorithm, kid = _checked_header(unverified.header, rules)
    _check_claims(unverified.claims, rules, now_s, nonce)
    key = await keys.key(kid, algorithm)
    if key is None:
        raise TokenRefused("kid")
    try:
        _signatures.decode(token, key, algorithms=[algorithm])
    except jwt.PyJWTError as error:
        raise TokenRefused("signature") from error
    claims = unverified.claims
    return Verified(
        issuer=rules.issuer,
        subject=str(claims["sub"]),
        session_id=str(claims["sid"]) if rules.is_session else "",
        expires_at=datetime.datetime.fromtimestamp(_seconds(claims, "exp"), datetime.UTC),
        claims=claims,
    )


def _checked_header(header: Mapping[str, object], rules: Rules) -> tuple[str, str]:
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "")
    if not isinstance(algorithm, str) or algorithm not in rules.algorithms:
        raise TokenRefused("alg")
    if not isinstance(kind, str) or kind not in rules.types:
        raise TokenRefused("typ")
    if not isinstance(kid, str) or not KEY_ID.fullmatch(kid):
        raise TokenRefused("kid")
    for name in _HEADER_REFUSED:
        if name in header:
            raise TokenRefused(name)
    return algorithm, kid


def _check_claims(claims: Mapping[str, object], rules: Rules, now_s: float, nonce: str) -> None:
    missing = [name for name in (*_ALWAYS, *sorted(rules.required)) if claims.get(name) is None]
    if missing:
        raise TokenRefused(f"no {missing[0]}")
    present = [name for name in sorted(rules.forbidden) if name in claims]
    if present:
        raise TokenRefused(present[0])
    if claims["iss"] != rules.issuer:
        raise TokenRefused("iss")
    _check_names(claims, rules)
    _check_times(claims, rules, now_s)
    _check_audience(claims, rules)
    # Clerk: "pending" is a session whose person has not done yet what signing in asks of them.
    if claims.get("sts", "active") != "active":
        raise TokenRefused("sts")
    if "nonce" in rules.required and not _same(claims["nonce"], nonce):
        raise TokenRefused("nonce")


def _check_names(claims: Mapping[str, object], rules: Rules) -> None:
    for name in ("sub", "sid") if rules.is_session else ("sub",):
        value = claims.get(name)
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            raise TokenRefused(name)


def _check_times(claims: Mapping[str, object], rules: Rules, now_s: float) -> None:
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if expires <= now_s - rules.leeway_s:
        raise TokenRefused("exp")
    if issued > now_s + rules.leeway_s:
        raise TokenRefused("iat")
    if "nbf" in claims and _seconds(claims, "nbf") > now_s + rules.leeway_s:
        raise TokenRefused("nbf")
    if not 0 < expires - issued <= rules.life_s_max:
        raise TokenRefused("life")


def _check_audience(claims: Mapping[str, object], rules: Rules) -> None:
    # A token that is for others as well can be shown to us by each of them.
    if rules.audience and claims.get("aud") not in (rules.audience, [rules.audience]):
        raise TokenRefused("aud")
    party = claims.get("azp")
    if rules.parties is not None and (not isinstance(party, str) or party not in rules.parties):
        raise TokenRefused("azp")
    if rules.parties is None and rules.audience and "azp" in claims and party != rules.audience:
        raise TokenRefused("azp")


def _seconds(claims: Mapping[str, object], name: str) -> int:
    value = claims[name]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _SECONDS_MAX:
        raise TokenRefused(name)
    return value


def _same(shown: object, expected: str) -> bool:
    # Without an expected one nothing is the same: a rule that asks for a nonce is never met by leaving it out.
    return bool(expected) and shown == expected
