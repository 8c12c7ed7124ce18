"""Tokens that must be refused: each says in its name what is wrong with it, and is otherwise good and well signed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.unit.chassis.tokens.makers import CLERK, Maker, encoded, rsa_key

ALL = frozenset({"built-in", "clerk", "openid"})
SESSIONS = frozenset({"built-in", "clerk"})


@dataclasses.dataclass(frozen=True)
class Vector:
    """How the token is made, and for which issuers it makes sense."""

    make: Callable[[Maker], str]
    kinds: frozenset[str] = ALL


def _claims(kinds: frozenset[str] = ALL, **changed: Any) -> Vector:
    return Vector(lambda maker: maker.token(maker.claims(**changed)), kinds)


def _header(kinds: frozenset[str] = ALL, **changed: Any) -> Vector:
    return Vector(lambda maker: maker.token(headers=changed), kinds)


def _at(name: str, seconds: int) -> Vector:
    return Vector(lambda maker: maker.token(maker.claims(**{name: maker.now + seconds})))


def _raw(edit: Callable[[str], str | bytes]) -> Vector:
    """The payload's JSON, edited as text before it is signed."""
    return Vector(lambda maker: maker.signed(edit(json.dumps(maker.claims()))))


def _text(edit: Callable[[str], str]) -> Vector:
    """A good token, edited after it was signed."""
    return Vector(lambda maker: edit(maker.token()))


def _none(name: str) -> Vector:
    def make(maker: Maker) -> str:
        header = json.dumps({"alg": name, "typ": "JWT", "kid": maker.kid})
        return f"{encoded(header)}.{encoded(json.dumps(maker.claims()))}."

    return Vector(make)


def _none_with_signature(maker: Maker) -> str:
    header = json.dumps({"alg": "none", "typ": "JWT", "kid": maker.kid})
    return f"{encoded(header)}.{maker.token().partition('.')[2]}"


def _hmac_with(form: Callable[[Any], bytes], algorithm: str) -> Vector:
    """The published key, taken for a shared secret."""

    def make(maker: Maker) -> str:
        header = json.dumps({"alg": algorithm, "typ": "JWT", "kid": maker.kid})
        content = f"{encoded(header)}.{encoded(json.dumps(maker.claims()))}"
        # By hand: a library would refuse to sign with a public key, an attacker's does not.
        secret = form(maker.key.public_key())
        return f"{content}.{encoded(jwt.algorithms.HMACAlgorithm(_HASH[algorithm]).sign(content.encode(), secret))}"

    return Vector(make)


_HASH = {"HS256": jwt.algorithms.HMACAlgorithm.SHA256, "HS512": jwt.algorithms.HMACAlgorithm.SHA512}


def _pem(key: Any) -> bytes:
    return bytes(key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))


