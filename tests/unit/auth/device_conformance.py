"""What every store of auth must do with programs that wait; run on the fake and on PostgreSQL."""

from __future__ import annotations

import dataclasses
import datetime
import secrets

from services.auth.app.ports import Store
from services.auth.domain.account import Account
from services.auth.domain.device import DeviceSignIn
from services.auth.domain.email_address import parse_email
from services.auth.domain.identifiers import new_user_id

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


class DeviceConformance:
    """Subclasses give the fixture `store`."""

    async def test_it_is_found_by_either_code(self, store: Store) -> None:
        """What was added is read back whole by either digest, and by no other."""
        made = _made()
        async with store.transaction() as work:
            assert await work.device_sign_ins.add(made)
        async with store.transaction() as work:
            assert await work.device_sign_ins.of_device(made.device_hash) == made
            assert await work.device_sign_ins.of_user_code(made.user_code_hash) == made
            assert await work.device_sign_ins.of_device(made.user_code_hash) is None
            assert await work.device_sign_ins.of_user_code(made.device_hash) is None

    async def test_a_user_code_is_of_one(self, store: Store) -> None:
        """A second one of the same user code is refused, and the transaction goes on."""
        made = _made()
        async with store.transaction() as work:
            assert await work.device_sign_ins.add(made)
            again = dataclasses.replace(_made(), user_code_hash=made.user_code_hash)
            assert not await work.device_sign_ins.add(again)
            assert await work.device_sign_ins.of_user_code(made.user_code_hash) == made

    async def test_a_change_is_kept_and_a_removal_is_whole(self, store: Store) -> None:
        """What becomes of one is read back, until it is removed."""
        account = Account(new_user_id(), parse_email(f"{secrets.token_hex(8)}@example.org"), "", NOW)
        made = _made()
        changed = dataclasses.replace(made, user_id=account.user_id, approved=True, asked_at=NOW, interval_s=10)
        async with store.transaction() as work:
            assert await work.accounts.add(account)
            assert await work.device_sign_ins.add(made)
            await work.device_sign_ins.change(changed)
        async with store.transaction() as work:
            assert await work.device_sign_ins.of_device(made.device_hash) == changed
            await work.device_sign_ins.remove(made.device_hash)
            assert await work.device_sign_ins.of_device(made.device_hash) is None

    async def test_those_of_a_person_go_together(self, store: Store) -> None:
        """All that one person looked at or answered is removed, and nothing of anybody else."""
        people = [Account(new_user_id(), parse_email(f"{secrets.token_hex(8)}@example.org"), "", NOW) for _ in range(2)]
        waiting = _made()
        seen, approved, others = (
            dataclasses.replace(_made(), user_id=person.user_id, approved=is_approved)
            for person, is_approved in ((people[0], None), (people[0], True), (people[1], True))
        )
        async with store.transaction() as work:
            for person in people:
                assert await work.accounts.add(person)
            for each in (waiting, seen, approved, others):
                assert await work.device_sign_ins.add(each)
            await work.device_sign_ins.remove_of(people[0].user_id)
        async with store.transaction() as work:
            left = [
                await work.device_sign_ins.of_device(each.device_hash) for each in (waiting, seen, approved, others)
            ]
        assert left == [waiting, None, None, others]

    async def test_what_expired_is_forgotten(self, store: Store) -> None:
        """Those that expired before the moment go, in batches; others stay."""
        living = _made()
        async with store.transaction() as work:
            for each in (living, _made(NOW - MINUTE), _made(NOW - MINUTE)):
                await work.device_sign_ins.add(each)
        counts = []
        for _ in range(3):
            async with store.transaction() as work:
                counts.append(await work.device_sign_ins.forget(NOW, 1))
        assert counts == [1, 1, 0]
        async with store.transaction() as work:
            assert await work.device_sign_ins.of_device(living.device_hash) == living


def _made(expires_at: datetime.datetime = NOW + 10 * MINUTE) -> DeviceSignIn:
    codes = secrets.token_bytes(32), secrets.token_bytes(32)
    return DeviceSignIn(*codes, "stripsession on ada-laptop", "203.0.113.7", NOW - MINUTE, expires_at)
