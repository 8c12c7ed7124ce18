"""Tracks: made once, submitted until answered, stopped, retried and deleted without leaving anything."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from chassis.objects import open_objects
from services.library.app.cancel_track import cancel_track
from services.library.app.conclude_track import conclude_track
from services.library.app.create_track import create_track
from services.library.app.create_upload import create_upload
from services.library.app.delete_track import delete_track
from services.library.app.erase_upload import delete_upload, erase_upload
from services.library.app.get_manifest import get_manifest
from services.library.app.get_upload import get_upload
from services.library.app.list_held_uploads import list_held_uploads
from services.library.app.list_tracks import list_tracks
from services.library.app.open_track import open_track
from services.library.app.read_segment import read_segment
from services.library.app.read_tracks import get_track, update_track
from services.library.app.retry_track import retry_track
from services.library.app.sweep import sweep, sweep_jobs
from services.library.domain.errors import (
    FileRefused,
    KeyReused,
    LimitReached,
    PageTokenInvalid,
    QueueFull,
    RequestRefused,
    SegmentNotFound,
    SeparationUnavailable,
    SubmissionRefused,
    TitleEmpty,
    TrackNotFound,
    TrackNotRetryable,
    TrackNotSeparating,
    UploadGone,
    UploadIncomplete,
    UploadNotFound,
)
from services.library.domain.remark import Remark
from services.library.domain.track import Acceptance, Failure, Outcome, Track, TrackState
from services.library.store.objects import SealedObjectStore
from tests.integration.library.world import AUDIO, OWNER, STEMS, STRANGER, World

# One with its word and figures, and one as code of before there were words left it.
CLIPS, OLD = Remark("CLIPPED", "It clips.", (("count", "3"),)), Remark("", "It is odd.")


async def _tracks(world: World) -> list[Track]:
    return list((await list_tracks(world.ports, OWNER, "", 0, "")).tracks)


async def test_create(world: World) -> None:
    """A track takes its title from the file's name, its audio from separation, and hands out a readable grant."""
    upload = await world.uploaded(b"music" * 500, name="C:\\Music\\Blue\tNote.flac")
    track = await create_track(world.ports, OWNER, upload.upload_id, "key", "", "")
    assert (track.title, track.state, track.audio) == ("Blue Note", TrackState.SEPARATING, AUDIO)
    assert (track.stems, track.model) == (STEMS, "baseline")
    assert world.separation.submitted == [track.job_id]
    assert await world.read_upload(world.separation.grants[0]) == b"music" * 500


@pytest.mark.parametrize(("chosen", "title"), [("", "Tagged"), ("Mine", "Mine")])
async def test_titles(world: World, chosen: str, title: str) -> None:
    """A chosen title stays; without one the file's tag is taken before its name."""
    world.separation.acceptance = Acceptance(AUDIO, "Tagged", "Somebody", STEMS, (CLIPS, OLD), "baseline")
    track = await world.track(title=chosen)
    assert (track.title, track.artist, track.remarks) == (title, "Somebody", (CLIPS, OLD))


async def test_create_is_idempotent(world: World) -> None:
    """The same key, or the same upload, gives the same track and one job, also when asked at once."""
    upload = await world.uploaded()
    made = await asyncio.gather(
        *(create_track(world.ports, OWNER, upload.upload_id, "key", "", "") for _ in range(3)),
        create_track(world.ports, OWNER, upload.upload_id, "", "", ""),
    )
    assert len({track.track_id for track in made}) == 1
    assert len(set(world.separation.submitted)) == 1
    other = await world.uploaded()
    with pytest.raises(KeyReused):
        await create_track(world.ports, OWNER, other.upload_id, "key", "", "")
    # As when both had looked for the key before either had stored its track.
    with pytest.raises(KeyReused):
        async with world.ports.store.transaction() as work:
            await work.tracks.add(dataclasses.replace(made[0], track_id="trk_late", upload_id=other.upload_id))
    with pytest.raises(UploadNotFound):
        await create_track(world.ports, STRANGER, other.upload_id, "", "", "")


async def test_incomplete(world: World) -> None:
    """No track is made of an upload that is not complete."""
    upload = await create_upload(world.ports, world.limits, OWNER, 10, "")
    with pytest.raises(UploadIncomplete):
        await create_track(world.ports, OWNER, upload.upload_id, "", "", "")


async def test_refused_file(world: World) -> None:
    """A file that cannot be separated leaves no track, and is erased at once."""
    upload = await world.uploaded()
    world.separation.refusal = FileRefused("NOT_AUDIO", "This is no audio file.")
    with pytest.raises(FileRefused, match="no audio"):
        await create_track(world.ports, OWNER, upload.upload_id, "key", "", "")
    assert await _tracks(world) == []
    assert world.stored() == []
    with pytest.raises(UploadNotFound):
        await get_upload(world.ports, OWNER, upload.upload_id)


