"""People who are erased, in PostgreSQL: their key first, and what is left to remove."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.db.erased import ErasedPeople
from chassis.db.transaction import Connection

_HELD_OF_TRACK = (
    "SELECT 1 AS tracks, (SELECT count(share_id) FROM shares WHERE track_id = $2) AS shares,"
    " (SELECT count(object_name) FROM segment_stems WHERE track_id = $2) AS segments,"
    " (SELECT count(u.upload_id) FROM tracks t JOIN uploads u USING (upload_id)"
    " WHERE t.track_id = $2 AND u.wrapped_key IS NOT NULL) AS uploads"
    " WHERE EXISTS (SELECT 1 FROM erased_people WHERE user_id = $1)"
)
_HELD_OF_UPLOAD = (
    "SELECT 1 AS uploads FROM uploads WHERE upload_id = $2 AND wrapped_key IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM erased_people WHERE user_id = $1)"
)


class PersonRows:
    """Erasures within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection
        self._erased = ErasedPeople(connection)

    async def destroy_key(self, owner_id: str) -> None:
        """Make all that is theirs unreadable for good, and let no other key of theirs be made."""
        await self._erased.begin(owner_id)
        # Nothing else belongs into this transaction: what takes longer than a statement may would keep the key.
        tag: str = await self._connection.execute("DELETE FROM user_keys WHERE owner_id = $1", owner_id)
        await self._erased.count(owner_id, {"keys": int(tag.rpartition(" ")[2])})

    async def note_track(self, owner_id: str, track_id: str) -> None:
        """Count a locked track of an erased person with all that goes with it, before it goes; nobody else's."""
        await self._note(owner_id, _HELD_OF_TRACK, track_id)

    async def note_upload(self, owner_id: str, upload_id: str) -> None:
        """Count a locked upload of an erased person, before its key goes; nobody else's."""
        await self._note(owner_id, _HELD_OF_UPLOAD, upload_id)

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
            " OR EXISTS (SELECT 1 FROM uploads WHERE owner_id = $1 AND erased_at IS NULL)"
            " OR EXISTS (SELECT 1 FROM needless_objects WHERE owner_id = $1)"
            " OR EXISTS (SELECT 1 FROM webhook_endpoints WHERE owner_id = $1)"
            " OR EXISTS (SELECT 1 FROM made_requests WHERE owner_id = $1)",
            owner_id,
        )
        if not is_left:
            await self._erased.finish(owner_id)
        return not is_left

    async def counts(self, owner_id: str) -> Mapping[str, int]:
        """What was taken away, by kind."""
        return await self._erased.counts(owner_id)

    async def _note(self, owner_id: str, query: str, row_id: str) -> None:
        held = await self._connection.fetchrow(query, owner_id, row_id)
        if held is not None:
            await self._erased.count(owner_id, dict(held))
