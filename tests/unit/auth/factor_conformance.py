"""What a store must do about second factors, recovery codes and challenges."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import secrets

from services.auth.app.ports import Store
from services.auth.domain.account import Account
from services.auth.domain.email_address import parse_email
from services.auth.domain.identifiers import new_session_id, new_user_id
from services.auth.domain.second_factor import SecondFactor, SignInChallenge
from services.auth.domain.session import RefreshToken, Session

NOW = datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


class FactorConformance:
    """A subclass gives `store`."""

    async def test_a_factor_is_kept_whole(self, store: Store) -> None:
        """A factor comes back as it was put and changed, and another put replaces it with its recovery codes."""
        user_id = await _person(store)
        factor = SecondFactor(user_id, secrets.token_bytes(20))
        changed = dataclasses.replace(factor, set_at=NOW, last_step=63_000_000, wrong=2, wrong_at=NOW)
        async with store.transaction() as work:
            assert await work.second_factors.get(user_id) is None
            await work.second_factors.put(factor)
            await work.second_factors.put_recovery_codes(user_id, [bytes(32)])
            await work.second_factors.change(dataclasses.replace(changed, secret=b"another"))
        async with store.transaction() as work:
            assert await work.second_factors.get(user_id) == changed
            assert await work.second_factors.locked(user_id) == changed
            await work.second_factors.put(factor)
            assert await work.second_factors.get(user_id) == factor
            assert await work.second_factors.recovery_codes_left(user_id) == 0
            assert await work.second_factors.remove(user_id)
            assert not await work.second_factors.remove(user_id)

    async def test_a_recovery_code_works_once(self, store: Store) -> None:
        """Of many who use a code at once one is told that it works; another's person's, and replaced ones, never do."""
        user_id, other_id = await _person(store), await _person(store)
        codes = [secrets.token_bytes(32) for _ in range(3)]
        async with store.transaction() as work:
            for each in (user_id, other_id):
                await work.second_factors.put(SecondFactor(each, bytes(20)))
            await work.second_factors.put_recovery_codes(user_id, codes)

        async def use(who: str) -> bool:
            async with store.transaction() as work:
                return await work.second_factors.use_recovery_code(who, codes[0], NOW)

        assert not await use(other_id)
        assert sorted(await asyncio.gather(*(use(user_id) for _ in range(4)))) == [False, False, False, True]
        async with store.transaction() as work:
            assert await work.second_factors.recovery_codes_left(user_id) == 2
            await work.second_factors.put_recovery_codes(user_id, [bytes(32)])
            assert not await work.second_factors.use_recovery_code(user_id, codes[1], NOW)
            assert await work.second_factors.recovery_codes_left(user_id) == 1

    async def test_challenges(self, store: Store) -> None:
        """A challenge is found until its end, unless it was answered or its person's were all forgotten."""
        user_id = await _person(store)
        first, second, over = (
            SignInChallenge(secrets.token_bytes(32), user_id, "Firefox", ("password",), at)
            for at in (NOW + HOUR, NOW + HOUR, NOW)
        )
        async with store.transaction() as work:
            for each in (first, second, over):
                await work.challenges.add(each)
            assert await work.challenges.locked(first.challenge_hash, NOW) == first
            assert await work.challenges.locked(over.challenge_hash, NOW) is None
            assert await work.challenges.owner(first.challenge_hash, NOW) == user_id
            assert await work.challenges.owner(over.challenge_hash, NOW) is None
            await work.challenges.remove(first.challenge_hash)
            assert await work.challenges.locked(first.challenge_hash, NOW) is None
            assert await work.challenges.forget(NOW + HOUR / 2, 10) == 1
            await work.challenges.remove_of(user_id)
            assert await work.challenges.locked(second.challenge_hash, NOW) is None

    async def test_a_session_is_proved(self, store: Store) -> None:
        """A living session of the person takes when and how they showed who they are, each way once; no other does."""
        user_id, other_id = await _person(store), await _person(store)
        session = Session(new_session_id(), user_id, NOW, NOW, NOW + 2 * HOUR)
        token = RefreshToken(secrets.token_bytes(32), session.session_id, session.expires_at)
        async with store.transaction() as work:
            await work.sessions.add(session, token)
            assert await work.sessions.prove(session.session_id, other_id, NOW, "totp") is None
            for at, method in ((NOW, "password"), (NOW + HOUR, "totp")):
                await work.sessions.prove(session.session_id, user_id, at, method)
            proved = await work.sessions.prove(session.session_id, user_id, NOW + HOUR, "password")
            expected = dataclasses.replace(session, authenticated_at=NOW + HOUR, methods=("password", "totp"))
            assert proved == expected
            found = await work.sessions.locked(token.token_hash)
            assert found is not None
            assert found[0] == expected
            assert await work.sessions.living(user_id, NOW, 9) == [expected]
            await work.sessions.end(session.session_id, NOW)
            assert await work.sessions.prove(session.session_id, user_id, NOW, "totp") is None


async def _person(store: Store) -> str:
    account = Account(new_user_id(), parse_email(f"{secrets.token_hex(8)}@example.org"), "", NOW)
    async with store.transaction() as work:
        assert await work.accounts.add(account)
    return account.user_id
