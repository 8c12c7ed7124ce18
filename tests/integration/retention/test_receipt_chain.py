"""The chain of signed receipts on a real PostgreSQL: one chain, whoever appends, and nobody named in it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.db.pool import Database
from chassis.db.transaction import Connection
from chassis.evidence import verifying
from chassis.evidence.canonical import canonical
from chassis.evidence.forms import Signer
from chassis.testing.clock import ManualClock
from services.retention.app.account_ports import AccountPorts
from services.retention.app.erase_accounts import erase_accounts
from services.retention.app.ports import Store
from services.retention.app.read_receipts import get_receipt, read_chain, read_keys
from services.retention.app.receipt_ports import ReceiptPorts
from services.retention.app.request_erasure import erase_person
from services.retention.app.sign_receipts import forget_openings, sign_receipts
from services.retention.domain.account_erasure import DOOR, HOLDERS
from services.retention.domain.deletion import Deletion, of_upload
from services.retention.domain.erasure import Erasure, Reason
from services.retention.domain.errors import ReceiptNotFound, ReceiptsUnsigned
from services.retention.events.envelopes import encode
from services.retention.store.account_erasures import AccountErasureStore
from services.retention.store.erasures import ErasureStore, ErasureWork
from services.retention.store.receipt_chain import ReceiptChain, Signed
from services.retention.store.receipts import ReceiptStore
from tests.unit.retention.fake_accounts import Crash, FakeHolder
from tests.unit.retention.store_promises import NOW, SECOND, gone

ADA, BOB = f"usr_{'ab' * 16}", f"usr_{'cd' * 16}"


def signer(seed: int) -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


@dataclasses.dataclass(frozen=True)
class Process:
    """What one process of retention has: stores that sign with its key."""

    store: ErasureStore
    receipts: ReceiptPorts
    accounts: AccountPorts


def process(database: Database, seed: int | None = 1) -> Process:
    """With one of several keys; None has none."""
    chain = ReceiptChain(None if seed is None else signer(seed))
    clock = ManualClock()
    holders = {name: FakeHolder() for name in (DOOR, *HOLDERS)}
    return Process(
        ErasureStore(database, encode, chain),
        ReceiptPorts(ReceiptStore(database, chain), clock),
        AccountPorts(AccountErasureStore(database, chain), holders, clock),
    )


@pytest.fixture
def here(database: Database) -> Process:
    return process(database)


def upload(number: int, owner: str = ADA, objects: int = 3) -> Erasure:
    return Erasure(f"upl_{number:04}", owner, NOW, NOW + number * SECOND, Reason.FINISHED, objects)


async def note(store: Store, *erasures: Erasure) -> None:
    """Each in a unit of work of its own, as in life."""
    for erasure in erasures:
        async with store.transaction() as work:
            assert await work.conclude(erasure)


async def chain_of(of: Process) -> Sequence[verifying.Entry]:
    """The whole chain, read page by page as anybody reads it, and verified."""
    keys = verifying.read_keys(await read_keys(of.receipts))
    pages: list[Sequence[verifying.Entry]] = []
    start = 1
    while page := verifying.read_chain(await read_chain(of.receipts, start, 7)):
        pages.append(page)
        start += len(page)
    return verifying.require_chain(pages, keys)


async def verified(of: Process, owner: str, sequence: int) -> verifying.Receipt:
    """A person's receipt, as they would verify it."""
    receipt = verifying.read_receipt(await get_receipt(of.receipts, owner, sequence))
    verifying.require_about(receipt)
    verifying.require_in_chain(receipt, await chain_of(of))
    return receipt


