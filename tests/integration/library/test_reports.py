"""Reports: what workers measured segment by segment, told of the whole song once it is ready."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from services.library.app.cancel_track import cancel_track
from services.library.app.conclude_track import conclude_track
from services.library.app.delete_track import delete_track
from services.library.app.open_track import open_track
from services.library.app.read_report import read_pitch_classes, read_report
from services.library.app.read_tracks import get_track
from services.library.app.record_findings import record_findings
from services.library.app.retry_track import retry_track
from services.library.domain.errors import AttemptFenced, SegmentInvalid, TrackNotFound
from services.library.domain.report import PITCH_CLASSES, Analysis, Making, SegmentFigures
from services.library.domain.track import Outcome, Track
from tests.integration.library.world import OWNER, STEMS, World

ACCEPTED = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
MAKING = Making("baseline", "1", "ab" * 32, "cpu", ACCEPTED, 0.25, 0.5, ("7 samples were clipped",))
ANALYSIS = Analysis(92.0, 0.61, (0.512, 1.164), "A minor", 0.8, -14.2, 6.1, -0.3)


def figures(index: int, clipped: int = 0) -> SegmentFigures:
    classes = tuple(float(index * place) for place in range(PITCH_CLASSES))
    return SegmentFigures(0, 0, clipped, 100.0, 1.0, index, classes, 1.5, 2.0)


async def measured(world: World, attempts: tuple[int, ...] = (1, 1, 1)) -> Track:
    """A track of a segment for each of `attempts`, with findings by the last, concluded."""
    track = await world.track()
    for index, attempt in enumerate(attempts):
        await open_track(world.ports, track.track_id, track.job_id, attempt, STEMS)
        await world.commit(track, index, attempt=attempt, figures=figures(index, clipped=3))
    await record_findings(world.ports, track.track_id, track.job_id, attempts[-1], MAKING, ANALYSIS)
    samples = 4096 * len(attempts)
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, samples, ())
    return await get_track(world.ports, OWNER, track.track_id)


@pytest.mark.parametrize("attempts", [(1, 1, 1), (1, 2, 4)])
async def test_a_report_is_of_the_whole_song(world: World, attempts: tuple[int, ...]) -> None:
    """Whichever attempts made the segments, the report sums them all, and tells how many attempts there were."""
    track = await measured(world, attempts)
    report, heard = await read_report(world.ports, track)
    assert report is not None
    assert heard == ANALYSIS
    totals = report.totals
    assert (totals.differing_samples, totals.difference_max, totals.unsound_values) == (0, 0, 3)
    assert (totals.clipped_samples, totals.offset_samples, totals.total_samples) == (9, 0, 3 * 4096)
    assert totals.stems_clipped_samples == tuple((stem, 0) for stem in STEMS)
    assert (report.model_residual_db, report.engine_s, report.worker_s) == (-20.0, 4.75, 6.5)
    assert (report.attempts, report.making) == (attempts[-1], MAKING)
    assert report.totals.first_segment_at == report.finished_at == world.clock.now()


async def test_a_successor_is_told_the_pitch_classes_so_far(world: World) -> None:
    """The sums over committed segments are empty before the first, and once a segment's could not be told."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    assert await read_pitch_classes(world.ports, track.track_id) == ()
    for index in range(3):
        await world.commit(track, index, figures=figures(index))
    expected = tuple(float(3 * place) for place in range(PITCH_CLASSES))
    assert await read_pitch_classes(world.ports, track.track_id) == expected
    await world.commit(track, 3, figures=dataclasses.replace(figures(3), pitch_classes=()))
    await world.commit(track, 4, figures=figures(4))
    assert await read_pitch_classes(world.ports, track.track_id) == ()


async def test_no_report_is_better_than_half_a_report(world: World) -> None:
    """Before a track is ready, without findings, or with a segment that nobody measured, there is none."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0, figures=figures(0))
    assert await read_report(world.ports, track) == (None, None)
    await world.commit(track, 1)
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, 8192, ())
    ready = await get_track(world.ports, OWNER, track.track_id)
    assert await read_report(world.ports, ready) == (None, None)
    other = await world.track()
    await open_track(world.ports, other.track_id, other.job_id, 1, STEMS)
    await world.commit(other, 0)
    await record_findings(world.ports, other.track_id, other.job_id, 1, MAKING, ANALYSIS)
    await conclude_track(world.ports, other.track_id, other.job_id, Outcome.COMPLETED, None, 4096, ())
    assert await read_report(world.ports, await get_track(world.ports, OWNER, other.track_id)) == (None, ANALYSIS)


async def test_only_the_present_attempt_records(world: World) -> None:
    """An older attempt's findings are refused, a repeated record replaces, and nonsense is not stored."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 2, STEMS)
    with pytest.raises(AttemptFenced):
        await record_findings(world.ports, track.track_id, track.job_id, 1, MAKING, ANALYSIS)
    for bad in (
        dataclasses.replace(ANALYSIS, bpm=float("nan")),
        dataclasses.replace(ANALYSIS, beats_s=(2.0, 1.0)),
        dataclasses.replace(ANALYSIS, true_peak_dbtp=float("inf")),
    ):
        with pytest.raises(SegmentInvalid):
            await record_findings(world.ports, track.track_id, track.job_id, 2, MAKING, bad)
    for bad_figures in (
        dataclasses.replace(figures(0), differing_samples=-1),
        dataclasses.replace(figures(0), mix_energy=float("nan")),
        dataclasses.replace(figures(0), pitch_classes=(1.0,)),
    ):
        with pytest.raises(SegmentInvalid):
            await world.commit(track, 0, attempt=2, figures=bad_figures)
    silent = Analysis(None, 0.0, (), "", 0.0, None, None, None)
    await world.commit(track, 0, attempt=2, figures=figures(0))
    for heard in (ANALYSIS, silent):
        await record_findings(world.ports, track.track_id, track.job_id, 2, MAKING, heard)
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, 4096, ())
    _, told = await read_report(world.ports, await get_track(world.ports, OWNER, track.track_id))
    assert told == silent


async def test_what_was_heard_is_forgotten_with_the_track(world: World) -> None:
    """Deleting a track, or separating it anew, deletes the figures and findings in the same commit."""
    track = await measured(world)
    await delete_track(world.ports, OWNER, track.track_id)
    stopped = await world.track()
    await open_track(world.ports, stopped.track_id, stopped.job_id, 1, STEMS)
    await world.commit(stopped, 0, figures=figures(0))
    await record_findings(world.ports, stopped.track_id, stopped.job_id, 1, MAKING, ANALYSIS)
    await cancel_track(world.ports, OWNER, stopped.track_id)
    await retry_track(world.ports, OWNER, stopped.track_id)
    rows = await world.database.pool.fetchrow(
        "SELECT (SELECT count(track_id) FROM findings) AS findings, (SELECT count(track_id) FROM segments) AS segments"
    )
    assert dict(rows) == {"findings": 0, "segments": 0}
    with pytest.raises(TrackNotFound):
        await record_findings(world.ports, track.track_id, track.job_id, 1, MAKING, ANALYSIS)
