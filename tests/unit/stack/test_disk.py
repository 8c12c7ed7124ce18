"""Room for a start."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from stack import disk
from stack.layout import Layout

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize("is_installing", [True, False])
def test_a_full_disk_is_told_before_anything_is_put_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_installing: bool
) -> None:
    """With too little room the message says how much is needed, where, and what to do; with enough there is none."""
    needed = disk.INSTALLING_BYTES if is_installing else disk.STARTING_BYTES
    free = [needed - 1]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(needed * 2, needed, free[0]))
    with pytest.raises(disk.DiskFull, match=rf"needs {needed / disk.MB:,.0f} MB; free some space.*--data") as refused:
        disk.check_room(Layout(tmp_path), is_installing=is_installing)
    assert str(tmp_path) in str(refused.value)
    free[0] = needed
    disk.check_room(Layout(tmp_path), is_installing=is_installing)


def test_a_disk_that_fills_is_told_once_and_so_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the stack runs a nearly full disk is one line with what to do, and room again is another."""
    free, said = [disk.LOW_BYTES], list[str]()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10 * disk.LOW_BYTES, 0, free[0]))
    watch = disk.DiskWatch(Layout(tmp_path), said.append)
    for free[0] in (disk.LOW_BYTES, disk.LOW_BYTES - 1, 0, disk.LOW_BYTES, disk.LOW_BYTES + 1):
        watch.look()
    assert len(said) == 2
    assert "nearly full" in said[0]
    assert "Delete tracks" in said[0]
    assert "has room again" in said[1]
