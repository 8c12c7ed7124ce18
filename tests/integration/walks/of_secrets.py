"""What makes whoever holds it a person's equal, made anew for each request that stands on it."""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from stripsession.auth.v1 import auth_service_pb2 as auth
from stripsession.auth.v1 import device_service_pb2 as devices
from stripsession.auth.v1 import provider_service_pb2 as providers
from stripsession.library.v1 import share_service_pb2 as shares
from tests.integration.walks.auth_rows import TOTP_SECRET
from tests.integration.walks.belongings import API_KEY_SCOPES, Belongings, Maker, Person, Secrets
from tests.integration.walks.house import House
from tests.integration.walks.of_closing import passing
from tests.integration.walks.of_provider import PROVIDER

_TEXTS = [field.name for field in dataclasses.fields(Secrets) if field.name != "answer"]
NO_SECRETS = Secrets(**dict.fromkeys(_TEXTS, ""), answer=providers.ReceiveProviderAnswerRequest())


class SecretMaker:
    """Makes them, none of them spent."""

    def __init__(self, house: House, maker: Maker) -> None:
        """`maker` asks the services, and knows what its people have."""
        self._house = house
        self._maker = maker

    async def secrets(self, person: Person, share: Belongings | None, needed: frozenset[str]) -> Secrets:
        """As many as are needed, and an empty text for each of the others. A share is of `share`'s track."""
        made = {name: await make() for name, make in self._ways(person, share).items() if name in needed}
        return dataclasses.replace(NO_SECRETS, **made)

    def _ways(self, person: Person, share: Belongings | None) -> Mapping[str, Callable[[], Awaitable[Any]]]:
        maker, rows = self._maker, self._maker.rows
        return {
            "email": lambda: _at_hand(person.email),
            "refresh_token": lambda: self._refresh_token(person),
            "code": lambda: self._code(person),
            "share_token": lambda: self._share_token(share),
            "verify_code": lambda: rows.mailed(person.user_id, person.email, "verify"),
            "reset_code": lambda: rows.mailed(person.user_id, person.email, "reset"),
            "sign_up_code": rows.waiting_sign_up,
            "api_key": lambda: self._api_key(person),
            "device_code": lambda: self._device_code(person),
            "assertion": lambda: maker.passkeys.assertion(maker, person),
            "arrived_secret": lambda: maker.provided.arrived(self._house, uuid.uuid4().hex),
            "answer": self._answer,
            "change_code": lambda: self._mailed_to_nobody("change"),
            "undo_code": lambda: self._mailed_to_nobody("undo"),
            "challenge": rows.challenge,
            "totp_code": lambda: _at_hand(_code_of_now()),
            "closing_token": self._closing_token,
            "invoice_id": lambda: _at_hand(maker.invoices[person.user_id]),
        }

    async def _refresh_token(self, person: Person) -> str:
        return str((await self._maker.signed_in(person)).tokens.refresh_token)

    async def _code(self, person: Person) -> str:
        linking = auth.CreateSignInLinkRequest(email=person.email)
        return str((await self._maker.ask("auth.v1.LocalSignInService.CreateSignInLink", linking, "console")).code)

    async def _share_token(self, share: Belongings | None) -> str:
        if share is None:
            return ""
        sharing = shares.CreateShareRequest(owner_id=share.owner_id, track_id=share.track_id)
        return str((await self._maker.ask("library.v1.ShareService.CreateShare", sharing, "gateway")).token)

    async def _api_key(self, person: Person) -> str:
        _, secret = await self._maker.api_key(person, *API_KEY_SCOPES)
        return secret

    async def _device_code(self, person: Person) -> str:
        codes = await self._maker.device_codes(person)
        answering = devices.AnswerDeviceSignInRequest(user_id=person.user_id, user_code=codes.user_code, approve=True)
        await self._maker.ask("auth.v1.DeviceService.AnswerDeviceSignIn", answering, "gateway")
        return codes.device_code

    async def _answer(self) -> providers.ReceiveProviderAnswerRequest:
        starting = providers.StartProviderSignInRequest(provider=PROVIDER)
        road = (await self._maker.ask("auth.v1.ProviderService.StartProviderSignIn", starting, "gateway")).road
        return await self._maker.provided.answer(road)

    async def _mailed_to_nobody(self, act: str) -> str:
        rows = self._maker.rows
        return await rows.mailed(await rows.passer_by(), f"{uuid.uuid4().hex}@example.org", act)

    async def _closing_token(self) -> str:
        return str((await self._maker.ask("retention.v1.ClosingService.AskClosing", passing(), "gateway")).token)


def _code_of_now() -> str:
    return TOTP(TOTP_SECRET, 6, SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303 - as RFC 6238 has it


async def _at_hand(secret: str) -> str:
    return secret
