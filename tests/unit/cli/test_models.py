"""`stripsession models`, without a stack and without converting anything."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from cli import exits, models, verbs
from cli.exits import CommandFault
from inference.cards import renew_card
from inference.importing.registry_folder import Imported, write_folder
from stack.importing import Road, Wanted
from stack.layout import Layout, program_root
from stack.registry import differences, read_model
from tests.unit.stack.test_registry import WEIGHTS, a_card, write


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two imported models, one of them without a licence."""
    monkeypatch.delenv("STRIPSESSION_DEFAULT_MODEL", raising=False)
    folder = Layout(tmp_path / "data").models
    write(folder)
    write(folder, name="unlicensed", licence="")
    return tmp_path / "data"


async def run(*words: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = io.StringIO()
    arguments = verbs._parser().parse_args(["models", *words])
    code = await arguments.verb(arguments, Console(file=out, width=200))
    return code, out.getvalue()


async def test_the_list_shows_what_an_operator_needs(data: Path) -> None:
    """Every model is listed with version, stems, licence, source, whether it is the default, and its digest."""
    code, text = await run("list", "--data", str(data), "--json")
    rows = {row["name"]: row for row in json.loads(text)}
    assert code == exits.DONE
    default = (program_root() / "inference" / "models" / "default").read_text().strip()
    assert [name for name, row in rows.items() if row["is_default"]] == [default]
    assert rows[default]["source"] == "bundled"
    assert rows["duo"] == {
        "name": "duo",
        "version": "1",
        "title": "Duo",
        "stems": ["vocals", "instrumental"],
        "licence": "MIT",
        "source": "imported",
        "is_default": False,
        "kind": "waveform",
        "bytes": len(WEIGHTS),
        "sha256": read_model(Layout(data).models / "duo", is_bundled=False).digest,
    }
    _, table = await run("list", "--data", str(data))
    assert "none named" in table
    assert rows["duo"]["sha256"][:12] in table


async def test_a_flipped_byte_is_found_by_verify(data: Path) -> None:
    """Verify ends well while all is well; after one flipped byte it names file and digests and ends with an error."""
    code, text = await run("verify", "--data", str(data))
    assert (code, text.count("✓")) == (exits.DONE, text.count("\n"))
    network = Layout(data).models / "duo" / "network.onnx"
    spoiled = bytearray(WEIGHTS)
    spoiled[99] ^= 0x10
    network.write_bytes(spoiled)
    code, text = await run("verify", "--data", str(data))
    assert code == exits.SOME_FAILED
    assert f"network.onnx: sha256 {hashlib.sha256(spoiled).hexdigest()}" in text
    assert (await run("verify", "duo", "--data", str(data)))[0] == exits.SOME_FAILED
    assert (await run("verify", "baseline", "--data", str(data)))[0] == exits.DONE
    network.write_bytes(WEIGHTS + b"!")
    assert (
        f"{len(WEIGHTS) + 1} bytes, and the card says {len(WEIGHTS)}" in (await run("verify", "--data", str(data)))[1]
    )
    with pytest.raises(CommandFault, match="no model 'absent'"):
        await run("verify", "absent", "--data", str(data))


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("model.json", b'"hop_samples": 6144', b'"hop_samples": 6145', "the card of duo is not as it was registered"),
        ("model.json", b'"licence": "MIT"', b'"licence": "BSD"', "the card of duo is not as it was registered"),
        ("card.md", b"MIT", b"BSD", "card.md: sha256"),
        ("curves.png", b"picture", b"pictura", "curves.png: sha256"),
        ("notes.txt", b"", b"", "notes.txt: its card does not name it"),
    ],
)
async def test_a_changed_byte_beside_the_network_is_found_by_verify(
    data: Path, name: str, before: bytes, after: bytes, told: str
) -> None:
    """Verify tells of a changed byte in the card, in what is for people, and of a file that no card names."""
    home = Layout(data).models / "duo"
    (home / "card.md").write_text("Licence: MIT")
    (home / "curves.png").write_bytes(b"a picture")
    renew_card(home, takes_network=False)
    assert (await run("verify", "--data", str(data)))[0] == exits.DONE
    changed = home / name
    changed.write_bytes((changed.read_bytes() if before else b"").replace(before, after, 1))
    code, text = await run("verify", "--data", str(data))
    assert code == exits.SOME_FAILED
    assert told in text
    assert "✓ unlicensed" in text
    assert "✓ duo" not in text


