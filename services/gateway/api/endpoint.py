"""A route: what it takes and gives, who may call it, and what answers it."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import enum
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from services.gateway.api.problems import Refused, refuse
from services.gateway.api.schema import Body, Bytes, Header, Number, Text
from services.gateway.domain.identity import Identity

JSON_BYTES_MAX = 64 * 1024
JSON_READ_S = 15.0
"""Longest time for a whole JSON body to arrive."""


class Access(enum.Enum):
    """Who may call."""

    PUBLIC = "public"
    SIGNED = "signed"
    RENEWING = "renewing"
    """By refresh token, in the body or in a cookie."""


class Rate(enum.Enum):
    """Which buckets a call takes from."""

    NORMAL = "normal"
    SIGN_IN = "sign-in"
    GUEST = "guest"
    """As NORMAL, and no more of one address at once than of one person: a guest is answered with songs, too."""
    FREE = "free"


@dataclasses.dataclass(frozen=True)
class Call:
    """A request that was let in."""

    request: Request
    endpoint: Endpoint
    path: Mapping[str, str]
    caller: Identity | None
    request_id: str
    is_https: bool
    require_still: Callable[[], Awaitable[None]] | None = None
    """Raises Refused once what let the caller in has ended; None on a public route."""

    @property
    def owner_id(self) -> str:
        """The signed-in person. Raises RuntimeError on a public route."""
        return self._signed().user_id

    @property
    def session_id(self) -> str:
        """The session that asks; empty where an API key does. Raises RuntimeError on a public route."""
        return self._signed().session_id

    @property
    def signed_for_s(self) -> float:
        """Seconds until the caller's token ends, 0 when it just has. Raises RuntimeError on a public route."""
        left = self._signed().expires_at - datetime.datetime.now(datetime.UTC)
        return max(0.0, left.total_seconds())

    def _signed(self) -> Identity:
        if self.caller is None:
            raise RuntimeError("a public route asked who is calling")
        return self.caller

    async def body(self) -> Mapping[str, Any]:
        """The declared JSON body, read and checked. Raises Refused, also where the session or key ended meanwhile."""
        if self.endpoint.body is None:
            raise RuntimeError("this route declares no body")
        data = await read_json_bytes(self.request)
        # Whoever sends slowly was let in a while ago.
        await self.still()
        return self.endpoint.body.read(data)

    async def still(self) -> None:
        """Go on only while what let the caller in has not ended. Raises Refused."""
        if self.require_still is not None:
            await self.require_still()

    def text(self, name: str) -> str:
        """A declared query parameter, or "" where it is absent or empty. Raises Refused."""
        parameter = next(p for p in self.endpoint.query if isinstance(p, Text) and p.name == name)
        value = self.request.query_params.get(name)
        return parameter.read(value) if value else ""

    def number(self, name: str) -> int:
        """A declared query parameter, or its default where it is absent or empty. Raises Refused."""
        parameter = next(p for p in self.endpoint.query if isinstance(p, Number) and p.name == name)
        value = self.request.query_params.get(name)
        return parameter.read(value) if value else parameter.default


@dataclasses.dataclass(frozen=True)
class Answer:
    """One answer that a route gives."""

    status: int
    summary: str
    schema: str = ""
    """Name of a schema in the document; empty for no JSON."""
    media_types: tuple[str, ...] = ()
    """Of an answer that is not JSON."""
    headers: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One method on one path."""

    method: str
    path: str
    name: str
    summary: str
    handle: Callable[[Call], Awaitable[Response]]
    answers: tuple[Answer, ...]
    access: Access = Access.SIGNED
    rate: Rate = Rate.NORMAL
    query: tuple[Text | Number, ...] = ()
    headers: tuple[Text | Header | Bytes, ...] = ()
    choices: Mapping[str, Text] = dataclasses.field(default_factory=dict)
    """Path parameters that are one of a few words."""
    body: Body | None = None
    body_media_type: str = ""
    """Of a body that is not JSON."""
    body_media_required: bool = False
    always: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Headers of every answer, refusals included."""
    head: bool = True
    """Whether HEAD may stand for GET."""
    tag: str = ""
    description: str = ""
    """What the summary has no room for: units, limits, what to do."""
    refusals: tuple[str, ...] = ()
    """Reasons of its own; those that follow from the rest of this declaration are added to them."""
    asks: bool = True
    """Whether a service is asked, which may be away."""


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that nothing on the way may keep."""
    return JSONResponse(value, status_code=status, headers={"Cache-Control": "no-store", **(headers or {})})


def nothing(headers: Mapping[str, str] | None = None) -> Response:
    """204."""
    return Response(status_code=204, headers={"Cache-Control": "no-store", **(headers or {})})


async def read_json_bytes(request: Request, bytes_max: int = JSON_BYTES_MAX) -> bytes:
    """The body of a JSON request, at most `bytes_max` within JSON_READ_S. Raises Refused."""
    data = await read_bytes(request, bytes_max)
    if data and request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        # A page of another site can send any other type without asking first.
        raise refuse(415, "NOT_JSON", "The body must be application/json.")
    return data


async def read_bytes(request: Request, bytes_max: int, *, within_s: float = JSON_READ_S) -> bytes:
    """A body byte for byte, whatever it says it is, at most `bytes_max` within so many seconds. Raises Refused."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > bytes_max:
        raise _too_large(bytes_max)
    data = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for chunk in request.stream():
                data += chunk
                if len(data) > bytes_max:
                    raise _too_large(bytes_max)
    except TimeoutError as error:
        raise refuse(408, "BODY_TOO_SLOW", "The body did not arrive in time.") from error
    except ClientDisconnect as error:
        raise refuse(408, "BODY_CUT_OFF", "The body ended early.") from error
    return bytes(data)


def _too_large(bytes_max: int) -> Refused:
    return refuse(413, "BODY_TOO_LARGE", f"The body is larger than {bytes_max} bytes.")
