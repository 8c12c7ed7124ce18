"""Rows of auth as mails and other acts would have left them: what nobody hands out is put where it is looked for."""

from __future__ import annotations

import datetime
import hashlib
import secrets
import uuid

import argon2

from chassis import sealing
from tests.integration.walks.house import House

PASSWORD = "a long enough secret"
TOTP_SECRET = b"12345678901234567890"


class AuthRows:
    """Writes them."""

    def __init__(self, house: House) -> None:
        """Of one house."""
        self._house = house

    async def passer_by(self) -> str:
        """Somebody without a password, who may lose their address."""
        user_id, email = f"usr_{uuid.uuid4().hex}", f"{uuid.uuid4().hex}@example.org"
        await self._house.write_auth(
            "INSERT INTO accounts (user_id, email, email_key, display_name, created_at, age_confirmed_at)"
            " VALUES ($1, $2, $2, '', now(), now())",
            user_id,
            email,
        )
        return user_id

    async def factor(self, user_id: str, *, is_set: bool) -> None:
        """A second factor, in force or only begun."""
        key = self._house.signing_key_file.with_name("second-factor.key").read_bytes()
        await self._house.write_auth(
            "INSERT INTO second_factors (user_id, sealed, set_at, last_step, wrong) VALUES ($1, $2, $3, -1, 0)",
            user_id,
            sealing.seal(key, user_id, TOTP_SECRET),
            datetime.datetime.now(datetime.UTC) if is_set else None,
        )

    async def challenge(self) -> str:
        """What the right password of somebody with a second factor gives."""
        challenge, user_id = secrets.token_urlsafe(32), await self.passer_by()
        await self.factor(user_id, is_set=True)
        await self._house.write_auth(
            "INSERT INTO sign_in_challenges (challenge_hash, user_id, device, methods, expires_at)"
            " VALUES ($1, $2, '', '{password}', now() + interval '5 minutes')",
            hashlib.sha256(challenge.encode()).digest(),
            user_id,
        )
        return challenge

    async def mailed(self, user_id: str, email: str, purpose: str) -> str:
        """A code as a mail would have brought it, asked for so long ago that it counts against no limit."""
        code = secrets.token_urlsafe(32)
        await self._house.write_auth(
            "INSERT INTO email_codes (code_hash, purpose, user_id, email_key, email, made_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $4, now() - interval '2 hours', now() + interval '1 day')",
            hashlib.sha256(code.encode()).digest(),
            purpose,
            user_id,
            email,
        )
        return code

    async def waiting_sign_up(self) -> str:
        """The code of a sign-up that waits for its mail to be read."""
        code, email = secrets.token_urlsafe(32), f"{uuid.uuid4().hex}@example.org"
        await self._house.write_auth(
            "INSERT INTO pending_sign_ups"
            " (code_hash, email, email_key, display_name, password_hash, made_at, expires_at, age_confirmed_at)"
            " VALUES ($1, $2, $2, '', $3, now(), now() + interval '1 day', now())",
            hashlib.sha256(code.encode()).digest(),
            email,
            argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD),
        )
        return code
