"""What a person has in every service, made through the services' own RPCs; and what nobody has."""

from __future__ import annotations

import dataclasses
import enum
import uuid
from collections.abc import Iterator
from typing import Any

import jwt
from google.protobuf.message import Message

from chassis import sealing
from chassis.objects import open_objects
from services.auth.domain.provider_sign_in import Connecting
from services.library.media.formats import mix_assembly
from services.library.media.mix import StemMix
from services.library.media.segments import StreamShape
from services.library.media.tags import CoverArt, Tags
from stripsession.auth.v1 import api_key_service_pb2 as keys
from stripsession.auth.v1 import auth_service_pb2 as auth
from stripsession.auth.v1 import device_service_pb2 as devices
from stripsession.auth.v1 import provider_service_pb2 as providers
from stripsession.billing.v1 import payment_service_pb2 as payments
from stripsession.library.v1 import library_service_pb2 as library
from stripsession.library.v1 import material_service_pb2 as material
from stripsession.library.v1 import share_service_pb2 as shares
from stripsession.library.v1 import webhook_service_pb2 as webhooks
from stripsession.separation.v1 import separation_service_pb2 as separation
from tests.integration.stripe.shop import Shop
from tests.integration.walks.auth_rows import PASSWORD, AuthRows
from tests.integration.walks.contracts import method_named
from tests.integration.walks.house import House
from tests.integration.walks.of_passkey import Passkeys
from tests.integration.walks.of_provider import Provided
from tests.integration.walks.ready_export import NEITHER, ReceiptsAndExports
from tests.unit.library.stems import BLOCK, MadeStem, collect, make_stem, music

SHAPE = StreamShape(44_100, 2, 16)
LENGTH = BLOCK * 3
API_KEY_SCOPES = ("tracks:read", "tracks:write", "downloads", "shares", "billing:read")
KEYS_KEPT = 15
"""Of one person's keys, the newest so many; a walk makes more than anybody may have."""
ENDPOINTS_KEPT = 3
"""Of one person's webhook endpoints, the newest so many: five are the most, and a walk makes some of its own."""
NOWHERE = "http://127.0.0.1:9/"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


class State(enum.Enum):
    """How far a person's track is."""

    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    SEPARATING = "separating"
    OPENED = "opened"
    CANCELLED = "cancelled"
    READY = "ready"
    FACTOR_BEGUN = "factor begun"
    """As uploading, and the person has an authenticator's secret that is not in force."""
    FACTOR_SET = "factor set"
    """As uploading, and it is in force."""


_UNTRACKED = (State.UPLOADING, State.UPLOADED, State.FACTOR_BEGUN, State.FACTOR_SET)
"""Of everybody: a code is no name of a person's."""


@dataclasses.dataclass(frozen=True)
class Person:
    """Someone with an account."""

    user_id: str
    email: str
    access_token: str


@dataclasses.dataclass(frozen=True)
class Belongings:
    """Names of one person's objects, each of which must open nothing to another."""

    owner_id: str
    upload_id: str
    track_id: str = ""
    job_id: str = ""
    share_id: str = ""
    page_token: str = ""
    session_id: str = ""
    key_id: str = ""
    user_code: str = ""
    passkey_id: str = ""
    created: str = ""
    """What their browser made when it was asked for a passkey."""
    connecting_secret: str = ""
    """Of a browser that came back to connect a provider, in this session:"""
    signed_session_id: str = ""
    endpoint_id: str = ""
    delivery_id: str = ""
    sequence: str = ""
    """Of a signed receipt. It names nobody, and stands in the chain that everybody reads."""
    export_id: str = ""


@dataclasses.dataclass(frozen=True)
class Secrets:
    """What makes whoever holds it a person's equal, for a while."""

    email: str
    refresh_token: str
    code: str
    share_token: str
    verify_code: str
    reset_code: str
    sign_up_code: str
    api_key: str
    device_code: str
    assertion: str
    """What their browser answered when it was asked for a passkey to sign in with."""
    arrived_secret: str
    """Of a browser that came back from a provider to be signed in."""
    answer: providers.ReceiveProviderAnswerRequest
    """What another one came back with, which nobody was told yet."""
    change_code: str
    undo_code: str
    challenge: str
    """Of somebody who is of no account else, as the two before."""
    totp_code: str
    closing_token: str
    """Follows the closing of an account, of somebody who is of no account else."""
    invoice_id: str
    """Of a pack that they paid for. It opens nothing; whoever names it must be the operator."""


