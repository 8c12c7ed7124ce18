"""What a holder of data gives of a person, as the contract says it: the same for every holder."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Protocol

import grpc

from chassis import logs
from chassis.db.export import Document, Documents
from chassis.rpc.errors import Refusal, RpcRefused
from chassis.sealing import SealBroken
from stripsession.privacy.v1 import data_holder_service_pb2 as pb

_log = logging.getLogger(__name__)

_PIECE_BYTES_MAX = 1024 * 1024
_FOLDER = "/"


class File(Protocol):
    """A file that has the same bytes whenever it is read, until it is gone."""

    @property
    def name(self) -> str:
        """In a folder below the holder's own."""
        ...

    @property
    def kind(self) -> str:
        """The holder's word for what it has."""
        ...

    @property
    def media_type(self) -> str:
        """Its media type."""
        ...

    @property
    def version(self) -> str:
        """Another one has other bytes."""
        ...

    @property
    def size_bytes(self) -> int:
        """All of its bytes."""
        ...

    def read(self, offset: int) -> AsyncGenerator[bytes, None]:
        """Its bytes from one on."""
        ...


class Files(Protocol):
    """A person's files."""

    def after(self, user_id: str, name: str) -> AsyncGenerator[File, None]:
        """Those whose names come after one, in the order of their names."""
        ...

    async def find(self, user_id: str, name: str) -> File | None:
        """One by its name."""
        ...


class NoFiles:
    """Of a holder that has documents alone."""

    async def after(self, user_id: str, name: str) -> AsyncGenerator[File, None]:
        """None."""
        none: tuple[File, ...] = ()
        for file in none:
            yield file

    async def find(self, user_id: str, name: str) -> File | None:
        """None."""
        return None


class Exporter:
    """What one service gives."""

    def __init__(self, documents: Documents, files: Files | None = None) -> None:
        """Documents come first, in their order; then files."""
        self._documents = documents
        self._files: Files = files or NoFiles()

    async def responses(self, request: pb.ExportRequest) -> AsyncIterator[pb.ExportResponse]:
        """The answer of `DataHolderService.Export`. Nothing is decided in it, so no use case stands between."""
        pieces = self._one(request) if request.part else self._all(request.user_id, request.after)
        try:
            async with contextlib.aclosing(pieces):
                async for piece in pieces:
                    yield piece
        except SealBroken as error:
            # Nobody has those bytes any more: it is gone for good, and asking again would not help.
            logs.event(_log, logging.ERROR, "a file that was to be given does not open")
            raise gone() from error

    async def _all(self, user_id: str, after: str) -> AsyncGenerator[pb.ExportResponse, None]:
        for document in self._after(after):
            async with contextlib.aclosing(self._document(document, user_id)) as pieces:
                async for piece in pieces:
                    yield piece
        async with contextlib.aclosing(self._files.after(user_id, after if _FOLDER in after else "")) as files:
            async for file in files:
                async with contextlib.aclosing(_file(file, 0)) as pieces:
                    async for piece in pieces:
                        yield piece

    async def _one(self, request: pb.ExportRequest) -> AsyncGenerator[pb.ExportResponse, None]:
        if request.offset < 0 or (request.offset and _FOLDER not in request.part):
            raise _invalid()
        if _FOLDER in request.part:
            file = await self._files.find(request.user_id, request.part)
            if file is None or (request.version and request.version != file.version):
                raise gone()
            if request.offset > file.size_bytes:
                raise _invalid()
            pieces = _file(file, request.offset)
        else:
            document = next((each for each in self._documents.all if each.name == request.part), None)
            if document is None:
                raise gone()
            pieces = self._document(document, request.user_id)
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                yield piece

    def _after(self, name: str) -> list[Document]:
        if _FOLDER in name:
            return []
        names = [each.name for each in self._documents.all]
        if name and name not in names:
            raise _invalid()
        return list(self._documents.all[names.index(name) + 1 if name else 0 :])

    async def _document(self, document: Document, user_id: str) -> AsyncGenerator[pb.ExportResponse, None]:
        async with self._documents.open(document, user_id) as opened:
            if opened is None:
                return
            part = pb.ExportPart(
                name=document.name, kind=document.kind, media_type="application/json", schema=opened.schema
            )
            yield pb.ExportResponse(part=part)
            async for piece in opened.content:
                yield pb.ExportResponse(content=piece)


async def _file(file: File, offset: int) -> AsyncGenerator[pb.ExportResponse, None]:
    yield pb.ExportResponse(
        part=pb.ExportPart(
            name=file.name,
            kind=file.kind,
            media_type=file.media_type,
            version=file.version,
            size_bytes=file.size_bytes,
        )
    )
    async with contextlib.aclosing(file.read(offset)) as pieces:
        async for piece in pieces:
            for at in range(0, len(piece), _PIECE_BYTES_MAX):
                yield pb.ExportResponse(content=piece[at : at + _PIECE_BYTES_MAX])


def gone() -> RpcRefused:
    """The refusal of a part that is not there."""
    return RpcRefused(Refusal(grpc.StatusCode.NOT_FOUND, "PART_GONE", "This part is not there any more."))


def _invalid() -> RpcRefused:
    return RpcRefused(Refusal(grpc.StatusCode.INVALID_ARGUMENT, "PART_INVALID", "No part has such a place."))
