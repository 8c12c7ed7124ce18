"""The registered models: their cards, and whether their files are still the ones that were registered."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

SCHEMA = 2
CARD_DIGEST = "card_sha256"
"""The field of a card that holds the digest of all its others."""
FOR_PEOPLE = "people"
"""What a file's `for` says when it is there to be read and not to separate."""
PLACEMENTS = ("mirrored", "centred")
CARD_BYTES_MAX = 256 * 1024
STEMS_MAX = 16
SEGMENT_S_MAX = 120
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_STEM = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HASHED_AT_ONCE_BYTES = 4 * 1024 * 1024


class ModelRefused(Exception):
    """A model cannot be used; the text says which and why, for its operator."""


@dataclasses.dataclass(frozen=True)
class ModelFile:
    """One file of a model, by its path below the card's folder."""

    name: str
    sha256: str
    size_bytes: int


@dataclasses.dataclass(frozen=True)
class Model:
    """A registered model; samples count at `sample_rate_hz`."""

    folder: Path
    is_bundled: bool
    name: str
    version: str
    title: str
    stems: tuple[str, ...]
    sample_rate_hz: int
    segment_samples: int
    hop_samples: int
    placement: str
    licence: str
    """Empty when its card names none: such a model cannot become the default."""
    transform: Mapping[str, object]
    files: tuple[ModelFile, ...]
    """What separates: the network, or the program."""
    documents: tuple[ModelFile, ...] = ()
    """For people: its card.md, and what that shows. Nothing that separates depends on them."""

    @property
    def kind(self) -> str:
        """The kind of its transform."""
        return str(self.transform.get("kind", ""))

    @property
    def source(self) -> str:
        """Where it comes from, for a list."""
        return "bundled" if self.is_bundled else "imported"

    @property
    def digest(self) -> str:
        """Of all that decides its stems: SHA-256 over the files that separate and over what the card says of doing so.

        It is what `weights` says to the workers. The same file with another overlap, transform or order of stems gives
        other samples, so a song that was begun with one must not go on with the other, as with another file.
        """
        told = {
            "files": {file.name: file.sha256 for file in self.files},
            "transform": self.transform,
            "stems": self.stems,
            "sample_rate": self.sample_rate_hz,
            "segment_samples": self.segment_samples,
            "hop_samples": self.hop_samples,
            "placement": self.placement,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def size_bytes(self) -> int:
        """All the files together that separate."""
        return sum(file.size_bytes for file in self.files)

    @property
    def folder_bytes(self) -> int:
        """Those and its documents."""
        return self.size_bytes + sum(file.size_bytes for file in self.documents)


def checked_name(name: str) -> str:
    """`name`, where it is safe as a folder and as a model of Triton's. Raises ModelRefused."""
    if not _NAME.fullmatch(name) or ".." in name:
        raise ModelRefused(
            f"{name[:80]!r} is no name for a model: use up to 64 small letters, digits, dots, dashes and underscores, "
            "beginning with a letter or digit"
        )
    return name


def models_in(folder: Path, *, is_bundled: bool) -> list[Model]:
    """Every model below `folder`, by name; none when it does not exist. Raises ModelRefused at a broken card."""
    return [read_model(path.parent, is_bundled=is_bundled) for path in sorted(folder.glob("*/model.json"))]


def all_models(bundled: Path, imported: Path, complain: Callable[[str], None]) -> list[Model]:
    """Bundled and imported models; one whose card is broken, or whose name is taken, is told of and left out."""
    found: dict[str, Model] = {}
    for folder, is_bundled in ((bundled, True), (imported, False)):
        for path in sorted(folder.glob("*/model.json")):
            try:
                model = read_model(path.parent, is_bundled=is_bundled)
            except ModelRefused as refused:
                complain(str(refused))
                continue
            if model.name in found:
                complain(f"the imported model {model.name} is left out: a bundled one has its name")
                continue
            found[model.name] = model
    return list(found.values())


def read_model(folder: Path, *, is_bundled: bool) -> Model:
    """The model in `folder`. Raises ModelRefused."""
    card = folder / "model.json"
    try:
        if card.stat().st_size > CARD_BYTES_MAX:
            raise ModelRefused(f"{card} is longer than {CARD_BYTES_MAX // 1024} KiB, which is no card")
        found = json.loads(card.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelRefused(f"{card} cannot be read: {error}") from error
    model = model_of(found, folder, is_bundled=is_bundled)
    if model.name != folder.name:
        raise ModelRefused(f"{card} names the model {model.name}, and its folder is {folder.name}")
    return model


def model_of(card: object, folder: Path, *, is_bundled: bool) -> Model:
    """The model that a card describes, every value checked. Raises ModelRefused."""
    where = f"the card of {folder.name}"
    if not isinstance(card, dict):
        raise ModelRefused(f"{where} is not an object of JSON")
    fields = _Fields(card, where)
    if card.get("schema") != SCHEMA:
        raise ModelRefused(f"{where} has schema {card.get('schema')!r}, and this program reads {SCHEMA}")
    _check_card_digest(card, where)
    stems = fields.words("stems")
    if not 1 <= len(stems) <= STEMS_MAX or len(set(stems)) != len(stems) or not all(map(_STEM.fullmatch, stems)):
        raise ModelRefused(f"{where}: stems must be 1 to {STEMS_MAX} different names of small letters and digits")
    rate = fields.number("sample_rate", 8_000, 192_000)
    segment = fields.number("segment_samples", 1, SEGMENT_S_MAX * rate)
    transform = card.get("transform")
    if not isinstance(transform, dict) or not isinstance(transform.get("kind"), str):
        raise ModelRefused(f"{where}: transform must be an object with a kind")
    version = fields.text("version")
    if not _VERSION.fullmatch(version):
        raise ModelRefused(f"{where}: version must be up to 64 letters, digits, dots, dashes, pluses and underscores")
    if transform["kind"] == "program" and not is_bundled:
        raise ModelRefused(f"{where}: an imported model cannot be a program, only a network")
    placement = fields.text("placement", PLACEMENTS[0])
    if placement not in PLACEMENTS:
        raise ModelRefused(f"{where}: placement must be one of {', '.join(PLACEMENTS)}")
    files, documents = _files(card.get("files"), where)
    core = transform.get("file", "separator.py" if transform["kind"] == "program" else "network.onnx")
    if core not in [file.name for file in files]:
        raise ModelRefused(f"{where}: its transform names {str(core)[:80]!r}, which is not among its files")
    return Model(
        folder=folder,
        is_bundled=is_bundled,
        name=checked_name(fields.text("name")),
        version=version,
        title=fields.text("title", ""),
        stems=stems,
        sample_rate_hz=rate,
        segment_samples=segment,
        hop_samples=fields.number("hop_samples", 1, segment),
        placement=placement,
        licence=fields.text("licence", "").strip(),
        transform=transform,
        files=files,
        documents=documents,
    )


def digest_of_card(card: Mapping[str, object]) -> str:
    """SHA-256 over a card's content but for the field that holds it: names in order, no spaces, ASCII alone."""
    content = {name: value for name, value in card.items() if name != CARD_DIGEST}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def differences(model: Model, progress: Callable[[int], None] = lambda _: None) -> list[str]:
    """What differs between a model's folder and its card, a line each; `progress` hears of bytes read."""
    listed = (*model.files, *model.documents)
    found = [text for file in listed if (text := _difference(model.folder, file, progress))]
    return found + [f"{name}: its card does not name it" for name in _unlisted(model.folder, listed)]


def spoiled(model: Model) -> list[str]:
    """What differs in the files that separate, a line each: such a model must not be served."""
    return [text for file in model.files if (text := _difference(model.folder, file, lambda _: None))]


def digest_of(path: Path, progress: Callable[[int], None] = lambda _: None) -> str:
    """SHA-256 of a file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_HASHED_AT_ONCE_BYTES):
            digest.update(piece)
            progress(len(piece))
    return digest.hexdigest()


def default_model(models: Sequence[Model], wanted: str) -> Model:
    """The model that is taken when a song names none. Raises ModelRefused where it may not be that."""
    for model in models:
        if model.name == wanted:
            if not model.licence:
                raise ModelRefused(f"{wanted} cannot be the default model: its card names no licence")
            return model
    known = ", ".join(model.name for model in models) or "none"
    raise ModelRefused(f"there is no model {wanted!r} to be the default; registered: {known}")


def _difference(folder: Path, file: ModelFile, progress: Callable[[int], None]) -> str:
    path = folder / file.name
    try:
        if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
            return f"{file.name}: leads out of the model's folder"
        size_bytes = path.stat().st_size
        if size_bytes != file.size_bytes:
            return f"{file.name}: {size_bytes} bytes, and the card says {file.size_bytes}"
        found = digest_of(path, progress)
    except FileNotFoundError:
        return f"{file.name}: missing"
    except OSError as error:
        return f"{file.name}: cannot be read: {error.strerror}"
    return "" if found == file.sha256 else f"{file.name}: sha256 {found}, and the card says {file.sha256}"


def _unlisted(folder: Path, listed: Sequence[ModelFile]) -> list[str]:
    """Files that no card names; an editor's or a file manager's, whose names begin with a dot, count as none."""
    known = {"model.json", *(file.name for file in listed)}
    names = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        # Python leaves its byte code beside a bundled program.
        is_passed_over = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if not is_passed_over and (path.is_symlink() or not path.is_dir()) and "/".join(parts) not in known:
            names.append("/".join(parts))
    return names


def _check_card_digest(card: Mapping[str, object], where: str) -> None:
    told = card.get(CARD_DIGEST)
    if told is None:
        raise ModelRefused(f"{where} has no {CARD_DIGEST}: import the model again, or see docs/models.md")
    try:
        found = digest_of_card(card)
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelRefused(f"{where} cannot be compared with its {CARD_DIGEST}: {error}") from error
    if told != found:
        raise ModelRefused(
            f"{where} is not as it was registered: its content has {CARD_DIGEST} {found}, and it says {told!r}"
        )


def _files(found: object, where: str) -> tuple[tuple[ModelFile, ...], tuple[ModelFile, ...]]:
    """What separates, and what is for people."""
    if not isinstance(found, dict) or not found:
        raise ModelRefused(f"{where}: files must name every file with its sha256 and bytes")
    files: list[ModelFile] = []
    documents: list[ModelFile] = []
    for name, facts in found.items():
        path = PurePosixPath(str(name))
        is_below = bool(path.parts) and not path.is_absolute() and ".." not in path.parts
        if not is_below or "\\" in str(name) or "\0" in str(name) or str(path) in ("model.json", "."):
            raise ModelRefused(f"{where}: {str(name)[:80]!r} is no path below the model's folder")
        digest = facts.get("sha256") if isinstance(facts, dict) else None
        size_bytes = facts.get("bytes") if isinstance(facts, dict) else None
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            raise ModelRefused(f"{where}: {name} needs a sha256 of 64 hexadecimal digits")
        if not isinstance(size_bytes, int) or isinstance(size_bytes, bool) or size_bytes < 0:
            raise ModelRefused(f"{where}: {name} needs its size in bytes")
        purpose = facts.get("for")
        if purpose not in (None, FOR_PEOPLE):
            raise ModelRefused(
                f"{where}: {name} is for {purpose!r}; a file is for {FOR_PEOPLE!r}, or says nothing of it"
            )
        (files if purpose is None else documents).append(ModelFile(str(path), digest, size_bytes))
    return tuple(files), tuple(documents)


class _Fields:
    """Reads single values of a card. Each method raises ModelRefused."""

    def __init__(self, card: Mapping[str, object], where: str) -> None:
        self._card = card
        self._where = where

    def text(self, name: str, otherwise: str | None = None) -> str:
        found = self._card.get(name, otherwise)
        if not isinstance(found, str) or (otherwise is None and not found) or len(found) > 2_000:
            raise ModelRefused(f"{self._where}: {name} must be a text")
        if any(ord(letter) < 32 for letter in found):
            raise ModelRefused(f"{self._where}: {name} must be one line")
        return found

    def number(self, name: str, lowest: int, highest: int) -> int:
        found = self._card.get(name)
        if not isinstance(found, int) or isinstance(found, bool) or not lowest <= found <= highest:
            raise ModelRefused(f"{self._where}: {name} must be a whole number within {lowest} and {highest}")
        return found

    def words(self, name: str) -> tuple[str, ...]:
        found = self._card.get(name)
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            raise ModelRefused(f"{self._where}: {name} must be a list of texts")
        return tuple(found)
