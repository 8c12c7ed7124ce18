"""Files made for the decoder's tests, and the way through the whole socket path."""

from __future__ import annotations

import io
import struct

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from services.separation.clients.decoder import AudioProperties, Decoders, DecodeSummary

LONGEST_S = 600.0
NOT_AUDIO = {"not_audio", "damaged"}


class Held:
    """A ByteSource over bytes held in memory; `served` counts the bytes asked of it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.served = 0

    @property
    def size_bytes(self) -> int:
        """The whole length."""
        return len(self.content)

    async def read(self, offset: int, length: int) -> bytes:
        """The bytes asked for."""
        self.served += length
        return self.content[offset : offset + length]


async def decode_all(
    decoders: Decoders, content: bytes, first_sample: int = 0, longest_s: float = LONGEST_S
) -> tuple[AudioProperties, NDArray[np.int32], DecodeSummary]:
    """Inspect and decode to the end."""
    async with decoders.open(Held(content), longest_s) as session:
        properties = await session.inspect()
        blocks = [block async for block in session.decode(first_sample)]
        empty = np.zeros((0, properties.channels), dtype=np.int32)
        return properties, np.concatenate([empty, *blocks]), session.summary


def wav(samples: bytes, rate_hz: int = 44100, channels: int = 2, bits: int = 16, code: int = 1) -> bytes:
    """A WAV file with the header fields given, sensible or not."""
    width = max(1, channels * bits // 8) & 0xFFFF
    form = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, code, channels, rate_hz & 0xFFFFFFFF, rate_hz * width & 0xFFFFFFFF, width, bits
    )
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def written(samples: NDArray[np.generic], container: str, subtype: str, rate_hz: int = 44100) -> bytes:
    """A file made by libsndfile."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format=container, subtype=subtype)
    return file.getvalue()


def encoded(container: str, codec: str, seconds: float, rate_hz: int = 44100, layout: str = "mono") -> bytes:
    """A tone encoded by FFmpeg."""
    file = io.BytesIO()
    tone = (0.3 * np.sin(np.arange(int(seconds * rate_hz)) * 0.05)).astype(np.float32)
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate_hz, layout=layout)
        assert isinstance(stream, av.AudioStream)
        samples = np.repeat(tone[np.newaxis], stream.codec_context.layout.nb_channels, axis=0)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate = rate_hz
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def flac_of_unknown_length(seconds: int, rate_hz: int = 44100) -> bytes:
    """Silence whose STREAMINFO does not tell its length."""
    content = bytearray(written(np.zeros(seconds * rate_hz, dtype=np.int16), "FLAC", "PCM_16", rate_hz))
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    return bytes(content)
