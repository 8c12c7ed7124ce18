"""Services that hold something of people, asked for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import grpc

from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.domain.errors import HolderFailed, PartGone
from services.retention.domain.export import Given
from stripsession.privacy.v1 import data_holder_service_pb2 as pb
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as pb_grpc

GIVE_DEADLINE_S = 6 * 3600.0
"""All that somebody has; a holder that stops in the middle is noticed by its connection."""


class GivingClient:
    """`DataHolderService` over a channel. Nothing is retried here: an export goes on where it was."""

    def __init__(self, channel: Channel) -> None:
        """The channel leads to one holder."""
        self._stub = pb_grpc.DataHolderServiceStub(channel.grpc)

    async def give(self, user_id: str, after: str) -> AsyncGenerator[Given | bytes, None]:
        """All parts after one, each followed by its content. Raises HolderFailed."""
        call = self._stub.Export(pb.ExportRequest(user_id=user_id, after=after), timeout=GIVE_DEADLINE_S)
        try:
            async for answer in call:
                yield _given(answer.part) if answer.WhichOneof("piece") == "part" else answer.content
        except grpc.RpcError as error:
            refusal = from_error(error)
            raise HolderFailed(refusal.reason, is_gone=refusal.code is grpc.StatusCode.NOT_FOUND) from error
        finally:
            call.cancel()

    async def read(self, user_id: str, part: Given, offset: int) -> AsyncGenerator[bytes, None]:
        """A file from a byte on. Raises HolderFailed and PartGone."""
        request = pb.ExportRequest(user_id=user_id, part=part.name, offset=offset, version=part.version)
        call = self._stub.Export(request, timeout=GIVE_DEADLINE_S)
        try:
            async for answer in call:
                if answer.WhichOneof("piece") == "part" and answer.part.size_bytes != part.size_bytes:
                    raise PartGone
                if answer.content:
                    yield answer.content
        except grpc.RpcError as error:
            refusal = from_error(error)
            if refusal.code is grpc.StatusCode.NOT_FOUND:
                # Also where it went in the middle, which the holder tells in a word of its own.
                raise PartGone from error
            raise HolderFailed(refusal.reason) from error
        finally:
            call.cancel()


def _given(part: pb.ExportPart) -> Given:
    return Given(part.name, part.kind, part.media_type, part.schema, part.version, part.size_bytes)
