"""The ledger under any sequence of calls, on the in-memory store."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.billing.fake_ledger import FakeStore
from tests.unit.billing.ledger_machine import LedgerMachine


@pytest.mark.property
def test_no_sequence_of_calls_breaks_the_books() -> None:
    """Whatever is reserved, settled, released, assigned or repeated, balances match independent books and stay >= 0."""
    with asyncio.Runner() as runner:

        class OnFake(LedgerMachine):
            """The machine on a fresh store."""

            def __init__(self) -> None:
                super().__init__(FakeStore(), runner.run)

        run_state_machine_as_test(OnFake)
