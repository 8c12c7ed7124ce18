"""Two people in one house, and what each asks about belongings of their own."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from typing import Protocol, cast

from stripsession.library.v1 import material_service_pb2 as material
from tests.integration.walks.belongings import EVERY, Belongings, Maker, Person, Secrets, State, absent
from tests.integration.walks.house import House
from tests.integration.walks.of_secrets import NO_SECRETS, SecretMaker
from tests.integration.walks.rpc_examples import Asked

OBJECTS = (
    *("upload_id", "track_id", "job_id", "share_id", "page_token", "session_id", "key_id", "user_code"),
    *("passkey_id", "created", "connecting_secret", "endpoint_id", "delivery_id", "sequence", "export_id"),
)

_NAMES = frozenset(OBJECTS) - {"page_token"}
"""Whatever reads none of these may tell of all: a list goes on from a page of itself."""


class Asking(Protocol):
    """An example of an RPC or of an operation."""

    @property
    def build(self) -> Callable[[Asked], object]:
        """Makes the request."""
        ...

    @property
    def state(self) -> State:
        """How far the track must be for it to succeed."""
        ...


class _Noting:
    """Stands for somebody's names, and notes which of them are read."""

    def __init__(self, names: object, read: set[str]) -> None:
        self._names = names
        self._read = read

    def __getattr__(self, name: str) -> object:
        self._read.add(name)
        return getattr(self._names, name)


@dataclasses.dataclass(frozen=True)
class Walk:
    """The services, and two people who have nothing of each other's."""

    house: House
    maker: Maker
    ada: Person
    bob: Person
    secret_maker: SecretMaker
    _shown: dict[State, Asked] = dataclasses.field(default_factory=dict)

    async def asked(self, example: Asking, person: Person, *also: str) -> Asked:
        """What a person asks about fresh belongings of their own.

        Of these and of their secrets only those are made that the example reads, and `also`; where it reads the name of
        none of their belongings, it may tell of any, and all are made.
        """
        needed = self._read_by(example) | frozenset(also)
        names = needed if needed & _NAMES else EVERY
        return await self._made(example.state, person, things=names, secrets=needed)

    async def whole(self, state: State, person: Person) -> Asked:
        """The same of everything that a person can have."""
        return await self._made(state, person, things=EVERY, secrets=EVERY)

    async def shown(self, state: State) -> Asked:
        """What Ada asks about belongings that are shown to many and given to none: each state of them is made once."""
        if state not in self._shown:
            self._shown[state] = await self.whole(state, self.ada)
        return self._shown[state]

    async def _made(self, state: State, person: Person, *, things: frozenset[str], secrets: frozenset[str]) -> Asked:
        owned = await self.maker.belongings(person, state, things)
        opened = state is State.OPENED
        segment = await self.maker.segment(owned) if opened else material.CommitSegmentRequest()
        held = await self.secret_maker.secrets(person, owned if owned.track_id else None, secrets)
        return dataclasses.replace(self._of_nobody(), actor=person.user_id, things=owned, secrets=held, segment=segment)

    def _of_nobody(self) -> Asked:
        assert self.house.vouching is not None
        email = f"{uuid.uuid4().hex}@example.org"
        segment = material.CommitSegmentRequest()
        return Asked("", absent(), NO_SECRETS, email, segment, self.maker.file, self.house.vouching)

    def _read_by(self, example: Asking) -> frozenset[str]:
        """Names of the belongings and secrets that a request is made of."""
        names: set[str] = set()
        nobody = self._of_nobody()
        things, secrets = _Noting(nobody.things, names), _Noting(nobody.secrets, names)
        example.build(dataclasses.replace(nobody, things=cast(Belongings, things), secrets=cast(Secrets, secrets)))
        return frozenset(names)

    def silent_about(self, person: Person, text: str) -> bool:
        """Whether a text holds no name of a person's."""
        return not any(name in text for name in self.maker.names[person.user_id])


def exchanged(asked: Asked, **names: str) -> Asked:
    """The same request about other things."""
    return dataclasses.replace(asked, things=dataclasses.replace(asked.things, **names))


def taken(asked: Asked, names: list[str], of: Belongings) -> Asked:
    """The same request, with some of its things those of another."""
    return exchanged(asked, **{name: getattr(of, name) for name in names})
