"""What a decoder child reports, checked as the word of a stranger, and the sentences people read."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Protocol

from services.separation.decoder.framing import FramingBroken
from services.separation.domain.errors import AudioRefused
from services.separation.domain.file_tags import FileTags
from services.separation.domain.remark import Remark, RemarkCode, remark

TAG_CHARACTERS_MAX: Final = 200
COVER_MAGIC: Final = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
FORMATS_TEXT: Final = "WAV, FLAC, MP3, M4A/AAC, OGG, Opus, AIFF or WMA"
# Short of the declared length by more than this is said; less is an encoder's rounding.
SHORTFALL_S_MAX: Final = 0.1
SHORTFALL_SHARE_MAX: Final = 0.005
# A few clipped samples at the loudest peaks; ours, below one in ten thousand.
RARELY_AUDIBLE_SHARE: Final = 1e-4

REASON_TEXTS: Final = {
    "empty": ("not_audio", "This file is empty. Choose the file again and upload it once more."),
    "not_audio": ("not_audio", f"This file is not audio we can read. Upload {FORMATS_TEXT}."),
    "no_audio_stream": ("no_audio_stream", "This file has no sound track. Upload a file that plays sound."),
    "unsupported_rate": (
        "unsupported_rate",
        "This file's sample rate is {number:,.0f} Hz. Upload one between 4,000 and 384,000 Hz.",
    ),
    "unsupported_channels": (
        "unsupported_channels",
        "This file has {number:,.0f} channels in an arrangement we cannot mix down. Upload a mono or stereo version.",
    ),
    "too_long": ("too_long", "This song is longer than the limit of {duration}. Upload a shorter one."),
    "too_short": ("too_short", "This file holds no sound at all. Check that it plays, then upload it again."),
    "rate_changed": (
        "damaged",
        "This file changes its sample rate on the way. Export it again as WAV or FLAC and upload that.",
    ),
    "damaged": (
        "damaged",
        "This file is damaged or incomplete and cannot be decoded. Export or download it again, then upload it.",
    ),
    "unmeasurable": (
        "damaged",
        "This file took too long to read and may be damaged. Export it again as WAV or FLAC and upload that.",
    ),
}
WARNINGS: Final = {
    "downmixed": (RemarkCode.DOWNMIXED, "mixed down to stereo from {count} channels"),
    "ignored_pictures": (RemarkCode.PICTURES_IGNORED, "ignored {count} picture(s)"),
    "ignored_video": (RemarkCode.VIDEO_IGNORED, "ignored {count} video track(s)"),
    "ignored_tracks": (RemarkCode.TRACKS_IGNORED, "used the first audio track and ignored {count} more"),
}


class ByteSource(Protocol):
    """Where the upload's bytes come from, decrypted on demand."""

    @property
    def size_bytes(self) -> int:
        """The whole length, bytes."""

    async def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`; both lie within the size."""


@dataclass(frozen=True)
class AudioProperties:
    """What an accepted file is. Samples are counted per channel, at `sample_rate` Hz."""

    container: str
    codec: str
    sample_rate: int
    channels: int
    channels_source: int
    depth: int
    declared_samples: int
    counted: bool
    tags: FileTags
    bitrate: int
    remarks: tuple[Remark, ...]

    @property
    def declared_seconds(self) -> float:
        """The length the file declares, or, where `counted`, the length that was counted."""
        return self.declared_samples / self.sample_rate


@dataclass(frozen=True)
class DecodeSummary:
    """What decoding came to: per-channel samples in all (skipped ones included), and values that had to be changed."""

    total_samples: int
    clipped_samples: int
    nonfinite_samples: int
    remarks: tuple[Remark, ...]


def refusal(report: dict[str, object]) -> AudioRefused:
    """The child's REFUSED report as the error the listener sees."""
    reason = report.get("reason")
    number = report.get("number")
    return refused(reason if isinstance(reason, str) else "damaged", number if isinstance(number, int | float) else 0)


def refused(cause: str, number: float = 0) -> AudioRefused:
    """The error for a cause named in REASON_TEXTS; an unknown cause is damage."""
    reason, text = REASON_TEXTS.get(cause, REASON_TEXTS["damaged"])
    return AudioRefused(reason, text.format(number=number, duration=_duration(number)))


def properties(report: dict[str, object], longest_s: float, cover: bytes = b"") -> AudioProperties:
    """The child's PROPERTIES report, and the cover it sent; raises FramingBroken when any of it is impossible."""
    channels_source = _integer(report, "channels_source", 1, 8)
    sample_rate = _integer(report, "sample_rate", 4_000, 384_000)
    depth = _integer(report, "depth", 16, 24)
    if depth not in (16, 24):
        raise FramingBroken("depth")
    return AudioProperties(
        container=_name(report, "container"),
        codec=_name(report, "codec"),
        sample_rate=sample_rate,
        channels=min(channels_source, 2),
        channels_source=channels_source,
        depth=depth,
        declared_samples=_integer(report, "samples", 1, int(longest_s * sample_rate)),
        counted=report.get("counted") is True,
        tags=_tags(report, cover),
        bitrate=_integer(report, "bitrate", 0, 1 << 40),
        remarks=_remarks(report.get("warnings")),
    )


def summary(report: dict[str, object], expected: AudioProperties, received_samples: int) -> DecodeSummary:
    """The child's END report; raises FramingBroken when it contradicts the samples received."""
    total = _integer(report, "total_samples", 1, 1 << 40)
    if total != received_samples:
        raise FramingBroken("total_samples")
    clipped = _integer(report, "clipped_samples", 0, total * 8)
    nonfinite = _integer(report, "nonfinite_samples", 0, total * 8)
    damaged = _integer(report, "damaged_packets", 0, 1 << 40)
    remarks = []
    if damaged:
        remarks.append(remark(RemarkCode.DAMAGE_SKIPPED, "skipped {count} damaged piece(s)", count=damaged))
    missing_s = (expected.declared_samples - total) / expected.sample_rate
    if missing_s > SHORTFALL_S_MAX + SHORTFALL_SHARE_MAX * expected.declared_seconds:
        told = "ends {missing_s:.1f} s earlier than it declares"
        remarks.append(remark(RemarkCode.ENDS_EARLY, told, missing_s=missing_s))
    if clipped:
        remarks.append(_loudness_told(clipped, total, expected))
    if nonfinite:
        told = "replaced {count} sample(s) that were not numbers"
        remarks.append(remark(RemarkCode.NOT_NUMBERS_REPLACED, told, count=nonfinite))
    if report.get("channels_changed") is True:
        remarks.append(remark(RemarkCode.CHANNELS_CHANGED, "changes its number of channels on the way"))
    return DecodeSummary(total, clipped, nonfinite, tuple(remarks))


def _loudness_told(clipped: int, total: int, audio: AudioProperties) -> Remark:
    samples, were = ("1 sample", "was") if clipped == 1 else ("{count} samples", "were")
    told = f"{samples} {were} louder than the file format can hold and {were} clipped"
    if clipped > RARELY_AUDIBLE_SHARE * total * audio.channels:
        return remark(RemarkCode.CLIPPED, told, count=clipped)
    told += " (in {length_s} s of music this is rarely audible)"
    return remark(RemarkCode.CLIPPED_RARELY, told, count=clipped, length_s=round(total / audio.sample_rate))


def clean_tag(text: object) -> str | None:
    """A tag fit to store and show: composed, one line, no control or format characters, TAG_CHARACTERS_MAX at most."""
    if not isinstance(text, str):
        return None
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFC", text))
    kept = "".join(character for character in spaced if not unicodedata.category(character).startswith("C"))
    return " ".join(kept.split())[:TAG_CHARACTERS_MAX].strip() or None


def _tags(report: dict[str, object], cover: bytes) -> FileTags:
    names = ("title", "artist", "album", "track", "date", "genre")
    words = [clean_tag(report.get(name)) or "" for name in names]
    cover_type = next((kind for kind, magic in COVER_MAGIC.items() if cover.startswith(magic)), "")
    if cover and not cover_type:
        raise FramingBroken("a cover that is no picture")
    return FileTags(words[0], words[1], words[2], words[3], words[4], words[5], cover, cover_type)


def _remarks(found: object) -> tuple[Remark, ...]:
    if not isinstance(found, list):
        raise FramingBroken("warnings")
    remarks = []
    for warning in found[: len(WARNINGS)]:
        if not isinstance(warning, dict) or warning.get("code") not in WARNINGS:
            raise FramingBroken("warnings")
        code, text = WARNINGS[warning["code"]]
        remarks.append(remark(code, text, count=_integer(warning, "number", 0, 1 << 16)))
    return tuple(remarks)


def _integer(report: dict[str, object], name: str, least: int, most: int) -> int:
    number = report.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise FramingBroken(name)
    return number


def _name(report: dict[str, object], name: str) -> str:
    text = report.get(name)
    if not isinstance(text, str) or len(text) > 64 or not text.isascii() or not text.isprintable():
        raise FramingBroken(name)
    return text


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} seconds"
    if rest:
        return f"{minutes} min {rest} s"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
