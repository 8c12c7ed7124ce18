"""A model's network with its transforms inside, made for Triton on GPUs by the program that also checks it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from google.protobuf import text_format
from onnx import helper, numpy_helper
from tritonclient.grpc import model_config_pb2

from stack.gpu_networks import made_network
from stack.layout import Layout
from stack.model_repository import GpuNetwork, Machine, generate
from stack.registry import Model, ModelRefused, all_models, default_model, read_model
from stack.served_models import bundled_models, wanted_default
from tests.integration.importing.data_folder import DataFolder
from tests.paths import REPOSITORY
from tests.unit.inference.cores import register, spectrogram, spectrogram_core
from tests.unit.inference.test_door import a_mix, evaluated

DOOR = REPOSITORY / "inference" / "door"
STEMS = ["vocals", "drums", "bass", "other"]

pytestmark = pytest.mark.timeout(600)


class Workshop(DataFolder):
    """A data folder in which networks are made, and what was said of it."""

    def model(self, core: onnx.ModelProto) -> Model:
        """A registered model around this network."""
        return read_model(register(self.folder / "models", core, STEMS, spectrogram(rest=3)), is_bundled=False)

    def made(self, model: Model) -> GpuNetwork:
        """Its network for GPUs."""
        return made_network(self.layout, model, self.said.append)

    def kept(self) -> list[str]:
        """What lies in the data folder, half-made things included."""
        return sorted(path.name for path in self.layout.gpu_networks.glob("*"))


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.mark.long
def test_the_default_model_can_be_served_on_a_gpu(workshop: Workshop) -> None:
    """The repository of the bundled default for a GPU is one that Triton reads, its network whole and checked."""
    nowhere = Layout(Path("/nowhere"))
    models = all_models(bundled_models(), nowhere.models, pytest.fail)
    model = default_model(models, wanted_default(nowhere, {}))
    repository = generate([model], DOOR, workshop.folder / "out", Machine(device="gpu", gpus=2), workshop.made)
    text = (repository / model.name / "config.pbtxt").read_text()
    found = text_format.Parse(text, model_config_pb2.ModelConfig())
    network = onnx.load(str(repository / model.name / "1" / "model.onnx"))
    for told, is_in in ((found.input[0], network.graph.input[0]), (found.output[0], network.graph.output[0])):
        assert told.name == is_in.name
        assert list(told.dims) == [size.dim_value for size in is_in.type.tensor_type.shape.dim][1:]
    assert found.parameters["weights"].string_value == model.digest
    report = json.loads((workshop.layout.gpu_networks / model.name / "waveform.json").read_text())
    assert min(report["agreement_db"].values()) > 60
    assert set(report["agreement_db"]) == set(model.stems)


def test_a_network_is_made_once_and_again_when_it_is_not_what_it_was(workshop: Workshop) -> None:
    """What was made is taken again as it is; after a spoiled byte, or another card, it is made anew."""
    model = workshop.model(spectrogram_core(4))
    first = workshop.made(model)
    assert evaluated(onnx.load(str(first.path)), MIX=a_mix()[None]).shape == (1, 4, *a_mix().shape)
    assert any("comparing with the door" in line for line in workshop.said)
    workshop.said.clear()
    assert workshop.made(model) == first
    assert workshop.said == []
    first.path.write_bytes(first.path.read_bytes()[:-1])
    assert workshop.made(model) == first
    assert workshop.said != []
    workshop.said.clear()
    report = first.path.with_suffix(".json")
    report.write_text(report.read_text().replace('"made_from": "', '"made_from": "another'))
    assert workshop.made(model) == first
    assert workshop.said != []
    assert workshop.kept() == ["little"]


def too_loud_inside() -> onnx.ModelProto:
    """A network with values in it that half precision does not hold."""
    core = spectrogram_core(4)
    for number, (name, factor) in enumerate((("loud", 1e6), ("as_before", 1e-6))):
        core.graph.initializer.append(numpy_helper.from_array(np.array(factor, np.float32), f"factor_{name}"))
        core.graph.node.insert(
            number, helper.make_node("Mul", [("spectrum", "loud")[number], f"factor_{name}"], [name])
        )
    core.graph.node[2].input[0] = "as_before"
    return core


@pytest.mark.parametrize(("core", "precision"), [(spectrogram_core(4), "FP16"), (too_loud_inside(), "FP32")])
def test_half_precision_is_for_networks_that_bear_it(workshop: Workshop, core: onnx.ModelProto, precision: str) -> None:
    """A network that makes no numbers in half precision is not run in it; one that is hardly changed by it is."""
    found = workshop.made(workshop.model(core))
    assert found.precision == precision
    report = json.loads(found.path.with_suffix(".json").read_text())
    assert min(report["agreement_db"].values()) > 60
    is_told = [figure is not None for figure in report["half_agreement_db"].values()]
    assert all(is_told) == (precision == "FP16")


def test_a_network_that_cannot_be_made_is_refused_and_leaves_nothing(workshop: Workshop) -> None:
    """A network for batches of one is refused by name in one line, and what was made before stays as it was."""
    core = spectrogram_core(4)
    core.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    with pytest.raises(ModelRefused, match=r"little cannot run on a GPU: .*free batch") as refused:
        workshop.made(workshop.model(core))
    assert "\n" not in str(refused.value)
    assert workshop.kept() == []
