"""What every store of auth must do about the privacy policy; run on the fake and on PostgreSQL."""

from __future__ import annotations

import dataclasses

import pytest

from services.auth.app.ports import Store, Work
from services.auth.domain.account import Account
from services.auth.domain.email_address import NO_EMAIL, parse_email
from services.auth.domain.policy_version import UNNAMED, Acceptance, Telling, Way
from tests.unit.auth.mail_conformance import mail_to
from tests.unit.auth.policies import ALL, DAY, FIRST, NOW, SECOND, THIRD


async def people(work: Work, *user_ids: str) -> None:
    for user_id in user_ids:
        assert await work.accounts.add(Account(user_id, parse_email(f"{user_id}@example.org"), "", NOW))


class PolicyConformance:
    """Subclasses give the fixture `store`, and what it raises where something is of nobody."""

    refusal: type[Exception]

    async def test_a_version_stays_as_it_was_told_first(self, store: Store) -> None:
        """Told again it is no other, whatever is said of it then; versions come in their order."""
        async with store.transaction() as work:
            await work.policies.keep([THIRD, FIRST], NOW)
            await work.policies.keep([dataclasses.replace(THIRD, in_force_from=NOW), SECOND], NOW + DAY)
            assert await work.policies.versions() == list(ALL)

    async def test_the_first_acceptance_stands(self, store: Store) -> None:
        """Of each person and version there is one, with its first moment, and of nobody another's."""
        first, again = Acceptance(2, NOW, at_sign_up=True), Acceptance(2, NOW + DAY, at_sign_up=False)
        async with store.transaction() as work:
            await people(work, "usr_1", "usr_2")
            assert await work.policies.accept("usr_1", first) == first
            assert await work.policies.accept("usr_1", again) == first
            assert await work.policies.acceptances("usr_1") == [first]
            assert await work.policies.acceptances("usr_2") == []

    async def test_somebody_is_told_once_each_way(self, store: Store) -> None:
        """The second time the same way is none; another way, version or person is."""
        async with store.transaction() as work:
            await people(work, "usr_1", "usr_2")
            assert await work.policies.tell("usr_1", 3, Way.MAIL, NOW)
            for again in (NOW, NOW + DAY):
                assert not await work.policies.tell("usr_1", 3, Way.MAIL, again)
            for user_id, version, way in (("usr_1", 3, Way.NOTICE), ("usr_1", 2, Way.MAIL), ("usr_2", 3, Way.MAIL)):
                assert await work.policies.tell(user_id, version, way, NOW)
            assert set(await work.policies.tellings("usr_1")) == {
                Telling(2, Way.MAIL),
                Telling(3, Way.MAIL),
                Telling(3, Way.NOTICE),
            }

    async def test_nothing_is_noted_of_nobody(self, store: Store) -> None:
        """What is noted is of an account that there is, and a version has a number above that of none."""

        async def accept(work: Work) -> object:
            return await work.policies.accept("usr_nobody", Acceptance(2, NOW, at_sign_up=False))

        async def tell(work: Work) -> object:
            return await work.policies.tell("usr_nobody", 2, Way.MAIL, NOW)

        async def keep(work: Work) -> None:
            await work.policies.keep([dataclasses.replace(FIRST, version=UNNAMED)], NOW)

        for act in (accept, tell, keep):
            with pytest.raises(self.refusal):
                async with store.transaction() as work:
                    await act(work)
        async with store.transaction() as work:
            assert await work.policies.versions() == []

    async def test_a_walk_of_an_unknown_version_is_none(self, store: Store) -> None:
        """Nothing comes of one that nobody told of: neither where it has come to nor that it ended."""
        async with store.transaction() as work:
            await work.policies.walked(3, "usr_5", NOW)
            assert await work.policies.walk([3], NOW) is None
            await work.policies.keep(ALL, NOW)
            begun = await work.policies.walk([3], NOW - DAY)
            assert begun is not None
            assert begun.walked_to == ""

    async def test_what_has_no_version_gets_that_of_its_moment(self, store: Store) -> None:
        """Acceptances and tellings of before auth knew any, in steps; one that is there already stays as it is."""
        async with store.transaction() as work:
            await people(work, "usr_1", "usr_2", "usr_3")
            assert await work.policies.name([], 10) == 0
            await work.policies.accept("usr_1", Acceptance(UNNAMED, SECOND.in_force_from - DAY, at_sign_up=True))
            await work.policies.accept("usr_2", Acceptance(UNNAMED, NOW, at_sign_up=True))
            await work.policies.accept("usr_2", Acceptance(2, NOW - DAY, at_sign_up=False))
            await work.policies.tell("usr_3", UNNAMED, Way.OPERATOR, NOW)
            named = [await work.policies.name(ALL, 2) for _ in range(3)]
            assert named == [2, 1, 0]
            assert [each.version for each in await work.policies.acceptances("usr_1")] == [1]
            assert await work.policies.acceptances("usr_2") == [Acceptance(2, NOW - DAY, at_sign_up=False)]
            assert await work.policies.tellings("usr_3") == [Telling(2, Way.OPERATOR)]

    async def test_a_walk_goes_on_where_it_was(self, store: Store) -> None:
        """The first that is due, from where it came to; one that is through rests, and a version not asked for too."""
        async with store.transaction() as work:
            await work.policies.keep(ALL, NOW)
            begun = await work.policies.walk([3, 2], NOW - DAY)
            assert begun is not None
            assert (begun.policy, begun.walked_to) == (THIRD, "")
            await work.policies.walked(3, "usr_5", NOW)
            going_on = await work.policies.walk([3, 2], NOW - DAY)
            assert going_on is not None
            assert (going_on.policy, going_on.walked_to) == (THIRD, "usr_5")
            await work.policies.walked(3, "", NOW)
            following = await work.policies.walk([3, 2], NOW - DAY)
            assert following is not None
            assert following.policy == SECOND
            assert await work.policies.walk([3], NOW - DAY) is None
            again = await work.policies.walk([3], NOW)
            assert again is not None

    async def test_no_walk_of_another_version_stays_behind(self, store: Store) -> None:
        """How far an announcing came names somebody: one that does not go on forgets it, and the others do not."""
        async with store.transaction() as work:
            await work.policies.keep(ALL, NOW)
            for version in (2, 3):
                await work.policies.walked(version, "usr_5", NOW)
            await work.policies.give_up_walks([3])
            left, going_on = await work.policies.walk([2], NOW), await work.policies.walk([3], NOW)
            assert left is not None
            assert going_on is not None
            assert (left.walked_to, going_on.walked_to) == ("", "usr_5")

    async def test_who_was_not_written_to_comes_in_order(self, store: Store) -> None:
        """Open accounts of before a moment, with an address, some at a time; nobody who has a mail of that version."""
        async with store.transaction() as work:
            await people(work, "usr_3", "usr_1", "usr_2", "usr_4", "usr_5")
            await work.accounts.add(Account("usr_0", NO_EMAIL, "", NOW))
            await work.accounts.add(Account("usr_6", parse_email("new@example.org"), "", NOW + DAY))
            await work.accounts.close("usr_2", NOW)
            await work.policies.tell("usr_4", 3, Way.MAIL, NOW)
            await work.policies.tell("usr_3", 3, Way.NOTICE, NOW)
            await work.policies.tell("usr_3", 2, Way.MAIL, NOW)

            async def untold(after: str) -> list[str]:
                return [each.user_id for each in await work.policies.unmailed(3, after, NOW + DAY, 2)]

            assert await untold("") == ["usr_1", "usr_3"]
            assert await untold("usr_3") == ["usr_5"]
            assert await untold("usr_5") == []

    async def test_waiting_mail_is_counted_to_a_bound(self, store: Store) -> None:
        """How many wait is known only as far as anybody asks."""
        async with store.transaction() as work:
            assert await work.mails.waiting(1, 2) == 0
            for waiting in (1, 2, 2):
                await work.mails.add(mail_to("ada@example.org"), NOW)
                assert await work.mails.waiting(1, 2) == waiting

    async def test_mail_that_nobody_takes_is_not_waiting_for_ever(self, store: Store) -> None:
        """What was tried as often as that is left out of the count, whenever it is tried again."""
        async with store.transaction() as work:
            await work.mails.add(mail_to("ada@example.org"), NOW)
            for _ in range(2):
                assert len(await work.mails.claim(NOW, NOW, 9)) == 1
            await work.mails.add(mail_to("grace@example.org"), NOW)
            assert [await work.mails.waiting(tries, 9) for tries in (1, 2, 3)] == [1, 1, 2]
