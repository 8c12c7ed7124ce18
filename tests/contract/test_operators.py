"""What an operator may ask for, read from the contracts: their acts, and never the sound of a song."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from chassis.identity import OPERATOR
from chassis.rpc.rules import rules_of
from stripsession.library.v1 import library_service_pb2
from stripsession.separation.v1 import separation_service_pb2
from tests.integration.walks.contracts import every_rpc, method_named

# What sound is made of; whoever adds a field for it elsewhere gives it bytes.
SOUND = {"stripsession.library.v1", "stripsession.separation.v1"}


def is_operators(method: MethodDescriptor) -> bool:
    service = method.containing_service.full_name
    return OPERATOR in rules_of(service)[f"{service}/{method.name}"].callers


def fields_within(message: Descriptor, seen: frozenset[str] = frozenset()) -> Iterator[FieldDescriptor]:
    for field in message.fields:
        yield field
        if field.message_type is not None and field.message_type.full_name not in seen:
            yield from fields_within(field.message_type, seen | {message.full_name})


def could_bring_sound(method: MethodDescriptor) -> bool:
    """Whether an answer is a stream or has bytes anywhere, or what is asked holds songs."""
    answer = fields_within(method.output_type)
    has_bytes = any(field.type == FieldDescriptor.TYPE_BYTES for field in answer)
    return method.server_streaming or has_bytes or method.containing_service.file.package in SOUND


def test_no_operator_is_answered_with_sound() -> None:
    """No RPC that an operator's certificate may call streams, answers bytes, or is a library's or a separation's."""
    operators = [method for method in every_rpc() if is_operators(method)]
    assert len(operators) >= 8
    assert [method.full_name for method in operators if could_bring_sound(method)] == []


@pytest.mark.parametrize(
    "name", ["LibraryService.ReadDownload", "LibraryService.ReadSegment", "MaterialService.OpenTrack"]
)
def test_what_brings_sound_is_seen(name: str) -> None:
    """The search finds those by which people hear their songs."""
    assert library_service_pb2.DESCRIPTOR.package in SOUND
    assert separation_service_pb2.DESCRIPTOR.package in SOUND
    assert could_bring_sound(method_named(f"stripsession.library.v1.{name}"))


def test_an_operator_acts_as_nobody_else() -> None:
    """Whatever an operator may call has a rule that is theirs, so that it is noted; nobody else may call it."""
    for method in every_rpc():
        service = method.containing_service.full_name
        rule = rules_of(service)[f"{service}/{method.name}"]
        assert (OPERATOR in rule.callers) == rule.is_operators, method.full_name
        if rule.is_operators:
            assert rule.callers == {OPERATOR}, method.full_name
