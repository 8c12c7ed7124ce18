"""A worker at work: real decoder, real gRPC to a fake library, real PostgreSQL and storage, the baseline model."""

from __future__ import annotations

import asyncio
import io

import grpc
import numpy as np
import pytest
import soundfile
from prometheus_client import REGISTRY

from services.separation.app.cancel_job import cancel_job
from services.separation.app.run_job import run_job
from services.separation.app.workshop import WorkLimits
from services.separation.domain.job import JobState
from services.separation.domain.tiers import Tier
from stripsession.library.v1 import material_service_pb2
from tests.integration.separation.conftest import OWNER, RATE_HZ, Scene, a_song, as_file, summed
from tests.integration.separation.fake_services import stem_files


@pytest.mark.parametrize(("channels", "seconds"), [(2, 12.3), (1, 3.0)])
async def test_stems_sum_to_the_upload(scene: Scene, channels: int, seconds: float) -> None:
    """A finished track's stems add up to its upload sample for sample, and it is charged once for its length."""
    song = a_song(seconds, channels)
    track = await scene.upload("trk_1", as_file(song))
    submitted = await scene.submit("job_1", "trk_1")
    assert submitted.state is JobState.QUEUED
    await run_job(scene.shop(), Tier.STANDARD)
    job = await scene.job("job_1")
    assert (job.state, job.counted_samples, job.done_samples) == (JobState.COMPLETED, len(song), len(song))
    assert job.concluded_at is not None
    np.testing.assert_array_equal(summed(await stem_files(scene.objects, track)), song)
    assert scene.ledger.settled == {"job_1": int(np.ceil(len(song) / RATE_HZ))}
    assert [conclusion.outcome for conclusion in track.conclusions] == [material_service_pb2.OUTCOME_COMPLETED]
    assert track.conclusions[0].length_samples == len(song)
    assert [segment.figures.differing_samples for segment in track.segments] == [0] * len(track.segments)
    (findings,) = track.findings
    figures = [segment.figures for segment in track.segments]
    worker_s = sum(segment.worker_s for segment in figures) + findings.making.worker_s
    # The engine has two threads.
    assert 0 < sum(segment.engine_s for segment in figures) + findings.making.engine_s <= 2 * worker_s
    assert (findings.making.model, findings.making.device) == ("baseline", "cpu")
    assert len(findings.making.weights_sha256) == 64
    assert findings.analysis.integrated_lufs < 0
    assert await scene.announcements("JobConcluded") == 1
    await run_job(scene.shop(), Tier.STANDARD)
    assert len(track.conclusions) == 1


async def test_what_is_remarked_on_reaches_the_library(scene: Scene) -> None:
    """The library is told each sentence and, beside it, the word and the figures that it is made of."""
    loud = io.BytesIO()
    soundfile.write(loud, np.full((RATE_HZ, 2), 1.5, np.float32), RATE_HZ, format="WAV", subtype="FLOAT")
    track = await scene.upload("trk_1", loud.getvalue())
    await scene.submit("job_1", "trk_1")
    await run_job(scene.shop(), Tier.STANDARD)
    (conclusion,) = track.conclusions
    (remark,) = conclusion.remarks
    assert (remark.code, dict(remark.facts)) == ("CLIPPED", {"count": str(2 * RATE_HZ)})
    assert list(conclusion.warnings) == list(track.findings[0].making.decoder_warnings) == [remark.text]


@pytest.mark.parametrize("reason", ["TRACK_NOT_FOUND", "TRACK_NOT_SEPARATING", "ATTEMPT_FENCED"])
async def test_a_track_stopped_at_the_last_moment_costs_nothing(scene: Scene, reason: str) -> None:
    """When the library refuses a completion, the job is concluded all the same and its minutes are given back."""
    await scene.upload("trk_1", as_file(a_song(1.0)))
    await scene.submit("job_1", "trk_1")
    scene.library.conclusions_refused = reason
    await run_job(scene.shop(), Tier.STANDARD)
    job = await scene.job("job_1")
    assert job.concluded_at is not None
    assert (scene.ledger.settled, scene.ledger.released) == ({}, {"job_1"})


async def test_a_successor_gives_the_same_stems(scene: Scene) -> None:
    """A worker ended in mid-song is succeeded after its last segment; the stems are those of an undisturbed run."""
    song = as_file(a_song(17.0))
    whole, broken = await scene.upload("trk_whole", song), await scene.upload("trk_broken", song)
    await scene.submit("job_whole", "trk_whole")
    await scene.submit("job_broken", "trk_broken")
    await run_job(scene.shop(), Tier.STANDARD)
    scene.library.hold_after = 1
    doomed = asyncio.create_task(run_job(scene.shop(), Tier.STANDARD))
    await scene.library.until_committed("trk_broken", 1)
    doomed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doomed
    job = await scene.job("job_broken")
    assert (job.state, job.attempt, job.tries) == (JobState.QUEUED, 1, 0)
    scene.library.hold_after = None
    scene.library.released.set()
    await run_job(scene.shop("worker-2"), Tier.STANDARD)
    assert (await scene.job("job_broken")).state is JobState.COMPLETED
    assert {segment.attempt for segment in broken.segments} == {1, 2}
    assert await stem_files(scene.objects, broken) == await stem_files(scene.objects, whole)
    # What was measured and heard is that of the whole song, too.
    assert broken.findings[0].analysis == whole.findings[0].analysis
    for one, other in zip(broken.segments, whole.segments, strict=True):
        for segment in (one, other):
            segment.figures.engine_s = segment.figures.worker_s = 0.0
        assert one.figures == other.figures


