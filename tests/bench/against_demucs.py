"""The whole road with an imported HTDemucs against demucs' own, in turn on this machine; both must say the same.

    python -m tests.bench.against_demucs --python IMPORTING/bin/python [--seconds 60] [--repeats 3]

IMPORTING is an environment made from inference/requirements/importing.txt (inference/importing/README.md says how).
The weights are random, the same on both sides. Ours is timed from the upload's last byte to the last stored segment:
checks, queue, decoding, inference in Triton, FLAC, encryption and commits. Demucs is timed from the file to its WAV
files, with its network already loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from services.separation.audio.exact_sum import exact_stems
from services.separation.audio.properties import AudioProperties
from tests.bench.__main__ import cores, make_song, say, send, stages
from tests.paths import REPOSITORY
from tests.stories.house import House, Listener

MODEL = "htdemucs"
_PATIENCE_S = 3600.0
_LOOK_S = 0.2
_FIRST_S = 8


@dataclass(frozen=True)
class Run:
    """One separation; memory is of resident pages, in MiB, the largest seen."""

    wall_s: float
    peak_mib: float
    parts: dict[str, float]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, required=True, help="of the importing environment")
    parser.add_argument("--checkpoint", type=Path, help="of demucs (default: random weights)")
    parser.add_argument("--model", type=Path, help="the same, imported already (default: imported now)")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--longer", type=int, default=0, help="seconds of one more run of ours, for its memory")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="stripsession-demucs-"))
    house = House(folder / "data")
    try:
        checkpoint = arguments.checkpoint or made_checkpoint(arguments.python, folder / "random.th")
        place_model(house, arguments.python, checkpoint, arguments.model)
        house.start()
        say(f"{cores()} cores; load before: {os.getloadavg()[0]:.1f}")
        ours(house, make_song(folder / "first.flac", _FIRST_S))
        say("(a short song of ours first: the network is loaded with the first song that asks for it)")
        if arguments.repeats:
            song = make_song(folder / "song.flac", arguments.seconds)
            compare(house, arguments.python, checkpoint, song, arguments.repeats)
        if arguments.longer:
            run, _, _ = ours(house, make_song(folder / "longer.flac", arguments.longer))
            show(f"ours, {arguments.longer} s of audio", run)
    finally:
        house.stop()
        shutil.rmtree(folder, ignore_errors=True)


def compare(house: House, python: Path, checkpoint: Path, song: Path, repeats: int) -> None:
    """Both roads in turn, `repeats` times, then how far apart their stems are."""
    pairs = []
    names: list[str] = []
    stems: dict[str, NDArray[np.int32]] = {}
    for number in range(repeats):
        theirs, names = demucs(python, checkpoint, song, song.parent / "theirs")
        mine, names_found, stems = ours(house, song)
        assert sorted(names) == sorted(names_found)
        show(f"demucs, run {number + 1}", theirs)
        show(f"ours, run {number + 1}", mine)
        say(f"  ratio {mine.wall_s / theirs.wall_s:.3f}")
        pairs.append((mine.wall_s, theirs.wall_s))
    ratio = statistics.median(mine for mine, _ in pairs) / statistics.median(theirs for _, theirs in pairs)
    say(f"\nratio of the medians of {repeats} interleaved runs: {ratio:.3f} (goal: at most 0.85)")
    for name, figure in agreement_db(song, np.load(song.parent / "theirs" / "stems.npy"), names, stems).items():
        say(f"  {name}: {figure:.1f} dB between the two (goal: at least 60)")


def made_checkpoint(python: Path, path: Path) -> Path:
    """A checkpoint of random weights, the size of the published network."""
    program(python, "make_random_htdemucs", str(path))
    return path


def place_model(house: House, python: Path, checkpoint: Path, imported: Path | None) -> None:
    """Put the imported network among the house's models, as its default."""
    models = house.data / "models"
    models.mkdir(parents=True)
    if imported is not None:
        shutil.copytree(imported, models / MODEL)
    else:
        say(program(python, "import_htdemucs", str(checkpoint), str(models / MODEL), "--licence", "MIT"))
    (models / "default").write_text(f"{MODEL}\n")