async def test_a_broken_card_is_a_failure_of_verify(data: Path) -> None:
    """A card that cannot be read is told of, and is no success."""
    (Layout(data).models / "duo" / "model.json").write_text("{")
    code, text = await run("verify", "--data", str(data))
    assert code == exits.SOME_FAILED
    assert "cannot be read" in text


async def test_the_default_needs_a_licence(data: Path) -> None:
    """A model with a licence becomes the default; one without is refused, and the default stays."""
    assert (await run("default", "duo", "--data", str(data)))[0] == exits.DONE
    with pytest.raises(CommandFault, match="names no licence"):
        await run("default", "unlicensed", "--data", str(data))
    _, text = await run("list", "--data", str(data), "--json")
    assert [row["name"] for row in json.loads(text) if row["is_default"]] == ["duo"]


def stands_in_for_conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Converting needs another environment: what a converter leaves is written as it would leave it, unconverted."""

    def convert(_: Path, road: Road, wanted: Wanted, fresh: Path, licence: str, say: Callable[[str], None]) -> None:
        assert wanted.card is not None
        card = json.loads(wanted.card.read_text())
        model = Imported(
            name=wanted.name,
            version="1",
            title="Fresh",
            summary="As it came.",
            stems=tuple(card["stems"]),
            sample_rate_hz=44100,
            segment_samples=8192,
            hop_samples=6144,
            placement="mirrored",
            licence=licence,
            rights=tuple(card["rights"]),
            transform={"kind": "waveform", "file": "network.onnx"},
        )
        write_folder(fresh, model, wanted.source.read_bytes())
        say("vocals: 99.0 dB")

    monkeypatch.setattr("stack.importing.python_for", lambda *_: Path("python"))
    monkeypatch.setattr("stack.importing._convert", convert)


@pytest.mark.parametrize("licence", ["CC-BY-4.0", ""])
async def test_a_person_who_types_yes_gets_the_model_whose_licence_was_shown(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, licence: str
) -> None:
    """Licence and rights are printed before the question; after a typed yes the model is registered under them."""
    source, card = tmp_path / "network.onnx", tmp_path / "card.json"
    source.write_bytes(WEIGHTS)
    rights = ["Trained on my own recordings.", "With a choir, who agreed."]
    card.write_text(json.dumps(a_card(licence=licence, rights=rights)))
    stands_in_for_conversion(monkeypatch)
    out = io.StringIO()
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(out.getvalue())
        assert "Do you accept this" in question
        return " Yes "

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answer)
    arguments = verbs._parser().parse_args(["models", *import_words(data, source, "--card", str(card))])
    assert await arguments.verb(arguments, Console(file=out, width=200)) == exits.DONE
    (shown,) = asked
    assert "network.onnx becomes the model fresh." in shown
    assert f"Licence: {licence or 'none named'}\n" in shown
    assert [line for line in shown.splitlines() if line.startswith("Rights: ")] == [f"Rights: {one}" for one in rights]
    assert ("cannot become the default" in shown) == (not licence)
    model = read_model(Layout(data).models / "fresh", is_bundled=False)
    assert (model.licence, differences(model)) == (licence, [])
    told = json.loads((model.folder / "model.json").read_text())
    assert told["accepted"]["licence"] == licence
    assert told["accepted"]["source_sha256"] == hashlib.sha256(WEIGHTS).hexdigest()
    assert told["rights"] == rights
    assert told["accepted"]["by"] in (model.folder / "card.md").read_text()
    assert ("stripsession models default fresh" in out.getvalue()) == bool(licence)
    assert (await run("verify", "fresh", "--data", str(data)))[0] == exits.DONE


def import_words(data: Path, path: Path, *more: str, name: str = "fresh", kind: str = "waveform") -> list[str]:
    """`models import` of a path."""
    return ["import", str(path), "--kind", kind, "--name", name, "--data", str(data), *more]


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("duo", "waveform", "there is a model duo already"),
        ("baseline", "waveform", "there is a model baseline already"),
        ("../../etc", "waveform", "no name for a model"),
        ("UPPER", "waveform", "no name for a model"),
        ("a" * 65, "waveform", "no name for a model"),
        ("fresh", "spectrogram", "--card FILE is needed"),
    ],
)
async def test_what_cannot_be_imported_is_told_before_any_work(
    data: Path, tmp_path: Path, name: str, kind: str, reason: str
) -> None:
    """A name that is taken or unsafe, or a missing card, is told at once, and nothing is written."""
    source = tmp_path / "network.onnx"
    source.write_bytes(WEIGHTS)
    before = sorted(path.name for path in Layout(data).models.iterdir())
    with pytest.raises(CommandFault, match=reason):
        await run(*import_words(data, source, "--accept-licence", name=name, kind=kind))
    assert sorted(path.name for path in Layout(data).models.iterdir()) == before


async def test_an_import_needs_a_file_of_a_sane_size(data: Path, tmp_path: Path) -> None:
    """A missing, an empty, a huge and a special file are refused before anything reads them."""
    card = tmp_path / "card.json"
    card.write_text(json.dumps(a_card()))
    empty, huge, pipe = (tmp_path / name for name in ("empty.onnx", "huge.onnx", "pipe.onnx"))
    empty.touch()
    with huge.open("wb") as file:
        file.truncate(9 * 1024**3)
    os.mkfifo(pipe)
    for path, reason in (
        (tmp_path / "absent.onnx", "cannot be read"),
        (empty, "has 0 bytes"),
        (huge, "bytes; 1 to"),
        (pipe, "is not a file"),
        (tmp_path, "is not a file"),
    ):
        with pytest.raises(CommandFault, match=reason):
            await run(*import_words(data, path, "--card", str(card), "--accept-licence"))


async def test_without_a_person_the_licence_must_be_accepted_by_a_word(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can answer, an import without --accept-licence is refused; a person who says no is heard."""
    source, card = tmp_path / "network.onnx", tmp_path / "card.json"
    source.write_bytes(WEIGHTS)
    card.write_text(json.dumps(a_card()))
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with pytest.raises(CommandFault, match="--accept-licence") as refused:
        await run(*import_words(data, source, "--card", str(card)))
    assert refused.value.exit_code == exits.USAGE
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandFault, match="not accepted"):
        await run(*import_words(data, source, "--card", str(card)))


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000])
async def test_a_card_that_is_none_is_refused(data: Path, tmp_path: Path, text: str) -> None:
    """A file that is no card is refused in one sentence."""
    source, card = tmp_path / "network.onnx", tmp_path / "card.json"
    source.write_bytes(WEIGHTS)
    card.write_text(text)
    with pytest.raises(CommandFault, match="card"):
        await run(*import_words(data, source, "--card", str(card), "--accept-licence"))


async def test_a_repository_for_a_server_of_ones_own_is_written(data: Path, tmp_path: Path) -> None:
    """The repository holds the models named; one that cannot run on a GPU, or a folder in use, is refused."""
    out = tmp_path / "repository"
    code, _ = await run("repository", str(out), "--model", "duo", "--data", str(data), "--device", "gpu")
    assert code == exits.DONE
    assert (out / "duo" / "1" / "model.onnx").read_bytes() == WEIGHTS
    with pytest.raises(CommandFault, match="not empty"):
        await run("repository", str(out), "--data", str(data))
    with pytest.raises(CommandFault, match="baseline cannot run on a GPU"):
        await run("repository", str(tmp_path / "other"), "--data", str(data), "--device", "gpu")
    with pytest.raises(CommandFault, match="no model absent"):
        await run("repository", str(tmp_path / "third"), "--model", "absent", "--data", str(data))


def test_help_says_how_checkpoints_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever is about to import a checkpoint can read in the help that it is not run."""
    with pytest.raises(SystemExit):
        verbs._parser().parse_args(["models", "import", "--help"])
    assert "weights_only=True" in capsys.readouterr().out
    assert models._IMPORT_HELP
