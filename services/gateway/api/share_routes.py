"""Links that let others play a track: made, listed and revoked by its owner, opened by whoever holds the token.

A token never stands in an address, where servers and proxies would log it: it comes in a body or a header.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.answer_examples import IDEMPOTENCY_KEY
from services.gateway.api.answer_examples import SHARE_TOKEN as EXAMPLE_TOKEN
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, json_answer, nothing
from services.gateway.api.idempotency import idempotency_header, idempotency_key
from services.gateway.api.mapping import segment_json
from services.gateway.api.media_routes import HELD, segment_answer
from services.gateway.api.problems import Refused, refuse
from services.gateway.api.report_json import told_json
from services.gateway.api.schema import Body, Header, JsonObject, Text, Whole
from services.gateway.api.share_json import opened_json, share_json, shared_track_json
from services.gateway.api.track_routes import FROM
from stripsession.library.v1 import library_service_pb2, share_service_pb2

if TYPE_CHECKING:
    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub
    from stripsession.library.v1.share_service_pb2_grpc import ShareServiceAsyncStub

HOUR_S = 3600
LIFE_S_MAX = 90 * 24 * HOUR_S
VIEW_BYTES_MAX = 4096
NEW_SHARE = Body(
    "ShareRequest",
    "How long the link works, and what it shows.",
    (
        Whole(
            "expires_in_s",
            "Seconds that the link works, an hour to 90 days; absent takes seven days.",
            HOUR_S,
            LIFE_S_MAX,
        ),
        JsonObject(
            "view",
            "Mix, loop, key and tempo, as the player wants them back: at most 4,096 bytes and 16 levels of JSON.",
            VIEW_BYTES_MAX,
        ),
    ),
    {"expires_in_s": 604800, "view": {"gains": {"vocals": -6}, "loop": [12.0, 24.0]}},
)
SHARE_TOKEN = Body(
    "ShareToken",
    "A link, as whoever got it has it.",
    (Text("token", "The token of the link: what its fragment holds after the last slash.", required=True),),
    {"token": EXAMPLE_TOKEN},
)
_IDEMPOTENCY = idempotency_header(
    "Sending the same again within 24 hours makes no second link: it is answered SECRET_TOLD, with the first one's"
    " `share_id` in facts, for a token is told once. With another body it is refused.",
    IDEMPOTENCY_KEY,
)
_TOKEN_HEADER = Header("X-Share-Token", "The token of the link.", EXAMPLE_TOKEN, required=True)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")
_FOR_GUESTS = "For whoever holds the token, signed in or not. A token belongs into no address, where servers log it."
_MISSING = ("TRACK_NOT_FOUND",)
_OF_TRACK = "/v1/tracks/{track_id}/shares"


class ShareRoutes:
    """What a track's owner does with its links, and what a link lets its holder do: play, and nothing else."""

    def __init__(self, shares: ShareServiceAsyncStub, library: LibraryServiceAsyncStub) -> None:
        """The library has both."""
        self._shares = shares
        self._library = library

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [*self._of_owners(), *self._of_guests()]

    def _of_owners(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                _OF_TRACK,
                "createShare",
                "Make a link that lets whoever holds it play this track for a while. The token is told once.",
                self.create,
                (Answer(201, "The link and its token.", "NewShare"),),
                headers=(_IDEMPOTENCY,),
                body=NEW_SHARE,
                tag="sharing",
                description="At most 50 links of a track work at once. Show `path` below the server's address.",
                refusals=(
                    *_MISSING,
                    *("IDEMPOTENCY_KEY_REUSED", "MALFORMED_HEADER", "SECRET_TOLD", "SHARE_LIFE_INVALID"),
                    *("SHARE_VIEW_INVALID", "TOO_MANY_SHARES"),
                ),
            ),
            Endpoint(
                "GET",
                _OF_TRACK,
                "listShares",
                "The links of this track that work, newest first.",
                self.list,
                (Answer(200, "They, without their tokens.", "Shares"),),
                tag="sharing",
                refusals=_MISSING,
            ),
            Endpoint(
                "DELETE",
                f"{_OF_TRACK}/{{share_id}}",
                "revokeShare",
                "End a link at once. Idempotent.",
                self.revoke,
                (Answer(204, "It opens nothing any more."),),
                tag="sharing",
                refusals=(*_MISSING, "SHARE_NOT_FOUND"),
            ),
        ]

    def _of_guests(self) -> list[Endpoint]:
        def guest(method: str, path: str, name: str, summary: str, answers: tuple[Answer, ...]) -> Endpoint:
            return Endpoint(
                method,
                path,
                name,
                summary,
                {"openShare": self.open, "getSharedManifest": self.manifest, "getSharedSegment": self.segment}[name],
                answers,
                Access.PUBLIC,
                Rate.GUEST,
                query=(FROM,) if name == "getSharedManifest" else (),
                headers={"openShare": (), "getSharedManifest": (_TOKEN_HEADER,)}.get(name, (_TOKEN_HEADER, HELD)),
                body=SHARE_TOKEN if name == "openShare" else None,
                tag="sharing",
                description=_FOR_GUESTS,
                refusals=("SEGMENT_NOT_FOUND", "SHARE_NOT_FOUND")
                if name == "getSharedSegment"
                else ("SHARE_NOT_FOUND",),
            )

        segment = (
            Answer(200, "The segment.", media_types=("audio/flac",), headers=("ETag",)),
            Answer(304, "You hold it already."),
        )
        return [
            guest(
                "POST",
                "/v1/shares/open",
                "openShare",
                "What a link opens; SHARE_NOT_FOUND alike for one that never was, has expired or was revoked.",
                (Answer(200, "The track, and the view that was shared.", "OpenedShare"),),
            ),
            guest(
                "GET",
                "/v1/shares/manifest",
                "getSharedManifest",
                "The segments of a link's track playable so far.",
                (Answer(200, "The track, its segments, and once it is ready what was heard in it.", "SharedManifest"),),
            ),
            guest(
                "GET",
                "/v1/shares/segments/{stem}/{index}",
                "getSharedSegment",
                "One segment of one stem of a link's track, a FLAC file of its own.",
                segment,
            ),
        ]

    async def create(self, call: Call) -> Response:
        """Make one."""
        name = idempotency_key(call)
        body = await call.body()
        request = share_service_pb2.CreateShareRequest(
            owner_id=call.owner_id,
            track_id=call.path["track_id"],
            life_s=body.get("expires_in_s", 0),
            view_json=body.get("view", ""),
            idempotency_key=name,
        )
        made = await ask(self._shares.CreateShare, request)
        told = {"token": made.token, "path": f"/#/shared/{made.token}"}
        return json_answer(share_json(made.share) | told, 201)

    async def list(self, call: Call) -> Response:
        """All of a track."""
        request = share_service_pb2.ListSharesRequest(owner_id=call.owner_id, track_id=call.path["track_id"])
        answer = await ask(self._shares.ListShares, request)
        return json_answer({"shares": [share_json(share) for share in answer.shares]})

    async def revoke(self, call: Call) -> Response:
        """End one."""
        request = share_service_pb2.RevokeShareRequest(
            owner_id=call.owner_id, track_id=call.path["track_id"], share_id=call.path["share_id"]
        )
        await ask(self._shares.RevokeShare, request)
        return nothing()

    async def open(self, call: Call) -> Response:
        """What a token opens."""
        opened = await self._opened((await call.body())["token"])
        request = library_service_pb2.GetTrackRequest(owner_id=opened.owner_id, track_id=opened.track_id)
        try:
            answer = await ask(self._library.GetTrack, request)
        except Refused as refusal:
            raise _ended(refusal) from refusal
        return json_answer(opened_json(opened, answer.track))

    async def manifest(self, call: Call) -> Response:
        """What can be played."""
        opened = await self._opened(call.request.headers.get(_TOKEN_HEADER.name, ""))
        request = library_service_pb2.GetManifestRequest(
            owner_id=opened.owner_id, track_id=opened.track_id, from_index=call.number("from")
        )
        try:
            answer = await ask(self._library.GetManifest, request)
        except Refused as refusal:
            raise _ended(refusal) from refusal
        return json_answer(
            {
                "track": shared_track_json(answer.track),
                "segments": [segment_json(segment) for segment in answer.segments],
                "analysis": told_json(answer, beats=True)["analysis"],
            }
        )

    async def segment(self, call: Call) -> Response:
        """One segment."""
        opened = await self._opened(call.request.headers.get(_TOKEN_HEADER.name, ""))
        # Asked each time, so that a link that was revoked plays nothing more.
        headers = {"Cache-Control": "private, no-cache", "Vary": _TOKEN_HEADER.name}
        try:
            return await segment_answer(self._library, call, opened.owner_id, opened.track_id, headers)
        except Refused as refusal:
            raise _ended(refusal) from refusal

    async def _opened(self, token: str) -> share_service_pb2.OpenShareResponse:
        if not _TOKEN.fullmatch(token):
            raise _no_such_link()
        try:
            return await ask(self._shares.OpenShare, share_service_pb2.OpenShareRequest(token=token))
        except Refused as refusal:
            raise _ended(refusal) from refusal


def _ended(refusal: Refused) -> Refused:
    """The same for whatever is why a link opens nothing; its track may have been deleted this moment."""
    return _no_such_link() if refusal.problem.reason in {"SHARE_NOT_FOUND", "TRACK_NOT_FOUND"} else refusal


def _no_such_link() -> Refused:
    return refuse(404, "SHARE_NOT_FOUND", "This link does not exist, or no longer.")
