"""A network with its transforms inside gives what the door gives with the transforms around it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from inference.door.separator import open_separator
from inference.gpu.fourier_matrix import FourierMatrix
from inference.gpu.half_precision import rounded_to_half
from inference.gpu.waveform_network import NetworkRefused, Transform, waveform_network
from tests.unit.inference.cores import BINS, FRAMES, HOP, N_FFT, SEGMENT, register, spectrogram, spectrogram_core
from tests.unit.inference.test_door import a_mix, agreement_db, evaluated

AGREEMENT_DB_MIN = 100.0
HALF_MAX = 65_504
# What both ONNX Runtime and TensorRT run as it stands; TensorRT has no Fourier transform.
KNOWN_TO_TENSORRT = {
    *("Abs", "Add", "Concat", "Div", "Gather", "Gemm", "Greater", "MatMul", "Mul", "Pad", "ReduceMax", "ReduceMean"),
    *("ReduceSum", "Reshape", "Slice", "Sqrt", "Sub", "Transpose", "Where"),
}

Floats = NDArray[np.float32]


def a_transform(stems: int = 4, rest: int = 3, **facts: int) -> Transform:
    """The transform of `spectrogram_core`."""
    numbers = {"n_fft": N_FFT, "hop": HOP, "bins": BINS, "segment_samples": SEGMENT} | facts
    return Transform(**numbers, stems=stems, rest=rest, is_normalised=True)


def through_the_door(folder: Path, core: onnx.ModelProto, mix: Floats, stems: int, **more: object) -> Floats:
    """The stems as a CPU serves them."""
    names = [f"part{number}" for number in range(stems)]
    segment = mix.shape[1]
    home = register(folder, core, names, spectrogram(**more), segment_samples=segment, hop_samples=segment)
    return open_separator(home, 1).separate(mix)


@pytest.mark.parametrize(
    ("stems", "masks", "rest"), [(2, 2, 1), (4, 4, 3), (4, 3, 3), (4, 4, 1), (4, 3, 0), (6, 6, -1)]
)
def test_each_stem_is_the_doors(tmp_path: Path, stems: int, masks: int, rest: int) -> None:
    """Whichever stem gets the rest, or none, and whether or not it has masks, each stem agrees with the door's."""
    core, mix = spectrogram_core(masks, seed=stems), a_mix()
    more = {"rest": rest} if rest >= 0 else {}
    expected = through_the_door(tmp_path, core, mix, stems, **more)
    found = evaluated(waveform_network(core, a_transform(stems, rest)), MIX=mix[None])
    assert found.shape == (1, stems, 2, SEGMENT)
    for truth, stem in zip(expected, found[0], strict=True):
        assert agreement_db(truth, stem) > AGREEMENT_DB_MIN


