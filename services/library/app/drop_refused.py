"""Drop a track that came to nothing: its upload was never taken for separation."""

from __future__ import annotations

import dataclasses

from services.library.app.ports import Ports, Work
from services.library.app.tell_webhooks import tell_deleted
from services.library.domain.facts import TrackChanged
from services.library.domain.file_tags import cover_prefix
from services.library.domain.track import Track


async def drop_refused(ports: Ports, work: Work, track: Track) -> str:
    """Remove a locked track's row, within the work that found it so; its upload stays, for another try.

    Name of what is noted to be removed once that commits: the listener may have sent a cover meanwhile.
    """
    now = ports.clock.now()
    covers = f"{cover_prefix(track.track_id)}/"
    await work.needless_objects.note(track.owner_id, covers, now)
    await work.tracks.remove(track.track_id)
    await work.publish(TrackChanged(track.track_id, track.owner_id))
    await tell_deleted(work, dataclasses.replace(track, updated_at=now))
    return covers
