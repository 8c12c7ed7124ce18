"""Argon2id in a few threads of its own, so that a flood of sign-ins takes neither the memory nor the loop."""

from __future__ import annotations

import base64
import secrets

import argon2

from services.auth.clients.bounded_threads import BoundedThreads

_SALT_BYTES = 16
_HASH_BYTES = 32


class Argon2Hasher:
    """Hashes and verifies; at most `parallel` at a time, the others wait briefly or are told to come back."""

    name = "password hashing"

    def __init__(
        self,
        *,
        memory_kib: int,
        passes: int,
        parallel: int,
        wait_s: float,
        waiting_max: int,
    ) -> None:
        """OWASP's least for argon2id is 19456 KiB, 2 passes and one lane (Password Storage Cheat Sheet)."""
        self._argon2 = argon2.PasswordHasher(
            time_cost=passes,
            memory_cost=memory_kib,
            parallelism=1,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
            type=argon2.Type.ID,
        )
        # Random bytes where the digest belongs: it costs what a real hash costs and no password fits it.
        self._nobodys_hash = (
            f"$argon2id$v=19$m={memory_kib},t={passes},p=1${_random(_SALT_BYTES)}${_random(_HASH_BYTES)}"
        )
        self._threads = BoundedThreads("argon2", parallel=parallel, wait_s=wait_s, waiting_max=waiting_max)

    async def start(self) -> None:
        """Nothing to wait for: threads start when they are first needed."""

    async def stop(self) -> None:
        """Let go of the threads."""
        self._threads.stop()

    async def hash(self, password: str) -> str:
        """A salted hash that says how it was made. Raises HashingBusy."""
        return await self._threads.run(lambda: self._argon2.hash(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right. Without a hash: false, after the same work. Raises HashingBusy."""
        checked = password_hash if password_hash is not None else self._nobodys_hash

        def check() -> bool:
            try:
                return self._argon2.verify(checked, password)
            except argon2.exceptions.VerifyMismatchError:
                return False

        return await self._threads.run(check)

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with less work than is asked for now."""
        try:
            made_with = argon2.extract_parameters(password_hash)
        except argon2.exceptions.InvalidHashError:
            return True
        return (
            made_with.type is not argon2.Type.ID
            or made_with.memory_cost < self._argon2.memory_cost
            or made_with.time_cost < self._argon2.time_cost
        )


def _random(length_bytes: int) -> str:
    return base64.b64encode(secrets.token_bytes(length_bytes)).decode().rstrip("=")
