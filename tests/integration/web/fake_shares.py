"""The fake gateway's links: made and revoked by whoever is signed in, opened by anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.api.track_schemas import SHARED_MEMBERS
from tests.integration.web.told import MOMENT, problem, told

if TYPE_CHECKING:
    from tests.integration.web.fake_gateway import FakeGateway


class FakeShares:
    """A link's token tells which track it opens, and with which view."""

    def __init__(self, gateway: FakeGateway) -> None:
        """Of the tracks of that gateway."""
        self._gateway = gateway
        self._made: dict[str, tuple[str, dict[str, object]]] = {}

    def open_routes(self) -> list[Route]:
        """Those that ask for no account."""
        return [
            Route("/v1/shares/open", self._open, methods=["POST"]),
            Route("/v1/shares/manifest", self._manifest),
            Route("/v1/shares/segments/{stem}/{index:int}", self._segment),
        ]

    async def of_track(self, request: Request) -> Response:
        """The links of a track, or a new one."""
        track_id = request.path_params["track_id"]
        if request.method == "GET":
            shares = [_share_json(token, view) for token, (known, view) in self._made.items() if known == track_id]
            return told("Shares", {"shares": shares})
        token = f"token_{len(self._made) + 1}_{'x' * 32}"
        self._made[token] = track_id, (await request.json()).get("view", {})
        made = _share_json(token, self._made[token][1]) | {"token": token, "path": f"/#/shared/{token}"}
        return told("NewShare", made, 201)

    async def revoke(self, request: Request) -> Response:
        """Ends a link."""
        ended = [token for token in self._made if _id_of(token) == request.path_params["share_id"]]
        for token in ended:
            del self._made[token]
        return Response(status_code=204)

    async def _open(self, request: Request) -> Response:
        opened = self._made.get((await request.json())["token"])
        if opened is None:
            return _no_such_link()
        track_id, view = opened
        body = {"track": self._shared(track_id), "view": view, "expires_at": MOMENT.replace("2024", "2124")}
        return told("OpenedShare", body)

    async def _manifest(self, request: Request) -> Response:
        opened = self._made.get(request.headers["x-share-token"])
        if opened is None:
            return _no_such_link()
        track = self._gateway.tracks[opened[0]]
        segments = self._gateway.segments_json(track, int(request.query_params["from"]))
        return told("SharedManifest", {"track": self._shared(opened[0]), "segments": segments, "analysis": None})

    async def _segment(self, request: Request) -> Response:
        if request.headers["x-share-token"] not in self._made:
            return _no_such_link()
        flac = self._gateway.song.flac(request.path_params["stem"], request.path_params["index"])
        return Response(flac, media_type="audio/flac")

    def _shared(self, track_id: str) -> dict[str, object]:
        return {name: self._gateway.tracks[track_id][name] for name in SHARED_MEMBERS}


def _id_of(token: str) -> str:
    return token.removeprefix("token_").partition("_")[0]


def _share_json(token: str, view: dict[str, object]) -> dict[str, object]:
    return {"share_id": _id_of(token), "created_at": MOMENT, "expires_at": MOMENT.replace("2024", "2124"), "view": view}


def _no_such_link() -> Response:
    return problem(404, "SHARE_NOT_FOUND", "This link does not exist, or no longer.")
