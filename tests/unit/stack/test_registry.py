"""What counts as a registered model, and how a spoiled one is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.door.card import digest_of_card as doors_digest_of_card
from services.separation.clients.model_cards import digest_of_card as services_digest_of_card
from stack.layout import Layout
from stack.registry import (
    CARD_DIGEST,
    Model,
    ModelRefused,
    all_models,
    checked_name,
    default_model,
    differences,
    digest_of_card,
    model_of,
    read_model,
    spoiled,
)
from stack.served_models import bundled_models, choose_default, serve_models, wanted_default

WEIGHTS = bytes(range(256)) * 4
NETWORK = {"network.onnx": {"sha256": hashlib.sha256(WEIGHTS).hexdigest(), "bytes": len(WEIGHTS)}}


def a_card(**facts: object) -> dict[str, object]:
    """A card as an import would write it; `facts` replace its own."""
    return {
        "schema": 2,
        "name": "duo",
        "version": "1",
        "title": "Duo",
        "stems": ["vocals", "instrumental"],
        "sample_rate": 44100,
        "segment_samples": 8192,
        "hop_samples": 6144,
        "placement": "mirrored",
        "licence": "MIT",
        "transform": {"kind": "waveform"},
        "files": NETWORK,
    } | facts


def registered_card(**facts: object) -> dict[str, object]:
    """The same with its own digest."""
    card = a_card(**facts)
    return card | {CARD_DIGEST: digest_of_card(card)}


def write(folder: Path, **facts: object) -> Path:
    """A model's folder."""
    card = registered_card(**facts)
    home = folder / str(card["name"])
    home.mkdir(parents=True)
    (home / "model.json").write_text(json.dumps(card))
    (home / "network.onnx").write_bytes(WEIGHTS)
    return home


def test_the_bundled_models_are_whole() -> None:
    """Every model that comes with the program is what its card says, names its licence and has a card for people."""
    models = all_models(bundled_models(), Path("/nowhere"), pytest.fail)
    assert "baseline" in [model.name for model in models]
    for model in models:
        assert differences(model) == []
        assert model.licence
        assert (model.folder / "card.md").is_file()
    assert default_model(models, wanted_default(Layout(Path("/nowhere")), {})).is_bundled


@given(at=st.integers(0, len(WEIGHTS) - 1), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(tmp_path_factory: pytest.TempPathFactory, at: int, bit: int) -> None:
    """Whichever bit of a model's files changes, the difference is found and told with both digests."""
    home = write(tmp_path_factory.mktemp("models"))
    model = read_model(home, is_bundled=False)
    assert differences(model) == []
    spoiled = bytearray(WEIGHTS)
    spoiled[at] ^= 1 << bit
    (home / "network.onnx").write_bytes(spoiled)
    (found,) = differences(model)
    assert hashlib.sha256(spoiled).hexdigest() in found
    assert hashlib.sha256(WEIGHTS).hexdigest() in found


def test_other_lengths_and_missing_files_are_told(tmp_path: Path) -> None:
    """A cut, a missing and a linked file are each told as what they are."""
    home = write(tmp_path)
    model = read_model(home, is_bundled=False)
    (home / "network.onnx").write_bytes(WEIGHTS[:-1])
    assert differences(model) == [f"network.onnx: {len(WEIGHTS) - 1} bytes, and the card says {len(WEIGHTS)}"]
    (home / "network.onnx").unlink()
    assert differences(model) == ["network.onnx: missing"]
    (home / "network.onnx").symlink_to("/etc/passwd")
    assert differences(model) == ["network.onnx: leads out of the model's folder"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"schema": 1}, "schema 1"),
        ({"schema": None}, "schema None"),
        ({"name": "../evil"}, "no name for a model"),
        ({"name": "Evil"}, "no name for a model"),
        ({"name": ""}, "name must be a text"),
        ({"name": "a\nb"}, "one line"),
        ({"version": '1"'}, "version must be"),
        ({"stems": []}, "stems must be"),
        ({"stems": ["a", "a"]}, "stems must be"),
        ({"stems": ["a,b"]}, "stems must be"),
        ({"stems": "vocals"}, "list of texts"),
        ({"stems": [f"s{number}" for number in range(17)]}, "stems must be"),
        ({"sample_rate": 0}, "sample_rate"),
        ({"sample_rate": "44100"}, "sample_rate"),
        ({"sample_rate": True}, "sample_rate"),
        ({"segment_samples": 10**12}, "segment_samples"),
        ({"hop_samples": 8193}, "hop_samples"),
        ({"hop_samples": 0}, "hop_samples"),
        ({"placement": "sideways"}, "placement"),
        ({"licence": 3}, "licence"),
        ({"transform": {}}, "transform"),
        ({"transform": {"kind": "program"}}, "cannot be a program"),
        ({"files": {}}, "files must name"),
        ({"files": {"../../x": {"sha256": "0" * 64, "bytes": 1}}}, "no path below"),
        ({"files": {"/etc/passwd": {"sha256": "0" * 64, "bytes": 1}}}, "no path below"),
        ({"files": {"a\\..\\b": {"sha256": "0" * 64, "bytes": 1}}}, "no path below"),
        ({"files": {"model.json": {"sha256": "0" * 64, "bytes": 1}}}, "no path below"),
        ({"files": {"x": {"sha256": "0" * 63, "bytes": 1}}}, "64 hexadecimal"),
        ({"files": {"x": {"sha256": "0" * 64, "bytes": -1}}}, "size in bytes"),
        ({"files": {"x": "0" * 64}}, "64 hexadecimal"),
        ({"files": {"x": {"sha256": "0" * 64, "bytes": 1, "for": "nobody"}}}, "for 'nobody'"),
        ({"transform": {"kind": "waveform", "file": "other.onnx"}}, "'other.onnx', which is not among its files"),
        ({"transform": {"kind": "waveform", "file": "../network.onnx"}}, "not among its files"),
        ({"transform": {"kind": "waveform", "file": ["network.onnx"]}}, "not among its files"),
        ({"files": {"card.md": {"sha256": "0" * 64, "bytes": 1}}}, "'network.onnx', which is not among its files"),
        ({"files": {"network.onnx": {"sha256": "0" * 64, "bytes": 1, "for": "people"}}}, "not among its files"),
    ],
)
def test_a_card_that_cannot_be_right_is_refused(facts: dict[str, object], reason: str) -> None:
    """Every value of a card is looked at, and what is wrong is named."""
    with pytest.raises(ModelRefused, match=reason):
        model_of(registered_card(**facts), Path("duo"), is_bundled=False)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(card=st.dictionaries(st.sampled_from([*a_card(), "strange"]), json_values).map(lambda odd: a_card() | odd))
