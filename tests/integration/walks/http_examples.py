"""One request of every operation of the gateway's document, about somebody's belongings, without credentials."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

from services.gateway.api.cookies import PROVIDER_COOKIE
from tests.integration.walks.auth_rows import PASSWORD
from tests.integration.walks.belongings import NOWHERE, State
from tests.integration.walks.of_payments import signed_event
from tests.integration.walks.of_policy import IN_FORCE
from tests.integration.walks.of_provider import PROVIDER
from tests.integration.walks.of_requests import FOLLOWED, TOKEN
from tests.integration.walks.rpc_examples import Asked
from tests.unit.library.pictures import png

_TUS = {"Tus-Resumable": "1.0.0"}
_OURS = {"Sec-Fetch-Site": "same-origin"}
_BYTES = {**_TUS, "Content-Type": "application/offset+octet-stream"}


@dataclasses.dataclass(frozen=True)
class Sent:
    """What a request says besides its method, path and credentials."""

    path: Mapping[str, str] = dataclasses.field(default_factory=dict)
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    json: Any = None
    content: bytes | None = None


@dataclasses.dataclass(frozen=True)
class Operation:
    """How a request is made, and how far the track must be for it to succeed."""

    build: Callable[[Asked], Sent]
    state: State = State.UPLOADING
    secret: str = ""
    """Which of a person's secrets it stands on, where no credentials are asked for."""
    leaves_out: bool = False
    """Whether of several that are asked for those that are not, or are another's, are left out."""


def _plain(**more: Any) -> Operation:
    return Operation(lambda asked: Sent(**more))


def _of_track(state: State = State.SEPARATING, path: Mapping[str, str] | None = None, **more: Any) -> Operation:
    return Operation(lambda asked: Sent({"track_id": asked.things.track_id, **(path or {})}, **more), state)


def _of_upload(**more: Any) -> Operation:
    return Operation(lambda asked: Sent({"upload_id": asked.things.upload_id}, **more))


def _of_secret(secret: str, member: str) -> Operation:
    return Operation(lambda asked: Sent(json={member: getattr(asked.secrets, secret)}), secret=secret)


def _of_guest(path: Mapping[str, str]) -> Operation:
    def build(asked: Asked) -> Sent:
        return Sent(path, headers={"X-Share-Token": asked.secrets.share_token})

    return Operation(build, State.READY, "share_token")


def _link(asked: Asked) -> Sent:
    return Sent({"track_id": asked.things.track_id, "share_id": asked.things.share_id})


def _of_endpoint(**more: Any) -> Operation:
    return Operation(lambda asked: Sent({"endpoint_id": asked.things.endpoint_id}, **more))


def _webhook(asked: Asked) -> Sent:
    message, headers = asked.vouching.message(asked.unused_email)
    return Sent(headers=headers, content=message.body)


def _answered(text: str) -> Any:
    """What a browser made, or something that none made."""
    return json.loads(text) if text.startswith("{") else {"id": text}


def _back(secret: str) -> Mapping[str, str]:
    """Of our own page, in a browser that came back from a provider."""
    return {**_OURS, "Cookie": f"{PROVIDER_COOKIE}={secret}"}


def _page(asked: Asked) -> Sent:
    return Sent(params={"cursor": asked.things.page_token} if asked.things.page_token else {})


