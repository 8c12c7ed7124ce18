"""A JSON Web Key Set (RFC 7517), as the keys that may verify signatures; what fits no rule is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

DOCUMENT_BYTES_MAX = 256 * 1024
KEYS_MAX = 100
KEY_ID = re.compile(r"[\x21-\x7e]{1,256}")
"""What names a key: printable, and short enough to be remembered."""
RSA_BITS_MIN = 2048
RSA_BITS_MAX = 8192
"""The cost of a check grows with the key, and the document is not ours."""

# What a key must be for an algorithm: its type and, where there is one, its curve.
_KINDS: Mapping[str, tuple[str, str]] = {
    "EdDSA": ("OKP", "Ed25519"),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "PS256": ("RSA", ""),
    "RS256": ("RSA", ""),
    "RS384": ("RSA", ""),
    "RS512": ("RSA", ""),
}
# A published private key is nobody's alone.
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})

KeyTable = Mapping[tuple[str, str], jwt.PyJWK]
"""(kid, algorithm) -> the key."""


class DocumentUnusable(Exception):
    """The document is no key set, or holds no key that could be used."""


def keys_of(document: str, algorithms: frozenset[str]) -> KeyTable:
    """Every key that may sign by one of these algorithms. Raises DocumentUnusable."""
    if len(document) > DOCUMENT_BYTES_MAX:
        raise DocumentUnusable("too large")
    try:
        members = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise DocumentUnusable("not JSON") from error
    entries = members.get("keys") if isinstance(members, dict) else None
    if not isinstance(entries, list) or len(entries) > KEYS_MAX:
        raise DocumentUnusable("no list of keys")
    found: dict[tuple[str, str], jwt.PyJWK] = {}
    doubtful: set[tuple[str, str]] = set()
    for entry in entries:
        for name, key in _usable(entry, algorithms):
            if name in found:
                doubtful.add(name)
            found[name] = key
    # Of two keys under one name neither is the one that was meant.
    table = {name: key for name, key in found.items() if name not in doubtful}
    if not table:
        raise DocumentUnusable("no usable key")
    return table


def _usable(entry: object, algorithms: frozenset[str]) -> Iterator[tuple[tuple[str, str], jwt.PyJWK]]:
    if not isinstance(entry, dict) or _PRIVATE & entry.keys():
        return
    kid, operations = entry.get("kid"), entry.get("key_ops", ["verify"])
    if not isinstance(kid, str) or not KEY_ID.fullmatch(kid):
        return
    if entry.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return
    for algorithm in sorted(algorithms):
        kind, curve = _KINDS[algorithm]
        if entry.get("kty") != kind or entry.get("alg", algorithm) != algorithm:
            continue
        if curve and entry.get("crv") != curve:
            continue
        key = _key(entry, algorithm)
        if key is not None:
            yield (kid, algorithm), key


def _key(entry: dict[str, object], algorithm: str) -> jwt.PyJWK | None:
    try:
        key = jwt.PyJWK(entry, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError, AttributeError):
        return None
    if isinstance(key.key, RSAPublicKey) and not RSA_BITS_MIN <= key.key.key_size <= RSA_BITS_MAX:
        return None
    return key
