"""Makes the one file that a GPU runs of a registered model: the network with its transforms inside.

    python -m inference.gpu.make_waveform MODEL OUT

MODEL is the folder of a model of the kind `spectrogram`; OUT becomes the ONNX file, and OUT with the ending `.json`
says how it was checked and what precision the network bears. Run in an environment made from
inference/requirements/checking.txt: ONNX Runtime runs the file, the door the model as a CPU serves it, and nothing is
written unless both give the same stems.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from inference.door.card import Card, ModelRefused
from inference.door.loudness import mode_of
from inference.door.separator import Separator, open_separator
from inference.gpu.half_precision import rounded_to_half
from inference.gpu.waveform_network import NetworkRefused, Transform, waveform_network
from inference.importing.agreement import AGREEMENT_DB_MIN
from inference.importing.music import music
from inference.importing.trials import ENDING, LOUD, QUIET, Floats, Separates, least_agreement

# An error 20 dB under a stem is little beside the separation's own, which is 3 to 8 dB under it on real songs.
HALF_AGREEMENT_DB_MIN = 20.0
# Quieter than an import is tried with: small numbers are where half precision ends.
TRIALS = (LOUD, replace(QUIET, level=1e-3), ENDING)


def main() -> int:
    """0 when OUT is made and agrees with the door; 1, and no OUT, otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="the model's folder")
    parser.add_argument("out", type=Path, help="the ONNX file to be made")
    arguments = parser.parse_args()
    try:
        # Refuses files that differ from their card.
        separator = open_separator(arguments.model, 1)
        print(f"putting the transforms of {separator.card.name} inside its network", flush=True)
        network = with_transforms(separator.card, arguments.model)
        report = checked(network, separator)
    except (NetworkRefused, ModelRefused, OSError, ValueError) as reason:
        print(f"refused: {reason}", file=sys.stderr)
        return 1
    data = network.SerializeToString()
    arguments.out.write_bytes(data)
    report["sha256"] = hashlib.sha256(data).hexdigest()
    arguments.out.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


def with_transforms(card: Card, folder: Path) -> onnx.ModelProto:
    """The model's network with the transforms of its card inside. Raises NetworkRefused, ModelRefused, ValueError."""
    if card.text("kind", "") != "spectrogram":
        raise NetworkRefused("only networks of the kind spectrogram can be given their transforms")
    n_fft = card.number("n_fft")
    transform = Transform(
        n_fft=n_fft,
        hop=card.number("hop"),
        bins=card.number("bins", n_fft // 2 + 1),
        segment_samples=card.segment_samples,
        stems=len(card.stems),
        rest=card.number("rest", -1),
        is_normalised=mode_of(card, "rms") == "rms",
    )
    network = onnx.load_model_from_string((folder / card.text("file", "network.onnx")).read_bytes())
    return waveform_network(network, transform)


def checked(network: onnx.ModelProto, separator: Separator) -> dict[str, object]:
    """How the network agrees with the door, and with itself in half precision. Raises NetworkRefused below 60 dB."""
    card = separator.card
    run, run_in_half = _runner(network), _runner(rounded_to_half(network))
    least = least_agreement(card, separator.separate, run, "the door", TRIALS)
    if not all(figure >= AGREEMENT_DB_MIN for figure in least.values()):
        figures = ", ".join(f"{stem} {figure:.1f} dB" for stem, figure in least.items())
        raise NetworkRefused(f"with its transforms inside it gives other stems than on the CPU: {figures}")
    if run(np.zeros((2, card.segment_samples), np.float32)).any():
        raise NetworkRefused("with its transforms inside it makes sound of silence")
    least_in_half = least_agreement(card, run, run_in_half, "itself in half precision", TRIALS)
    for mix in _harsh_mixes(card.segment_samples):
        if not np.isfinite(run_in_half(mix)).all():
            least_in_half = dict.fromkeys(card.stems, -np.inf)
    bears_half = min(least_in_half.values()) >= HALF_AGREEMENT_DB_MIN
    print(f"it agrees to {min(least.values()):.1f} dB; it {'bears' if bears_half else 'does not bear'} half precision")
    return {
        "against": f"the door, on {len(TRIALS)} segments of synthetic music, in ONNX Runtime {onnxruntime.__version__}",
        "agreement_db": _rounded(least),
        "half_agreement_db": _rounded(least_in_half),
        "precision": "FP16" if bears_half else "FP32",
    }


def _runner(network: onnx.ModelProto) -> Separates:
    options = onnxruntime.SessionOptions()
    # Nodes as they stand: an optimiser would take the roundings out again.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    try:
        onnx.checker.check_model(network, full_check=True)
        session = onnxruntime.InferenceSession(network.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise NetworkRefused(f"ONNX Runtime does not take it: {str(error).splitlines()[0][:300]}") from error

    def run(mix: Floats) -> Floats:
        try:
            return np.asarray(session.run(["STEMS"], {"MIX": mix[None]})[0], np.float32)[0]
        except Exception as error:
            raise NetworkRefused(f"ONNX Runtime cannot run it: {str(error).splitlines()[0][:300]}") from error

    return run


def _harsh_mixes(length: int) -> list[Floats]:
    """A channel of digital silence, a lone click, and a short tone in silence: where half precision ends first."""
    one_sided, click, burst = (np.zeros((2, length), np.float32) for _ in range(3))
    one_sided[0] = music(length, 44_100, 4)[0]
    click[:, length // 3] = 1
    short = max(1, length // 80)
    burst[:, length // 3 : length // 3 + short] = np.hanning(short) * np.sin(np.arange(short) / 16)
    return [one_sided, click, burst]


def _rounded(figures: dict[str, float]) -> dict[str, float | None]:
    """For JSON, which has no infinity: None where half precision gave no numbers."""
    return {stem: round(figure, 1) if np.isfinite(figure) else None for stem, figure in figures.items()}


if __name__ == "__main__":
    sys.exit(main())
