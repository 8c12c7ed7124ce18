"""Puts the transforms of the kind `spectrogram` inside its network: `MIX` [B, 2, N] to `STEMS` [B, S, 2, N].

What door/transforms/spectrogram.py does in numpy, as a graph around the network's own: loudness, spectra, masks, back
to samples, and the rest. A window is a whole number of hops, so that frames are shifted rows of hops side by side, and
their Fourier transform is one product with a matrix: TensorRT has no operator for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, compose, helper

from inference.door.fourier import Fourier
from inference.gpu.drawing import Drawing
from inference.gpu.fourier_matrix import FourierMatrix

OPSET_MIN = 13
"""The oldest whose operators are all used as they are written here."""
# A file of protobuf ends at 2 GiB, and the matrix is not all of it.
MATRIX_BYTES_MAX = 1024**3
_INSIDE, _AROUND = "network/", "transform/"


class NetworkRefused(Exception):
    """The network cannot be given its transforms; the text says why."""


@dataclass(frozen=True)
class Transform:
    """What the card says of the transforms around a network; `rest` is -1 where no stem gets what the others leave."""

    n_fft: int
    hop: int
    bins: int
    segment_samples: int
    stems: int
    rest: int
    is_normalised: bool

    @property
    def masked(self) -> list[int]:
        """The stems that are made by masks, in their order."""
        return [index for index in range(self.stems) if index != self.rest]


def waveform_network(network: onnx.ModelProto, transform: Transform) -> onnx.ModelProto:
    """The network with its transforms inside, for any batch. Raises NetworkRefused, and ValueError as the door does."""
    if 4 * transform.n_fft * 2 * transform.bins > MATRIX_BYTES_MAX:
        raise NetworkRefused(f"with windows of {transform.n_fft} samples the file would be longer than ONNX allows")
    around = _Around(transform, _opset(network))
    masks = _masks_of(network, (4, transform.bins, around.fourier.frames), transform)
    # Every name of the network's gets a prefix, so that none is one of ours.
    inside = compose.add_prefix(network, _INSIDE).graph
    draw = around.draw
    heard, loudness, sounds = around.at_one_loudness()
    spectra = around.spectra(heard)
    around.ask(spectra, f"{_INSIDE}spectrum")
    before = len(draw.nodes)
    found = f"{_INSIDE}masks"
    if masks != len(transform.masked):
        found = draw.taken(found, 1, transform.masked)
    around.finish(around.samples(around.masked(found, spectra)), loudness, sounds)
    segment = [2, transform.segment_samples]
    graph = helper.make_graph(
        [*draw.nodes[:before], *inside.node, *draw.nodes[before:]],
        "waveform",
        [helper.make_tensor_value_info("MIX", TensorProto.FLOAT, ["batch", *segment])],
        [helper.make_tensor_value_info("STEMS", TensorProto.FLOAT, ["batch", transform.stems, *segment])],
        [*draw.constants, *inside.initializer],
    )
    return helper.make_model(
        graph, opset_imports=list(network.opset_import), ir_version=network.ir_version, producer_name="stripsession"
    )


def _opset(network: onnx.ModelProto) -> int:
    """The version of ONNX's own operators, which the result has too."""
    versions = {entry.domain: entry.version for entry in network.opset_import}
    opset = versions.get("", versions.get("ai.onnx", 0))
    if opset < OPSET_MIN or network.functions or not set(versions) <= {"", "ai.onnx"}:
        raise NetworkRefused(f"its network must use ONNX's own operators, of opset {OPSET_MIN} or newer")
    return opset


def _masks_of(network: onnx.ModelProto, spectrum: tuple[int, ...], transform: Transform) -> int:
    """How many stems the network makes masks for, once it is one of this kind."""
    constants = {tensor.name for tensor in network.graph.initializer}
    inputs = {value.name: _dimensions(value) for value in network.graph.input if value.name not in constants}
    outputs = {value.name: _dimensions(value) for value in network.graph.output}
    if set(inputs) != {"spectrum"} or "masks" not in outputs:
        raise NetworkRefused(f"its network takes {sorted(inputs)} and gives {sorted(outputs)}, not spectrum and masks")
    taken, made = inputs["spectrum"], outputs["masks"]
    if len(taken) != 4 or any(have not in (0, want) for have, want in zip(taken[1:], spectrum, strict=True)):
        raise NetworkRefused(f"its network takes {taken}, and its card makes spectra {[0, *spectrum]} (0 is any)")
    if taken[0] != 0:
        raise NetworkRefused(f"its network takes batches of {taken[0]} only; export it with a free batch")
    if len(made) != 5 or made[1] not in (transform.stems, len(transform.masked)):
        raise NetworkRefused(f"its network gives masks {made}, and its card names {transform.stems} stems")
    return made[1]


def _dimensions(value: onnx.ValueInfoProto) -> list[int]:
    """Its shape, 0 where it is free."""
    return [max(0, dimension.dim_value) for dimension in value.type.tensor_type.shape.dim]