EVERY = frozenset(field.name for kind in (Belongings, Secrets) for field in dataclasses.fields(kind))
"""Names of all that a person can have, and of what makes others their equals."""
_OF_CONNECTING = {"connecting_secret", "signed_session_id"}


def absent() -> Belongings:
    """Names of the right shape for what has never been."""
    kinds = ("usr", "upl", "trk", "job", "shr", "tok", "ses", "key", "code", "pky", "made", "way", "ses", "whe", "whd")
    named = Belongings(*(f"{kind}_{uuid.uuid4().hex}" for kind in kinds))
    return dataclasses.replace(named, **NEITHER)


class Maker:
    """Makes people and their belongings, and remembers whose each name is."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.rows = AuthRows(house)
        self._stem = make_stem(music(LENGTH, SHAPE, 4), SHAPE, 4)
        tags = Tags("Song", "Band", "Album", "1/1", "1999", "Jazz", CoverArt("image/png", PNG))
        self.file = collect(mix_assembly("flac", StemMix({0: self._stem.plan}, {0: 1.0}), tags), [self._stem])
        self.names: dict[str, set[str]] = {}
        self.passkeys = Passkeys(house)
        self._receipts_and_exports = ReceiptsAndExports(house)
        self.invoices: dict[str, str] = {}

    async def person(self) -> Person:
        """A new account."""
        email = f"{uuid.uuid4().hex}@example.org"
        request = auth.SignUpRequest(email=email, password=PASSWORD, confirms_age=True)
        answer = await self.ask("auth.v1.AuthService.SignUp", request, "gateway")
        user_id = answer.account.user_id
        self.names[user_id] = {user_id, email}
        return Person(user_id, email, answer.tokens.access_token)

    async def paying(self, person: Person, shop: Shop) -> None:
        """Let a person pay for a plan and a pack."""
        for price in ("stripsession_pro_monthly", "stripsession_pack_hour"):
            asking = payments.StartCheckoutRequest(owner_id=person.user_id, price_lookup_key=price)
            url = (await self.ask("billing.v1.PaymentService.StartCheckout", asking, "gateway")).url
            session = url.partition("/pay/")[2].partition("#")[0]
            await shop.control("pay", session=session, card="success", email=person.email)
        # Going on looks at the customer, who did nothing else.
        resuming = payments.ResumeSubscriptionRequest(owner_id=person.user_id)
        await self.ask("billing.v1.PaymentService.ResumeSubscription", resuming, "gateway")
        listing = payments.ListInvoicesRequest(owner_id=person.user_id)
        listed = (await self.ask("billing.v1.PaymentService.ListInvoices", listing, "gateway")).invoices
        self.invoices[person.user_id] = next(each.invoice_id for each in listed if each.total == 300)
        self.names[person.user_id] |= {each.invoice_id for each in listed}

    async def signed_in(self, person: Person) -> Any:
        """By link, which asks for no second factor."""
        linking = auth.CreateSignInLinkRequest(email=person.email)
        link = await self.ask("auth.v1.LocalSignInService.CreateSignInLink", linking, "console")
        redeeming = auth.RedeemSignInLinkRequest(code=link.code)
        return await self.ask("auth.v1.AuthService.RedeemSignInLink", redeeming, "gateway")

    async def device_codes(self, person: Person) -> devices.StartDeviceSignInResponse:
        """The codes of a program that this person looked at and has not answered."""
        starting = devices.StartDeviceSignInRequest(client_name="walk", address="127.0.0.1")
        codes = await self.ask("auth.v1.DeviceService.StartDeviceSignIn", starting, "gateway")
        looking = devices.DescribeDeviceSignInRequest(user_id=person.user_id, user_code=codes.user_code)
        await self.ask("auth.v1.DeviceService.DescribeDeviceSignIn", looking, "gateway")
        assert isinstance(codes, devices.StartDeviceSignInResponse)
        return codes

    async def api_key(self, person: Person, *scopes: str) -> tuple[str, str]:
        """Id and secret of a key that is for these; another made before goes, for a person has only so many."""
        listed = await self.ask(
            "auth.v1.ApiKeyService.ListApiKeys", keys.ListApiKeysRequest(user_id=person.user_id), "gateway"
        )
        for key in listed.keys[KEYS_KEPT:]:
            ending = keys.RevokeApiKeyRequest(user_id=person.user_id, key_id=key.key_id)
            await self.ask("auth.v1.ApiKeyService.RevokeApiKey", ending, "gateway")
        request = keys.CreateApiKeyRequest(user_id=person.user_id, name="walk", scopes=scopes)
        made = await self.ask("auth.v1.ApiKeyService.CreateApiKey", request, "gateway")
        self.names[person.user_id].add(made.key.key_id)
        return made.key.key_id, made.secret

    async def belongings(self, person: Person, state: State, needed: frozenset[str] = EVERY) -> Belongings:
        """A fresh upload of this person and what it became, and as much else as is needed."""
        made = await self._uploaded(
            person.user_id, whole=state not in (State.UPLOADING, State.FACTOR_BEGUN, State.FACTOR_SET)
        )
        await self._house.write_auth("DELETE FROM second_factors WHERE user_id = $1", person.user_id)
        if state in (State.FACTOR_BEGUN, State.FACTOR_SET):
            await self.rows.factor(person.user_id, is_set=state is State.FACTOR_SET)
        made = await self._account(person, made, needed)
        if needed & {"endpoint_id", "delivery_id"}:
            made = await self._hearing(made)
        if state not in _UNTRACKED:
            made = await self._tracked(made)
        if state is State.CANCELLED:
            request = library.CancelTrackRequest(owner_id=made.owner_id, track_id=made.track_id)
            await self.ask("library.v1.LibraryService.CancelTrack", request, "gateway")
        if state in (State.OPENED, State.READY):
            await self._opened(made)
        if state is State.READY:
            await self._separated(made)
        if needed & {"sequence", "export_id"}:
            both = await self._receipts_and_exports.make(person.user_id, has_export=state is State.READY)
            made = dataclasses.replace(made, **both)
        self.names[person.user_id] |= {name for name in dataclasses.astuple(made) if not name.isdigit()} - {""}
        return made

    async def _account(self, person: Person, made: Belongings, needed: frozenset[str]) -> Belongings:
        """With what auth keeps for them."""
        names: dict[str, str] = {}
        if "session_id" in needed:
            names["session_id"] = await self._session(person)
        if "key_id" in needed:
            names["key_id"], _ = await self.api_key(person, *API_KEY_SCOPES)
        if "user_code" in needed:
            names["user_code"] = (await self.device_codes(person)).user_code
        if "passkey_id" in needed:
            names["passkey_id"] = await self.passkeys.added(self, person)
        if "created" in needed:
            names["created"] = await self.passkeys.created(self, person)
        await self.provided.connect(self._house, person.user_id)
        made = dataclasses.replace(made, **names)
        return await self._connecting(person, made) if needed & _OF_CONNECTING else made

    @property
    def provided(self) -> Provided:
        assert self._house.provided is not None
        return self._house.provided

    async def _connecting(self, person: Person, made: Belongings) -> Belongings:
        """As somebody who came back from their provider once more, in the session of their token."""
        claims = jwt.decode(person.access_token, options={"verify_signature": False})
        connecting = Connecting(person.user_id, str(claims["sid"]))
        secret = await self.provided.arrived(self._house, person.user_id, connecting)
        return dataclasses.replace(made, connecting_secret=secret, signed_session_id=connecting.session_id)

    async def _hearing(self, made: Belongings) -> Belongings:
        """With a webhook endpoint that nobody is at, and a message that waits for it."""
        listing = webhooks.ListWebhookEndpointsRequest(owner_id=made.owner_id)
        listed = await self.ask("library.v1.WebhookService.ListWebhookEndpoints", listing, "gateway")
        for old in listed.endpoints[: 1 - ENDPOINTS_KEPT]:
            removing = webhooks.DeleteWebhookEndpointRequest(owner_id=made.owner_id, endpoint_id=old.endpoint_id)
            await self.ask("library.v1.WebhookService.DeleteWebhookEndpoint", removing, "gateway")
        making = webhooks.CreateWebhookEndpointRequest(owner_id=made.owner_id, url=NOWHERE, event_types=["track.ready"])
        endpoint = (await self.ask("library.v1.WebhookService.CreateWebhookEndpoint", making, "gateway")).endpoint
        trying = webhooks.SendTestWebhookRequest(owner_id=made.owner_id, endpoint_id=endpoint.endpoint_id)
        delivery = (await self.ask("library.v1.WebhookService.SendTestWebhook", trying, "gateway")).delivery
        return dataclasses.replace(made, endpoint_id=endpoint.endpoint_id, delivery_id=delivery.delivery_id)

    async def _session(self, person: Person) -> str:
        """A session of nobody's tokens here, which may end."""
        session = await self.signed_in(person)
        claims = jwt.decode(session.tokens.access_token, options={"verify_signature": False})
        return str(claims["sid"])

    async def ask(self, rpc: str, request: Message | Iterator[Message], caller: str) -> Any:
        """The one answer of `package.Service.Method`, which must succeed."""
        method = method_named(f"stripsession.{rpc}")
        requests = [request] if isinstance(request, Message) else list(request)
        heard = await self._house.call(method, requests, caller)
        assert heard.refusal is None, (rpc, heard.refusal)
        return heard.answers[0]

    async def _uploaded(self, owner_id: str, *, whole: bool) -> Belongings:
        request = library.CreateUploadRequest(owner_id=owner_id, length_bytes=len(self.file), file_name="song.flac")
        upload = (await self.ask("library.v1.LibraryService.CreateUpload", request, "gateway")).upload
        data = self.file if whole else self.file[:100]
        sending = append(owner_id, upload.upload_id, 0, data)
        await self.ask("library.v1.LibraryService.AppendUpload", sending, "gateway")
        return Belongings(owner_id, upload.upload_id)

    async def _tracked(self, made: Belongings) -> Belongings:
        request = library.CreateTrackRequest(owner_id=made.owner_id, upload_id=made.upload_id)
        track = (await self.ask("library.v1.LibraryService.CreateTrack", request, "gateway")).track
        asking = separation.GetJobOfTrackRequest(owner_id=made.owner_id, track_id=track.track_id)
        job = (await self.ask("separation.v1.JobReadingService.GetJobOfTrack", asking, "gateway")).job
        sharing = shares.CreateShareRequest(owner_id=made.owner_id, track_id=track.track_id)
        share = (await self.ask("library.v1.ShareService.CreateShare", sharing, "gateway")).share
        listing = library.ListTracksRequest(owner_id=made.owner_id, page_size=1)
        page = await self.ask("library.v1.LibraryService.ListTracks", listing, "gateway")
        return dataclasses.replace(
            made,
            track_id=track.track_id,
            job_id=job.job_id,
            share_id=share.share_id,
            page_token=page.next_page_token,
        )

    async def _opened(self, made: Belongings) -> None:
        track = await self.track(made)
        request = material.OpenTrackRequest(
            track_id=made.track_id, job_id=made.job_id, attempt=1, stems=list(track.stems)
        )
        await self.ask("library.v1.MaterialService.OpenTrack", request, "separation")

    async def _separated(self, made: Belongings) -> None:
        request = await self.segment(made)
        await self.ask("library.v1.MaterialService.CommitSegment", request, "separation")
        ending = material.ConcludeTrackRequest(
            track_id=made.track_id, job_id=made.job_id, outcome=material.OUTCOME_COMPLETED, length_samples=LENGTH
        )
        await self.ask("library.v1.MaterialService.ConcludeTrack", ending, "separation")

    async def track(self, made: Belongings) -> Any:
        """A track, as its owner sees it."""
        request = library.GetTrackRequest(owner_id=made.owner_id, track_id=made.track_id)
        return (await self.ask("library.v1.LibraryService.GetTrack", request, "gateway")).track

    async def segment(self, made: Belongings) -> material.CommitSegmentRequest:
        """A whole song as its only segment, whose objects are stored."""
        objects, facts = open_objects(self._house.objects_url), self._stem.plan.segments[0]
        request = material.CommitSegmentRequest(
            track_id=made.track_id, job_id=made.job_id, attempt=1, index=0, length_samples=LENGTH
        )
        for name in (await self.track(made)).stems:
            key, place = sealing.new_key(), f"stems/{made.track_id}/{made.job_id}.1/000000/{name}"
            data = _only(self._stem)
            await objects.put(place, sealing.seal(key, place, data))
            request.stems.add(
                stem=name,
                object_name=place,
                object_key=key,
                size_bytes=len(data),
                frames=facts.frames,
                frame_bytes=facts.frame_bytes,
            )
        return request


def append(owner_id: str, upload_id: str, offset: int, data: bytes) -> Iterator[library.AppendUploadRequest]:
    """The messages that send these bytes."""
    start = library.AppendStart(owner_id=owner_id, upload_id=upload_id, offset_bytes=offset)
    yield library.AppendUploadRequest(start=start)
    yield library.AppendUploadRequest(chunk=data)


def _only(stem: MadeStem) -> bytes:
    (segment,) = stem.segments
    return segment
