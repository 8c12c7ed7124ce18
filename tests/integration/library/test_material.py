"""The worker's side: who may write, in which order, and what is left after a crash at any point."""

from __future__ import annotations

import dataclasses

import pytest

from services.library.app import get_manifest as manifests
from services.library.app.commit_segment import commit_segment
from services.library.app.conclude_track import conclude_track
from services.library.app.create_track import create_track
from services.library.app.delete_track import delete_track
from services.library.app.get_manifest import get_manifest
from services.library.app.list_held_uploads import list_held_uploads
from services.library.app.open_track import open_track
from services.library.app.read_segment import read_segment
from services.library.app.read_tracks import get_track
from services.library.app.sweep import sweep_jobs
from services.library.domain.errors import (
    AnswerOutstanding,
    AttemptFenced,
    SegmentInvalid,
    SegmentOutOfOrder,
    SeparationUnavailable,
    TrackNotFound,
    TrackNotSeparating,
)
from services.library.domain.remark import Remark
from services.library.domain.track import Outcome, TrackState
from tests.integration.library.world import OWNER, STEMS, World

CLIPPED = Remark("CLIPPED", "Clipped.", (("count", "3"),))


async def test_from_first_segment_to_ready(world: World) -> None:
    """Segments are playable one by one, read back as stored, and the end counts their samples."""
    track = await world.track()
    grant, opened = await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    assert (await world.read_upload(grant), opened.segments) == (b"song" * 900, 0)
    for index in range(3):
        committed = await world.commit(track, index)
        assert committed.playable_samples == 4096 * (index + 1)
        assert await read_segment(world.ports, OWNER, track.track_id, "drums", index) == (
            f"drums {index} of attempt 1".encode()
        )
    _, segments = await get_manifest(world.ports, OWNER, track.track_id, 1)
    assert [(segment.index, segment.first_sample) for segment in segments] == [(1, 4096), (2, 8192)]
    assert [stem.stem for stem in segments[0].stems] == list(STEMS)
    assert segments[0].stems[0].peaks == bytes([1] * 4)
    for _ in range(2):
        await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, 12288, (CLIPPED,))
    ready = await get_track(world.ports, OWNER, track.track_id)
    assert (ready.state, ready.remarks) == (TrackState.READY, (CLIPPED,))
    assert ready.audio is not None
    assert ready.audio.length_samples == 12288
    held, _ = await list_held_uploads(world.ports, 0, "", None)
    assert [one.finished for one in held] == [True]
    facts = await world.facts()
    assert facts.count("SegmentCommitted") == 3
    assert facts[-1] == "TrackChanged"
    with pytest.raises(TrackNotSeparating):
        await conclude_track(world.ports, track.track_id, track.job_id, Outcome.FAILED, None, 0, ())


async def test_long_manifests_come_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking on from the last index gives every segment once, with at most so many, or so many peaks, in one answer."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    for index in range(5):
        await world.commit(track, index)
    for bound, value, pieces in [
        ("SEGMENTS_MAX", 2, [2, 2, 1]),
        ("PEAK_BYTES_MAX", 25, [3, 2]),
        ("PEAK_BYTES_MAX", 1, [1] * 5),
    ]:
        with monkeypatch.context() as patched:
            patched.setattr(manifests, bound, value)
            lengths: list[int] = []
            while sum(lengths) < 5:
                _, segments = await get_manifest(world.ports, OWNER, track.track_id, sum(lengths))
                assert segments[0].index == sum(lengths)
                lengths.append(len(segments))
        assert lengths == pieces


async def test_deleted_before_and_after_ready(world: World) -> None:
    """A completion told again after a ready track was deleted is still true; told of one deleted before, it is not."""
    finished, unfinished = await world.track(), await world.track()
    for track in (finished, unfinished):
        await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
        await world.commit(track, 0)
    await conclude_track(world.ports, finished.track_id, finished.job_id, Outcome.COMPLETED, None, 4096, ())
    for track in (finished, unfinished):
        await delete_track(world.ports, OWNER, track.track_id)
    await conclude_track(world.ports, finished.track_id, finished.job_id, Outcome.COMPLETED, None, 4096, ())
    with pytest.raises(TrackNotFound):
        await conclude_track(world.ports, unfinished.track_id, unfinished.job_id, Outcome.COMPLETED, None, 4096, ())


