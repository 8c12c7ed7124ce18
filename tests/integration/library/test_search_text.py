"""What is searched, of tracks that were made before accents were no matter."""

from __future__ import annotations

import asyncio
import unicodedata

from services.library.domain.text import search_text
from services.library.store.library_store import MIGRATIONS
from tests.integration.library.world import World

_MIGRATION = "0009_post_search_text.sql"
_TITLES = (
    "The \u00c4nderungen",
    "M\u00d8 & \u0141ukasz \u0131",
    "\u041c\u043e\u0439 \u0451\u0436",
    "Stra\u00dfe",
    "\u304c\u304e \ud55c\uae00",
    "x\u0323\u0308",
    "\u0390 \u1ff7",
    "plain",
)


async def test_older_tracks_are_found_as_new_ones_are(world: World) -> None:
    """The migration leaves of each text what code writes now, and changes nothing when it comes again."""
    for title in _TITLES:
        made = await world.track(title=title)
        before = unicodedata.normalize("NFKC", f"{made.title}\n{made.artist}").casefold()
        await world.database.pool.execute(
            "UPDATE tracks SET search_text = $2 WHERE track_id = $1", made.track_id, before
        )
    migration = (MIGRATIONS / _MIGRATION).read_text()
    for _ in range(2):
        await world.database.pool.execute(migration)
        rows = await world.database.pool.fetch("SELECT title, artist, search_text FROM tracks")
        assert len(rows) == len(_TITLES)
        assert [row["search_text"] for row in rows] == [search_text(row["title"], row["artist"]) for row in rows]


async def test_a_title_changed_meanwhile_is_found_by_what_it_is_now(world: World) -> None:
    """The migration waits for whoever writes a row, and makes its text of what they leave."""
    made = await world.track(title="\u00c4lter")
    rename = "UPDATE tracks SET search_text = $2 WHERE track_id = $1"
    await world.database.pool.execute(rename, made.track_id, "\u00e4lter\n")
    async with world.database.pool.acquire() as connection, connection.transaction():
        await connection.execute(rename, made.track_id, "j\u00fcnger\n")
        migrating = asyncio.create_task(world.database.pool.execute((MIGRATIONS / _MIGRATION).read_text()))
        async with asyncio.timeout(20):
            while not await world.database.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                pass
    await migrating
    assert await world.database.pool.fetchval("SELECT search_text FROM tracks") == "junger\n"
