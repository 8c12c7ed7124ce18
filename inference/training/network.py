"""The separating network: a band-merged spectrogram U-Net with frequency-wide layers and a recurrent waist.

Why this shape, at this size: most energy of music lies below 3 kHz, so those bins keep their own rows while higher ones
are merged by 4 and 16 (the unequal compression of SCNet, arXiv 2401.13276); convolutions see a neighbourhood, and a
narrow linear layer over all rows sees harmonics (TFC-TDF, arXiv 2111.12203); a recurrent layer in the waist sees
seconds. Skips are added, not concatenated: the widest tensors then meet the narrowest kernels.

Widths are multiples of 32: with them a processor's 16-bit convolutions run at twice to four times the speed (measured
on a Zen 5, channels last: 500 to 900 GFLOP/s on two cores, against 200 to 400 with 28 or 56 channels).

The masks are complex and sum to one over the stems, so the estimates sum to the mix by construction.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

STEMS = ("vocals", "drums", "bass", "other")
SAMPLE_RATE_HZ = 44_100
FRESH_GAIN = 0.1
"""Of the norms after convolutions that a network has grown."""


@dataclass(frozen=True)
class Shape:
    """Everything that fixes the network's tensors."""

    n_fft: int = 4096
    hop: int = 1024
    bands: tuple[tuple[int, int], ...] = ((256, 1), (768, 4), (1536, 16))
    """(end bin, bins merged into a row), from the lowest; the last end is the bins the network sees."""
    widths: tuple[int, ...] = (32, 64, 128, 192)
    """Channels at each depth; rows and frames halve from one to the next."""
    down: tuple[int, ...] = (1, 2, 3, 3)
    """Convolutions on the way down, the last at the bottom."""
    up: tuple[int, ...] = (2, 2, 3, 2)
    """Convolutions on the way up, the last at the bottom, after the recurrent layer."""
    narrow: int = 4
    """The frequency-wide layers' bottleneck: rows divided by this."""
    recurrent: int = 256
    own: float = 0.0
    """How much a chunk's own statistics count in the norms below the outermost depth when it is served; see `Norm`."""
    stems: tuple[str, ...] = field(default=STEMS)

    @property
    def bins(self) -> int:
        """Bins that get masks."""
        return self.bands[-1][0]

    @property
    def rows(self) -> int:
        """Rows after merging."""
        start, rows = 0, 0
        for end, merged in self.bands:
            rows += (end - start) // merged
            start = end
        return rows

    def as_json(self) -> dict[str, object]:
        """For a checkpoint and a card."""
        return asdict(self)

    @staticmethod
    def from_json(found: dict[str, object]) -> Shape:
        """The shape of a checkpoint."""
        values = dict(found)
        values["bands"] = tuple(tuple(band) for band in values["bands"])  # type: ignore[attr-defined]  # JSON has lists
        for name in ("widths", "down", "up", "stems"):
            values[name] = tuple(values[name])  # type: ignore[arg-type]  # JSON has lists
        return Shape(**values)  # type: ignore[arg-type]  # checked by the dataclass's users


def at_one_level(spectrum: Tensor) -> Tensor:
    """The spectrum at a mean square of 1, whatever the song's loudness: masks then do not depend on it."""
    level = spectrum.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
    return spectrum / level.clamp_min(1e-7)


def features(spectrum: Tensor) -> Tensor:
    """What the network looks at, [B, 6, F, T], of a spectrum [B, 4, F, T] (left and right, each real and imaginary).

    Magnitudes are compressed by the power 0.3, the phase is kept: values of a whole mix fall into a few units.
    """
    left = (spectrum[:, 0].square() + spectrum[:, 1].square() + 1e-10).sqrt()
    right = (spectrum[:, 2].square() + spectrum[:, 3].square() + 1e-10).sqrt()
    magnitudes = torch.stack((left, right), dim=1)
    shrink = magnitudes.pow(-0.7).repeat_interleave(2, dim=1)
    return torch.cat((spectrum * shrink, magnitudes.pow(0.3)), dim=1)


class Merge(nn.Module):
    """Bins to rows: each band through its own strided convolution; a learnt code tells the rows apart."""

    def __init__(self, shape: Shape, channels_in: int, channels: int) -> None:
        super().__init__()
        self.bands = shape.bands
        self.layers = nn.ModuleList(
            nn.Conv2d(channels_in, channels, (merged, 1), (merged, 1))
            if merged > 1
            else nn.Conv2d(channels_in, channels, (3, 1), padding=(1, 0))
            for _, merged in shape.bands
        )
        self.code = nn.Parameter(torch.zeros(1, channels, shape.rows, 1))

    def forward(self, found: Tensor) -> Tensor:
        """[B, in, F, T] to [B, channels, rows, T]."""
        start, parts = 0, []
        for (end, _), layer in zip(self.bands, self.layers, strict=True):
            parts.append(layer(found[:, :, start:end]))
            start = end
        return torch.cat(parts, dim=2) + self.code


