"""Keep the cover of a song beside its stems."""

from __future__ import annotations

from services.library.app.discard_object import STORING_LIFE, try_to_discard
from services.library.app.ports import Ports
from services.library.domain.file_tags import Cover, CoverObject, cover_prefix
from services.library.domain.identifiers import new_cover_id
from services.library.domain.track import Track


async def store_cover(ports: Ports, track: Track, cover: Cover) -> None:
    """Seal and store the cover of a track that was just accepted; the first one stays.

    The object is noted as needless before it is stored, and the note is taken back with the row that names it. One that
    finds its track deleted, or with a cover, is removed again.
    """
    name = f"{cover_prefix(track.track_id)}/{new_cover_id()}"
    key = ports.objects.new_key()
    async with ports.store.transaction() as work:
        await work.needless_objects.note(track.owner_id, name, ports.clock.now() + STORING_LIFE)
    await ports.objects.put(key, name, cover.data)
    async with ports.store.transaction() as work:
        current = await work.tracks.locked(track.track_id)
        is_kept = current is not None and current.deleting_at is None and await work.needless_objects.take_back(name)
        if is_kept:
            place = CoverObject(name, cover.media_type, len(cover.data))
            is_kept = await work.file_tags.add_cover(track.owner_id, track.track_id, place, key)
        if not is_kept:
            await work.needless_objects.note(track.owner_id, name, ports.clock.now())
    if not is_kept:
        await try_to_discard(ports, name)
