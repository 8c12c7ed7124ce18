"""Share links on real PostgreSQL: made, opened, expired, revoked, gone with their track, and never told twice."""

from __future__ import annotations

import asyncio
import datetime
import json
import logging

import pytest

from services.library.app.create_share import create_share
from services.library.app.delete_track import delete_track
from services.library.app.list_shares import list_shares
from services.library.app.open_share import open_share
from services.library.app.revoke_share import revoke_share
from services.library.app.sweep import sweep
from services.library.domain.errors import (
    KeyReused,
    SecretTold,
    ShareLifeInvalid,
    ShareNotFound,
    ShareViewInvalid,
    TooManyShares,
    TrackNotFound,
)
from services.library.domain.share import SHARES_MAX, new_token
from services.library.domain.track import Track
from tests.integration.library.world import OWNER, STRANGER, World

VIEW = {"mix": {"vocals": {"gain_db": -60.0}}, "loop": [1.5, 1e-300], "key": "Fis \u0000 dür", "tempo": 1e300}


async def shared(world: World, life_s: int = 0, track: Track | None = None) -> tuple[str, str, str]:
    """Identifiers of a track and its new link, and the link's token."""
    track = track or await world.track()
    share, token = await create_share(world.ports, OWNER, track.track_id, life_s, json.dumps(VIEW))
    return track.track_id, share.share_id, token


async def rows(world: World) -> int:
    return int(await world.database.pool.fetchval("SELECT count(share_id) FROM shares"))


async def test_a_link_opens_its_track_with_the_view_that_was_shared(world: World) -> None:
    """The token gives owner, track, view and end, as often as it is asked."""
    track_id, share_id, token = await shared(world, 7200)
    for _ in range(2):
        opened = await open_share(world.ports, token)
        assert (opened.owner_id, opened.track_id, opened.share_id) == (OWNER, track_id, share_id)
        assert json.loads(opened.view) == VIEW
        assert opened.expires_at == world.clock.now() + datetime.timedelta(hours=2)


async def test_an_expired_link_is_not_found(world: World) -> None:
    """A link works until its end and not at it; the list forgets it, and the sweep its row a day later."""
    track_id, share_id, token = await shared(world)
    world.clock.advance(days=7, seconds=-1)
    await open_share(world.ports, token)
    world.clock.advance(seconds=1)
    with pytest.raises(ShareNotFound):
        await open_share(world.ports, token)
    assert await list_shares(world.ports, OWNER, track_id) == ()
    await sweep(world.ports)
    assert await rows(world) == 1
    await revoke_share(world.ports, OWNER, track_id, share_id)
    world.clock.advance(days=1, seconds=1)
    await sweep(world.ports)
    assert await rows(world) == 0


async def test_a_revoked_link_is_not_found_at_once(world: World) -> None:
    """Revoking ends a link with the call, may be repeated, and leaves other links of the track alone."""
    track = await world.track()
    track_id, share_id, token = await shared(world, track=track)
    _, other_id, other = await shared(world, track=track)
    for _ in range(2):
        await revoke_share(world.ports, OWNER, track_id, share_id)
        with pytest.raises(ShareNotFound):
            await open_share(world.ports, token)
    assert [share.share_id for share in await list_shares(world.ports, OWNER, track_id)] == [other_id]
    await open_share(world.ports, other)
    world.clock.advance(days=1, seconds=1)
    await sweep(world.ports)
    assert await rows(world) == 1
    with pytest.raises(ShareNotFound):
        await revoke_share(world.ports, OWNER, track_id, share_id)


async def test_links_go_with_their_track(world: World) -> None:
    """Deleting a track removes its links in the same commit, and none can be made of it any more."""
    track_id, _, token = await shared(world)
    await delete_track(world.ports, OWNER, track_id)
    assert await rows(world) == 0
    with pytest.raises(ShareNotFound):
        await open_share(world.ports, token)
    with pytest.raises(TrackNotFound):
        await create_share(world.ports, OWNER, track_id, 0, "")
    with pytest.raises(TrackNotFound):
        await list_shares(world.ports, OWNER, track_id)


