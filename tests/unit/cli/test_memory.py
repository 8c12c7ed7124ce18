"""What the command line remembers of the files that it sent."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from cli.gateway import Gateway
from cli.separate import memory_of
from cli.uploads import Memory

ADDRESS = "http://127.0.0.1:8080"


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    path.write_bytes(b"bytes")
    return path


def test_what_this_machine_separated_is_known_at_any_port(song: Path, tmp_path: Path) -> None:
    """A port that another program took meanwhile has no song separated twice; another account's songs are its own."""

    def memory(port: int, email: str | None) -> Memory:
        return memory_of(tmp_path, Gateway(f"http://127.0.0.1:{port}"), email)

    memory(8080, None).remember_track(song, "trk_mine")
    assert memory(44573, None).track(song) == "trk_mine"
    assert memory(8080, "ann@band.example").track(song) is None


def test_what_was_remembered_by_address_is_known(song: Path, tmp_path: Path) -> None:
    """This machine's own songs that were kept by their address are known, until they are forgotten."""
    gateway = Gateway(ADDRESS)
    Memory(tmp_path / "client" / "songs.json", f"{ADDRESS}\0").remember_track(song, "trk_before")
    assert memory_of(tmp_path, gateway, "ann@band.example").track(song) is None
    memory = memory_of(tmp_path, gateway, None)
    assert memory.track(song) == "trk_before"
    memory.remember(song, None)
    assert memory.track(song) is None


def test_two_runs_that_remember_at_once_lose_nothing(tmp_path: Path) -> None:
    """Entries written at the same time by several runs are all there afterwards."""
    songs = [tmp_path / f"{number}.wav" for number in range(24)]
    for song in songs:
        song.write_bytes(b"bytes")

    def remember(song: Path) -> None:
        Memory(tmp_path / "songs.json").remember_track(song, f"trk_{song.stem}")

    threads = [threading.Thread(target=remember, args=(song,)) for song in songs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    known = Memory(tmp_path / "songs.json")
    assert [known.track(song) for song in songs] == [f"trk_{number}" for number in range(24)]
