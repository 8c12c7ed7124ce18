"""Every stream on the live bus, and every field of what is sent over it, is mapped."""

from __future__ import annotations

import ast

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pool import Default
from nats.js.api import StreamConfig

from chassis.bus.connection import Bus
from chassis.bus.topology import ALL
from chassis.datamap.comparing import compare
from chassis.testing.nats import NatsServer
from stripsession.auth.v1 import events_pb2 as auth
from stripsession.billing.v1 import events_pb2 as billing
from stripsession.library.v1 import events_pb2 as library
from stripsession.retention.v1 import events_pb2 as retention
from stripsession.separation.v1 import events_pb2 as separation
from tests.integration.datamap.maps import ROOT, STORED, map_of, where

EVENTS = (auth, billing, library, retention, separation)
"""Imported, so that their messages are in the pool."""


async def streams_on(bus: Bus) -> dict[str, list[str]]:
    """Whatever holds messages there: buckets of keys and of objects are streams of theirs, too."""
    infos = await bus.jetstream.streams_info()
    return {str(info.config.name): list(info.config.subjects or ()) for info in infos}


def fields_of(message: Descriptor, prefix: str = "") -> list[str]:
    """Every field, of messages inside it too; a moment is one."""
    found = []
    for field in message.fields:
        inner = field.message_type if field.type == FieldDescriptor.TYPE_MESSAGE else None
        if inner is None or inner.full_name == "google.protobuf.Timestamp":
            found.append(f"{prefix}{field.name}")
        else:
            found += fields_of(inner, f"{prefix}{field.name}.")
    return found


def test_streams_are_told_in_one_place() -> None:
    """No code makes a stream or a bucket but the topology's: what a live server has after it is all there is."""
    makers = {"Stream": "chassis/bus/topology.py", "add_stream": "chassis/bus/connection.py"}
    forbidden = {"create_key_value", "create_object_store", "StreamConfig"}
    found = []
    for path in [path for top in ("chassis", "services", "stack", "cli") for path in (ROOT / top).rglob("*.py")]:
        place = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                is_config = name == "StreamConfig" and place == "chassis/bus/connection.py"
                if (name in forbidden and not is_config) or makers.get(name, place) != place:
                    found.append(f"{place}:{node.lineno}: {name}")
    assert found == []


async def test_every_stream_is_mapped(nats_server: NatsServer) -> None:
    """A real server has the streams of the data map once services have made theirs, and one more is told."""
    bus = Bus(nats_server.url, None, streams=ALL)
    await bus.start()
    try:
        assert compare("streams", await streams_on(bus), map_of("chassis"), where=where("chassis")) == []
        await bus.jetstream.add_stream(StreamConfig(name="KV_places", subjects=["$KV.places.>"]))
        assert compare("streams", await streams_on(bus), map_of("chassis"), where=where("chassis")) == [
            "stream KV_places is not mapped: add it to chassis/datamap.yaml with class, kept, erased"
        ]
    finally:
        await bus.stop()


@pytest.mark.parametrize("service", STORED)
async def test_every_field_of_a_message_is_mapped(service: str, nats_server: NatsServer) -> None:
    """Every message whose subject a live stream takes is mapped by its publisher, field by field."""
    bus = Bus(nats_server.url, None, streams=ALL)
    await bus.start()
    try:
        subjects = [subject for subjects in (await streams_on(bus)).values() for subject in subjects]
    finally:
        await bus.stop()
    ours = [subject for subject in subjects if subject.split(".")[1] == service]
    messages = [Default().FindMessageTypeByName(subject) for subject in ours]
    living = [f"{message.full_name}.{field}" for message in messages for field in fields_of(message)]
    assert compare("messages", living, map_of(service), where=where(service)) == []
    assert compare("messages", [*living, "x.Y.email"], map_of(service), where=where(service)) == [
        f"message field x.Y.email is not mapped: add it to {where(service)} with class, kept, erased"
    ]


def test_messages_hold_nothing_personal() -> None:
    """What is sent over the bus is opaque identifiers, numbers and times."""
    entries = [entry for service in STORED for entry in map_of(service).of("messages").values()]
    assert {entry.data_class for entry in entries} <= {"pseudonymous", "operational"}
