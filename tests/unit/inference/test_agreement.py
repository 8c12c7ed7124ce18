"""What counts as saying the same as the original, and that whatever does not is not imported."""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from inference.importing.agreement import AGREEMENT_DB_MIN, Disagreement, agreement_db, require_agreement
from tests.unit.inference.cores import SEGMENT, waveform_core

Floats = NDArray[np.float32]
STEMS = ["vocals", "instrumental"]


def a_separation() -> Floats:
    """Two stems of noise."""
    return np.random.default_rng(5).standard_normal((2, 2, 1000)).astype(np.float32)


def apart(stems: Floats, distance_db: float) -> Floats:
    """The same, with a difference so far below each stem."""
    noise = np.random.default_rng(6).standard_normal(stems.shape)
    energies = [np.sum(np.square(one, dtype=np.float64), axis=(1, 2), keepdims=True) for one in (stems, noise)]
    gains = 10 ** (-distance_db / 20) * np.sqrt(energies[0] / energies[1])
    return np.asarray(stems + gains * noise, np.float32)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("side", ["expected", "found", "both"])
def test_what_is_no_number_agrees_with_nothing(value: float, side: str) -> None:
    """One sample that is not finite, on either side or on both, is no agreement of that stem, and of no other's."""
    expected, found = a_separation(), a_separation()
    for given in [expected] * (side != "found") + [found] * (side != "expected"):
        given[0, 1, 77] = value
    figures = agreement_db(expected, found)
    assert figures == [-np.inf, 200.0]
    with pytest.raises(Disagreement, match="less than 60 dB"):
        require_agreement(dict(zip(STEMS, figures, strict=True)))


def test_silence_agrees_with_silence_alone() -> None:
    """A stem that is silent on both sides agrees fully; one that is silent on one side only does not agree."""
    silence, noise = np.zeros((2, 2, 1000), np.float32), a_separation()
    assert agreement_db(silence, silence) == [200.0, 200.0]
    assert max(agreement_db(silence, noise)) < 0
    assert max(agreement_db(noise, silence)) == pytest.approx(0.0)


@pytest.mark.parametrize(("distance_db", "agrees"), [(50, False), (59.5, False), (60.5, True), (90, True)])
def test_sixty_decibels_are_asked_of_every_stem(distance_db: float, agrees: bool) -> None:
    """A difference less than 60 dB below a stem is measured as what it is and refused, however well the others do."""
    stems = a_separation()
    found = np.stack([stems[0], apart(stems, distance_db)[1]])
    figures = dict(zip(STEMS, agreement_db(stems, found), strict=True))
    assert figures["vocals"] == 200
    assert figures["instrumental"] == pytest.approx(distance_db, abs=0.1)
    if agrees:
        require_agreement(figures)
        return
    with pytest.raises(Disagreement):
        require_agreement(figures)


@pytest.mark.parametrize("figures", [{"a": np.nan, "b": 90.0}, {"a": 90.0, "b": np.nan}, {"a": -np.inf}, {}])
def test_a_figure_that_is_none_is_refused(figures: dict[str, float]) -> None:
    """A figure that is no number is refused wherever it stands among the others, and so is having no figure."""
    with pytest.raises(Disagreement):
        require_agreement(figures)
    assert AGREEMENT_DB_MIN == 60


@dataclasses.dataclass
class Runtime:
    """ONNX Runtime, as far as the import asks it: ONNX's own evaluator, whose answer `bend` may change."""

    bend: Callable[[Floats], Floats]

    def module(self) -> types.ModuleType:
        """What stands where `onnxruntime` is imported."""
        bend = self.bend

        class Session:
            def __init__(self, path: str, options: object, providers: list[str]) -> None:
                self._evaluator = ReferenceEvaluator(path)

            def run(self, outputs: None, inputs: dict[str, Floats]) -> list[Floats]:
                answer = self._evaluator.run(outputs, dict(inputs))
                assert isinstance(answer, list)
                return [bend(np.asarray(answer[0], np.float32))]

        module = types.ModuleType("onnxruntime")
        module.__dict__.update(
            __version__="0",
            SessionOptions=types.SimpleNamespace,
            GraphOptimizationLevel=types.SimpleNamespace(ORT_DISABLE_ALL=0),
            InferenceSession=Session,
        )
        return module


def brought(folder: Path, monkeypatch: pytest.MonkeyPatch, bend: Callable[[Floats], Floats], weight: float) -> int:
    """The exit code of an import of a network, one of whose weights is set, into `folder/duo`."""
    core = waveform_core(2)
    kernel = next(tensor for tensor in core.graph.initializer if tensor.name == "kernel")
    values = numpy_helper.to_array(kernel).copy()
    values[0, 0, 0] = weight
    kernel.CopyFrom(numpy_helper.from_array(values, "kernel"))
    (folder / "network.onnx").write_bytes(core.SerializeToString())
    (folder / "card.json").write_text(json.dumps({"stems": STEMS, "segment_samples": SEGMENT}))
    runtime = Runtime(bend).module()
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    import_onnx = importlib.import_module("inference.importing.import_onnx")
    monkeypatch.setattr(import_onnx, "onnxruntime", runtime)
    words = ["network.onnx", "duo", "--kind", "waveform", "--card", "card.json"]
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["import_onnx", *words])
    return int(import_onnx.main())


@pytest.mark.parametrize(
    ("bend", "weight", "code"),
    [
        (lambda answer: answer, 0.1, 0),
        (lambda answer: apart(answer[0], 50)[None], 0.1, 1),
        # The original is finite, and what would serve gives no numbers.
        (np.nan_to_num, np.nan, 1),
    ],
    ids=["the same", "50 dB apart", "no numbers"],
)
def test_a_network_that_says_something_else_is_not_imported(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    bend: Callable[[Floats], Floats],
    weight: float,
    code: int,
) -> None:
    """A network whose two runtimes agree is left as a folder; one 50 dB apart, or of no numbers, leaves nothing."""
    assert brought(tmp_path, monkeypatch, bend, weight) == code
    assert (tmp_path / "duo").exists() == (code == 0)
    assert ("refused: less than 60 dB from the original" in capsys.readouterr().err) == (code == 1)