def program(python: Path, name: str, *arguments: str) -> str:
    """Run a program of inference/importing; what it printed."""
    # The interpreter is a link into its environment: resolved, it would lose it.
    command = [str(python.absolute()), "-m", f"inference.importing.{name}", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def demucs(python: Path, checkpoint: Path, song: Path, folder: Path) -> tuple[Run, list[str]]:
    """Demucs' road in a fresh process, and the order of its stems."""
    figures = json.loads(program(python, "demucs_road", str(checkpoint), str(song), str(folder)).splitlines()[-1])
    parts = {f"{name} s": figures[f"{name}_s"] for name in ("decode", "apply_model", "encode")}
    return Run(figures["wall_s"], figures["peak_mib"], parts), figures["stems"]


def ours(house: House, song: Path) -> tuple[Run, list[str], dict[str, NDArray[np.int32]]]:
    """Our road, and the stems int32 [N, channels] by name."""
    listener = Listener(house)
    plan = house.command("plan", "studio", "--email", listener.email)
    assert plan.returncode == 0, plan.stderr
    upload_id = send(listener, song)
    before = stages(house)
    with watched_memory(house) as peaks:
        began = time.perf_counter()
        answer = listener.http.post("/v1/tracks", json={"upload_id": upload_id})
        assert answer.status_code == 201, answer.text
        track_id = answer.json()["track_id"]
        track = listener.wait(track_id, patience_s=_PATIENCE_S)
        wall_s = time.perf_counter() - began
    assert track["model"] == MODEL, track
    names = [str(stem) for stem in track["stems"]]
    stems = {name: read_flac(listener.download(track_id, name), song.parent / "stem.flac") for name in names}
    listener.http.delete(f"/v1/tracks/{track_id}")
    listener.http.close()
    took = {f"{stage} s": total - before.get(stage, (0.0, 0))[0] for stage, (total, _) in stages(house).items()}
    memory = {f"{name} MiB": peak for name, peak in peaks.items()}
    return Run(wall_s, sum(peaks.values()), memory | took), names, stems


def read_flac(data: bytes, place: Path) -> NDArray[np.int32]:
    """Its samples, at the file's own depth of 16 bits."""
    place.write_bytes(data)
    samples, _ = soundfile.read(place, dtype="int16", always_2d=True)
    return np.asarray(samples, np.int32)


def agreement_db(
    song: Path, theirs: NDArray[np.float32], names: list[str], found: dict[str, NDArray[np.int32]]
) -> dict[str, float]:
    """Signal over difference by stem, after demucs' stems too were made to add up to the mix by our rule."""
    mix, rate_hz = soundfile.read(song, dtype="int16", always_2d=True)
    properties = AudioProperties(rate_hz, mix.shape[1], 16)
    expected = exact_stems(np.ascontiguousarray(mix.T.astype(np.int32)), theirs, properties)
    figures = {}
    for name, stem in zip(names, expected.astype(np.float64), strict=True):
        difference = float(np.sum((stem - found[name]) ** 2))
        figures[name] = 10 * float(np.log10(np.sum(stem**2) / max(difference, 1e-9)))
    return figures


@contextmanager
def watched_memory(house: House) -> Iterator[dict[str, float]]:
    """The peak of the worker with its decoder, and of the inference server with its model processes, while inside."""
    peaks = {"worker": 0.0, "triton": 0.0}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_S):
            for name, peak in tuple(peaks.items()):
                peaks[name] = max(peak, sum(resident_mib(pid) for pid in family(house.pid(name))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def family(pid: int) -> Iterable[int]:
    """A process and all below it."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children += [
            child for task in tasks if task.name != str(pid) for child in (task / "children").read_text().split()
        ]
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def resident_mib(pid: int) -> float:
    """Resident memory of a process, 0 when it has ended; pages shared with another are counted once, in proportion."""
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def show(title: str, run: Run) -> None:
    """Print one run."""
    parts = ", ".join(f"{name} {value:.1f}" for name, value in run.parts.items())
    say(f"{title}: {run.wall_s:.2f} s, peak {run.peak_mib:.0f} MiB ({parts})")


if __name__ == "__main__":
    main()
