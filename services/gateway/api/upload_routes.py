"""Resumable uploads: tus 1.0.0 with creation, creation-with-upload, expiration and termination."""

from __future__ import annotations

import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

import grpc
from starlette.responses import Response

from services.gateway.api.answer_examples import IDEMPOTENCY_KEY
from services.gateway.api.calls import ask, refused
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, json_answer, nothing
from services.gateway.api.idempotency import idempotency_header, idempotency_key
from services.gateway.api.problems import refuse
from services.gateway.api.schema import BYTES_DIGITS_MAX, Bytes, Text
from services.gateway.api.upload_body import UploadBody
from services.gateway.domain.disposition import plain_name
from services.gateway.domain.errors import MetadataMalformed
from services.gateway.domain.tus_metadata import HEADER_CHARACTERS_MAX, parse_metadata
from stripsession.library.v1 import library_service_pb2, upload_pb2

if TYPE_CHECKING:
    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination"
CHUNK_TYPE = "application/offset+octet-stream"
APPEND_S = 6 * 3600.0
"""Longest PATCH; a slower sender goes on with another."""

_RESUMABLE = Text("Tus-Resumable", "Always 1.0.0.", required=True, options=(VERSION,), shared="TusVersion")
_LENGTH = Bytes("Upload-Length", "Size of the whole file in bytes; `Tus-Max-Size` is the most.", 5242880)
# A name without a comma, and its value in whole groups of base64; a space may stand around either.
_PAIR = r" *[!-+\x2D-~]+(?: +(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)? *"
_METADATA = Text(
    "Upload-Metadata",
    "tus metadata, at most 4,096 characters: names, each once and with its value in base64 of UTF-8. `filename` is"
    " read.",
    length_max=HEADER_CHARACTERS_MAX,
    pattern=rf"^(?:{_PAIR}(?:,{_PAIR})*)?$",
    example="filename RXZlbmluZyBUcmFpbi5mbGFj",
)
_OFFSET = Bytes("Upload-Offset", "Where these bytes begin: what the last answer said is stored.", 1048576)
_IDEMPOTENCY = idempotency_header(
    "Sending the same again within 24 hours opens no second upload: it is answered with the first one as far as it is,"
    " and bytes are taken only where none had arrived. With another length or name it is refused.",
    IDEMPOTENCY_KEY,
)
_ALL = "/v1/uploads"
_ONE = "/v1/uploads/{upload_id}"
_ALWAYS = {"Tus-Resumable": VERSION}
_PLACE = ("Upload-Offset", "Upload-Expires", "Tus-Resumable")
_STORING = ("BODY_CUT_OFF", "MALFORMED_HEADER", "TUS_VERSION", "UPLOAD_FRAGMENTED", "UPLOAD_OVERRUN")
_SENT = (
    "Bytes may come in one request or many. What arrived is kept when the connection breaks: ask getUpload how"
    " far it is, and go on with appendUpload from there. Send pieces of some MiB: very many small ones are"
    " refused in the end. A body may be silent for a minute and last six hours."
)


