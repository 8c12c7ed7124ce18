"""Frames between the decoder child and its parent."""

from __future__ import annotations

import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.separation.decoder.framing import (
    HEADER,
    PAYLOAD_BYTES_MAX,
    Channel,
    ChannelClosed,
    FramingBroken,
    Kind,
    frame,
    parse_header,
    parse_json,
)


@given(
    messages=st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=4096)), max_size=8), cuts=st.integers(1, 64)
)
def test_messages_survive_any_fragmentation(messages: list[tuple[Kind, bytes]], cuts: int) -> None:
    """What is framed is received message for message, however the bytes are cut on the way."""
    stream = b"".join(frame(kind, payload) for kind, payload in messages)
    reading, writing = os.pipe()

    def write() -> None:
        for start in range(0, len(stream), cuts):
            os.write(writing, stream[start : start + cuts])
        os.close(writing)

    writer = threading.Thread(target=write)
    writer.start()
    channel = Channel(reading)
    assert [channel.receive() for _ in messages] == messages
    with pytest.raises(ChannelClosed):
        channel.receive()
    writer.join()
    os.close(reading)


@given(header=st.binary(min_size=HEADER.size, max_size=HEADER.size))
def test_a_header_is_known_and_bounded_or_refused(header: bytes) -> None:
    """No header makes the reader expect an unknown message or more than the payload limit."""
    try:
        kind, length_bytes = parse_header(header)
    except FramingBroken:
        return
    assert kind in Kind
    assert length_bytes <= PAYLOAD_BYTES_MAX


@given(payload=st.binary(max_size=512))
def test_json_payload_is_an_object_or_refused(payload: bytes) -> None:
    """A payload that is not a JSON object raises FramingBroken and nothing else."""
    try:
        assert isinstance(parse_json(payload), dict)
    except FramingBroken:
        return


def test_deeply_nested_json_is_refused() -> None:
    """Nesting beyond the interpreter's depth is nonsense, not a crash."""
    with pytest.raises(FramingBroken):
        parse_json(b"[" * 200_000)


def test_an_oversized_payload_is_not_framed() -> None:
    """A sender cannot exceed what a receiver accepts."""
    with pytest.raises(FramingBroken):
        frame(Kind.PCM, bytes(PAYLOAD_BYTES_MAX + 1))
