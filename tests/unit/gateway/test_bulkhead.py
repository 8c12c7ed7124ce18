"""Places: never more than there are, for one and for all, and each comes back."""

from __future__ import annotations

import contextlib

import pytest

from services.gateway.domain.bulkhead import AllAreFull, Bulkhead, HolderIsFull


def test_one_holder_cannot_take_all() -> None:
    """One too many is refused, others are not, and a place that was given back is free."""
    bulkhead = Bulkhead(per_holder=2, in_all=3)
    with bulkhead.place("ann"), contextlib.ExitStack() as second:
        second.enter_context(bulkhead.place("ann"))
        with pytest.raises(HolderIsFull), bulkhead.place("ann"):
            pass
        with bulkhead.place("ben"), pytest.raises(AllAreFull), bulkhead.place("cyd"):
            pass
        second.close()
        with bulkhead.place("ann"), bulkhead.place("cyd"):
            pass


def test_a_failure_gives_its_place_back() -> None:
    """Whatever ends the block ends the hold."""
    bulkhead = Bulkhead(per_holder=1)
    with contextlib.suppress(ValueError), bulkhead.place("ann"):
        raise ValueError
    with bulkhead.place("ann"):
        pass


def test_nobody_is_remembered() -> None:
    """Whoever was refused, or is through, takes no memory."""
    bulkhead = Bulkhead(per_holder=1, in_all=1)
    with bulkhead.place("ann"), contextlib.suppress(AllAreFull), bulkhead.place("ben"):
        pass
    assert not bulkhead.holders
