"""What an issuer besides auth vouches for and tells, the same each time it is asked about one request."""

from __future__ import annotations

import dataclasses

from stack.issuer.app import Issuer
from stack.issuer.people import Person
from stack.issuer.webhooks import Message, deleted


@dataclasses.dataclass
class Vouching:
    """The issuer, and what it has said so far, by the name of who asks."""

    issuer: Issuer
    _persons: dict[str, Person] = dataclasses.field(default_factory=dict)
    _messages: dict[str, tuple[Message, dict[str, str]]] = dataclasses.field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Somebody who is none of ours."""
        if name not in self._persons:
            self._persons[name] = self.issuer.people.add(name)
        return self._persons[name]

    def message(self, name: str) -> tuple[Message, dict[str, str]]:
        """A signed message and its headers, about somebody whom nobody knows."""
        if name not in self._messages:
            message = self.issuer.webhooks.tell("user.deleted", deleted("user_1"))
            self._messages[name] = message, self.issuer.webhooks.headers(message)
        return self._messages[name]