async def test_every_deletion_leaves_a_receipt_that_verifies(here: Process) -> None:
    """Uploads and tracks, with what went, whose they were, and which key; and the list says which entry each is."""
    await note(here.store, upload(1), upload(2, objects=0))
    async with here.store.transaction() as work:
        assert await work.note_track(dataclasses.replace(gone("trk_1"), owner_id=ADA))
    async with here.store.transaction() as work:
        uploads, tracks = await work.page(ADA, None, 9), await work.track_page(ADA, None, 9)
    assert ([each.sequence for each in uploads], [each.sequence for each in tracks]) == ([2, 1], [3])
    first = await verified(here, ADA, 1)
    assert first.about is not None
    assert (first.about.person, first.about.thing) == (ADA, "upl_0001")
    assert (first.entry.kind, first.entry.body["gone"]) == ("upload", {"library": {"objects": 3}})
    assert first.entry.body["key"] is not None
    track = await verified(here, ADA, 3)
    assert track.entry.kind == "track"
    assert next(iter(verifying.counts_of(track.entry.body))) == ("library", "covers", 1)
    assert [entry.sequence for entry in await chain_of(here)] == [1, 2, 3]


async def test_the_chain_names_nobody(here: Process) -> None:
    """Neither people nor their uploads are in it, and two entries of one person's have nothing of theirs in common."""
    await note(here.store, upload(1), upload(2), upload(3, BOB))
    told = (await read_chain(here.receipts, 1, 9)).decode()
    for name in (ADA, BOB, "upl_", "usr_"):
        assert name not in told
    entries = json.loads(told)["entries"]
    assert len({each["body"]["subject"] for each in entries}) == 3
    assert len({each["body"]["key"] for each in entries}) == 3


async def test_nobody_is_given_anothers_receipt(here: Process) -> None:
    """Another's receipt is not found, just as one that never was."""
    await note(here.store, upload(1))
    for owner, sequence in ((BOB, 1), (ADA, 2), (ADA, 10**11)):
        with pytest.raises(ReceiptNotFound):
            await get_receipt(here.receipts, owner, sequence)


async def test_two_processes_keep_one_chain(database: Database, here: Process) -> None:
    """Many that append at once, of two processes, leave one chain without gap or fork, and every row its own entry."""
    there = process(database)
    await asyncio.gather(
        *(note(here.store, upload(number)) for number in range(40)),
        *(note(there.store, upload(number, BOB)) for number in range(40, 80)),
    )
    entries = await chain_of(here)
    assert [entry.sequence for entry in entries] == list(range(1, 81))
    linked = await database.pool.fetch("SELECT sequence FROM erasures")
    assert sorted(row["sequence"] for row in linked) == list(range(1, 81))


async def test_what_does_not_commit_leaves_no_gap(here: Process, database: Database) -> None:
    """A process that dies after it signed and before it committed leaves the chain as it was, for whoever is next."""
    await note(here.store, upload(1))
    with contextlib.suppress(ZeroDivisionError):
        async with here.store.transaction() as work:
            await work.conclude(upload(2))
            assert isinstance(work, ErasureWork)
            await work.sign()
            raise ZeroDivisionError
    assert await database.pool.fetchval("SELECT count(*) FROM receipts") == 1
    await note(process(database).store, upload(2))
    assert [entry.sequence for entry in await chain_of(here)] == [1, 2]
    assert (await verified(here, ADA, 2)).entry.sequence == 2


async def test_a_killed_connection_lets_the_next_one_append(here: Process, database: Database) -> None:
    """A server that loses the process which holds the end of the chain gives it to the next at once."""
    await note(here.store, upload(1))
    async with contextlib.AsyncExitStack() as stack:
        connection = await stack.enter_async_context(database.pool.acquire())
        transaction = connection.transaction()
        await transaction.start()
        chain = ReceiptChain(signer(1))
        await chain.append(connection, [of_upload(upload(7))], await chain.hold(connection, [ADA]))
        waiting = asyncio.create_task(note(here.store, upload(2)))
        connection.terminate()
        await asyncio.wait_for(waiting, 20)
    assert [entry.sequence for entry in await chain_of(here)] == [1, 2]


async def test_what_is_added_to_evidence_makes_another_receipt(here: Process) -> None:
    """More that an erasure removes is told by a receipt of all of it; the first one stays in the chain."""
    await note(here.store, upload(1), dataclasses.replace(upload(1), objects=2, erased_at=NOW + 9 * SECOND))
    assert [entry.body["gone"] for entry in await chain_of(here)] == [
        {"library": {"objects": 3}},
        {"library": {"objects": 5}},
    ]
    assert (await verified(here, ADA, 2)).entry.sequence == 2
    with pytest.raises(ReceiptNotFound):
        await get_receipt(here.receipts, ADA, 1)
    async with here.store.transaction() as work:
        assert not await work.conclude(upload(1, objects=0))
    assert len(await chain_of(here)) == 2