OPERATIONS: Mapping[str, Operation] = {
    "isLive": _plain(),
    "isReady": _plain(),
    "getKeySet": _plain(),
    "getContract": _plain(),
    "signUp": Operation(
        lambda asked: Sent(json={"email": asked.unused_email, "password": PASSWORD, "confirms_age": True})
    ),
    "signIn": Operation(lambda asked: Sent(json={"email": asked.secrets.email, "password": PASSWORD}), secret="email"),
    "redeemLink": _of_secret("code", "code"),
    "refreshSession": _of_secret("refresh_token", "refresh_token"),
    "signOut": _plain(json={}),
    "listSessions": _plain(),
    "endSession": Operation(lambda asked: Sent({"session_id": asked.things.session_id})),
    "endOtherSessions": _plain(),
    "confirmSignUp": Operation(
        lambda asked: Sent(json={"code": asked.secrets.sign_up_code, "password": PASSWORD}), secret="sign_up_code"
    ),
    "changePassword": _plain(json={"present_password": PASSWORD, "password": PASSWORD}),
    "requestPasswordReset": Operation(lambda asked: Sent(json={"email": asked.unused_email})),
    "resetPassword": Operation(
        lambda asked: Sent(json={"code": asked.secrets.reset_code, "password": PASSWORD}), secret="reset_code"
    ),
    "requestVerification": _plain(json={}),
    "answerChallenge": Operation(
        lambda asked: Sent(json={"challenge": asked.secrets.challenge, "code": asked.secrets.totp_code}),
        secret="challenge",
    ),
    "stepUp": _plain(json={"password": PASSWORD}),
    "getSecondFactor": _plain(),
    "startSecondFactor": _plain(),
    "confirmSecondFactor": Operation(lambda asked: Sent(json={"code": asked.secrets.totp_code}), State.FACTOR_BEGUN),
    "removeSecondFactor": Operation(lambda asked: Sent(), State.FACTOR_SET),
    "makeRecoveryCodes": Operation(lambda asked: Sent(), State.FACTOR_SET),
    "requestEmailChange": Operation(lambda asked: Sent(json={"email": asked.unused_email})),
    "confirmEmailChange": _of_secret("change_code", "code"),
    "undoEmailChange": _of_secret("undo_code", "code"),
    "verifyEmail": _of_secret("verify_code", "code"),
    "describeMailedLink": Operation(
        lambda asked: Sent(json={"code": asked.secrets.verify_code, "act": "verify"}), secret="verify_code"
    ),
    "getAccount": _plain(),
    "confirmAge": _plain(json={"confirms_age": True}),
    "updateAccount": _plain(json={"display_name": "Ada"}),
    "createApiKey": _plain(json={"name": "backup", "scopes": ["tracks:read"]}),
    "listApiKeys": _plain(),
    "revokeApiKey": Operation(lambda asked: Sent({"key_id": asked.things.key_id})),
    "startDeviceSignIn": _plain(json={"client_name": "walk"}),
    "redeemDeviceSignIn": _of_secret("device_code", "device_code"),
    "describeDeviceSignIn": Operation(lambda asked: Sent(json={"user_code": asked.things.user_code})),
    "answerDeviceSignIn": Operation(lambda asked: Sent(json={"user_code": asked.things.user_code, "approve": False})),
    "startPasskeySignIn": _plain(),
    "signInWithPasskey": Operation(
        lambda asked: Sent(json={"credential": _answered(asked.secrets.assertion)}), secret="assertion"
    ),
    "startPasskeyProof": _plain(),
    "startPasskey": _plain(),
    "createPasskey": Operation(
        lambda asked: Sent(json={"name": "walk", "credential": _answered(asked.things.created)})
    ),
    "listPasskeys": _plain(),
    "renamePasskey": Operation(lambda asked: Sent({"passkey_id": asked.things.passkey_id}, json={"name": "walked"})),
    "removePasskey": Operation(lambda asked: Sent({"passkey_id": asked.things.passkey_id})),
    "listProviders": _plain(),
    "startProviderSignIn": _plain(path={"provider": PROVIDER}, headers=_OURS),
    "finishProviderSignIn": Operation(
        lambda asked: Sent(headers=_back(asked.secrets.arrived_secret), json={"confirms_age": True}),
        secret="arrived_secret",
    ),
    "listConnections": _plain(),
    "startConnecting": _plain(path={"provider": PROVIDER}, headers=_OURS),
    "connectProvider": Operation(lambda asked: Sent(headers=_back(asked.things.connecting_secret))),
    "disconnectProvider": _plain(path={"provider": PROVIDER}),
    "describeUploads": _plain(),
    "createUpload": _plain(headers={**_TUS, "Upload-Length": "4"}),
    "describeUpload": _of_upload(),
    "appendUpload": Operation(
        lambda asked: Sent(
            {"upload_id": asked.things.upload_id},
            headers={**_BYTES, "Upload-Offset": "100"},
            content=asked.data[100:],
        )
    ),
    "getUpload": _of_upload(headers=_TUS),
    "deleteUpload": _of_upload(headers=_TUS),
    "createTrack": Operation(lambda asked: Sent(json={"upload_id": asked.things.upload_id}), State.UPLOADED),
    "listTracks": Operation(
        lambda asked: Sent(
            params={"limit": "1"} | ({"cursor": asked.things.page_token} if asked.things.page_token else {})
        )
    ),
    "listProgress": Operation(
        lambda asked: Sent(params={"tracks": asked.things.track_id}), State.SEPARATING, leaves_out=True
    ),
    "listTags": _plain(),
    "getTrack": _of_track(),
    "updateTrack": _of_track(json={"title": "Changed"}),
    "deleteTrack": _of_track(),
    "cancelTrack": _of_track(),
    "retryTrack": _of_track(State.CANCELLED),
    "getManifest": _of_track(),
    "watchTrack": _of_track(),
    "getSegment": _of_track(State.READY, {"stem": "vocals", "index": "0"}),
    "getCover": _of_track(),
    "setCover": _of_track(content=png(9, 9)),
    "removeCover": _of_track(),
    "createShare": _of_track(json={}),
    "listShares": _of_track(),
    "revokeShare": Operation(_link, State.SEPARATING),
    "openShare": Operation(lambda asked: Sent(json={"token": asked.secrets.share_token}), State.READY, "share_token"),
    "getSharedManifest": _of_guest({}),
    "getSharedSegment": _of_guest({"stem": "vocals", "index": "0"}),
    "downloadStem": _of_track(State.READY, {"stem": "vocals", "ext": "wav"}),
    "downloadMix": _of_track(State.READY, {"ext": "wav"}),
    "downloadAll": _of_track(State.READY),
    "createMix": _of_track(State.READY, json={"format": "wav"}),
    "listModels": _plain(),
    "listPlans": _plain(),
    "getUsage": _plain(),
    "getPayments": _plain(),
    "listPrices": _plain(),
    "listInvoices": _plain(),
    "listLedgerEntries": _plain(),
    "startCheckout": _plain(json={"price": "stripsession_pack_hour"}),
    "openPortal": _plain(),
    "changePlan": _plain(json={"price": "stripsession_pro_monthly"}),
    "cancelSubscription": _plain(),
    "resumeSubscription": _plain(),
    "receiveStripeEvent": Operation(
        lambda asked: Sent(headers={"Stripe-Signature": signed_event()[1]}, content=signed_event()[0])
    ),
    "listErasures": _plain(),
    "listReceipts": _plain(),
    "getPolicy": _plain(),
    # Of oneself, and not at once: the walk's people are to come in again.
    "askClosing": _plain(json={}),
    "getClosing": _plain(),
    "withdrawClosing": _plain(),
    "followClosing": _of_secret("closing_token", "token"),
    "getReceipt": Operation(lambda asked: Sent({"sequence": asked.things.sequence})),
    "getReceiptKeys": _plain(),
    "getReceiptChain": _plain(),
    "listPromises": _plain(),
    "getCensus": _plain(),
    "getPolicyAcceptance": _plain(),
    "acceptPolicy": _plain(json={"version": IN_FORCE}),
    "notePolicyNotice": _plain(json={"version": IN_FORCE, "asked": True}),
    "sendPrivacyRequest": _plain(json={"kind": "access", "text": "Hello?"}, headers={"Idempotency-Key": "walk"}),
    "listPrivacyRequests": _plain(),
    "sendStrangersRequest": _plain(json={"kind": "access", "text": "Hello?", "reply_to": "walk@example.org"}),
    "followPrivacyRequest": _plain(json={"number": FOLLOWED, "token": TOKEN}),
    "beginExport": _plain(),
    "listExports": _plain(),
    "downloadExport": Operation(lambda asked: Sent({"export_id": asked.things.export_id}), State.READY),
    "createWebhookEndpoint": _plain(json={"url": NOWHERE, "events": ["track.ready"]}),
    "listWebhookEndpoints": _plain(),
    "updateWebhookEndpoint": _of_endpoint(json={"enabled": True}),
    "deleteWebhookEndpoint": _of_endpoint(),
    "rotateWebhookSecret": _of_endpoint(),
    "testWebhookEndpoint": _of_endpoint(),
    "listWebhookDeliveries": _of_endpoint(),
    "replayWebhookDelivery": Operation(
        lambda asked: Sent({"endpoint_id": asked.things.endpoint_id, "delivery_id": asked.things.delivery_id})
    ),
    "receiveClerkWebhook": Operation(_webhook),
}
"""Name of an operation -> its example. One that has none fails the walk."""