def test_any_card_is_taken_or_refused(card: dict[str, object]) -> None:
    """Whatever JSON a card holds, it is either a model or refused by name; nothing else happens."""
    try:
        model = model_of(card | {CARD_DIGEST: digest_of_card(card)}, Path("duo"), is_bundled=False)
    except ModelRefused:
        return
    assert checked_name(model.name)
    assert isinstance(model, Model)


@given(card=st.dictionaries(st.text(), json_values))
def test_the_three_readers_of_a_card_agree_on_its_digest(card: dict[str, object]) -> None:
    """The supervisor, the service and the door, which share no code, find the same digest of any card."""
    digest = digest_of_card(card)
    assert digest == doors_digest_of_card(card) == services_digest_of_card(card)
    assert digest == digest_of_card(json.loads(json.dumps(card | {CARD_DIGEST: digest}, indent=2)))


@pytest.mark.parametrize(
    "facts",
    [
        {"hop_samples": 6143},
        {"licence": "Apache-2.0"},
        {"licence": "MIT "},
        {"rights": ["Mine."]},
        {"transform": {"kind": "waveform", "batch": 2}},
        {CARD_DIGEST: "0" * 64},
        {CARD_DIGEST: None},
        {CARD_DIGEST: ["0" * 64]},
    ],
)
def test_a_changed_card_is_no_model(tmp_path: Path, facts: dict[str, object]) -> None:
    """A card of which anything was changed, added or taken away after it was written is refused, and told of."""
    home = write(tmp_path)
    card = json.loads((home / "model.json").read_text())
    (home / "model.json").write_text(json.dumps(card, indent=4, sort_keys=True))
    assert read_model(home, is_bundled=False).name == "duo"
    (home / "model.json").write_text(json.dumps(card | facts))
    with pytest.raises(ModelRefused, match=r"the card of duo (is not as it was registered|has no card_sha256)"):
        read_model(home, is_bundled=False)
    del card["title"]
    (home / "model.json").write_text(json.dumps(card))
    said: list[str] = []
    assert all_models(Path("/nowhere"), tmp_path, said.append) == []
    assert "the card of duo is not as it was registered" in said[0]


