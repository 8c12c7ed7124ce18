"""Erase all that is held of a listener."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping

from services.library.app.delete_track import delete_track, finish_deletion
from services.library.app.discard_object import try_to_discard
from services.library.app.erase_upload import erase_upload
from services.library.app.ports import Ports
from services.library.app.update_webhook_endpoint import delete_webhook_endpoint
from services.library.domain.errors import TrackNotFound, UploadNotFound, WebhookNotFound

_PATIENCE_S = 10.0
"""Retention waits longer than this for an answer, and asks again for what a large library still holds then."""
_BATCH = 50
_REQUESTS = 1_000
"""Names of requests that one transaction removes."""


@dataclasses.dataclass(frozen=True)
class Erased:
    """How far it has come, and what it took away in all, by kind."""

    is_finished: bool
    counts: Mapping[str, int]


async def erase_listener(ports: Ports, owner_id: str) -> Erased:
    """Destroy their key, then remove everything that it opened. Idempotent; asked again until it is finished.

    The key goes first and by itself: from then on nothing of theirs can be read, here or in a backup, however long the
    removal of thousands of objects takes. Then webhooks, so that nobody hears of what is removed.
    """
    async with ports.store.transaction() as work:
        await work.people.destroy_key(owner_id)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            await _remove(ports, owner_id)
    async with ports.store.transaction() as work:
        return Erased(await work.people.finish(owner_id), await work.people.counts(owner_id))


async def _remove(ports: Ports, owner_id: str) -> None:
    async with ports.store.transaction() as work:
        endpoints = await work.webhook_endpoints.of_owner(owner_id)
    for endpoint in endpoints:
        with contextlib.suppress(WebhookNotFound):
            await delete_webhook_endpoint(ports, owner_id, endpoint.endpoint_id)
    await _remove_songs(ports, owner_id)
    await _discard(ports, owner_id)
    # Last: a request that came in between, for a track that was still there, is remembered until here.
    is_left = True
    while is_left:
        async with ports.store.transaction() as work:
            is_left = await work.made_requests.forget_of(owner_id, _REQUESTS)


async def _discard(ports: Ports, owner_id: str) -> None:
    while True:
        async with ports.store.transaction() as work:
            names = await work.needless_objects.due_of(owner_id, ports.clock.now(), _BATCH)
        # Past one that cannot be removed: the others must not wait for it. Where none can be, retention asks again.
        if not any([await try_to_discard(ports, name) for name in names]):
            return


async def _remove_songs(ports: Ports, owner_id: str) -> None:
    while True:
        async with ports.store.transaction() as work:
            track_ids = await work.people.tracks(owner_id, _BATCH)
        for track_id in track_ids:
            with contextlib.suppress(TrackNotFound):
                await delete_track(ports, owner_id, track_id)
        async with ports.store.transaction() as work:
            # Those whose removal was given up for somebody who waited, or that a crash left.
            half_deleted = await work.tracks.deleting_of(owner_id, _BATCH)
        for track in half_deleted:
            await finish_deletion(ports, track)
        async with ports.store.transaction() as work:
            upload_ids = await work.people.uploads(owner_id, _BATCH)
        for upload_id in upload_ids:
            with contextlib.suppress(UploadNotFound):
                await erase_upload(ports, upload_id)
        if not track_ids and not half_deleted and not upload_ids:
            return