def _der(key: Any) -> bytes:
    return bytes(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def _other_key(algorithm: str, key: Callable[[], Any], kinds: frozenset[str] = ALL) -> Vector:
    """The named key's id over another key's signature."""
    return Vector(lambda maker: dataclasses.replace(maker, algorithm=algorithm, key=key()).token(), kinds)


def _own_key(maker: Maker) -> Any:
    return {"EdDSA": Ed25519PrivateKey.generate, "RS256": lambda: rsa_key(1), "ES256": _curve}[maker.algorithm]()


def _curve() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def _embedded(name: str, value: Callable[[Maker], Any]) -> Vector:
    """Signed by a stranger's key that the header brings along."""

    def make(maker: Maker) -> str:
        stranger = dataclasses.replace(maker, key=_own_key(maker))
        return stranger.token(headers={name: value(stranger)})

    return Vector(make)


def _embedded_good(name: str, value: Any) -> Vector:
    """Well signed by the issuer itself; what the header offers must not even be looked at."""
    return _header(**{name: value})


def _altered(maker: Maker) -> str:
    head, _, signature = maker.token().split(".")
    return f"{head}.{encoded(json.dumps(maker.claims(sub='user_2mallory')))}.{signature}"


def _altered_header(maker: Maker) -> str:
    _, payload, signature = maker.token().split(".")
    header = {"kid": maker.kid, "alg": maker.algorithm, "typ": "JWT"}
    return f"{encoded(json.dumps(header, indent=1))}.{payload}.{signature}"


def _flipped(token: str) -> str:
    middle = len(token) - 20
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


def _loose_bits(maker: Maker) -> str:
    """The same bytes, written with other leftover bits: the last letter's lowest bits belong to no byte."""
    header, payload, signature = maker.token().split(".")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return f"{header}.{payload}.{signature[:-1]}{letters[letters.index(signature[-1]) ^ 1]}"


def _without_kid(maker: Maker) -> str:
    return maker.token(headers={"kid": None})


def _twice(name: str, value: str) -> Vector:
    return _raw(lambda text: f'{{"{name}": {value}, {text[1:]}')


VECTORS: Mapping[str, Vector] = {
    # The algorithm.
    "alg-none": _none("none"),
    "alg-none-in-mixed-case": _none("nOnE"),
    "alg-none-with-a-signature": Vector(_none_with_signature),
    "alg-empty": _none(""),
    "alg-missing": _header(alg=None),
    "alg-as-list": _header(alg=["RS256", "none"]),
    "alg-hs256-keyed-with-the-public-pem": _hmac_with(_pem, "HS256"),
    "alg-hs256-keyed-with-the-public-der": _hmac_with(_der, "HS256"),
    "alg-hs512-keyed-with-the-public-pem": _hmac_with(_pem, "HS512"),
    "alg-of-another-kind-rs256": _other_key("RS256", lambda: rsa_key(1), frozenset({"built-in", "openid"})),
    "alg-of-another-kind-es256": _other_key("ES256", _curve, SESSIONS),
    "alg-of-another-kind-eddsa": _other_key("EdDSA", Ed25519PrivateKey.generate, frozenset({"clerk", "openid"})),
    "alg-of-the-same-key-rs512": _other_key("RS512", rsa_key, frozenset({"clerk"})),
    "alg-of-the-same-key-ps256": _other_key("PS256", rsa_key, frozenset({"clerk"})),
    "alg-in-lower-case": _header(alg="rs256"),
    # The header.
    "typ-of-an-access-token-for-apis": _header(typ="at+jwt"),
    "typ-of-a-refresh-token": _header(typ="rt+jwt"),
    "typ-of-a-logout-token": _header(typ="logout+jwt"),
    "typ-as-number": _header(typ=1),
    "typ-missing": _header(SESSIONS, typ=None),
    "crit-unknown": _header(crit=["exp"]),
    "crit-empty": _header(crit=[]),
    "b64-false": _header(b64=False, crit=["b64"]),
    "b64-false-unannounced": _header(b64=False),
    "b64-true": _header(b64=True),
    "zip-deflate": _header(zip="DEF"),
    "cty-nested": _header(cty="JWT"),
    "jwk-embedded": _embedded("jwk", lambda stranger: stranger.entry()),
    "jwk-embedded-under-a-good-signature": _embedded_good("jwk", {"kty": "oct", "k": "AAAA"}),
    "jku-elsewhere": _embedded("jku", lambda stranger: "https://evil.example/jwks.json"),
    "jku-under-a-good-signature": _embedded_good("jku", CLERK),
    "x5u-elsewhere": _embedded("x5u", lambda stranger: "https://evil.example/chain.pem"),
    "x5c-embedded": _embedded("x5c", lambda stranger: ["MIIB"]),
    "kid-missing": Vector(_without_kid),
    "kid-unknown": _header(kid="key-2"),
    "kid-empty": _header(kid=""),
    "kid-as-number": _header(kid=1),
    "kid-as-path": _header(kid="../../../dev/null"),
    "kid-as-sql": _header(kid="key-1' OR '1'='1"),
    "kid-with-nul": _header(kid="key-1\x00"),
    "kid-endless": _header(kid="k" * 1000),
    "header-name-twice": Vector(
        lambda maker: maker.signed_raw(
            f'{{"alg": "none", "alg": "{maker.algorithm}", "typ": "JWT", "kid": "{maker.kid}"}}',
            json.dumps(maker.claims()),
        )
    ),
    "header-not-an-object": Vector(lambda maker: maker.signed_raw("[]", json.dumps(maker.claims()))),
    "header-not-json": Vector(lambda maker: maker.signed_raw("alg: EdDSA", json.dumps(maker.claims()))),
    # Who made it, and for whom.
    "iss-elsewhere": _claims(iss="https://evil.example"),
    "iss-missing": _claims(iss=None),
    "iss-with-a-slash-more": Vector(lambda maker: maker.token(maker.claims(iss=maker.rules.issuer + "/"))),
    "iss-in-capitals": Vector(lambda maker: maker.token(maker.claims(iss=maker.rules.issuer.upper()))),
    "iss-with-a-look-alike": Vector(
        lambda maker: maker.token(maker.claims(iss=maker.rules.issuer.replace("a", "\u0430").replace("s", "\u0455")))
    ),
    "iss-as-list": Vector(lambda maker: maker.token(maker.claims(iss=[maker.rules.issuer]))),
    "aud-elsewhere": _claims(frozenset({"built-in", "openid"}), aud="elsewhere"),
    "aud-missing": _claims(frozenset({"built-in", "openid"}), aud=None),
    "aud-with-others": Vector(
        lambda maker: maker.token(maker.claims(aud=[maker.rules.audience, "elsewhere"])),
        frozenset({"built-in", "openid"}),
    ),
    "aud-empty-list": _claims(frozenset({"built-in", "openid"}), aud=[]),
    "aud-as-object": _claims(frozenset({"built-in", "openid"}), aud={"stripsession": 1}),
    "azp-missing": _claims(frozenset({"clerk"}), azp=None),
    "azp-elsewhere": _claims(frozenset({"clerk", "openid"}), azp="https://evil.example"),
    "azp-as-list": _claims(frozenset({"clerk"}), azp=["https://stripsession.example"]),
    "azp-empty": _claims(frozenset({"clerk"}), azp=""),
    "azp-with-a-slash-more": _claims(frozenset({"clerk"}), azp="https://stripsession.example/"),
    "sts-pending": _claims(sts="pending"),
    "sts-empty": _claims(sts=""),
    "sub-missing": _claims(sub=None),
    "sub-empty": _claims(sub=""),
    "sub-as-number": _claims(sub=7),
    "sub-as-list": _claims(sub=["user_2abc"]),
    "sub-as-nested-lists": _claims(sub=[[[["user_2abc"]]]]),
    "sub-with-nul": _claims(sub="user_2abc\x00"),
    "sub-with-a-zero-width-space": _claims(sub="user_2\u200babc"),
    "sub-in-wide-letters": _claims(sub="\uff55ser_2abc"),
    "sub-with-a-lone-surrogate": _claims(sub="user\ud800"),
    "sub-with-a-line-break": _claims(sub="user_2abc\nusr_admin"),
    "sub-endless": _claims(sub="u" * 256),
    "sid-missing": _claims(SESSIONS, sid=None),
    "sid-empty": _claims(SESSIONS, sid=""),
    "sid-as-list": _claims(SESSIONS, sid=["x"]),
    "an-id-token-by-its-nonce": _claims(SESSIONS, nonce="n-0S6_WzA2Mj"),
    "an-id-token-by-its-hash": _claims(SESSIONS, at_hash="77QmUPtjPfzWtF2AnpK9RQ"),
    "nonce-missing": _claims(frozenset({"openid"}), nonce=None),
    "nonce-of-another-sign-in": _claims(frozenset({"openid"}), nonce="another"),
    "nonce-as-list": _claims(frozenset({"openid"}), nonce=["n-0S6_WzA2Mj"]),
    # When.
    "exp-missing": _claims(exp=None),
    "exp-past": _at("exp", -6),
    "exp-now-beyond-the-leeway": _at("exp", -5),
    "exp-before-iat": Vector(lambda maker: maker.token(maker.claims(exp=maker.now + 1, iat=maker.now + 2))),
    "exp-as-text": Vector(lambda maker: maker.token(maker.claims(exp=str(maker.now + 60)))),
    "exp-as-boolean": _claims(exp=True),
    "exp-as-fraction": Vector(lambda maker: maker.token(maker.claims(exp=maker.now + 0.5))),
    "exp-as-list": Vector(lambda maker: maker.token(maker.claims(exp=[maker.now + 60]))),
    "exp-as-nan": _raw(lambda text: text.replace('"exp": ', '"exp": NaN, "was": ')),
    "exp-as-infinity": _raw(lambda text: text.replace('"exp": ', '"exp": Infinity, "was": ')),
    "exp-as-overflowing-fraction": _raw(lambda text: text.replace('"exp": ', '"exp": 1e999, "was": ')),
    "exp-as-huge-number": _raw(lambda text: text.replace('"exp": ', f'"exp": {"9" * 400}, "was": ')),
    "exp-as-number-beyond-what-python-reads": _raw(
        lambda text: text.replace('"exp": ', f'"exp": {"9" * 5000}, "was": ')
    ),
    "exp-negative": _claims(exp=-1),
    "nbf-missing": _claims(SESSIONS, nbf=None),
    "nbf-ahead": _at("nbf", 6),
    "nbf-as-text": _claims(nbf="0"),
    "iat-missing": _claims(iat=None),
    "iat-ahead": _at("iat", 6),
    "iat-as-text": Vector(lambda maker: maker.token(maker.claims(iat=str(maker.now)))),
    "iat-as-boolean": _claims(iat=False),
    "life-too-long": Vector(
        lambda maker: maker.token(maker.claims(exp=maker.now + maker.rules.life_s_max + 1, iat=maker.now))
    ),
    "life-too-long-begun-long-ago": Vector(
        lambda maker: maker.token(maker.claims(exp=maker.now + 60, iat=maker.now - maker.rules.life_s_max))
    ),
    # The bytes.
    "claim-twice": _twice("sub", '"user_2mallory"'),
    "claim-twice-after-an-escape": _raw(lambda text: f'{{"\\u0073ub": "user_2mallory", {text[1:]}'),
    "name-twice-deep-inside": _raw(lambda text: f'{{"fed": {{"a": 1, "a": 2}}, {text[1:]}'),
    "payload-not-json": _raw(lambda text: "sub=user_2abc"),
    "payload-empty": _raw(lambda text: "{}"),
    "payload-a-list": _raw(lambda text: f"[{text}]"),
    "payload-a-text": _raw(json.dumps),
    "payload-null": _raw(lambda text: "null"),
    "payload-in-latin-1": _raw(lambda text: text.replace("user_2abc", "user_é").encode("latin-1")),
    "payload-with-a-byte-order-mark": _raw(lambda text: b"\xef\xbb\xbf" + text.encode()),
    "payload-in-utf-16": _raw(lambda text: text.encode("utf-16")),
    "payload-with-more-behind": _raw(lambda text: text + text),
    "payload-nested-without-end": _raw(lambda text: f'{{"x": {"[" * 2500}{"]" * 2500}, {text[1:]}'),
    "payload-nested-too-deep": _raw(lambda text: f'{{"x": {"[" * 20}{"]" * 20}, {text[1:]}'),
    "payload-altered": Vector(_altered),
    "header-rewritten": Vector(_altered_header),
    "signature-by-a-strangers-key": Vector(lambda maker: dataclasses.replace(maker, key=_own_key(maker)).token()),
    "signature-empty": _text(lambda token: token.rpartition(".")[0] + "."),
    "signature-missing": _text(lambda token: token.rpartition(".")[0]),
    "signature-cut-short": _text(lambda token: token[:-8]),
    "signature-of-nothing": _text(lambda token: token.rpartition(".")[0] + ".AA"),
    "signature-of-zeros": _text(lambda token: token.rpartition(".")[0] + "." + encoded(bytes(64))),
    "signature-flipped": _text(_flipped),
    "signature-written-otherwise": Vector(_loose_bits),
    "padded": _text(lambda token: token + "="),
    "padded-inside": _text(lambda token: token.replace(".", "=.", 1)),
    "with-a-line-break": _text(lambda token: token + "\n"),
    "with-a-space": _text(lambda token: token.replace(".", ". ", 1)),
    "in-the-other-base64": _text(lambda token: "+/" + token[2:]),
    "with-a-wide-full-stop": _text(lambda token: token.replace(".", "\uff0e")),
    "with-a-nul": _text(lambda token: token + "\x00"),
    "four-parts": _text(lambda token: token + ".AAAA"),
    "five-parts-like-an-encrypted-one": _text(lambda token: token + ".AAAA.AAAA"),
    "twice-over": _text(lambda token: f"{token}.{token}"),
    "oversized": _claims(padding="x" * 9000),
    "an-opaque-refresh-token": Vector(lambda maker: "gWm3kT0ZbQ7vXy2sN5rL8cJfPq4uHd6eAo1iBw9xYtE"),
    "empty": Vector(lambda maker: ""),
    "dots": Vector(lambda maker: ".."),
    "the-json-itself": Vector(lambda maker: json.dumps(maker.claims())),
}
