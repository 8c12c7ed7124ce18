"""A small gateway for the browser client: the routes it uses, over real HTTP, with real FLAC segments."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.web_files import POLICY
from tests.integration.web import fake_api_keys, fake_closing, fake_devices, fake_factor, fake_passkeys, fake_webhooks
from tests.integration.web.counted_bytes import CountedBytes
from tests.integration.web.fake_account import FakeAccount
from tests.integration.web.fake_census import FakeCensus
from tests.integration.web.fake_editing import FakeEditing
from tests.integration.web.fake_listing import FakeListing
from tests.integration.web.fake_mail import FakeMail
from tests.integration.web.fake_payments import FakePayments
from tests.integration.web.fake_policy import FakePolicy
from tests.integration.web.fake_providers import FakeProviders
from tests.integration.web.fake_receipts import signed_receipt
from tests.integration.web.fake_shares import FakeShares
from tests.integration.web.fake_trouble import FakeTrouble
from tests.integration.web.made_song import RATE_HZ, STEMS, MadeSong
from tests.integration.web.quiet_server import QuietServer
from tests.integration.web.told import ACCOUNT, ERASURE, PLAN, RECEIPTS, TYPES, page_of, problem, report_json, told

WEB = Path(__file__).parents[3] / "web" / "dist"
PASSWORD = "correct horse battery"
LINK_CODE = "one-time-code"
MANIFEST_SEGMENTS_MAX = 1000
"""As the library answers: more is asked for."""
AUDIO = {"sample_rate_hz": RATE_HZ, "channels": 2, "depth_bits": 16, "codec": "flac"}


class FakeGateway:
    """What it was asked, and what it will say. One person, who is anyone."""

    def __init__(self, song: MadeSong) -> None:
        """Every upload becomes `song`; `release` makes its segments playable."""
        self.song = song
        self.address = ""
        self.uploads: dict[str, bytearray] = {}
        self.lengths: dict[str, int] = {}
        self.tracks: dict[str, dict[str, object]] = {}
        self.asked: list[str] = []
        self.access = 0
        self.is_access_stale = False
        self.refreshes = 0
        self.keeps_of_next_patch: int | None = None
        self.breaks_patches = False
        self.is_discarding = False
        """Uploads that begin now are counted and not kept."""
        self.refusal: tuple[int, str] | None = None
        self.title = ""
        self.stems: tuple[str, ...] = STEMS
        """Of the tracks that are made from now on."""
        self.remarks: list[dict[str, object]] = []
        """On the separation of those."""
        self.file: bytes | None = None
        """What every download is; without one, the name of what was asked for."""
        self.files: list[str] = []
        """Those of the page itself that were sent."""
        self.left_s, self.receipts, self.account = 3600, RECEIPTS, dict(ACCOUNT)
        self.trouble, self.policy = FakeTrouble(), FakePolicy()
        self.listing, self.shares, self.editing = FakeListing(self), FakeShares(self), FakeEditing(self)
        self.mail, self.factor = FakeMail(self._open, self._with_session), fake_factor.FakeFactor(self._with_session)
        self.api_keys, self.webhooks = fake_api_keys.FakeApiKeys(), fake_webhooks.FakeWebhooks()
        self.devices, self.payments, self.census = fake_devices.FakeDevices(), FakePayments(), FakeCensus()
        self.providers, self.passkeys = FakeProviders(self._with_session), fake_passkeys.FakePasskeys()
        self.closing = fake_closing.FakeClosing(self.factor.stale)
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._flowing = asyncio.Event()
        self._flowing.set()

    # ---- What a test makes happen ----

    def release(self, segments: int) -> None:
        """Every track has this many segments from now on; it is ready with the last."""
        for track in self.tracks.values():
            track |= {
                "segments": segments,
                "playable_s": round(self.song.samples_of(segments) / RATE_HZ, 3),
                "state": "ready" if segments == self.song.segments else "separating",
            }
        self._wake()

    def end_tracks(self, state: str, message: str, reason: str = "MADE") -> None:
        """Every track ends in `state`."""
        for track in self.tracks.values():
            track |= {"state": state, "failure": {"reason": reason, "message": message, "retryable": True}}
        self._wake()

    def hold_downloads(self, *, are_held: bool) -> None:
        """Those that begin while they are held stop half way, until they are let go."""
        if are_held:
            self._flowing.clear()
        else:
            self._flowing.set()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve on a free port of this machine while the block runs, in this very event loop."""
        listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = self.trouble.around(self._app())
        config = uvicorn.Config(app, log_level="warning", ws="none", lifespan="off", timeout_graceful_shutdown=2)
        server = QuietServer(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            self._closing.set()
            self._flowing.set()
            self._wake()
            server.should_exit = True
            await task

    # ---- Routes ----

    def _app(self) -> Starlette:
        one = "/v1/tracks/{track_id}"
        signed = [
            *FakeAccount(self.account, self.policy.acceptance).routes(),
            *(*self.mail.signed_routes(), *self.factor.signed_routes(), *self.passkeys.routes()),
            *(Route("/v1/billing/usage", self._usage), Route("/v1/billing/plans", self._plans)),
            *(*self.payments.routes(), *self.census.routes(), *self.closing.routes(), signed_receipt()),
            *(Route("/v1/privacy/erasures", self._erasures), Route("/v1/privacy/receipts", self._receipts)),
            *(*self.api_keys.routes(), *self.devices.routes(), *self.providers.routes(), *self.webhooks.routes()),
            Route("/v1/uploads", self._create_upload, methods=["POST"]),
            Route("/v1/uploads/{upload_id}", self._upload, methods=["HEAD", "PATCH", "DELETE"]),
            *(*self.listing.routes(), *self.editing.routes()),
            Route("/v1/tracks", self._create_track, methods=["POST"]),
            Route(one, self._track, methods=["GET", "DELETE"]),
            Route(one + "/cancel", self._cancel, methods=["POST"]),
            Route(one + "/retry", self._retry, methods=["POST"]),
            Route(one + "/shares", self.shares.of_track, methods=["GET", "POST"]),
            Route(one + "/shares/{share_id}", self.shares.revoke, methods=["DELETE"]),
            *(Route(one + "/events", self._events), Route(one + "/manifest", self._manifest)),
            Route(one + "/segments/{stem}/{index:int}", self._segment),
            Route(one + "/stems/{file}", self._download),
            Route(one + "/download.zip", self._download),
        ]
        for route in signed:
            route.app = self._signed(route.app)
        return Starlette(
            routes=[
                *signed,
                *[Route(f"/v1/auth/{name}", self._open, methods=["POST"]) for name in ("login", "link")],
                *(*self.mail.open_routes(), *self.providers.open_routes(), *self.factor.open_routes()),
                *(*self.passkeys.open_routes(), *self.closing.open_routes()),
                *(*self.shares.open_routes(), *self.policy.open_routes()),
                Route("/v1/auth/refresh", self._refresh, methods=["POST"]),
                Route("/v1/auth/logout", self._logout, methods=["POST"]),
                Route("/{path:path}", self._file),
            ]
        )

    def _signed(self, inner: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope)
            self.asked.append(f"{request.method} {request.url.path}")
            is_open = request.cookies.get("access") == str(self.access) and not self.is_access_stale
            answer: ASGIApp = inner if is_open else problem(401, "UNAUTHENTICATED", "This needs you to be signed in.")
            await answer(scope, receive, send)

        return app

    async def _open(self, request: Request) -> Response:
        body = await request.json()
        if body.get("transport") != "cookie":
            return problem(422, "INVALID_FIELD", "transport must be cookie.")
        self.asked.append(f"POST {request.url.path}")
        if "password" in body and body["password"] != PASSWORD:
            return problem(401, "WRONG_CREDENTIALS", "The address or the password is wrong.", "Check both.")
        if "code" in body and body["code"] != LINK_CODE:
            return problem(401, "LINK_SPENT", "This link was used or has run out.", "Ask for a new one.")
        has_step = "password" in body and self.factor.is_set
        return self.factor.challenge() if has_step else self._with_session(JSONResponse({}))

    def _with_session(self, response: Response) -> Response:
        self.access += 1
        self.is_access_stale = False
        response.set_cookie("access", str(self.access), httponly=True, samesite="lax")
        response.set_cookie("refresh", str(self.access), httponly=True, samesite="lax", path="/v1/auth")
        return response

    async def _refresh(self, request: Request) -> Response:
        if await request.json() != {}:
            return problem(422, "INVALID_FIELD", "The body has no such member.")
        if request.cookies.get("refresh") != str(self.access):
            return problem(401, "SESSION_ENDED", "The session has ended.")
        self.refreshes += 1
        return self._with_session(JSONResponse({}))

    async def _logout(self, _: Request) -> Response:
        response = Response(status_code=204)
        response.delete_cookie("access")
        response.delete_cookie("refresh", path="/v1/auth")
        return response

    async def _usage(self, _: Request) -> Response:
        return told("Usage", self.payments.usage(self.left_s))

    async def _plans(self, _: Request) -> Response:
        plans = [PLAN, *self.payments.plans()]
        return told("Plans", {"plans": plans, "packs": self.payments.packs(), "first_plan": PLAN["name"]})

    async def _erasures(self, _: Request) -> Response:
        return told("ErasurePage", {"erasures": [ERASURE], "next_cursor": None})

    async def _receipts(self, request: Request) -> Response:
        return told("ReceiptPage", page_of("receipts", self.receipts, request.query_params))

    async def _create_upload(self, request: Request) -> Response:
        upload_id = f"upl_{len(self.uploads) + 1}"
        pairs = dict(pair.split(" ") for pair in request.headers["upload-metadata"].split(","))
        self.title = base64.b64decode(pairs["filename"]).decode().rpartition(".")[0]
        self.uploads[upload_id] = CountedBytes() if self.is_discarding else bytearray()
        self.lengths[upload_id] = int(request.headers["upload-length"])
        return Response(status_code=201, headers={"Location": f"/v1/uploads/{upload_id}", "Upload-Offset": "0"})

    async def _upload(self, request: Request) -> Response:
        stored = self.uploads.get(request.path_params["upload_id"])
        if stored is None or request.headers.get("tus-resumable") != "1.0.0":
            return problem(404, "UPLOAD_NOT_FOUND", "There is no such upload.")
        if request.method == "DELETE":
            del self.uploads[request.path_params["upload_id"]]
            return Response(status_code=204)
        if request.method == "PATCH":
            if int(request.headers["upload-offset"]) != len(stored):
                return problem(409, "UPLOAD_OFFSET_MISMATCH", "The upload is at another offset.")
            try:
                body = await request.body()
            except ClientDisconnect:
                return Response(status_code=400)
            kept = len(body) if self.keeps_of_next_patch is None else self.keeps_of_next_patch
            stored.extend(body[:kept])
            if self.keeps_of_next_patch is not None or self.breaks_patches:
                self.keeps_of_next_patch = 0 if self.breaks_patches else None
                return problem(503, "UNREACHABLE", "The library is away.", retry_after_s="1")
        length = self.lengths[request.path_params["upload_id"]]
        headers = {"Upload-Offset": str(len(stored)), "Upload-Length": str(length)}
        return Response(status_code=204 if request.method == "PATCH" else 200, headers=headers)

    async def _create_track(self, request: Request) -> Response:
        upload_id = (await request.json())["upload_id"]
        if self.refusal:
            return problem(self.refusal[0], "REFUSED", self.refusal[1], "Choose another file.")
        assert len(self.uploads[upload_id]) == self.lengths[upload_id]
        assert request.headers["idempotency-key"]
        number = len(self.tracks) + 1
        track_id = f"trk_{number}"
        self.tracks[track_id] = {
            "track_id": track_id,
            "title": self.title,
            "artist": "",
            "state": "separating",
            "audio": AUDIO | {"length_samples": self.song.samples},
            "duration_s": round(self.song.samples / RATE_HZ, 3),
            "stems": list(self.stems),
            "playable_s": 0.0,
            "segments": 0,
            "failure": None,
            "warnings": [remark["text"] for remark in self.remarks],
            "remarks": list(self.remarks),
            "created_at": f"2024-01-01T00:00:{number:02d}.000Z",
            "upload_held": True,
            "upload_id": upload_id,
            "upload_erased_at": None,
            "playable_samples": 0,
            "model": "quartet",
            "updated_at": f"2024-01-01T00:00:{number:02d}.000Z",
            "tags": [],
            "tempo_bpm": None,
            "key": None,
            "cover_url": None,
        }
        self.left_s -= 290
        return told("Track", self.tracks[track_id], 201)

    async def _track(self, request: Request) -> Response:
        track_id = request.path_params["track_id"]
        if track_id not in self.tracks:
            return problem(404, "TRACK_NOT_FOUND", "There is no such track.")
        if request.method == "DELETE":
            del self.tracks[track_id]
            self._wake()
            return Response(status_code=204)
        return told("TrackDetail", self.tracks[track_id] | _tellings(self.tracks[track_id]))

    async def _cancel(self, request: Request) -> Response:
        self.tracks[request.path_params["track_id"]]["state"] = "cancelled"
        self._wake()
        return told("Track", self.tracks[request.path_params["track_id"]])

    async def _retry(self, request: Request) -> Response:
        track = self.tracks[request.path_params["track_id"]]
        track |= {"state": "separating", "failure": None}
        return told("Track", track)

    def progress_of(self, track: Mapping[str, object]) -> dict[str, object] | None:
        """How far a track's separation is; None once that has ended."""
        return self._far(track) if track["state"] == "separating" else None

    def _far(self, track: Mapping[str, object]) -> dict[str, object]:
        segments = int(str(track["segments"]))
        return {
            "percent": 100 * segments / self.song.segments,
            "eta_s": float(self.song.segments - segments),
            "jobs_ahead": 0 if segments else 2,
        }

    async def _events(self, request: Request) -> Response:
        track_id = request.path_params["track_id"]

        async def events() -> AsyncIterator[str]:
            while (track := self.tracks.get(track_id)) and not self._closing.is_set():
                names = ("state", "segments", "playable_s", "failure", "warnings", "remarks", "duration_s")
                progress = {name: track[name] for name in names} | self._far(track)
                changed = self._changed
                yield f"event: progress\ndata: {json.dumps(progress)}\n\n"
                if track["state"] != "separating":
                    return
                await changed.wait()

        return StreamingResponse(events(), media_type="text/event-stream")

    async def _manifest(self, request: Request) -> Response:
        track = self.tracks[request.path_params["track_id"]]
        segments = self.segments_json(track, int(request.query_params["from"]))
        return told("Manifest", {"track": track, "segments": segments, **_tellings(track)})

    def segments_json(self, track: Mapping[str, object], from_index: int) -> list[dict[str, object]]:
        """As many as one answer holds."""
        known = range(from_index, int(str(track["segments"])))
        return [self._segment_json(index) for index in known[:MANIFEST_SEGMENTS_MAX]]

    def _segment_json(self, index: int) -> dict[str, object]:
        first, following = self.song.samples_of(index), self.song.samples_of(index + 1)
        stems = [
            {"stem": stem, "peaks": base64.b64encode(self.song.peaks(stem, index)).decode(), "size_bytes": 1}
            for stem in STEMS
        ]
        return {"index": index, "first_sample": first, "length_samples": following - first, "stems": stems}

    async def _segment(self, request: Request) -> Response:
        index = request.path_params["index"]
        if index >= int(str(self.tracks[request.path_params["track_id"]]["segments"])):
            return problem(404, "SEGMENT_NOT_FOUND", "There is no such segment yet.")
        return Response(self.song.flac(request.path_params["stem"], index), media_type="audio/flac")

    async def _download(self, request: Request) -> Response:
        if self.refusal:
            return problem(self.refusal[0], "REFUSED", self.refusal[1])
        name = request.path_params.get("file", f"all.{request.query_params.get('format', '')}.zip")
        data = name.encode() if self.file is None else self.file
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if "range" in request.headers:
            headers["Content-Range"] = f"bytes 0-0/{len(data)}"
            return Response(data[:1], status_code=206, headers=headers)

        async def halves() -> AsyncIterator[bytes]:
            yield data[: len(data) // 2]
            await self._flowing.wait()
            yield data[len(data) // 2 :]

        return StreamingResponse(halves(), headers=headers | {"Content-Length": str(len(data))})

    async def _file(self, request: Request) -> Response:
        name = request.path_params["path"] or "index.html"
        path = WEB / name
        headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        if path.is_file():
            self.files.append(name)
            return Response(path.read_bytes(), media_type=TYPES[path.suffix], headers=headers)
        if "text/html" in request.headers.get("accept", ""):
            return Response((WEB / "missing.html").read_bytes(), 404, headers, media_type="text/html")
        return problem(404, "NOT_FOUND", "There is nothing here.")


def _tellings(track: Mapping[str, object]) -> dict[str, object]:
    return report_json(track) if track["state"] == "ready" else {"report": None, "analysis": None}
