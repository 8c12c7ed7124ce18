"""An upload: bytes a listener sends, kept sealed until nobody needs them and 24 hours at most."""

from __future__ import annotations

import dataclasses
import datetime

from services.library.domain.errors import UploadEmpty, UploadGone, UploadIncomplete, UploadTooLarge
from services.library.domain.keys import Key
from services.library.domain.rooms import UPLOADS


@dataclasses.dataclass(frozen=True)
class Upload:
    """A resumable upload. Without `key_held` its bytes cannot be read by anybody, and only names are left to erase."""

    upload_id: str
    owner_id: str
    length_bytes: int
    offset_bytes: int
    file_name: str
    created_at: datetime.datetime
    erased_by: datetime.datetime
    key_held: bool = True
    erased_at: datetime.datetime | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every byte is stored."""
        return self.offset_bytes == self.length_bytes

    def require_whole(self) -> None:
        """Raises UploadGone or UploadIncomplete unless every byte can be read."""
        if not self.key_held:
            raise UploadGone
        if not self.is_complete:
            raise UploadIncomplete


@dataclasses.dataclass(frozen=True)
class Part:
    """One sealed object of an upload: its name and the plain bytes that it holds."""

    object_name: str
    offset_bytes: int
    length_bytes: int


@dataclasses.dataclass(frozen=True)
class Grant:
    """Leave to read an upload."""

    upload_id: str
    length_bytes: int
    key: Key
    parts: tuple[Part, ...]


@dataclasses.dataclass(frozen=True)
class HeldUpload:
    """An upload that is still held, and whether anything needs it."""

    upload_id: str
    owner_id: str
    created_at: datetime.datetime
    finished: bool


def check_length(length_bytes: int, bytes_max: int) -> None:
    """Raises UploadEmpty or UploadTooLarge."""
    if length_bytes <= 0:
        raise UploadEmpty
    if length_bytes > bytes_max:
        raise UploadTooLarge(bytes_max)


def object_prefix(upload_id: str) -> str:
    """Where an upload's objects lie."""
    return f"{UPLOADS}/{upload_id}"


def part_name(upload_id: str, offset_bytes: int, writer_id: str) -> str:
    """Name of a part's object: no two appends ever write the same one, so a late writer can harm nothing."""
    return f"{object_prefix(upload_id)}/{offset_bytes:020d}-{writer_id}"
