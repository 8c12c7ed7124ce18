"""One of a listener's tracks, to be changed."""

from __future__ import annotations

from services.library.app.ports import Work
from services.library.domain.errors import TrackNotFound
from services.library.domain.track import Track


async def owned_track(work: Work, owner_id: str, track_id: str) -> Track:
    """The track, which nobody else changes until the work commits.

    Raises TrackNotFound for another's, for one that is being deleted and for one that never was.
    """
    # Looked at before it is locked: a stranger must not hold up whoever works on it.
    if await work.tracks.get(owner_id, track_id) is None:
        raise TrackNotFound
    track = await work.tracks.locked(track_id)
    if track is None or track.deleting_at is not None:
        raise TrackNotFound
    return track
