"""How a model's card is written: what lies in its folder, each with its digest, and the card's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inference import cards
from inference.door.card import ModelRefused
from inference.importing.registry_folder import Imported, note_check, write_folder
from stack.registry import differences, read_model
from tests.unit.inference.cores import SEGMENT, register, waveform_core

DUO = ["vocals", "instrumental"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model with a card for people and a picture."""
    home = register(tmp_path, waveform_core(2), DUO, {"kind": "waveform"})
    (home / "card.md").write_text("# Little")
    (home / "curves.png").write_bytes(b"a picture")
    cards.renew_card(home, takes_network=False)
    return home


def renewed(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of the command."""
    monkeypatch.setattr("sys.argv", ["cards", str(folder), *words])
    return cards.main()


def test_an_edited_card_for_people_is_taken_by_one_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After card.md was edited the command makes the folder whole again, and the weights are the same as before."""
    before = read_model(folder, is_bundled=False)
    assert [file.name for file in before.documents] == ["card.md", "curves.png"]
    (folder / "card.md").write_text("# Little, and what it can do")
    (folder / ".card.md.swp").touch()
    (folder / "curves.png").unlink()
    assert len(differences(before)) == 2
    assert renewed(folder, monkeypatch) == 0
    after = read_model(folder, is_bundled=False)
    assert differences(after) == []
    assert [file.name for file in after.documents] == ["card.md"]
    assert after.digest == before.digest
    assert (after.title, after.licence, after.transform) == (before.title, before.licence, before.transform)


@pytest.mark.parametrize("change", ["changed", "missing", "more"])
def test_another_network_is_taken_only_when_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    """A network that is not what its card says is refused and the card left as it was, unless it is asked for."""
    network, card = folder / "network.onnx", (folder / "model.json").read_bytes()
    other = folder / "waveform.onnx"
    match change:
        case "changed":
            network.write_bytes(waveform_core(2, seed=9).SerializeToString())
        case "missing":
            network.unlink()
        case "more":
            other.write_bytes(b"for GPUs")
    assert renewed(folder, monkeypatch) == 1
    assert "is not what its card says" in capsys.readouterr().err
    assert (folder / "model.json").read_bytes() == card
    if change != "missing":
        assert renewed(folder, monkeypatch, "--network") == 0
        assert differences(read_model(folder, is_bundled=False)) == []


def test_what_is_no_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a card, and a card that is none, are refused in a sentence."""
    assert renewed(tmp_path, monkeypatch) == 1
    for text in ("[]", "{", '{"files": []}', '{"files": {"network.onnx": "0"}}', '{"files": {}}'):
        (tmp_path / "model.json").write_text(text)
        assert renewed(tmp_path, monkeypatch) == 1
        assert (tmp_path / "model.json").read_text() == text


def test_an_import_writes_a_folder_that_is_whole(tmp_path: Path) -> None:
    """What an import writes has every file in its card, before the check is noted and after."""
    model = Imported(
        name="duo",
        version="1",
        title="Duo",
        summary="Two stems.",
        stems=("vocals", "instrumental"),
        sample_rate_hz=44100,
        segment_samples=SEGMENT,
        hop_samples=SEGMENT // 2,
        placement="mirrored",
        licence="MIT",
        rights=("Mine.",),
        transform={"kind": "waveform", "file": "network.onnx"},
    )
    write_folder(tmp_path / "duo", model, waveform_core(2).SerializeToString())
    assert differences(read_model(tmp_path / "duo", is_bundled=False)) == []
    note_check(tmp_path / "duo", {"agreement_db": {"vocals": 99.0}})
    found = read_model(tmp_path / "duo", is_bundled=False)
    assert differences(found) == []
    assert [file.name for file in (*found.files, *found.documents)] == ["network.onnx", "card.md"]
    assert json.loads((tmp_path / "duo" / "model.json").read_text())["checked"]
    with pytest.raises(ModelRefused, match="no digest"):
        cards.write_card(tmp_path / "duo", {**card_of(tmp_path / "duo"), "transform": {"kind": "program"}})
    assert differences(read_model(tmp_path / "duo", is_bundled=False)) == []


def card_of(folder: Path) -> dict[str, object]:
    """The card as it stands."""
    found: dict[str, object] = json.loads((folder / "model.json").read_text())
    return found
