"""An issuer's public keys, kept here so that a token needs no call to be verified."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import jwt

from chassis import logs
from chassis.tokens.errors import KeysAway
from chassis.tokens.key_document import DocumentUnusable, KeyTable, keys_of

_log = logging.getLogger(__name__)

Fetch = Callable[[float, str], Awaitable[str]]
"""The issuer's key set within this many seconds, for the sake of this key id or of none. Raises KeysAway."""


@dataclasses.dataclass(frozen=True)
class Times:
    """How often an issuer is asked, and how long what it said holds. All in seconds."""

    deadline_s: float = 5.0
    known_deadline_s: float = 1.0
    """Shorter while there are keys to go on with: an issuer that is away must not make every request slow."""
    fresh_s: float = 300.0
    """A withdrawn key is forgotten after this."""
    refetch_s: float = 10.0
    """Shortest time between fetches for unknown key ids; else any stranger's token would cost the issuer a call."""
    retry_s: float = 1.0
    """Shortest time between fetches while there is no key at all."""
    unknown_s: float = 30.0
    """How long a key id that the issuer did not know either is not asked for again."""
    stale_s: float = 86400.0
    """Longest that keys go on while the issuer is away."""


UNKNOWN_MAX = 1024
"""Unknown key ids that are remembered; strangers make them up."""


class Keys:
    """The newest usable key set of one issuer. One fetch at a time."""

    def __init__(
        self,
        fetch: Fetch,
        algorithms: frozenset[str],
        *,
        issuer: str,
        times: Times | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is fetched until a token comes. `issuer` is for logs."""
        self._fetch_document = fetch
        self._algorithms = algorithms
        self._issuer = issuer
        self._times = times or Times()
        self._now_s = now_s
        self._table: KeyTable = {}
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._lock = asyncio.Lock()
        self._fetched_at = self._tried_at = float("-inf")
        self._document = ""

    async def document(self, kid: str = "") -> str:
        """The key set as it was told, asked for anew where it may hold this key by now. Raises KeysAway."""
        await self._ensure_fresh()
        if kid and not any(known == kid for known, _ in self._table):
            await self._look_for(kid)
        return self._document

    async def key(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        """The key of this id for this algorithm; None when the issuer has none. Raises KeysAway."""
        await self._ensure_fresh()
        if not any(known == kid for known, _ in self._table):
            await self._look_for(kid)
        return self._table.get((kid, algorithm))

    async def ensure(self) -> None:
        """See to it that there are keys. Raises KeysAway."""
        await self._ensure_fresh()

    async def _look_for(self, kid: str) -> None:
        until = self._unknown.get(kid, float("-inf"))
        if self._now_s() < until or self._age(self._tried_at) < self._times.refetch_s:
            return
        try:
            await self._fetch(kid, older_than_s=self._times.refetch_s)
        except KeysAway:
            # Known keys go on; this one stays unknown, and is asked for again once the issuer is back.
            return
        # Only an answer that came says that the issuer does not know it.
        if not any(known == kid for known, _ in self._table):
            self._unknown[kid] = self._now_s() + self._times.unknown_s
            self._unknown.move_to_end(kid)
            if len(self._unknown) > UNKNOWN_MAX:
                self._unknown.popitem(last=False)

    async def _ensure_fresh(self) -> None:
        if self._age(self._fetched_at) < self._times.fresh_s:
            return
        try:
            await self._fetch("", older_than_s=self._times.refetch_s if self._table else self._times.retry_s)
        except KeysAway:
            # Old keys stay good while the issuer is away: tokens signed with them end by themselves.
            if not self._table:
                raise
        if self._table and self._age(self._fetched_at) >= self._times.stale_s:
            self._table = {}
        if not self._table:
            raise KeysAway(self._issuer)

    async def _fetch(self, kid: str, *, older_than_s: float) -> None:
        async with self._lock:
            if self._age(self._tried_at) < older_than_s:
                return
            deadline_s = self._times.known_deadline_s if self._table else self._times.deadline_s
            try:
                async with asyncio.timeout(deadline_s):
                    document = await self._fetch_document(deadline_s, kid)
                self._table = keys_of(document, self._algorithms)
            except (KeysAway, TimeoutError, DocumentUnusable) as error:
                logs.event(_log, logging.WARNING, "key set not fetched", issuer=self._issuer, reason=str(error))
                raise KeysAway(self._issuer) from error
            finally:
                self._tried_at = self._now_s()
            self._document = document
            self._fetched_at = self._tried_at

    def _age(self, at_s: float) -> float:
        return self._now_s() - at_s
