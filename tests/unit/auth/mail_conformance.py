"""What every store of auth must do with mail and its codes; run on the fake and on PostgreSQL."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import secrets

from services.auth.app.ports import Store
from services.auth.domain.account import Account
from services.auth.domain.email_address import parse_email
from services.auth.domain.email_code import EmailCode, PendingSignUp, Purpose
from services.auth.domain.identifiers import new_mail_id, new_user_id
from services.auth.domain.mail import Mail

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
MINUTE = datetime.timedelta(minutes=1)


def code_for(email_key: str, user_id: str | None = None, *, made_at: datetime.datetime = NOW) -> EmailCode:
    return EmailCode(secrets.token_bytes(32), Purpose.VERIFY, user_id, email_key, made_at, NOW + DAY)


def pending_for(email: str, *, made_at: datetime.datetime = NOW) -> PendingSignUp:
    return PendingSignUp(secrets.token_bytes(32), parse_email(email), "Ada", "a hash", made_at, NOW + DAY, made_at)


def mail_to(to: str, *, expires_at: datetime.datetime = NOW + DAY) -> Mail:
    return Mail(new_mail_id(), to, "Grüße", "Ein Link.\n", expires_at)


class MailConformance:
    """Subclasses give the fixture `store`."""

    async def test_password_and_verification_are_kept(self, store: Store) -> None:
        """Another password's hash replaces the one before, and the first verification stands."""
        account = await _account(store)
        async with store.transaction() as work:
            await work.accounts.set_hash(account.user_id, "new")
            await work.accounts.mark_verified(account.user_id, NOW)
            await work.accounts.mark_verified(account.user_id, NOW + DAY)
        async with store.transaction() as work:
            found = await work.accounts.get(account.user_id)
        assert found is not None
        assert (found.password_hash, found.email_verified_at) == ("new", NOW)

    async def test_verified_account_is_added_whole(self, store: Store) -> None:
        """An account that is verified from its beginning is read back so."""
        account = Account(new_user_id(), parse_email("ada@example.org"), "Ada", NOW, "hash", email_verified_at=NOW)
        async with store.transaction() as work:
            assert await work.accounts.add(account)
        async with store.transaction() as work:
            assert await work.accounts.of_email("ada@example.org") == account

    async def test_code_is_used_once(self, store: Store) -> None:
        """A code is read back whole while it works: before its end, for its purpose, until the first use."""
        account = await _account(store)
        code = code_for(account.email.key, account.user_id)
        async with store.transaction() as work:
            await work.email_codes.add(code)

        async def use() -> bool:
            async with store.transaction() as work:
                return await work.email_codes.use(code.code_hash, Purpose.VERIFY, NOW)

        async with store.transaction() as work:
            assert await work.email_codes.get(code.code_hash, Purpose.VERIFY, NOW) == code
            assert await work.email_codes.get(code.code_hash, Purpose.RESET, NOW) is None
            assert await work.email_codes.get(code.code_hash, Purpose.VERIFY, NOW + DAY) is None
            assert not await work.email_codes.use(code.code_hash, Purpose.RESET, NOW)
            assert not await work.email_codes.use(code.code_hash, Purpose.VERIFY, NOW + DAY)
        assert sorted(await asyncio.gather(*(use() for _ in range(4)))) == [False, False, False, True]
        async with store.transaction() as work:
            assert await work.email_codes.get(code.code_hash, Purpose.VERIFY, NOW) is None

    async def test_all_codes_of_a_person_are_used_up(self, store: Store) -> None:
        """All of one kind end together, and nobody else's."""
        ada, bob = await _account(store), await _account(store)
        codes = [code_for(each.email.key, each.user_id) for each in (ada, ada, bob)]
        async with store.transaction() as work:
            for code in codes:
                await work.email_codes.add(code)
            await work.email_codes.use_all(ada.user_id, Purpose.RESET, NOW)
            assert await work.email_codes.get(codes[0].code_hash, Purpose.VERIFY, NOW) is not None
            await work.email_codes.use_all(ada.user_id, Purpose.VERIFY, NOW)
            left = [await work.email_codes.get(code.code_hash, Purpose.VERIFY, NOW) for code in codes]
        assert left == [None, None, codes[2]]

    async def test_codes_of_a_person_are_used_up_from_a_moment_on(self, store: Store) -> None:
        """Those that were made before it go on."""
        ada = await _account(store)
        codes = [code_for(ada.email.key, ada.user_id, made_at=NOW + minutes * MINUTE) for minutes in (0, 1, 2)]
        async with store.transaction() as work:
            for code in codes:
                await work.email_codes.add(code)
            await work.email_codes.use_all(ada.user_id, Purpose.VERIFY, NOW, made_since=codes[1].made_at)
            left = [await work.email_codes.get(code.code_hash, Purpose.VERIFY, NOW) for code in codes]
        assert left == [codes[0], None, None]

    async def test_an_address_that_can_be_brought_back_is_nobody_elses(self, store: Store) -> None:
        """Neither a new account nor another one gets it while such a code of a living account works."""
        ada, bob, old = await _account(store), await _account(store), parse_email("old@example.org")
        undo = dataclasses.replace(code_for(old.key, ada.user_id), purpose=Purpose.UNDO)
        over = dataclasses.replace(code_for("over@example.org", ada.user_id), purpose=Purpose.UNDO)
        new = Account(new_user_id(), old, "", NOW)
        async with store.transaction() as work:
            await work.email_codes.add(undo)
            await work.email_codes.add(over)
            assert await work.accounts.add(Account(new_user_id(), parse_email(over.email_key), "", over.expires_at))
            await work.email_codes.add(code_for(bob.email.key, ada.user_id))
            assert await work.email_codes.promised_to(old.key, NOW) == ada.user_id
            assert await work.email_codes.promised_to(old.key, undo.expires_at) is None
            assert await work.email_codes.promised_to(bob.email.key, NOW) is None
            assert not await work.accounts.add(new)
            assert await work.accounts.get(new.user_id) is None
            assert not await work.accounts.take_email(bob.user_id, old, NOW)
        async with store.transaction() as work:
            assert await work.accounts.take_email(ada.user_id, old, NOW)
            assert await work.accounts.take_email(ada.user_id, parse_email("on@example.org"), NOW)
            await work.accounts.close(ada.user_id, NOW)
            assert await work.email_codes.promised_to(old.key, NOW) is None
            assert await work.accounts.add(new)

    async def test_codes_are_counted_and_forgotten(self, store: Store) -> None:
        """Codes count by address and purpose since a moment, also those of nobody; past their end they go."""
        async with store.transaction() as work:
            for minutes in (0, 1, 2):
                await work.email_codes.add(code_for("ada@example.org", made_at=NOW + minutes * MINUTE))
            await work.email_codes.add(code_for("bob@example.org"))
            assert await work.email_codes.count(Purpose.VERIFY, "ada@example.org", NOW) == 2
            assert await work.email_codes.count(Purpose.RESET, "ada@example.org", NOW) == 0
        async with store.transaction() as work:
            assert await work.email_codes.forget(NOW + DAY, 9) == 0
            assert await work.email_codes.forget(NOW + 2 * DAY, 3) == 3
            assert await work.email_codes.forget(NOW + 2 * DAY, 3) == 1

    async def test_codes_are_counted_by_who_caused_them(self, store: Store) -> None:
        """Codes of a person count by purpose since a moment, whatever address they went to and whether they work."""
        ada, bob = await _account(store), await _account(store)
        async with store.transaction() as work:
            for minutes in (0, 1, 2):
                made_at = NOW + minutes * MINUTE
                await work.email_codes.add(code_for(f"{minutes}@example.org", ada.user_id, made_at=made_at))
            await work.email_codes.add(code_for("0@example.org", bob.user_id, made_at=NOW + MINUTE))
            await work.email_codes.use_all(ada.user_id, Purpose.VERIFY, NOW)
            assert await work.email_codes.count_of(ada.user_id, Purpose.VERIFY, NOW) == 2
            assert await work.email_codes.count_of(ada.user_id, Purpose.RESET, NOW) == 0

    async def test_pending_sign_up(self, store: Store) -> None:
        """One is read back whole while its code works, is used once, counts by address, and is forgotten."""
        pending = pending_for("Ada@Example.org")
        async with store.transaction() as work:
            await work.pending_sign_ups.add(pending)
            await work.pending_sign_ups.add(pending_for("ada@example.org", made_at=NOW + MINUTE))
        async with store.transaction() as work:
            assert await work.pending_sign_ups.get(pending.code_hash, NOW) == pending
            assert await work.pending_sign_ups.get(pending.code_hash, NOW + DAY) is None
            assert await work.pending_sign_ups.count("ada@example.org", NOW) == 1
            assert not await work.pending_sign_ups.use(pending.code_hash, NOW + DAY)
            assert await work.pending_sign_ups.use(pending.code_hash, NOW)
            assert not await work.pending_sign_ups.use(pending.code_hash, NOW)
            assert await work.pending_sign_ups.get(pending.code_hash, NOW) is None
            assert await work.pending_sign_ups.forget(NOW + 2 * DAY, 1) == 1
            assert await work.pending_sign_ups.forget(NOW + 2 * DAY, 9) == 1

    async def test_mail_is_claimed_by_one(self, store: Store) -> None:
        """Due mail comes whole, the longest due first, counts its tries, and is nobody else's until it is let go."""
        first, second = mail_to("ada@example.org"), mail_to("bob@example.org")
        first = dataclasses.replace(first, user_id=(await _account(store)).user_id)
        async with store.transaction() as work:
            await work.mails.add(second, NOW)
            await work.mails.add(first, NOW - MINUTE)
            await work.mails.add(mail_to("later@example.org"), NOW + MINUTE)
        async with store.transaction() as work:
            (claimed,) = await work.mails.claim(NOW, NOW + 5 * MINUTE, 1)
            assert (claimed.mail, claimed.tries) == (first, 1)
        async with store.transaction() as work:
            assert [each.mail for each in await work.mails.claim(NOW, NOW + 5 * MINUTE, 9)] == [second]
            assert await work.mails.claim(NOW, NOW + 5 * MINUTE, 9) == []
            await work.mails.remove(second.mail_id)
            await work.mails.postpone(first.mail_id, NOW + 2 * MINUTE)
        async with store.transaction() as work:
            again = await work.mails.claim(NOW + 2 * MINUTE, NOW + 9 * MINUTE, 9)
        assert {(each.mail.to, each.tries) for each in again} == {("ada@example.org", 2), ("later@example.org", 1)}

    async def test_mail_past_its_end_is_removed(self, store: Store) -> None:
        """Mail whose link has run out is given to nobody, and goes."""
        async with store.transaction() as work:
            await work.mails.add(mail_to("ada@example.org", expires_at=NOW), NOW - MINUTE)
            assert await work.mails.claim(NOW, NOW + MINUTE, 9) == []
            assert await work.mails.claim(NOW - MINUTE, NOW, 9) == []


async def _account(store: Store) -> Account:
    account = Account(new_user_id(), parse_email(f"{secrets.token_hex(8)}@example.org"), "", NOW, "hash")
    async with store.transaction() as work:
        assert await work.accounts.add(account)
    return account
