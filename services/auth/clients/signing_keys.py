"""Auth's keys: what is published of those that sign, and those that seal."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.sealing import KEY_BYTES
from chassis.signing_keys import SigningKeyUnusable, key_id, members, write_new


def mail_key(key: Ed25519PrivateKey) -> bytes:
    """The key that seals waiting mail: another one whenever the signing key is, and of no use for signing."""
    material = key.private_bytes_raw()
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"stripsession auth mail").derive(material)


def load_or_make_secret(path: Path) -> bytes:
    """The sealing key of a file, made when there is none and readable by its owner alone. Raises SigningKeyUnusable."""
    if not path.exists():
        write_new(path, secrets.token_bytes(KEY_BYTES))
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise SigningKeyUnusable(f"{path} does not hold {KEY_BYTES} bytes")
    return key


def key_set(keys: Sequence[Ed25519PublicKey]) -> str:
    """A JSON Web Key Set document."""
    return json.dumps({"keys": [members(key) | {"use": "sig", "alg": "EdDSA", "kid": key_id(key)} for key in keys]})
