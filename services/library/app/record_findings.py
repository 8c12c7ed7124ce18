"""A worker has heard a song to its end."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.errors import TrackNotFound
from services.library.domain.report import Analysis, Findings, Making, check_analysis


async def record_findings(
    ports: Ports, track_id: str, job_id: str, attempt: int, making: Making, analysis: Analysis
) -> None:
    """Store what the song came to. Idempotent: the latest stays.

    Raises TrackNotFound, AttemptFenced, TrackNotSeparating or SegmentInvalid.
    """
    check_analysis(analysis)
    async with ports.store.transaction() as work:
        track = await work.tracks.locked(track_id)
        if track is None or track.deleting_at is not None:
            raise TrackNotFound
        track.require_attempt(job_id, attempt)
        await work.reports.put(track_id, Findings(making, analysis, ports.clock.now()))
