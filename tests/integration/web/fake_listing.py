"""The library as a list, as the small gateway tells it: pages from any row on, progress, tags and models."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.told import MODELS, told

Track = dict[str, object]
_PAGE = 50


class Shelf(Protocol):
    """Where the tracks are."""

    @property
    def tracks(self) -> Mapping[str, Track]:
        """By their names, oldest first."""
        ...

    def progress_of(self, track: Mapping[str, object]) -> dict[str, object] | None:
        """How far a track's separation is; None once that has ended."""
        ...


class FakeListing:
    """Answers of the routes that a list on a screen uses."""

    def __init__(self, shelf: Shelf) -> None:
        """The gateway holds the tracks."""
        self._shelf = shelf
        self.questions: list[str] = []
        """What was asked of the list, oldest first: path and query."""

    def routes(self) -> list[Route]:
        """All for whoever is signed in."""
        return [
            Route("/v1/tracks", self._tracks, methods=["GET"]),
            Route("/v1/progress", self._progress),
            Route("/v1/tags", self._tags),
            Route("/v1/models", self._models),
        ]

    async def _tracks(self, request: Request) -> Response:
        self.questions.append(f"{request.url.path}?{request.url.query}")
        found = list(self._found(request.query_params))
        asked = request.query_params
        first = int(asked.get("cursor") or 0) + int(asked.get("offset") or 0)
        stop = first + int(asked.get("limit") or _PAGE)
        page = [self._listed(track) for track in found[first:stop]]
        cursor = str(stop) if stop < len(found) else None
        return told("TrackPage", {"tracks": page, "next_cursor": cursor, "total": len(found)})

    async def _progress(self, request: Request) -> Response:
        self.questions.append(f"{request.url.path}?{request.url.query}")
        names = set((request.query_params.get("tracks") or "").split(","))
        tracks = [self._listed(track) for track in self._newest() if track["track_id"] in names]
        return told("TracksNow", {"tracks": tracks})

    async def _tags(self, _: Request) -> Response:
        counts = collections.Counter(tag for track in self._newest() for tag in _tags_of(track))
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return told("TagList", {"tags": [{"tag": tag, "tracks": tracks} for tag, tracks in ordered]})

    async def _models(self, _: Request) -> Response:
        return told("ModelList", {"models": MODELS})

    def _listed(self, track: Track) -> Track:
        return track | {"progress": self._shelf.progress_of(track)}

    def _newest(self) -> list[Track]:
        return list(self._shelf.tracks.values())[::-1]

    def _found(self, asked: Mapping[str, str]) -> Iterator[Track]:
        words = asked.get("q", "").casefold().split()
        tag = asked.get("tag", "")
        tracks = self._newest()
        if asked.get("sort") == "title":
            tracks.sort(key=lambda track: str(track["title"]).casefold())
        for track in tracks:
            text = f"{track['title']} {track['artist']}".casefold()
            if all(word in text for word in words) and (not tag or tag in _tags_of(track)):
                yield track


def _tags_of(track: Track) -> list[str]:
    tags = track["tags"]
    assert isinstance(tags, list)
    return tags
