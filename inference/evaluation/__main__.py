"""Score every registered model on the development songs, and write the table and a plot.

make eval [ARGS="--model quartet"]
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from inference.door.card import ModelRefused
from inference.evaluation.plot import draw
from inference.evaluation.road import open_model, separate
from inference.evaluation.scores import score
from inference.evaluation.songs import RATE_HZ, Song, development_songs
from inference.evaluation.table import Row, table

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """0, or 2 where there is nothing to score or to score on."""
    given = arguments()
    if not (given.recordings / "everything-is-free").is_dir():
        print(
            f"{given.recordings} has no everything-is-free/; give --recordings the folder that has it", file=sys.stderr
        )
        return 2
    folders = sorted(path.parent for root in given.models for path in root.glob("*/model.json"))
    if given.model:
        folders = [folder for folder in folders if folder.name in given.model]
    if not folders:
        print(f"no model to score in {', '.join(map(str, given.models))}", file=sys.stderr)
        return 2
    songs = list(development_songs(given.recordings, given.stempeg))
    rows = [row for folder in folders for row in rows_of(folder, songs, given.threads)]
    given.out.mkdir(parents=True, exist_ok=True)
    text = table(rows)
    (given.out / "scores.md").write_text(text)
    (given.out / "scores.json").write_text(json.dumps([asdict(row) for row in rows], indent=1))
    draw(rows, given.out / "scores.png")
    print(text)
    print(f"Written to {given.out}: scores.md, scores.json, scores.png")
    return 0


def rows_of(folder: Path, songs: list[Song], threads: int) -> list[Row]:
    """A model's rows, one a song and stem; none where it cannot be opened, which is said."""
    try:
        separator, model = open_model(folder, threads)
    except ModelRefused as refused:
        print(f"{folder.name}: left out: {refused}", file=sys.stderr)
        return []
    rows = []
    for song in songs:
        print(f"{folder.name}: {song.name} ...", file=sys.stderr, flush=True)
        found = separate(separator, model, song.mix, RATE_HZ)
        speed = song.stems.shape[2] / RATE_HZ / found.engine_s
        for stem, estimate in found.stems.items():
            figures = score(song.part(stem), estimate, song.mix)
            rows.append(
                Row(folder.name, song.name, stem, **asdict(figures), residual_max=found.residual_max, speed=speed)
            )
    return rows


def arguments() -> argparse.Namespace:
    """What was asked."""
    parser = argparse.ArgumentParser(
        prog="make eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = ROOT.parent / "shared" / "data" / "audio"
    parser.add_argument("--recordings", type=Path, default=shared, help="folder that holds everything-is-free/")
    parser.add_argument("--stempeg", type=Path, help="the excerpt's .stem.mp4, where the package is not installed")
    parser.add_argument(
        "--models", type=Path, nargs="+", default=[ROOT / "inference" / "models"], help="folders of models"
    )
    parser.add_argument("--model", action="append", help="score this one alone; may be repeated")
    parser.add_argument("--out", type=Path, default=ROOT / ".state" / "eval", help="where the table and the plot go")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
