"""Stop a track's separation."""

from __future__ import annotations

import dataclasses

from services.library.app.owned_track import owned_track
from services.library.app.ports import Ports
from services.library.app.stop_job import stop_job
from services.library.app.tell_webhooks import tell_ended
from services.library.domain.facts import TrackChanged
from services.library.domain.track import Track


async def cancel_track(ports: Ports, owner_id: str, track_id: str) -> Track:
    """The stopped track. Idempotent. Raises TrackNotFound, TrackNotSeparating.

    The library decides: from here on a worker is refused, so that nothing is charged, however long separation takes to
    hear of it.
    """
    async with ports.store.transaction() as work:
        current = await owned_track(work, owner_id, track_id)
        track = current.cancelled()
        if track is not current:
            track = dataclasses.replace(track, updated_at=ports.clock.now())
            await work.tracks.save(track)
            await work.publish(TrackChanged(track_id, owner_id))
            await tell_ended(work, track)
    if track.stop_owed:
        await stop_job(ports, track)
    return track
