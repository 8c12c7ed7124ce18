"""A signed receipt of a person's, as retention makes it of what the library tells."""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import AsyncIterator

from chassis.clock import SystemClock
from chassis.db.pool import Database
from chassis.evidence import verifying
from chassis.evidence.forms import Signer
from chassis.signing_keys import load_or_make
from services.retention.app.read_receipts import read_chain, read_keys
from services.retention.app.receipt_ports import ReceiptPorts
from services.retention.domain.receipt import TrackErasure
from services.retention.events.envelopes import encode
from services.retention.store.erasures import ErasureStore
from services.retention.store.receipt_chain import ReceiptChain
from services.retention.store.receipts import ReceiptStore
from tests.integration.walks.house import House

NO_SEQUENCE = "99999999999"
"""Of a receipt that nobody has."""


class SignedReceipts:
    """Makes them, over one connection for as long as the house stands."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._store: ErasureStore | None = None

    async def make(self, user_id: str) -> str:
        """The number of a new one."""
        if self._store is None:
            database, chain = await self._house.kept.enter_async_context(_chain(self._house))
            self._store = ErasureStore(database, encode, chain)
        now = datetime.datetime.now(datetime.UTC)
        gone = TrackErasure(f"trk_{uuid.uuid4().hex}", user_id, f"upl_{uuid.uuid4().hex}", now, now, 4, 4, 4, 0, 0)
        async with self._store.transaction() as work:
            await work.note_track(gone)
        async with self._store.transaction() as work:
            (noted, *_) = await work.track_page(user_id, None, 1)
        assert noted.sequence is not None
        return str(noted.sequence)


async def account_receipt(house: House, user_id: str) -> verifying.Receipt:
    """That of an erased person, verified as anybody would."""
    async with _chain(house) as (database, chain):
        document = await ReceiptStore(database, chain).of_account(user_id)
    assert document is not None
    return await verified_receipt(house, document)


async def verified_receipt(house: House, document: bytes) -> verifying.Receipt:
    """One that somebody keeps."""
    async with _chain(house) as (database, chain):
        ports = ReceiptPorts(ReceiptStore(database, chain), SystemClock())
        receipt = verifying.read_receipt(document)
        keys = verifying.read_keys(await read_keys(ports))
        page = verifying.read_chain(await read_chain(ports, max(1, receipt.entry.sequence - 1), 2))
    verifying.require_about(receipt)
    verifying.require_in_chain(receipt, verifying.require_chain([page], keys))
    return receipt


@contextlib.asynccontextmanager
async def _chain(house: House) -> AsyncIterator[tuple[Database, ReceiptChain]]:
    """As another process of retention has it."""
    database = Database(house.urls["retention"], "retention", size_max=1)
    await database.start()
    try:
        yield database, ReceiptChain(Signer(load_or_make(house.receipt_key_file)))
    finally:
        await database.stop()
