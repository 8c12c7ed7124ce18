"""The policy's next version, announced by several processes at once on real PostgreSQL, some of which die."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator
from unittest import mock

import pytest

from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from services.auth.app import announce_policy as verb
from services.auth.app.announce_policy import announce_policy
from services.auth.app.close_account import close_account
from services.auth.app.keep_policy_versions import keep_policy_versions
from services.auth.app.ports import Ports
from services.auth.app.write_mail import write_announcement
from services.auth.domain.identifiers import new_user_id
from services.auth.events.envelopes import encode
from services.auth.store.store import MIGRATIONS, SCHEMA, PostgresStore, SealingKeys
from tests.unit.auth.fakes import World
from tests.unit.auth.policies import ALL, DAY, NOW

PEOPLE = 530
_PERSON = "INSERT INTO accounts (user_id, email, email_key, display_name, created_at) VALUES ($1, $2, $2, '', $3)"
_MAILED = "SELECT user_id FROM mails"


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database(SCHEMA, MIGRATIONS) as database:
        yield database


@pytest.fixture
async def ports(database: Database, monkeypatch: pytest.MonkeyPatch) -> Ports:
    """Auth as it sends mail, told of the versions, with people in it."""
    store = PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))
    ports = dataclasses.replace(World(sends_mail=True).ports, store=store)
    await keep_policy_versions(ports, ALL)
    people = [(name, f"{name}@example.org", NOW - DAY / 2) for name in (new_user_id() for _ in range(PEOPLE))]
    await database.pool.executemany(_PERSON, people)
    # Nothing is sent here, so that what waits can be counted.
    monkeypatch.setattr(verb, "WAITING_MAX", 10 * PEOPLE)
    monkeypatch.setattr(verb, "BATCH", 20)
    return ports


async def announced(ports: Ports) -> None:
    """Until there is nothing more to do, and over what fails."""
    idle = 0
    while idle < 3:
        try:
            idle = 0 if await announce_policy(ports) else idle + 1
        except ConnectionError:
            idle = 0
        await asyncio.sleep(0)


async def mails_of(database: Database) -> Counter[str]:
    return Counter(row["user_id"] for row in await database.pool.fetch(_MAILED))


async def test_processes_that_die_leave_nobody_out_and_write_to_nobody_twice(ports: Ports, database: Database) -> None:
    """Four at once, of whose writings each seventieth fails: everybody has one mail, and one note of it."""
    writings = 0

    async def dying(*arguments: object) -> None:
        nonlocal writings
        writings += 1
        if writings % 70 == 0:
            raise ConnectionError("died")
        await write_announcement(*arguments)  # type: ignore[arg-type]  # as it was called

    with mock.patch.object(verb, "write_announcement", dying):
        await asyncio.gather(*(announced(ports) for _ in range(4)))
    await announced(ports)
    mails = await mails_of(database)
    assert len(mails) == PEOPLE
    assert set(mails.values()) == {1}
    assert await database.pool.fetchval("SELECT count(*) FROM policy_tellings WHERE version = 3") == PEOPLE


async def test_who_is_closed_meanwhile_is_written_to_no_more(ports: Ports, database: Database) -> None:
    """Accounts close while all are written to: none waits for ever, who had closed is left out, who stays is not."""
    rows = await database.pool.fetch("SELECT user_id FROM accounts ORDER BY user_id DESC LIMIT 40")
    leaving = [row["user_id"] for row in rows]
    gone, *_ = leaving
    await close_account(ports, gone)
    await database.pool.execute("DELETE FROM mails")
    await asyncio.gather(announced(ports), *(close_account(ports, user_id) for user_id in leaving))
    await announced(ports)
    told = {row["user_id"] for row in await database.pool.fetch("SELECT user_id FROM policy_tellings")}
    stayed = {row["user_id"] for row in await database.pool.fetch("SELECT user_id FROM accounts WHERE email <> ''")}
    assert len(stayed) == PEOPLE - len(leaving)
    assert stayed <= told
    assert gone not in told
