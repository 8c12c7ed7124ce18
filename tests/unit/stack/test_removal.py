"""The end of an installation."""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from chassis.datamap.reading import read_map
from cli import exits, uninstall
from cli.exits import CommandFault
from stack.layout import Layout, program_root
from stack.removal import is_installation, parts_of, remove_installation
from stack.secrets import key_file
from stack.supervisor import alone


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "data")
    key_file(layout.secrets, "master-key")
    for folder in (layout.objects / "stems", layout.postgres, layout.mail, layout.run, layout.root / "client"):
        folder.mkdir(parents=True)
        (folder / "something").write_bytes(b"x")
    return layout


async def _said(layout: Layout, *, now: bool) -> str:
    text = io.StringIO()
    arguments = argparse.Namespace(data=layout.root, now=now)
    assert await uninstall.run(arguments, Console(file=text, width=400)) == exits.DONE
    return text.getvalue()


async def test_an_installation_goes_with_all_that_it_kept(layout: Layout) -> None:
    """Nothing is removed without the word; with it nothing is left, not even the folder."""
    before = sorted(layout.root.rglob("*"))
    assert "Nothing was removed" in await _said(layout, now=False)
    assert sorted(layout.root.rglob("*")) == before
    assert "backups" in await _said(layout, now=True)
    assert not layout.root.exists()


async def test_what_is_somebody_elses_stays(layout: Layout) -> None:
    """A file beside the installation's own folders is left where it is, and the data folder with it."""
    (layout.root / "diary.txt").write_text("mine")
    await _said(layout, now=True)
    assert [path.name for path in layout.root.iterdir()] == ["diary.txt"]
    with pytest.raises(CommandFault, match="there is no installation"):
        await _said(layout, now=True)
    assert (layout.root / "diary.txt").read_text() == "mine"


async def test_keys_go_first_and_a_crash_goes_on(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is stopped in the middle has no keys left, and the same again removes the rest."""
    gone, remove = list[str](), shutil.rmtree

    def killed(folder: Path) -> None:
        if gone:
            raise KeyboardInterrupt
        gone.append(folder.name)
        remove(folder)

    monkeypatch.setattr(shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        remove_installation(layout)
    assert gone == ["secrets"]
    assert not layout.secrets.exists()
    assert layout.objects.exists()
    monkeypatch.undo()
    assert is_installation(layout)
    await _said(layout, now=True)
    assert not layout.root.exists()


async def test_a_part_that_stays_keeps_no_other(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Songs on a disk that fails are told of, and what knows people's addresses is gone all the same."""
    remove = shutil.rmtree

    def failing(folder: Path) -> None:
        if folder == layout.objects:
            raise OSError(5, "Input/output error", str(folder))
        remove(folder)

    monkeypatch.setattr(shutil, "rmtree", failing)
    with pytest.raises(CommandFault, match="objects cannot be removed: Input/output error"):
        await _said(layout, now=True)
    assert not layout.postgres.exists()
    monkeypatch.undo()
    await _said(layout, now=True)
    assert not layout.root.exists()


async def test_one_that_runs_is_left_alone(layout: Layout) -> None:
    """Nobody removes what is in use."""
    before = sorted(path for path in layout.root.rglob("*"))
    with alone(layout):
        with pytest.raises(CommandFault, match="already running"):
            await _said(layout, now=True)
        assert set(before) <= set(layout.root.rglob("*"))


def test_a_folder_of_nobodys_is_no_installation(tmp_path: Path) -> None:
    """A slip in the name of the folder removes nothing, and makes nothing either."""
    for name in ("client", "logs", "models", "secrets"):
        (tmp_path / name).mkdir()
    assert not is_installation(Layout(tmp_path))
    assert not is_installation(Layout(tmp_path / "nowhere"))
    assert len(list(tmp_path.iterdir())) == 4


def test_every_folder_of_the_data_map_goes(tmp_path: Path) -> None:
    """Whatever the stack's data map says lies in the data folder is among what is removed."""
    layout = Layout(tmp_path)
    names = {name.partition("/")[0] for name in read_map(program_root(), "stack").of("files") if name[0] != "/"}
    for name in names:
        (layout.root / name).mkdir()
    assert {folder.name for folder in parts_of(layout)} == names
    remove_installation(layout)
    assert not tmp_path.exists()
