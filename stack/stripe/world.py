"""Everything the stand-in holds: objects by kind and id, what it knows of them besides, and the events it has told."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from stack.stripe import failures
from stack.stripe.clock import Clock
from stack.stripe.shapes import API_VERSION, PREFIXES, Resource, blank

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTHS = {"checkout.session": 58, "customer": 14, "product": 14, "coupon": 8}


@dataclass
class Dunning:
    """What happens after a failed renewal."""

    gaps_days: list[int] = field(default_factory=lambda: [3, 5, 7])
    """Days from each failure to the next attempt."""
    ending: str = "cancel"
    """What becomes of the subscription after the last: cancel, unpaid or past_due."""


class World:
    """The account's state. Plain dicts, so that a snapshot is JSON."""

    def __init__(self, clock: Clock, *, seed: str, address: str) -> None:
        """`seed` makes ids and secrets; `address` is where the hosted pages are found, without a slash at the end."""
        self.clock = clock
        self.seed = seed
        self.address = address
        self.dunning = Dunning()
        self.tables: dict[str, dict[str, Resource]] = {}
        self.notes: dict[str, Resource] = {}
        """Id -> what the API does not tell: a card's behaviour, endpoints' secrets, what was announced."""
        self.serial = 0
        self.changes = 0
        """Rises with every change, so that a snapshot is written only where there is something to keep."""
        self.request: Resource = {"id": None, "idempotency_key": None}
        """What the events of the request under way name as their cause."""
        self.listeners: list[Callable[[Resource], None]] = []
        """Told of each event."""

    # ---- Objects ----

    def table(self, kind: str) -> dict[str, Resource]:
        """Objects of a kind, oldest first."""
        return self.tables.setdefault(kind, {})

    def all(self, kind: str, **where: object) -> Iterator[Resource]:
        """Objects of a kind whose fields have these values, oldest first."""
        for each in list(self.table(kind).values()):
            if all(each.get(name) == value for name, value in where.items()):
                yield each

    def get(self, kind: str, identifier: str, param: str = "id", *, status: int = 400) -> Resource:
        """The object of this id. Raises Refused (resource_missing)."""
        found = self.table(kind).get(identifier)
        if found is None:
            raise failures.no_such(kind, identifier[:80], param, status=status)
        return found

    def find(self, identifier: str) -> Resource | None:
        """The object of this id, whatever its kind."""
        return next((table[identifier] for table in self.tables.values() if identifier in table), None)

    def new(self, kind: str, *, identifier: str = "", customer: str | None = None, **fields: object) -> Resource:
        """Make an object and keep it. `created` is the present of its customer."""
        made = blank(kind, identifier or self.new_id(kind)) | fields
        if "customer" in made and made["customer"] is None:
            made["customer"] = customer
        if "created" in made and made["created"] is None:
            made["created"] = self.now(customer)
        self.table(kind)[made["id"]] = made
        self.changes += 1
        return made

    def remove(self, kind: str, identifier: str) -> None:
        """Forget an object."""
        self.table(kind).pop(identifier, None)
        self.notes.pop(identifier, None)
        self.changes += 1

    def note(self, identifier: str) -> Resource:
        """What is known of an object besides its fields."""
        return self.notes.setdefault(identifier, {})

    def update(self, resource: Resource, event: str | None, **fields: object) -> bool:
        """Set fields; when any differs, tell the event with what they were before."""
        before = {name: copy.deepcopy(resource[name]) for name, value in fields.items() if resource[name] != value}
        if not before:
            return False
        resource.update(fields)
        self.changes += 1
        if event is not None:
            self.emit(event, resource, before)
        return True

    # ---- Names and time ----

    def letters(self, purpose: str, length: int) -> str:
        """Letters and digits that only the seed and the purpose decide."""
        number = int.from_bytes(hashlib.sha512(f"{self.seed}:{purpose}".encode()).digest(), "big")
        made = []
        for _ in range(length):
            number, place = divmod(number, len(_ALPHABET))
            made.append(_ALPHABET[place])
        return "".join(made)

    def new_id(self, kind: str) -> str:
        """An id that no other object has."""
        self.serial += 1
        self.changes += 1
        return PREFIXES[kind] + self.letters(f"id:{self.serial}", _ID_LENGTHS.get(kind, 24))

    def now(self, customer: str | None = None) -> int:
        """The present, of a customer's test clock where there is one."""
        clock = self.clock_of(customer)
        return self.clock.now() if clock is None else int(clock["frozen_time"])

    def clock_of(self, customer: str | None) -> Resource | None:
        """The test clock that a customer lives by."""
        known = self.table("customer").get(customer or "")
        clock = known["test_clock"] if known is not None else None
        return self.table("test_helpers.test_clock").get(clock) if clock else None

    # ---- Events ----

    def emit(self, kind: str, resource: Resource, before: Resource | None = None) -> Resource:
        """Tell that something happened, with the object as it is now."""
        data: Resource = {"object": copy.deepcopy(resource)}
        if before is not None:
            data["previous_attributes"] = before
        event = self.new(
            "event",
            api_version=API_VERSION,
            data=data,
            pending_webhooks=0,
            request=dict(self.request),
            type=kind,
            created=self.now(_customer_of(resource)),
        )
        for listener in self.listeners:
            listener(event)
        return event


def _customer_of(resource: Resource) -> str | None:
    customer = resource["id"] if resource.get("object") == "customer" else resource.get("customer")
    return customer if isinstance(customer, str) else None