class UploadRoutes:
    """A tus server in front of the library."""

    def __init__(self, library: LibraryServiceAsyncStub, *, upload_bytes_max: int, body_idle_s: float) -> None:
        """`body_idle_s` is the longest silence within a body."""
        self._library = library
        self._bytes_max = upload_bytes_max
        self._idle_s = body_idle_s

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [*self._of_speaking(), *self._of_sending(), *self._of_one()]

    def _of_speaking(self) -> list[Endpoint]:
        told = (Answer(204, "What this server speaks.", headers=("Tus-Version", "Tus-Extension", "Tus-Max-Size")),)
        return [
            Endpoint(
                "OPTIONS",
                path,
                name,
                "What this tus server speaks.",
                self.speak,
                told,
                Access.PUBLIC,
                always=_ALWAYS,
                tag="uploads",
                description="The version of tus, its extensions, and the largest file in bytes.",
                asks=False,
            )
            for path, name in ((_ALL, "describeUploads"), (_ONE, "describeUpload"))
        ]

    def _of_sending(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                _ALL,
                "createUpload",
                "Open an upload, and send its first bytes if you like.",
                self.create,
                (Answer(201, "The upload; Location says where.", "Upload", headers=("Location", *_PLACE)),),
                headers=(_RESUMABLE, _LENGTH, _METADATA, _IDEMPOTENCY),
                body_media_type=CHUNK_TYPE,
                always=_ALWAYS,
                tag="uploads",
                description=f"{_SENT} What is no track in time is erased; `Upload-Expires` says when.",
                refusals=(
                    *(*_STORING, "IDEMPOTENCY_KEY_REUSED", "MALFORMED_METADATA", "TOO_MANY_UPLOADS", "UPLOAD_EMPTY"),
                    *("UPLOAD_GONE", "UPLOAD_TOO_LARGE"),
                ),
            ),
            Endpoint(
                "PATCH",
                _ONE,
                "appendUpload",
                "Append bytes. What arrived is kept, also when the connection breaks.",
                self.append,
                (Answer(204, "They are stored.", headers=_PLACE),),
                headers=(_RESUMABLE, _OFFSET),
                body_media_type=CHUNK_TYPE,
                body_media_required=True,
                always=_ALWAYS,
                tag="uploads",
                description=_SENT,
                refusals=(*_STORING, "UPLOAD_NOT_FOUND", "UPLOAD_OFFSET_MISMATCH", "WRONG_CONTENT_TYPE"),
            ),
        ]

    def _of_one(self) -> list[Endpoint]:
        return [
            Endpoint(
                "HEAD",
                _ONE,
                "getUpload",
                "How far an upload is.",
                self.head,
                (Answer(200, "How far it is, in the headers.", headers=("Upload-Length", *_PLACE)),),
                headers=(_RESUMABLE,),
                always=_ALWAYS,
                tag="uploads",
                description="A refusal of HEAD has no body: its status alone says what it is.",
                refusals=("TUS_VERSION", "UPLOAD_NOT_FOUND"),
            ),
            Endpoint(
                "DELETE",
                _ONE,
                "deleteUpload",
                "Give an upload up, and erase it.",
                self.delete,
                (Answer(204, "It is gone."),),
                headers=(_RESUMABLE,),
                always=_ALWAYS,
                tag="uploads",
                description="Not while it is being separated: cancel its track first.",
                refusals=("TUS_VERSION", "UPLOAD_IN_USE", "UPLOAD_NOT_FOUND"),
            ),
        ]

    async def speak(self, _: Call) -> Response:
        """The tus discovery headers."""
        return nothing({"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(self._bytes_max)})

    async def create(self, call: Call) -> Response:
        """Open an upload."""
        _require_version(call)
        key = idempotency_key(call)
        length = _number(call, "Upload-Length")
        if length > self._bytes_max:
            raise refuse(413, "UPLOAD_TOO_LARGE", f"A file may have at most {self._bytes_max} bytes.")
        try:
            metadata = parse_metadata(call.request.headers.get("upload-metadata", ""))
        except MetadataMalformed as error:
            raise refuse(400, "MALFORMED_METADATA", str(error)) from error
        name = metadata.get("filename") or metadata.get("name") or ""
        request = library_service_pb2.CreateUploadRequest(
            owner_id=call.owner_id,
            length_bytes=length,
            file_name=plain_name(name) if name else "",
            idempotency_key=key,
        )
        has_bytes = call.request.headers.get("content-type", "").lower() == CHUNK_TYPE
        upload = (await ask(self._library.CreateUpload, request)).upload
        if has_bytes and upload.offset_bytes == 0:
            upload = await self._append(call, upload.upload_id, 0)
        headers = {"Location": f"/v1/uploads/{upload.upload_id}", **_place(upload)}
        return json_answer({"upload_id": upload.upload_id, "length_bytes": upload.length_bytes}, 201, headers)

    async def head(self, call: Call) -> Response:
        """How far it is."""
        _require_version(call)
        request = library_service_pb2.GetUploadRequest(owner_id=call.owner_id, upload_id=call.path["upload_id"])
        upload = (await ask(self._library.GetUpload, request)).upload
        headers = {"Upload-Length": str(upload.length_bytes), "Cache-Control": "no-store", **_place(upload)}
        return Response(status_code=200, headers=headers)

    async def append(self, call: Call) -> Response:
        """Take bytes."""
        _require_version(call)
        if call.request.headers.get("content-type", "").lower() != CHUNK_TYPE:
            raise refuse(415, "WRONG_CONTENT_TYPE", f"The body must be {CHUNK_TYPE}.")
        upload = await self._append(call, call.path["upload_id"], _number(call, "Upload-Offset"))
        return nothing(_place(upload))

    async def delete(self, call: Call) -> Response:
        """Erase it."""
        _require_version(call)
        request = library_service_pb2.DeleteUploadRequest(owner_id=call.owner_id, upload_id=call.path["upload_id"])
        await ask(self._library.DeleteUpload, request)
        return nothing()

    async def _append(self, call: Call, upload_id: str, offset: int) -> upload_pb2.Upload:
        start = library_service_pb2.AppendStart(owner_id=call.owner_id, upload_id=upload_id, offset_bytes=offset)
        body = UploadBody(call.request, start, idle_s=self._idle_s, still=call.still)
        async with body.flowing():
            try:
                answer = await self._library.AppendUpload(body.messages(), timeout=APPEND_S, wait_for_ready=True)
            except grpc.RpcError as error:
                raise refused(error) from error
        if body.refusal is not None:
            raise body.refusal
        if body.is_cut_off:
            raise refuse(408, "BODY_CUT_OFF", "The body broke off; what arrived is kept.")
        return answer.upload


def _require_version(call: Call) -> None:
    if call.request.headers.get("tus-resumable") != VERSION:
        raise refuse(412, "TUS_VERSION", f"This server speaks tus {VERSION}.", Tus_Version=VERSION)


def _number(call: Call, name: str) -> int:
    value = call.request.headers.get(name.lower(), "")
    if not (value.isascii() and value.isdigit() and len(value) <= BYTES_DIGITS_MAX):
        raise refuse(400, "MALFORMED_HEADER", f"{name} must be a whole number.")
    return int(value)


def _place(upload: upload_pb2.Upload) -> dict[str, str]:
    expires = upload.erased_by.ToDatetime(datetime.UTC)
    return {"Upload-Offset": str(upload.offset_bytes), "Upload-Expires": format_datetime(expires, usegmt=True)}
