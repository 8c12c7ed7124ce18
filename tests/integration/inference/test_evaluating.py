"""`make eval`, from songs and models to tables and a plot, in the environment that it runs in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from services.library.media.formats import stem_file
from services.library.media.segments import StreamShape
from tests.paths import REPOSITORY
from tests.unit.inference.cores import register, spectrogram, spectrogram_core
from tests.unit.library.stems import collect, make_stem

PYTHON = REPOSITORY / ".state" / "evaluation" / "bin" / "python"
STEMS = ("vocals", "drums", "bass", "other")
SIX = ["drums", "bass", "other", "vocals", "guitar", "piano"]
# Of Opus, which the recordings are kept in, and of the excerpt.
OPUS_HZ, EXCERPT_HZ = 48_000, 44_100

pytestmark = [
    pytest.mark.skipif(not PYTHON.exists(), reason="no .state/evaluation here; `make test` sets it up"),
    pytest.mark.timeout(300),
]


def made_stems(rate_hz: int, seconds: float) -> list[NDArray[np.float64]]:
    """Four tones [n, 2] with a little noise; the first rests for all but the last second."""
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    random = np.random.default_rng(1)
    stems: list[NDArray[np.float64]] = []
    for hertz in (440, 2000, 60, 880):
        tone = 0.15 * np.sin(2 * np.pi * hertz * times)[:, None] + 0.002 * random.standard_normal((len(times), 2))
        stems.append(tone * (times > seconds - 1)[:, None] if not stems else tone)
    return stems


class Desk:
    """Two made songs, a bundled and an imported model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recordings, self.excerpt = folder / "recordings", folder / "excerpt.stem.mp4"
        song = self.recordings / "everything-is-free" / "sodium"
        song.mkdir(parents=True)
        for stem, sound in zip(STEMS, made_stems(OPUS_HZ, 4), strict=True):
            soundfile.write(song / f"{stem}.opus", sound, OPUS_HZ, format="OGG", subtype="OPUS")
        shape = StreamShape(EXCERPT_HZ, 2, 16)
        sounds = made_stems(EXCERPT_HZ, 2)
        made = [make_stem((sound * 2**15).astype(np.int32), shape, 20) for sound in sounds]
        self.excerpt.write_bytes(collect(stem_file({at: one.plan for at, one in enumerate(made)}, STEMS), made))
        self.data = folder / "data"
        register(self.data / "models", spectrogram_core(5), SIX, spectrogram(rest=2), name="sextet")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(PYTHON), "-m", "inference.evaluation", "--threads", "1", "--out", str(self.folder / "out")]
        command += ["--recordings", str(self.recordings), "--stempeg", str(self.excerpt), "--data", str(self.data)]
        return subprocess.run([*command, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("evaluation"))


def test_every_registered_model_is_scored(desk: Desk) -> None:
    """Bundled and imported models, of four stems and of six, have a score, a gain and a leak in each song."""
    done = desk.run("--model", "baseline", "--model", "sextet")
    assert done.returncode == 0, done.stderr
    rows = json.loads((desk.folder / "out" / "scores.json").read_text())
    assert {(row["model"], row["song"], row["stem"]) for row in rows} == {
        (model, song, stem) for model in ("baseline", "sextet") for song in ("sodium", "stempeg") for stem in STEMS
    }
    assert all(row["residual_max"] == 0 for row in rows)
    assert all(isinstance(row[figure], float) for row in rows for figure in ("usdr_db", "gain_db", "leak_db"))
    # The stem that rests for three seconds is heard there; all others are taken out of the song for their leak.
    assert {row["stem"] for row in rows if row["song"] == "sodium" and not row["is_taken_out"]} == {"vocals"}
    text = (desk.folder / "out" / "scores.md").read_text()
    assert text in done.stdout
    assert "other of sextet is the sum of its other, guitar, piano." in text
    plot = (desk.folder / "out" / "scores.png").read_bytes()
    assert plot.startswith(b"\x89PNG")
    assert len(plot) > 10_000


def test_what_cannot_be_scored_is_named(desk: Desk) -> None:
    """A model whose stems have no truth, and one that is broken, are left out with the reason; then nothing is left."""
    others = desk.folder / "others"
    register(others, spectrogram_core(1), ["kick", "snare"], spectrogram(rest=1), name="kit")
    (register(others, spectrogram_core(1), ["vocals", "rest"], {}, name="broken") / "network.onnx").write_bytes(b"")
    done = desk.run("--models", str(others))
    assert done.returncode == 2
    assert "kit: left out: none of its stems (kick, snare) is one of vocals, drums, bass, other" in done.stderr
    assert "broken: left out: " in done.stderr
    assert "no model could be scored" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_songs_or_models_it_says_so(desk: Desk) -> None:
    """A folder without recordings, and a name that no model has, are told in a line with what to do."""
    done = desk.run("--recordings", str(desk.folder))
    assert (done.returncode, "--recordings" in done.stderr) == (2, True)
    done = desk.run("--model", "no-such")
    assert (done.returncode, "no model to score in" in done.stderr) == (2, True)
