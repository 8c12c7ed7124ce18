"""The part `demucs`: the whole road with an imported HTDemucs against demucs' own, in turn, around the same weights.

Ours is timed from the upload's last byte to the news that every stem is stored: checks, queue, decoding, inference in
Triton, exact sum, analysis, FLAC, encryption and commits. Theirs is timed from the file to its WAV files: decoding,
`apply_model` without shifts, encoding. Both have their network loaded and have separated a short song before, and who
goes first changes from round to round. Memory is measured in runs of its own, each side started afresh for each length.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from inference.importing.agreement import AGREEMENT_DB_MIN, agreement_db
from services.separation.audio.exact_sum import exact_stems, sound_stems
from services.separation.audio.properties import AudioProperties
from tests.bench import goals
from tests.bench.goals import Goal, growth_per_second, growth_percent, in_turn, ratio_of_medians
from tests.bench.processes import (
    Disturbance,
    cores,
    disturbance,
    disturbed_lines,
    doubts,
    processor_s,
    settle,
    watched_memory,
)
from tests.bench.raw_engine import level_db, raw_stems
from tests.bench.rival import Rival
from tests.bench.road import Figures, Visitor, families, length_s, open_house, separate, separate_at_rest, supervisor
from tests.bench.said import say
from tests.bench.songs import make_flac
from tests.bench.space import patience_s
from tests.paths import REPOSITORY
from tests.stories.house import House

MODEL = "htdemucs"
PYTHON = REPOSITORY / ".state" / "demucs" / "bin" / "python"
WARM_S = 8
_LOOK_S = 0.2
_DEPTH_BITS = 16
_SETTINGS = {"STRIPSESSION_DEFAULT_MODEL": MODEL}


@dataclass(frozen=True)
class Wanted:
    """What is compared."""

    checkpoint: Path | None
    """Of demucs; none: random weights."""
    seconds: int
    repeats: int
    memory_s: tuple[int, int]
    """Lengths of a shorter and of a longer song."""
    command_line: bool
    """Whether the program `demucs` itself is run, too."""


@dataclass(frozen=True)
class TheirRun:
    """One song in demucs."""

    wall_s: float
    parts: Mapping[str, float]
    stack_s: float
    """Processor seconds that our idle stack took meanwhile."""
    disturbed: Disturbance


@dataclass(frozen=True)
class Peaks:
    """Memory for one length, MB."""

    audio_s: int
    ours: float
    """Worker, decoder, Triton and its model process, together at one instant."""
    our_worker: float
    our_engine: float
    theirs: float


def run(folder: Path, wanted: Wanted) -> list[Goal]:
    """Print every run, and what they come to."""
    checkpoint = wanted.checkpoint or folder / "random.th"
    if wanted.checkpoint is None:
        say(program("make_random_htdemucs", str(checkpoint)))
    models = folder / "models"
    say("importing it ...")
    say(program("import_htdemucs", str(checkpoint), str(models / MODEL), "--licence", "MIT"))
    song = make_flac(folder / "song.flac", wanted.seconds)
    with (
        open_house(folder / "data", _SETTINGS, models) as house,
        Rival(demucs_argv(checkpoint), folder / "demucs.log", patience_s(wanted.seconds)) as rival,
        Visitor(house) as visitor,
    ):
        say(f"{cores()} cores; demucs takes {rival.hello['threads']} threads; {wanted.seconds} s of audio")
        found = compared(house, visitor, rival, song, wanted.repeats)
    if wanted.command_line:
        real_program(checkpoint, song, folder / "command line")
    return [*found, *memory(folder, checkpoint, models, wanted.memory_s)]


def compared(house: House, visitor: Visitor, rival: Rival, song: Path, repeats: int) -> list[Goal]:
    """Both roads in turn; then how far apart their stems are."""
    warm = make_flac(song.with_name("warm.flac"), WARM_S)
    theirs(house, rival, warm)
    separate_at_rest(house, visitor, warm)
    say(f"(once each with {WARM_S} s of audio to warm up)")
    their_runs: list[TheirRun] = []
    our_runs: list[Figures] = []
    for number, ours_first in in_turn(repeats):
        if ours_first:
            our_runs.append(separate_at_rest(house, visitor, song))
        their_runs.append(theirs(house, rival, song))
        if not ours_first:
            our_runs.append(separate_at_rest(house, visitor, song))
        show(number, ours_first, their_runs[-1], our_runs[-1])
    our_s, their_s = [one.ready_s for one in our_runs], [one.wall_s for one in their_runs]
    ratio = ratio_of_medians(our_s, their_s)
    by_round = [mine / other for mine, other in zip(our_s, their_s, strict=True)]
    say(
        f"\nmedians of {repeats} runs each: demucs {statistics.median(their_s):.2f} s, "
        f"ours {statistics.median(our_s):.2f} s; by rounds {min(by_round):.3f} to {max(by_round):.3f}"
    )
    note = doubts([one.disturbed for one in their_runs] + [one.disturbed for one in our_runs])
    figures = agreed(house, visitor, rival, song)
    return [Goal("wall clock, ours over demucs'", ratio, "", goals.DEMUCS_RATIO_MAX, note=note), *figures]


def agreed(house: House, visitor: Visitor, rival: Rival, song: Path) -> list[Goal]:
    """The engine's own output against demucs' own, and the delivered stems against demucs' made to add up alike."""
    folder = song.with_name("raw")
    rival.ask(song=song, folder=folder, raw=True)
    names, their_raw = list(map(str, rival.hello["stems"])), np.load(folder / "raw.npy")
    mix, rate_hz = soundfile.read(song, dtype="int16", always_2d=True)
    mix = np.ascontiguousarray(mix.astype(np.int32))
    properties = AudioProperties(rate_hz, mix.shape[1], _DEPTH_BITS)
    delivered = downloaded(house, visitor, song, names)
    show_levels(mix.T / 2 ** (_DEPTH_BITS - 1), names, their_raw)
    state = house.state()
    assert state is not None
    found: list[Goal] = []
    if state["engine"] == "triton":
        our_raw = raw_stems(int(state["ports"]["triton"]), MODEL, mix, properties)
        spread = exact_stems(mix.T, sound_stems(our_raw)[0], properties)
        differing = int(np.count_nonzero(spread != delivered))
        say(f"our delivered stems are the engine's own made to add up: {differing} of {spread.size} samples differ")
        found += told("engine's own output", names, their_raw, our_raw)
    expected = exact_stems(mix.T, sound_stems(their_raw)[0], properties)
    return found + told("delivered stems", names, expected.astype(np.float64), delivered.astype(np.float64))