@pytest.mark.parametrize(("hop", "bins"), [(HOP, N_FFT // 2 + 1), (N_FFT // 2, BINS), (N_FFT // 8, 1), (441, BINS)])
@pytest.mark.parametrize("length", [SEGMENT, SEGMENT - 1, SEGMENT + 77])
def test_any_hop_length_and_number_of_bins(tmp_path: Path, hop: int, bins: int, length: int) -> None:
    """Windows of two or eight hops or no whole number of them, all bins or one, and segments of any length agree."""
    core, mix = spectrogram_core(3, bins=bins, frames=length // hop + 1), a_mix(length_samples=length)
    expected = through_the_door(tmp_path, core, mix, 3, hop=hop, bins=bins)
    transform = a_transform(3, -1, hop=hop, bins=bins, segment_samples=length)
    found = evaluated(waveform_network(core, transform), MIX=mix[None])[0]
    for truth, stem in zip(expected, found, strict=True):
        assert agreement_db(truth, stem) > AGREEMENT_DB_MIN


def test_a_batch_gives_each_song_its_own_and_silence_silence(tmp_path: Path) -> None:
    """Songs in one batch get what they get alone: one far quieter, a lone click, and silence, which stays silent."""
    core = spectrogram_core(4)
    click = np.zeros((2, SEGMENT), np.float32)
    click[:, 5] = 1
    mixes = np.stack([a_mix(1), a_mix(2) * np.float32(1e-3), np.zeros_like(click), a_mix(3) * np.float32(1e-30), click])
    found = evaluated(waveform_network(core, a_transform()), MIX=mixes)
    assert not found[2].any()
    separator = open_separator(register(tmp_path, core, ["a", "b", "c", "d"], spectrogram(rest=3)), 1)
    for mix, stems in zip(mixes, found, strict=True):
        if mix.any():
            for truth, stem in zip(separator.separate(mix), stems, strict=True):
                assert agreement_db(truth, stem) > AGREEMENT_DB_MIN
        np.testing.assert_allclose(stems.sum(axis=0), mix, atol=1e-6 * float(np.abs(mix).max()))


def test_a_network_that_makes_no_numbers_of_silence_is_silent_there() -> None:
    """Where a network divides by a silent mix's loudness, what comes out is silence all the same."""
    core = spectrogram_core(4)
    shape = helper.make_node("Div", ["spectrum", "spectrum"], ["one_or_none"])
    core.graph.node.insert(0, shape)
    core.graph.node[1].input[0] = "one_or_none"
    silence = np.zeros((1, 2, SEGMENT), np.float32)
    with np.errstate(invalid="ignore"):
        assert not evaluated(waveform_network(core, a_transform()), MIX=silence).any()


def test_without_a_loudness_the_mix_is_heard_as_it_is(tmp_path: Path) -> None:
    """A card that asks for no normalisation gets none."""
    core, mix = spectrogram_core(4), a_mix() * np.float32(0.01)
    expected = through_the_door(tmp_path, core, mix, 4, rest=3, normalise="none")
    facts = {"n_fft": N_FFT, "hop": HOP, "bins": BINS, "segment_samples": SEGMENT}
    plain = Transform(**facts, stems=4, rest=3, is_normalised=False)
    assert agreement_db(expected, evaluated(waveform_network(core, plain), MIX=mix[None])[0]) > AGREEMENT_DB_MIN


@pytest.mark.parametrize("opset", [13, 17, 18, 21])
def test_the_file_is_one_that_its_readers_know(opset: int) -> None:
    """It is a sound ONNX file of the network's own opset, of operators that TensorRT knows, and the same each time."""
    core = spectrogram_core(4)
    core.opset_import[0].version = opset
    network = waveform_network(core, a_transform())
    onnx.checker.check_model(network, full_check=True)
    assert [(entry.domain, entry.version) for entry in network.opset_import] == [("", opset)]
    assert network.ir_version == core.ir_version
    added = {node.op_type for node in network.graph.node} - {node.op_type for node in core.graph.node}
    assert added <= KNOWN_TO_TENSORRT
    assert {node.domain for node in network.graph.node} == {""}
    assert [value.name for value in (*network.graph.input, *network.graph.output)] == ["MIX", "STEMS"]
    assert network.SerializeToString() == waveform_network(core, a_transform()).SerializeToString()
    assert np.isfinite(evaluated(network, MIX=a_mix()[None])).all()


def test_names_of_the_network_are_its_own_affair(tmp_path: Path) -> None:
    """A network that calls its values as ours are called is no trouble."""
    core, mix = spectrogram_core(4), a_mix()
    names = {"hidden": "MIX", "bent": "STEMS", "flat": "transform/Abs_0", "first": "transform/constant_0"}
    for node in core.graph.node:
        node.name = "transform/Mul_1"
        for values in (node.input, node.output):
            values[:] = [names.get(name, name) for name in values]
    for tensor in core.graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    expected = through_the_door(tmp_path, spectrogram_core(4), mix, 4, rest=3)
    found = evaluated(waveform_network(core, a_transform()), MIX=mix[None])[0]
    assert agreement_db(expected, found) > AGREEMENT_DB_MIN


def of_one_segment() -> onnx.ModelProto:
    """A network for batches of one."""
    core = spectrogram_core(4)
    core.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    return core


def of_another_opset(version: int, domain: str = "") -> onnx.ModelProto:
    """A network that says that it uses these operators."""
    core = spectrogram_core(4)
    core.opset_import[0].CopyFrom(helper.make_opsetid(domain, version))
    return core


def with_another_input() -> onnx.ModelProto:
    """A network that wants to know more than the spectrum."""
    core = spectrogram_core(4)
    core.graph.input.append(helper.make_tensor_value_info("mood", TensorProto.FLOAT, [1]))
    return core


@pytest.mark.parametrize(
    ("core", "facts", "reason"),
    [
        (of_one_segment(), {}, "batches of 1 only"),
        (of_another_opset(12), {}, "opset 13 or newer"),
        (of_another_opset(1, "evil.example"), {}, "ONNX's own"),
        (with_another_input(), {}, "mood"),
        (spectrogram_core(4, bins=BINS + 1), {}, "its card makes spectra"),
        (spectrogram_core(4, frames=FRAMES + 1), {}, "its card makes spectra"),
        (spectrogram_core(5), {}, "its card names 4 stems"),
        (spectrogram_core(4), {"n_fft": 2**16, "bins": 2**15, "hop": 2**14}, "longer than ONNX allows"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(core: onnx.ModelProto, facts: dict[str, int], reason: str) -> None:
    """Whatever keeps a network from having its transforms inside is told in one line."""
    with pytest.raises(NetworkRefused, match=reason) as refused:
        waveform_network(core, a_transform(**facts))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("n_fft", "bins"), [(N_FFT, N_FFT // 2 + 1), (512, 100), (96, 49)])
def test_the_matrix_is_the_fourier_transform(n_fft: int, bins: int) -> None:
    """One product makes windowed frames spectra, and its transpose makes those frames under a second window."""
    frames = np.random.default_rng(1).standard_normal((5, n_fft))
    window = np.hanning(n_fft + 1)[:-1]
    found = FourierMatrix(n_fft, bins)
    spectra = frames @ found.matrix.astype(np.float64) / found.scale
    expected = np.fft.rfft(frames * window)[:, :bins]
    assert agreement_db(expected.real, spectra[:, :bins]) > 140
    assert agreement_db(expected.imag, spectra[:, bins:]) > 140
    back = spectra * found.scale * np.tile(found.way_back, 2) @ found.matrix.astype(np.float64).T
    assert agreement_db(np.fft.irfft(expected, n_fft) * window, back) > 130


@given(seed=st.integers(0, 2**32 - 1), at=st.floats(0, 1), width=st.floats(0, 1), pitch=st.floats(0, 0.5))
def test_no_spectrum_leaves_half_precision(seed: int, at: float, width: float, pitch: float) -> None:
    """However peaky a mix at an rms of 1 is, a scaled spectrum stays below its bound, and that far below half's end."""
    length = 4 * N_FFT
    found = FourierMatrix(N_FFT, N_FFT // 2 + 1)
    bound = np.sqrt(2) * np.sqrt(4 * length)
    assert np.sqrt(2) * np.sqrt(4 * 120 * 192_000) < HALF_MAX / 4
    # All the energy of two channels in one burst of one channel, and that in the middle of a reflected frame.
    places = np.arange(length)
    burst = np.exp(-(((places - at * length) / (1 + width * N_FFT)) ** 2)) * np.cos(2 * np.pi * pitch * places)
    mix = burst + 1e-9 * np.random.default_rng(seed).standard_normal(length)
    mix *= np.sqrt(2 * length / np.sum(mix**2))
    padded = np.pad(mix, N_FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    spectra = frames @ found.matrix
    assert np.hypot(*np.split(spectra, 2, axis=1)).max() < bound


def test_the_transforms_bear_half_precision() -> None:
    """With every value rounded to half precision the stems of a plain mask agree to 55 dB, and silence is silent."""
    core = helper.make_model(
        helper.make_graph(
            # Masks of 0.6, whatever the spectrum is.
            [
                helper.make_node("Mul", ["spectrum", "nothing"], ["zeros"]),
                helper.make_node("Add", ["zeros", "mask"], ["flat"]),
                helper.make_node("Reshape", ["flat", "shape"], ["masks"]),
            ],
            "plain",
            [helper.make_tensor_value_info("spectrum", TensorProto.FLOAT, ["batch", 4, BINS, FRAMES])],
            [helper.make_tensor_value_info("masks", TensorProto.FLOAT, ["batch", 1, 4, BINS, FRAMES])],
            [
                numpy_helper.from_array(np.array(0, np.float32), "nothing"),
                numpy_helper.from_array(np.array([0.6, 0, 0.6, 0], np.float32).reshape(4, 1, 1), "mask"),
                numpy_helper.from_array(np.array([-1, 1, 4, BINS, FRAMES]), "shape"),
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    whole = waveform_network(core, a_transform(2, 1))
    half = rounded_to_half(whole)
    click = np.zeros((2, SEGMENT), np.float32)
    click[:, SEGMENT // 3] = 1
    mixes = np.stack([a_mix(), a_mix() * np.float32(1e-2), click, np.zeros_like(click)])
    expected, found = evaluated(whole, MIX=mixes), evaluated(half, MIX=mixes)
    assert not found[3].any()
    for truth, stems in zip(expected[:3], found, strict=False):
        for one, other in zip(truth, stems, strict=True):
            assert agreement_db(one, other) > 55


def test_rounding_to_half_shows_what_half_precision_does() -> None:
    """A value of 70,000 inside a network becomes infinite, and a weight keeps eleven bits."""
    network = helper.make_model(
        helper.make_graph(
            [helper.make_node("Mul", ["x", "weight"], ["y"]), helper.make_node("Mul", ["y", "less"], ["z"])],
            "steps",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
            [helper.make_tensor_value_info("z", TensorProto.FLOAT, [2])],
            [
                numpy_helper.from_array(np.array(1 + 2**-12, np.float32), "weight"),
                numpy_helper.from_array(np.array(0.5, np.float32), "less"),
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    with np.errstate(over="ignore"):
        found = evaluated(rounded_to_half(network), x=np.array([3, 70_000], np.float32))
    np.testing.assert_array_equal(found, np.array([1.5, np.inf], np.float32))
