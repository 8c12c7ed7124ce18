"""The examples on the page for developers are run as they stand there, against a whole running server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from chassis.testing.nats import free_port
from tests.paths import REPOSITORY
from tests.stories.house import PATIENCE_S, House, Listener, until
from tests.stories.songs import long_song

PAGE = REPOSITORY / "docs" / "developers.md"
STEMS = {"vocals.wav", "drums.wav", "bass.wav", "other.wav"}
SONG_S = 6


def examples() -> Mapping[str, str]:
    """Name of an example -> its text, as the page has it."""
    return dict(re.findall(r"<!-- run: (\S+) -->\n```\w+\n(.*?)```\n", PAGE.read_text(), re.DOTALL))


@pytest.fixture
def environment(house: House, listener: Listener, tmp_path: Path) -> dict[str, str]:
    """What the page says that its examples read."""
    song = tmp_path / "a song of mine.flac"
    song.write_bytes(long_song(SONG_S))
    asking = {"name": "examples", "scopes": ["tracks:read", "tracks:write", "downloads"]}
    key = listener.http.post("/v1/api-keys", json=asking).json()["secret"]
    token = listener.http.headers["Authorization"].removeprefix("Bearer ")
    told = {"AT": house.url, "STRIPSESSION_API_KEY": key, "SONG": str(song), "TOKEN": token}
    return {"PATH": os.environ["PATH"], **told}


def run(text: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What an example of a shell prints; it must succeed."""
    ended = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def wav_files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.wav") if path.read_bytes()[:4] == b"RIFF" and path.name in STEMS}


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl, which the example is about")
def test_curl_separates_a_song(environment: dict[str, str], tmp_path: Path) -> None:
    """Key, upload, track, wait and stems, with curl alone."""
    run(examples()["with-curl"], tmp_path, environment)
    assert wav_files(tmp_path) == STEMS


def test_python_separates_a_song_and_hears_of_it(environment: dict[str, str], tmp_path: Path) -> None:
    """The program gets the stems by asking; the receiver because it was told, by a message that it verified."""
    told = examples()
    for name in ("stems.py", "receiver.py"):
        (tmp_path / name).write_text(told[name])
    port = free_port()
    environment["HOOK"] = f"http://127.0.0.1:{port}/hooks"
    endpoint = json.loads(run(told["endpoint"], tmp_path, environment))
    environment["WEBHOOK_SECRET"] = endpoint["secret"]
    said = tmp_path / "said"
    with said.open("wb") as output:
        receiver = subprocess.Popen(
            [sys.executable, "receiver.py", str(port), "heard"], cwd=tmp_path, env=environment, stdout=output
        )
    try:
        run(f'"{sys.executable}" stems.py "$SONG" asked', tmp_path, environment)
        until(lambda: "track.ready" in said.read_text(), PATIENCE_S, "the receiver to have downloaded the stems")
    finally:
        receiver.kill()
        receiver.wait()
    assert wav_files(tmp_path / "asked") == STEMS
    (heard,) = (tmp_path / "heard").iterdir()
    assert said.read_text().split() == ["track.ready", heard.name]
    assert wav_files(heard) == STEMS
