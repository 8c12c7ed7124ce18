"""Opaque names, and secrets that are told once and kept only as fingerprints."""

from __future__ import annotations

import hashlib
import secrets
import uuid

SECRET_BYTES = 32


def new_user_id() -> str:
    """A fresh person's identifier."""
    return f"usr_{uuid.uuid4().hex}"


def new_session_id() -> str:
    """A fresh session's identifier."""
    return f"ses_{uuid.uuid4().hex}"


def new_mail_id() -> str:
    """A fresh mail's identifier."""
    return f"eml_{uuid.uuid4().hex}"


def new_key_id() -> str:
    """A fresh API key's identifier."""
    return f"key_{uuid.uuid4().hex}"


def new_passkey_id() -> str:
    """A fresh passkey's identifier."""
    return f"pky_{uuid.uuid4().hex}"


def new_secret() -> str:
    """A fresh refresh token or link code: 256 random bits, safe in addresses."""
    return secrets.token_urlsafe(SECRET_BYTES)


def fingerprint(secret: str) -> bytes:
    """What is stored of a secret. Plain SHA-256 is enough, since nobody guesses 256 random bits."""
    return digest(secret.encode())


def digest(random: bytes) -> bytes:
    """The same of bytes."""
    return hashlib.sha256(random).digest()