async def test_fencing(world: World) -> None:
    """A newer attempt goes on after what is committed and shuts older ones out; the first writer's segment stays."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0)
    _, opened = await open_track(world.ports, track.track_id, track.job_id, 2, STEMS)
    assert (opened.segments, opened.playable_samples) == (1, 4096)
    with pytest.raises(AttemptFenced):
        await world.commit(track, 1, attempt=1)
    with pytest.raises(AttemptFenced):
        await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    with pytest.raises(AttemptFenced):
        await world.commit(track, 1, attempt=3)
    with pytest.raises(AttemptFenced):
        await open_track(world.ports, track.track_id, "job_other", 9, STEMS)
    again = await world.commit(track, 0, attempt=2)
    assert again.segments == 1
    assert await read_segment(world.ports, OWNER, track.track_id, "vocals", 0) == b"vocals 0 of attempt 1"
    assert (await world.commit(track, 1, attempt=2)).segments == 2


async def test_order(world: World) -> None:
    """A gap in index or samples is refused, and so is a segment that does not fit its track."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    with pytest.raises(SegmentOutOfOrder):
        await world.commit(track, 1)
    with pytest.raises(SegmentOutOfOrder):
        await world.commit(track, 0, first=5)
    sealed = await world.sealed(track, 0)
    stolen = dataclasses.replace(sealed.segment.stems[0], object_name="stems/trk_other/1/000000/vocals")
    climbing = dataclasses.replace(sealed.segment.stems[0], object_name=f"stems/{track.track_id}/../x")
    for stems in [sealed.segment.stems[:1], (stolen, sealed.segment.stems[1]), (climbing, sealed.segment.stems[1])]:
        wrong = dataclasses.replace(
            sealed, segment=dataclasses.replace(sealed.segment, stems=stems), keys=sealed.keys[: len(stems)]
        )
        with pytest.raises(SegmentInvalid):
            await commit_segment(world.ports, track.track_id, track.job_id, 1, wrong)
    with pytest.raises(SegmentInvalid):
        await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, 1, ())
    with pytest.raises(TrackNotFound):
        await open_track(world.ports, "trk_none", track.job_id, 1, STEMS)


async def test_worker_faster_than_answer(world: World) -> None:
    """A worker may begin before separation's answer is recorded, but not end; the sweep asks for the answer again."""
    upload = await world.uploaded()
    world.separation.refusal = SeparationUnavailable()
    with pytest.raises(SeparationUnavailable):
        await create_track(world.ports, OWNER, upload.upload_id, "key", "", "")
    (row,) = await world.database.pool.fetch("SELECT track_id, job_id FROM tracks")
    track_id, job_id = row["track_id"], row["job_id"]
    await open_track(world.ports, track_id, job_id, 1, STEMS)
    track = await get_track(world.ports, OWNER, track_id)
    assert track.state is TrackState.SEPARATING
    await world.commit(track, 0)
    with pytest.raises(AnswerOutstanding):
        await conclude_track(world.ports, track_id, job_id, Outcome.COMPLETED, None, 4096, ())
    world.separation.refusal = None
    world.clock.advance(seconds=31)
    assert await sweep_jobs(world.ports) == 1
    await conclude_track(world.ports, track_id, job_id, Outcome.COMPLETED, None, 4096, ())
    ready = await get_track(world.ports, OWNER, track_id)
    assert (ready.state, ready.segments, ready.title) == (TrackState.READY, 1, "My Song")


@pytest.mark.parametrize("crash_after", range(6))
async def test_readable_after_any_crash(world: World, crash_after: int) -> None:
    """Wherever a worker dies, everything committed reads back, and its successor completes the track from there."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    for index in range(crash_after // 2):
        await world.commit(track, index)
    if crash_after % 2:
        await world.sealed(track, crash_after // 2)
    _, opened = await open_track(world.ports, track.track_id, track.job_id, 2, STEMS)
    assert opened.segments == crash_after // 2
    for index in range(opened.segments, 3):
        await world.commit(track, index, attempt=2)
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, 3 * 4096, ())
    for index in range(3):
        attempt = 1 if index < crash_after // 2 else 2
        for stem in STEMS:
            data = await read_segment(world.ports, OWNER, track.track_id, stem, index)
            assert data == f"{stem} {index} of attempt {attempt}".encode()
