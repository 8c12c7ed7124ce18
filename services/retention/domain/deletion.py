"""What a signed receipt tells of a deletion, whatever was deleted."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import re
from collections.abc import Mapping

from services.retention.domain.account_erasure import AccountErasure
from services.retention.domain.erasure import Erasure
from services.retention.domain.receipt import TrackErasure

_STRANGE = re.compile(r"[^a-z0-9_.-]")
_WORD_LENGTH_MAX = 64
ACCOUNT_RECEIPT_LIFE = datetime.timedelta(days=90)
"""How long an erased person's receipt can be fetched; after that nobody can show that it is theirs.

Whoever reads this service's database can still tell which entry it is: `account_erasures` keeps identifier and moments.
"""


class Kind(enum.Enum):
    """What is gone."""

    UPLOAD = "upload"
    TRACK = "track"
    ACCOUNT = "account"


@dataclasses.dataclass(frozen=True)
class Deletion:
    """Whose, what, when, why and how much; none of the names are told in the chain itself."""

    kind: Kind
    person: str
    thing: str
    """Its name; empty for an account, which is all that the person had."""
    asked_at: datetime.datetime
    erased_at: datetime.datetime
    reason: str
    gone: Mapping[str, Mapping[str, int]]
    """Store -> kind of thing -> how many."""
    has_key: bool
    """Whether it was sealed by a key of its own, which is destroyed."""

    @property
    def key_name(self) -> str:
        """What that key was called after."""
        return self.thing or self.person


def of_upload(erasure: Erasure) -> Deletion:
    """From its arrival on an upload's erasure is owed, so that is when it was asked for."""
    return Deletion(
        kind=Kind.UPLOAD,
        person=erasure.owner_id,
        thing=erasure.upload_id,
        asked_at=erasure.uploaded_at,
        erased_at=erasure.erased_at,
        reason=erasure.reason.value,
        gone={"library": {"objects": erasure.objects}},
        has_key=True,
    )


def of_track(erasure: TrackErasure) -> Deletion:
    """Each of a track's pieces had a key; there is none that stands for all."""
    counts = {
        "stems": erasure.stems,
        "stem_files": erasure.stem_files,
        "peaks": erasure.peaks,
        "covers": erasure.covers,
        "links": erasure.links,
    }
    return Deletion(
        kind=Kind.TRACK,
        person=erasure.owner_id,
        thing=erasure.track_id,
        asked_at=erasure.asked_at,
        erased_at=erasure.erased_at,
        reason="deleted",
        gone={"library": counts},
        has_key=False,
    )


def of_account(erasure: AccountErasure) -> Deletion:
    """Of one that is over. Holders say kinds in words of their own, of which the form takes plain letters alone."""
    return Deletion(
        kind=Kind.ACCOUNT,
        person=erasure.user_id,
        thing="",
        asked_at=erasure.requested_at,
        erased_at=erasure.finished_at or erasure.requested_at,
        reason="closed",
        gone={_word(step.holder): _plain(step.counts) for step in erasure.steps},
        has_key=True,
    )


def _plain(counts: Mapping[str, int]) -> Mapping[str, int]:
    plain: dict[str, int] = {}
    for kind, count in counts.items():
        plain[_word(kind)] = plain.get(_word(kind), 0) + max(0, count)
    return plain


def _word(text: str) -> str:
    return _STRANGE.sub("_", text.lower())[:_WORD_LENGTH_MAX] or "_"
