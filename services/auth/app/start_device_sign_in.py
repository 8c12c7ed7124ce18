"""A program without a page asks to be signed in."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.app.ports import Ports
from services.auth.domain.device import (
    ADDRESS_CHARACTERS_MAX,
    INTERVAL_S,
    LIFE,
    DeviceSignIn,
    clean_client_name,
    new_user_code,
    plain_user_code,
)
from services.auth.domain.identifiers import fingerprint, new_secret


@dataclasses.dataclass(frozen=True)
class DeviceCodes:
    """What is told to the program, once."""

    device_code: str = dataclasses.field(repr=False)
    user_code: str = dataclasses.field(repr=False)
    expires_at: datetime.datetime
    interval_s: int


async def start_device_sign_in(ports: Ports, client_name: str, address: str) -> DeviceCodes:
    """Two codes that work for ten minutes. Raises ClientNameInvalid."""
    name, now, device_code = clean_client_name(client_name), ports.clock.now(), new_secret()
    while True:
        user_code = new_user_code()
        sign_in = DeviceSignIn(
            device_hash=fingerprint(device_code),
            user_code_hash=fingerprint(plain_user_code(user_code)),
            client_name=name,
            address=address[:ADDRESS_CHARACTERS_MAX],
            created_at=now,
            expires_at=now + LIFE,
        )
        async with ports.store.transaction() as work:
            if await work.device_sign_ins.add(sign_in):
                return DeviceCodes(device_code, user_code, sign_in.expires_at, INTERVAL_S)
