"""Tell those of an owner's endpoints that want to know what became of a track."""

from __future__ import annotations

from services.library.app.give_up_webhook import give_up_webhook
from services.library.app.ports import Work
from services.library.domain.identifiers import new_message_id
from services.library.domain.track import Track, TrackState
from services.library.domain.webhook import WAITING_MAX, DisabledReason, EventType

_ENDED = {
    TrackState.READY: EventType.READY,
    TrackState.FAILED: EventType.FAILED,
    TrackState.CANCELLED: EventType.CANCELLED,
}


async def tell_created(work: Work, track: Track) -> None:
    """It was made; within the unit of work that makes it."""
    await _tell(work, track, EventType.CREATED, track.state.value)


async def tell_ended(work: Work, track: Track) -> None:
    """Its separation ended; within the unit of work that records the end. Nothing for one that is under way."""
    event = _ENDED.get(track.state)
    if event is not None:
        await _tell(work, track, event, track.state.value)


async def tell_deleted(work: Work, track: Track) -> None:
    """There is no such track any more; within the unit of work that removes it."""
    await _tell(work, track, EventType.DELETED, "")


async def _tell(work: Work, track: Track, event: EventType, state: str) -> None:
    told = await work.webhook_deliveries.announce(
        track.owner_id, event, new_message_id(), track.track_id, state, track.updated_at
    )
    for endpoint_id in told:
        if not await work.webhook_deliveries.waits_more_than(endpoint_id, WAITING_MAX):
            continue
        # Also one that takes what it is sent, more slowly than things happen: its log would grow without end.
        endpoint = await work.webhook_endpoints.locked(track.owner_id, endpoint_id)
        if endpoint is not None:
            await give_up_webhook(work, endpoint, DisabledReason.FAILING, track.updated_at)
