"""Signing what waits, by the clock: what is told of it, also where it fails."""

from __future__ import annotations

import datetime

import pytest

from chassis import metrics
from chassis.testing.clock import ManualClock
from services.retention.app.receipt_ports import ReceiptPorts
from services.retention.events.receipt_timer import ReceiptTimer
from services.retention.store.receipts import ReceiptStore


class FakeReceipts(ReceiptStore):
    """Evidence that waits, which a process may sign, or not, or cannot."""

    def __init__(self) -> None:
        self.count = 3
        self.may_sign = False
        self.fault: Exception | None = None
        self.forgotten: list[datetime.datetime] = []

    async def sign_waiting(self, now: datetime.datetime, limit: int) -> int:
        if self.fault is not None:
            raise self.fault
        signed, self.count = (self.count, 0) if self.may_sign else (0, self.count)
        return signed

    async def waiting(self) -> int:
        return self.count

    async def forget_openings(self, signed_before: datetime.datetime) -> int:
        self.forgotten.append(signed_before)
        return 0


@pytest.fixture
def receipts() -> FakeReceipts:
    return FakeReceipts()


@pytest.fixture
def timer(receipts: FakeReceipts) -> ReceiptTimer:
    return ReceiptTimer(ReceiptPorts(receipts, ManualClock()))


async def test_what_waits_is_told_once(
    timer: ReceiptTimer, receipts: FakeReceipts, caplog: pytest.LogCaptureFixture
) -> None:
    """That nobody may sign is a warning, once; that what had waited is signed is told, and the number of it."""
    caplog.set_level("INFO")
    await timer._sign()
    await timer._sign()
    assert metrics.RECEIPTS_WAITING._value.get() == 3
    receipts.may_sign = True
    await timer._sign()
    assert metrics.RECEIPTS_WAITING._value.get() == 0
    assert [record.getMessage() for record in caplog.records] == [
        "receipts wait for a key that may sign",
        "receipts signed that had waited",
    ]


async def test_a_round_that_fails_is_seen(timer: ReceiptTimer, receipts: FakeReceipts) -> None:
    """What waits is counted also where signing fails, and what led to erased people goes meanwhile."""
    receipts.count, receipts.fault = 7, ConnectionResetError()
    with pytest.raises(ConnectionResetError):
        await timer._sign()
    assert metrics.RECEIPTS_WAITING._value.get() == 7
    await timer._forget()
    assert len(receipts.forgotten) == 1