def show_levels(mix: NDArray[np.float64], names: Sequence[str], raw: NDArray[np.float32]) -> None:
    """How loud demucs' own stems are: with random weights they need not add up to the mix, nor come near."""
    lacking = mix - raw.sum(axis=0)
    levels = ", ".join(f"{name} {level_db(stem):.1f} dB" for name, stem in zip(names, raw, strict=True))
    say(f"\nlevels: the mix {level_db(mix):.1f} dB; demucs' own stems {levels}; what they lack of the mix")
    say(f"{level_db(lacking):.1f} dB, which delivered stems share: the engine's own output is the stricter comparison")


def told(what: str, names: Sequence[str], expected: NDArray[np.floating], found: NDArray[np.floating]) -> list[Goal]:
    """Each stem's agreement."""
    return [
        Goal(f"{what}, {name} against demucs'", figure, "dB", AGREEMENT_DB_MIN, is_least=True)
        for name, figure in zip(names, agreement_db(expected, found), strict=True)
    ]


def downloaded(house: House, visitor: Visitor, song: Path, names: Sequence[str]) -> NDArray[np.int32]:
    """The stems of a song on our road, int32 [S, n, channels] at the file's own depth."""
    visitor.stay_signed_in()
    track_id, _ = separate(house, visitor, song, length_s(song))
    track = visitor.track(track_id)
    assert track["model"] == MODEL, track
    assert sorted(track["stems"]) == sorted(names), track
    stems, place = [], song.with_name("stem.flac")
    for name in names:
        place.write_bytes(visitor.download(track_id, name))
        stems.append(soundfile.read(place, dtype="int16", always_2d=True)[0])
    visitor.http.delete(f"/v1/tracks/{track_id}")
    return np.stack(stems).astype(np.int32)


def theirs(house: House, rival: Rival, song: Path) -> TheirRun:
    """Demucs' road, while our stack idles."""
    root = supervisor(house)
    settle([root])
    idle_s = processor_s([root])
    with disturbance([root, rival.pid]) as disturbed:
        figures = rival.ask(song=song, folder=song.with_name("theirs"))
    parts = {name: figures[f"{name}_s"] for name in ("decode", "apply_model", "encode")}
    return TheirRun(figures["wall_s"], parts, processor_s([root]) - idle_s, disturbed[0])


def memory(folder: Path, checkpoint: Path, models: Path, lengths_s: tuple[int, int]) -> list[Goal]:
    """Peaks of both sides at two lengths, each started afresh and warmed."""
    shorter, longer = (peaks(folder, checkpoint, models, audio_s) for audio_s in lengths_s)
    return judged_memory(shorter, longer)


