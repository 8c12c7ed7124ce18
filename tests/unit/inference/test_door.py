"""What the door makes of a registered network: the same numbers as plain arithmetic, whatever the mix is like."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

from inference.door.card import CARD_DIGEST, ModelRefused, digest_of_card
from inference.door.fourier import Fourier
from inference.door.separator import Separator, open_separator
from tests.unit.inference.cores import BINS, HOP, N_FFT, SEGMENT, register, spectrogram, spectrogram_core, waveform_core

STEMS = ["vocals", "drums", "bass", "other"]
AGREEMENT_DB_MIN = 60.0

Floats = NDArray[np.float32]


def a_mix(seed: int = 0, length_samples: int = SEGMENT) -> Floats:
    """Two tones, a click and noise."""
    random = np.random.default_rng(seed)
    at = np.arange(length_samples) / 44100
    mix = np.stack([np.sin(2 * np.pi * 110 * at), np.sin(2 * np.pi * 700 * at)]) * 0.2
    mix += 0.02 * random.standard_normal(mix.shape)
    mix[:, length_samples // 3] += 0.7
    return mix.astype(np.float32)


def agreement_db(truth: NDArray[np.floating], found: NDArray[np.floating]) -> float:
    """How closely the one follows the other."""
    difference = float(np.sum((truth.astype(np.float64) - found) ** 2))
    return 10 * float(np.log10(np.sum(truth.astype(np.float64) ** 2) / max(difference, 1e-300)))


def evaluated(core: onnx.ModelProto, **inputs: Floats) -> Floats:
    """The network's one output, by ONNX's own reference evaluator."""
    outputs = ReferenceEvaluator(core).run(None, dict(inputs))
    assert isinstance(outputs, list)
    return np.asarray(outputs[0], np.float32)


def plainly(core: onnx.ModelProto, mix: Floats, stems: int, rest: int | None, hop: int = HOP) -> NDArray[np.float64]:
    """What kind `spectrogram` promises, frame by frame in float64, with ONNX's own reference evaluator."""
    window = np.hanning(N_FFT + 1)[:-1]
    rms = np.sqrt(np.mean(mix.astype(np.float64) ** 2))
    padded = np.pad(mix / rms, ((0, 0), (N_FFT // 2, N_FFT // 2)), mode="reflect")
    starts = range(0, mix.shape[1] + 1, hop)
    spectra = np.stack([np.fft.rfft(padded[:, at : at + N_FFT] * window) for at in starts], axis=2)
    asked = np.stack([spectra[:, :BINS].real, spectra[:, :BINS].imag], axis=1).reshape(1, 4, BINS, -1)
    masks = evaluated(core, spectrum=asked.astype(np.float32))[0]
    out = np.zeros((stems, *padded.shape))
    squares = np.zeros(padded.shape[1])
    for frame, at in enumerate(starts):
        squares[at : at + N_FFT] += window**2
        for stem, mask in enumerate(masks.reshape(stems, 2, 2, BINS, -1)[..., frame]):
            bins = np.zeros((2, N_FFT // 2 + 1), complex)
            bins[:, :BINS] = (mask[:, 0] + 1j * mask[:, 1]) * spectra[:, :BINS, frame]
            out[stem, :, at : at + N_FFT] += np.fft.irfft(bins) * window
    inside = slice(N_FFT // 2, N_FFT // 2 + mix.shape[1])
    found = out[:, :, inside] / squares[inside] * rms
    if rest is not None:
        found[rest] = mix - np.delete(found, rest, axis=0).sum(axis=0)
    return np.asarray(found)


@pytest.fixture
def quartet(tmp_path: Path) -> Separator:
    """Four stems, the last of which gets the rest."""
    return open_separator(register(tmp_path, spectrogram_core(4), STEMS, spectrogram(rest=3)), 1)


@pytest.mark.parametrize(("stems", "rest"), [(2, 1), (4, 3), (6, None)])
def test_a_spectrogram_model_gives_what_plain_arithmetic_gives(tmp_path: Path, stems: int, rest: int | None) -> None:
    """With two, four or six stems, with a rest or without, each stem agrees with a plain reading of the contract."""
    core = spectrogram_core(stems, seed=stems)
    names = [f"part{number}" for number in range(stems)]
    more = {} if rest is None else {"rest": rest}
    separator = open_separator(register(tmp_path, core, names, spectrogram(**more)), 2)
    mix = a_mix()
    expected = plainly(core, mix, stems, rest)
    found = separator.separate(mix)
    assert found.shape == (stems, 2, SEGMENT)
    assert found.dtype == np.float32
    for truth, stem in zip(expected, found, strict=True):
        assert agreement_db(truth, stem) > AGREEMENT_DB_MIN


def test_a_hop_that_does_not_divide_the_window(tmp_path: Path) -> None:
    """A hop of 441, which most published RoFormers have, gives what plain arithmetic gives."""
    hop, segment = 441, 441 * 20
    core = spectrogram_core(4, frames=segment // hop + 1)
    transform = spectrogram(rest=3, hop=hop)
    separator = open_separator(register(tmp_path, core, STEMS, transform, segment_samples=segment), 1)
    mix = a_mix(length_samples=segment)
    for truth, stem in zip(plainly(core, mix, 4, 3, hop), separator.separate(mix), strict=True):
        assert agreement_db(truth, stem) > AGREEMENT_DB_MIN


def test_masks_for_the_rest_may_be_left_out(tmp_path: Path) -> None:
    """A network that makes masks for all stems but the rest serves as well: the rest is what they leave."""
    folder = register(tmp_path, spectrogram_core(3), STEMS, spectrogram(rest=3))
    mix = a_mix()
    stems = open_separator(folder, 1).separate(mix)
    assert stems.shape == (4, 2, SEGMENT)
    np.testing.assert_allclose(stems.sum(axis=0), mix, atol=1e-6)


def test_a_quieter_mix_gives_the_same_stems_quieter(quartet: Separator) -> None:
    """Loudness changes nothing but loudness, down to far below what anyone hears."""
    mix = a_mix()
    loud = quartet.separate(mix)
    for gain in (0.1, 1e-4, 1e-9, 8.0):
        quiet = quartet.separate(mix * np.float32(gain))
        assert agreement_db(loud, quiet / np.float32(gain)) > 90, gain


@pytest.mark.parametrize("length", [1, 100, SEGMENT - 1])
def test_a_short_segment_is_taken(quartet: Separator, length: int) -> None:
    """A mix shorter than the segment gives stems of its own length that sum to it."""
    mix = a_mix()[:, :length]
    stems = quartet.separate(mix)
    assert stems.shape == (4, 2, length)
    np.testing.assert_allclose(stems.sum(axis=0), mix, atol=1e-6)


def test_poison_silence_and_offset_do_no_harm(quartet: Separator) -> None:
    """Silence gives exact silence; what is not finite counts as zero; an offset stays in the sum."""
    assert not quartet.separate(np.zeros((2, SEGMENT), np.float32)).any()
    poisoned = a_mix()
    poisoned[0, 5], poisoned[1, 6], poisoned[1, 7] = np.nan, np.inf, -np.inf
    clean = np.where(np.isfinite(poisoned), poisoned, 0)
    np.testing.assert_array_equal(quartet.separate(poisoned), quartet.separate(clean))
    shifted = np.full((2, SEGMENT), 0.25, np.float32)
    np.testing.assert_allclose(quartet.separate(shifted).sum(axis=0), shifted, atol=1e-6)
    loudest = np.full((2, SEGMENT), 3e38, np.float32)
    assert np.isfinite(quartet.separate(loudest)).all()


def test_segments_separated_together_are_those_separated_alone(quartet: Separator, tmp_path: Path) -> None:
    """A batch gives each song what it would have got alone, silence among them, whatever the kind of the model."""
    mixes = [a_mix(1), np.zeros((2, SEGMENT), np.float32), a_mix(2)]
    trio = register(tmp_path, waveform_core(3), ["a", "b", "c"], {"kind": "waveform"}, name="trio")
    for separator in (quartet, open_separator(trio, 1)):
        for together, mix in zip(separator.separate_each(mixes), mixes, strict=True):
            np.testing.assert_array_equal(together, separator.separate(mix))


def test_a_waveform_model_gives_what_its_network_gives(tmp_path: Path) -> None:
    """Any network from mix to stems is served as it is."""
    core = waveform_core(2)
    separator = open_separator(register(tmp_path, core, ["voice", "band"], {"kind": "waveform"}), 1)
    mix = a_mix()
    expected = evaluated(core, MIX=mix[None])[0]
    assert agreement_db(expected, separator.separate(mix)) > AGREEMENT_DB_MIN
    np.testing.assert_array_equal(separator.separate(mix[:, :1000]).shape, (2, 2, 1000))


@pytest.mark.parametrize("shape", [(2,), (1, 100), (3, 100), (1, 2, 100), (2, SEGMENT + 1)])
def test_another_shape_is_refused(quartet: Separator, shape: tuple[int, ...]) -> None:
    """Anything but [2, N] up to the segment's length is refused."""
    with pytest.raises(ValueError, match=r"shape \[2, N\]|the model takes"):
        quartet.separate(np.ones(shape, np.float32))


def test_a_flipped_bit_is_refused(tmp_path: Path) -> None:
    """A network of which one bit differs from the registered one is not run."""
    folder = register(tmp_path, spectrogram_core(4), STEMS, spectrogram())
    network = bytearray((folder / "network.onnx").read_bytes())
    network[len(network) // 2] ^= 1
    (folder / "network.onnx").write_bytes(network)
    with pytest.raises(ModelRefused, match="its card says"):
        open_separator(folder, 1)


@pytest.mark.parametrize(
    ("transform", "reason"),
    [
        ({"kind": "spectrogram"}, "n_fft must be a whole number"),
        (spectrogram(rest=4), "out of range"),
        (spectrogram(hop=N_FFT // 2 + 1), "the hop is at most half the window"),
        (spectrogram(normalise="loud"), "normalise"),
        (spectrogram(bins=77), "OpenVINO does not take"),
        (spectrogram(file="../network.onnx"), "no digest"),
        (spectrogram(file="other.onnx"), "no digest"),
        ({"kind": "waveform"}, "OpenVINO does not take"),
        ({"kind": "soothsayer"}, "no transform of the kind"),
        ({"kind": "../../evil"}, "has no kind"),
        ({"kind": "program"}, "no digest"),
    ],
)
def test_a_card_that_does_not_fit_its_network_is_refused(
    tmp_path: Path, transform: dict[str, object], reason: str
) -> None:
    """A transform that this program does not know, or that does not fit the network, is refused in one sentence."""
    folder = register(tmp_path, spectrogram_core(4), STEMS, transform)
    with pytest.raises(ModelRefused, match=reason) as refused:
        open_separator(folder, 1).separate(a_mix())
    assert "\n" not in str(refused.value)


def test_a_file_outside_its_folder_is_refused(tmp_path: Path) -> None:
    """A card cannot point at files of others."""
    folder = register(tmp_path, spectrogram_core(4), STEMS, spectrogram())
    card = json.loads((folder / "model.json").read_text())
    (tmp_path / "secret").write_text("key")
    card["files"]["../secret"] = card["files"]["network.onnx"]
    (folder / "model.json").write_text(json.dumps(card | {CARD_DIGEST: digest_of_card(card)}))
    with pytest.raises(ModelRefused, match="outside"):
        open_separator(folder, 1)


def test_a_changed_card_is_refused(tmp_path: Path) -> None:
    """A card of which one number or its own digest was changed after it was written is not run, nor is one without."""
    folder = register(tmp_path, spectrogram_core(4), STEMS, spectrogram())
    card = json.loads((folder / "model.json").read_text())
    for facts in ({"hop_samples": 1}, {"licence": "MIT"}, {CARD_DIGEST: "0" * 64}, {CARD_DIGEST: None}):
        (folder / "model.json").write_text(json.dumps(card | facts))
        with pytest.raises(ModelRefused, match="not as it was registered"):
            open_separator(folder, 1)
    (folder / "model.json").write_text("[" * 100_000)
    with pytest.raises(ModelRefused, match="cannot be read"):
        open_separator(folder, 1)


def test_what_is_for_people_is_not_the_doors_to_check(tmp_path: Path) -> None:
    """A model separates with its card.md changed or away, and not with a network that its card calls a document."""
    folder = register(tmp_path, spectrogram_core(4), STEMS, spectrogram())
    files = json.loads((folder / "model.json").read_text())["files"]
    people = {"sha256": "0" * 64, "bytes": 1, "for": "people"}
    both = register(tmp_path, spectrogram_core(4), STEMS, spectrogram(), name="both", files=files | {"card.md": people})
    assert open_separator(both, 1).card.files == {"network.onnx": files["network.onnx"]["sha256"]}
    none = {"network.onnx": files["network.onnx"] | {"for": "people"}}
    with pytest.raises(ModelRefused, match=r"no digest of network\.onnx, which its transform names"):
        open_separator(register(tmp_path, spectrogram_core(4), STEMS, spectrogram(), name="none", files=none), 1)


@given(st.integers(1, N_FFT // 2), st.integers(N_FFT // 2 + 1, 2 * SEGMENT))
@example(HOP, N_FFT)
@example(441, 441 * 19)
@example(469, 937)
def test_spectra_come_back_as_samples(hop: int, length: int) -> None:
    """Samples turned into spectra and back are the same to float32, whether or not the hop divides window or length."""
    # A smaller hop makes more frames of the same, and takes longer.
    hop = max(hop, length // 200)
    fourier = Fourier(N_FFT, hop, length)
    mix = a_mix(length_samples=length)
    spectra = fourier.spectra(mix)
    assert spectra.shape == (2, fourier.frames, N_FFT // 2 + 1)
    assert spectra.dtype == np.complex64
    # Past the last frame's middle a sample may lie under the foot of one window alone: rounding grows as its gain does.
    gain = np.maximum(1, np.sqrt(fourier.weight))
    np.testing.assert_allclose(fourier.samples(spectra) / gain, mix / gain, atol=1e-6)
