"""Stem files, opened by the library that DJs' and researchers' tools read them with."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from services.library.media.formats import stem_file
from services.library.media.segments import StreamShape
from services.library.media.tags import CoverArt, Tags
from tests.paths import REPOSITORY
from tests.unit.library.sound import distance_db, lag
from tests.unit.library.stems import collect, make_stem, music

PYTHON = REPOSITORY / ".state" / "evaluation" / "bin" / "python"
SHAPE = StreamShape(44_100, 2, 16)
READ = """
import json, sys
import numpy, stempeg
stems, rate = stempeg.read_stems(sys.argv[1], dtype=numpy.float32)
numpy.save(sys.argv[2], stems)
info = stempeg.Info(sys.argv[1])
print(json.dumps({"rate": rate, "titles": info.title_streams, "tags": info.info["format"]["tags"]}))
"""

pytestmark = pytest.mark.skipif(
    not PYTHON.exists() or not all(map(shutil.which, ("ffmpeg", "ffprobe"))),
    reason="stempeg needs .state/evaluation, ffmpeg and ffprobe; `make test` sets them up where it can",
)


@pytest.mark.parametrize(
    "names", [("vocals", "drums", "bass", "other"), ("drums", "bass", "other", "vocals", "guitar", "piano")]
)
def test_stempeg_opens_a_stem_file(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Five streams of one length, the mix first, each at lag zero with what it should hold, and the song's title."""
    made = [make_stem(music(SHAPE.sample_rate * 2, SHAPE, seed) // len(names), SHAPE, 20) for seed in range(len(names))]
    tags = Tags("Höhe", "Ärtist", cover=CoverArt("image/png", b"\x89PNG\r\n\x1a\n" + bytes(99)))
    file, found = tmp_path / "song.stem.mp4", tmp_path / "stems.npy"
    file.write_bytes(collect(stem_file({at: one.plan for at, one in enumerate(made)}, names, tags), made))
    done = subprocess.run([str(PYTHON), "-c", READ, str(file), str(found)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rate"] == SHAPE.sample_rate
    assert told["titles"] == ["Mix", "Drums", "Bass", "Other", "Vocals"]
    assert (told["tags"]["title"], told["tags"]["artist"]) == ("Höhe", "Ärtist")
    stems = np.load(found)
    sounds = {name: one.samples / 2.0**15 for name, one in zip(names, made, strict=True)}
    kept = [sounds[name] for name in ("drums", "bass", "vocals")]
    rest = [sound for name, sound in sounds.items() if name not in ("drums", "bass", "vocals")]
    parts = [np.sum(list(sounds.values()), axis=0), kept[0], kept[1], np.sum(rest, axis=0), kept[2]]
    assert len(stems) == len(parts) == 5
    for heard, true in zip(stems, parts, strict=True):
        assert len(heard) - len(true) in range(1024)
        assert lag(heard[:, 0], true[:, 0]) == 0
        assert distance_db(heard, true) > 10
