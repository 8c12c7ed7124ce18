"""The ledger under any sequence of calls, on the in-memory store."""

from __future__ import annotations

import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.billing.books import Books, Call
from tests.unit.billing.fake_ledger import FakeStore
from tests.unit.billing.ledger_machine import LedgerMachine, live_through

# `make property` is long anyway; what is promised of the ledger is promised of a hundred thousand histories.
IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
HISTORIES = 100_000 if IS_LONG else 200
patiently = pytest.mark.timeout(7_200 if IS_LONG else 120)


def at_once(call: Call) -> object:
    """Run a coroutine that waits for nothing, without a loop."""
    try:
        call.send(None)
    except StopIteration as returned:
        return returned.value
    raise AssertionError("it waits for something")


@patiently
@pytest.mark.property
def test_no_sequence_of_calls_breaks_the_books() -> None:
    """Whatever is granted, reserved, settled, released, replaced, retracted or repeated, independent books agree."""

    class OnFake(LedgerMachine):
        """The machine on a fresh store."""

        def __init__(self) -> None:
            super().__init__(FakeStore(), at_once)

    run_state_machine_as_test(OnFake, settings=settings(stateful_step_count=30))


@patiently
@settings(max_examples=HISTORIES)
@given(st.binary(min_size=60, max_size=180))
@example(bytes(180))
def test_no_history_charges_too_much(history: bytes) -> None:
    """In a hundred thousand random histories each job is charged once, and every second granted is accounted for."""
    store = FakeStore()
    books = Books(store, at_once)
    live_through(history, books)
    settled = {name: job for name, job in books.jobs.items() if job.charged is not None}
    assert {fact.job_id: fact.charged_s for fact in store.facts} == {name: job.charged for name, job in settled.items()}
    assert len(store.facts) == len(settled)
