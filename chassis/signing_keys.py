"""Ed25519 keys in PEM files, and how the world sees them (RFC 7517, 7638, 8037)."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


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


def key_id(key: Ed25519PublicKey) -> str:
    """The key's thumbprint (RFC 7638): the same on every machine, and new with every key."""
    canonical = json.dumps(members(key), separators=(",", ":"), sort_keys=True)
    return base64url(hashlib.sha256(canonical.encode()).digest())


def members(key: Ed25519PublicKey) -> dict[str, str]:
    """What a JSON Web Key of it must have (RFC 8037)."""
    return {"crv": "Ed25519", "kty": "OKP", "x": base64url(key.public_bytes_raw())}


def write_new(path: Path, content: bytes) -> None:
    """A file that its owner alone can read; one that is there stays as it is."""
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


def base64url(data: bytes) -> str:
    """Without padding, as JSON Web Keys have it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_new(path, pem)
