"""Who has an account with the issuer, and the keys that it signs with."""

from __future__ import annotations

import base64
import dataclasses
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

_KEY_BITS = 2048


@dataclasses.dataclass
class Person:
    """Somebody's account at the issuer."""

    subject: str
    email: str
    is_verified: bool
    first_name: str
    last_name: str
    created_ms: int
    updated_ms: int

    def as_clerk(self) -> dict[str, Any]:
        """The user object of Clerk's backend API, with the members that are read."""
        address = {
            "id": f"idn_{self.subject}",
            "object": "email_address",
            "email_address": self.email,
            "verification": {"status": "verified" if self.is_verified else "unverified", "strategy": "email_code"},
        }
        return {
            "id": self.subject,
            "object": "user",
            "first_name": self.first_name,
            "last_name": self.last_name,
            "primary_email_address_id": address["id"] if self.email else None,
            "email_addresses": [address] if self.email else [],
            "created_at": self.created_ms,
            "updated_at": self.updated_ms,
        }


class SigningKey:
    """One RSA key and its name."""

    def __init__(self) -> None:
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        self.kid = f"ins_{secrets.token_hex(12)}"

    def sign(self, claims: dict[str, Any]) -> str:
        """A token of these claims."""
        return jwt.encode(claims, self.private, "RS256", headers={"kid": self.kid, "cat": "cl_B7d4PD111AAA"})

    def published(self) -> dict[str, str]:
        """As it stands in the key set."""
        numbers = self.private.public_key().public_numbers()
        e, n = (_unsigned(number) for number in (numbers.e, numbers.n))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e}


class People:
    """Everybody, and the keys: the newest signs, all of them are published until they are withdrawn."""

    def __init__(self, now_s: Callable[[], float] = time.time, keys: Sequence[SigningKey] = ()) -> None:
        """Without `keys` one is made, which takes a while."""
        self.now_s = now_s
        self.persons: dict[str, Person] = {}
        self.keys = list(keys) or [SigningKey()]

    def add(
        self, email: str, *, first_name: str = "", last_name: str = "", is_verified: bool = True, subject: str = ""
    ) -> Person:
        """A new account; without a `subject` it gets one that nobody had."""
        at_ms = self._now_ms()
        subject = subject or f"user_{secrets.token_hex(13)}"
        person = Person(subject, email, is_verified, first_name, last_name, at_ms, at_ms)
        self.persons[subject] = person
        return person

    def change_email(self, subject: str, email: str, *, is_verified: bool = True) -> Person:
        """The account under another address; its time always moves on."""
        known = self.persons[subject]
        updated_ms = max(self._now_ms(), known.updated_ms + 1)
        changed = dataclasses.replace(known, email=email, is_verified=is_verified, updated_ms=updated_ms)
        self.persons[subject] = changed
        return changed

    def remove(self, subject: str) -> None:
        """Nobody any more."""
        del self.persons[subject]

    def rotate(self, *, withdraw: bool = False) -> None:
        """Sign with a new key from now on; `withdraw` takes the older ones out of the key set."""
        self.keys = [SigningKey()] if withdraw else [SigningKey(), *self.keys]

    def sign(self, claims: dict[str, Any]) -> str:
        """A token by the newest key."""
        return self.keys[0].sign(claims)

    def _now_ms(self) -> int:
        return int(self.now_s() * 1000)


def _unsigned(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