class Spread(nn.Module):
    """Rows to bins: the counterpart of `Merge`."""

    def __init__(self, shape: Shape, channels: int, channels_out: int) -> None:
        super().__init__()
        self.bands = shape.bands
        self.layers = nn.ModuleList(nn.Conv2d(channels, channels_out * merged, 1) for _, merged in shape.bands)
        self.channels_out = channels_out

    def forward(self, rows: Tensor) -> Tensor:
        """[B, channels, rows, T] to [B, out, F, T]."""
        batch, frames = rows.shape[0], rows.shape[-1]
        start, row, parts = 0, 0, []
        for (end, merged), layer in zip(self.bands, self.layers, strict=True):
            count = (end - start) // merged
            part = layer(rows[:, :, row : row + count])
            part = part.reshape(batch, self.channels_out, merged, count, frames).transpose(2, 3)
            parts.append(part.reshape(batch, self.channels_out, count * merged, frames))
            start, row = end, row + count
        return torch.cat(parts, dim=2)


class Norm(nn.BatchNorm2d):
    """Batch normalisation in which an example counts by `own`, and the batch, or what was kept of batches, by the rest.

    It learns from made songs, whose statistics are not those of real ones. Blending the ones it has kept with those of
    the chunk that it hears adapts it to any song, without a label and without weights of its own (the simplest case of
    adapting batch normalisation at test time: Schneider et al., arXiv 2006.16971). A network that was trained with 0
    may be served with more.
    """

    def __init__(self, channels: int, own: float) -> None:
        super().__init__(channels)
        self.own = own

    def forward(self, found: Tensor) -> Tensor:
        """[B, C, R, T] to the same; each example by itself, unless training."""
        if not self.own or self.running_mean is None or self.running_var is None:
            return super().forward(found)
        # Squares of 16-bit values would not be good enough to subtract from each other.
        exact = found.float()
        mean = exact.mean(dim=(2, 3))
        square = exact.square().mean(dim=(2, 3))
        other_mean, other_variance = self.running_mean, self.running_var
        if self.training:
            other_mean = mean.mean(dim=0)
            other_variance = square.mean(dim=0) - other_mean.square()
            self._keep(other_mean, other_variance)
        variance = self.own * (square - mean.square()).clamp_min(0) + (1 - self.own) * other_variance
        mean = self.own * mean + (1 - self.own) * other_mean
        scale = self.weight * (variance + self.eps).rsqrt()
        shift = self.bias - mean * scale
        return (exact * scale[..., None, None] + shift[..., None, None]).to(found.dtype)

    @torch.no_grad()
    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        for kept, heard in ((self.running_mean, mean), (self.running_var, variance)):
            if kept is not None:
                kept.lerp_(heard.to(kept.dtype), self.momentum or 0.0)


