"""What a track's separation came to, and what was heard in it."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.report import Analysis, Report, report_of
from services.library.domain.track import Track, TrackState


async def read_report(ports: Ports, track: Track) -> tuple[Report | None, Analysis | None]:
    """Both of a ready track; None before, and where they were not measured."""
    if track.state is not TrackState.READY:
        return None, None
    async with ports.store.transaction() as work:
        findings = await work.reports.get(track.track_id)
        if findings is None:
            return None, None
        totals = await work.reports.totals(track.track_id)
    return report_of(totals, findings, track.attempt), findings.analysis


async def read_pitch_classes(ports: Ports, track_id: str) -> tuple[float, ...]:
    """The sums over the segments that are committed; empty when there are none, or one of them has none."""
    async with ports.store.transaction() as work:
        return await work.reports.pitch_classes(track_id)
