"""What every store of erasures of people promises; run on the fake and on PostgreSQL."""

from __future__ import annotations

import datetime

from services.retention.app.account_ports import AccountErasures
from services.retention.domain.account_erasure import Answer, again, begun

NOW = datetime.datetime(2030, 1, 2, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


class AccountPromises:
    """Subclasses give the fixture `store`."""

    async def test_a_person_is_noted_once_for_ever(self, store: AccountErasures) -> None:
        """A repeated request changes nothing, neither while the erasure is under way nor once it is over."""
        erasure = begun("usr_1", NOW, NOW)
        async with store.transaction() as work:
            assert await work.add(erasure)
            assert not await work.add(begun("usr_1", NOW + SECOND, NOW + SECOND))
            assert await work.locked("usr_1") == erasure
            assert await work.oldest() == NOW
            for step in erasure.steps:
                erasure = erasure.taken(step.answered(Answer(True, {"things": 3}), NOW), NOW)
            await work.save(erasure, NOW)
            assert not await work.add(begun("usr_1", NOW + SECOND, NOW + SECOND))
        async with store.transaction() as work:
            assert await work.locked("usr_1") == erasure
            assert list(await work.claim(NOW + 9 * SECOND, NOW, 9)) == []
            assert await work.oldest() is None
            assert await work.locked("usr_2") is None

    async def test_whoever_looks_waits_for_nobody(self, store: AccountErasures) -> None:
        """An erasure is read as it was committed last, also while somebody is about to change it."""
        erasure = begun("usr_1", NOW, NOW)
        async with store.transaction() as work:
            await work.add(erasure)
        async with store.transaction() as work, store.transaction() as looking:
            assert await work.locked("usr_1") == erasure
            assert await looking.get("usr_1") == erasure
            assert await looking.get("usr_2") is None

    async def test_one_that_begins_anew_is_as_old_as_its_second_request(self, store: AccountErasures) -> None:
        """Whoever is erased once more, after a backup, is not told of as waiting since the first time."""
        erasure = begun("usr_1", NOW, NOW)
        for step in erasure.steps:
            erasure = erasure.taken(step.answered(Answer(True, {"things": 3}), NOW), NOW)
        reopened = again(erasure, NOW + 60 * SECOND)
        async with store.transaction() as work:
            assert await work.add(begun("usr_1", NOW, NOW))
            await work.save(erasure, NOW)
            await work.save(reopened, NOW + 60 * SECOND)
        async with store.transaction() as work:
            assert await work.locked("usr_1") == reopened
            assert await work.oldest() == NOW + 60 * SECOND

    async def test_what_is_due_is_taken_once_and_the_longest_first(self, store: AccountErasures) -> None:
        """Whoever is due is taken by one process alone, until the claim runs out or is given back."""
        async with store.transaction() as work:
            for number in range(3):
                await work.add(begun(f"usr_{number}", NOW, NOW - number * SECOND))
            await work.add(begun("usr_later", NOW, NOW + SECOND))
        async with store.transaction() as work:
            first = await work.claim(NOW, NOW + 60 * SECOND, 2)
            second = await work.claim(NOW, NOW + 60 * SECOND, 2)
            assert {each.user_id for each in first} == {"usr_2", "usr_1"}
            assert [each.user_id for each in second] == ["usr_0"]
            await work.save(second[0], NOW + SECOND)
        async with store.transaction() as work:
            again = await work.claim(NOW + SECOND, NOW + 60 * SECOND, 9)
            assert {each.user_id for each in again} == {"usr_0", "usr_later"}
            assert len(await work.claim(NOW + 60 * SECOND, NOW + 120 * SECOND, 9)) == 4
