"""The account in a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from stack.stripe import posting
from stack.stripe.clock import Clock
from stack.stripe.deliverer import Deliverer
from stack.stripe.idempotency import Answers
from stack.stripe.snapshot import Snapshot
from stack.stripe.world import World


def snapshot(folder: Path) -> Snapshot:
    world = World(Clock(lambda: 1000.0), seed="seed", address="http://127.0.0.1")
    return Snapshot(folder, world, Deliverer(world, posting.HttpSender()), Answers())


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    """The file is its owner's alone, however open the folder is and whatever a run that was killed left there."""
    left = tmp_path / "account.part"
    left.write_text("half of")
    left.chmod(0o644)
    before = os.umask(0)
    try:
        snapshot(tmp_path).save()
    finally:
        os.umask(before)
    assert [(each.name, stat.S_IMODE(each.stat().st_mode)) for each in tmp_path.iterdir()] == [("account.json", 0o600)]
    assert snapshot(tmp_path).load()


def test_it_is_on_the_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that loses power has the earlier account or the whole later one."""
    written: list[tuple[int, bool]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        written.append((os.fstat(descriptor).st_size, (tmp_path / "account.json").exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    snapshot(tmp_path).save()
    assert written == [((tmp_path / "account.json").stat().st_size, False)]
