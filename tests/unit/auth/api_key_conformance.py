"""What every store of auth must do with API keys; run on the fake and on PostgreSQL."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import secrets

from services.auth.app.ports import Store
from services.auth.domain.account import Account
from services.auth.domain.api_key import ApiKey, Request
from services.auth.domain.email_address import parse_email
from services.auth.domain.identifiers import new_key_id, new_user_id

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HELD_OFF_S = 0.5
"""Long enough that a store without locks would have answered."""
PATIENCE_S = 20.0


class ApiKeyConformance:
    """Subclasses give the fixture `store`."""

    async def test_a_key_is_found_by_its_digest_and_its_person(self, store: Store) -> None:
        """A key is read back whole by its digest and in its person's list, and by nobody else's."""
        person, other = await _person(store), await _person(store)
        first, first_hash = await _key(store, person, created_at=NOW)
        second, second_hash = await _key(store, person, created_at=NOW + DAY, expires_at=None)
        async with store.transaction() as work:
            assert await work.api_keys.of_hash(first_hash) == first
            assert await work.api_keys.of_hash(second_hash) == second
            assert await work.api_keys.of_hash(secrets.token_bytes(32)) is None
            assert await work.api_keys.of_person(person) == [second, first]
            assert await work.api_keys.of_person(other) == []

    async def test_a_person_is_locked(self, store: Store) -> None:
        """Who makes a key waits until another key of the person is made; nobody's person is locked never."""
        person = await _person(store)

        async def count() -> int:
            async with store.transaction() as work:
                assert await work.api_keys.locked(person)
                return len(await work.api_keys.of_person(person))

        async with store.transaction() as work:
            assert not await work.api_keys.locked("usr_nobody")
            assert await work.api_keys.locked(person)
            other = asyncio.create_task(count())
            done, _ = await asyncio.wait({other}, timeout=HELD_OFF_S)  # sleep: a lock shows in time alone
            assert not done
            await work.api_keys.add(_made(person), secrets.token_bytes(32), None)
        assert await asyncio.wait_for(other, PATIENCE_S) == 1

    async def test_a_request_is_remembered_by_its_name(self, store: Store) -> None:
        """A request's name leads to what it made, for its person alone and until it is given again."""
        person, other = await _person(store), await _person(store)
        name, content = secrets.token_bytes(32), secrets.token_bytes(32)
        key = _made(person)
        async with store.transaction() as work:
            await work.api_keys.add(key, secrets.token_bytes(32), Request(name, content))
        async with store.transaction() as work:
            assert await work.api_keys.made_by(person, name, NOW - DAY) == (key.key_id, content)
            assert await work.api_keys.made_by(other, name, NOW - DAY) is None
            assert await work.api_keys.made_by(person, secrets.token_bytes(32), NOW - DAY) is None
        async with store.transaction() as work:
            assert await work.api_keys.made_by(person, name, NOW + DAY) is None
            again = _made(person)
            await work.api_keys.add(again, secrets.token_bytes(32), Request(name, content))
            assert await work.api_keys.made_by(person, name, NOW - DAY) == (again.key_id, content)

    async def test_the_first_revocation_stands(self, store: Store) -> None:
        """A key is revoked once, by its person alone, and is in no list from then on."""
        person, other = await _person(store), await _person(store)
        key, key_hash = await _key(store, person)
        async with store.transaction() as work:
            assert await work.api_keys.revoke(other, key.key_id, NOW) is None
            assert await work.api_keys.revoke(person, "key_none", NOW) is None
            assert await work.api_keys.revoke(person, key.key_id, NOW) is True
            assert await work.api_keys.revoke(person, key.key_id, NOW + DAY) is False
        async with store.transaction() as work:
            assert await work.api_keys.of_hash(key_hash) == dataclasses.replace(key, revoked_at=NOW)
            assert await work.api_keys.of_person(person) == []

    async def test_all_of_a_person_are_revoked_together(self, store: Store) -> None:
        """Every key of one person ends, is told once, and nobody else's does; an earlier end stands."""
        person, other = await _person(store), await _person(store)
        (one, one_hash), (two, _), (over, over_hash) = [await _key(store, person) for _ in range(3)]
        _, others_hash = await _key(store, other)
        async with store.transaction() as work:
            assert await work.api_keys.revoke(person, over.key_id, NOW - DAY)
            assert sorted(await work.api_keys.revoke_all(person, NOW)) == sorted([one.key_id, two.key_id])
            assert await work.api_keys.revoke_all(person, NOW) == []
        async with store.transaction() as work:
            found = [await work.api_keys.of_hash(each) for each in (one_hash, over_hash, others_hash)]
        assert [each.revoked_at for each in found if each is not None] == [NOW, NOW - DAY, None]

    async def test_the_last_day_of_use_stands(self, store: Store) -> None:
        """The day of the last use only rises."""
        key, key_hash = await _key(store, await _person(store))
        for day in (NOW.date(), (NOW + DAY).date(), NOW.date()):
            async with store.transaction() as work:
                await work.api_keys.note_use(key.key_id, day)
        async with store.transaction() as work:
            found = await work.api_keys.of_hash(key_hash)
            assert found is not None
            assert found.last_used_on == (NOW + DAY).date()

    async def test_keys_are_forgotten(self, store: Store) -> None:
        """Keys that expired or were revoked before the moment go, in batches; others stay, endless ones too."""
        person = await _person(store)
        _, living = await _key(store, person)
        _, endless = await _key(store, person, expires_at=None)
        _, expired = await _key(store, person, expires_at=NOW - 2 * DAY)
        revoked, of_revoked = await _key(store, person, expires_at=None)
        async with store.transaction() as work:
            await work.api_keys.revoke(person, revoked.key_id, NOW - 2 * DAY)
        counts = []
        for _ in range(3):
            async with store.transaction() as work:
                counts.append(await work.api_keys.forget(NOW - DAY, 1))
        assert counts == [1, 1, 0]
        async with store.transaction() as work:
            left = [await work.api_keys.of_hash(each) for each in (living, endless, expired, of_revoked)]
        assert [each is not None for each in left] == [True, True, False, False]


async def _person(store: Store) -> str:
    account = Account(new_user_id(), parse_email(f"{secrets.token_hex(8)}@example.org"), "", NOW)
    async with store.transaction() as work:
        assert await work.accounts.add(account)
    return account.user_id


def _made(
    user_id: str, created_at: datetime.datetime = NOW, expires_at: datetime.datetime | None = NOW + 90 * DAY
) -> ApiKey:
    return ApiKey(new_key_id(), user_id, "backup", ("tracks:read", "downloads"), "x7Qa", created_at, expires_at)


async def _key(
    store: Store,
    user_id: str,
    created_at: datetime.datetime = NOW,
    expires_at: datetime.datetime | None = NOW + 90 * DAY,
) -> tuple[ApiKey, bytes]:
    key, key_hash = _made(user_id, created_at, expires_at), secrets.token_bytes(32)
    async with store.transaction() as work:
        await work.api_keys.add(key, key_hash, None)
    return key, key_hash
