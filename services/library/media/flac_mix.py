"""A true mix as FLAC: encoded on the way, so its size is not known before it is made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.library.media.codec_run import CodecRun
from services.library.media.encoded import EncodedFile
from services.library.media.mix import StemMix
from services.library.media.segments import BLOCK_SAMPLES, StreamShape, pack_streaminfo
from services.library.media.tags import Tags, flac_picture, vorbis_comment

_STREAMINFO, _COMMENT, _PICTURE, _LAST = 0, 4, 6, 0x80


def metadata_head(blocks: Sequence[tuple[int, bytes]]) -> bytes:
    """The stream marker and metadata blocks (kind, body), the last one marked as such."""
    last = len(blocks) - 1
    return b"fLaC" + b"".join(
        bytes((kind | (_LAST if number == last else 0),)) + len(body).to_bytes(3, "big") + body
        for number, (kind, body) in enumerate(blocks)
    )


def tag_blocks(tags: Tags) -> list[tuple[int, bytes]]:
    """VORBIS_COMMENT, and PICTURE where there is a cover."""
    pictures = [(_PICTURE, flac_picture(tags.cover))] if tags.cover is not None else []
    return [(_COMMENT, vorbis_comment(tags)), *pictures]


class EncodedFlac(EncodedFile):
    """A mix as STREAMINFO, tags and frames of 4096 samples, at the depth of the stems."""

    def __init__(self, mix: StemMix, tags: Tags | None = None) -> None:
        self._shape = mix.shape
        blocks = [(_STREAMINFO, pack_streaminfo(mix.shape, mix.length_samples)), *tag_blocks(tags or Tags())]
        super().__init__([mix], metadata_head(blocks), None)

    def encoder(self) -> FlacEncoder:
        """A fresh encoder."""
        return FlacEncoder(self._shape)


class FlacEncoder:
    """int32 [samples, channels] in, FLAC frames out."""

    def __init__(self, shape: StreamShape) -> None:
        self._is_wide = shape.depth == 24
        self._codec = CodecRun(
            "flac",
            shape.sample_rate,
            shape.channels,
            BLOCK_SAMPLES,
            bit_rate=0,
            sample_format="s32" if self._is_wide else "s16",
            options={
                "frame_size": str(BLOCK_SAMPLES),
                "compression_level": "5",
                "bits_per_raw_sample": str(shape.depth),
            },
        )

    def encode(self, voices: Sequence[NDArray[np.int32]]) -> bytes:
        """Take samples and give the frames they complete."""
        # FFmpeg's encoder takes 24 bits at the top of 32.
        return b"".join(self._codec.push(voices[0] << 8 if self._is_wide else voices[0].astype(np.int16)))

    def finish(self) -> bytes:
        """Give the last frame."""
        return b"".join(self._codec.finish())
