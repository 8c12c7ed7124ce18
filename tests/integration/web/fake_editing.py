"""The fake gateway's edits of a track: its words and its cover."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.library.domain.picture import sent_cover
from tests.integration.web.told import problem, told

_ONE = "/v1/tracks/{track_id}"


class Shelf(Protocol):
    """Where the tracks are."""

    @property
    def tracks(self) -> Mapping[str, dict[str, object]]:
        """By their names."""
        ...


class FakeEditing:
    """Takes what is sent, a picture as the library judges it."""

    def __init__(self, shelf: Shelf) -> None:
        """The gateway holds the tracks."""
        self._shelf = shelf
        self.covers: dict[str, bytes] = {}
        """Of each track, by its name."""
        self.refusal: tuple[int, str] | None = None
        """What the next cover is answered."""
        self.words_refusal: tuple[int, str] | None = None
        """What the next words are answered."""
        self.takes_covers = asyncio.Event()
        """Until it is set, a cover is under way."""
        self.takes_covers.set()
        self.sent = 0
        """Covers that were stored."""

    def routes(self) -> list[Route]:
        """All for whoever is signed in."""
        return [
            Route(_ONE, self._update, methods=["PATCH"]),
            Route(f"{_ONE}/cover", self._cover, methods=["GET", "PUT", "DELETE"]),
        ]

    async def _update(self, request: Request) -> Response:
        track = self._shelf.tracks[request.path_params["track_id"]]
        if self.words_refusal:
            (status, reason), self.words_refusal = self.words_refusal, None
            return problem(status, reason, "Not these.")
        track.update(await request.json())
        return told("Track", track)

    async def _cover(self, request: Request) -> Response:
        track_id = request.path_params["track_id"]
        track = self._shelf.tracks[track_id]
        if request.method == "GET":
            cover = sent_cover(self.covers[track_id])
            return Response(cover.data, media_type=cover.media_type)
        if request.method == "DELETE":
            self.covers.pop(track_id, None)
            track["cover_url"] = None
            return Response(status_code=204)
        await self.takes_covers.wait()
        if self.refusal:
            (status, reason), self.refusal = self.refusal, None
            return problem(status, reason, "Not this one.")
        self.covers[track_id] = sent_cover(await request.body()).data
        self.sent += 1
        track["cover_url"] = f"/v1/tracks/{track_id}/cover?version={self.sent}"
        return told("Track", track)
