"""What every store of auth must do with passkeys; run on the fake and on PostgreSQL."""

from __future__ import annotations

import dataclasses
import datetime
import secrets

from services.auth.app.ports import Store
from services.auth.domain.account import Account
from services.auth.domain.email_address import parse_email
from services.auth.domain.identifiers import new_passkey_id, new_user_id
from services.auth.domain.passkey import Ceremony, Passkey, PasskeyQuestion, new_handle

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


class PasskeyConformance:
    """Subclasses give the fixture `store`."""

    async def test_a_passkey_is_found_by_its_credential(self, store: Store) -> None:
        """What was added is read back whole, with its owner's handle; of a closed account it is not found."""
        person, made = await _person(store), new_handle()
        passkey = passkey_of(person)
        async with store.transaction() as work:
            assert await work.passkeys.handle_of(person, made) == made
            assert await work.passkeys.handle_of(person, new_handle()) == made
            assert await work.passkeys.add(passkey)
        async with store.transaction() as work:
            assert await work.passkeys.locked(passkey.credential_id) == (passkey, made)
            assert await work.passkeys.locked(secrets.token_bytes(16)) is None
            await work.accounts.close(person, NOW)
        async with store.transaction() as work:
            assert await work.passkeys.locked(passkey.credential_id) is None

    async def test_a_credential_is_of_one_person(self, store: Store) -> None:
        """A second passkey of the same credential is refused, and the transaction goes on."""
        first = passkey_of(await _person(store))
        other = dataclasses.replace(passkey_of(await _person(store)), credential_id=first.credential_id)
        async with store.transaction() as work:
            assert await work.passkeys.add(first)
            assert not await work.passkeys.add(other)
            assert await work.passkeys.of_person(other.user_id) == []

    async def test_the_newest_is_listed_first(self, store: Store) -> None:
        """A list holds one person's, newest first, with the name and the use that they have now."""
        person, other = await _person(store), await _person(store)
        older = passkey_of(person)
        newer = dataclasses.replace(passkey_of(person), created_at=NOW + MINUTE)
        async with store.transaction() as work:
            for each in (older, newer, passkey_of(other)):
                assert await work.passkeys.add(each)
            assert await work.passkeys.rename(other, older.passkey_id, "theirs") is None
            renamed = dataclasses.replace(older, name="Phone")
            assert await work.passkeys.rename(person, older.passkey_id, "Phone") == renamed
            await work.passkeys.note_use(newer.passkey_id, 7, NOW)
        async with store.transaction() as work:
            used = dataclasses.replace(newer, sign_count=7, last_used_at=NOW)
            assert await work.passkeys.of_person(person) == [used, renamed]

    async def test_a_person_removes_their_own(self, store: Store) -> None:
        """Another's is not there to be removed; all of one person's go together, with what they were asked."""
        person, other = await _person(store), await _person(store)
        mine, more, theirs = passkey_of(person), passkey_of(person), passkey_of(other)
        async with store.transaction() as work:
            for each in (mine, more, theirs):
                assert await work.passkeys.add(each)
            assert not await work.passkeys.remove(other, mine.passkey_id)
            assert await work.passkeys.remove(person, mine.passkey_id)
            assert not await work.passkeys.remove(person, mine.passkey_id)
            await work.passkeys.ask(asked := _asked(Ceremony.ADD, person))
            await work.passkeys.remove_of(person)
        async with store.transaction() as work:
            assert await work.passkeys.of_person(person) == []
            assert await work.passkeys.of_person(other) == [theirs]
            assert not await work.passkeys.take(asked.challenge_hash, Ceremony.ADD, person, NOW)

    async def test_a_question_is_taken_once_by_whom_it_was_asked(self, store: Store) -> None:
        """Only for what it was asked, of the person who was asked, before its end, and for the first call."""
        person, other = await _person(store), await _person(store)
        asked, open_to_all = _asked(Ceremony.ADD, person), _asked(Ceremony.SIGN_IN, None)
        async with store.transaction() as work:
            await work.passkeys.ask(asked)
            await work.passkeys.ask(open_to_all)
        async with store.transaction() as work:
            take = work.passkeys.take
            assert not await take(asked.challenge_hash, Ceremony.PROVE, person, NOW)
            assert not await take(asked.challenge_hash, Ceremony.ADD, other, NOW)
            assert not await take(asked.challenge_hash, Ceremony.ADD, None, NOW)
            assert not await take(asked.challenge_hash, Ceremony.ADD, person, asked.expires_at)
            assert await take(asked.challenge_hash, Ceremony.ADD, person, NOW)
            assert not await take(asked.challenge_hash, Ceremony.ADD, person, NOW)
            assert not await take(open_to_all.challenge_hash, Ceremony.SIGN_IN, person, NOW)
            assert await take(open_to_all.challenge_hash, Ceremony.SIGN_IN, None, NOW)

    async def test_questions_that_ran_out_are_forgotten(self, store: Store) -> None:
        """Those that expired before the moment go, in batches; others stay."""
        living = _asked(Ceremony.SIGN_IN, None)
        async with store.transaction() as work:
            for each in (living, *(_asked(Ceremony.SIGN_IN, None, NOW - MINUTE) for _ in range(2))):
                await work.passkeys.ask(each)
        counts = []
        for _ in range(3):
            async with store.transaction() as work:
                counts.append(await work.passkeys.forget(NOW, 1))
        assert counts == [1, 1, 0]
        async with store.transaction() as work:
            assert await work.passkeys.take(living.challenge_hash, Ceremony.SIGN_IN, None, NOW)

    async def test_whom_another_issuer_vouches_for_is_known(self, store: Store) -> None:
        """Somebody with an identity there is told from somebody without, or with another."""
        theirs, ours = await _person(store), await _person(store)
        async with store.transaction() as work:
            identity = await work.identities.claim("https://clerk.example", secrets.token_hex(8), NOW)
            await work.identities.keep(dataclasses.replace(identity, user_id=theirs))
        async with store.transaction() as work:
            assert await work.passkeys.is_of_issuer(theirs, "https://clerk.example")
            assert not await work.passkeys.is_of_issuer(theirs, "https://provider.example")
            assert not await work.passkeys.is_of_issuer(ours, "https://clerk.example")


async def _person(store: Store) -> str:
    account = Account(new_user_id(), parse_email(f"{secrets.token_hex(8)}@example.org"), "", NOW)
    async with store.transaction() as work:
        assert await work.accounts.add(account)
    return account.user_id


def passkey_of(user_id: str) -> Passkey:
    ids = new_passkey_id(), user_id, secrets.token_bytes(32), secrets.token_bytes(77)
    return Passkey(*ids, 3, ("hybrid", "internal"), "Laptop", NOW)


def _asked(
    ceremony: Ceremony, user_id: str | None, expires_at: datetime.datetime = NOW + 5 * MINUTE
) -> PasskeyQuestion:
    return PasskeyQuestion(secrets.token_bytes(32), ceremony, user_id, expires_at)
