"""How long a job will take."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from services.separation.domain.job import Audio, Job, JobState, whole_seconds
from services.separation.domain.progress import Queue, eta_s

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


def a_job(state: JobState, done: int = 0, resumed: int = 0, ran_s: float = 0.0) -> Job:
    return Job(
        "job_1", "trk_1", "upl_1", "usr_1", "baseline", ("vocals",), state,
        Audio(1000, 2, 16, "flac", 100_000), 100, NOW, NOW,
        done_samples=done, resumed_samples=resumed, started_at=NOW - datetime.timedelta(seconds=ran_s),
    )  # fmt: skip  # columns read better than one field a line


def test_nothing_measured_nothing_promised() -> None:
    """Before anything was measured there is no estimate, and an ended job has none."""
    assert eta_s(a_job(JobState.QUEUED), Queue()) is None
    assert eta_s(a_job(JobState.RUNNING, ran_s=3), Queue()) is None
    assert eta_s(a_job(JobState.COMPLETED, done=100_000), Queue(speed=10.0)) is None


def test_a_running_job_is_judged_by_its_own_attempt() -> None:
    """Samples that an earlier attempt did say nothing about this one's speed."""
    assert eta_s(a_job(JobState.RUNNING, done=60_000, resumed=40_000, ran_s=2), Queue(speed=1.0)) == 4.0


def test_before_its_first_segment_the_workers_speed_counts() -> None:
    """A running job without a segment is estimated from the latest completed jobs."""
    assert eta_s(a_job(JobState.RUNNING, ran_s=1), Queue(speed=10.0)) == 10.0


def test_a_queued_job_waits_for_those_before_it() -> None:
    """A queued job's estimate has the audio before it, shared among the workers, and its own."""
    assert eta_s(a_job(JobState.QUEUED), Queue(1, 200.0, 10.0, 2)) == 20.0


def test_the_first_in_the_queue_waits_for_what_runs() -> None:
    """With nothing queued before it a job still waits for what running jobs have left, and for no more."""
    assert eta_s(a_job(JobState.QUEUED), Queue(0, 200.0, 10.0, 1)) == 30.0
    assert eta_s(a_job(JobState.QUEUED), Queue(0, 0.0, 10.0, 1)) == 10.0


def test_more_workers_do_not_hasten_a_persons_own_songs() -> None:
    """However many workers there are, a song waits for its owner's own before it, so many at once as may run."""
    waits = [eta_s(a_job(JobState.QUEUED), Queue(8, 800.0, 10.0, 8, 600.0, places)) for places in (1, 3, 0)]
    assert waits == [70.0, 30.0, 20.0]


@given(st.integers(1, 10**9), st.integers(1, 400_000))
def test_every_begun_second_counts(samples: int, rate_hz: int) -> None:
    """Whole seconds cover the samples, and by less than a second."""
    seconds = whole_seconds(samples, rate_hz)
    assert (seconds - 1) * rate_hz < samples <= seconds * rate_hz
