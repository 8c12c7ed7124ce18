"""`make bench`: how fast a song is separated through the whole stack, and that memory does not grow with its length."""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import re
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from tests.paths import BUNDLED_SONG, SHARED_AUDIO
from tests.stories.house import House, Listener, until

MINUTE_S = 60
LONG_S = 2 * 3600
SHORT_S = 3 * MINUTE_S
SONG_S = 4 * MINUTE_S
_PATIENCE_S = 3600.0
_BLOCK_BYTES = 1 << 20


@dataclasses.dataclass(frozen=True)
class Figures:
    """What one song took."""

    audio_s: float
    upload_s: float
    first_segment_s: float
    ready_s: float
    worker_peak_mib: float
    stages: dict[str, tuple[float, int]]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--no-long", action="store_true", help="leave out the two-hour file, which takes minutes")
    parser.add_argument("--repeats", type=int, default=3, help="times the four-minute song is separated (default: 3)")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="stripsession-bench-"))
    house = House(folder / "data")
    try:
        began = time.monotonic()
        house.start()
        say(f"machine: {platform.machine()}, {cores()} cores, Python {platform.python_version()}")
        say(f"start of the whole stack, first time: {time.monotonic() - began:.1f} s")
        song = make_song(folder / "four minutes.flac", SONG_S)
        for number in range(arguments.repeats):
            show(f"four-minute song, run {number + 1}", measure(house, song))
        real = SHARED_AUDIO / "songs" / "joshua_morin_on_the_run.ogg"
        if real.exists():
            show(f"whole real song ({real.name})", measure(house, real))
        short = measure(house, make_song(folder / "three minutes.flac", SHORT_S))
        show("three-minute file", short)
        if not arguments.no_long:
            long = measure(house, make_song(folder / "two hours.flac", LONG_S))
            show("two-hour file", long)
            growth = 100 * (long.worker_peak_mib / short.worker_peak_mib - 1)
            say(f"worker peak memory, two hours against three minutes: {growth:+.1f} %")
    finally:
        house.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure(house: House, song: Path) -> Figures:
    """Send one song through the gateway as a listener, in a fresh worker's memory."""
    listener = Listener(house)
    plan = house.command("plan", "studio", "--email", listener.email)
    assert plan.returncode == 0, plan.stderr
    with soundfile.SoundFile(song) as file:
        audio_s = len(file) / file.samplerate
    reset_peak(house.pid("worker"))
    before = stages(house)
    began = time.monotonic()
    upload_id = send(listener, song)
    sent = time.monotonic()
    answer = listener.http.post("/v1/tracks", json={"upload_id": upload_id})
    assert answer.status_code == 201, answer.text
    track_id = answer.json()["track_id"]
    until(lambda: listener.track(track_id)["segments"] > 0, 60, "the first segment")
    first = time.monotonic()
    listener.wait(track_id, patience_s=_PATIENCE_S)
    ready = time.monotonic()
    after = stages(house)
    took = {
        stage: (total - before.get(stage, (0.0, 0))[0], count - before.get(stage, (0.0, 0))[1])
        for stage, (total, count) in after.items()
    }
    figures = Figures(audio_s, sent - began, first - sent, ready - sent, peak_mib(house.pid("worker")), took)
    listener.http.delete(f"/v1/tracks/{track_id}")
    listener.http.close()
    return figures


def send(listener: Listener, song: Path) -> str:
    """tus creation and one streamed PATCH; the upload id."""
    size = song.stat().st_size
    tus = {"Tus-Resumable": "1.0.0"}
    made = listener.http.post("/v1/uploads", headers={**tus, "Upload-Length": str(size)})
    assert made.status_code == 201, made.text
    location = str(made.headers["location"])

    def blocks() -> Iterator[bytes]:
        with song.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                yield block

    headers = {
        **tus,
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(size),
    }
    sent = listener.http.patch(location, content=blocks(), headers=headers)
    assert sent.status_code == 204, sent.text
    return location.rsplit("/", 1)[-1]


def make_song(path: Path, seconds: int) -> Path:
    """The bundled song, repeated, as 16-bit FLAC, written in pieces."""
    samples, rate = soundfile.read(BUNDLED_SONG, dtype="int16", always_2d=True)
    left = seconds * rate
    with soundfile.SoundFile(path, "w", samplerate=rate, channels=samples.shape[1], subtype="PCM_16") as file:
        while left > 0:
            piece: np.ndarray[tuple[int, ...], np.dtype[np.int16]] = samples[:left]
            file.write(piece)
            left -= len(piece)
    return path


def stages(house: House) -> dict[str, tuple[float, int]]:
    """Seconds and units of each stage since the worker started."""
    state = house.state()
    assert state is not None
    with urllib.request.urlopen(f"http://127.0.0.1:{state['ports']['worker-metrics']}/metrics") as answer:
        text = answer.read().decode()
    name = "stripsession_separation_stage_seconds"
    sums = dict(re.findall(rf'^{name}_sum{{stage="(\w+)"}} (\S+)$', text, re.M))
    counts = dict(re.findall(rf'^{name}_count{{stage="(\w+)"}} (\S+)$', text, re.M))
    return {stage: (float(total), int(float(counts[stage]))) for stage, total in sums.items()}


def reset_peak(pid: int) -> None:
    """Start counting a process's peak memory anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_mib(pid: int) -> float:
    """Peak resident memory of a process since `reset_peak`."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def show(title: str, figures: Figures) -> None:
    """Print one song's figures."""
    say(f"\n{title} ({figures.audio_s:.0f} s of audio)")
    say(f"  upload                         {figures.upload_s:8.2f} s")
    say(f"  last byte to first segment     {figures.first_segment_s:8.2f} s")
    pace = figures.audio_s / figures.ready_s
    say(f"  last byte to all stems         {figures.ready_s:8.2f} s  ({pace:.1f} x real time)")
    say(f"  worker peak memory             {figures.worker_peak_mib:8.0f} MiB")
    for stage, (total_s, count) in sorted(figures.stages.items()):
        say(f"    {stage:<14} {total_s:8.2f} s in {count} units")


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
