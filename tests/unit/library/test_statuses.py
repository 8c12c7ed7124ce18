"""Every domain error has a status, and keys do not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.rpc.errors import refusal_for
from services.library.api.statuses import STATUSES
from services.library.domain import errors
from services.library.domain.keys import Key
from services.library.store.keys import MasterKeyFault, read_master_key


def test_every_error_has_a_status() -> None:
    """An error of the domain never becomes INTERNAL for want of a line in the table."""
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)}
    assert kinds == set(STATUSES)


def test_refusals_carry_their_words() -> None:
    """A refusal carries separation's reason, message, delay and facts."""
    refusal = refusal_for(errors.QueueFull("QUEUE_FULL", "Wait.", retry_after_s=3.0, facts={"jobs": "9"}), STATUSES)
    assert refusal is not None
    assert (refusal.reason, refusal.message, refusal.retry_after_s) == ("QUEUE_FULL", "Wait.", 3.0)
    assert refusal.facts == {"jobs": "9"}


def test_keys_do_not_show() -> None:
    """A key's material never shows where a key is printed."""
    assert "secret" not in repr(Key(b"secret" * 6))


@pytest.mark.parametrize("size", [None, 0, 31, 33])
def test_master_key_faults(tmp_path: Path, size: int | None) -> None:
    """A master key that is missing, short or long is refused in one line that names the file."""
    path = tmp_path / "master.key"
    if size is not None:
        path.write_bytes(b"x" * size)
    with pytest.raises(MasterKeyFault, match=r"master\.key") as fault:
        read_master_key(path)
    assert "\n" not in str(fault.value)
