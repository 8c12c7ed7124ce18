"""What is measured, as Prometheus metrics."""

from __future__ import annotations

import datetime
import itertools

from chassis import metrics
from services.separation.app.line_ports import HELD, Census
from services.separation.domain.job import Failure, JobState
from services.separation.domain.tiers import Tier


class PrometheusMeasures:
    """Writes to the metrics that the chassis declares."""

    def stage(self, stage: str, seconds: float) -> None:
        """One unit of a stage took so long."""
        metrics.STAGE_SECONDS.labels(stage).observe(seconds)

    def first_segment(self, waited: datetime.timedelta) -> None:
        """From a job's acceptance to its first playable segment."""
        metrics.FIRST_SEGMENT_SECONDS.observe(waited.total_seconds())

    def given_up(self, part: str) -> None:
        """A part of what is found beside a song's stems failed, and the stems went on."""
        metrics.GIVEN_UP.labels(part).inc()

    def ended(self, outcome: JobState, failure: Failure | None) -> None:
        """A job ended, by its state alone: reasons are for the logs."""
        metrics.JOBS_ENDED.labels(outcome.value).inc()

    def census(self, census: Census) -> None:
        """The gauges."""
        for tier, state in itertools.product(Tier, (JobState.ADMITTING, HELD, JobState.QUEUED, JobState.RUNNING)):
            metrics.JOBS.labels(tier.value, str(state)).set(census.jobs.get((tier, str(state)), 0))
        metrics.JOB_AUDIO_WAITING_SECONDS.set(census.audio_waiting_s)
