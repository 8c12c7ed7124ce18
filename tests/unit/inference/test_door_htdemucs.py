"""The kind `htdemucs`: the same numbers as the spectra's definition, frame by frame, around any network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import helper
from onnx.reference import ReferenceEvaluator

from inference.door.card import ModelRefused
from inference.door.separator import open_separator
from tests.unit.inference.cores import IR_VERSION, OPSET, register
from tests.unit.inference.test_door import a_mix, agreement_db

# The segment is no multiple of the hop, as demucs' own is not.
SEGMENT, N_FFT = 8000, 1024
HOP, BINS, FRAMES = N_FFT // 4, N_FFT // 2, 32
TRANSFORM = {"kind": "htdemucs", "n_fft": N_FFT}

Floats = NDArray[np.float32]


def hybrid_core(stems: int, *, heard: bool = True) -> onnx.ModelProto:
    """`mag` and `mix` to `spec` and `wav`: a convolution each; without `heard`, the spectrum alone passes, as it is."""
    random = np.random.default_rng(stems)
    first = random.standard_normal((4 * stems, 4, 3, 3)).astype(np.float32)
    second = random.standard_normal((2 * stems, 2, 9)).astype(np.float32)
    if not heard:
        first[:], second[:] = 0, 0
        for row in range(4 * stems):
            first[row, row % 4, 1, 1] = 1
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["mag", "first"], ["spec"], pads=[1, 1, 1, 1]),
            helper.make_node("Conv", ["mix", "second"], ["wav"], pads=[4, 4]),
        ],
        "hybrid",
        [_tensor("mag", ["b", 4, BINS, FRAMES]), _tensor("mix", ["b", 2, SEGMENT])],
        [_tensor("spec", ["b", 4 * stems, BINS, FRAMES]), _tensor("wav", ["b", 2 * stems, SEGMENT])],
        [onnx.numpy_helper.from_array(first, "first"), onnx.numpy_helper.from_array(second, "second")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def _tensor(name: str, shape: list[str | int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def by_definition(core: onnx.ModelProto, mix: Floats, stems: int) -> NDArray[np.float64]:
    """The kind's contract in float64: a frame begins 1.5 hops before each multiple of the hop."""
    window = np.hanning(N_FFT + 1)[:-1]
    before = HOP * 3 // 2
    padded = np.pad(mix.astype(np.float64), ((0, 0), (before, FRAMES * HOP - SEGMENT + before)), mode="reflect")
    mag = np.zeros((1, 4, BINS, FRAMES), np.float32)
    for frame in range(FRAMES):
        bins = np.fft.rfft(padded[:, frame * HOP : frame * HOP + N_FFT] * window)[:, :BINS] / np.sqrt(N_FFT)
        mag[0, 0::2, :, frame], mag[0, 1::2, :, frame] = bins.real, bins.imag
    spec, wav = ReferenceEvaluator(core).run(None, {"mag": mag, "mix": mix[None]})
    found = np.zeros((stems, 2, padded.shape[1]))
    parts = np.asarray(spec, np.float64).reshape(stems, 2, 2, BINS, FRAMES)
    for frame in range(FRAMES):
        bins = parts[:, :, 0, :, frame] + 1j * parts[:, :, 1, :, frame]
        whole = np.concatenate([bins, np.zeros((stems, 2, 1))], axis=2)
        found[:, :, frame * HOP : frame * HOP + N_FFT] += np.fft.irfft(whole, axis=2) * window * np.sqrt(N_FFT) / 1.5
    return found[:, :, before : before + SEGMENT] + np.asarray(wav, np.float64).reshape(stems, 2, SEGMENT)


@pytest.mark.parametrize("stems", [2, 4, 6])
def test_a_hybrid_gives_what_its_definition_gives(tmp_path: Path, stems: int) -> None:
    """With two, four or six stems, each agrees with the definition of the kind in double precision."""
    core = hybrid_core(stems)
    names = [f"part{number}" for number in range(stems)]
    separator = open_separator(register(tmp_path, core, names, TRANSFORM, segment_samples=SEGMENT), 2)
    mix = a_mix(stems, SEGMENT)
    found = separator.separate(mix)
    expected = by_definition(core, mix, stems)
    assert min(agreement_db(one, other) for one, other in zip(expected, found, strict=True)) > 100


def test_a_spectrum_that_passes_unchanged_is_the_mix(tmp_path: Path) -> None:
    """There and back loses nothing but the bin at half the rate, where four frames overlap: not at the very ends."""
    separator = open_separator(
        register(tmp_path, hybrid_core(1, heard=False), ["all"], TRANSFORM, segment_samples=SEGMENT), 1
    )
    mix = a_mix(0, SEGMENT)
    smooth = (mix[:, 2:] + 2 * mix[:, 1:-1] + mix[:, :-2]) / 4
    quiet = np.pad(smooth, ((0, 0), (1, 1)))
    inner = slice(3 * HOP, -3 * HOP)
    found = separator.separate(quiet.astype(np.float32))[0]
    assert np.abs(found - quiet)[:, inner].max() < 1e-4


def test_a_shorter_mix_is_followed_by_silence(tmp_path: Path) -> None:
    """A mix shorter than the segment is separated as if zeros followed it; a longer one is refused."""
    separator = open_separator(register(tmp_path, hybrid_core(2), ["a", "b"], TRANSFORM, segment_samples=SEGMENT), 1)
    mix = a_mix(1, 5000)
    padded = np.pad(mix, ((0, 0), (0, SEGMENT - 5000)))
    np.testing.assert_array_equal(separator.separate(mix), separator.separate(padded)[:, :, :5000])
    with pytest.raises(ValueError, match="the model takes"):
        separator.separate(a_mix(1, SEGMENT + 1))


def test_a_segment_too_short_to_reflect_is_refused(tmp_path: Path) -> None:
    """A card whose segment is shorter than what is reflected at its ends is no card of this kind."""
    with pytest.raises(ModelRefused, match="does not fit"):
        open_separator(register(tmp_path, hybrid_core(1), ["all"], TRANSFORM, segment_samples=300), 1)
