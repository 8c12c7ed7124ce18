"""The formats a listener can ask for, and the one way to an Assembly for each of stem, mix and zip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.library.media.assembly import Assembly
from services.library.media.errors import FormatUnavailable
from services.library.media.flac_splice import SplicedFlac
from services.library.media.mix import StemMix
from services.library.media.mp3 import EncodedMp3
from services.library.media.segments import StemPlan
from services.library.media.tags import Tags
from services.library.media.wav import AssembledWav, WavDepth

ZIP_MIME = "application/zip"


@dataclass(frozen=True)
class Format:
    """A download format: its extension and media type, and whether it gives back the very samples of the stem."""

    name: str
    extension: str
    mime: str
    lossless: bool


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "wav": Format("wav", "wav", "audio/wav", lossless=True),
        "flac": Format("flac", "flac", "audio/flac", lossless=True),
        "mp3": Format("mp3", "mp3", "audio/mpeg", lossless=False),
    }
)


def stem_assembly(
    format_name: str, source: int, plan: StemPlan, tags: Tags | None = None, wav_depth: WavDepth = "source"
) -> Assembly:
    """One stem in one format; its segments are asked for under `source`. Raises FormatUnavailable as for a mix."""
    return mix_assembly(format_name, {source: plan}, {source: 1.0}, tags, wav_depth)


def mix_assembly(
    format_name: str,
    stems: dict[int, StemPlan],
    gains: dict[int, float],
    tags: Tags | None = None,
    wav_depth: WavDepth = "source",
) -> Assembly:
    """A mix of stems in one format.

    Raises FormatUnavailable for an unknown format, and for FLAC of anything but a single stem at unity: what FLAC will
    make of a mix is not known before it is encoded, and every Assembly states its size first.
    """
    if format_name == "flac":
        audible = [source for source, gain in gains.items() if gain]
        if len(audible) != 1 or gains[audible[0]] != 1.0:
            raise FormatUnavailable("a mix is offered as wav and mp3")
        return SplicedFlac(stems[audible[0]], audible[0], tags)
    if format_name == "wav":
        return AssembledWav(StemMix(stems, gains), tags, wav_depth)
    if format_name == "mp3":
        return EncodedMp3(StemMix(stems, gains), tags)
    raise FormatUnavailable(f"the formats are {', '.join(FORMATS)}")
