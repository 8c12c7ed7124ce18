"""Every backend of the gateway, small and in memory, behind real sockets with mTLS."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from chassis.rpc.errors import Refusal, RpcRefused
from stripsession.auth.v1 import account_pb2, auth_service_pb2, auth_service_pb2_grpc
from stripsession.library.v1 import (
    library_service_pb2,
    library_service_pb2_grpc,
    report_pb2,
    track_pb2,
    upload_pb2,
)

ISSUER = "https://stripsession.test"
AUDIENCE = "stripsession"
# As the library has them.
MEDIA_TYPES = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "opus": "audio/ogg", "stem.mp4": "audio/mp4"}
STEMS = ("vocals", "drums", "bass", "other")


def refused(code: grpc.StatusCode, reason: str, message: str = "", **more: Any) -> RpcRefused:
    return RpcRefused(Refusal(code, reason, message, **more))


def missing(what: str) -> RpcRefused:
    return refused(grpc.StatusCode.NOT_FOUND, f"{what}_NOT_FOUND", f"There is no such {what.lower()}.")


class FakeAuth(auth_service_pb2_grpc.AuthServiceServicer):
    def __init__(self) -> None:
        self.signing_key = Ed25519PrivateKey.generate()
        self.kid = "key-1"
        self.key_set_calls = 0
        self.accounts: dict[str, account_pb2.Account] = {}
        self.passwords: dict[str, str] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.life_s = 900
        self.is_busy = self.confirms_sign_ups = False
        self.devices: list[str] = []
        self.sign_ups: dict[str, tuple[str, str]] = {}
        self.challenge: auth_service_pb2.SignInChallenge | None = None

    def token(self, user_id: str, **claims: Any) -> str:
        now = int(datetime.datetime.now(datetime.UTC).timestamp())
        body = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user_id,
            "sid": "ses_1",
            "iat": now,
            "nbf": now,
            "exp": now + self.life_s,
        } | {"auth_time": now, "amr": ["password"], **claims}
        body = {name: value for name, value in body.items() if value is not None}
        return jwt.encode(body, self.signing_key, algorithm="EdDSA", headers={"kid": self.kid})

    def key_set(self) -> dict[str, Any]:
        entry = json.loads(OKPAlgorithm.to_jwk(self.signing_key.public_key()))
        return {"keys": [entry | {"kid": self.kid, "use": "sig", "alg": "EdDSA"}]}

    def tokens(self, user_id: str) -> account_pb2.SessionTokens:
        refresh = f"ref_{uuid.uuid4().hex}"
        self.refresh_tokens[refresh] = user_id
        tokens = account_pb2.SessionTokens(access_token=self.token(user_id), refresh_token=refresh, user_id=user_id)
        now = datetime.datetime.now(datetime.UTC)
        tokens.access_expires_at.FromDatetime(now + datetime.timedelta(seconds=self.life_s))
        tokens.refresh_expires_at.FromDatetime(now + datetime.timedelta(days=30))
        return tokens

    def add(self, email: str, password: str = "", display_name: str = "") -> account_pb2.Account:
        account = account_pb2.Account(user_id=f"usr_{uuid.uuid4().hex}", email=email, display_name=display_name)
        account.created_at.FromDatetime(datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
        account.age_confirmed = True
        self.accounts[account.user_id] = account
        self.passwords[email] = password
        return account

    def account(self, user_id: str) -> account_pb2.Account:
        if user_id not in self.accounts:
            raise missing("ACCOUNT")
        return self.accounts[user_id]

    def password_of(self, user_id: str) -> str:
        return self.passwords[self.account(user_id).email]

    async def SignUp(self, request: Any, context: Any) -> auth_service_pb2.SignUpResponse:
        self.devices.append(request.device)
        if not request.confirms_age:
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "AGE_NOT_CONFIRMED", "Confirm that you are 13 or older.")
        if self.confirms_sign_ups:
            self.sign_ups[f"code-{len(self.sign_ups)}"] = (request.email, request.password)
            return auth_service_pb2.SignUpResponse()
        if request.email in self.passwords:
            raise refused(grpc.StatusCode.ALREADY_EXISTS, "EMAIL_TAKEN", "There is an account with this address.")
        if len(request.password) < 8:
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "WEAK_PASSWORD", "The password is too short.")
        account = self.add(request.email, request.password, request.display_name)
        return auth_service_pb2.SignUpResponse(account=account, tokens=self.tokens(account.user_id))

    async def ConfirmSignUp(self, request: Any, context: Any) -> auth_service_pb2.ConfirmSignUpResponse:
        self.devices.append(request.device)
        if request.code not in self.sign_ups:
            raise refused(grpc.StatusCode.NOT_FOUND, "CODE_SPENT", "The link has run out.")
        email, password = self.sign_ups[request.code]
        if request.password != password:
            raise refused(grpc.StatusCode.PERMISSION_DENIED, "WRONG_PASSWORD", "The password is wrong.")
        del self.sign_ups[request.code]
        account = self.add(email, password)
        return auth_service_pb2.ConfirmSignUpResponse(account=account, tokens=self.tokens(account.user_id))

    async def SignIn(self, request: Any, context: Any) -> auth_service_pb2.SignInResponse:
        self.devices.append(request.device)
        if self.is_busy:
            raise refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY", "Too many are signing in.", retry_after_s=1)
        if self.passwords.get(request.email) != request.password:
            raise refused(grpc.StatusCode.UNAUTHENTICATED, "WRONG_CREDENTIALS", "Address or password is wrong.")
        if self.challenge is not None:
            return auth_service_pb2.SignInResponse(challenge=self.challenge)
        account = next(account for account in self.accounts.values() if account.email == request.email)
        return auth_service_pb2.SignInResponse(account=account, tokens=self.tokens(account.user_id))

    async def RefreshSession(self, request: Any, context: Any) -> auth_service_pb2.RefreshSessionResponse:
        user_id = self.refresh_tokens.pop(request.refresh_token, None)
        if user_id is None:
            raise refused(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED", "The session has ended.")
        return auth_service_pb2.RefreshSessionResponse(tokens=self.tokens(user_id))

    async def SignOut(self, request: Any, context: Any) -> auth_service_pb2.SignOutResponse:
        self.refresh_tokens.pop(request.refresh_token, None)
        return auth_service_pb2.SignOutResponse()

    async def RedeemSignInLink(self, request: Any, context: Any) -> auth_service_pb2.RedeemSignInLinkResponse:
        self.devices.append(request.device)
        user_id = self.codes.pop(request.code, None)
        if user_id is None:
            raise refused(grpc.StatusCode.UNAUTHENTICATED, "LINK_SPENT", "The link was used or has expired.")
        return auth_service_pb2.RedeemSignInLinkResponse(account=self.accounts[user_id], tokens=self.tokens(user_id))

    async def GetKeySet(self, request: Any, context: Any) -> auth_service_pb2.GetKeySetResponse:
        self.key_set_calls += 1
        return auth_service_pb2.GetKeySetResponse(
            key_set_json=json.dumps(self.key_set()), issuer=ISSUER, audience=AUDIENCE
        )

    async def GetAccount(self, request: Any, context: Any) -> auth_service_pb2.GetAccountResponse:
        if request.user_id not in self.accounts:
            raise missing("ACCOUNT")
        return auth_service_pb2.GetAccountResponse(account=self.accounts[request.user_id])

    async def ConfirmAge(self, request: Any, context: Any) -> auth_service_pb2.ConfirmAgeResponse:
        if not request.confirms_age:
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "AGE_NOT_CONFIRMED", "Confirm that you are 13 or older.")
        account = self.account(request.user_id)
        account.age_confirmed = True
        return auth_service_pb2.ConfirmAgeResponse(account=account)

    async def UpdateAccount(self, request: Any, context: Any) -> auth_service_pb2.UpdateAccountResponse:
        if request.user_id not in self.accounts:
            raise missing("ACCOUNT")
        account = self.accounts[request.user_id]
        if request.HasField("display_name"):
            account.display_name = request.display_name
        return auth_service_pb2.UpdateAccountResponse(account=account)


class FakeLibrary(library_service_pb2_grpc.LibraryServiceServicer):
    def __init__(self) -> None:
        self.uploads: dict[str, upload_pb2.Upload] = {}
        self.contents: dict[str, bytearray] = {}
        self.tracks: dict[str, track_pb2.Track] = {}
        self.keys: dict[tuple[str, str], str] = {}
        self.reports: dict[str, report_pb2.Report] = {}
        self.analyses: dict[str, report_pb2.Analysis] = {}
        self.file = b""
        self.file_name = "song.flac"
        self.version = "v1"
        self.chunk_bytes = 64 * 1024
        self.break_after: int | None = None
        self.size_unknown = False
        self.specs: list[library_service_pb2.DownloadSpec] = []
        self.refusal: RpcRefused | None = None
        self.arrived = asyncio.Condition()
        self.append_ended = asyncio.Event()
        self.chunks_sent = 0
        self.asked: list[str] = []

    def add_track(self, owner_id: str, state: int = track_pb2.TRACK_STATE_READY, **fields: Any) -> track_pb2.Track:
        track = track_pb2.Track(
            track_id=f"trk_{uuid.uuid4().hex}",
            owner_id=owner_id,
            title="Song",
            state=track_pb2.TrackState.ValueType(state),
            stems=STEMS,
            model="baseline",
            **fields,
        )
        track.audio.CopyFrom(
            track_pb2.AudioProperties(
                sample_rate_hz=44100, channels=2, depth_bits=16, codec="flac", length_samples=441000
            )
        )
        self.tracks[track.track_id] = track
        return track

    def add_upload(self, owner_id: str, length: int) -> upload_pb2.Upload:
        upload = upload_pb2.Upload(upload_id=f"upl_{uuid.uuid4().hex}", owner_id=owner_id, length_bytes=length)
        upload.erased_by.FromDatetime(datetime.datetime(2030, 1, 2, tzinfo=datetime.UTC))
        self.uploads[upload.upload_id] = upload
        self.contents[upload.upload_id] = bytearray()
        return upload

    def _upload(self, request: Any) -> upload_pb2.Upload:
        upload = self.uploads.get(request.upload_id)
        if upload is None or upload.owner_id != request.owner_id:
            raise missing("UPLOAD")
        return upload

    def track(self, request: Any, method: str) -> track_pb2.Track:
        self.asked.append(method)
        if self.refusal is not None:
            raise self.refusal
        track = self.tracks.get(request.track_id)
        if track is None or track.owner_id != request.owner_id:
            raise missing("TRACK")
        return track

    async def CreateUpload(self, request: Any, context: Any) -> library_service_pb2.CreateUploadResponse:
        if request.length_bytes == 0:
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "UPLOAD_EMPTY", "The file is empty.")
        name = (request.owner_id, f"upload {request.idempotency_key}")
        if name not in self.keys or not request.idempotency_key:
            self.keys[name] = self.add_upload(request.owner_id, request.length_bytes).upload_id
        self.uploads[self.keys[name]].file_name = request.file_name
        return library_service_pb2.CreateUploadResponse(upload=self.uploads[self.keys[name]])

    async def GetUpload(self, request: Any, context: Any) -> library_service_pb2.GetUploadResponse:
        return library_service_pb2.GetUploadResponse(upload=self._upload(request))

    async def AppendUpload(
        self, request_iterator: AsyncIterator[Any], context: Any
    ) -> library_service_pb2.AppendUploadResponse:
        try:
            start = (await anext(request_iterator)).start
            upload = self._upload(start)
            content = self.contents[upload.upload_id]
            if start.offset_bytes != len(content):
                raise refused(grpc.StatusCode.ABORTED, "UPLOAD_OFFSET_MISMATCH", "The upload is elsewhere.")
            async for message in request_iterator:
                if len(content) + len(message.chunk) > upload.length_bytes:
                    raise refused(grpc.StatusCode.INVALID_ARGUMENT, "UPLOAD_OVERRUN", "More bytes than announced.")
                content += message.chunk
                upload.offset_bytes = len(content)
                async with self.arrived:
                    self.arrived.notify_all()
            return library_service_pb2.AppendUploadResponse(upload=upload)
        finally:
            self.append_ended.set()

    async def DeleteUpload(self, request: Any, context: Any) -> library_service_pb2.DeleteUploadResponse:
        upload = self._upload(request)
        del self.uploads[upload.upload_id]
        return library_service_pb2.DeleteUploadResponse()

    async def CreateTrack(self, request: Any, context: Any) -> library_service_pb2.CreateTrackResponse:
        if self.refusal is not None:
            raise self.refusal
        self._upload(request)
        known = self.keys.get((request.owner_id, request.idempotency_key)) if request.idempotency_key else None
        if known is None:
            track = self.add_track(request.owner_id, track_pb2.TRACK_STATE_SEPARATING)
            track.title = request.title or "Song"
            known = self.keys[request.owner_id, request.idempotency_key] = track.track_id
        return library_service_pb2.CreateTrackResponse(track=self.tracks[known])

    async def GetTrack(self, request: Any, context: Any) -> library_service_pb2.GetTrackResponse:
        track = self.track(request, "GetTrack")
        heard = report_pb2.Analysis()
        if known := self.analyses.get(track.track_id):
            heard.CopyFrom(known)
            heard.ClearField("beats_s")
        return library_service_pb2.GetTrackResponse(
            track=track, report=self.reports.get(track.track_id), analysis=heard if known else None
        )

    async def ListTracks(self, request: Any, context: Any) -> library_service_pb2.ListTracksResponse:
        mine = [t for t in self.tracks.values() if t.owner_id == request.owner_id and request.query in t.title]
        mine = [t for t in mine if request.tag in {"", *t.tags}]
        if request.order == library_service_pb2.TRACK_ORDER_TITLE:
            mine.sort(key=lambda track: track.title)
        if not (request.page_token or "0").isdecimal():
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID", "The page token is not one of ours.")
        first = int(request.page_token or 0)
        first += request.offset
        stop = first + (request.page_size or 50)
        token = str(stop) if stop < len(mine) else ""
        return library_service_pb2.ListTracksResponse(tracks=mine[first:stop], next_page_token=token, total=len(mine))

    async def UpdateTrack(self, request: Any, context: Any) -> library_service_pb2.UpdateTrackResponse:
        track = self.track(request, "UpdateTrack")
        if request.HasField("title"):
            track.title = request.title
        if request.HasField("artist"):
            track.artist = request.artist
        if request.HasField("tags"):
            track.tags[:] = request.tags.tags
        return library_service_pb2.UpdateTrackResponse(track=track)

    async def GetCover(self, request: Any, context: Any) -> library_service_pb2.GetCoverResponse:
        if not self.track(request, "GetCover").has_cover:
            raise missing("COVER")
        return library_service_pb2.GetCoverResponse(media_type="image/png", data=b"\x89PNG cover")

    async def DeleteTrack(self, request: Any, context: Any) -> library_service_pb2.DeleteTrackResponse:
        del self.tracks[self.track(request, "DeleteTrack").track_id]
        return library_service_pb2.DeleteTrackResponse()

    async def CancelTrack(self, request: Any, context: Any) -> library_service_pb2.CancelTrackResponse:
        track = self.track(request, "CancelTrack")
        track.state = track_pb2.TRACK_STATE_CANCELLED
        return library_service_pb2.CancelTrackResponse(track=track)

    async def RetryTrack(self, request: Any, context: Any) -> library_service_pb2.RetryTrackResponse:
        track = self.track(request, "RetryTrack")
        if not track.upload_held:
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "UPLOAD_GONE", "The upload is erased.")
        track.state = track_pb2.TRACK_STATE_SEPARATING
        return library_service_pb2.RetryTrackResponse(track=track)

    async def GetManifest(self, request: Any, context: Any) -> library_service_pb2.GetManifestResponse:
        track = self.track(request, "GetManifest")
        segments = [
            track_pb2.Segment(
                index=index,
                first_sample=index * 4096,
                length_samples=4096,
                stems=[track_pb2.SegmentStem(stem=stem, size_bytes=9, peaks=b"\x01\xff") for stem in track.stems],
            )
            for index in range(request.from_index, track.segments)
        ]
        return library_service_pb2.GetManifestResponse(
            track=track,
            segments=segments,
            report=self.reports.get(track.track_id),
            analysis=self.analyses.get(track.track_id),
        )

    async def ReadSegment(self, request: Any, context: Any) -> AsyncIterator[library_service_pb2.ReadSegmentResponse]:
        track = self.track(request, "ReadSegment")
        if request.index >= track.segments or request.stem not in track.stems:
            raise missing("SEGMENT")
        for chunk in (b"fLaC", f"{request.stem}{request.index}".encode()):
            yield library_service_pb2.ReadSegmentResponse(chunk=chunk)

    async def DescribeDownload(self, request: Any, context: Any) -> library_service_pb2.DescribeDownloadResponse:
        track = self.track(request.spec, "DescribeDownload")
        self.specs.append(request.spec)
        if track.state != track_pb2.TRACK_STATE_READY:
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "TRACK_NOT_READY", "The track is not ready.")
        if not set(request.spec.stems) <= {*track.stems, "karaoke"}:
            raise missing("STEM")
        return library_service_pb2.DescribeDownloadResponse(
            size_bytes=0 if self.size_unknown else len(self.file),
            size_unknown=self.size_unknown,
            media_type="application/zip"
            if request.spec.bundle
            else MEDIA_TYPES.get(request.spec.format, f"audio/{request.spec.format}"),
            file_name=self.file_name,
            etag=hashlib.sha256(self.version.encode() + request.spec.SerializeToString()).hexdigest()[:32],
        )

    async def ReadDownload(self, request: Any, context: Any) -> AsyncIterator[library_service_pb2.ReadDownloadResponse]:
        self.track(request.spec, "ReadDownload")
        stop = request.stop_byte or len(self.file)
        for at in range(request.start_byte, stop, self.chunk_bytes):
            if self.break_after is not None and at >= self.break_after:
                self.break_after = None
                raise refused(grpc.StatusCode.UNAVAILABLE, "STOPPING")
            self.chunks_sent += 1
            yield library_service_pb2.ReadDownloadResponse(chunk=self.file[at : min(at + self.chunk_bytes, stop)])