def test_what_is_for_people_is_held_to_its_digest_and_bars_no_song(tmp_path: Path) -> None:
    """A changed card.md and a file that no card names are told; the model's digest stays, and it is served."""
    text = b"# Duo"
    told = {"sha256": hashlib.sha256(text).hexdigest(), "bytes": len(text), "for": "people"}
    plain = read_model(write(tmp_path / "plain"), is_bundled=False)
    home = write(tmp_path, files=NETWORK | {"card.md": told})
    (home / "card.md").write_bytes(text)
    (home / ".card.md.swp").write_bytes(b"an editor's")
    model = read_model(home, is_bundled=False)
    assert differences(model) == []
    assert (model.digest, model.size_bytes) == (plain.digest, plain.size_bytes)
    (home / "card.md").write_bytes(b"# Dua")
    (home / "more").mkdir()
    (home / "more" / "notes.txt").touch()
    (home / "link").symlink_to("/etc")
    found = differences(model)
    assert [line.partition(":")[0] for line in found] == ["card.md", "link", "more/notes.txt"]
    assert "and the card says" in found[0]
    assert "its card does not name it" in found[1]
    assert spoiled(model) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"files": {"network.onnx": NETWORK["network.onnx"] | {"sha256": "0" * 64}}},
        {"files": NETWORK | {"waveform.onnx": {"sha256": "0" * 64, "bytes": 1}}},
        {"transform": {"kind": "waveform", "normalise": "rms"}},
        {"transform": {"kind": "spectrogram"}},
        {"transform": {"kind": "waveform", "rest": 1}},
        {"stems": ["instrumental", "vocals"]},
        {"sample_rate": 48000},
        {"segment_samples": 8193},
        {"hop_samples": 6143},
        {"placement": "centred"},
    ],
    ids="-".join,
)
def test_what_decides_the_stems_is_in_the_digest(facts: dict[str, object]) -> None:
    """The same network with another overlap, place, scale or order of stems is another, as is another network."""
    told = model_of(registered_card(), Path("duo"), is_bundled=False).digest
    assert model_of(registered_card(**facts), Path("duo"), is_bundled=False).digest != told


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "trio"},
        {"version": "2"},
        {"title": "Two"},
        {"licence": "Apache-2.0"},
        {"rights": ["Mine."]},
        {"checked": {"agreement_db": {"vocals": 99.0}}},
    ],
    ids="-".join,
)
def test_what_decides_no_sample_is_not_in_the_digest(facts: dict[str, object]) -> None:
    """A song goes on when its model is named, licensed or checked otherwise."""
    told = model_of(registered_card(), Path("duo"), is_bundled=False).digest
    assert model_of(registered_card(**facts), Path("duo"), is_bundled=False).digest == told


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"schema": 2}', "[" * 100_000, "\xff"])
def test_a_file_that_is_no_card_is_refused(tmp_path: Path, text: str) -> None:
    """What is not a card, or not JSON at all, is refused and not thrown."""
    (tmp_path / "duo").mkdir()
    (tmp_path / "duo" / "model.json").write_text(text, encoding="latin-1")
    with pytest.raises(ModelRefused):
        read_model(tmp_path / "duo", is_bundled=False)


def test_a_broken_or_clashing_import_bars_no_other(tmp_path: Path) -> None:
    """A broken card and a name that is taken are told of; the other models serve."""
    write(tmp_path / "bundled", name="same")
    for name in ("same", "good"):
        write(tmp_path / "imported", name=name)
    (tmp_path / "imported" / "bad").mkdir()
    (tmp_path / "imported" / "bad" / "model.json").write_text("{")
    said: list[str] = []
    models = all_models(tmp_path / "bundled", tmp_path / "imported", said.append)
    assert [(model.name, model.source) for model in models] == [("same", "bundled"), ("good", "imported")]
    assert len(said) == 2


def test_without_a_licence_a_model_cannot_become_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by choice nor by the environment nor at the start does a model without a licence become the default."""
    monkeypatch.delenv("STRIPSESSION_DEFAULT_MODEL", raising=False)
    layout = Layout(tmp_path)
    write(layout.models, name="unlicensed", licence="  ")
    write(layout.models, name="licensed")
    with pytest.raises(ModelRefused, match="names no licence"):
        choose_default(layout, "unlicensed")
    with pytest.raises(ModelRefused, match="no model 'absent'"):
        choose_default(layout, "absent")
    choose_default(layout, "licensed")
    served = serve_models(layout, pytest.fail)
    assert served.default == "licensed"
    assert (served.repository / "unlicensed" / "config.pbtxt").is_file()
    monkeypatch.setenv("STRIPSESSION_DEFAULT_MODEL", "unlicensed")
    with pytest.raises(ModelRefused, match="names no licence"):
        serve_models(layout, pytest.fail)


def test_a_spoiled_model_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start a spoiled model is told of and left out; as the default it keeps the stack from starting."""
    monkeypatch.delenv("STRIPSESSION_DEFAULT_MODEL", raising=False)
    layout = Layout(tmp_path)
    home = write(layout.models)
    (home / "network.onnx").write_bytes(WEIGHTS[::-1])
    said: list[str] = []
    served = serve_models(layout, said.append)
    assert not (served.repository / "duo").exists()
    assert "duo is not what its card says" in said[0]
    monkeypatch.setenv("STRIPSESSION_DEFAULT_MODEL", "duo")
    with pytest.raises(ModelRefused, match="the default model duo"):
        serve_models(layout, said.append)
    with pytest.raises(ModelRefused, match="not what its card says"):
        choose_default(layout, "duo")