@pytest.mark.parametrize("kind", [LimitReached, QueueFull, RequestRefused])
async def test_refused_for_now(world: World, kind: type[SubmissionRefused]) -> None:
    """A refusal that says nothing about the file leaves no track and keeps the upload for another try."""
    upload = await world.uploaded()
    world.separation.refusal = kind("SOME_REASON", "Not now.")
    with pytest.raises(kind):
        await create_track(world.ports, OWNER, upload.upload_id, "key", "", "")
    assert await _tracks(world) == []
    world.separation.refusal = None
    track = await create_track(world.ports, OWNER, upload.upload_id, "key", "", "")
    assert track.state is TrackState.SEPARATING
    assert len(set(world.separation.submitted)) == 2


async def test_separation_away(world: World) -> None:
    """While separation is away the track waits, and the same request goes on with the same job."""
    upload = await world.uploaded()
    world.separation.refusal = SeparationUnavailable()
    with pytest.raises(SeparationUnavailable):
        await create_track(world.ports, OWNER, upload.upload_id, "key", "", "")
    assert [track.state for track in await _tracks(world)] == [TrackState.CHECKING]
    world.separation.refusal = None
    track = await create_track(world.ports, OWNER, upload.upload_id, "key", "", "")
    assert track.state is TrackState.SEPARATING
    assert len(set(world.separation.submitted)) == 1


async def test_sweep_submits_again(world: World) -> None:
    """A submission whose answer was lost is sent again after its grace, with the same job."""
    upload = await world.uploaded()
    world.separation.refusal = SeparationUnavailable()
    with pytest.raises(SeparationUnavailable):
        await create_track(world.ports, OWNER, upload.upload_id, "", "", "")
    world.separation.refusal = None
    assert await sweep_jobs(world.ports) == 0
    world.clock.advance(seconds=31)
    assert await sweep_jobs(world.ports) == 1
    assert [track.state for track in await _tracks(world)] == [TrackState.SEPARATING]
    assert len(world.separation.submitted) == 2
    assert len(set(world.separation.submitted)) == 1


async def test_sweep_keeps_refusals(world: World) -> None:
    """A refusal that nobody waits for stays on the track for its listener; a full queue leaves it waiting."""
    upload = await world.uploaded()
    world.separation.refusal = SeparationUnavailable()
    with pytest.raises(SeparationUnavailable):
        await create_track(world.ports, OWNER, upload.upload_id, "key", "", "")
    world.clock.advance(seconds=31)
    world.separation.refusal = QueueFull("QUEUE_FULL", "Much is waiting.")
    assert await sweep_jobs(world.ports) == 0
    assert [track.state for track in await _tracks(world)] == [TrackState.CHECKING]
    world.separation.refusal = FileRefused("TOO_LONG", "Too long.")
    world.clock.advance(seconds=31)
    assert await sweep_jobs(world.ports) == 1
    track = await create_track(world.ports, OWNER, upload.upload_id, "key", "", "")
    assert track.failure == Failure("TOO_LONG", "Too long.", retryable=False)
    assert world.stored() == []


async def test_sweep_ends_with_upload(world: World) -> None:
    """A waiting track whose upload is gone fails with the upload's deadline and is not submitted again."""
    upload = await world.uploaded()
    world.separation.refusal = SeparationUnavailable()
    with pytest.raises(SeparationUnavailable):
        await create_track(world.ports, OWNER, upload.upload_id, "", "", "")
    await erase_upload(world.ports, upload.upload_id)
    world.separation.refusal = None
    world.clock.advance(hours=1)
    await sweep_jobs(world.ports)
    assert [track.state for track in await _tracks(world)] == [TrackState.FAILED]
    assert len(world.separation.submitted) == 1
    assert len(world.separation.cancelled) == 1


