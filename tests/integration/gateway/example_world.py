"""A gateway behind which there is just what the document's examples speak of, and that takes any number of requests."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.gateway.api.answer_examples import (
    DEVICE_CODE,
    KEY_ID,
    SESSION_ID,
    SHARE_ID,
    SHARE_TOKEN,
    TRACK_ID,
    UPLOAD_ID,
    USER_CODE,
)
from services.gateway.api.auth_routes import CONFIRMATION, LINK, REFRESH, SIGN_IN
from services.gateway.api.email_change_routes import CONFIRM, UNDO
from services.gateway.api.factor_routes import CHALLENGE
from services.gateway.api.mail_routes import CHOICE, VERIFY
from services.gateway.api.passkey_schemas import PASSKEY_ID, USED
from services.gateway.api.webhook_schemas import DELIVERY_ID, ENDPOINT_ID
from stripsession.auth.v1 import account_pb2
from stripsession.library.v1 import share_service_pb2
from tests.integration.gateway.conftest import OWNER, Door, opened

UNHURRIED: dict[str, Any] = {
    "requests_per_s": 1e6,
    "requests_burst": 10**6,
    "sign_ins_per_minute": 6e7,
    "sign_ins_burst": 10**6,
}
UPLOAD_BYTES = 1_048_576 + 4


def restore(door: Door) -> None:
    """Put everything back as the examples have it, whatever was made, changed or deleted meanwhile."""
    auth, library = door.auth, door.library
    account = account_pb2.Account(
        user_id=OWNER, email=str(SIGN_IN.example["email"]), display_name="Ada", age_confirmed=True
    )
    auth.accounts = {OWNER: account}
    auth.passwords = {account.email: str(SIGN_IN.example["password"])}
    auth.refresh_tokens = {str(REFRESH.example["refresh_token"]): OWNER}
    auth.codes = {str(LINK.example["code"]): OWNER}
    door.api_keys.by_secret, door.api_keys.requests = {}, {}
    _, secret = door.api_keys.add(OWNER, "tracks:read")
    door.api_keys.by_secret[secret][1].key_id = KEY_ID
    devices = door.devices
    devices.waiting, devices.answers, devices.device_codes = {}, {DEVICE_CODE: OWNER}, {}
    devices.add(USER_CODE, "waiting")
    devices.device_codes[DEVICE_CODE] = "answered"
    door.exports.ready(OWNER)
    door.acceptances.accepted, door.acceptances.noticed = {}, []
    door.passkeys.passkeys, door.passkeys.credentials = {}, {str(USED["id"]): OWNER}
    door.passkeys.add(OWNER, PASSKEY_ID)
    door.providers.connected = {OWNER}
    track = library.add_track(OWNER, segments=3, has_cover=True, upload_held=True, tags=["practice"])
    track.track_id = TRACK_ID
    upload = library.add_upload(OWNER, UPLOAD_BYTES)
    upload.upload_id, upload.offset_bytes = UPLOAD_ID, 1_048_576
    library.tracks, library.uploads, library.keys = {TRACK_ID: track}, {UPLOAD_ID: upload}, {}
    library.contents = {UPLOAD_ID: bytearray(1_048_576)}
    library.file = b"fLaC" * 4096
    share = share_service_pb2.Share(share_id=SHARE_ID, track_id=TRACK_ID, view_json="{}")
    share.expires_at.FromDatetime(door.shares.clock.now().replace(year=2100))
    door.sessions.sessions = {}
    door.sessions.add(OWNER, SESSION_ID, "Firefox, Linux")
    door.sessions.ended = {}
    auth.sign_ups = {str(CONFIRMATION.example["code"]): ("grace@example.org", str(CONFIRMATION.example["password"]))}
    door.sessions.codes = {str(CHOICE.example["code"]): OWNER, str(VERIFY.example["code"]): OWNER}
    factors = door.factors
    factors.begun, factors.set, factors.begins_anew = {OWNER}, {OWNER}, True
    factors.challenge(OWNER, str(CHALLENGE.example["challenge"]))
    door.factors.changes.codes = {
        str(CONFIRM.example["code"]): (OWNER, account.email),
        str(UNDO.example["code"]): (OWNER, account.email),
    }
    door.shares.by_token = {SHARE_TOKEN: (OWNER, share)}
    door.shares.requests = {}
    door.webhooks.by_owner, door.webhooks.deliveries, door.webhooks.requests = {}, {}, {}
    door.webhooks.add(OWNER, "https://example.org/hooks", endpoint_id=ENDPOINT_ID)
    door.webhooks.add_delivery(ENDPOINT_ID, "webhook.test", DELIVERY_ID)


@contextlib.contextmanager
def standing(certificates: Path, web_dir: Path) -> Iterator[Door]:
    """The door, on a loop of its own, for callers that wait as they ask."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="gateway")
    thread.start()
    door = opened(certificates, web_dir, **UNHURRIED)
    try:
        yield asyncio.run_coroutine_threadsafe(door.__aenter__(), loop).result(30)
    finally:
        asyncio.run_coroutine_threadsafe(door.__aexit__(None, None, None), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
