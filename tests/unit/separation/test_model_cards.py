"""Which models separation offers: those that are what their cards say, and a default that may be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.settings import SettingsInvalid
from services.separation.clients.model_cards import ModelCards
from services.separation.domain.errors import ModelUnknown
from tests.unit.stack.test_registry import NETWORK, WEIGHTS, write


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


def test_a_changed_card_is_not_offered(tmp_path: Path) -> None:
    """A model of whose card a word was changed is left out; what is for people is not this service's to check."""
    write(tmp_path, name="alpha")
    people = {"card.md": {"sha256": "0" * 64, "bytes": 1, "for": "people"}}
    write(tmp_path, name="beta", files=NETWORK | people)
    card = write(tmp_path, name="gamma") / "model.json"
    card.write_text(card.read_text().replace('"MIT"', '"Apache-2.0"'))
    assert [card.name for card in ModelCards([tmp_path], "alpha").list()] == ["alpha", "beta"]
    with pytest.raises(SettingsInvalid, match="gamma cannot be used: its card is not as it was registered"):
        ModelCards([tmp_path], "gamma")


def test_a_plans_default_needs_a_licence_as_any_default(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A plan's model is its default when it is there and licensed; else the installation's is, which is logged once."""
    write(tmp_path, name="alpha")
    write(tmp_path, name="beta")
    write(tmp_path, name="gamma", licence=" ")
    cards = ModelCards([tmp_path], "alpha")
    chosen = [cards.default_for(own).name for own in ("beta", "", "alpha", "gamma", "absent", "gamma", "absent")]
    assert chosen == ["beta", "alpha", "alpha", "alpha", "alpha", "alpha", "alpha"]
    told = [record.__dict__["fields"] for record in caplog.records]
    assert [(one["model"], one["reason"]) for one in told] == [
        ("gamma", "its card names no licence"),
        ("absent", "there is no such model"),
    ]
    assert cards.get("gamma").name == "gamma"


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
