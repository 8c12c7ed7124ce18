"""People who are erased, in PostgreSQL: their key first, and what is left to remove."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.db.erased import ErasedPeople
from chassis.db.transaction import Connection

_HELD = (
    "SELECT (SELECT count(owner_id) FROM user_keys WHERE owner_id = $1) AS keys,"
    " (SELECT count(track_id) FROM tracks WHERE owner_id = $1 AND deleting_at IS NULL) AS tracks,"
    " (SELECT count(upload_id) FROM uploads WHERE owner_id = $1 AND wrapped_key IS NOT NULL) AS uploads,"
    " (SELECT count(share_id) FROM shares WHERE owner_id = $1) AS shares,"
    " (SELECT count(s.object_name) FROM segment_stems s JOIN tracks t USING (track_id) WHERE t.owner_id = $1)"
    " AS segments"
)


class PersonRows:
    """Erasures within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection
        self._erased = ErasedPeople(connection)

    async def destroy_key(self, owner_id: str) -> None:
        """Make all that is theirs unreadable for good, and let no other key of theirs be made. Notes what there was."""
        if await self._erased.begin(owner_id):
            held = await self._connection.fetchrow(_HELD, owner_id)
            await self._erased.count(owner_id, dict(held))
        await self._connection.execute("DELETE FROM user_keys WHERE owner_id = $1", owner_id)
        # Nobody hears of what is removed from here on; what was sent and is to be sent goes with its endpoint.
        await self._connection.execute("DELETE FROM webhook_endpoints WHERE owner_id = $1", owner_id)
        await self._connection.execute("DELETE FROM made_requests WHERE owner_id = $1", owner_id)

    async def tracks(self, owner_id: str, limit: int) -> tuple[str, ...]:
        """Tracks of theirs that are not being deleted."""
        rows = await self._connection.fetch(
            "SELECT track_id FROM tracks WHERE owner_id = $1 AND deleting_at IS NULL AND deleted_at IS NULL LIMIT $2",
            owner_id,
            limit,
        )
        return tuple(row["track_id"] for row in rows)

    async def uploads(self, owner_id: str, limit: int) -> tuple[str, ...]:
        """Uploads of theirs whose objects may be left."""
        rows = await self._connection.fetch(
            "SELECT upload_id FROM uploads WHERE owner_id = $1 AND erased_at IS NULL LIMIT $2", owner_id, limit
        )
        return tuple(row["upload_id"] for row in rows)

    async def finish(self, owner_id: str) -> bool:
        """Note that nothing is left but names to find late objects by; false while something is."""
        is_left: bool = await self._connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM tracks WHERE owner_id = $1 AND deleted_at IS NULL)"
            " OR EXISTS (SELECT 1 FROM uploads WHERE owner_id = $1 AND erased_at IS NULL)",
            owner_id,
        )
        if not is_left:
            await self._erased.finish(owner_id)
        return not is_left

    async def counts(self, owner_id: str) -> Mapping[str, int]:
        """What was held when the key was destroyed, by kind."""
        return await self._erased.counts(owner_id)
