"""Tell separation to stop a job that the library has already turned away from."""

from __future__ import annotations

import dataclasses

from services.library.app.ports import Ports
from services.library.domain.errors import SeparationUnavailable
from services.library.domain.track import Track


async def stop_job(ports: Ports, track: Track) -> bool:
    """Stop the track's job and note it; false when separation is away, and the sweep tries again.

    Nothing depends on its success: a worker of the job is refused at its next word to the library.
    """
    try:
        await ports.separation.cancel(track.job_id, track.owner_id)
    except SeparationUnavailable:
        return False
    async with ports.store.transaction() as work:
        current = await work.tracks.locked(track.track_id)
        if current and current.job_id == track.job_id and current.stop_owed:
            await work.tracks.save(dataclasses.replace(current, stop_owed=False))
    return True
