"""An operator's ONNX network, from the file to a registered model: compared in two runtimes, or refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from inference.door.separator import open_separator
from stack.importing import Wanted, import_model
from stack.registry import Model, ModelRefused, all_models, differences
from tests.integration.importing.data_folder import DataFolder
from tests.unit.inference.cores import SEGMENT, spectrogram, spectrogram_core, waveform_core
from tests.unit.inference.test_door import a_mix

DUO = ["vocals", "instrumental"]


class Counter(DataFolder):
    """An operator's desk: a data folder, and what was said."""

    def bring(
        self, network: bytes, kind: str, transform: dict[str, object], stems: list[str], **facts: object
    ) -> Model:
        """Import it as the model `duo`."""
        source, card = self.folder / "network.onnx", self.folder / "card.json"
        source.write_bytes(network)
        told: dict[str, object] = {"stems": stems, "segment_samples": SEGMENT, "transform": transform}
        card.write_text(json.dumps(told | facts))
        wanted = Wanted(source, kind, "duo", card, licence="MIT")
        return import_model(self.layout, wanted, "MIT", self.said.append)

    def registered(self) -> list[str]:
        """What is in the registry, half-made folders included."""
        return [path.name for path in self.layout.models.iterdir()] if self.layout.models.exists() else []


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(tmp_path)


def serialised(core: onnx.ModelProto) -> bytes:
    """The network as a file."""
    return core.SerializeToString()


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("core", "kind", "transform", "stems"),
    [
        (spectrogram_core(2), "spectrogram", spectrogram(rest=1), DUO),
        (spectrogram_core(3), "spectrogram", spectrogram(rest=0), ["a", "b", "c", "d"]),
        (waveform_core(6), "waveform", {"normalise": "rms"}, ["a", "b", "c", "d", "e", "f"]),
    ],
    ids=["two stems", "four stems, three masks", "six stems"],
)
def test_a_network_is_compared_and_registered(
    counter: Counter, core: onnx.ModelProto, kind: str, transform: dict[str, object], stems: list[str]
) -> None:
    """An import that agrees in both runtimes is registered with who accepted what, and separates at once."""
    network = serialised(core)
    model = counter.bring(network, kind, transform, stems)
    assert model.stems == tuple(stems)
    assert differences(model) == []
    assert [one.name for one in all_models(Path("/nowhere"), counter.layout.models, pytest.fail)] == ["duo"]
    card = json.loads((model.folder / "model.json").read_text())
    assert min(card["checked"]["agreement_db"].values()) > 60
    assert card["accepted"]["source_sha256"] == hashlib.sha256(network).hexdigest()
    assert card["accepted"]["licence"] == card["licence"] == "MIT"
    assert card["accepted"]["by"]
    assert "accepted `MIT`" in (model.folder / "card.md").read_text()
    assert open_separator(model.folder, 1).separate(a_mix()).shape == (len(stems), 2, SEGMENT)
    assert any("comparing" in line for line in counter.said)
    with pytest.raises(ModelRefused, match="there is a model duo already"):
        counter.bring(network, kind, transform, stems)


def with_outside_weights() -> bytes:
    """A network whose weights are said to lie in a file of the machine's."""
    core = waveform_core(2)
    kernel = next(tensor for tensor in core.graph.initializer if tensor.name == "kernel")
    kernel.ClearField("raw_data")
    kernel.data_location = TensorProto.EXTERNAL
    entry = kernel.external_data.add()
    entry.key, entry.value = "location", "../../../../etc/passwd"
    return serialised(core)


def with_a_strange_operator() -> bytes:
    """A network that asks for an operator of somebody's own."""
    core = waveform_core(2)
    core.graph.node[0].domain = "evil.example"
    core.opset_import.append(helper.make_opsetid("evil.example", 1))
    return serialised(core)


def that_gives_no_numbers() -> bytes:
    """A network with a weight that is not finite."""
    core = waveform_core(2)
    kernel = next(tensor for tensor in core.graph.initializer if tensor.name == "kernel")
    values = numpy_helper.to_array(kernel).copy()
    values[0] = np.nan
    kernel.CopyFrom(numpy_helper.from_array(values, "kernel"))
    return serialised(core)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("network", "stems", "facts", "reason"),
    [
        (lambda: b"not a network at all", DUO, {}, "no sound network"),
        (lambda: serialised(waveform_core(2))[:-50], DUO, {}, "no sound network"),
        (with_outside_weights, DUO, {}, "in other files|no sound network"),
        (with_a_strange_operator, DUO, {}, "not ONNX's own"),
        (that_gives_no_numbers, DUO, {}, "not finite"),
        (lambda: serialised(waveform_core(2)), ["a", "b", "c"], {}, "its card asks for 3 stems|could not broadcast"),
        (lambda: serialised(spectrogram_core(2)), DUO, {}, "OpenVINO does not take"),
        (lambda: serialised(waveform_core(2)), DUO, {"segment_samples": 4}, "OpenVINO does not take|cannot run|gives"),
        (lambda: serialised(waveform_core(2)), DUO, {"placement": "sideways"}, "placement"),
        (lambda: serialised(waveform_core(2)), ["../x", "b"], {}, "stems must be"),
        (lambda: serialised(waveform_core(2)), DUO, {"rights": "mine"}, "rights lists"),
    ],
)
def test_what_is_no_such_network_is_refused_and_leaves_nothing(
    counter: Counter, network: Callable[[], bytes], stems: list[str], facts: dict[str, object], reason: str
) -> None:
    """Whatever is wrong with a network or its card is told in one line, and the registry is as it was."""
    with pytest.raises(ModelRefused, match=reason) as refused:
        counter.bring(network(), "waveform", transform={}, stems=stems, **facts)
    assert "\n" not in str(refused.value)
    assert counter.registered() == []
