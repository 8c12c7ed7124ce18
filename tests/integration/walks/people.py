"""Two people in one house, and what each asks about belongings of their own."""

from __future__ import annotations

import dataclasses
import uuid

from stripsession.library.v1 import material_service_pb2 as material
from tests.integration.walks.belongings import Belongings, Maker, Person, State
from tests.integration.walks.house import House
from tests.integration.walks.rpc_examples import Asked

OBJECTS = (
    *("upload_id", "track_id", "job_id", "share_id", "page_token", "session_id", "key_id", "user_code"),
    *("passkey_id", "created", "connecting_secret", "endpoint_id", "delivery_id", "sequence", "export_id"),
)


@dataclasses.dataclass(frozen=True)
class Walk:
    """The services, and two people who have nothing of each other's."""

    house: House
    maker: Maker
    ada: Person
    bob: Person
    _shown: dict[State, Asked] = dataclasses.field(default_factory=dict)

    async def asked(self, state: State, person: Person) -> Asked:
        """What a person asks about fresh belongings of their own."""
        things = await self.maker.belongings(person, state)
        opened = state is State.OPENED
        segment = await self.maker.segment(things) if opened else material.CommitSegmentRequest()
        secrets = await self.maker.secrets(person, things if things.track_id else None)
        assert self.house.vouching is not None
        email = f"{uuid.uuid4().hex}@example.org"
        return Asked(person.user_id, things, secrets, email, segment, self.maker.file, self.house.vouching)

    async def shown(self, state: State) -> Asked:
        """What Ada asks about belongings that are shown to many and given to none: each state of them is made once."""
        if state not in self._shown:
            self._shown[state] = await self.asked(state, self.ada)
        return self._shown[state]

    def silent_about(self, person: Person, text: str) -> bool:
        """Whether a text holds no name of a person's."""
        return not any(name in text for name in self.maker.names[person.user_id])


def exchanged(asked: Asked, **names: str) -> Asked:
    """The same request about other things."""
    return dataclasses.replace(asked, things=dataclasses.replace(asked.things, **names))


def taken(asked: Asked, names: list[str], of: Belongings) -> Asked:
    """The same request, with some of its things those of another."""
    return exchanged(asked, **{name: getattr(of, name) for name in names})
