"""What becomes of the chain of signed receipts where somebody changes it: it is refused, or found."""

from __future__ import annotations

import asyncpg
import pytest

from chassis.db.pool import Database
from chassis.evidence import verifying
from services.retention.app.read_receipts import get_receipt, read_chain
from tests.integration.retention.test_receipt_chain import ADA, Process, chain_of, note, process, upload


@pytest.fixture
def here(database: Database) -> Process:
    return process(database)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE receipts SET body = body",
        "DELETE FROM receipts",
        "TRUNCATE receipts",
        "UPDATE receipt_keys SET since = now()",
        "DELETE FROM receipt_keys",
        "TRUNCATE receipt_keys",
        "INSERT INTO receipts SELECT sequence + 2, digest, body, signature, digest FROM receipts",
        "INSERT INTO receipts SELECT sequence + 1, before, body, signature, digest FROM receipts",
        "INSERT INTO receipts SELECT sequence + 1, digest, 'other', signature, digest FROM receipts",
    ],
)
async def test_the_database_refuses_to_change_the_chain(here: Process, database: Database, statement: str) -> None:
    """Nothing in it is changed, taken out, put in between, or other than its digest, whoever asks."""
    await note(here.store, upload(1))
    with pytest.raises(asyncpg.PostgresError):
        await database.pool.execute(statement)
    assert len(await chain_of(here)) == 1


async def unguarded(database: Database, statement: str, *values: object) -> None:
    """What somebody does to the table who can switch off what guards it."""
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("ALTER TABLE receipts DISABLE TRIGGER USER")
        await connection.execute(statement, *values)
        await connection.execute("ALTER TABLE receipts ENABLE TRIGGER USER")


async def test_an_entry_that_a_stranger_takes_out_is_missed(here: Process, database: Database) -> None:
    """Whoever reads the chain finds the gap."""
    await note(here.store, *(upload(number) for number in range(1, 4)))
    await unguarded(database, "DELETE FROM receipts WHERE sequence = 2")
    with pytest.raises(verifying.Broken, match="gap"):
        await chain_of(here)


async def test_an_entry_that_a_stranger_changes_is_found(here: Process, database: Database) -> None:
    """The chain is broken for everybody; and whoever kept the receipt sees that the entry is another one."""
    await note(here.store, *(upload(number) for number in range(1, 4)))
    kept = verifying.read_receipt(await get_receipt(here.receipts, ADA, 2))
    told = await database.pool.fetchval("SELECT body FROM receipts WHERE sequence = 2")
    forged = told.replace(b'"objects":3', b'"objects":9')
    assert forged != told
    await unguarded(
        database, "UPDATE receipts SET body = $1, digest = sha256($1 || signature) WHERE sequence = 2", forged
    )
    with pytest.raises(verifying.Broken):
        await chain_of(here)
    page = verifying.read_chain(await read_chain(here.receipts, 1, 9))
    with pytest.raises(verifying.Broken, match="another one"):
        verifying.require_in_chain(kept, page)
