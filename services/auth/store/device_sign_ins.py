"""Programs that wait for somebody's approval, in PostgreSQL."""

from __future__ import annotations

import datetime

from chassis.db.transaction import Connection
from services.auth.domain.device import DeviceSignIn


class PostgresDeviceSignIns:
    """Waiting programs within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def add(self, sign_in: DeviceSignIn) -> bool:
        """Store a new one; false when its user code is taken."""
        tag: str = await self._connection.execute(
            "INSERT INTO device_sign_ins (device_hash, user_code_hash, client_name, address, created_at, expires_at,"
            " interval_s, asked_at, user_id, approved) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            " ON CONFLICT (user_code_hash) DO NOTHING",
            sign_in.device_hash,
            sign_in.user_code_hash,
            sign_in.client_name,
            sign_in.address,
            sign_in.created_at,
            sign_in.expires_at,
            sign_in.interval_s,
            sign_in.asked_at,
            sign_in.user_id,
            sign_in.approved,
        )
        return tag.endswith(" 1")

    async def of_user_code(self, user_code_hash: bytes) -> DeviceSignIn | None:
        """One, whose row nobody else changes until the work commits."""
        row = await self._connection.fetchrow(
            "SELECT device_hash, user_code_hash, client_name, address, created_at, expires_at, interval_s, asked_at,"
            " user_id, approved FROM device_sign_ins WHERE user_code_hash = $1 FOR UPDATE",
            user_code_hash,
        )
        return DeviceSignIn(**row) if row is not None else None

    async def owner(self, device_hash: bytes) -> str | None:
        """Who looked at one or answered it; it is not locked by this."""
        user_id: str | None = await self._connection.fetchval(
            "SELECT user_id FROM device_sign_ins WHERE device_hash = $1", device_hash
        )
        return user_id

    async def of_device(self, device_hash: bytes) -> DeviceSignIn | None:
        """One, whose row nobody else changes until the work commits."""
        row = await self._connection.fetchrow(
            "SELECT device_hash, user_code_hash, client_name, address, created_at, expires_at, interval_s, asked_at,"
            " user_id, approved FROM device_sign_ins WHERE device_hash = $1 FOR UPDATE",
            device_hash,
        )
        return DeviceSignIn(**row) if row is not None else None

    async def change(self, sign_in: DeviceSignIn) -> None:
        """Store what became of a locked one."""
        await self._connection.execute(
            "UPDATE device_sign_ins SET interval_s = $2, asked_at = $3, user_id = $4, approved = $5"
            " WHERE device_hash = $1",
            sign_in.device_hash,
            sign_in.interval_s,
            sign_in.asked_at,
            sign_in.user_id,
            sign_in.approved,
        )

    async def remove(self, device_hash: bytes) -> None:
        """Forget one, whose codes open nothing any more."""
        await self._connection.execute("DELETE FROM device_sign_ins WHERE device_hash = $1", device_hash)

    async def remove_of(self, user_id: str) -> None:
        """Forget all that a person looked at or answered."""
        await self._connection.execute("DELETE FROM device_sign_ins WHERE user_id = $1", user_id)

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` that expired before then; the number removed."""
        tag: str = await self._connection.execute(
            "DELETE FROM device_sign_ins WHERE device_hash = ANY(ARRAY(SELECT device_hash FROM device_sign_ins"
            " WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            expired_before,
            limit,
        )
        return int(tag.rpartition(" ")[2])
