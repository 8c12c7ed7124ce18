"""Takes an operator's model in: converts and checks it in a process of its own, then registers it."""

from __future__ import annotations

import dataclasses
import datetime
import getpass
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

from stack.inference_programs import DISK, FILE_BYTES_MAX, lines_of, python_for
from stack.layout import Layout, program_root
from stack.registry import (
    CARD_DIGEST,
    FOR_PEOPLE,
    Model,
    ModelRefused,
    checked_name,
    differences,
    digest_of,
    digest_of_card,
    read_model,
)
from stack.served_models import bundled_models

SOURCE_BYTES_MAX = FILE_BYTES_MAX
CARD_BYTES_MAX = 256 * 1024
_STAGING = ".importing-"


@dataclasses.dataclass(frozen=True)
class Road:
    """How a kind of model is brought in."""

    program: str
    """Module below `inference/importing`."""
    lock: str
    """Below `inference/requirements`."""
    needs_card: bool
    names_kind: bool = False


ROADS = {
    "waveform": Road("import_onnx", "checking.txt", needs_card=True, names_kind=True),
    "spectrogram": Road("import_onnx", "checking.txt", needs_card=True, names_kind=True),
    "htdemucs": Road("import_htdemucs", "importing.txt", needs_card=False),
    "bs-roformer": Road("import_bs_roformer", "importing.txt", needs_card=True),
}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What an operator asks to have imported."""

    source: Path
    kind: str
    name: str
    card: Path | None
    licence: str
    """As typed; empty takes the card's."""


def described_licence(wanted: Wanted) -> tuple[str, list[str]]:
    """The licence and the rights that will be recorded, for the operator to accept. Raises ModelRefused."""
    if wanted.card is None:
        return wanted.licence.strip(), []
    card = _read_card(wanted.card)
    licence = wanted.licence.strip() or str(card.get("licence") or "").strip()
    rights = card.get("rights")
    return licence, [str(right) for right in rights] if isinstance(rights, list) else []


def check_request(layout: Layout, wanted: Wanted) -> None:
    """Everything that can be told before work begins. Raises ModelRefused."""
    checked_name(wanted.name)
    for folder in (bundled_models(), layout.models):
        if (folder / wanted.name).exists():
            raise ModelRefused(
                f"there is a model {wanted.name} already ({folder / wanted.name}); choose another name, "
                "or remove its folder first if nothing uses it"
            )
    road = ROADS.get(wanted.kind)
    if road is None:
        raise ModelRefused(f"{wanted.kind} is no kind that can be imported; there are {', '.join(ROADS)}")
    if not (program_root() / "inference" / "importing" / f"{road.program}.py").is_file():
        raise ModelRefused(
            f"this version cannot convert {wanted.kind} itself: export the network to ONNX with an input MIX [B, 2, N] "
            "and an output STEMS [B, S, 2, N], and import that with --kind waveform"
        )
    if road.needs_card and wanted.card is None:
        raise ModelRefused(
            f"--card FILE is needed for --kind {wanted.kind}: it says the stems and the segment (docs/models.md)"
        )
    try:
        found = wanted.source.stat()
    except OSError as error:
        raise ModelRefused(f"{wanted.source} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode):
        raise ModelRefused(f"{wanted.source} is not a file")
    if not 0 < found.st_size <= SOURCE_BYTES_MAX:
        raise ModelRefused(f"{wanted.source} has {found.st_size} bytes; 1 to {SOURCE_BYTES_MAX} are taken")


def import_model(layout: Layout, wanted: Wanted, accepted: str, say: Callable[[str], None]) -> Model:
    """Convert, check and register; nothing is registered unless the check passes. Raises ModelRefused, OSError.

    `accepted` is the licence text that the operator accepted, which is recorded with who, when and the file's digest.
    """
    check_request(layout, wanted)
    road = ROADS[wanted.kind]
    say("reading the file")
    source_sha256 = digest_of(wanted.source)
    python = python_for(layout, road.lock, DISK[road.lock], say)
    layout.models.mkdir(parents=True, exist_ok=True)
    _clear_stale(layout.models)
    staging = layout.models / f"{_STAGING}{os.getpid()}"
    try:
        staging.mkdir(mode=0o700)
        fresh = staging / wanted.name
        _convert(python, road, wanted, fresh, accepted, say)
        _record(fresh, wanted, accepted, source_sha256)
        model = read_model(fresh, is_bundled=False)
        if model.licence != accepted:
            raise ModelRefused("the converter wrote another licence than the one that was accepted")
        if found := differences(model):
            raise ModelRefused(f"the disk did not keep what was written: {'; '.join(found)}")
        try:
            fresh.rename(layout.models / wanted.name)
        except OSError as error:
            raise ModelRefused(
                f"there is a model {wanted.name} already, or the disk refuses: {error.strerror}"
            ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return read_model(layout.models / wanted.name, is_bundled=False)


def _clear_stale(models: Path) -> None:
    """Remove what imports that were killed had left half made."""
    for folder in models.glob(f"{_STAGING}*"):
        pid = folder.name.removeprefix(_STAGING)
        try:
            os.kill(int(pid), 0)
        except (ProcessLookupError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:
            continue


def _convert(python: Path, road: Road, wanted: Wanted, fresh: Path, licence: str, say: Callable[[str], None]) -> None:
    """Run the converter, which writes `fresh` and compares its output with the original's. Raises ModelRefused."""
    argv = [str(python), "-m", f"inference.importing.{road.program}", str(wanted.source.resolve()), str(fresh)]
    argv += ["--licence", licence]
    if road.names_kind:
        argv += ["--kind", wanted.kind]
    if wanted.card is not None:
        argv += ["--card", str(wanted.card.resolve())]
    last = ""
    for line, is_error in lines_of(argv, fresh.parent):
        last = line if is_error else last
        if not is_error:
            say(line)
    # A converter that did not end well is not believed, whatever it left.
    if last or not (fresh / "model.json").is_file():
        raise ModelRefused(
            f"{wanted.source.name} was not imported: {last.removeprefix('refused: ') or 'the converter ended'}"
        )


def _record(folder: Path, wanted: Wanted, accepted: str, source_sha256: str) -> None:
    """Who accepted which licence of which file, and when."""
    path = folder / "model.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    card["accepted"] = {
        "by": _user(),
        "at": now,
        "licence": accepted,
        "source": wanted.source.name,
        "source_sha256": source_sha256,
    }
    people = folder / "card.md"
    with people.open("a", encoding="utf-8") as file:
        text = f"`{accepted}`" if accepted else "no licence"
        file.write(f"\nImported by {_user()} at {now}, who accepted {text} for the file of sha256 `{source_sha256}`.\n")
    told = {"sha256": digest_of(people), "bytes": people.stat().st_size, "for": FOR_PEOPLE}
    card["files"] = card["files"] | {people.name: told}
    card[CARD_DIGEST] = digest_of_card(card)
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _read_card(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > CARD_BYTES_MAX:
            raise ModelRefused(f"{path} is longer than {CARD_BYTES_MAX // 1024} KiB, which is no card")
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelRefused(f"{path} cannot be read as a card: {error}") from error
    if not isinstance(found, dict):
        raise ModelRefused(f"{path} is no card: it must be an object of JSON")
    return found
