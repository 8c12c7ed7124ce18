"""API keys and programs that wait, in memory."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.domain.api_key import ApiKey, Request
from services.auth.domain.device import DeviceSignIn
from tests.unit.auth.fake_rows import Rows


class FakeApiKeys:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def locked(self, user_id: str) -> bool:
        return user_id in self._rows.accounts and user_id not in self._rows.closed

    async def add(self, key: ApiKey, key_hash: bytes, request: Request | None) -> None:
        self._rows.keys[key_hash] = key
        if request is not None:
            self._rows.requests[key.key_id] = request

    async def made_by(self, user_id: str, name_hash: bytes, since: datetime.datetime) -> tuple[str, bytes] | None:
        for key in [each for each in self._rows.keys.values() if each.user_id == user_id]:
            request = self._rows.requests.get(key.key_id)
            if request is not None and request.name_hash == name_hash:
                if key.created_at >= since:
                    return key.key_id, request.content_hash
                del self._rows.requests[key.key_id]
        return None

    async def of_person(self, user_id: str) -> list[ApiKey]:
        mine = [key for key in self._rows.keys.values() if key.user_id == user_id and key.revoked_at is None]
        return sorted(sorted(mine, key=lambda key: key.key_id), key=lambda key: key.created_at, reverse=True)

    async def revoke(self, user_id: str, key_id: str, at: datetime.datetime) -> bool | None:
        for key_hash, key in self._rows.keys.items():
            if (key.user_id, key.key_id) == (user_id, key_id):
                if key.revoked_at is not None:
                    return False
                self._rows.keys[key_hash] = dataclasses.replace(key, revoked_at=at)
                return True
        return None

    async def revoke_all(self, user_id: str, at: datetime.datetime) -> list[str]:
        mine = [key.key_id for key in self._rows.keys.values() if key.user_id == user_id]
        return [key_id for key_id in mine if await self.revoke(user_id, key_id, at)]

    async def of_hash(self, key_hash: bytes) -> ApiKey | None:
        return self._rows.keys.get(key_hash)

    async def note_use(self, key_id: str, day: datetime.date) -> None:
        for key_hash, key in self._rows.keys.items():
            if key.key_id == key_id and (key.last_used_on is None or key.last_used_on < day):
                self._rows.keys[key_hash] = dataclasses.replace(key, last_used_on=day)

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        over = [
            key_hash
            for key_hash, key in self._rows.keys.items()
            if (key.expires_at is not None and key.expires_at < over_before)
            or (key.revoked_at is not None and key.revoked_at < over_before)
        ][:limit]
        for key_hash in over:
            del self._rows.keys[key_hash]
        return len(over)


class FakeDeviceSignIns:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, sign_in: DeviceSignIn) -> bool:
        if await self.of_user_code(sign_in.user_code_hash) is not None:
            return False
        self._rows.devices[sign_in.device_hash] = sign_in
        return True

    async def of_user_code(self, user_code_hash: bytes) -> DeviceSignIn | None:
        return next((each for each in self._rows.devices.values() if each.user_code_hash == user_code_hash), None)

    async def owner(self, device_hash: bytes) -> str | None:
        known = self._rows.devices.get(device_hash)
        return known.user_id if known is not None else None

    async def of_device(self, device_hash: bytes) -> DeviceSignIn | None:
        return self._rows.devices.get(device_hash)

    async def change(self, sign_in: DeviceSignIn) -> None:
        self._rows.devices[sign_in.device_hash] = sign_in

    async def remove(self, device_hash: bytes) -> None:
        del self._rows.devices[device_hash]

    async def remove_of(self, user_id: str) -> None:
        for each in [each for each in self._rows.devices.values() if each.user_id == user_id]:
            del self._rows.devices[each.device_hash]

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        over = [each.device_hash for each in self._rows.devices.values() if each.expires_at < expired_before][:limit]
        for device_hash in over:
            del self._rows.devices[device_hash]
        return len(over)