async def test_a_stopping_worker_hands_its_job_back(scene: Scene) -> None:
    """Told to stop, a worker finishes its segment, announces the job again and does not hold the try against it."""
    await scene.upload("trk_1", as_file(a_song(17.0)))
    await scene.submit("job_1", "trk_1")
    shop = scene.shop()
    running = asyncio.create_task(run_job(shop, Tier.STANDARD))
    await scene.library.until_committed("trk_1", 1)
    shop.stopping.set()
    async with asyncio.timeout(5):
        await running
    job = await scene.job("job_1")
    assert (job.state, job.tries, job.lease_until) == (JobState.QUEUED, 0, None)
    assert await scene.announcements() == 2


async def test_a_cancelled_job_stops(scene: Scene) -> None:
    """A job that its listener cancels is let go within a heartbeat, and nothing is charged."""
    track = await scene.upload("trk_1", as_file(a_song(17.0)))
    await scene.submit("job_1", "trk_1")
    scene.library.hold_after = 1
    running = asyncio.create_task(run_job(scene.shop(limits=WorkLimits(heartbeat_s=0.2)), Tier.STANDARD))
    await scene.library.until_committed("trk_1", 1)
    woken = asyncio.Event()
    await cancel_job(scene.jobs, woken.set, "job_1", OWNER)
    async with asyncio.timeout(5):
        await running
    assert woken.is_set()
    assert (await scene.job("job_1")).state is JobState.CANCELLED
    assert len(track.segments) == 1
    assert not scene.ledger.settled


async def test_a_refused_report_costs_the_report(scene: Scene) -> None:
    """A song whose findings the library cannot believe is finished and charged without them, and that is counted."""
    song = a_song(1.0)
    track = await scene.upload("trk_1", as_file(song))
    await scene.submit("job_1", "trk_1")
    scene.library.findings_refused = "SEGMENT_INVALID"
    before = given_up("report")
    await run_job(scene.shop(), Tier.STANDARD)
    assert (await scene.job("job_1")).state is JobState.COMPLETED
    np.testing.assert_array_equal(summed(await stem_files(scene.objects, track)), song)
    assert (track.findings, scene.ledger.settled) == ([], {"job_1": 1})
    assert given_up("report") == before + 1


def given_up(part: str) -> float:
    return REGISTRY.get_sample_value("stripsession_separation_given_up_total", {"part": part}) or 0.0


async def test_a_library_away_delays_and_does_not_fail(scene: Scene) -> None:
    """Commits that the library cannot take now are tried again until it can."""
    song = a_song(6.0)
    track = await scene.upload("trk_1", as_file(song))
    await scene.submit("job_1", "trk_1")
    scene.library.faults = [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE]
    await run_job(scene.shop(), Tier.STANDARD)
    assert (await scene.job("job_1")).state is JobState.COMPLETED
    np.testing.assert_array_equal(summed(await stem_files(scene.objects, track)), song)


async def test_a_deleted_track_ends_its_job(scene: Scene) -> None:
    """When the track is gone, so is the job, and its minutes are given back."""
    await scene.upload("trk_1", as_file(a_song(3.0)))
    await scene.submit("job_1", "trk_1")
    del scene.library.tracks["trk_1"]
    await run_job(scene.shop(), Tier.STANDARD)
    assert (await scene.job("job_1")).state is JobState.CANCELLED
    assert scene.ledger.released == {"job_1"}


async def test_an_erased_upload_fails_for_good(scene: Scene) -> None:
    """A job whose upload was erased fails with a reason that a listener understands."""
    track = await scene.upload("trk_1", as_file(a_song(3.0)))
    await scene.submit("job_1", "trk_1")
    await scene.objects.delete_prefix("uploads")
    await run_job(scene.shop(), Tier.STANDARD)
    job = await scene.job("job_1")
    assert job.failure is not None
    assert (job.failure.reason, job.failure.retryable) == ("UPLOAD_GONE", False)
    assert track.conclusions[0].failure.reason == "UPLOAD_GONE"


async def test_conclusions_wait_for_billing(scene: Scene) -> None:
    """With billing away a job completes all the same, and is concluded later."""
    await scene.upload("trk_1", as_file(a_song(3.0)))
    await scene.submit("job_1", "trk_1")
    scene.ledger.away = True
    await run_job(scene.shop(), Tier.STANDARD)
    job = await scene.job("job_1")
    assert (job.state, job.concluded_at) == (JobState.COMPLETED, None)
