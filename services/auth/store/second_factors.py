"""Second factors, sealed, with their recovery codes and the challenges that they answer, in PostgreSQL."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import asyncpg

from chassis import sealing
from chassis.db.transaction import Connection
from services.auth.domain.second_factor import SecondFactor, SignInChallenge


class PostgresSecondFactors:
    """Second factors within one transaction."""

    def __init__(self, connection: Connection, key: bytes) -> None:
        """`connection` is in the transaction; `key` seals the authenticators' secrets."""
        self._connection = connection
        self._key = key

    async def get(self, user_id: str) -> SecondFactor | None:
        """A person's. Raises SealBroken where it was sealed with another key."""
        row = await self._connection.fetchrow(
            "SELECT user_id, sealed, set_at, last_step, wrong, wrong_at FROM second_factors WHERE user_id = $1", user_id
        )
        return self._factor(row) if row is not None else None

    async def locked(self, user_id: str) -> SecondFactor | None:
        """The same, which nobody else changes until the work commits."""
        row = await self._connection.fetchrow(
            "SELECT user_id, sealed, set_at, last_step, wrong, wrong_at FROM second_factors WHERE user_id = $1"
            " FOR UPDATE",
            user_id,
        )
        return self._factor(row) if row is not None else None

    async def put(self, factor: SecondFactor) -> None:
        """Store one in place of what was there, with no recovery codes."""
        await self.remove(factor.user_id)
        await self._connection.execute(
            "INSERT INTO second_factors (user_id, sealed, set_at, last_step, wrong, wrong_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            factor.user_id,
            sealing.seal(self._key, factor.user_id, factor.secret),
            factor.set_at,
            factor.last_step,
            factor.wrong,
            factor.wrong_at,
        )

    async def change(self, factor: SecondFactor) -> None:
        """Store what became of a locked one; its secret stays."""
        await self._connection.execute(
            "UPDATE second_factors SET set_at = $2, last_step = $3, wrong = $4, wrong_at = $5 WHERE user_id = $1",
            factor.user_id,
            factor.set_at,
            factor.last_step,
            factor.wrong,
            factor.wrong_at,
        )

    async def remove(self, user_id: str) -> bool:
        """Forget a person's with its recovery codes; whether there was one."""
        tag: str = await self._connection.execute("DELETE FROM second_factors WHERE user_id = $1", user_id)
        return tag.endswith(" 1")

    async def put_recovery_codes(self, user_id: str, code_hashes: Sequence[bytes]) -> None:
        """Store these in place of all before."""
        await self._connection.execute("DELETE FROM recovery_codes WHERE user_id = $1", user_id)
        await self._connection.executemany(
            "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)",
            [(user_id, code_hash) for code_hash in code_hashes],
        )

    async def use_recovery_code(self, user_id: str, code_hash: bytes, now: datetime.datetime) -> bool:
        """Whether it was one of theirs that was not used before; it is from now on."""
        tag: str = await self._connection.execute(
            "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
            user_id,
            code_hash,
            now,
        )
        return tag.endswith(" 1")

    async def recovery_codes_left(self, user_id: str) -> int:
        """How many were not used."""
        return int(
            await self._connection.fetchval(
                "SELECT count(code_hash) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL", user_id
            )
        )

    def _factor(self, row: asyncpg.Record) -> SecondFactor:
        secret = sealing.unseal(self._key, row["user_id"], row["sealed"])
        return SecondFactor(row["user_id"], secret, row["set_at"], row["last_step"], row["wrong"], row["wrong_at"])


class PostgresSignInChallenges:
    """Challenges within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def add(self, challenge: SignInChallenge) -> None:
        """Store a new one."""
        await self._connection.execute(
            "INSERT INTO sign_in_challenges (challenge_hash, user_id, device, methods, expires_at)"
            " VALUES ($1, $2, $3, $4, $5)",
            challenge.challenge_hash,
            challenge.user_id,
            challenge.device,
            challenge.methods,
            challenge.expires_at,
        )

    async def owner(self, challenge_hash: bytes, now: datetime.datetime) -> str | None:
        """Whose one is that has not run out; it is not locked by this."""
        user_id: str | None = await self._connection.fetchval(
            "SELECT user_id FROM sign_in_challenges WHERE challenge_hash = $1 AND expires_at > $2", challenge_hash, now
        )
        return user_id

    async def locked(self, challenge_hash: bytes, now: datetime.datetime) -> SignInChallenge | None:
        """One that has not run out, which nobody else changes until the work commits."""
        row = await self._connection.fetchrow(
            "SELECT challenge_hash, user_id, device, methods, expires_at FROM sign_in_challenges"
            " WHERE challenge_hash = $1 AND expires_at > $2 FOR UPDATE",
            challenge_hash,
            now,
        )
        return SignInChallenge(**{**row, "methods": tuple(row["methods"])}) if row is not None else None

    async def remove(self, challenge_hash: bytes) -> None:
        """It is answered."""
        await self._connection.execute("DELETE FROM sign_in_challenges WHERE challenge_hash = $1", challenge_hash)

    async def remove_of(self, user_id: str) -> None:
        """Forget all of a person."""
        await self._connection.execute("DELETE FROM sign_in_challenges WHERE user_id = $1", user_id)

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` that ran out before then; the number removed."""
        tag: str = await self._connection.execute(
            "DELETE FROM sign_in_challenges WHERE challenge_hash = ANY(ARRAY("
            "SELECT challenge_hash FROM sign_in_challenges WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            expired_before,
            limit,
        )
        return int(tag.rpartition(" ")[2])
