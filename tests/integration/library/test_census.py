"""What the library says that it holds of a listener, on real PostgreSQL and a real folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from chassis.db.census import Counted, Holdings
from services.library.app.create_share import create_share
from services.library.app.create_webhook_endpoint import create_webhook_endpoint
from services.library.app.delete_track import delete_track
from services.library.app.erase_listener import erase_listener
from services.library.app.open_track import open_track
from services.library.app.record_findings import record_findings
from services.library.app.send_test_webhook import send_test_webhook
from services.library.app.set_cover import set_cover
from services.library.store.holdings import KINDS
from tests.integration.library.test_reports import ANALYSIS, MAKING
from tests.integration.library.world import OWNER, STEMS, STRANGER, World
from tests.unit.library.pictures import png

EXPECTED = {
    **dict.fromkeys(("tracks", "findings", "file_tags", "covers", "share_links", "webhooks"), 1),
    **dict.fromkeys(("webhook_deliveries", "requests", "needless_objects", "keys"), 1),
    # Two stems of two segments; and the track's upload beside the one without a track.
    "stem_files": 4,
    "uploads": 2,
}


def test_every_kind_is_expected() -> None:
    """What is furnished has something of each kind that there is: a new one is looked at here, too."""
    assert EXPECTED.keys() == {kind.name for kind in KINDS}


async def counted(world: World, owner_id: str) -> dict[str, Counted]:
    found: Sequence[Counted] = await Holdings(world.database, KINDS).of(owner_id)
    return {each.kind.name: each for each in found}


def counts(found: dict[str, Counted]) -> dict[str, int]:
    return {name: each.count for name, each in found.items()}


async def furnished(world: World, owner_id: str) -> str:
    """A track with all that hangs on it, a webhook with a message, an object to remove, and an upload by itself."""
    track = await world.track(owner_id, "Song")
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    for index in range(2):
        await world.commit(track, index)
    await record_findings(world.ports, track.track_id, track.job_id, 1, MAKING, ANALYSIS)
    await set_cover(world.ports, owner_id, track.track_id, png(9, 9))
    await create_share(world.ports, owner_id, track.track_id, 3600, "", idempotency_key="once")
    hook, _ = await create_webhook_endpoint(world.ports, owner_id, "https://hooks.example.org/", ("track.ready",), "")
    await send_test_webhook(world.ports, owner_id, hook.endpoint_id, "")
    async with world.ports.store.transaction() as work:
        await work.needless_objects.note(owner_id, f"covers/{track.track_id}/needless", world.clock.now())
    await world.uploaded(owner_id=owner_id)
    return track.track_id


async def test_all_that_is_a_listeners_is_counted_and_nothing_of_anothers(world: World) -> None:
    """Each kind says how many there are, since when, and what its objects take; a neighbour's are not among them."""
    await furnished(world, STRANGER)
    await furnished(world, OWNER)
    found = await counted(world, OWNER)
    assert counts(found) == EXPECTED
    assert found["tracks"].oldest == found["tracks"].newest == world.clock.now()
    pool = world.database.pool
    stored = await pool.fetchval(
        "SELECT sum(size_bytes) FROM segment_stems JOIN tracks USING (track_id) WHERE owner_id = $1", OWNER
    )
    assert found["stem_files"].size_bytes == stored
    assert found["covers"].size_bytes == len(png(9, 9))
    assert found["tracks"].size_bytes is None


async def test_a_deleted_track_is_held_no_more(world: World) -> None:
    """Once its objects are gone nothing of a track is counted, but for what else there is."""
    track_id = await furnished(world, OWNER)
    await delete_track(world.ports, OWNER, track_id)
    of_a_track = {"tracks", "stem_files", "findings", "file_tags", "covers", "share_links"}
    assert not counts(await counted(world, OWNER)).keys() & of_a_track


async def test_nothing_is_held_of_who_was_erased(world: World) -> None:
    """After the erasure the census is empty, and a neighbour's is what it was."""
    await furnished(world, OWNER)
    await furnished(world, STRANGER)
    before = await counted(world, STRANGER)
    assert (await erase_listener(world.ports, OWNER)).is_finished
    assert await counted(world, OWNER) == {}
    assert await counted(world, STRANGER) == before


async def test_more_than_is_counted_is_told_as_at_least_so_many(world: World) -> None:
    """Beyond a bound only that there is more is told, without moments and sizes, which would be of some of them."""
    await furnished(world, OWNER)
    few = [dataclasses.replace(kind, most=3) for kind in KINDS if kind.name == "stem_files"]
    (found,) = await Holdings(world.database, few).of(OWNER)
    assert (found.count, found.is_at_least, found.oldest, found.size_bytes) == (3, True, None, None)