async def test_the_erasure_of_a_person_takes_what_leads_to_them(here: Process, database: Database) -> None:
    """Salts and links go, entries stay and verify, the neighbour's receipt too, and a receipt of the account comes."""
    await note(here.store, upload(1), upload(2, BOB))
    kept = await get_receipt(here.receipts, ADA, 1)
    await erase_person(here.accounts, ADA, anew=False)
    assert await here.receipts.receipts.of_account(ADA) is None
    await erase_accounts(here.accounts)
    with pytest.raises(ReceiptNotFound):
        await get_receipt(here.receipts, ADA, 1)
    assert await database.pool.fetchval("SELECT count(*) FROM receipt_salts WHERE owner_id = $1", ADA) == 0
    assert await database.pool.fetchval("SELECT count(*) FROM erasures WHERE owner_id = $1", ADA) == 0
    assert [entry.kind for entry in await chain_of(here)] == ["upload", "upload", "account"]
    assert (await verified(here, BOB, 2)).about is not None
    # Whoever kept theirs can still show it.
    verifying.require_about(verifying.read_receipt(kept))
    verifying.require_in_chain(verifying.read_receipt(kept), await chain_of(here))
    told = await here.receipts.receipts.of_account(ADA)
    assert told is not None
    account = verifying.read_receipt(told)
    verifying.require_about(account)
    verifying.require_in_chain(account, await chain_of(here))
    assert account.entry.body["gone"] == {
        **{name: {"things": 1} for name in HOLDERS},
        DOOR: {"things": 1},
        "auth": {"things": 1, "evidence": 1},
    }


async def test_nothing_late_leads_to_an_erased_person(here: Process, database: Database) -> None:
    """Evidence of an erased person that comes late is refused, and makes neither an entry nor a salt."""
    await erase_person(here.accounts, ADA, anew=False)
    await erase_accounts(here.accounts)
    async with here.store.transaction() as work:
        assert not await work.conclude(upload(1))
        assert not await work.note_track(dataclasses.replace(gone("trk_1"), owner_id=ADA))
    assert await database.pool.fetchval("SELECT count(*) FROM receipt_salts") == 0
    assert len(await chain_of(here)) == 1


async def test_a_receipt_of_an_account_can_be_fetched_for_ninety_days(here: Process, database: Database) -> None:
    """After that nothing leads from the person to it; the entry stays, and no second one is made."""
    await erase_person(here.accounts, ADA, anew=False)
    await erase_accounts(here.accounts)
    signed_at = await database.pool.fetchval("SELECT signed_at FROM account_receipts")
    for age, is_there in ((datetime.timedelta(days=90), True), (datetime.timedelta(days=90) + SECOND, False)):
        await forget_openings(ReceiptPorts(here.receipts.receipts, ManualClock(signed_at + age)))
        assert (await here.receipts.receipts.of_account(ADA) is not None) == is_there
    assert await sign_receipts(here.receipts) == 0
    assert len(await chain_of(here)) == 1


async def test_an_account_that_is_erased_again_gets_another_receipt(here: Process) -> None:
    """After a backup a person is erased once more, and the newest receipt is the one that is given."""
    for anew in (False, True):
        await erase_person(here.accounts, ADA, anew=anew)
        await erase_accounts(here.accounts)
    assert [entry.kind for entry in await chain_of(here)] == ["account", "account"]
    told = await here.receipts.receipts.of_account(ADA)
    assert told is not None
    assert verifying.read_receipt(told).entry.sequence == 2


@pytest.fixture
async def before(database: Database) -> Process:
    """A retention of before there were receipts, with evidence of every kind."""
    old = process(database, None)
    await note(old.store, *(upload(number) for number in range(130)), upload(200, BOB))
    async with old.store.transaction() as work:
        assert await work.note_track(dataclasses.replace(gone("trk_1"), owner_id=ADA))
    person = f"usr_{'ef' * 16}"
    await erase_person(old.accounts, person, anew=False)
    await erase_accounts(old.accounts)
    return old


