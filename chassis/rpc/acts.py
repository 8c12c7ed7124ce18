"""What operators do, noted before it is carried out, and what came of it after."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import logging
import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from chassis import logs
from chassis.identity import Caller
from stripsession.authorization.v1 import authorization_pb2

_log = logging.getLogger(__name__)

OPERATOR_KEY = "stripsession-operator"
"""Metadata in which the command line tells who sits before it."""
NAME_CHARACTERS_MAX = 100
DETAILS_MAX = 50
NO_IDENTIFIER = "?"
"""Stands for what was typed where an identifier belongs: it may be anything, an address too."""
_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,100}")

Details = Mapping[str, str]
"""Name of a field -> what was in it."""


@dataclasses.dataclass(frozen=True)
class Act:
    """What somebody is about to do."""

    certificate: str
    operator: str
    """As they told; nobody vouches for it."""
    role: str
    method: str
    """`package.Service/Method`."""
    details: Details


@dataclasses.dataclass(frozen=True)
class NotedAct:
    """What somebody did."""

    act_id: int
    at: datetime.datetime
    act: Act
    """With what the answer said as well."""
    outcome: str
    """`OK` or a reason word; empty where nobody knows."""


class ActLog(Protocol):
    """Where acts are noted; nothing in it is changed."""

    async def begin(self, act: Act) -> int:
        """Note what is about to be done, for good; its number. Raises what the database raises."""
        ...

    async def end(self, act_id: int, outcome: str, details: Details) -> None:
        """Note what came of it, and what the answer named."""
        ...

    async def page(self, since: datetime.datetime | None, below_id: int | None, size: int) -> Sequence[NotedAct]:
        """So many acts with lower numbers than one, the newest first."""
        ...


class Acting:
    """One call that may have to be noted; without a log it need not be."""

    def __init__(
        self,
        log: ActLog | None,
        ending: set[asyncio.Task[None]],
        method: str,
        carrier: Mapping[str, str],
        request: object,
    ) -> None:
        """`carrier` is the call's metadata; `ending` keeps what outlives the call until it is done."""
        self._log = log
        self._ending = ending
        self._method = method
        self._carrier = carrier
        self._request = request
        self._act_id: int | None = None
        self._details: Details = {}

    async def begin(self, caller: Caller) -> None:
        """Note it. Raises whatever keeps it from being noted, and then it must not be carried out."""
        if self._log is None:
            return
        act = Act(caller.certificate, told_name(self._carrier), caller.role, self._method, details_of(self._request))
        self._act_id = await self._log.begin(act)

    def answered(self, answer: object) -> None:
        """What the call answers with, of which identifiers are noted."""
        if self._act_id is not None:
            self._details = details_of(answer)

    async def end(self, outcome: str) -> None:
        """Note what came of it, also when the caller goes away meanwhile."""
        if self._log is None or self._act_id is None:
            return
        # A caller whose patience ends is told of a timeout, and gRPC then cancels this very call.
        noting = asyncio.create_task(self._end(self._log, self._act_id, outcome))
        self._ending.add(noting)
        noting.add_done_callback(self._ending.discard)
        await asyncio.shield(noting)

    async def _end(self, log: ActLog, act_id: int, outcome: str) -> None:
        try:
            await log.end(act_id, outcome, self._details)
        except Exception as error:  # noqa: BLE001 - it was carried out: the caller is told of the act, not of the note
            logs.event(_log, logging.ERROR, "outcome of an act not noted", method=self._method, reason=repr(error))


def told_name(carrier: Mapping[str, str]) -> str:
    """Who the caller says they are: printable, at most 100 characters; empty for nobody."""
    text = urllib.parse.unquote(carrier.get(OPERATOR_KEY, ""), errors="replace")
    return "".join(letter for letter in text if letter.isprintable()).strip()[:NAME_CHARACTERS_MAX]


def metadata_of(name: str) -> tuple[tuple[str, str], ...]:
    """The metadata that tells a name, which gRPC carries in ASCII alone."""
    return ((OPERATOR_KEY, urllib.parse.quote(name[:NAME_CHARACTERS_MAX])),)


def details_of(message: object) -> Details:
    """Of a request or an answer: what fields named `_id` and `_ids` have, and others that may be noted."""
    found = _details(message, "") if isinstance(message, Message) else iter(())
    return {name: value for (name, value), _ in zip(found, range(DETAILS_MAX), strict=False)}


def _details(message: Message, within: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        name = f"{within}{field.name}"
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            if not field.is_repeated:
                yield from _details(value, f"{name}.")
        elif field.type == FieldDescriptor.TYPE_STRING and field.name.endswith("_ids") and field.is_repeated:
            yield name, ",".join(_identifier(each) for each in value[:DETAILS_MAX])
        elif field.type == FieldDescriptor.TYPE_STRING and field.name.endswith("_id") and not field.is_repeated:
            yield name, _identifier(value)
        elif field.GetOptions().Extensions[authorization_pb2.noted]:
            yield name, _identifier(str(value))


def _identifier(value: Any) -> str:
    return value if _IDENTIFIER.fullmatch(value) else NO_IDENTIFIER
