"""What an export promises before a network is released."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from inference.training import export
from inference.training.export import restore, rounded
from inference.training.network import Network
from inference.training.small import SMALL


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """A small network whose norms have seen something."""
    monkeypatch.setattr(export, "SEGMENT_SAMPLES", SMALL.hop * 31)
    torch.manual_seed(0)
    made = Network(SMALL).train()
    for _ in range(2):
        made(torch.randn(2, 4, SMALL.bins, 16))
    return made.eval()


def test_an_export_of_no_numbers_is_refused(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network whose weights or agreement are no numbers is not released."""
    path = tmp_path / "network.onnx"
    assert export.checked_export(network, path) >= export.AGREEMENT_DB_MIN
    with torch.no_grad():
        network.merge.code[0, 0, 0, 0] = torch.nan
    with pytest.raises(ValueError, match=r"merge\.code"):
        export.checked_export(network, path)
    with torch.no_grad():
        network.merge.code[0, 0, 0, 0] = 0
    for figure in (float("nan"), float("-inf"), 59.9):
        monkeypatch.setattr(export, "agreement_db", lambda *_, figure=figure: figure)
        with pytest.raises(ValueError, match="60 are needed"):
            export.checked_export(network, path)


def test_shipped_network_comes_back(network: Network, tmp_path: Path) -> None:
    """A shipped file gives its network back, weight for weight, so that training can go on from it."""
    export.export(rounded(network), tmp_path / "network.onnx")
    found = restore(tmp_path / "network.onnx")
    assert found.shape == network.shape
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            assert torch.equal(value, found.state_dict()[name]), name
