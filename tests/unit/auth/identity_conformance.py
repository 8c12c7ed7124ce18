"""What every store of auth must do about identities; run on the fake and on PostgreSQL."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import secrets

from services.auth.app.ports import Store
from services.auth.domain.account import Account
from services.auth.domain.email_address import NO_EMAIL, EmailAddress, parse_email
from services.auth.domain.identifiers import new_session_id, new_user_id
from services.auth.domain.identity import NEVER, Identity
from services.auth.domain.session import RefreshToken, Session

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
ISSUER = "https://clerk.example"


class IdentityConformance:
    """Subclasses give the fixture `store`."""

    async def test_an_identity_is_claimed_once(self, store: Store) -> None:
        """Of many who claim a new identity at once one makes its account, and the others find it."""

        async def claim() -> str:
            async with store.transaction() as work:
                known = await work.identities.claim(ISSUER, "user_1", NOW)
                if known.user_id is not None:
                    return known.user_id
                account = Account(new_user_id(), NO_EMAIL, "", NOW)
                assert await work.accounts.add(account)
                await work.identities.keep(dataclasses.replace(known, user_id=account.user_id, told_at=NOW))
                return account.user_id

        (user_id,) = set(await asyncio.gather(*(claim() for _ in range(5))))
        async with store.transaction() as work:
            assert await work.identities.get(ISSUER, "user_1") == Identity(ISSUER, "user_1", user_id, NOW)
            assert await work.identities.get("https://other.example", "user_1") is None
            assert await work.identities.get(ISSUER, "user_2") is None

    async def test_many_accounts_may_have_no_address(self, store: Store) -> None:
        """No address is nobody's address: two accounts without one stand beside each other, and none is found by it."""
        accounts = [Account(new_user_id(), NO_EMAIL, "", NOW) for _ in range(2)]
        async with store.transaction() as work:
            for account in accounts:
                assert await work.accounts.add(account)
        async with store.transaction() as work:
            assert [await work.accounts.get(each.user_id) for each in accounts] == accounts
            assert await work.accounts.of_email("") is None

    async def test_an_address_is_taken_only_when_it_is_free(self, store: Store) -> None:
        """An account takes a free address, its own in another spelling, and never another account's."""
        one, two = await _account(store, NO_EMAIL), await _account(store, parse_email("bob@example.org"))
        async with store.transaction() as work:
            assert await work.accounts.take_email(one, parse_email("ada@example.org"), NOW)
            assert await work.accounts.take_email(one, parse_email("Ada@example.org"), NOW)
            assert not await work.accounts.take_email(one, parse_email("BOB@example.org"), NOW)
            assert not await work.accounts.take_email("usr_nobody", parse_email("new@example.org"), NOW)
        async with store.transaction() as work:
            found = await work.accounts.of_email("ada@example.org")
            assert found is not None
            assert (found.user_id, found.email.typed) == (one, "Ada@example.org")
            bob = await work.accounts.get(two)
            assert bob is not None
            assert bob.email.typed == "bob@example.org"

    async def test_a_closed_account_is_none(self, store: Store) -> None:
        """Once closed an account is not found, changed or locked, makes no keys, and its address is free again."""
        address = parse_email("ada@example.org")
        user_id, other = await _account(store, address), await _account(store, NO_EMAIL)
        async with store.transaction() as work:
            await work.accounts.set_hash(user_id, "hash")
            await work.accounts.mark_verified(user_id, NOW)
            await work.accounts.close(user_id, NOW)
            await work.accounts.close(user_id, NOW + DAY)
        async with store.transaction() as work:
            assert await work.accounts.get(user_id) is None
            assert await work.accounts.of_email(address.key) is None
            assert await work.accounts.locked(user_id) is None
            assert await work.accounts.rename(user_id, "Ada") is None
            assert not await work.api_keys.locked(user_id)
            assert await work.api_keys.locked(other)
            assert await work.accounts.add(Account(new_user_id(), address, "", NOW))

    async def test_living_and_told(self, store: Store) -> None:
        """The list of the living leaves out the ended, the new and other issuers'; what was told is known of all."""
        async with store.transaction() as work:
            for subject, user_id, ended_at in (("a", "+", None), ("b", "+", NOW), ("c", None, None)):
                known = await work.identities.claim(ISSUER, subject, NOW)
                if user_id:
                    account = Account(new_user_id(), NO_EMAIL, "", NOW)
                    await work.accounts.add(account)
                    known = dataclasses.replace(known, user_id=account.user_id, told_at=NOW, ended_at=ended_at)
                    await work.identities.keep(known)
            assert await work.identities.living(ISSUER) == {"a"}
            assert await work.identities.living("https://other.example") == set()
            assert await work.identities.told(ISSUER, ["a", "b", "c", "d"]) == {"a": NOW, "b": NOW, "c": NEVER}
            assert await work.identities.told(ISSUER, []) == {}

    async def test_a_message_counts_once(self, store: Store) -> None:
        """Of one message that comes many times at once, one is the first; the same name later is not."""

        async def take() -> bool:
            async with store.transaction() as work:
                return await work.identities.first_time("msg_1", NOW)

        assert sorted(await asyncio.gather(*(take() for _ in range(5)))) == [False] * 4 + [True]

    async def test_remains_of_identities_are_forgotten(self, store: Store) -> None:
        """Old messages go, and ended identities once their account is gone; others stay."""
        user_id = await _account(store, NO_EMAIL)
        async with store.transaction() as work:
            await work.identities.first_time("msg_old", NOW - DAY)
            await work.identities.first_time("msg_new", NOW)
            for subject, holder in (("gone", None), ("here", user_id)):
                known = await work.identities.claim(ISSUER, subject, NOW)
                await work.identities.keep(dataclasses.replace(known, user_id=holder, ended_at=NOW - DAY))
            await work.identities.claim(ISSUER, "new", NOW)
        async with store.transaction() as work:
            assert await work.identities.forget(NOW, 10) == 1
        async with store.transaction() as work:
            assert await work.identities.forget(NOW, 10) == 0
            assert await work.identities.first_time("msg_old", NOW)
            assert not await work.identities.first_time("msg_new", NOW)
            assert await work.identities.get(ISSUER, "gone") is None
            assert await work.identities.get(ISSUER, "here") is not None
            assert await work.identities.get(ISSUER, "new") is not None

    async def test_every_session_of_a_person_ends(self, store: Store) -> None:
        """All living sessions of one person end but the kept one, and nobody else's does."""
        user_id, other = await _account(store, NO_EMAIL), await _account(store, NO_EMAIL)
        one, two, over = [await _session(store, user_id, NOW + days * DAY) for days in (1, 1, -1)]
        others = await _session(store, other, NOW + DAY)
        async with store.transaction() as work:
            assert await work.sessions.end_others(user_id, one.session_id, NOW) == [two.session_id]
        async with store.transaction() as work:
            assert await work.sessions.end_others(user_id, "", NOW) == [one.session_id]
            assert await work.sessions.end_others(user_id, "", NOW) == []
            assert await work.sessions.end_others(other, "", NOW) == [others.session_id]
            assert over.ended_at is None


async def _account(store: Store, email: EmailAddress) -> str:
    account = Account(new_user_id(), email, "", NOW)
    async with store.transaction() as work:
        assert await work.accounts.add(account)
    return account.user_id


async def _session(store: Store, user_id: str, expires_at: datetime.datetime) -> Session:
    session = Session(new_session_id(), user_id, NOW - 3 * DAY, NOW - 3 * DAY, expires_at)
    async with store.transaction() as work:
        await work.sessions.add(session, RefreshToken(secrets.token_bytes(32), session.session_id, expires_at))
    return session
