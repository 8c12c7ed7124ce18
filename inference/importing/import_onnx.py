"""Turns an ONNX network and its card into a folder of the model registry, and keeps it only if OpenVINO agrees.

    python -m inference.importing.import_onnx NETWORK FOLDER --kind waveform|spectrogram --card FILE [--licence TEXT]

FOLDER's last part is the model's name. Run in an environment made from inference/requirements/checking.txt. The network
is run as it is by ONNX Runtime, between transforms written out plainly here, and by the door that will serve it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from inference.door.card import ModelRefused
from inference.door.separator import open_separator
from inference.importing.agreement import Disagreement
from inference.importing.registry_folder import Imported, kept_if_finished, note_check, write_folder
from inference.importing.trials import Floats, Separates, checked, least_agreement, print_agreement

# A file of protobuf cannot be longer.
NETWORK_BYTES_MAX = 2 * 1024**3
NODES_MAX = 200_000
# Of the network in the door.
_THREADS = 3


class NetworkRefused(Exception):
    """The file is no network that can be imported; the text says why."""


def main() -> int:
    """0 when the network agrees with itself in both runtimes and stands in FOLDER; 1, and no folder, otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", type=Path, help="the network, in one file")
    parser.add_argument("folder", type=Path, help="where the model goes; must not exist")
    parser.add_argument("--kind", choices=("waveform", "spectrogram"), required=True)
    parser.add_argument("--card", type=Path, required=True, help="stems, rates and the transform's parameters, as JSON")
    parser.add_argument("--licence", default="", help="SPDX identifier or text; else the card's")
    arguments = parser.parse_args()
    if arguments.folder.exists():
        parser.error(f"{arguments.folder} exists")
    try:
        print("reading the network", flush=True)
        network = read_network(arguments.network)
        model = described(json.loads(arguments.card.read_text(encoding="utf-8")), arguments, network)
        with kept_if_finished(arguments.folder) as place:
            write_folder(place, model, network)
            print_agreement(agreement(place, model))
    except (Disagreement, NetworkRefused, ModelRefused, OSError, ValueError, KeyError, TypeError) as reason:
        text = f"the card lacks {reason}" if isinstance(reason, KeyError) else str(reason)
        print(f"refused: {text}", file=sys.stderr)
        return 1
    return 0


def read_network(path: Path) -> bytes:
    """The file's bytes, once they are a network in one piece of standard operators. Raises NetworkRefused, OSError."""
    if path.stat().st_size > NETWORK_BYTES_MAX:
        raise NetworkRefused("the file is longer than 2 GiB, which no network in one file can be")
    network = path.read_bytes()
    try:
        model = onnx.load_model_from_string(network)
        onnx.checker.check_model(network)
    except Exception as error:
        raise NetworkRefused(f"no sound network of the ONNX format: {str(error).splitlines()[0][:300]}") from error
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in model.graph.initializer):
        raise NetworkRefused("its weights lie in other files: save it again with the weights inside")
    if model.functions or any(entry.domain not in ("", "ai.onnx") for entry in model.opset_import):
        raise NetworkRefused("it uses operators that are not ONNX's own")
    if len(model.graph.node) > NODES_MAX:
        raise NetworkRefused(f"it has more than {NODES_MAX} operators")
    return network


