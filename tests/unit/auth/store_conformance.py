"""What every store of auth must do; run on the fake and on PostgreSQL."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import secrets

import pytest

from services.auth.app.ports import Store
from services.auth.domain.account import Account
from services.auth.domain.email_address import parse_email
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import new_session_id, new_user_id
from services.auth.domain.link import SignInLink
from services.auth.domain.session import RefreshToken, Session

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HELD_OFF_S = 0.5
"""Long enough that a store without locks would have answered."""
PATIENCE_S = 20.0


class StoreConformance:
    """Subclasses give the fixture `store`."""

    async def test_account_is_found_by_id_and_address(self, store: Store) -> None:
        """An account added is read back whole by its identifier and by any spelling of its address."""
        account = await _account(store, "Ada@Example.org", "hash")
        async with store.transaction() as work:
            assert await work.accounts.get(account.user_id) == account
            assert await work.accounts.of_email(parse_email("ada@example.ORG").key) == account
            assert await work.accounts.get("usr_nobody") is None
            assert await work.accounts.of_email("nobody@example.org") is None

    async def test_address_is_unique(self, store: Store) -> None:
        """A second account with the same address is refused, and the transaction goes on."""
        first = await _account(store, "ada@example.org", "hash")
        async with store.transaction() as work:
            second = Account(new_user_id(), parse_email("ADA@example.org"), "", NOW)
            assert not await work.accounts.add(second)
            assert await work.accounts.of_email("ada@example.org") == first

    async def test_concurrent_accounts_of_one_address(self, store: Store) -> None:
        """Of many accounts made at once for one address, exactly one comes to be."""

        async def add() -> bool:
            async with store.transaction() as work:
                return await work.accounts.add(Account(new_user_id(), parse_email("ada@example.org"), "", NOW))

        assert sorted(await asyncio.gather(*(add() for _ in range(5)))) == [False] * 4 + [True]

    async def test_rename(self, store: Store) -> None:
        """A rename answers with the account under its new name, and with nothing for nobody."""
        account = await _account(store, "ada@example.org", None)
        async with store.transaction() as work:
            renamed = await work.accounts.rename(account.user_id, "Ada")
            assert renamed is not None
            assert (renamed.display_name, renamed.user_id) == ("Ada", account.user_id)
            assert await work.accounts.rename("usr_nobody", "x") is None
        async with store.transaction() as work:
            assert await work.accounts.get(account.user_id) == renamed

    async def test_age_is_confirmed_once(self, store: Store) -> None:
        """An account says when its person was first said to be old enough; of nobody and who is closed nothing is."""
        later = NOW + DAY
        told = Account(new_user_id(), parse_email("grace@example.org"), "", NOW, age_confirmed_at=NOW)
        untold = await _account(store, "ada@example.org", None)
        async with store.transaction() as work:
            assert await work.accounts.add(told)
            for account, at in ((told, NOW), (untold, later)):
                confirmed = await work.accounts.confirm_age(account.user_id, later)
                assert confirmed == dataclasses.replace(account, age_confirmed_at=at)
            assert await work.accounts.confirm_age("usr_nobody", later) is None
        async with store.transaction() as work:
            again = await work.accounts.confirm_age(untold.user_id, later + DAY)
            assert await work.accounts.get(untold.user_id) == again
            assert again == dataclasses.replace(untold, age_confirmed_at=later)
            await work.accounts.close(untold.user_id, later)
            assert await work.accounts.confirm_age(untold.user_id, later) is None

    async def test_hash_is_replaced_only_when_unchanged(self, store: Store) -> None:
        """A new hash replaces the one it was made from and no other."""
        account = await _account(store, "ada@example.org", "old")
        async with store.transaction() as work:
            await work.accounts.replace_hash(account.user_id, "other", "stale")
            await work.accounts.replace_hash(account.user_id, "old", "new")
        async with store.transaction() as work:
            found = await work.accounts.get(account.user_id)
            assert found is not None
            assert found.password_hash == "new"

    async def test_an_account_is_locked(self, store: Store) -> None:
        """Who locks an account waits for whoever changes it, and then sees the change; nobody is locked never."""
        account = await _account(store, "ada@example.org", "old")

        async def read() -> str | None:
            async with store.transaction() as work:
                found = await work.accounts.locked(account.user_id)
                return found.password_hash if found is not None else None

        async with store.transaction() as work:
            assert await work.accounts.locked("usr_nobody") is None
            assert await work.accounts.locked(account.user_id) == account
            other = asyncio.create_task(read())
            done, _ = await asyncio.wait({other}, timeout=HELD_OFF_S)  # sleep: a lock shows in time alone
            assert not done
            await work.accounts.set_hash(account.user_id, "new")
        assert await asyncio.wait_for(other, PATIENCE_S) == "new"

    async def test_failed_work_leaves_nothing(self, store: Store) -> None:
        """A unit of work that raises changes nothing."""

        async def fail() -> None:
            async with store.transaction() as work:
                await work.accounts.add(Account("usr_gone", parse_email("gone@example.org"), "", NOW))
                await work.publish(AccountCreated("usr_gone", NOW))
                raise RuntimeError("planned")

        with pytest.raises(RuntimeError, match="planned"):
            await fail()
        async with store.transaction() as work:
            assert await work.accounts.get("usr_gone") is None

    async def test_rotation(self, store: Store) -> None:
        """A rotated token is spent, its successor is not, and both lead to the changed session."""
        session, token = await _session(store)
        fresh = RefreshToken(secrets.token_bytes(32), session.session_id, NOW + 31 * DAY)
        used = session.used(NOW + DAY, NOW + 31 * DAY)
        async with store.transaction() as work:
            assert await work.sessions.locked(token.token_hash) == (session, token)
            await work.sessions.rotate(used, token, NOW + DAY, fresh)
        async with store.transaction() as work:
            spent = RefreshToken(token.token_hash, session.session_id, token.expires_at, NOW + DAY)
            assert await work.sessions.locked(token.token_hash) == (used, spent)
            assert await work.sessions.locked(fresh.token_hash) == (used, fresh)
            assert await work.sessions.locked(secrets.token_bytes(32)) is None

    async def test_lock_holds_off_others(self, store: Store) -> None:
        """Who asks for a locked session waits until the work that holds it commits, and sees what it did."""
        session, token = await _session(store)

        async def look() -> datetime.datetime | None:
            async with store.transaction() as work:
                found = await work.sessions.locked(token.token_hash)
                assert found is not None
                return found[1].spent_at

        async with store.transaction() as work:
            assert await work.sessions.locked(token.token_hash) is not None
            other = asyncio.create_task(look())
            done, _ = await asyncio.wait({other}, timeout=HELD_OFF_S)  # sleep: a lock shows in time alone
            assert not done
            fresh = RefreshToken(secrets.token_bytes(32), session.session_id, NOW + DAY)
            await work.sessions.rotate(session, token, NOW, fresh)
        assert await asyncio.wait_for(other, PATIENCE_S) == NOW

    async def test_first_end_stands(self, store: Store) -> None:
        """A session ends once; a later end changes nothing, and neither does that of one that never was."""
        session, token = await _session(store)
        async with store.transaction() as work:
            assert await work.sessions.end(session.session_id, NOW)
            assert not await work.sessions.end(session.session_id, NOW + DAY)
            assert not await work.sessions.end("ses_nobody", NOW)
            found = await work.sessions.locked(token.token_hash)
            assert found is not None
            assert found[0].ended_at == NOW

    async def test_living_sessions_are_listed(self, store: Store) -> None:
        """A person's living sessions come whole with the last used first, and only those have an owner."""
        first = await _another_session(store, (await _account(store, "ada@example.org", None)).user_id, used=NOW - DAY)
        last = await _another_session(store, first.user_id, used=NOW)
        over = await _another_session(store, first.user_id, used=NOW, expires_at=NOW)
        ended = await _another_session(store, first.user_id, used=NOW)
        await _session(store)
        async with store.transaction() as work:
            await work.sessions.end(ended.session_id, NOW)
            assert await work.sessions.living(first.user_id, NOW, 10) == [last, first]
            assert await work.sessions.living(first.user_id, NOW, 1) == [last]
            assert await work.sessions.owner(last.session_id, NOW) == first.user_id
            for session_id in (over.session_id, ended.session_id, "ses_nobody"):
                assert await work.sessions.owner(session_id, NOW) is None

    async def test_others_end_together(self, store: Store) -> None:
        """Every living session of the person ends but the one that is kept, and nobody else's."""
        kept = await _another_session(store, (await _account(store, "ada@example.org", None)).user_id, used=NOW)
        others = {(await _another_session(store, kept.user_id, used=NOW)).session_id for _ in range(3)}
        await _another_session(store, kept.user_id, used=NOW, expires_at=NOW)
        strange, _ = await _session(store)
        async with store.transaction() as work:
            assert set(await work.sessions.end_others(kept.user_id, kept.session_id, NOW)) == others
            assert await work.sessions.end_others(kept.user_id, kept.session_id, NOW) == []
            assert await work.sessions.owner(strange.session_id, NOW) == strange.user_id
            assert await work.sessions.end_others(kept.user_id, "", NOW) == [kept.session_id]

    async def test_ended_sessions_are_told(self, store: Store) -> None:
        """Whatever ended at a moment or later is told with its end, whoever's it is; what lives is not."""
        await _session(store)
        ended = [(await _session(store))[0].session_id for _ in range(3)]
        async with store.transaction() as work:
            for days, session_id in enumerate(ended):
                await work.sessions.end(session_id, NOW + days * DAY)
            told = await work.sessions.ended_since(NOW + DAY)
        assert dict(told) == {ended[1]: NOW + DAY, ended[2]: NOW + 2 * DAY}

    async def test_remains_are_forgotten(self, store: Store) -> None:
        """Sessions over before the moment go with their tokens, in batches; living ones stay."""
        _, living = await _session(store, expires_at=NOW + DAY)
        _, expired = await _session(store, expires_at=NOW - 2 * DAY)
        ended, of_ended = await _session(store, expires_at=NOW + DAY)
        async with store.transaction() as work:
            await work.sessions.end(ended.session_id, NOW - 2 * DAY)
        async with store.transaction() as work:
            assert await work.sessions.forget(NOW - DAY, 1) == 1
        async with store.transaction() as work:
            assert await work.sessions.forget(NOW - DAY, 1) == 1
        async with store.transaction() as work:
            assert await work.sessions.forget(NOW - DAY, 1) == 0
            assert await work.sessions.locked(living.token_hash) is not None
            assert await work.sessions.locked(expired.token_hash) is None
            assert await work.sessions.locked(of_ended.token_hash) is None

    async def test_expired_tokens_of_a_living_session_are_forgotten(self, store: Store) -> None:
        """A session in use for long does not keep every token it ever had."""
        session, token = await _session(store, expires_at=NOW)
        used = session.used(NOW, NOW + 30 * DAY)
        fresh = RefreshToken(secrets.token_bytes(32), session.session_id, NOW + 30 * DAY)
        async with store.transaction() as work:
            await work.sessions.rotate(used, token, NOW, fresh)
        async with store.transaction() as work:
            assert await work.sessions.forget(NOW + DAY, 10) == 1
            assert await work.sessions.locked(token.token_hash) is None
            assert await work.sessions.locked(fresh.token_hash) == (used, fresh)

    async def test_link_is_redeemed_once(self, store: Store) -> None:
        """Of many who redeem a link at once, one learns whom it signs in; nobody does after its end."""
        account = await _account(store, "ada@example.org", None)
        code, late = secrets.token_bytes(32), secrets.token_bytes(32)
        async with store.transaction() as work:
            await work.links.add(SignInLink(code, account.user_id, NOW + DAY))
            await work.links.add(SignInLink(late, account.user_id, NOW))

        async def redeem(code_hash: bytes) -> str | None:
            async with store.transaction() as work:
                return await work.links.redeem(code_hash, NOW)

        answers = await asyncio.gather(*(redeem(code) for _ in range(5)))
        assert sorted(answers, key=str) == [None] * 4 + [account.user_id]
        assert await redeem(late) is None
        assert await redeem(secrets.token_bytes(32)) is None

    async def test_link_says_whose_it_is(self, store: Store) -> None:
        """Whom a link signs in is told before and after it did so; of a code that never was nobody is."""
        account = await _account(store, "ada@example.org", None)
        code = secrets.token_bytes(32)
        async with store.transaction() as work:
            await work.links.add(SignInLink(code, account.user_id, NOW + DAY))
            assert await work.links.owner(code) == account.user_id
            assert await work.links.redeem(code, NOW) == account.user_id
            assert await work.links.owner(code) == account.user_id
            assert await work.links.owner(secrets.token_bytes(32)) is None

    async def test_links_are_forgotten(self, store: Store) -> None:
        """Links that expired before the moment go, in batches; others stay."""
        account = await _account(store, "ada@example.org", None)
        living = secrets.token_bytes(32)
        async with store.transaction() as work:
            await work.links.add(SignInLink(secrets.token_bytes(32), account.user_id, NOW - DAY))
            await work.links.add(SignInLink(secrets.token_bytes(32), account.user_id, NOW - DAY))
            await work.links.add(SignInLink(living, account.user_id, NOW + DAY))
        async with store.transaction() as work:
            assert await work.links.forget(NOW, 1) == 1
            assert await work.links.forget(NOW, 5) == 1
            assert await work.links.forget(NOW, 5) == 0
            assert await work.links.redeem(living, NOW) == account.user_id


async def _account(store: Store, email: str, password_hash: str | None) -> Account:
    account = Account(new_user_id(), parse_email(email), "", NOW, password_hash)
    async with store.transaction() as work:
        assert await work.accounts.add(account)
        await work.publish(AccountCreated(account.user_id, NOW))
    return account


async def _session(store: Store, *, expires_at: datetime.datetime = NOW + 30 * DAY) -> tuple[Session, RefreshToken]:
    account = await _account(store, f"{secrets.token_hex(8)}@example.org", None)
    session = Session(new_session_id(), account.user_id, NOW - 3 * DAY, NOW - 3 * DAY, expires_at)
    token = RefreshToken(secrets.token_bytes(32), session.session_id, expires_at)
    async with store.transaction() as work:
        await work.sessions.add(session, token)
    return session, token


async def _another_session(
    store: Store, user_id: str, *, used: datetime.datetime, expires_at: datetime.datetime = NOW + 30 * DAY
) -> Session:
    session = Session(new_session_id(), user_id, NOW - 3 * DAY, used, expires_at, device="Firefox, Linux")
    async with store.transaction() as work:
        await work.sessions.add(session, RefreshToken(secrets.token_bytes(32), session.session_id, expires_at))
    return session
