"""Opening a stranger's file with FFmpeg: which formats and codecs may be tried, and what the file says of itself."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from .reading import ServedFile

FORMATS: Final = "wav,w64,flac,mp3,aac,ogg,matroska,webm,mov,mp4,m4a,aiff,asf"
CODECS: Final = (
    "mp3float,mp3,mp2float,mp2,mp1float,mp1,aac,aac_latm,alac,flac,vorbis,opus,wmav1,wmav2,wmapro,wmalossless,ac3,eac3,"
    "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,"
    "pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt"
)
OPTIONS: Final = {
    "format_whitelist": FORMATS,
    # Pictures and video are never decoded, not even to look at them.
    "codec_whitelist": CODECS,
    "protocol_whitelist": "none",
    "probesize": "2000000",
    "analyzeduration": "2000000",
    # A sandboxed process can start no threads.
    "threads": "1",
}
MAGIC: Final = {
    0: (b"RIFF", b"RF64", b"fLaC", b"OggS", b"ID3", b"FORM", b"\x1aE\xdf\xa3", b"0&\xb2u\x8ef\xcf\x11"),
    4: (b"ftyp",),
}
CHANNELS_MAX: Final = 8
RATE_MIN_HZ, RATE_MAX_HZ = 4_000, 384_000
# Below this many bytes a second a declared length is not believed but counted: no format spends less, save on silence.
PLAUSIBLE_BYTES_PER_S: Final = 500
TAG_CHARACTERS_MAX: Final = 1000
VBR_MARKS: Final = (b"Xing", b"Info", b"VBRI")
VBR_MARK_WITHIN_BYTES: Final = 4096


class Refused(Exception):
    """The file is not accepted: a reason of one word, and a number that makes it precise (or none)."""

    def __init__(self, reason: str, number: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.number = number


def open_container(file: ServedFile, size_bytes: int) -> InputContainer:
    """The file as FFmpeg sees it; raises Refused not_audio, or damaged when it at least begins like audio."""
    if size_bytes == 0:
        raise Refused("empty")
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    try:
        return av.open(file, "r", options=dict(OPTIONS), metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError):
        begins_like_audio = any(head[offset:].startswith(marks) for offset, marks in MAGIC.items())
        raise Refused("damaged" if begins_like_audio else "not_audio") from None


def first_audio_stream(container: InputContainer) -> AudioStream:
    """The stream to decode, every other one left unread; raises Refused no_audio_stream."""
    streams = container.streams.audio
    if not streams:
        raise Refused("no_audio_stream")
    return streams[0]


def declared_seconds(
    container: InputContainer, stream: AudioStream, file: ServedFile, size_bytes: int
) -> Fraction | None:
    """The length the file declares, when it does and its size in bytes could hold that much; else None: count."""
    if container.format.name == "aac" or (
        container.format.name == "mp3" and not _has_vbr_header(container, stream, file)
    ):
        return None  # FFmpeg's figure is an estimate from the first frames' bit rate
    if stream.duration is not None and stream.time_base is not None:
        declared = stream.duration * stream.time_base
    elif container.duration is not None:
        declared = Fraction(container.duration, av.time_base)
    else:
        return None
    if declared <= 0 or declared * PLAUSIBLE_BYTES_PER_S > size_bytes:
        return None
    return declared


def _has_vbr_header(container: InputContainer, stream: AudioStream, file: ServedFile) -> bool:
    """Whether the first MPEG frame is a Xing, Info or VBRI one. Moves the container: use one opened for this alone."""
    for packet in container.demux(stream):
        if not packet.pos:
            return False
        file.seek(max(0, packet.pos - VBR_MARK_WITHIN_BYTES))
        before = b""
        while (missing := packet.pos - file.tell()) > 0 and (piece := file.read(missing)):
            before += piece
        return any(mark in before for mark in VBR_MARKS)
    return False


def tag(container: InputContainer, stream: AudioStream, name: str) -> str | None:
    """A tag by its lower-case name, of the file or else of the stream; cut, not cleaned."""
    for metadata in (container.metadata, stream.metadata):
        for key, text in metadata.items():
            if key.lower() == name:
                return text[:TAG_CHARACTERS_MAX]
    return None
