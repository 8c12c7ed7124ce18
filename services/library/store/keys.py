"""The key ring: users' keys wrapped under the master key, objects' keys wrapped under their user's."""

from __future__ import annotations

from pathlib import Path

from chassis import sealing
from chassis.db.erased import ErasedPeople
from chassis.db.transaction import Connection
from services.library.domain.errors import AccountNotFound
from services.library.domain.keys import Key


class MasterKeyFault(Exception):
    """The master key cannot be used; the text says why."""


def read_master_key(path: Path) -> bytes:
    """The 32 raw bytes of the file. Raises MasterKeyFault."""
    try:
        master = path.read_bytes()
    except OSError as error:
        raise MasterKeyFault(f"the master key {path} cannot be read: {error.strerror}") from error
    if len(master) != sealing.KEY_BYTES:
        raise MasterKeyFault(f"the master key {path} has {len(master)} bytes; it must have {sealing.KEY_BYTES}")
    return master


class KeyRing:
    """Wraps and unwraps. A user's key is read anew for each unit of work: destroying its row works at once."""

    def __init__(self, master: bytes) -> None:
        """`master` has 32 bytes."""
        self._master = master

    async def user_key(self, connection: Connection, owner_id: str) -> bytes | None:
        """The user's key; None when there is none, or none any more."""
        wrapped = await connection.fetchval("SELECT wrapped_key FROM user_keys WHERE owner_id = $1", owner_id)
        return None if wrapped is None else sealing.unseal(self._master, f"user {owner_id}", wrapped)

    async def ensure_user_key(self, connection: Connection, owner_id: str) -> bytes:
        """The user's key, made when there is none. Raises AccountNotFound for somebody who was erased."""
        # Asked although there may be a key: an erasure that begins now must find all that is written under it.
        if await ErasedPeople(connection).is_erased(owner_id):
            raise AccountNotFound
        key = await self.user_key(connection, owner_id)
        if key is not None:
            return key
        await connection.execute(
            "INSERT INTO user_keys (owner_id, wrapped_key) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            owner_id,
            sealing.seal(self._master, f"user {owner_id}", sealing.new_key()),
        )
        key = await self.user_key(connection, owner_id)
        if key is None:
            raise RuntimeError("the user's key vanished while it was made")
        return key

    @staticmethod
    def wrap(user_key: bytes, name: str, key: Key) -> bytes:
        """An object's key, wrapped for the object of that name alone."""
        return sealing.seal(user_key, f"key {name}", key.material)

    @staticmethod
    def unwrap(user_key: bytes, name: str, wrapped: bytes) -> Key:
        """Reverse `wrap`. Raises chassis.sealing.SealBroken."""
        return Key(sealing.unseal(user_key, f"key {name}", wrapped))