class _Around:
    """The graph around a network; M is the number of stems that masks make."""

    def __init__(self, transform: Transform, opset: int) -> None:
        self.draw = Drawing(_AROUND, opset)
        self.fourier = Fourier(transform.n_fft, transform.hop, transform.segment_samples)
        self._transform = transform
        # Where the hop does not divide the window, a window is made of one hop more, whose end is nothing.
        self._hops = -(-transform.n_fft // transform.hop)
        self._width = self._hops * transform.hop
        self._rows = self.fourier.frames + self._hops - 1
        self._scaled = FourierMatrix(transform.n_fft, transform.bins)
        self._matrix = self.draw.constant(np.pad(self._scaled.matrix, ((0, self._width - transform.n_fft), (0, 0))))

    def at_one_loudness(self) -> tuple[str, str, str]:
        """The mix as the network hears it, what its stems must be multiplied by, and whether it sounds: [B, 1, 1]."""
        draw = self.draw
        nothing, one = draw.number(0), draw.number(1)
        peak = draw.reduced("ReduceMax", draw.node("Abs", "MIX"), (1, 2))
        sounds = draw.node("Greater", peak, nothing)
        if not self._transform.is_normalised:
            return "MIX", draw.constant(np.ones((1, 1, 1), np.float32)), sounds
        # By the peak first, as the door does it: squares of very quiet samples are zero.
        peak = draw.node("Where", sounds, peak, one)
        whole = draw.node("Div", "MIX", peak)
        level = draw.node("Sqrt", draw.reduced("ReduceMean", draw.node("Mul", whole, whole), (1, 2)))
        level = draw.node("Where", draw.node("Greater", level, nothing), level, one)
        return draw.node("Div", whole, level), draw.node("Mul", peak, level), sounds

    def spectra(self, heard: str) -> str:
        """[B, 2, 2, F, T], of each channel the real and the imaginary part, at the matrix's scale."""
        draw, frames, half = self.draw, self.fourier.frames, self.fourier.n_fft // 2
        length = self.fourier.length_samples
        # Beyond its ends the mix is reflected, as far as the last frame reaches.
        beyond = self._rows * self.fourier.hop - half - length
        begin = draw.taken(heard, 2, range(half, 0, -1))
        end = draw.taken(heard, 2, range(length - 2, length - 2 - beyond, -1))
        rows = draw.reshape(draw.joined([begin, heard, end], 2), -1, 2, self._rows, self.fourier.hop)
        shifted = [draw.part(rows, 2, place, place + frames) for place in range(self._hops)]
        flat = draw.reshape(draw.joined(shifted, 3), -1, self._width)
        spectra = draw.reshape(draw.node("MatMul", flat, self._matrix), -1, 2, frames, 2, self._scaled.bins)
        return draw.node("Transpose", spectra, perm=[0, 1, 3, 4, 2])

    def ask(self, spectra: str, name: str) -> None:
        """Call `name` what the network is to hear: spectra as they are, since the scale is a power of two."""
        asked = self.draw.reshape(spectra, -1, 4, self._scaled.bins, self.fourier.frames)
        self.draw.node("Mul", asked, self.draw.number(1 / self._scaled.scale), to=name)

    def masked(self, masks: str, spectra: str) -> str:
        """Complex masks [B, M, 4, F, T] times the spectra, prepared for the way back: [B, M, 2, T, 2, F]."""
        draw, shape = self.draw, (2, 2, self._scaled.bins, self.fourier.frames)
        weighted = draw.node("Mul", spectra, draw.constant(self._scaled.way_back[:, None]))
        mix = draw.reshape(weighted, -1, 1, *shape)
        mask = draw.reshape(masks, -1, len(self._transform.masked), *shape)
        real, imaginary = (draw.part(mix, 3, place, place + 1) for place in range(2))
        mask_real, mask_imaginary = (draw.part(mask, 3, place, place + 1) for place in range(2))
        made_real = draw.node("Sub", draw.node("Mul", mask_real, real), draw.node("Mul", mask_imaginary, imaginary))
        made_imaginary = draw.node(
            "Add", draw.node("Mul", mask_real, imaginary), draw.node("Mul", mask_imaginary, real)
        )
        return draw.node("Transpose", draw.joined([made_real, made_imaginary], 3), perm=[0, 1, 2, 5, 3, 4])

    def samples(self, masked: str) -> str:
        """[B, M, 2, N]: frames added up where they lie, over the sum of their windows."""
        draw, hop, half = self.draw, self.fourier.hop, self.fourier.n_fft // 2
        rows = 2 * len(self._transform.masked)
        flat = draw.reshape(masked, -1, 2 * self._scaled.bins)
        frames = draw.reshape(
            draw.node("Gemm", flat, self._matrix, transB=1), -1, rows, self.fourier.frames, self._width
        )
        added = ""
        for place in range(self._hops):
            part = draw.part(frames, 3, place * hop, (place + 1) * hop)
            part = draw.surrounded(part, (0, 0, place, 0), (0, 0, self._hops - 1 - place, 0))
            added = draw.node("Add", added, part) if added else part
        whole = draw.reshape(added, -1, rows, self._rows * hop)
        inner = draw.part(whole, 2, half, half + self.fourier.length_samples)
        over = draw.node("Mul", inner, draw.constant(self.fourier.weight))
        return draw.reshape(over, -1, len(self._transform.masked), 2, self.fourier.length_samples)

    def finish(self, samples: str, loudness: str, sounds: str) -> None:
        """The stems at the mix's loudness, and among them the one that is what the others leave of the mix."""
        draw, rest = self.draw, self._transform.rest
        loud = draw.node("Mul", samples, draw.reshape(loudness, -1, 1, 1, 1))
        # A choice, and no product: whatever a network makes of silence, even of no numbers, is not heard.
        last = draw.node(
            "Where", draw.reshape(sounds, -1, 1, 1, 1), loud, draw.number(0), to="" if rest >= 0 else "STEMS"
        )
        if rest < 0:
            return
        mix = draw.reshape("MIX", -1, 1, 2, self.fourier.length_samples)
        left = draw.node("Sub", mix, draw.reduced("ReduceSum", last, (1,)))
        count = len(self._transform.masked)
        before = [draw.part(last, 1, 0, rest)] if rest > 0 else []
        after = [draw.part(last, 1, rest, count)] if rest < count else []
        draw.joined([*before, left, *after], 1, to="STEMS")
