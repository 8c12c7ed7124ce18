"""The library's view: sorted, tagged, with what was heard and the cover."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from services.library.app.conclude_track import conclude_track
from services.library.app.delete_track import delete_track
from services.library.app.list_tags import list_tags
from services.library.app.list_tracks import list_tracks
from services.library.app.open_track import open_track
from services.library.app.read_cover import read_cover
from services.library.app.read_tracks import get_track, get_tracks, update_track
from services.library.app.record_findings import record_findings
from services.library.domain.errors import CoverNotFound, PageTokenInvalid, TagsInvalid, TrackNotFound
from services.library.domain.file_tags import Cover
from services.library.domain.listing import Order
from services.library.domain.report import Analysis, Making
from services.library.domain.track import Outcome, Track
from tests.integration.library.world import AUDIO, OWNER, STEMS, STRANGER, World

COVER = Cover("image/png", b"\x89PNG\r\n\x1a\n and a picture")
MADE = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
# Title, artist, seconds.
SONGS = [
    ("Zebra", "Émile", 30),
    ("élan", "", 10),
    ("Apple", "zoe", 20),
    ("apple", "Émile", 40),
    ("Straße", "anna", 50),
    ("Strasse 2", "", 60),
    ("\uff57ide", "Anna", 5),
]


async def with_songs(world: World) -> None:
    for title, artist, seconds in SONGS:
        audio = dataclasses.replace(AUDIO, length_samples=seconds * AUDIO.sample_rate_hz)
        world.separation.acceptance = dataclasses.replace(world.separation.acceptance, audio=audio)
        track = await world.track(title=title)
        await update_track(world.ports, OWNER, track.track_id, None, artist)
        world.clock.advance(seconds=1)
    await world.track(owner_id=STRANGER, title="Another's")


async def in_pages(world: World, order: Order, size: int) -> list[Track]:
    tracks: list[Track] = []
    token = ""
    while True:
        page = await list_tracks(world.ports, OWNER, "", size, token, order=order)
        assert len(page.tracks) <= size
        tracks += page.tracks
        token = page.next_token
        if not token:
            return tracks


@pytest.mark.parametrize(
    ("order", "titles"),
    [
        (Order.NEWEST, ["\uff57ide", "Strasse 2", "Straße", "apple", "Apple", "élan", "Zebra"]),
        (Order.TITLE, ["apple", "Apple", "élan", "Straße", "Strasse 2", "\uff57ide", "Zebra"]),
        (Order.ARTIST, ["Straße", "\uff57ide", "apple", "Zebra", "Apple", "élan", "Strasse 2"]),
        (Order.LENGTH, ["\uff57ide", "élan", "Apple", "Zebra", "apple", "Straße", "Strasse 2"]),
    ],
)
async def test_tracks_are_sorted(world: World, order: Order, titles: list[str]) -> None:
    """In every order, and in pages of every size, each track comes once, without regard to case and accents."""
    await with_songs(world)
    for size in (1, 2, 3, 200):
        listed = [track.title for track in await in_pages(world, order, size)]
        assert sorted(listed) == sorted(titles)
        assert [title.casefold() for title in listed] == [title.casefold() for title in titles]


async def test_unknown_lengths_come_last(world: World) -> None:
    """A track that is still being looked at has no length yet."""
    await with_songs(world)
    await world.database.pool.execute("UPDATE tracks SET sample_rate_hz = NULL WHERE title = 'élan'")
    assert [track.title for track in await in_pages(world, Order.LENGTH, 4)][-1] == "élan"


async def test_equal_titles_are_neither_repeated_nor_skipped(world: World) -> None:
    """Tracks of one name, however long, are told apart from page to page."""
    tracks = [await world.track(title="ﷺ" * 200) for _ in range(5)]
    listed = await in_pages(world, Order.TITLE, 2)
    assert [track.track_id for track in listed] == sorted(track.track_id for track in tracks)
    token = (await list_tracks(world.ports, OWNER, "", 2, "", order=Order.TITLE)).next_token
    assert len(token) <= 500


async def test_a_page_goes_on_in_its_own_order(world: World) -> None:
    """A token of another order, or of none, is refused by its name; search and order go together."""
    await with_songs(world)
    token = (await list_tracks(world.ports, OWNER, "", 2, "", order=Order.TITLE)).next_token
    for order in (Order.NEWEST, Order.ARTIST, Order.LENGTH):
        with pytest.raises(PageTokenInvalid):
            await list_tracks(world.ports, OWNER, "", 2, token, order=order)
    found = await list_tracks(world.ports, OWNER, "STRASSE", 9, "", order=Order.LENGTH)
    assert [track.title for track in found.tracks] == ["Straße", "Strasse 2"]


@pytest.mark.parametrize("order", list(Order))
async def test_any_place_of_a_list_is_read_at_once(world: World, order: Order) -> None:
    """From any number of tracks on, from the first or from a token: what the pages have there; each tells the total."""
    await with_songs(world)
    whole = [track.track_id for track in await in_pages(world, order, 200)]
    token = (await list_tracks(world.ports, OWNER, "", 2, "", order=order)).next_token
    for offset in (0, 1, 3, len(SONGS) - 1, len(SONGS), 2**31 - 1):
        for page_token, first in (("", offset), (token, 2 + offset)):
            page = await list_tracks(world.ports, OWNER, "", 3, page_token, order=order, offset=offset)
            assert [track.track_id for track in page.tracks] == whole[first : first + 3]
            assert (page.total, bool(page.next_token)) == (len(SONGS), first + 3 < len(SONGS))
    await delete_track(world.ports, OWNER, whole[0])
    page = await list_tracks(world.ports, OWNER, "", 1, "", order=order, offset=1)
    assert ([track.track_id for track in page.tracks], page.total) == ([whole[2]], len(SONGS) - 1)


async def test_several_tracks_are_read_by_their_names(world: World) -> None:
    """Those there are, the newest first, each once; neither another's nor a deleted one."""
    await with_songs(world)
    newest = await in_pages(world, Order.NEWEST, 200)
    other = await world.track(owner_id=STRANGER)
    await delete_track(world.ports, OWNER, newest[5].track_id)
    names = [newest[4].track_id, newest[1].track_id, newest[1].track_id, newest[5].track_id, other.track_id, "trk_none"]
    found = await get_tracks(world.ports, OWNER, names)
    assert [track.track_id for track in found] == [newest[1].track_id, newest[4].track_id]
    assert await get_tracks(world.ports, OWNER, []) == ()


