"""Facts of others that begin or hasten a duty. Every handler may see a fact twice, late or never."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from chassis.bus.consumer import Delivery, Unwanted
from services.retention.app.expect_upload import expect_upload
from services.retention.app.finish_upload import finish_upload
from services.retention.app.note_track_erasure import note_track_erasure
from services.retention.app.ports import Ports
from services.retention.domain.erasure import HeldUpload
from services.retention.domain.receipt import TrackErasure
from stripsession.library.v1 import events_pb2 as library_events
from stripsession.library.v1 import material_service_pb2
from stripsession.separation.v1 import events_pb2 as separation_events


class FactHandlers:
    """What to do when an upload is stored, when a job has ended and when a track is gone."""

    def __init__(self, ports: Ports, *, erase: Callable[[], None], reconcile: Callable[[], None]) -> None:
        """`erase` and `reconcile` wake the timers."""
        self._ports = ports
        self._erase = erase
        self._reconcile = reconcile

    async def upload_stored(self, delivery: Delivery[library_events.UploadStored]) -> None:
        """Note its deadline."""
        fact = delivery.fact
        if not (fact.upload_id and fact.owner_id and fact.HasField("created_at")):
            raise Unwanted("an upload without identifier, owner or time")
        await expect_upload(
            self._ports, HeldUpload(fact.upload_id, fact.owner_id, fact.created_at.ToDatetime(datetime.UTC))
        )

    async def job_concluded(self, delivery: Delivery[separation_events.JobConcluded]) -> None:
        """Erase a completed job's upload now. A failed or cancelled one may be tried again until its deadline."""
        fact = delivery.fact
        if fact.outcome != material_service_pb2.OUTCOME_COMPLETED:
            return
        if await finish_upload(self._ports, fact.upload_id):
            self._erase()
        else:
            self._reconcile()

    async def track_erased(self, delivery: Delivery[library_events.TrackErased]) -> None:
        """Keep the evidence of it."""
        fact = delivery.fact
        moments = fact.HasField("asked_at") and fact.HasField("erased_at")
        if not (fact.track_id and fact.owner_id and moments):
            raise Unwanted("a track without identifier, owner or times")
        await note_track_erasure(
            self._ports,
            TrackErasure(
                *(fact.track_id, fact.owner_id, fact.upload_id),
                *(fact.asked_at.ToDatetime(datetime.UTC), fact.erased_at.ToDatetime(datetime.UTC)),
                *(fact.stems, fact.stem_files, fact.peaks, fact.covers, fact.links),
            ),
        )