async def test_evidence_from_before_is_signed(before: Process, here: Process, database: Database) -> None:
    """In steps of a hundred, the oldest first, once each, whatever two processes sign at the same time."""
    with pytest.raises(ReceiptsUnsigned):
        await read_keys(before.receipts)
    assert await before.receipts.receipts.waiting() == 133
    rounds = await asyncio.gather(sign_receipts(here.receipts), sign_receipts(here.receipts))
    assert sum(rounds) == 133
    assert await here.receipts.receipts.waiting() == 0
    entries = await chain_of(here)
    assert [entry.kind for entry in entries].count("account") == 1
    times = [str(entry.body["erased_at"]) for entry in entries if entry.kind == "upload"]
    assert times == sorted(times)
    assert (await verified(here, ADA, 1)).about is not None
    assert await here.receipts.receipts.of_account(f"usr_{'ef' * 16}") is not None
    signed_at = await database.pool.fetchval("SELECT signed_at FROM account_receipts")
    assert signed_at == here.receipts.clock.now()
    assert await sign_receipts(here.receipts) == 0


async def test_a_step_that_is_cut_off_is_done_again(
    before: Process, here: Process, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies between two steps, or after it has signed one and before that commits, loses no entry."""
    append, steps = ReceiptChain.append, 0

    async def dying(
        chain: ReceiptChain, connection: Connection, deletions: Sequence[Deletion], salts: Mapping[str, bytes]
    ) -> Sequence[Signed]:
        nonlocal steps
        signed, steps = await append(chain, connection, deletions, salts), steps + 1
        if steps == 2:
            raise Crash
        return signed

    monkeypatch.setattr(ReceiptChain, "append", dying)
    with contextlib.suppress(Crash):
        await sign_receipts(here.receipts)
    assert await database.pool.fetchval("SELECT count(*) FROM receipts") == 100
    assert await here.receipts.receipts.waiting() == 33
    await sign_receipts(here.receipts)
    assert len(await chain_of(here)) == 133
    assert await database.pool.fetchval("SELECT count(DISTINCT sequence) FROM erasures") == 131


async def test_a_key_that_was_replaced_signs_no_more(database: Database, here: Process) -> None:
    """Evidence of a process with an older key waits for the newer one, and both keys stay published."""
    await note(here.store, upload(1))
    newer = process(database, 2)
    await note(newer.store, upload(2))
    await note(here.store, upload(3))
    assert await sign_receipts(here.receipts) == 0
    assert await here.receipts.receipts.waiting() == 1
    assert await sign_receipts(newer.receipts) == 1
    entries = await chain_of(here)
    assert [entry.key_id for entry in entries] == [signer(1).key_id, signer(2).key_id, signer(2).key_id]
    keys = verifying.read_keys(await read_keys(here.receipts))
    assert [(key.from_sequence, key.until_sequence) for key in keys.values()] == [(1, 1), (2, None)]


async def test_keys_are_published_before_anything_is_signed(here: Process) -> None:
    """Whoever asks first finds the key, and is told the same from then on, by any process."""
    listed = await read_keys(here.receipts)
    assert list(verifying.read_keys(listed)) == [signer(1).key_id]
    await note(here.store, upload(1))
    assert await read_keys(here.receipts) == listed
    assert await read_chain(here.receipts, 9, 9) == canonical(
        {"entries": [], "form": "stripsession-receipt-chain-1", "from": 9, "next": None}
    )


async def test_a_page_is_never_more_than_two_hundred(here: Process) -> None:
    """However many are asked for."""
    await note(here.store, *(upload(number) for number in range(205)))
    assert len(verifying.read_chain(await read_chain(here.receipts, 1, 10_000))) == 200
    assert len(verifying.read_chain(await read_chain(here.receipts, 0, 0))) == 100
    assert json.loads(await read_chain(here.receipts, 1, 200))["next"] == 201
    assert json.loads(await read_chain(here.receipts, 201, 200))["next"] is None