async def test_tags_are_counted(world: World) -> None:
    """Each tag as it is written with the number of its tracks, the most used first, right after each change."""
    one, two = await world.track(title="One"), await world.track(title="Two")
    await update_track(world.ports, OWNER, one.track_id, None, None, ["Live", "live", "Zeta"])
    await update_track(world.ports, OWNER, two.track_id, None, None, ["live", "Zeta"])

    async def told() -> list[tuple[str, int]]:
        return [(count.tag, count.tracks) for count in await list_tags(world.ports, OWNER)]

    # Of two that differ in case alone a track keeps the first.
    assert await told() == [("Zeta", 2), ("Live", 1), ("live", 1)]
    assert await list_tags(world.ports, STRANGER) == ()
    await update_track(world.ports, OWNER, one.track_id, None, None, [])
    assert await told() == [("Zeta", 1), ("live", 1)]
    await delete_track(world.ports, OWNER, two.track_id)
    assert await told() == []


async def test_tracks_are_found_by_their_tags(world: World) -> None:
    """Tags are changed as a whole, told with the track, found as they are written, and gone with the track."""
    track, other = await world.track(title="One"), await world.track(title="Other")
    changed = await update_track(world.ports, OWNER, track.track_id, None, None, [" Live ", "live", "Practice"])
    assert (changed.tags, changed.title) == (("Live", "Practice"), "One")
    await update_track(world.ports, OWNER, other.track_id, None, None, ["Live"])
    await update_track(world.ports, OWNER, other.track_id, "Another", None)
    for tag, count in [("Live", 2), (" Practice", 1), ("live", 0), ("Liv", 0), ("", 2)]:
        for order in Order:
            listed = await list_tracks(world.ports, OWNER, "", 0, "", tag=tag, order=order)
            assert (len(listed.tracks), listed.total) == (count, count), tag
    with pytest.raises(TagsInvalid):
        await update_track(world.ports, OWNER, track.track_id, None, None, [""])
    with pytest.raises(TrackNotFound):
        await update_track(world.ports, STRANGER, track.track_id, None, None, ["Mine"])
    assert (await update_track(world.ports, OWNER, track.track_id, None, None, [])).tags == ()
    await delete_track(world.ports, OWNER, other.track_id)
    row = await world.database.pool.fetchrow("SELECT tags FROM tracks WHERE track_id = $1", other.track_id)
    assert row["tags"] == []


async def test_the_list_tells_key_and_tempo_of_ready_tracks(world: World) -> None:
    """What was heard is in the list once a track is ready, and not before."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0)
    making = Making("baseline", "1", "", "cpu", MADE, 0.0, 0.0, ())
    heard = Analysis(92.5, 0.6, (), "A minor", 0.8, None, None, None)
    await record_findings(world.ports, track.track_id, track.job_id, 1, making, heard)
    before = (await list_tracks(world.ports, OWNER, "", 0, "")).tracks[0]
    assert (before.bpm, before.key) == (None, "")
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, 4096, ())
    for order in Order:
        (ready,) = (await list_tracks(world.ports, OWNER, "", 0, "", order=order)).tracks
        assert (ready.bpm, ready.key) == (92.5, "A minor")


async def test_a_cover_is_read_by_its_owner(world: World) -> None:
    """A track says whether its file had a cover; its bytes come back as they were, to nobody else, and go with it."""
    plain = await world.track()
    world.separation.acceptance = dataclasses.replace(world.separation.acceptance, cover=COVER)
    track = await world.track()
    assert (await get_track(world.ports, OWNER, track.track_id)).has_cover
    assert not (await get_track(world.ports, OWNER, plain.track_id)).has_cover
    assert await read_cover(world.ports, OWNER, track.track_id) == COVER
    with pytest.raises(CoverNotFound):
        await read_cover(world.ports, OWNER, plain.track_id)
    with pytest.raises(TrackNotFound):
        await read_cover(world.ports, STRANGER, track.track_id)
    for name in world.stored("covers/"):
        (world.folder / name).unlink()
    with pytest.raises(CoverNotFound):
        await read_cover(world.ports, OWNER, track.track_id)
    await delete_track(world.ports, OWNER, track.track_id)
    with pytest.raises(TrackNotFound):
        await read_cover(world.ports, OWNER, track.track_id)
