"""Passkeys of people in the house, and what their browsers answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from google.protobuf.message import Message

from stripsession.auth.v1 import passkey_service_pb2 as pb
from tests.integration.walks.house import ORIGIN, House
from tests.unit.auth.software_authenticator import SoftwareAuthenticator

KEPT = 5
"""Of one person's passkeys, the newest so many; a walk makes more than anybody may have."""

REQUESTS: Mapping[str, Callable[[Any], Message]] = {
    "BeginPasskey": lambda asked: pb.BeginPasskeyRequest(user_id=asked.actor),
    "CreatePasskey": lambda asked: pb.CreatePasskeyRequest(
        user_id=asked.actor, name="walk", credential_json=asked.things.created
    ),
    "ListPasskeys": lambda asked: pb.ListPasskeysRequest(user_id=asked.actor),
    "RenamePasskey": lambda asked: pb.RenamePasskeyRequest(
        user_id=asked.actor, passkey_id=asked.things.passkey_id, name="walked"
    ),
    "RemovePasskey": lambda asked: pb.RemovePasskeyRequest(user_id=asked.actor, passkey_id=asked.things.passkey_id),
    "BeginPasskeyProof": lambda asked: pb.BeginPasskeyProofRequest(user_id=asked.actor),
    "BeginPasskeySignIn": lambda asked: pb.BeginPasskeySignInRequest(),
    "SignInWithPasskey": lambda asked: pb.SignInWithPasskeyRequest(credential_json=asked.secrets.assertion),
}
"""Name of an RPC -> its request, of who asks about what."""


class Asking(Protocol):
    """Who asks the services."""

    names: dict[str, set[str]]

    def ask(self, rpc: str, request: Message, caller: str) -> Awaitable[Any]:
        """The one answer, which must succeed."""
        ...


class Owner(Protocol):
    """Someone with an account."""

    @property
    def user_id(self) -> str:
        """Who."""
        ...


class Passkeys:
    """Makes them."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def assertion(self, maker: Asking, person: Owner) -> str:
        """What a browser answers that was asked for a passkey to sign in with."""
        phone = SoftwareAuthenticator(ORIGIN)
        await self._added(maker, person, phone)
        asking = pb.BeginPasskeySignInRequest()
        question = await maker.ask("auth.v1.PasskeyService.BeginPasskeySignIn", asking, "gateway")
        return phone.get(question.options_json)

    async def added(self, maker: Asking, person: Owner) -> str:
        """Id of a new one."""
        return await self._added(maker, person, SoftwareAuthenticator(ORIGIN))

    async def created(self, maker: Asking, person: Owner) -> str:
        """What a browser makes for this person, which nobody was sent yet."""
        return await self._created(maker, person, SoftwareAuthenticator(ORIGIN))

    async def _added(self, maker: Asking, person: Owner, phone: SoftwareAuthenticator) -> str:
        answer = await self._created(maker, person, phone)
        adding = pb.CreatePasskeyRequest(user_id=person.user_id, name="walk", credential_json=answer)
        made = await maker.ask("auth.v1.PasskeyService.CreatePasskey", adding, "gateway")
        maker.names[person.user_id].add(made.passkey.passkey_id)
        return str(made.passkey.passkey_id)

    async def _created(self, maker: Asking, person: Owner, phone: SoftwareAuthenticator) -> str:
        await self._house.write_auth(
            "DELETE FROM passkeys WHERE user_id = $1 AND passkey_id NOT IN"
            " (SELECT passkey_id FROM passkeys WHERE user_id = $1 ORDER BY created_at DESC LIMIT $2)",
            person.user_id,
            KEPT,
        )
        asking = pb.BeginPasskeyRequest(user_id=person.user_id)
        question = await maker.ask("auth.v1.PasskeyService.BeginPasskey", asking, "gateway")
        return phone.create(question.options_json)