async def test_cancel(world: World) -> None:
    """Cancelling stops the job, may be repeated, and turns the worker away."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    assert (await cancel_track(world.ports, OWNER, track.track_id)).state is TrackState.CANCELLED
    assert (await cancel_track(world.ports, OWNER, track.track_id)).state is TrackState.CANCELLED
    assert world.separation.cancelled == [track.job_id]
    with pytest.raises(TrackNotSeparating):
        await world.commit(track, 0)
    with pytest.raises(TrackNotSeparating):
        await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, 0, ())
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.CANCELLED, None, 0, ())
    with pytest.raises(TrackNotFound):
        await cancel_track(world.ports, STRANGER, track.track_id)


async def test_owed_stop_is_paid(world: World) -> None:
    """A job that could not be told to stop is told by the sweep."""
    track = await world.track()
    world.separation.refusal = SeparationUnavailable()
    await cancel_track(world.ports, OWNER, track.track_id)
    assert await sweep_jobs(world.ports) == 0
    world.separation.refusal = None
    assert await sweep_jobs(world.ports) == 1
    assert await sweep_jobs(world.ports) == 0
    assert world.separation.cancelled == [track.job_id]


@pytest.mark.parametrize("verb", [cancel_track, delete_track])
async def test_stopped_while_submitting(world: World, verb: object) -> None:
    """A track stopped or deleted while its submission is on its way has its job stopped after the answer."""
    upload = await world.uploaded()
    world.separation.holding = asyncio.Event()
    making = asyncio.create_task(create_track(world.ports, OWNER, upload.upload_id, "", "", ""))
    await asyncio.wait_for(world.separation.arrived.wait(), 10)
    (waiting,) = await _tracks(world)
    await verb(world.ports, OWNER, waiting.track_id)  # type: ignore[operator]  # both verbs have this signature
    world.separation.holding.set()
    if verb is delete_track:
        with pytest.raises(TrackNotFound):
            await making
    else:
        assert (await making).state is TrackState.CANCELLED
    assert world.separation.cancelled == [waiting.job_id, waiting.job_id]
    assert await sweep_jobs(world.ports) == 0


async def test_retry(world: World) -> None:
    """A retry is a new job from the start; what the old one made, and its writes to come, are gone."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0)
    with pytest.raises(TrackNotRetryable):
        await _ready(world, await world.track())
    failure = Failure("DECODER_LOST", "Try again.", retryable=True)
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.FAILED, failure, 0, ())
    assert (await get_track(world.ports, OWNER, track.track_id)).failure == failure
    again = await retry_track(world.ports, OWNER, track.track_id)
    assert (again.state, again.segments, again.attempt, again.failure) == (TrackState.SEPARATING, 0, 0, None)
    assert again.job_id != track.job_id
    assert world.stored(f"stems/{track.track_id}") == []
    assert (await retry_track(world.ports, OWNER, track.track_id)).job_id == again.job_id
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.FAILED, failure, 0, ())
    assert (await get_track(world.ports, OWNER, track.track_id)).state is TrackState.SEPARATING


async def _ready(world: World, track: Track) -> None:
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0)
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, 4096, ())
    await retry_track(world.ports, OWNER, track.track_id)


async def test_refused_retry(world: World) -> None:
    """A retry that is refused leaves the track failed with the refusal's reason."""
    track = await world.track()
    await cancel_track(world.ports, OWNER, track.track_id)
    world.separation.refusal = LimitReached("MINUTES_EXHAUSTED", "No minutes are left.")
    with pytest.raises(LimitReached):
        await retry_track(world.ports, OWNER, track.track_id)
    failed = await get_track(world.ports, OWNER, track.track_id)
    assert failed.failure == Failure("MINUTES_EXHAUSTED", "No minutes are left.", retryable=True)
    world.separation.refusal = None
    assert (await retry_track(world.ports, OWNER, track.track_id)).state is TrackState.SEPARATING


async def test_retry_needs_upload(world: World) -> None:
    """Once the upload is erased a track cannot be separated again."""
    track = await world.track()
    await cancel_track(world.ports, OWNER, track.track_id)
    await delete_upload(world.ports, OWNER, track.upload_id)
    with pytest.raises(UploadGone):
        await retry_track(world.ports, OWNER, track.track_id)


async def test_delete(world: World) -> None:
    """A deleted track is gone with its stems, upload, keys and names; deleting again is no fault."""
    track = await world.track(title="Secret song")
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0)
    with pytest.raises(TrackNotFound):
        await delete_track(world.ports, STRANGER, track.track_id)
    await delete_track(world.ports, OWNER, track.track_id)
    await delete_track(world.ports, OWNER, track.track_id)
    assert world.stored() == []
    assert await _tracks(world) == []
    assert await world.database.pool.fetchval("SELECT count(*) FROM segment_stems") == 0
    row = await world.database.pool.fetchrow("SELECT title, artist, search_text, idempotency_key FROM tracks")
    assert tuple(row) == ("", "", "", "")
    assert world.separation.cancelled == [track.job_id]
    with pytest.raises(TrackNotFound):
        await world.commit(track, 1)
    assert len(world.stored("stems/")) == len(STEMS)
    world.clock.advance(days=2)
    await sweep(world.ports)
    assert world.stored() == []
    assert await world.database.pool.fetchval("SELECT count(*) FROM tracks") == 0
    assert (await list_held_uploads(world.ports, 0, "", None))[0] == ()


