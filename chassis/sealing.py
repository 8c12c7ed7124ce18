"""AES-256-GCM sealing of objects and of the keys that seal them."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
OVERHEAD_BYTES = _NONCE_BYTES + _TAG_BYTES


class SealBroken(Exception):
    """The sealed bytes were changed, moved to another name, or sealed with another key."""


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, name: str, plain: bytes) -> bytes:
    """Encrypt and authenticate; the result is nonce, ciphertext and tag, and opens only under the same name."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, name.encode())


def unseal(key: bytes, name: str, sealed: bytes) -> bytes:
    """Reverse `seal`. Raises SealBroken."""
    try:
        # A view: a slice would be the whole once more.
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], memoryview(sealed)[_NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken("the sealed bytes do not open under this key and name") from error
