"""The child: say hello, answer one INSPECT and one DECODE, leave. Started by the parent, never by a person."""

from __future__ import annotations

import json
import os
import sys
from typing import Final

# Set before numpy is imported: a sandboxed process cannot start BLAS threads.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import av
import av.logging

from .framing import (
    PAYLOAD_BYTES_MAX,
    PCM_BLOCK_FRAMES,
    Channel,
    ChannelClosed,
    FramingBroken,
    Kind,
    frame,
    frame_json,
    parse_json,
)
from .inspecting import Inspection, inspect
from .opening import Refused, first_audio_stream, open_container
from .pcm import Damage, canonical_pieces, decoded_frames, in_blocks, without_padding
from .reading import ServedFile
from .rehearsal import rehearse
from .sandbox import enter_sandbox

CHANNEL_DESCRIPTOR: Final = 3


def main(arguments: list[str]) -> int:
    """`arguments`: the channel's descriptor, then the limits as JSON. Returns the exit status."""
    limits = json.loads(arguments[1])
    descriptor = int(arguments[0])
    if descriptor != CHANNEL_DESCRIPTOR:
        os.dup2(descriptor, CHANNEL_DESCRIPTOR, inheritable=False)
    os.closerange(CHANNEL_DESCRIPTOR + 1, limits["descriptors_inherited_max"])
    channel = Channel(CHANNEL_DESCRIPTOR)
    av.logging.set_level(None)
    rehearse()
    report = enter_sandbox(limits["memory_bytes"], limits["cpu_s"], CHANNEL_DESCRIPTOR + 1, limits["parent_pid"])
    try:
        channel.send(frame_json(Kind.HELLO, {"sandbox": report, "av": av.__version__}))
        serve(channel)
    except (ChannelClosed, FramingBroken):
        return 0
    return 0


def serve(channel: Channel) -> None:
    """One file, both phases; a refusal or any failure of the libraries on this input is said, and ends the child."""
    try:
        request = expect(channel, Kind.INSPECT)
        file = ServedFile(channel, _integer(request, "size_bytes"))
        inspection = inspect(file, _integer(request, "size_bytes"), _number(request, "longest_s"))
        if inspection.picture is not None and request.get("wants_cover") is True:
            for at in range(0, len(inspection.picture), PAYLOAD_BYTES_MAX):
                channel.send(frame(Kind.COVER, inspection.picture[at : at + PAYLOAD_BYTES_MAX]))
        channel.send(frame_json(Kind.PROPERTIES, inspection.report))
        request_decode = expect(channel, Kind.DECODE)
        decode(
            channel,
            file,
            inspection,
            _integer(request, "size_bytes"),
            _integer(request_decode, "first_sample"),
            _number(request, "longest_s"),
        )
    except Refused as refusal:
        channel.send(frame_json(Kind.REFUSED, {"reason": refusal.reason, "number": refusal.number}))
    except (ChannelClosed, FramingBroken):
        raise
    except Exception as failure:  # noqa: BLE001 - whatever a hostile file provokes in a library is its refusal
        channel.send(frame_json(Kind.REFUSED, {"reason": "damaged", "number": None, "cause": type(failure).__name__}))


def decode(
    channel: Channel, file: ServedFile, inspection: Inspection, size_bytes: int, first_sample: int, longest_s: float
) -> None:
    """Send blocks from `first_sample` on, then the END report; raises Refused too_long past `longest_s`."""
    shape, damage = inspection.shape, Damage()
    longest_samples = int(longest_s * shape.rate_hz)
    total = 0
    with open_container(file, size_bytes) as container:
        frames = decoded_frames(container, first_audio_stream(container), damage)
        pieces = without_padding(canonical_pieces(frames, shape, damage), inspection.trim_to_samples)
        skip = first_sample
        for block in in_blocks(pieces, PCM_BLOCK_FRAMES):
            total += len(block)
            if total > longest_samples:
                raise Refused("too_long", longest_s)
            wanted = block[skip:] if skip else block
            skip = max(0, skip - len(block))
            # An empty block tells the parent that skipping goes on.
            channel.send(frame(Kind.PCM, wanted.astype("<i4", copy=False).tobytes()))
    if total == 0 or damage.packets_bad > damage.packets_good:
        raise Refused("damaged")
    report: dict[str, object] = {
        "total_samples": total,
        "clipped_samples": damage.samples_clipped,
        "nonfinite_samples": damage.samples_nonfinite,
        "damaged_packets": damage.packets_bad,
        "channels_changed": damage.channels_changed,
    }
    channel.send(frame_json(Kind.END, report))


def expect(channel: Channel, kind: Kind) -> dict[str, object]:
    """The next message's object; raises FramingBroken when it is of another kind."""
    found, payload = channel.receive()
    if found is not kind:
        raise FramingBroken(f"{found.name} instead of {kind.name}")
    return parse_json(payload)


def _integer(report: dict[str, object], name: str) -> int:
    number = report[name]
    if not isinstance(number, int):
        raise FramingBroken(name)
    return number


def _number(report: dict[str, object], name: str) -> float:
    number = report[name]
    if not isinstance(number, int | float):
        raise FramingBroken(name)
    return float(number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
