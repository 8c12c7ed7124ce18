"""Sessions that have ended while access tokens of them have not run out."""

from __future__ import annotations

import collections
import datetime

SESSIONS_MAX = 500_000
"""Far more than end while a token lives; beyond it those that are forgotten first are those that ended first."""
KEPT_BEYOND = datetime.timedelta(seconds=60)
"""Clocks of two machines differ by less."""


class EndedSessions:
    """Names of sessions, each until its last access token has run out."""

    def __init__(self, *, sessions_max: int = SESSIONS_MAX) -> None:
        """Nothing has ended yet."""
        self._sessions_max = sessions_max
        self._until: collections.OrderedDict[str, datetime.datetime] = collections.OrderedDict()

    def __contains__(self, session_id: object) -> bool:
        """Whether tokens of this session must be refused."""
        return session_id in self._until

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._until)

    def note(self, session_id: str, access_until: datetime.datetime, now: datetime.datetime) -> None:
        """Remember one, as often as it is told, and forget those whose time has come."""
        if access_until + KEPT_BEYOND > now:
            self._until.setdefault(session_id, access_until)
        # Told about in the order in which they end, or nearly: whatever stands behind a later one goes a little later.
        while self._until:
            first, until = next(iter(self._until.items()))
            if until + KEPT_BEYOND > now and len(self._until) <= self._sessions_max:
                return
            del self._until[first]
