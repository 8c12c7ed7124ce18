"""Score every registered model on the development songs, and write the tables and a plot.

make eval [ARGS="--model quartet"]

Bundled models, and those that were imported into the data folder (`stripsession models import`).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from inference.door.card import ModelRefused
from inference.door.separator import Separator
from inference.evaluation.parts import Part, parts_of
from inference.evaluation.plot import draw
from inference.evaluation.road import open_model, separate
from inference.evaluation.scores import leak_db, score
from inference.evaluation.songs import RATE_HZ, STEMS, Song, development_songs
from inference.evaluation.table import TAKEN_OUT_S, Row, table
from services.separation.audio.properties import ModelProperties
from stack.layout import Layout

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """0, or 2 where there is nothing to score or to score on."""
    given = arguments()
    if not (given.recordings / "everything-is-free").is_dir():
        print(
            f"{given.recordings} has no everything-is-free/; give --recordings the folder that has it", file=sys.stderr
        )
        return 2
    roots = given.models or [ROOT / "inference" / "models", Layout(given.data).models]
    folders = model_folders(roots, given.model)
    if not folders:
        print(f"no model to score in {', '.join(map(str, roots))}", file=sys.stderr)
        return 2
    songs = list(development_songs(given.recordings, given.stempeg))
    rows = [row for folder in folders for row in rows_of(folder, songs, given.threads)]
    if not rows:
        print("no model could be scored; why stands above", file=sys.stderr)
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    text = table(rows)
    (given.out / "scores.md").write_text(text)
    (given.out / "scores.json").write_text(json.dumps([asdict(row) for row in rows], indent=1))
    draw(rows, given.out / "scores.png")
    print(text)
    print(f"Written to {given.out}: scores.md, scores.json, scores.png")
    return 0


def model_folders(roots: Sequence[Path], wanted: Sequence[str] | None) -> list[Path]:
    """The folders of the models, or of those that are wanted; of two of one name that which comes first is served."""
    found: dict[str, Path] = {}
    for path in (path.parent for root in roots for path in sorted(root.glob("*/model.json"))):
        if found.setdefault(path.name, path) != path:
            print(f"{path} is left out: {found[path.name]} has its name", file=sys.stderr)
    return [path for name, path in found.items() if not wanted or name in wanted]


def rows_of(folder: Path, songs: Sequence[Song], threads: int) -> list[Row]:
    """A model's rows, one a song and stem; none where it cannot be opened or compared, which is said."""
    try:
        separator, model = open_model(folder, threads)
    except ModelRefused as refused:
        print(f"{folder.name}: left out: {refused}", file=sys.stderr)
        return []
    parts = parts_of(model.stems)
    if not parts:
        told = f"none of its stems ({', '.join(model.stems)}) is one of {', '.join(STEMS)}"
        print(f"{folder.name}: left out: {told}", file=sys.stderr)
        return []
    rows = []
    for song in songs:
        print(f"{folder.name}: {song.name} ...", file=sys.stderr, flush=True)
        found = separate(separator, model, song.mix, RATE_HZ)
        speed = song.stems.shape[2] / RATE_HZ / found.engine_s
        for part in parts:
            figures = score(song.sum_of(part.truths), found.sum_of(part.stems), song.mix, RATE_HZ)
            is_taken_out = figures.leak_db is None
            if is_taken_out:
                figures = replace(figures, leak_db=leak_taken_out(separator, model, song, part))
            rows.append(
                Row(
                    folder.name,
                    song.name,
                    part.name,
                    **asdict(figures),
                    residual_max=found.residual_max,
                    speed=speed,
                    is_taken_out=is_taken_out,
                    made_of=() if part.stems == (part.name,) else part.stems,
                )
            )
    return rows


def leak_taken_out(separator: Separator, model: ModelProperties, song: Song, part: Part) -> float | None:
    """The leak into a stem that never rests, from a stretch of the song without it."""
    quiet = song.middle_without(part.truths, TAKEN_OUT_S)
    found = separate(separator, model, quiet.mix, RATE_HZ)
    return leak_db(quiet.sum_of(part.truths), found.sum_of(part.stems), quiet.mix, RATE_HZ)


def arguments() -> argparse.Namespace:
    """What was asked."""
    parser = argparse.ArgumentParser(
        prog="make eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = ROOT.parent / "shared" / "data" / "audio"
    parser.add_argument("--recordings", type=Path, default=shared, help="folder that holds everything-is-free/")
    parser.add_argument("--stempeg", type=Path, help="the excerpt's .stem.mp4, where the package is not installed")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("STRIPSESSION_DATA", ROOT / ".data")),
        help="the data folder, whose imported models are scored too (default: ./.data, or STRIPSESSION_DATA)",
    )
    parser.add_argument("--models", type=Path, nargs="+", help="folders of models, in place of those registered")
    parser.add_argument("--model", action="append", help="score this one alone; may be repeated")
    parser.add_argument("--out", type=Path, default=ROOT / ".state" / "eval", help="where the table and the plot go")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
