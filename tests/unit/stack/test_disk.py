"""Room for a start."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from stack import disk, environments
from stack.layout import Layout

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("is_known", "is_installing", "needed"),
    [
        (False, True, disk.INSTALLING_BYTES),
        (False, False, disk.FIRST_BYTES),
        (True, True, disk.INSTALLING_BYTES),
        (True, False, disk.AGAIN_BYTES),
    ],
)
def test_a_full_disk_is_told_before_anything_is_put_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool, is_installing: bool, needed: int
) -> None:
    """With too little room the message says how much is needed, where, and what to do; with enough there is none."""
    layout = Layout(tmp_path)
    if is_known:
        layout.postgres.mkdir()
    free = [needed - 1]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(needed * 2, needed, free[0]))
    with pytest.raises(disk.DiskFull, match=rf"needs {needed / disk.MB:,.0f} MB; free some space.*--data") as refused:
        disk.check_room(layout, is_installing=is_installing)
    assert str(tmp_path) in str(refused.value)
    assert ("--engine in_process" in str(refused.value)) is (is_known and is_installing)
    free[0] = needed
    disk.check_room(layout, is_installing=is_installing)


def test_a_library_that_filled_its_disk_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed starts where nothing new could be installed, so that its tracks can be deleted."""
    layout = Layout(tmp_path)
    layout.postgres.mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10 * disk.LOW_BYTES, 0, disk.LOW_BYTES // 2))
    disk.check_room(layout, is_installing=False)


def test_a_changed_lock_is_an_install(tmp_path: Path) -> None:
    """What was set up of one lock is whole until the lock, or the layout of its folder, is another."""
    lock, folder = tmp_path / "lock.txt", tmp_path / "triton"
    lock.write_text("")
    assert not environments.is_prepared(folder, lock, "1")
    assert not folder.exists()
    environments.prepare(folder, lock, lambda: None, "1", lambda _: None)
    assert environments.is_prepared(folder, lock, "1")
    assert not environments.is_prepared(folder, lock, "2")
    lock.write_text("# another")
    assert not environments.is_prepared(folder, lock, "1")


def test_a_disk_that_fills_is_told_once_and_so_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A nearly full disk is one line with what to do; room is another, once there is clearly more than that again."""
    free, said = [disk.LOW_BYTES], list[str]()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10 * disk.LOW_BYTES, 0, free[0]))
    watch = disk.DiskWatch(Layout(tmp_path), said.append)
    low, room = disk.LOW_BYTES, disk.ROOM_BYTES
    for free[0] in (low, low - 1, 0, low, low - 1, room - 1, low - 1, room, low, room - 1):
        watch.look()
    assert len(said) == 2
    assert "nearly full" in said[0]
    assert "Delete tracks" in said[0]
    assert "has room again" in said[1]
