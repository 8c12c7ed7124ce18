"""The library as a list: its tracks with how far each is, and its tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import grpc
from starlette.responses import Response

from services.gateway.api.answer_examples import TRACK_ID
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer
from services.gateway.api.mapping import Json, listed_json
from services.gateway.api.schema import Number, Text
from services.gateway.api.track_routes import TAG_CHARACTERS_MAX
from stripsession.library.v1 import library_service_pb2, listing_service_pb2, track_pb2
from stripsession.separation.v1 import job_pb2, separation_service_pb2

if TYPE_CHECKING:
    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub
    from stripsession.library.v1.listing_service_pb2_grpc import ListingServiceAsyncStub
    from stripsession.separation.v1.separation_service_pb2_grpc import JobReadingServiceAsyncStub

JOBS_DEADLINE_S = 2.0
"""Shorter than the library's: without the jobs a list lacks only how far they are."""
_MOVING = frozenset({track_pb2.TRACK_STATE_CHECKING, track_pb2.TRACK_STATE_SEPARATING})

LIMIT = Number("limit", "Most items of a page, 1 to 200.", 1, 200, 50)
CURSOR = Text(
    "cursor", "`next_cursor` of the page before; absent takes the first.", length_max=500, example="MjAzMC0wNS0wNA"
)
_OFFSET = Number(
    "offset", "How many tracks to pass over, from the cursor's place or the first on, 0 to 1,000,000.", 0, 1_000_000, 0
)
_SEARCH = Text("q", "Words that title or artist must contain, of which eight count.", length_max=200, example="train")
_TAG = Text("tag", "A tag that they must have, as it is written.", length_max=TAG_CHARACTERS_MAX, example="practice")
_ORDERS = {
    "newest": library_service_pb2.TRACK_ORDER_NEWEST,
    "title": library_service_pb2.TRACK_ORDER_TITLE,
    "artist": library_service_pb2.TRACK_ORDER_ARTIST,
    "length": library_service_pb2.TRACK_ORDER_LENGTH,
}
_SORT = Text(
    "sort",
    "newest (when absent); title; artist, unknown ones last; length, shortest first. A cursor is of its own sort.",
    options=tuple(_ORDERS),
    shared="TrackSort",
)
_NAME = r"trk_[A-Za-z0-9_-]{8,64}"
_NAMES = Text(
    "tracks",
    "`track_id` of each, at most 50, with commas between; absent names none.",
    length_max=3500,
    pattern=f"^{_NAME}(,{_NAME}){{0,49}}$",
    fault="must be at most 50 names of tracks with commas between",
    example=TRACK_ID,
)


class ListingRoutes:
    """What a library shows of itself."""

    def __init__(
        self,
        library: LibraryServiceAsyncStub,
        listing: ListingServiceAsyncStub,
        jobs: JobReadingServiceAsyncStub,
    ) -> None:
        """The library owns the tracks; separation knows how far they are."""
        self._library = library
        self._listing = listing
        self._jobs = jobs

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                "GET",
                "/v1/tracks",
                "listTracks",
                "Your tracks, newest first or as you sort them.",
                self.tracks,
                (Answer(200, "A page.", "TrackPage"),),
                query=(_SEARCH, _TAG, _SORT, CURSOR, _OFFSET, LIMIT),
                tag="tracks",
                description="Ask for the next page with `next_cursor` and the same `sort`, until it is null: so no"
                " track comes twice and none is left out, whatever is added meanwhile. `offset` reads any other place"
                " at once, as a list needs it that is `total` rows high; where `total` has changed, rows have moved."
                " Case and accents make no difference to the order.",
                refusals=("PAGE_TOKEN_INVALID",),
            ),
            Endpoint(
                "GET",
                "/v1/progress",
                "listProgress",
                "Several of your tracks as they are now, with how far each is.",
                self.progress,
                (Answer(200, "Those that there are.", "TracksNow"),),
                query=(_NAMES,),
                tag="tracks",
                description="For a list on a screen: one request every few seconds for those that are on their way"
                " and in sight. One track alone is followed more closely with watchTrack.",
            ),
            Endpoint(
                "GET",
                "/v1/tags",
                "listTags",
                "Your tags, with how many tracks have each.",
                self.tags,
                (Answer(200, "All of them.", "TagList"),),
                tag="tracks",
            ),
        ]

    async def tracks(self, call: Call) -> Response:
        """A page."""
        request = library_service_pb2.ListTracksRequest(
            owner_id=call.owner_id,
            query=call.text("q"),
            page_size=call.number("limit"),
            page_token=call.text("cursor"),
            tag=call.text("tag"),
            order=_ORDERS[call.text("sort") or "newest"],
            offset=call.number("offset"),
        )
        answer = await ask(self._library.ListTracks, request)
        tracks = await self._listed(call.owner_id, answer.tracks)
        return json_answer({"tracks": tracks, "next_cursor": answer.next_page_token or None, "total": answer.total})

    async def progress(self, call: Call) -> Response:
        """Some, by their names."""
        names = call.text("tracks")
        if not names:
            return json_answer({"tracks": []})
        request = listing_service_pb2.GetTracksRequest(owner_id=call.owner_id, track_ids=names.split(","))
        answer = await ask(self._listing.GetTracks, request)
        return json_answer({"tracks": await self._listed(call.owner_id, answer.tracks)})

    async def tags(self, call: Call) -> Response:
        """The tags."""
        answer = await ask(self._listing.ListTags, listing_service_pb2.ListTagsRequest(owner_id=call.owner_id))
        return json_answer({"tags": [{"tag": each.tag, "tracks": each.tracks} for each in answer.tags]})

    async def _listed(self, owner_id: str, tracks: Iterable[track_pb2.Track]) -> list[Json]:
        moving = [track.track_id for track in tracks if track.state in _MOVING]
        jobs = await self._jobs_of(owner_id, moving) if moving else {}
        return [listed_json(track, jobs.get(track.track_id)) for track in tracks]

    async def _jobs_of(self, owner_id: str, track_ids: list[str]) -> Mapping[str, job_pb2.Job]:
        request = separation_service_pb2.ListJobsOfTracksRequest(owner_id=owner_id, track_ids=track_ids)
        try:
            answer = await self._jobs.ListJobsOfTracks(request, timeout=JOBS_DEADLINE_S)
        except grpc.RpcError:
            # Separation is away: the tracks alone still tell how much is playable.
            return {}
        return {job.track_id: job for job in answer.jobs}
