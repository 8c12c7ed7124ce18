"""Finish what a crash, or another service's absence, left half done."""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from services.library.app.delete_track import finish_deletion
from services.library.app.discard_object import discard_object, try_to_discard
from services.library.app.drop_refused import drop_refused
from services.library.app.erase_upload import finish_erasure
from services.library.app.ports import Ports
from services.library.app.stop_job import stop_job
from services.library.app.submit_track import submit_track
from services.library.domain.errors import (
    QueueFull,
    SeparationUnavailable,
    SubmissionRefused,
    TrackNotFound,
    UploadGone,
)
from services.library.domain.file_tags import cover_prefix
from services.library.domain.made_request import REQUEST_LIFE
from services.library.domain.segment import object_prefix
from services.library.domain.track import Track
from services.library.domain.webhook import LOG_LIFE

ANSWER_GRACE = datetime.timedelta(seconds=30)
"""A submission whose answer is not recorded for this long is sent again."""
TOMBSTONE_LIFE = datetime.timedelta(days=1)
"""Rows of deleted tracks stay this long, so that a late worker's objects are found and a repeated deletion succeeds."""
UPLOAD_ROW_LIFE = datetime.timedelta(days=30)
"""Rows of erased uploads, which name nothing but identifiers, stay this long for the record of their erasure.

Those of erased people go as soon as the rows of their tracks."""
SHARE_ROW_LIFE = datetime.timedelta(days=1)
"""Rows of links that expired or were revoked stay this long, so that a repeated revocation succeeds."""
_BATCH = 50
_FORGOTTEN = 1_000
Item = TypeVar("Item")
_log = logging.getLogger(__name__)


async def sweep(ports: Ports) -> int:
    """One round over what is to be removed; the number of tracks, uploads and objects that it moved on."""
    moved = await _finish_deletions(ports) + await _finish_erasures(ports) + await _bury(ports)
    return moved + await _discard(ports)


async def sweep_jobs(ports: Ports) -> int:
    """One round over what separation is to be asked; the number of tracks that it moved on.

    Apart from `sweep`, since a separation that hangs takes the whole deadline of each submission: nothing that is to be
    erased may wait for that.
    """
    return await _stop_owed(ports) + await _submit_unanswered(ports)


async def _submit_unanswered(ports: Ports) -> int:
    """Submit again, with the same job, every track whose answer was lost; remove those whose upload is gone."""
    async with ports.store.transaction() as work:
        tracks = await work.tracks.unanswered(ports.clock.now() - ANSWER_GRACE, _BATCH)
    return await _each(tracks, lambda track: _submit_again(ports, track))


async def _each(items: Sequence[Item], step: Callable[[Item], Awaitable[object]]) -> int:
    """Take the step for each; one that fails stands in no other's way. The number for which it did not give False."""
    moved = 0
    for item in items:
        try:
            moved += await step(item) is not False
        except Exception:  # noqa: BLE001  # whatever is wrong with one item, the others must not wait for it
            _log.exception("the sweep could not finish one of its items")
    return moved


async def _submit_again(ports: Ports, track: Track) -> bool:
    try:
        # Nobody waits for this answer: a refusal is kept on the track for its listener to see.
        await submit_track(ports, track, is_awaited=False)
    except (QueueFull, SeparationUnavailable):
        await _touch(ports, track)
        return False
    except (SubmissionRefused, TrackNotFound):
        return True
    except UploadGone:
        await _remove(ports, track)
    return True


async def _touch(ports: Ports, track: Track) -> None:
    async with ports.store.transaction() as work:
        current = await work.tracks.locked(track.track_id)
        if current and current.awaits_answer:
            await work.tracks.save(dataclasses.replace(current, updated_at=ports.clock.now()))


async def _remove(ports: Ports, track: Track) -> None:
    async with ports.store.transaction() as work:
        current = await work.tracks.locked(track.track_id)
        if not current or current.job_id != track.job_id or not current.awaits_answer or current.segments:
            return
        left = await drop_refused(ports, work, current)
    await try_to_discard(ports, left)


async def _stop_owed(ports: Ports) -> int:
    async with ports.store.transaction() as work:
        tracks = await work.tracks.stopping(_BATCH)
    return await _each(tracks, lambda track: stop_job(ports, track))


async def _finish_deletions(ports: Ports) -> int:
    async with ports.store.transaction() as work:
        tracks = await work.tracks.deleting(_BATCH)
    return await _each(tracks, lambda track: finish_deletion(ports, track))


async def _finish_erasures(ports: Ports) -> int:
    async with ports.store.transaction() as work:
        uploads = await work.uploads.half_erased(_BATCH)
    return await _each(uploads, lambda upload_id: finish_erasure(ports, upload_id))


async def _bury(ports: Ports) -> int:
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        tracks = await work.tracks.deleted(now - TOMBSTONE_LIFE, _BATCH)
        await work.uploads.forget(now - UPLOAD_ROW_LIFE, now - TOMBSTONE_LIFE)
        await work.shares.forget(now - SHARE_ROW_LIFE)
        await work.webhook_deliveries.forget(now - LOG_LIFE, _FORGOTTEN)
        await work.made_requests.forget(now - REQUEST_LIFE, _FORGOTTEN)

    async def bury(track_id: str) -> None:
        await ports.objects.delete_prefix(object_prefix(track_id))
        await ports.objects.delete_prefix(cover_prefix(track_id))
        async with ports.store.transaction() as work:
            await work.tracks.remove(track_id)

    return await _each(tracks, bury)


async def _discard(ports: Ports) -> int:
    async with ports.store.transaction() as work:
        names = await work.needless_objects.due(ports.clock.now(), _BATCH)
    return await _each(names, lambda name: discard_object(ports, name))
