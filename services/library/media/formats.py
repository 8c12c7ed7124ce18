"""The formats a listener can ask for, and the one way to an Assembly for each of stem, mix and zip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from services.library.media.assembly import Assembly
from services.library.media.errors import FormatUnavailable
from services.library.media.feed import SPEEDS
from services.library.media.flac_mix import EncodedFlac
from services.library.media.flac_splice import SplicedFlac
from services.library.media.mix import StemMix
from services.library.media.mp3 import EncodedMp3
from services.library.media.mp4 import m4a, stem_mp4
from services.library.media.opus import EncodedOpus
from services.library.media.segments import StemPlan
from services.library.media.tags import Tags
from services.library.media.wav import AssembledWav, WavDepth

ZIP_MIME = "application/zip"
STEM_FILE = "stem.mp4"


@dataclass(frozen=True)
class Format:
    """A download format: its extension and media type, and whether it gives back the very samples of the stem.

    `is_whole` says that it holds a whole song with its stems, and so no single stem or mix.
    """

    name: str
    extension: str
    mime: str
    lossless: bool
    is_whole: bool = False


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        one.name: one
        for one in (
            Format("flac", "flac", "audio/flac", lossless=True),
            Format("wav", "wav", "audio/wav", lossless=True),
            Format("mp3", "mp3", "audio/mpeg", lossless=False),
            Format("m4a", "m4a", "audio/mp4", lossless=False),
            Format("opus", "opus", "audio/ogg", lossless=False),
            Format(STEM_FILE, STEM_FILE, "audio/mp4", lossless=False, is_whole=True),
        )
    }
)
WAV_DEPTHS: Mapping[str, WavDepth] = MappingProxyType({"": "source", "16": "16", "24": "24", "32f": "32f"})


def stem_assembly(
    format_name: str, source: int, plan: StemPlan, tags: Tags | None = None, wav_depth: WavDepth = "source"
) -> Assembly:
    """One stem in one format; its segments are asked for under `source`. Raises FormatUnavailable as for a mix."""
    return mix_assembly(format_name, StemMix({source: plan}, {source: 1.0}), tags, wav_depth)


def mix_assembly(
    format_name: str, mix: StemMix, tags: Tags | None = None, wav_depth: WavDepth = "source", speed: int = 1
) -> Assembly:
    """A mix of stems, or a stem, in one format.

    A stem as it is becomes FLAC without encoding, of known size; FLAC of a true mix is encoded and has none. Raises
    FormatUnavailable for an unknown format, one that is no single sound, and a preview in a lossless one.
    """
    kind = FORMATS.get(format_name)
    if kind is None or kind.is_whole:
        names = ", ".join(one.name for one in FORMATS.values() if not one.is_whole)
        raise FormatUnavailable(f"A stem or mix is made as {names}.")
    if speed not in SPEEDS or (speed != 1 and kind.lossless):
        raise FormatUnavailable("A preview at double speed is made as mp3, m4a or opus.")
    if wav_depth != "source" and format_name != "wav":
        raise FormatUnavailable("A depth is chosen for wav alone.")
    match format_name:
        case "flac" if mix.is_one_stem:
            return SplicedFlac(mix.plans[mix.sources[0]], mix.sources[0], tags)
        case "flac":
            return EncodedFlac(mix, tags)
        case "wav":
            return AssembledWav(mix, tags, wav_depth)
        case "mp3":
            return EncodedMp3(mix, tags, speed)
        case "m4a":
            return m4a(mix, tags, speed)
        case _:
            return EncodedOpus(mix, tags, speed)


def stem_file(stems: Mapping[int, StemPlan], names: Sequence[str], tags: Tags | None = None) -> Assembly:
    """A song as `.stem.mp4`; `names` are those of sources 0, 1, ... Raises FormatUnavailable as `stem_parts` does."""
    unity = dict.fromkeys(stems, 1.0)
    parts = [
        (name.replace("_", " ").replace("-", " ").capitalize(), StemMix(stems, dict.fromkeys(sources, 1.0)))
        for name, sources in stem_parts(names)
    ]
    return stem_mp4(StemMix(stems, unity), parts, tags)


def stem_parts(names: Sequence[str]) -> list[tuple[str, list[int]]]:
    """The four parts of a stem file, each a name and the sources summed in it, in the order DJ software expects.

    Four stems are four parts. Of more, drums, bass and vocals stay and all others become "other". Raises
    FormatUnavailable where that gives no four parts.
    """
    known = ("drums", "bass", "other", "vocals")
    if len(names) == len(known):
        order = sorted(range(len(names)), key=lambda at: known.index(names[at]) if set(names) == set(known) else at)
        return [(names[at], [at]) for at in order]
    if len(names) > len(known) and {"drums", "bass", "vocals"} <= set(names):
        others = [at for at, name in enumerate(names) if name not in ("drums", "bass", "vocals")]
        return [(name, others if name == "other" else [names.index(name)]) for name in known]
    raise FormatUnavailable(
        f"A stem file holds four stems, and this song has {len(names)}. Download them one by one or as a zip."
    )
