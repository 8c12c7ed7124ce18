"""What every store of purges promises; run on the fake and on PostgreSQL."""

from __future__ import annotations

import datetime

from services.retention.app.purge_ports import Purges
from services.retention.domain.purge import Answer, Purge

NOW = datetime.datetime(2030, 1, 2, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


def _purge(holder: str, due_at: datetime.datetime = NOW) -> Purge:
    return Purge(holder, "payment", NOW, due_at)


class PurgePromises:
    """Subclasses give the fixture `store`."""

    async def test_what_is_planned_again_stays_as_it_is(self, store: Purges) -> None:
        """A process that starts forgets nothing of how far the others came."""
        async with store.transaction() as work:
            await work.plan([_purge("billing")])
            answered = _purge("billing").answered(Answer(True, {"invoices": 3}, ("received_events",)), NOW)
            await work.save(answered)
        async with store.transaction() as work:
            await work.plan([_purge("auth"), _purge("billing", NOW + SECOND)])
            assert list(await work.all()) == [_purge("auth"), answered]
            assert await work.locked("billing", "payment") == answered
            await work.save(answered.failed("UNREACHABLE", NOW))
            assert (await work.locked("billing", "payment")).fault == "UNREACHABLE"

    async def test_what_is_due_is_taken_once_and_the_longest_first(self, store: Purges) -> None:
        """What is due is taken by one process alone, until the claim runs out or is given back."""
        async with store.transaction() as work:
            await work.plan([_purge(str(number), NOW - number * SECOND) for number in range(3)])
            await work.plan([_purge("later", NOW + SECOND)])
        async with store.transaction() as work:
            first = await work.claim(NOW, NOW + 60 * SECOND, 2)
            second = await work.claim(NOW, NOW + 60 * SECOND, 2)
            assert {each.holder for each in first} == {"2", "1"}
            assert [each.holder for each in second] == ["0"]
            await work.save(second[0].failed("AWAY", NOW))
        async with store.transaction() as work:
            again = await work.claim(NOW + SECOND, NOW + 60 * SECOND, 9)
            assert {each.holder for each in again} == {"0", "later"}
            assert len(await work.claim(NOW + 60 * SECOND, NOW + 120 * SECOND, 9)) == 4
