"""What every store of retention promises; run on the fake and on PostgreSQL."""

from __future__ import annotations

import datetime

from services.retention.app.ports import Place, Store
from services.retention.domain.erasure import Duty, Erasure, Reason
from services.retention.domain.receipt import TrackErasure

NOW = datetime.datetime(2030, 1, 2, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)


def duty(upload_id: str, due_at: datetime.datetime = NOW, reason: Reason = Reason.DEADLINE) -> Duty:
    return Duty(upload_id, "usr_1", due_at - DAY, due_at, reason)


def erasure(upload_id: str, erased_at: datetime.datetime = NOW, objects: int = 3) -> Erasure:
    return Erasure(upload_id, "usr_1", NOW - DAY, erased_at, Reason.FINISHED, objects)


def gone(track_id: str, erased_at: datetime.datetime = NOW) -> TrackErasure:
    return TrackErasure(track_id, "usr_1", "upl_1", erased_at - SECOND, erased_at, 4, 12, 12, 1, 0)


class StorePromises:
    """Subclasses give the fixture `store`."""

    async def test_due_duties_are_claimed_once_and_oldest_first(self, store: Store) -> None:
        """What is due is taken by one claim only, the longest due first, and what is not due is left."""
        async with store.transaction() as work:
            for number in range(5):
                await work.expect(duty(f"upl_{number}", NOW - number * SECOND))
            await work.expect(duty("upl_later", NOW + SECOND))
        async with store.transaction() as work:
            first = await work.claim(NOW, NOW + 30 * SECOND, 3)
            second = await work.claim(NOW, NOW + 30 * SECOND, 3)
            third = await work.claim(NOW, NOW + 30 * SECOND, 3)
        assert {duty.upload_id for duty in first} == {"upl_4", "upl_3", "upl_2"}
        assert {duty.upload_id for duty in second} == {"upl_1", "upl_0"}
        assert list(third) == []

    async def test_claim_runs_out(self, store: Store) -> None:
        """A duty whose taker died is taken again after the claim's life, and counts its tries."""
        async with store.transaction() as work:
            await work.expect(duty("upl_1"))
            assert [duty.tries for duty in await work.claim(NOW, NOW + SECOND, 9)] == [1]
            assert [duty.tries for duty in await work.claim(NOW + SECOND, NOW + DAY, 9)] == [2]
            await work.postpone("upl_1", NOW + 2 * SECOND)
            assert list(await work.claim(NOW + SECOND, NOW + DAY, 9)) == []
            assert [duty.tries for duty in await work.claim(NOW + 2 * SECOND, NOW + DAY, 9)] == [3]

    async def test_finished_upload_is_due_now(self, store: Store) -> None:
        """Finishing makes a duty due with its reason; an unknown upload is reported, an erased one is not."""
        async with store.transaction() as work:
            await work.expect(duty("upl_1", NOW + DAY))
            assert await work.finish("upl_1", NOW)
            assert not await work.finish("upl_unknown", NOW)
            claimed = await work.claim(NOW, NOW, 9)
            assert [(duty.upload_id, duty.reason) for duty in claimed] == [("upl_1", Reason.FINISHED)]
            await work.conclude(erasure("upl_1"))
            assert await work.finish("upl_1", NOW)
            assert await work.oldest_upload() is None

    async def test_expecting_again_changes_nothing(self, store: Store) -> None:
        """A repeated fact neither delays a duty nor brings an erased upload back."""
        async with store.transaction() as work:
            await work.expect(duty("upl_1", NOW))
            await work.expect(duty("upl_1", NOW + DAY))
            assert len(await work.claim(NOW, NOW, 9)) == 1
            await work.conclude(erasure("upl_1"))
            await work.expect(duty("upl_1", NOW))
            assert list(await work.claim(NOW, NOW, 9)) == []

    async def test_hastening_only_brings_forward(self, store: Store) -> None:
        """A duty becomes due no later than told, never later, and a claim under way is left alone."""
        async with store.transaction() as work:
            await work.expect(duty("upl_1", NOW + DAY))
            await work.expect(duty("upl_2", NOW - SECOND))
            await work.hasten([duty(name, NOW, Reason.FINISHED) for name in ("upl_2", "upl_1", "upl_3")])
            claimed = {duty.upload_id: duty for duty in await work.claim(NOW, NOW + SECOND, 9)}
            assert {name: found.reason for name, found in claimed.items()} == {
                "upl_1": Reason.FINISHED,
                "upl_2": Reason.DEADLINE,
                "upl_3": Reason.FINISHED,
            }
            await work.hasten([duty("upl_1", NOW - DAY)])
            assert list(await work.claim(NOW, NOW, 9)) == []

    async def test_evidence_is_noted_once(self, store: Store) -> None:
        """A second erasure that removed nothing leaves the evidence, and so does the same told twice; one that
        removed something more adds to it.
        """
        async with store.transaction() as work:
            assert await work.conclude(erasure("upl_1", NOW, 3))
            assert not await work.conclude(erasure("upl_1", NOW, 3))
            assert not await work.conclude(erasure("upl_1", NOW + SECOND, 0))
            assert list(await work.page("usr_1", None, 9)) == [erasure("upl_1", NOW, 3)]
            assert await work.conclude(erasure("upl_1", NOW + DAY, 2))
            assert list(await work.page("usr_1", None, 9)) == [erasure("upl_1", NOW + DAY, 5)]

    async def test_pages_are_newest_first_and_the_owners(self, store: Store) -> None:
        """Pages go on exactly where the last one ended, also among erasures of one moment."""
        async with store.transaction() as work:
            for number in range(6):
                await work.conclude(erasure(f"upl_{number}", NOW + (number // 2) * SECOND))
            first = await work.page("usr_1", None, 3)
            rest = await work.page("usr_1", Place(first[-1].erased_at, first[-1].upload_id), 9)
            assert [found.upload_id for found in first] == ["upl_5", "upl_4", "upl_3"]
            assert [found.upload_id for found in rest] == ["upl_2", "upl_1", "upl_0"]
            assert list(await work.page("usr_2", None, 9)) == []

    async def test_a_tracks_evidence_is_noted_once(self, store: Store) -> None:
        """What is told first stays, and pages go on exactly where the last one ended."""
        async with store.transaction() as work:
            for number in range(4):
                assert await work.note_track(gone(f"trk_{number}", NOW + (number // 2) * SECOND))
            assert not await work.note_track(gone("trk_3", NOW + DAY))
            first = await work.track_page("usr_1", None, 3)
            assert [found.track_id for found in first] == ["trk_3", "trk_2", "trk_1"]
            assert first[0] == gone("trk_3", NOW + SECOND)
            assert list(await work.track_page("usr_1", Place(NOW, "trk_1"), 9)) == [gone("trk_0")]
            assert list(await work.track_page("usr_2", None, 9)) == []

    async def test_oldest_upload_is_known(self, store: Store) -> None:
        """The oldest upload not yet erased is the measure of lateness."""
        async with store.transaction() as work:
            assert await work.oldest_upload() is None
            for days in (2, 1, 3):
                await work.expect(duty(f"upl_{days}", NOW + days * DAY))
            assert await work.oldest_upload() == NOW