async def test_links_go_with_their_owner(world: World) -> None:
    """Once a person's key is destroyed nothing of theirs opens; once their tracks' rows go, so do the links."""
    track_id, _, token = await shared(world)
    await world.database.pool.execute("DELETE FROM user_keys WHERE owner_id = $1", OWNER)
    with pytest.raises(ShareNotFound):
        await open_share(world.ports, token)
    async with world.ports.store.transaction() as work:
        await work.tracks.remove(track_id)
    assert await rows(world) == 0


async def test_strangers_share_nothing(world: World) -> None:
    """Another's track is not shared, nor are its links listed or revoked; a link answers to its own track alone."""
    track_id, share_id, token = await shared(world)
    with pytest.raises(TrackNotFound):
        await create_share(world.ports, STRANGER, track_id, 0, "")
    with pytest.raises(TrackNotFound):
        await list_shares(world.ports, STRANGER, track_id)
    with pytest.raises(TrackNotFound):
        await revoke_share(world.ports, STRANGER, track_id, share_id)
    theirs = await world.track(owner_id=STRANGER)
    with pytest.raises(ShareNotFound):
        await revoke_share(world.ports, STRANGER, theirs.track_id, share_id)
    await open_share(world.ports, token)


async def test_unknown_tokens_are_not_found(world: World) -> None:
    """A token that never was, the link's own identifier, or any other text opens nothing."""
    _, share_id, token = await shared(world)
    for other in (new_token(), share_id, "", token[:-1], f"{token}\0", "é" * 43):
        with pytest.raises(ShareNotFound):
            await open_share(world.ports, other)


async def test_a_track_has_fifty_links_at_most(world: World) -> None:
    """The fifty-first is refused, however many are asked for at once; one that ended makes room."""
    track = await world.track()
    made = await asyncio.gather(
        *(create_share(world.ports, OWNER, track.track_id, 3600, "") for _ in range(SHARES_MAX + 3)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, TooManyShares) for one in made) == 3
    kept = await list_shares(world.ports, OWNER, track.track_id)
    assert len(kept) == SHARES_MAX
    await revoke_share(world.ports, OWNER, track.track_id, kept[0].share_id)
    await create_share(world.ports, OWNER, track.track_id, 0, "")
    await create_share(world.ports, OWNER, (await world.track()).track_id, 0, "")
    world.clock.advance(hours=2)
    assert len(await list_shares(world.ports, OWNER, track.track_id)) == 1


async def test_a_link_of_another_life_or_view_is_not_made(world: World) -> None:
    """A life or view outside the limits is refused by its name, and nothing is stored."""
    track = await world.track()
    with pytest.raises(ShareLifeInvalid):
        await create_share(world.ports, OWNER, track.track_id, 3599, "")
    with pytest.raises(ShareViewInvalid):
        await create_share(world.ports, OWNER, track.track_id, 0, "[]")
    assert await rows(world) == 0


async def test_a_token_is_kept_nowhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the database, nor the list, nor the log, nor a published fact holds a link's token."""
    with caplog.at_level(logging.DEBUG):
        track_id, _, token = await shared(world)
        await open_share(world.ports, token)
        listed = await list_shares(world.ports, OWNER, track_id)
    stored = await world.database.pool.fetch("SELECT row_to_json(shares)::text AS row FROM shares")
    facts = await world.database.pool.fetch("SELECT convert_from(payload, 'LATIN1') AS payload FROM outbox")
    assert not any(token in text for text in (caplog.text, repr(listed), repr(stored), repr(facts)))


async def test_the_same_request_makes_one_link(world: World) -> None:
    """Its token is told once: sent again, the request is told which link it made; with another body it is refused."""
    track = await world.track()
    share, _ = await create_share(world.ports, OWNER, track.track_id, 7200, "{}", "mine")
    with pytest.raises(SecretTold) as told:
        await create_share(world.ports, OWNER, track.track_id, 7200, " { } ", "mine")
    assert told.value.facts == {"share_id": share.share_id}
    with pytest.raises(KeyReused):
        await create_share(world.ports, OWNER, track.track_id, 7201, "{}", "mine")
    assert [each.share_id for each in await list_shares(world.ports, OWNER, track.track_id)] == [share.share_id]
