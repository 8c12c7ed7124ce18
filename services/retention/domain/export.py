"""A person's export: how far it is, what is in it, and names that are safe wherever it is unpacked."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import re
import uuid

from services.retention.domain.errors import ExportEnded, ExportExpired, ExportNotReady, PartNameUnsafe

RECORD_LIFE = datetime.timedelta(days=1)
"""How long it is told of one that is over."""
GIVEN_UP_AFTER = datetime.timedelta(days=1)
"""A service that gives nothing for so long ends it."""
LOST_AFTER = datetime.timedelta(minutes=10)
"""A file that its holder has no more is left out then: what is deleted ends the export sooner."""
TOLD_MAX = 20
ARCHIVE_NAME_MAX = 240
_NOTHING = "application/x-empty"
_WORD = r"[a-z0-9][a-z0-9_-]{0,71}"
_NAME = re.compile(rf"{_WORD}(?:/{_WORD}){{0,3}}\.[a-z0-9]{{1,8}}")
_HOLDER = re.compile(_WORD)
# Windows opens devices by these names, whatever the ending.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?:\.[a-z0-9]+)?")


class ExportState(enum.Enum):
    """How far it is."""

    PREPARING = "preparing"
    READY = "ready"
    EXPIRED = "expired"
    ENDED = "ended"


class Ending(enum.Enum):
    """Why one ended before its time."""

    NONE = ""
    DELETED = "deleted"
    AWAY = "away"


@dataclasses.dataclass(frozen=True)
class Export:
    """One that was asked for."""

    export_id: str
    user_id: str
    asked_at: datetime.datetime
    state: ExportState = ExportState.PREPARING
    ending: Ending = Ending.NONE
    attempt: int = 0
    tries: int = 0
    failing_since: datetime.datetime | None = None
    """Since when no part has come, where the last try brought none."""
    fault: str = ""
    """Whose it was and why, in a word each."""
    fault_since: datetime.datetime | None = None
    """Since when that one, of all that may have come one after the other."""
    parts: int = 0
    size_bytes: int = 0
    directory_at: int = 0
    ready_at: datetime.datetime | None = None
    expires_at: datetime.datetime | None = None

    def seen(self, now: datetime.datetime) -> Export:
        """As it stands now, whether or not anybody has cleared away what has expired."""
        if self.state is ExportState.READY and self.expires_at is not None and self.expires_at <= now:
            return dataclasses.replace(self, state=ExportState.EXPIRED)
        return self

    def is_given_up(self, now: datetime.datetime) -> bool:
        """Whether nothing has come for too long."""
        return self.failing_since is not None and now - self.failing_since >= GIVEN_UP_AFTER

    def has_lost(self, before: Export, now: datetime.datetime) -> bool:
        """Whether what is gone has been for long enough; `before` is as it stood before this try."""
        is_same = self.fault == before.fault
        return is_same and self.fault_since is not None and now - self.fault_since >= LOST_AFTER

    def require_ready(self, now: datetime.datetime) -> None:
        """Raises ExportNotReady, ExportExpired and ExportEnded."""
        state = self.seen(now).state
        if state is ExportState.PREPARING:
            raise ExportNotReady
        if state is ExportState.EXPIRED:
            raise ExportExpired
        if state is ExportState.ENDED:
            raise ExportEnded


@dataclasses.dataclass(frozen=True)
class Given:
    """A part that a holder begins to give. With a version it is a file, which can be read again byte by byte."""

    name: str
    kind: str
    media_type: str
    schema: str = ""
    version: str = ""
    size_bytes: int = 0
    """Of a file."""


@dataclasses.dataclass(frozen=True)
class Part:
    """A whole part, as it lies in the archive."""

    position: int
    holder: str
    given: Given
    size_bytes: int
    crc32: int

    @property
    def is_lost(self) -> bool:
        """Whether it is empty in place of a file that its holder has no more."""
        return self.given.media_type == _NOTHING

    @property
    def archive_name(self) -> str:
        """Its path in the archive."""
        return archive_name(self.holder, self.given.name)


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where the archive's directory begins, after all parts, and how large the archive is."""

    directory_at: int
    size_bytes: int


OURS = ""
"""In place of a holder, of what is written about the archive itself."""


def in_place_of(lost: Given) -> Given:
    """What is noted where a file is lost, after which its holder goes on."""
    return Given(lost.name, lost.kind, _NOTHING)


def new_export_id() -> str:
    """A fresh export's identifier."""
    return f"exp_{uuid.uuid4().hex}"


def archive_name(holder: str, name: str) -> str:
    """Path of a holder's part in the archive: below the holder's folder, on every file system. Raises PartNameUnsafe.

    No holder's word can begin with the underscore that keeps a name from being a device, so that none becomes another.
    """
    if not _NAME.fullmatch(name) or not (holder == OURS or _HOLDER.fullmatch(holder)):
        raise PartNameUnsafe
    words = [*([holder] if holder else []), *name.split("/")]
    path = "/".join(f"_{word}" if _RESERVED.fullmatch(word) else word for word in words)
    if len(path) > ARCHIVE_NAME_MAX:
        raise PartNameUnsafe
    return path
