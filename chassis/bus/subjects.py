"""A message's subject is its full protobuf name."""

from __future__ import annotations

from google.protobuf.message import Message


def subject_of(kind: type[Message]) -> str:
    """The subject that messages of this kind are published on."""
    return str(kind.DESCRIPTOR.full_name)