class Wide(nn.Module):
    """A narrow pair of linear layers over all rows of a channel: each row hears every other."""

    def __init__(self, channels: int, rows: int, narrow: int, own: float = 0.0) -> None:
        super().__init__()
        inside = -(-max(8, rows // narrow) // 16) * 16
        self.inner = nn.Linear(rows, inside)
        self.outer = nn.Linear(inside, rows)
        self.norm = Norm(channels, own)

    def forward(self, found: Tensor) -> Tensor:
        """[B, C, R, T] to the same."""
        across = self.in_training_layout(found) if self.training else self.in_serving_layout(found)
        return found + functional.relu(self.norm(across))

    def in_serving_layout(self, found: Tensor) -> Tensor:
        """The pair of layers on tensors [B, C, R, T] as they lie: a seventh faster in OpenVINO than the other way."""
        across = functional.relu(torch.matmul(self.inner.weight, found) + self.inner.bias[:, None])
        return torch.matmul(self.outer.weight, across) + self.outer.bias[:, None]

    def in_training_layout(self, found: Tensor) -> Tensor:
        """The same with channels last, as one product of matrices: nothing is moved in memory, forward or backward."""
        batch, channels, rows, frames = found.shape
        flat = found.permute(0, 2, 3, 1).reshape(batch, rows, frames * channels)
        inner, outer = (layer.weight.expand(batch, -1, -1) for layer in (self.inner, self.outer))
        across = functional.relu(torch.bmm(inner, flat) + self.inner.bias[:, None])
        across = torch.bmm(outer, across) + self.outer.bias[:, None]
        return across.reshape(batch, rows, frames, channels).permute(0, 3, 1, 2)


class Block(nn.Module):
    """Convolutions 3 x 3, each with a skip, then one frequency-wide layer."""

    def __init__(self, channels: int, rows: int, depth: int, narrow: int, own: float) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(depth))
        self.norms = nn.ModuleList(Norm(channels, own) for _ in range(depth))
        self.wide = Wide(channels, rows, narrow, own)

    def forward(self, found: Tensor) -> Tensor:
        """[B, C, R, T] to the same."""
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            found = found + functional.relu(norm(convolution(found)))
        return self.wide(found)


class Waist(nn.Module):
    """Seconds of context: one recurrent layer each way over time, all rows together."""

    def __init__(self, channels: int, rows: int, hidden: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, 16, 1)
        self.enter = nn.Linear(16 * rows, hidden)
        self.recurrent = nn.GRU(hidden, hidden, batch_first=True, bidirectional=True)
        self.leave = nn.Linear(2 * hidden, 16 * rows)
        self.widen = nn.Conv2d(16, channels, 1)

    def forward(self, found: Tensor) -> Tensor:
        """[B, C, R, T] to the same."""
        batch, _, rows, frames = found.shape
        inner = self.squeeze(found).permute(0, 3, 1, 2).reshape(batch, frames, 16 * rows)
        heard, _ = self.recurrent(functional.relu(self.enter(inner)))
        inner = self.leave(heard).reshape(batch, frames, 16, rows).permute(0, 2, 3, 1)
        return found + self.widen(functional.relu(inner))


class Network(nn.Module):
    """Spectrum [B, 4, F, T] to complex masks [B, S, 4, F, T]; T a multiple of 8."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        widths, rows, narrow = shape.widths, shape.rows, shape.narrow
        last = len(widths) - 1
        self.merge = Merge(shape, 6, widths[0])
        self.down, self.fewer, self.more, self.up = (nn.ModuleList() for _ in range(4))
        for depth, (width, below) in enumerate(pairwise(widths)):
            # The outermost depth holds half of all values and gains nothing by it.
            own = shape.own if depth else 0.0
            self.down.append(Block(width, rows >> depth, shape.down[depth], narrow, own))
            self.fewer.append(nn.Conv2d(width, below, 2, 2))
            self.more.append(nn.ConvTranspose2d(below, width, 2, 2))
            self.up.append(Block(width, rows >> depth, shape.up[depth], narrow, own))
        self.middle = Block(widths[-1], rows >> last, shape.down[-1], narrow, shape.own)
        self.waist = Waist(widths[-1], rows >> last, shape.recurrent)
        self.after = Block(widths[-1], rows >> last, shape.up[-1], narrow, shape.own)
        self.spread = Spread(shape, widths[0], 4 * len(shape.stems))

    def forward(self, spectrum: Tensor) -> Tensor:
        """The masks; multiplied with the spectrum they give the stems."""
        return summing_to_one(self.raw(features(at_one_level(spectrum))), len(self.shape.stems))

    def raw(self, found: Tensor) -> Tensor:
        """Features [B, 6, F, T] to masks [B, S * 4, F, T] that do not sum to one yet."""
        found = self.merge(found)
        kept = []
        for down, fewer in zip(self.down, self.fewer, strict=True):
            found = down(found)
            kept.append(found)
            found = fewer(found)
        found = self.after(self.waist(self.middle(found)))
        for skip, more, up in zip(reversed(kept), reversed(self.more), reversed(self.up), strict=True):
            found = up(more(found) + skip)
        return self.spread(found)


def grown(network: Network, shape: Shape) -> Network:
    """A deeper network that does almost what `network` does: fresh convolutions begin nearly silent behind their skips.

    Not wholly silent: behind a rectifier nothing at all would come back to learn from. `shape` may differ in `down` and
    `up` alone, and only be deeper; a ValueError says so.
    """
    if replace(shape, down=network.shape.down, up=network.shape.up) != network.shape:
        raise ValueError("a network grows by convolutions alone: only `down` and `up` may differ")
    deeper = Network(shape)
    with torch.no_grad():
        for module in deeper.modules():
            if isinstance(module, Norm):
                module.weight.fill_(FRESH_GAIN)
    if deeper.load_state_dict(network.state_dict(), strict=False).unexpected_keys:
        raise ValueError(f"{shape.down} and {shape.up} are no deeper than {network.shape.down} and {network.shape.up}")
    return deeper


def summing_to_one(raw: Tensor, stems: int) -> Tensor:
    """Complex masks [B, S, 4, F, T] from raw values: their sum is 1 + 0j for each channel."""
    batch, _, bins, frames = raw.shape
    masks = raw.reshape(batch, stems, 4, bins, frames)
    target = raw.new_tensor((1.0, 0.0, 1.0, 0.0)).reshape(1, 1, 4, 1, 1)
    return masks + (target - masks.sum(dim=1, keepdim=True)) / stems


def masked(masks: Tensor, spectrum: Tensor) -> Tensor:
    """The stems' spectra [B, S, 4, F, T]: the complex product of masks and mix."""
    real, imaginary = spectrum[:, None, 0::2], spectrum[:, None, 1::2]
    made_real = masks[:, :, 0::2] * real - masks[:, :, 1::2] * imaginary
    made_imaginary = masks[:, :, 0::2] * imaginary + masks[:, :, 1::2] * real
    return torch.stack((made_real, made_imaginary), dim=3).flatten(2, 3)
