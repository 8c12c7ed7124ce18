"""One song and one wish in, one named file out: stem, mix, stem file or zip."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.library.media.assembly import Assembly
from services.library.media.encoded import ENCODER_VERSION
from services.library.media.errors import FormatUnavailable
from services.library.media.formats import FORMATS, ZIP_MIME, mix_assembly, stem_assembly, stem_file
from services.library.media.mix import StemMix
from services.library.media.naming import file_name
from services.library.media.segments import StemPlan
from services.library.media.tags import Tags
from services.library.media.wav import WavDepth
from services.library.media.zip import StoredZip, ZipMember


@dataclass(frozen=True)
class Song:
    """The stems that are wanted, in order, and what is said of the song; `tags.title` is the song's.

    `version` are words that change when the stems or the cover do.
    """

    tags: Tags
    stems: tuple[str, ...]
    plans: Sequence[StemPlan]
    modified: datetime.datetime
    version: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """The wish. `part` is what the file is called after beside the song; gains and pans are those of the stems."""

    format_name: str
    bundle: bool
    part: str
    gains: Sequence[float]
    pans: Sequence[float]
    wav_depth: WavDepth
    speed: int

    @property
    def is_plain(self) -> bool:
        """Whether the stems stay as they are."""
        return set(self.gains) == {1.0} and set(self.pans) == {0.0} and self.speed == 1


@dataclass(frozen=True)
class MadeDownload:
    """A file that can be made."""

    assembly: Assembly
    media_type: str
    file_name: str
    etag: str


def make_download(song: Song, asked: Asked) -> MadeDownload:
    """The file. Raises FormatUnavailable for what this format cannot hold."""
    kind = FORMATS[asked.format_name]
    etag = _etag(song, asked)
    if kind.is_whole:
        if asked.bundle or asked.part or not asked.is_plain or asked.wav_depth != "source":
            raise FormatUnavailable("A stem file holds the whole song as it is.")
        made = stem_file(dict(enumerate(song.plans)), song.stems, song.tags)
        return MadeDownload(made, kind.mime, file_name(song.tags.title, kind.extension), etag)
    if asked.bundle:
        if not asked.is_plain:
            raise FormatUnavailable("A zip holds stems as they are.")
        return MadeDownload(_zip(song, asked), ZIP_MIME, file_name(song.tags.title, "zip", "stems"), etag)
    gains, pans = dict(enumerate(asked.gains)), dict(enumerate(asked.pans))
    mix = StemMix(dict(enumerate(song.plans)), gains, pans)
    part = asked.part + ("" if asked.speed == 1 else " at double speed")
    mixed = mix_assembly(kind.name, mix, _titled(song.tags, part), asked.wav_depth, asked.speed)
    return MadeDownload(mixed, kind.mime, file_name(song.tags.title, kind.extension, part.strip()), etag)


def _zip(song: Song, asked: Asked) -> StoredZip:
    kind = FORMATS[asked.format_name]
    members = [
        ZipMember(
            file_name(song.tags.title, kind.extension, stem),
            stem_assembly(kind.name, source, plan, _titled(song.tags, stem), asked.wav_depth),
            song.modified,
        )
        for source, (stem, plan) in enumerate(zip(song.stems, song.plans, strict=True))
    ]
    return StoredZip(members)


def _titled(tags: Tags, part: str) -> Tags:
    return replace(tags, title=f"{tags.title} - {part.strip()}") if part else tags


def _etag(song: Song, asked: Asked) -> str:
    digest = hashlib.sha256()
    tags = song.tags
    words = (
        *(ENCODER_VERSION, *song.version),
        *(tags.title, tags.artist, tags.album, tags.track_number, tags.year, tags.genre),
        *(asked.format_name, str(asked.bundle), asked.part, asked.wav_depth, str(asked.speed)),
        *(*map(repr, asked.gains), *map(repr, asked.pans), *song.stems),
    )
    for word in words:
        digest.update(f"{len(word)}:{word}".encode("utf-8", "replace"))
    for plan in song.plans:
        for one in plan.segments:
            digest.update(b"%d,%d,%d;" % (one.samples, one.frames, one.frame_bytes))
    return digest.hexdigest()[:32]
