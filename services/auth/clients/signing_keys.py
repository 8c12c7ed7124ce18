"""Ed25519 keys in PEM files, and how the world sees them (RFC 7517, 7638, 8037)."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.sealing import KEY_BYTES


class SigningKeyUnusable(Exception):
    """A key file does not hold a key of its kind; the text names it."""


def load_or_make(path: Path) -> Ed25519PrivateKey:
    """The private key of a file, made when there is none and readable by its owner alone. Raises SigningKeyUnusable."""
    if not path.exists():
        _make(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise SigningKeyUnusable(f"{path} is not a private key in PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyUnusable(f"{path} is not an Ed25519 key")
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """The public half of a retired key, whose file may hold either half. Raises SigningKeyUnusable."""
    data = path.read_bytes()
    try:
        key = (
            serialization.load_pem_private_key(data, None).public_key()
            if b"PRIVATE KEY" in data
            else serialization.load_pem_public_key(data)
        )
    except (ValueError, TypeError) as error:
        raise SigningKeyUnusable(f"{path} is not a key in PEM without a password") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SigningKeyUnusable(f"{path} is not an Ed25519 key")
    return key


def mail_key(key: Ed25519PrivateKey) -> bytes:
    """The key that seals waiting mail: another one whenever the signing key is, and of no use for signing."""
    material = key.private_bytes_raw()
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"stripsession auth mail").derive(material)


def load_or_make_secret(path: Path) -> bytes:
    """The sealing key of a file, made when there is none and readable by its owner alone. Raises SigningKeyUnusable."""
    if not path.exists():
        _write_new(path, secrets.token_bytes(KEY_BYTES))
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise SigningKeyUnusable(f"{path} does not hold {KEY_BYTES} bytes")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """The key's thumbprint (RFC 7638): the same on every machine, and new with every key."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": _coordinate(key)}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def key_set(keys: Sequence[Ed25519PublicKey]) -> str:
    """A JSON Web Key Set document."""
    entries = [
        {"kty": "OKP", "crv": "Ed25519", "x": _coordinate(key), "use": "sig", "alg": "EdDSA", "kid": key_id(key)}
        for key in keys
    ]
    return json.dumps({"keys": entries})


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_new(path, pem)


def _write_new(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    # A link appears whole or not at all, and never replaces the key of a process that was faster.
    with contextlib.suppress(FileExistsError):
        os.link(written, path)
    written.unlink()


def _coordinate(key: Ed25519PublicKey) -> str:
    return _base64url(key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