def judged_memory(shorter: Peaks, longer: Peaks) -> list[Goal]:
    """Print both sides' growth."""
    seconds = (shorter.audio_s, longer.audio_s)
    say("")
    for name, less, more in (("ours", shorter.ours, longer.ours), ("demucs", shorter.theirs, longer.theirs)):
        slope = growth_per_second(less, more, *seconds)
        say(
            f"memory, {name}: {less:.0f} MB at {seconds[0]} s, {more:.0f} MB at {seconds[1]} s: {more / less:.3f} times"
        )
        say(f"  {1000 * slope:+.1f} MB for each further 1000 s of audio")
    title = f"worker and engine together, {seconds[1]} s of audio"
    growth = growth_percent(shorter.ours, longer.ours)
    return [
        Goal(title, max(shorter.ours, longer.ours), "MB", goals.WORKER_AND_ENGINE_MB_MAX),
        Goal(f"their growth, {seconds[1]} s against {seconds[0]} s", growth, "%", goals.GROWTH_PERCENT_MAX),
    ]


def peaks(folder: Path, checkpoint: Path, models: Path, audio_s: int) -> Peaks:
    """Both sides' memory for one length: PSS of all processes of each, together at one instant, by the same looking."""
    song = make_flac(folder / "memory.flac", audio_s)
    warm = make_flac(folder / "warm.flac", WARM_S)
    with Rival(demucs_argv(checkpoint), folder / "demucs.log", patience_s(audio_s)) as rival:
        rival.ask(song=warm, folder=folder / "theirs")
        with watched_memory({"demucs": rival.pid}, _LOOK_S) as their_memory:
            rival.ask(song=song, folder=folder / "theirs")
    with open_house(folder / "data", _SETTINGS, models) as house, Visitor(house) as visitor:
        separate_at_rest(house, visitor, warm)
        with watched_memory(families(house), _LOOK_S) as our_memory:
            separate(house, visitor, song, audio_s)
    found = Peaks(
        audio_s,
        our_memory.peak_mb("worker", "triton"),
        our_memory.peak_mb("worker"),
        our_memory.peak_mb("triton"),
        their_memory.peak_mb("demucs"),
    )
    say(f"\n{audio_s} s of audio, peak memory: demucs {found.theirs:.0f} MB, ours {found.ours:.0f} MB together at one")
    say(f"instant (worker and decoder {found.our_worker:.0f} MB, Triton {found.our_engine:.0f} MB, each by itself)")
    return found


def real_program(checkpoint: Path, song: Path, folder: Path) -> None:
    """`demucs` itself, once, for comparison: its start, its loading and its own normalisation are in the figure."""
    repository = folder / "repository"
    repository.mkdir(parents=True)
    shutil.copyfile(checkpoint, repository / f"{MODEL}.th")
    argv = [str(PYTHON), "-m", "demucs", "--repo", str(repository), "--name", MODEL, "--shifts", "0"]
    argv += ["--device", "cpu", "--out", str(folder / "stems"), str(song)]
    began = time.perf_counter()
    audio_s = length_s(song)
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=patience_s(audio_s), check=False)
    wall_s = time.perf_counter() - began
    assert done.returncode == 0, done.stdout + done.stderr
    written = len(list((folder / "stems").rglob("*.wav")))
    say(f"\nthe program demucs, once, with --shifts 0: {wall_s:.2f} s from its start to its end, {written} stems")


def demucs_argv(checkpoint: Path) -> list[str]:
    """Demucs' road as a program to be asked."""
    return [str(PYTHON), "-m", "inference.importing.demucs_road", str(checkpoint)]


def program(name: str, *arguments: str) -> str:
    """Run a program of inference/importing; what it printed."""
    command = [str(PYTHON), "-m", f"inference.importing.{name}", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def show(number: int, ours_first: bool, one: TheirRun, other: Figures) -> None:
    """Print one round."""
    say(f"\nround {number} ({'ours, then demucs' if ours_first else 'demucs, then ours'})")
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in one.parts.items())
    say(f"  demucs {one.wall_s:8.2f} s  ({parts}; our stack idle {one.stack_s:.2f} s)")
    stages = ", ".join(f"{name} {seconds:.1f}" for name, (seconds, _) in sorted(other.stages.items()))
    say(f"  ours   {other.ready_s:8.2f} s  ({stages})")
    say(f"  ratio  {other.ready_s / one.wall_s:8.3f}")
    for line in disturbed_lines({"demucs": one.disturbed, "ours": other.disturbed}):
        say(line)
