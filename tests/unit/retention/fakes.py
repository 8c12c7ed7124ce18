"""An in-memory store and library; tests/integration/retention holds the store to the real one's behaviour."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import AsyncIterator, Sequence

from services.retention.app.ports import Place
from services.retention.domain.erasure import Duty, Erasure, HeldUpload, Reason
from services.retention.domain.errors import ErasureFailed, LibraryAway
from services.retention.domain.facts import Fact
from services.retention.domain.receipt import TrackErasure


class FakeStore:
    """Duties and evidence in dictionaries."""

    def __init__(self) -> None:
        self.duties: dict[str, Duty] = {}
        self.not_before: dict[str, datetime.datetime] = {}
        self.erasures: dict[str, Erasure] = {}
        self.tracks: dict[str, TrackErasure] = {}
        self.facts: list[Fact] = []
        self.refusals: dict[str, int] = {}
        """Upload -> how often nothing can be noted of it from now on."""

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakeStore]:
        yield self

    async def expect(self, duty: Duty) -> None:
        if duty.upload_id not in self.erasures:
            self.duties.setdefault(duty.upload_id, duty)

    async def finish(self, upload_id: str, now: datetime.datetime) -> bool:
        duty = self.duties.get(upload_id)
        if duty and duty.due_at > now:
            self.duties[upload_id] = dataclasses.replace(duty, due_at=now, reason=Reason.FINISHED)
        return duty is not None or upload_id in self.erasures

    async def hasten(self, duties: Sequence[Duty]) -> None:
        for duty in duties:
            known = self.duties.setdefault(duty.upload_id, duty)
            if known.due_at > duty.due_at:
                self.duties[duty.upload_id] = dataclasses.replace(known, due_at=duty.due_at, reason=duty.reason)

    async def claim(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> Sequence[Duty]:
        free = [duty for duty in self.duties.values() if self.not_before.get(duty.upload_id, now) <= now]
        due = sorted((duty for duty in free if duty.due_at <= now), key=lambda duty: duty.due_at)[:limit]
        for duty in due:
            self.duties[duty.upload_id] = dataclasses.replace(duty, tries=duty.tries + 1)
            self.not_before[duty.upload_id] = until
        return [self.duties[duty.upload_id] for duty in due]

    async def postpone(self, upload_id: str, until: datetime.datetime) -> None:
        self.not_before[upload_id] = until

    async def conclude(self, erasure: Erasure) -> bool:
        if self.refusals.get(erasure.upload_id, 0) > 0:
            self.refusals[erasure.upload_id] -= 1
            raise ConnectionResetError
        self.duties.pop(erasure.upload_id, None)
        self.not_before.pop(erasure.upload_id, None)
        known = self.erasures.get(erasure.upload_id)
        if known is None:
            self.erasures[erasure.upload_id] = erasure
        elif erasure.objects and erasure.erased_at != known.erased_at:
            objects = known.objects + erasure.objects
            self.erasures[erasure.upload_id] = dataclasses.replace(known, erased_at=erasure.erased_at, objects=objects)
        return known is None or (erasure.objects > 0 and erasure.erased_at != known.erased_at)

    async def oldest_upload(self) -> datetime.datetime | None:
        return min((duty.uploaded_at for duty in self.duties.values()), default=None)

    async def page(self, owner_id: str, after: Place | None, limit: int) -> Sequence[Erasure]:
        mine = [erasure for erasure in self.erasures.values() if erasure.owner_id == owner_id]
        mine.sort(key=lambda erasure: (erasure.erased_at, erasure.upload_id), reverse=True)
        if after:
            place = (after.erased_at, after.name)
            mine = [erasure for erasure in mine if (erasure.erased_at, erasure.upload_id) < place]
        return mine[:limit]

    async def note_track(self, erasure: TrackErasure) -> bool:
        return self.tracks.setdefault(erasure.track_id, erasure) is erasure

    async def track_page(self, owner_id: str, after: Place | None, limit: int) -> Sequence[TrackErasure]:
        mine = [erasure for erasure in self.tracks.values() if erasure.owner_id == owner_id]
        mine.sort(key=lambda erasure: (erasure.erased_at, erasure.track_id), reverse=True)
        if after:
            mine = [one for one in mine if (one.erased_at, one.track_id) < (after.erased_at, after.name)]
        return mine[:limit]

    async def publish(self, fact: Fact) -> None:
        self.facts.append(fact)


class FakeLibrary:
    """Holds uploads of three objects each; can be away, and can fail to erase some."""

    def __init__(self) -> None:
        self.uploads: dict[str, HeldUpload] = {}
        self.failing: set[str] = set()
        self.away = False

    async def held(self, created_before: datetime.datetime) -> AsyncIterator[Sequence[HeldUpload]]:
        if self.away:
            raise LibraryAway
        for upload in list(self.uploads.values()):
            if upload.finished or upload.uploaded_at < created_before:
                yield [upload]

    async def erase(self, upload_id: str) -> int:
        if self.away:
            raise LibraryAway
        if upload_id in self.failing:
            raise ErasureFailed
        return 3 if self.uploads.pop(upload_id, None) else 0