async def test_delete_resumes(world: World) -> None:
    """A deletion that broke off after its commit is unreadable at once, and finished by the sweep."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0)
    async with world.ports.store.transaction() as work:
        await work.segments.drop(track.track_id)
        await work.uploads.destroy_key(track.upload_id)
        await work.tracks.save(track.deleted(world.clock.now()))
    with pytest.raises(TrackNotFound):
        await read_segment(world.ports, OWNER, track.track_id, "vocals", 0)
    assert world.stored() != []
    assert await sweep(world.ports) > 0
    assert world.stored() == []
    assert await sweep(world.ports) == 0


async def test_sweep_passes_what_it_cannot_do(world: World) -> None:
    """A deletion that storage refuses keeps no other one from being finished, and is tried again."""
    stuck, other = await world.track(), await world.track()
    for track in (stuck, other):
        async with world.ports.store.transaction() as work:
            await work.uploads.destroy_key(track.upload_id)
            await work.tracks.save(track.deleted(world.clock.now()))
    refused = PermissionError("storage refuses")

    class Refusing(SealedObjectStore):
        async def delete_prefix(self, prefix: str) -> int:
            if stuck.track_id in prefix:
                raise refused
            return await super().delete_prefix(prefix)

    await sweep(dataclasses.replace(world.ports, objects=Refusing(open_objects(f"file://{world.folder}"))))
    assert world.stored() == []
    async with world.ports.store.transaction() as work:
        assert [track.track_id for track in await work.tracks.deleting(9)] == [stuck.track_id]
    await sweep(world.ports)
    async with world.ports.store.transaction() as work:
        assert await work.tracks.deleting(9) == ()


async def test_list_and_search(world: World) -> None:
    """Tracks come newest first in pages that neither repeat nor skip; a search needs every word, in any spelling."""
    titles = ["Été à Paris", "STRASSE der Nacht", "paris by night", "100% _blue_"]
    for title in titles:
        await world.track(title=title)
        world.clock.advance(seconds=1)
    await world.track(owner_id=STRANGER, title="Paris")
    first = await list_tracks(world.ports, OWNER, "", 3, "")
    world.clock.advance(seconds=1)
    await world.track(title="Newer")
    second = await list_tracks(world.ports, OWNER, "", 3, first.next_token)
    assert [track.title for track in (*first.tracks, *second.tracks)] == titles[::-1]
    assert second.next_token == ""
    assert (first.total, second.total) == (len(titles), len(titles) + 1)
    counts = {"PARIS": 2, "paris night": 1, "été": 1, "ETE": 1, "páris": 2, "straße": 1, "%": 1, "_": 1, "x": 0}
    for query, found in counts.items():
        listed = await list_tracks(world.ports, OWNER, query, 0, "")
        assert (len(listed.tracks), listed.total) == (found, found), query
    with pytest.raises(PageTokenInvalid):
        await list_tracks(world.ports, OWNER, "", 0, "Zm9v")


async def test_update(world: World) -> None:
    """Title and artist can be changed one by one, never to an empty title, and are found by search."""
    track = await world.track()
    changed = await update_track(world.ports, OWNER, track.track_id, None, "  Nina\x00 Simone ")
    assert (changed.title, changed.artist) == ("My Song", "Nina Simone")
    assert (await update_track(world.ports, OWNER, track.track_id, "Feeling good", None)).artist == "Nina Simone"
    with pytest.raises(TitleEmpty):
        await update_track(world.ports, OWNER, track.track_id, " \u202e ", None)
    with pytest.raises(TrackNotFound):
        await update_track(world.ports, STRANGER, track.track_id, "Mine", None)
    assert (await list_tracks(world.ports, OWNER, "simone feeling", 0, "")).total == 1


async def test_strangers_see_nothing(world: World) -> None:
    """Another's track is not found, whatever is asked of it."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0)
    with pytest.raises(TrackNotFound):
        await get_track(world.ports, STRANGER, track.track_id)
    with pytest.raises(TrackNotFound):
        await get_manifest(world.ports, STRANGER, track.track_id, 0)
    with pytest.raises(TrackNotFound):
        await read_segment(world.ports, STRANGER, track.track_id, "vocals", 0)
    with pytest.raises(TrackNotFound):
        await retry_track(world.ports, STRANGER, track.track_id)
    with pytest.raises(SegmentNotFound):
        await read_segment(world.ports, OWNER, track.track_id, "vocals", 1)
