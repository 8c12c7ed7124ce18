"""Tracks: making, reading, changing, stopping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.answer_examples import UPLOAD_ID
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer, nothing
from services.gateway.api.idempotency import idempotency_header, idempotency_key
from services.gateway.api.mapping import segment_json, track_json
from services.gateway.api.problems import refuse
from services.gateway.api.report_json import told_json
from services.gateway.api.schema import Body, Number, Text, Texts
from services.gateway.domain.identifiers import is_known_shape
from stripsession.library.v1 import library_service_pb2

if TYPE_CHECKING:
    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub

CREATE_S = 150.0
"""Deadline of making a track: the upload is decoded to its end when it does not declare its length."""

_TITLE = Text("title", "Title to show, of which 200 characters are kept; absent takes the file's.", length_max=300)
NEW_TRACK = Body(
    "NewTrack",
    "What to separate, and how.",
    (
        Text("upload_id", "The complete upload.", required=True, length_max=80),
        _TITLE,
        Text("model", "`name` of the model that separates it; absent takes the default.", length_max=100),
    ),
    {"upload_id": UPLOAD_ID, "title": "Evening Train", "model": "quartet"},
)
TAG_CHARACTERS_MAX = 40
_ONE_TAG = Text("tags", "One of them, 1 to 40 characters.", length_min=1, length_max=TAG_CHARACTERS_MAX)
TRACK_CHANGE = Body(
    "TrackChange",
    "What is to change; what is absent stays.",
    (
        Text("title", "Title to show, not empty, of which 200 characters are kept.", length_max=300),
        Text("artist", "Artist to show, of which 200 characters are kept.", length_max=300),
        Texts("tags", "Your own words for it, at most 20, in place of those it has.", _ONE_TAG, 20),
    ),
    {"title": "Evening Train", "artist": "The Example Quartet", "tags": ["practice"]},
)
FROM = Number("from", "Index of the first segment wanted: how many you know.", 0, 9_999_999, 0)
_IDEMPOTENCY = idempotency_header(
    "The same key gives the same track, so that a request whose answer was lost can be sent again; with another upload"
    " it is refused.",
    UPLOAD_ID,
)
_OF_SEPARATING = (
    *("DAMAGED", "MINUTES_EXHAUSTED", "MODEL_NOT_IN_PLAN", "MODEL_UNKNOWN", "NOT_AUDIO", "NO_AUDIO_STREAM"),
    *("PLAN_WITHOUT_DEFAULT", "QUEUE_FULL", "SEPARATION_UNAVAILABLE", "TOO_LONG", "TOO_SHORT", "TRACK_NOT_FOUND"),
    *("UNSUPPORTED_CHANNELS", "UNSUPPORTED_RATE", "UPLOAD_GONE"),
)

_TOLD = (Answer(200, "The track.", "Track"),)
_MISSING = ("TRACK_NOT_FOUND",)
_ONE = "/v1/tracks/{track_id}"


class TrackRoutes:
    """What listeners do with their tracks."""

    def __init__(self, library: LibraryServiceAsyncStub) -> None:
        """The library owns them."""
        self._library = library

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [*self._of_all(), *self._of_one(), *self._of_separating()]

    def _of_all(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                "/v1/tracks",
                "createTrack",
                "Make a track of a complete upload, and have it separated.",
                self.create,
                (Answer(201, "The track, also for a replay.", "Track", headers=("Location",)),),
                headers=(_IDEMPOTENCY,),
                body=NEW_TRACK,
                tag="tracks",
                description="The file is looked into before the answer, which may take two minutes where it"
                " does not say its length. Its length in seconds is set aside of the month's. Follow it with"
                " watchTrack.",
                refusals=(
                    *_OF_SEPARATING,
                    *("IDEMPOTENCY_KEY_REUSED", "MALFORMED_HEADER", "UPLOAD_INCOMPLETE", "UPLOAD_NOT_FOUND"),
                ),
            ),
        ]

    def _of_one(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                _ONE,
                "getTrack",
                "One track; once it is ready, with the report of its separation and what was heard in it.",
                self.get,
                (Answer(200, "The track.", "TrackDetail"),),
                tag="tracks",
                refusals=_MISSING,
            ),
            Endpoint(
                *("PATCH", _ONE, "updateTrack", "Change a track.", self.update, _TOLD),
                body=TRACK_CHANGE,
                tag="tracks",
                description="What is absent stays.",
                refusals=(*_MISSING, "TAGS_INVALID", "TITLE_EMPTY"),
            ),
            Endpoint(
                "DELETE",
                _ONE,
                "deleteTrack",
                "Delete a track with its stems and upload. Idempotent.",
                self.delete,
                (Answer(204, "It is gone."),),
                tag="tracks",
                description="Its keys are destroyed at once, so that nothing of it can be read any more;"
                " nothing brings it back. A separation under way is stopped.",
                refusals=_MISSING,
            ),
        ]

    def _of_separating(self) -> list[Endpoint]:
        return [
            Endpoint(
                *("POST", f"{_ONE}/cancel", "cancelTrack", "Stop separating.", self.cancel, _TOLD),
                tag="tracks",
                description="What is playable stays so; nothing is charged. Idempotent.",
                refusals=(*_MISSING, "TRACK_NOT_SEPARATING"),
            ),
            Endpoint(
                *("POST", f"{_ONE}/retry", "retryTrack", "Separate again.", self.retry, _TOLD),
                tag="tracks",
                description="From the start, of a track that failed or was stopped, while `upload_held`.",
                refusals=(*_OF_SEPARATING, "TRACK_NOT_RETRYABLE"),
            ),
            Endpoint(
                "GET",
                f"{_ONE}/manifest",
                "getManifest",
                "The segments playable so far.",
                self.manifest,
                (
                    Answer(
                        200,
                        "The track, its segments, and once it is ready its report, tempo, beats, key and loudness.",
                        "Manifest",
                    ),
                ),
                query=(FROM,),
                tag="playback",
                description="While the track grows, ask again from the first segment that you do not know, after each"
                " event of watchTrack. Segments have some five seconds each, the same in every stem.",
                refusals=_MISSING,
            ),
        ]

    async def create(self, call: Call) -> Response:
        """Make a track."""
        key = idempotency_key(call)
        body = await call.body()
        if not is_known_shape("upload_id", body["upload_id"]):
            raise refuse(404, "UPLOAD_NOT_FOUND", "There is no such upload.")
        request = library_service_pb2.CreateTrackRequest(
            owner_id=call.owner_id,
            upload_id=body["upload_id"],
            idempotency_key=key,
            title=body.get("title", ""),
            model=body.get("model", ""),
        )
        answer = await ask(self._library.CreateTrack, request, deadline_s=CREATE_S)
        return json_answer(track_json(answer.track), 201, {"Location": f"/v1/tracks/{answer.track.track_id}"})

    async def get(self, call: Call) -> Response:
        """One."""
        request = library_service_pb2.GetTrackRequest(owner_id=call.owner_id, track_id=call.path["track_id"])
        answer = await ask(self._library.GetTrack, request)
        return json_answer(track_json(answer.track) | told_json(answer, beats=False))

    async def update(self, call: Call) -> Response:
        """Change one."""
        body = await call.body()
        request = library_service_pb2.UpdateTrackRequest(owner_id=call.owner_id, track_id=call.path["track_id"])
        if "title" in body:
            request.title = body["title"]
        if "artist" in body:
            request.artist = body["artist"]
        if "tags" in body:
            request.tags.tags.extend(body["tags"])
            request.tags.SetInParent()
        return json_answer(track_json((await ask(self._library.UpdateTrack, request)).track))

    async def delete(self, call: Call) -> Response:
        """Delete one."""
        request = library_service_pb2.DeleteTrackRequest(owner_id=call.owner_id, track_id=call.path["track_id"])
        await ask(self._library.DeleteTrack, request)
        return nothing()

    async def cancel(self, call: Call) -> Response:
        """Stop one."""
        request = library_service_pb2.CancelTrackRequest(owner_id=call.owner_id, track_id=call.path["track_id"])
        return json_answer(track_json((await ask(self._library.CancelTrack, request)).track))

    async def retry(self, call: Call) -> Response:
        """Begin one again."""
        request = library_service_pb2.RetryTrackRequest(owner_id=call.owner_id, track_id=call.path["track_id"])
        answer = await ask(self._library.RetryTrack, request, deadline_s=CREATE_S)
        return json_answer(track_json(answer.track))

    async def manifest(self, call: Call) -> Response:
        """What can be played."""
        request = library_service_pb2.GetManifestRequest(
            owner_id=call.owner_id, track_id=call.path["track_id"], from_index=call.number("from")
        )
        answer = await ask(self._library.GetManifest, request)
        segments = [segment_json(segment) for segment in answer.segments]
        return json_answer({"track": track_json(answer.track), "segments": segments} | told_json(answer, beats=True))