def described(card: Mapping[str, object], given: argparse.Namespace, network: bytes) -> Imported:
    """What the operator's card and the command line say of the network. Raises KeyError, TypeError, ValueError."""
    transform = card.get("transform") or {}
    stems, rights = card["stems"], card.get("rights") or ["Those that the operator accepted; nothing here judges them."]
    if not isinstance(transform, dict) or not isinstance(stems, list) or not isinstance(rights, list):
        raise TypeError("the card's transform must be an object, its stems and rights lists")
    if transform.get("kind", given.kind) != given.kind:
        raise ValueError(f"the card is of a {transform['kind']}, and --kind says {given.kind}")
    segment = int(str(card["segment_samples"]))
    return Imported(
        name=given.folder.name,
        version=str(card.get("version") or hashlib.sha256(network).hexdigest()[:12]),
        title=str(card.get("title") or given.folder.name),
        summary=str(card.get("summary") or "A network imported by the operator."),
        stems=tuple(map(str, stems)),
        sample_rate_hz=int(str(card.get("sample_rate", 44_100))),
        segment_samples=segment,
        hop_samples=int(str(card.get("hop_samples", segment * 3 // 4))),
        placement=str(card.get("placement", "mirrored")),
        licence=given.licence or str(card.get("licence") or ""),
        rights=tuple(map(str, rights)),
        transform={**transform, "kind": given.kind, "file": "network.onnx"},
        source={"network_sha256": hashlib.sha256(network).hexdigest(), "file": given.network.name},
    )


def agreement(folder: Path, model: Imported) -> dict[str, float]:
    """The least agreement of each stem over the trials, in decibels, noted in the card.

    Raises NetworkRefused, ModelRefused.
    """
    print("compiling the network", flush=True)
    separator = open_separator(folder, _THREADS)
    original = _original(folder, model)

    def sound(mix: Floats) -> Floats:
        stems = original(mix)
        if stems.shape != (len(model.stems), *mix.shape):
            raise NetworkRefused(f"it gives {list(stems.shape)}, and its card asks for {len(model.stems)} stems")
        if not np.isfinite(stems).all():
            raise NetworkRefused("it gives numbers that are not finite")
        return stems

    figures = least_agreement(separator.card, sound, separator.separate, "ONNX Runtime")
    note_check(folder, checked(figures, f"the network itself in ONNX Runtime {onnxruntime.__version__}"))
    return figures


def _original(folder: Path, model: Imported) -> Separates:
    options = onnxruntime.SessionOptions()
    # Nodes as they stand: what the file says, and no runtime's idea of it.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(folder / "network.onnx"), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise NetworkRefused(f"ONNX Runtime does not take it: {str(error).splitlines()[0][:300]}") from error

    def run(name: str, given: Floats) -> Floats:
        try:
            return np.asarray(session.run(None, {name: given})[0], np.float32)[0]
        except Exception as error:
            raise NetworkRefused(f"ONNX Runtime cannot run it: {str(error).splitlines()[0][:300]}") from error

    normalise = str(model.transform.get("normalise", "rms" if model.transform["kind"] == "spectrogram" else "none"))

    def separate(mix: Floats) -> Floats:
        level = np.float32(np.sqrt(np.mean(mix.astype(np.float64) ** 2))) if normalise == "rms" else np.float32(1)
        scaled = mix / level
        if model.transform["kind"] == "waveform":
            return run("MIX", scaled[None]) * level
        return plain_spectrogram(scaled, model, lambda spectrum: run("spectrum", spectrum)) * level

    return separate


def plain_spectrogram(mix: Floats, model: Imported, masks_of: Callable[[Floats], Floats]) -> Floats:
    """What the kind `spectrogram` promises, frame by frame in float64: stems [S, 2, N] of a mix [2, N]."""
    n_fft, hop = int(str(model.transform["n_fft"])), int(str(model.transform["hop"]))
    bins = int(str(model.transform.get("bins", n_fft // 2 + 1)))
    rest = model.transform.get("rest")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    padded = np.pad(mix.astype(np.float64), ((0, 0), (n_fft // 2, n_fft // 2)), mode="reflect")
    starts = range(0, mix.shape[1] + 1, hop)
    spectra = np.stack([np.fft.rfft(padded[:, at : at + n_fft] * window) for at in starts], axis=2)
    seen = spectra[:, :bins]
    asked = np.stack([seen.real, seen.imag], axis=1).reshape(1, 4, bins, -1)
    masks = masks_of(asked.astype(np.float32))
    count = len(model.stems)
    if masks.shape[0] not in (count, count - (rest is not None)) or masks.shape[1:] != asked.shape[1:]:
        raise NetworkRefused(f"its masks have the shape {list(masks.shape)}, and its card asks for {count} stems")
    masked = [index for index in range(count) if index != rest]
    places = masked if masks.shape[0] == count else list(range(count - 1))
    whole = np.zeros((count, *padded.shape))
    squares = np.zeros(padded.shape[1])
    for frame, at in enumerate(starts):
        squares[at : at + n_fft] += window**2
        for index, place in zip(masked, places, strict=True):
            mask = masks[place, :, :, frame].reshape(2, 2, bins)
            spectrum = np.zeros((2, n_fft // 2 + 1), complex)
            spectrum[:, :bins] = (mask[:, 0] + 1j * mask[:, 1]) * seen[:, :, frame]
            whole[index, :, at : at + n_fft] += np.fft.irfft(spectrum) * window
    inside = slice(n_fft // 2, n_fft // 2 + mix.shape[1])
    stems = whole[:, :, inside] / np.maximum(squares[inside], 1e-11)
    if rest is not None:
        stems[int(str(rest))] = mix - stems[masked].sum(axis=0)
    return stems.astype(np.float32)


if __name__ == "__main__":
    sys.exit(main())
