"""Which models separation offers: those that are what their cards say, and a default that may be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.settings import SettingsInvalid
from services.separation.clients.model_cards import ModelCards
from services.separation.domain.errors import ModelUnknown
from tests.unit.stack.test_registry import WEIGHTS, write


def test_bundled_and_imported_models_are_offered_the_default_first(tmp_path: Path) -> None:
    """Models of both folders are offered, the default first, and a folder that does not exist counts as empty."""
    write(tmp_path / "bundled", name="alpha")
    write(tmp_path / "imported", name="beta", licence="")
    cards = ModelCards([tmp_path / "bundled", tmp_path / "imported", tmp_path / "absent"], "alpha")
    assert [(card.name, card.licence, card.is_default) for card in cards.list()] == [
        ("alpha", "MIT", True),
        ("beta", "", False),
    ]
    assert cards.get("").name == "alpha"
    with pytest.raises(ModelUnknown):
        cards.get("gamma")


def test_of_two_models_of_one_name_the_bundled_counts(tmp_path: Path) -> None:
    """An imported model cannot stand in for a bundled one."""
    write(tmp_path / "bundled", name="alpha", title="Ours")
    write(tmp_path / "imported", name="alpha", title="Theirs")
    cards = ModelCards([tmp_path / "bundled", tmp_path / "imported"], "alpha")
    assert [card.title for card in cards.list()] == ["Ours"]


@pytest.mark.parametrize("network", [WEIGHTS[:-1], WEIGHTS[:-1] + b"!", None])
def test_a_spoiled_model_is_not_offered(tmp_path: Path, network: bytes | None) -> None:
    """A model with a changed, cut or missing file is left out; as the default it keeps the service from starting."""
    write(tmp_path, name="alpha")
    path = write(tmp_path, name="beta") / "network.onnx"
    if network is None:
        path.unlink()
    else:
        path.write_bytes(network)
    assert [card.name for card in ModelCards([tmp_path], "alpha").list()] == ["alpha"]
    with pytest.raises(SettingsInvalid, match="the default model beta cannot be used"):
        ModelCards([tmp_path], "beta")


def test_a_default_needs_to_be_there_and_to_name_a_licence(tmp_path: Path) -> None:
    """Without a licence, or without a card, a model cannot be the default: the service says so at its start."""
    write(tmp_path, name="alpha", licence=" ")
    with pytest.raises(SettingsInvalid, match="names no licence"):
        ModelCards([tmp_path], "alpha")
    with pytest.raises(SettingsInvalid, match="no model 'absent'"):
        ModelCards([tmp_path], "absent")
    (tmp_path / "alpha" / "model.json").write_text("[]")
    with pytest.raises(SettingsInvalid, match="not an object"):
        ModelCards([tmp_path], "alpha")
